"""A normalised line as tokens: its words, quoted names and mentions; and where its tail begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import Token
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention

BECAUSE = ways("because")
#: Words with which the tail of a command begins.
TAIL = BECAUSE | {"ticket"}

_TOKEN = re.compile(
    rf"{MENTION_OPEN}(?P<mention>[0-9]+){MENTION_CLOSE}"
    r"|\"(?P<double>[^\"]*)\"(?=[\s,;:.!?)]|$)[,;:.!?)]*"
    r"|'(?!(?:t|s|n|k)\b)(?P<single>[^\"]*?)'(?=[\s,;:.!?)]|$)[,;:.!?)]*"
    r"|(?P<plain>\S+)",
    re.IGNORECASE,
)
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def tokens_of(text: str, mentions: Sequence[Mention] = ()) -> list[Token]:
    """The words, quoted names and mentions of a normalised line."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if (number := found["mention"]) is not None:
            if int(number) < len(mentions):
                mention = mentions[int(number)]
                tokens.append(Token(" ".join(mention.name.split())[:256], "", start, end, mention=mention))
            continue
        quoted = found["double"] if found["double"] is not None else found["single"]
        if quoted is not None and quoted.strip():
            tokens.append(Token(quoted.strip(), "", start, end, quoted=True))
        elif quoted is None:
            plain = found["plain"]
            tokens.append(Token(plain, _word(plain), start, end))
    return without_final_stop(tokens)


def _word(text: str) -> str:
    return text.translate(_HYPHENS).lower().rstrip(",;:") or text


def without_final_stop(tokens: list[Token]) -> list[Token]:
    """The same without a slash before the first of them and the punctuation behind the last."""
    if tokens and tokens[0].text.startswith("/") and len(tokens[0].text) > 1:
        tokens[0] = replace(tokens[0], text=tokens[0].text[1:], word=tokens[0].word.removeprefix("/"))
    while tokens and not tokens[-1].quoted and tokens[-1].mention is None and (len(tokens) > 1 or len(tokens[0].text) > 1):
        bare = tokens[-1].text.rstrip(".!?,;:…")
        if bare == tokens[-1].text:
            break
        last = tokens.pop()
        if bare:
            tokens.append(replace(last, text=bare, word=_word(bare), end=last.start + len(bare)))
            break
    return tokens


def split(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """The command proper, and its tail from the first `ticket` or `because` on."""
    for index in range(1, len(tokens)):
        if tokens[index].word in TAIL:
            return without_final_stop(tokens[:index]), tokens[index:]
    return tokens, []

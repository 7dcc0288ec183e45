"""Step 2: what was typed becomes an invocation, or a usage error that says what to type instead.

Only an exact reading is ever carried out. A near one becomes "Did you mean …?".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.commands import COMMANDS
from bot.commands.grammar.arguments import meant_for_tail
from bot.commands.grammar.cleaning import normalise
from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import Choice, Match, Part, Token, Trace, Word, match_all
from bot.commands.grammar.pasted import is_table, no_table
from bot.commands.opening import begun
from bot.commands.spec import Audience, Command, Invocation
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention
from bot.domain.said import alternatives, join, say
from bot.errors import Incomplete, UsageError

MAX_TEXT = 2_000
MAX_RAW = 16_000  # the same with the markup of Teams around it
MAX_TICKET = 64
MAX_REASON = 300
MAX_CORRECTIONS = 2

_TOKEN = re.compile(
    rf"{MENTION_OPEN}(?P<mention>[0-9]+){MENTION_CLOSE}"
    r"|\"(?P<double>[^\"]*)\"(?=[\s,;:.!?)]|$)[,;:.!?)]*"
    r"|'(?!(?:t|s|n|k)\b)(?P<single>[^\"]*?)'(?=[\s,;:.!?)]|$)[,;:.!?)]*"
    r"|(?P<plain>\S+)",
    re.IGNORECASE,
)
_MENTION = re.compile(f"{MENTION_OPEN}([0-9]+){MENTION_CLOSE}")
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_POLITE = frozenset(
    (
        "please",
        "pls",
        "plz",
        "kindly",
        "can",
        "could",
        "would",
        "you",
        "hey",
        "hi",
        "hello",
        "doorman",
        "thanks",
        "thank",
        "thx",
        "now",
        "just",
        "graag",
        "alsjeblieft",
        "alstublieft",
        "svp",
        "aub",
        "kun",
        "kunt",
        "je",
        "u",
        "hoi",
        "hallo",
        "bedankt",
        "even",
    )
)
_BECAUSE = ways("because")
_TAIL = _BECAUSE | {"ticket"}


def parse(message_text: str, mentions: Sequence[Mention] = (), commands: Sequence[Command] = COMMANDS) -> Invocation:
    """Reads one message.

    Args:
        message_text: as typed, mentions of people standing as MENTION_OPEN n MENTION_CLOSE.
        mentions: the people mentioned, by that n.

    Raises:
        UsageError: it is no exact command; the hint says what to type. `Incomplete` when it is the beginning of one. Nothing else is ever
            raised.
    """
    text = normalise(message_text) if len(message_text) <= MAX_RAW else message_text
    if len(text) > MAX_TEXT:
        if is_table(message_text):
            raise no_table()
        raise UsageError(
            say("That is too long for me: {count} characters.", count=f"{len(text):,}"),
            say("Use one short line, {most} characters at most.", most=f"{MAX_TEXT:,}"),
        )
    tokens = tokens_of(text, mentions)
    if not tokens:
        raise UsageError(say("You did not type anything I can read."), say("I can: {top}. Type `help` for all of it.", top=_top(commands)))
    body, tail = _split(tokens)
    for command in commands:
        line, rest = (tokens, []) if command.nested else (body, tail)
        for pattern in (command.pattern, *command.short):
            for found in match_all(pattern, line, 0, near=False):
                if found.end == len(line):
                    return _invocation(command, found, text, mentions, rest)
    if is_table(message_text):
        raise no_table()
    names, typed = begun(tokens, commands)
    if names:
        complaint = _complaint(text, body, tail, [command for command in commands if command.name in names])
        raise Incomplete(complaint.text, complaint.hint, commands=names, typed=typed)
    raise _suggestion(text, tokens, commands) or _complaint(text, body, tail, commands)


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
    return _without_final_stop(tokens)


def _word(text: str) -> str:
    return text.translate(_HYPHENS).lower().rstrip(",;:") or text


def _without_final_stop(tokens: list[Token]) -> list[Token]:
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


def _split(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """The command proper, and its tail from the first `ticket` or `because` on."""
    for index in range(1, len(tokens)):
        if tokens[index].word in _TAIL:
            return _without_final_stop(tokens[:index]), tokens[index:]
    return tokens, []


def _invocation(command: Command, found: Match, text: str, mentions: Sequence[Mention], tail: list[Token]) -> Invocation:
    if tail and not command.takes_reason:
        raise UsageError(
            say("`{syntax}` changes nothing, so it takes no ticket and no reason.", syntax=command.syntax),
            say("Leave out everything from “{text}” on. If it is part of a name, put the name in quotation marks.", text=tail[0].text),
        )
    ticket, reason = _read_tail(text, tail, mentions)
    return Invocation(command, dict(found.values), _shown(text, mentions), ticket, reason)


def _read_tail(text: str, tail: list[Token], mentions: Sequence[Mention]) -> tuple[str, str]:
    ticket = reason = ""
    rest = tail
    while rest:
        if rest[0].word == "ticket" and not ticket:
            size = 2 if len(rest) > 2 and not _has_digit(rest[1]) and _has_digit(rest[2]) and rest[1].word not in _TAIL else 1
            ticket = " ".join(token.text for token in rest[1 : 1 + size] if token.word not in _TAIL).strip(",;:")
            if not ticket:
                raise UsageError(
                    say("The number of the ticket is missing after `ticket`."), say("For example `ticket INC0012345`."), missing=True
                )
            rest = rest[1 + size :]
        elif rest[0].word in _BECAUSE:
            inside = rest[1:]
            if not ticket and len(inside) > 2 and inside[-2].word == "ticket" and _has_digit(inside[-1]):
                ticket, inside = inside[-1].text, inside[:-2]
            reason = _shown(_raw(text, inside, to_the_end=inside == rest[1:]), mentions)
            if not reason:
                raise UsageError(
                    say("The reason is missing after `because`."), say("For example `because her phone was stolen`."), missing=True
                )
            rest = []
        else:
            left = " ".join(token.text for token in rest)
            raise UsageError(
                say("I do not know what to do with “{left}”.", left=_clip(left)), say("A ticket is one word, such as `ticket INC0012345`.")
            )
    if len(ticket) > MAX_TICKET:
        raise UsageError(
            say("That ticket is too long: {count} characters.", count=len(ticket)), say("Use {most} at most.", most=MAX_TICKET)
        )
    if len(reason) > MAX_REASON:
        raise UsageError(
            say("That reason is too long: {count} characters.", count=len(reason)), say("Use {most} at most.", most=MAX_REASON)
        )
    return ticket, reason


def _has_digit(token: Token) -> bool:
    return any(char.isdigit() for char in token.text)


def _raw(text: str, run: list[Token], *, to_the_end: bool) -> str:
    """What was typed from the first of these tokens on, in its own case and with its own full stop."""
    if not run:
        return ""
    return text[run[0].start :] if to_the_end else text[run[0].start : run[-1].end].rstrip(" ,;:-")


def _shown(text: str, mentions: Sequence[Mention]) -> str:
    """The line as a person reads it: mentions by name."""
    if MENTION_OPEN not in text:
        return text
    named = _MENTION.sub(lambda mark: f"@{mentions[int(mark[1])].name}" if int(mark[1]) < len(mentions) else "", text)
    return " ".join(named.split())


def _suggestion(text: str, tokens: list[Token], commands: Sequence[Command]) -> UsageError | None:
    """The cheapest correction that makes an exact command of the line, if a few corrections do."""
    line, corrections = _without_politeness(tokens)
    for index, token in enumerate(line):
        if index > 1 and (meant := meant_for_tail(token.word)):
            line[index] = replace(token, text=meant, word=meant)
            corrections += 1
            break
    body, tail = _split(line)
    best: Match | None = None
    for command in commands:
        if tail and not command.takes_reason:
            continue
        for pattern in (command.pattern, *command.short):
            for found in match_all(pattern, body, 0, near=True):
                if found.end == len(body) and found.cost <= MAX_CORRECTIONS and (best is None or found.cost < best.cost):
                    best = found
    if best is None or best.cost + corrections == 0:
        return _bare_person(body, commands) if len(body) == 1 and not tail else None
    said = " ".join((*best.said, *(f'"{token.text}"' if token.quoted else token.text for token in tail)))
    return UsageError(
        say("Did you mean `{said}`?", said=said),
        say("I have done nothing yet: type it like that if you did, or `help` to see what I can do."),
    )


def _bare_person(body: list[Token], commands: Sequence[Command]) -> UsageError | None:
    only = body[0]
    if (only.mention is None and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", only.text)) or not any(c.name == "show" for c in commands):
        return None
    person = f"@{only.text}" if only.mention else only.text
    return UsageError(
        say("Did you mean `show {person}`?", person=person),
        say("Say what you want to know or do about this person; `help` lists what I can."),
    )


def _without_politeness(tokens: Sequence[Token]) -> tuple[list[Token], int]:
    line = list(tokens)
    while len(line) > 1 and line[0].word in _POLITE:
        line.pop(0)
    while len(line) > 1 and line[-1].word in _POLITE:
        line.pop()
    return line, int(len(line) < len(tokens))


def _complaint(text: str, body: list[Token], tail: list[Token], commands: Sequence[Command]) -> UsageError:
    """Says where the reading that got furthest went wrong."""
    stops: list[tuple[int, Part | None, Command]] = []
    for command in commands:
        trace: Trace = []
        for pattern in (command.pattern, *command.short):
            stops += [(found.end, None, command) for found in match_all(pattern, body, 0, near=False, trace=trace)]
        stops += [(at, part, command) for at, part in trace]
    at = max((at for at, _, _ in stops), default=0)
    if at == 0:
        return UsageError(
            say("I do not understand “{text}”.", text=_clip(text)), say("I can: {top}. Type `help` for all of it.", top=_top(commands))
        )
    part, command = next((part, command) for stop, part, command in stops if stop == at)
    quotes = say("A name that contains the word ticket or because goes in quotation marks.") if tail else ""
    how = say("Say just `{syntax}`.", syntax=command.syntax)
    if command.syntax != command.example:
        how = say("Say `{syntax}`, for example `{example}`.", syntax=command.syntax, example=command.example)
    if part is None:
        left = " ".join(token.text for token in body[at:])
        return UsageError(say("I do not know what to do with “{left}”.", left=_clip(left)), join(" ", (how, quotes)))
    others = [(other, stuck) for stop, other, stuck in stops if stop == at and stuck is not command]
    if isinstance(part, Choice | Word) and (all_of_them := _together([part, *(other for other, _ in others)])) != part:
        part = all_of_them  # several commands begin like this line, and any of them may be meant
        examples = dict.fromkeys((command.example, *(stuck.example for other, stuck in others if isinstance(other, Choice | Word))))
        how = say("For example {lines}.", lines=alternatives(f"`{line}`" for line in examples))
    text = part.wrong(_clip(body[at].text)) if at < len(body) else say("{label} is missing.", label=part.label)
    return UsageError(text, join(" ", (how, quotes)), missing=at == len(body))


def _together(parts: Sequence[Part | None]) -> Choice | Word:
    """One choice between all the words that could stand at a place; the part itself when there is but one."""
    options: dict[str, tuple[Word, object]] = {}
    for part in parts:
        for word, value in part.options if isinstance(part, Choice) else ((part, True),) if isinstance(part, Word) else ():
            options.setdefault(word.text, (word, value))
    first = parts[0]
    assert isinstance(first, Choice | Word), "a place where words stand"
    alone = len(first.options) if isinstance(first, Choice) else 1
    return first if len(options) == alone else Choice("", tuple(options.values()))


def _top(commands: Sequence[Command]) -> str:
    usual = [command for command in commands if command.audience is not Audience.ADMINISTRATORS]
    named = [command for command in usual if command.changes or command.name == "show"]
    return ", ".join(f"`{command.syntax}`" for command in named[:3]) or "`help`"


def _clip(text: str) -> str:
    text = re.sub(f"[{MENTION_OPEN}{MENTION_CLOSE}]", "", text)
    return text if len(text) <= 60 else text[:59] + "…"

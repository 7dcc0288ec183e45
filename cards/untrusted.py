"""Making other people's words harmless: names, job titles, tickets, reasons and whatever somebody typed.

Two ways, because a card has two kinds of places:

* `plain()` for a TextRun, which no client reads as Markdown, so the words stay as they are
  (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features, "RichTextBlock does not support Markdown");
* `inert()` for the few places that some client reads as Markdown and another does not: headings, choice titles, `fallbackText`
  and the summary. It swaps each character that could mean something for its nearest look-alike. Backslashes
  would stand there in plain sight wherever the text is *not* read as Markdown.
"""

from __future__ import annotations

import re
import unicodedata

from bot.domain.characters import in_quotation_marks

# Blank to the eye, yet letters or symbols to Unicode: a name made of these would look empty.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Stacked accents paint over the lines above and below; no living script needs more than this on one letter.
_MOST_ACCENTS = 3

_SPACES = re.compile(r"\s+")
_TEXT_FUNCTION = re.compile(r"\{(?=\{)")  # {{DATE(…)}} and {{TIME(…)}}: same page as above
_MENTION = re.compile(r"<(?=/?at\b)", re.IGNORECASE)  # <at>…</at>; other tags mean nothing in a card
_ENTITY = re.compile(r"&(?=#?\w+;)")  # &lt;at&gt; must not turn back into a tag
_LINK = re.compile(r":(?=//)")
_WWW = re.compile(r"(?<![A-Za-z0-9])(www)\.", re.IGNORECASE)

_LOOK_ALIKES = str.maketrans(
    {
        "*": "∗",
        "`": "ʹ",
        "~": "∼",
        "|": "¦",
        "\\": "∖",
        "[": "(",
        "]": ")",
        "<": "‹",
        ">": "›",
    }
)
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # within a word it never starts emphasis, and addresses need it
_LIST_OR_HEADING = re.compile(r"^(?:[-=+#]|(?=\d+[.)]))")
_FULL_WIDTH = {"-": "–", "=": "＝", "+": "＋", "#": "＃"}
# Western letters, general punctuation and arrows: nothing in there needs a closer look. Nearly every text is of these alone.
_ORDINARY = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u21ff]*")
_SUSPICIOUS = re.compile(r"[{<&]|://|www\.", re.IGNORECASE)


def _visible(text: str) -> str:
    """Letters, marks and spaces alone: no controls, bidi overrides, zero-widths, private or broken characters."""
    if _ORDINARY.fullmatch(text):
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    kept: list[str] = []
    accents = 0
    for character in text:
        category = unicodedata.category(character)
        accents = accents + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
        elif category[0] != "C" and character not in _INVISIBLE and accents <= _MOST_ACCENTS:
            kept.append(character)
    return _SPACES.sub(" ", "".join(kept)).strip()


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def plain(text: str, limit: int = 300) -> str:
    """The words on one line, at most `limit` characters, fit for a TextRun. Comes back unchanged when applied twice."""
    text = _visible(text[: limit * 4])  # so that ten kilobytes cost nothing
    if not _SUSPICIOUS.search(text):
        return _short(text, limit)
    text = _TEXT_FUNCTION.sub("{ ", text)
    text = _MENTION.sub("‹", text)
    text = _ENTITY.sub("＆", text)
    text = _LINK.sub(": ", text)
    text = _WWW.sub(r"\1 .", text)
    return _short(text, limit)


def inert(text: str, limit: int = 300) -> str:
    """The words on one line, at most `limit` characters, meaning nothing to a Markdown reader and readable without one.

    What is to be typed stands in quotation marks.
    """
    text = plain(in_quotation_marks(text), limit).translate(_LOOK_ALIKES)
    text = _LOOSE_UNDERSCORE.sub("＿", text)
    start = _LIST_OR_HEADING.match(text)
    if start is None:
        return text
    if start.group():
        return _FULL_WIDTH[text[0]] + text[1:]
    return re.sub(r"^(\d+)([.)])", r"\1 \2", text)[:limit]

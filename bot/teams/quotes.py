"""What somebody says themselves, without what they quote or forward: that is another person's words, or their own of another time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from botbuilder.schema import Attachment

HTML = "text/html"
#: A quotation begins or ends here; `<quoted …/>` stands for a whole one (microsoft/teams.py#321). What stands in an attribute, such as the
#: first words of what is quoted, may have brackets in it.
_TAG = re.compile(r"<(/?)(?:blockquote|quoted)\b((?:[^<>\"']|\"[^\"]{0,500}\"|'[^']{0,500}')*+|[^<>]*)>", re.IGNORECASE)
#: The same in a text that was escaped as a whole.
_ESCAPED = re.compile(r"&lt;(/?)(?:blockquote|quoted)\b((?:(?!&[lg]t;)[^<>])*)&gt;", re.IGNORECASE)
#: Where a line ends in a text that has some markup in it.
_BREAK = re.compile(r"\r\n?|<(?:br|/?p|/?div|/?li|/?pre)\b[^<>]*>", re.IGNORECASE)
_LINE = re.compile(r"^[ \t]*(?:>|&gt;)[^\n]*$", re.MULTILINE)
_MENTION = re.compile(r"<span\b[^<>]*schema\.skype\.com/Mention[^<>]*>([^<>]*)</span>", re.IGNORECASE)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_NO_WORDS = re.compile(r"</?(?:attachment|emoji|img|readonly)\b[^<>]*>", re.IGNORECASE)


def own_words(text: str, attachments: Iterable[Attachment]) -> tuple[str, bool]:
    """The sender's own words, mentions as `<at>…</at>`; and whether something was quoted beside them.

    The plain text may hold a quotation without anything that tells it apart. So where the formatted text beside it has one, which is what
    the sender saw, the words are taken from there.
    """
    contents = list(map(_formatted, attachments))
    if not text.strip() and (table := next((content for content in contents if _TABLE.search(content)), "")):
        text = table  # pasted from a spreadsheet, for which some clients send no plain text
    formatted = next((content for content in contents if _TAG.search(content)), "")
    said = _MENTION.sub(r"<at>\1</at>", _NO_WORDS.sub(" ", formatted)) if formatted else _BREAK.sub("\n", text)
    kept = _outside(said)
    if not formatted:
        kept = _LINE.sub("", kept)
    return (kept, True) if kept != said else (text, False)


def _outside(text: str) -> str:
    """What stands in no quotation. Where it is unclear, as one does not end or did not begin, it counts as quoted."""
    kept: list[str] = []
    depth = at = 0
    for tag in (_TAG if _TAG.search(text) else _ESCAPED).finditer(text):
        closes, whole = bool(tag[1]), tag[2].endswith("/")
        if depth == 0:
            kept.append(text[at : tag.start()])
        if closes and depth == 0:
            kept.clear()
        elif not whole:
            depth += -1 if closes else 1
        at = tag.end()
    if depth == 0:
        kept.append(text[at:])
    return "\n".join(kept)


def _formatted(attachment: Attachment) -> str:
    if attachment.content_type != HTML:
        return ""
    content = attachment.content
    if isinstance(content, dict):
        content = content.get("text") or content.get("body")
    return content if isinstance(content, str) else ""

"""What Teams clients do to a line of text, undone: markup, entities, links, invisible marks, typographic quotes."""

from __future__ import annotations

import html
import re

from bot.domain.characters import UNSEEN
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN

_ATTRIBUTES = r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*\s*/?"
_LINK = re.compile(rf"<a\b{_ATTRIBUTES}>(\s*)</a>", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']?(?:mailto:|tel:)?([^\"'\s<>?]+)", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:p|div|br|li|ul|ol|pre|blockquote|h[1-6]|hr|table|tr|td|th|tbody){_ATTRIBUTES}>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:a|at|b|strong|i|em|u|s|strike|del|span|font|code|sub|sup|small|big|mark){_ATTRIBUTES}>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LINK_BEHIND = re.compile(r"(?<=\S)<(?:mailto|tel):[^<>\s]*>", re.IGNORECASE)
_ANGLED = re.compile(r"<(?:(?:mailto|tel):)?([^\s<>@]+@[^\s<>@]+|\+?[0-9][0-9().\-]*)>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]*)\]\((?:(?:mailto|tel):|(?=https?://))([^()\s]*)\)", re.IGNORECASE)
_SCHEME = re.compile(r"(?<![^\s\"'(])(?:mailto|tel):\s*(?=\S)", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![^\s\"'(])(\*\*\*|\*\*|\*|___|__|_|~~|```|``|`)(?=[^\s*_~`])([^\n]{0,300}?[^\s*_~`])\1(?=[\s\"',;:.!?)]|$)")
_MENTION = re.compile(f"{MENTION_OPEN}([0-9]{{1,3}}){MENTION_CLOSE}")
_STRAY_MARK = re.compile(f"{MENTION_OPEN}(?![0-9]{{1,3}}{MENTION_CLOSE})|(?<![0-9]){MENTION_CLOSE}")

_INVISIBLE = (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
_PLAIN: dict[int, str | None] = (
    UNSEEN
    | dict.fromkeys(_INVISIBLE)
    | dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
    | dict.fromkeys(map(ord, "“”„‟«»″＂"), '"')
    | dict.fromkeys(map(ord, "‘’‚‛′´ʼ＇"), "'")
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    """One clean line.

    Args:
        text: as Teams sent it, mentions of people standing as MENTION_OPEN n MENTION_CLOSE.

    Returns:
        The same words on one line with single blanks; mentions stand as tokens of their own. `a < b` stays as it is.
    """
    if "<" in text:
        text = _LINK.sub(lambda link: _href(link[0]), text)
        text = _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = text.translate(_PLAIN)
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
        if MENTION_OPEN in text or MENTION_CLOSE in text:
            text = _MENTION.sub(f" {MENTION_OPEN}\\1{MENTION_CLOSE} ", _STRAY_MARK.sub(" ", text))
    if "<" in text:
        text = _ANGLED.sub(r"\1", _LINK_BEHIND.sub("", text))
    if "](" in text:
        text = _MARKDOWN_LINK.sub(lambda link: link[1].strip() or link[2], text)
    if any(mark in text for mark in "*_`~"):
        text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", " ".join(text.split())))
    if ":" in text:
        text = _SCHEME.sub("", text)
    return " ".join(text.split())


def _href(link: str) -> str:
    """The address of a link that shows no text."""
    found = _HREF.search(link)
    return html.unescape(found[1]) if found else " "

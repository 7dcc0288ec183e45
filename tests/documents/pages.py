"""The pages that people read, taken apart for the tests here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from docs.generate import DOCS, README, ROOT

#: Decisions tell of their time, and the simulators of themselves: of these, only links are followed.
PAGES = (README, *sorted(DOCS.glob("*.md")))
LINKING = (*PAGES, *sorted((DOCS / "decisions").glob("*.md")), ROOT / "CHANGELOG.md", ROOT / "simulator" / "README.md")
_BLOCK = re.compile(r"(?:^( *)<!-- not run here: ([^\n]+) -->\n)?^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Lines between two fences.

    Attributes:
        language: what stands behind the first fence.
        not_run: why it cannot be run here; empty where it can.
    """

    page: str
    line: int
    language: str
    text: str
    not_run: str


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    text = text_of(page)
    for found in _BLOCK.finditer(text):
        yield Block(page.name, text.count("\n", 0, found.start()) + 1, found[3], found[4], found[2] or "")


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _BLOCK.sub("\n", text_of(page))


def spans(page: Path) -> list[str]:
    """What stands between backticks, as one reads it: in a table a bar has a backslash before it."""
    return [found.replace("\\|", "|").replace("\n", " ") for found in re.findall(r"`([^`]+)`", prose(page))]


def anchors(page: Path) -> set[str]:
    """The addresses of the headings of a page, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", prose(page), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return found

"""Which part is what: relationships name them, so that their own names need not mean anything.

https://learn.microsoft.com/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.archive import Archive, with_macros
from bot.sheets.cells import MOST_OF_A_NAME, tidy
from bot.sheets.markup import Part, damaged

#: Each of them is looked at, for whom it names.
MOST_SHEETS = 100
_USUAL = "xl/workbook.xml"
_YES = ("1", "true")
_COMMENTS = ("threadedcomment", "comments")


@dataclass(frozen=True, slots=True)
class NamedSheet:
    """A sheet, as the workbook calls it.

    Attributes:
        name: as people read it, cut to what is told of it.
        part: where it lies.
        hidden: it is not shown; whether its sender could have it shown does not matter.
    """

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Named:
    """The parts that matter; each is empty when there is none.

    Attributes:
        sheets: those with cells, in their order.
        strings: the texts that cells share.
        from_1904: days are counted from 1904, as Excel for Mac did.
    """

    sheets: tuple[NamedSheet, ...]
    strings: str
    styles: str
    from_1904: bool


def named(archive: Archive) -> Named:
    """Finds the parts.

    Raises:
        Refusal: there are macros among them, more sheets than are looked at, or what names them cannot be read.
    """
    roots = _relationships(archive, "")
    main = next((target for kind, target in roots.values() if kind == "officedocument"), _USUAL)
    related = _relationships(archive, main)
    kinds = {kind: target for kind, target in reversed(related.values()) if target in archive}  # of several, the first
    if "vbaproject" in kinds:
        raise with_macros()
    with archive.open(main) as stream:
        book = _Book(stream)
        book.read()
    strings, styles = (kinds.get(kind) or _beside(archive, main, f"{kind}.xml") for kind in ("sharedstrings", "styles"))
    return Named(_sheets(archive, book, related), strings, styles, book.from_1904)


def comments_of(archive: Archive, part: str) -> list[str]:
    """The parts with comments on a sheet, threads first: what a program writes for others in their place stands behind them."""
    related = [(kind, target) for kind, target in _relationships(archive, part).values() if kind in _COMMENTS and target in archive]
    return [target for kind, target in sorted(related, key=lambda one: _COMMENTS.index(one[0]))]


def _sheets(archive: Archive, book: _Book, related: Mapping[str, tuple[str, str]]) -> tuple[NamedSheet, ...]:
    found: dict[str, NamedSheet] = {}
    for name, related_by, hidden in book.sheets:
        kind, part = related.get(related_by, ("", ""))
        if kind != "worksheet" or part not in archive:
            continue  # a chart, or what a program has left of a sheet
        if name.casefold() in found:
            raise damaged()  # no spreadsheet program has two of one name: it could not be said which is meant
        found[name.casefold()] = NamedSheet(name, part, hidden)
    if len(found) > MOST_SHEETS:
        raise Refusal(
            say("This workbook has more than {most} sheets.", most=MOST_SHEETS),
            say("Copy the sheet with the people into a new workbook, and send that."),
            code="file_too_large",
        )
    return tuple(found.values())


def _beside(archive: Archive, main: str, name: str) -> str:
    """The part of the usual name, where no relationship names any: some programs leave that out."""
    usual = posixpath.join(posixpath.dirname(main), name)
    return usual if usual in archive else ""


def _relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """What a part names, by id: of which kind, and where it lies. https://learn.microsoft.com/openspecs/office_standards/ms-oe376/"""
    folder, name = posixpath.split(part)
    there = posixpath.join(folder, "_rels", f"{name}.rels")
    if there not in archive:
        return {}
    with archive.open(there) as stream:
        found = _Relationships(stream, folder)
        found.read()
    return found.found


class _Relationships(Part):
    def __init__(self, stream: IO[bytes], folder: str) -> None:
        super().__init__(stream)
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship" or attributes.get("TargetMode", "Internal") != "Internal":
            return
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        target = posixpath.join("/", self._folder, attributes.get("Target", "").replace("\\", "/"))
        self.found.setdefault(attributes.get("Id", ""), (kind, posixpath.normpath(target).lstrip("/").lower()))


class _Book(Part):
    """https://learn.microsoft.com/office/open-xml/spreadsheet/working-with-sheets"""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.sheets: list[tuple[str, str, bool]] = []  # name, id of the relationship, whether it is hidden
        self.from_1904 = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            related_by = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            called = tidy(attributes.get("name", ""))[:MOST_OF_A_NAME]
            self.sheets.append((called, related_by, attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "").lower() in _YES

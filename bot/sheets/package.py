"""Which part is what: relationships name them, so that their own names need not mean anything.

https://learn.microsoft.com/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import IO

from bot.sheets.archive import Archive, with_macros
from bot.sheets.markup import Part

_USUAL = "xl/workbook.xml"
_YES = ("1", "true")


@dataclass(frozen=True, slots=True)
class Named:
    """The parts that matter; each is empty when there is none.

    Attributes:
        sheet: the first one that can be seen.
        strings: the texts that cells share.
        from_1904: days are counted from 1904, as Excel for Mac did.
    """

    sheet: str
    strings: str
    styles: str
    from_1904: bool


def named(archive: Archive) -> Named:
    """Finds the parts.

    Raises:
        Refusal: there are macros among them, or what names them cannot be read.
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
    sheets = (related.get(each, ("", "")) for each in book.seen)
    sheet = next((target for kind, target in sheets if kind == "worksheet" and target in archive), "")
    strings, styles = (kinds.get(kind) or _beside(archive, main, f"{kind}.xml") for kind in ("sharedstrings", "styles"))
    return Named(sheet, strings, styles, book.from_1904)


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
        self.seen: list[str] = []  # ids of the relationships of sheets
        self.from_1904 = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            self.seen += [value for key, value in attributes.items() if key.endswith(" id")][:1]
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "").lower() in _YES

"""Comments on cells: https://learn.microsoft.com/office/open-xml/spreadsheet/working-with-the-comments-part"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO

from bot.sheets.cells import Comment, tidy
from bot.sheets.markup import Part, damaged

#: Cells of which it is known what their comment says: whoever has more has to look at the file anyway.
MOST_COMMENTS = 1_000
_MOST_OF_ONE = 200
_CELL = re.compile(r"\$?[A-Z]{1,3}\$?([0-9]{1,7})")


class Comments(Part):
    """A part with comments, of the old kind (notes) or with answers to them (threads).

    Attributes:
        texts: how the first comment on each cell begins, by the cell's name.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.texts: dict[str, str] = {}
        self._cell = ""
        self._pieces: list[str] | None = None
        self._length = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("comment", "threadedComment"):
            self._cell = attributes.get("ref", "")
        elif name == "text" and self._cell:
            self._pieces, self._length = [], 0

    def end(self, name: str) -> None:
        if name == "text" and self._pieces is not None:
            if said := tidy(" ".join("".join(self._pieces).split())):
                self.texts.setdefault(self._cell, said[:_MOST_OF_ONE])
            self._pieces = None

    def text(self, text: str) -> None:
        if self._pieces is None:
            super().text(text)
        elif self._length < _MOST_OF_ONE * 4:
            self._pieces.append(text[: _MOST_OF_ONE * 4])
            self._length += len(text)


def comments(parts: Iterable[Comments]) -> tuple[Comment, ...]:
    """Reads them, one for each cell, from the top; of a cell with several the one in the first part.

    Raises:
        Refusal: a part is not sane.
        ExpatError: it is no XML.
    """
    texts: dict[str, str] = {}
    for part in parts:
        for _ in part.pieces():
            if len(part.texts) >= MOST_COMMENTS:
                break
        texts = part.texts | texts
    found = []
    for cell, text in texts.items():
        place = _CELL.fullmatch(cell)
        if place is None:
            raise damaged()
        found.append(Comment(int(place[1]), text))
    return tuple(sorted(found, key=lambda comment: comment.row))

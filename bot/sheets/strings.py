"""The texts that cells share: https://learn.microsoft.com/office/open-xml/spreadsheet/working-with-the-shared-string-table"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import IO

from bot.sheets.appearance import Font
from bot.sheets.cells import MOST_CHARACTERS
from bot.sheets.markup import Part, damaged
from bot.sheets.text import too_long

#: A hundred thousand rows in which a score of cells have texts of their own.
MOST_TEXTS = 2_000_000
MOST_IN_ONE = 4_000  # elements of one text, which has some for every change of its font


class Strings:
    """The texts in their order: on disk, since there are as many as a file has.

    Attributes:
        marked: some of them have parts that are struck through, or that nobody can read.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("Q", [0])
        self._appearances = bytearray()
        self.marked = False

    def add(self, text: str, appearance: int = 0) -> None:
        """Takes the next one, and what its parts look like."""
        if len(self._ends) > MOST_TEXTS:
            raise damaged()
        stored = text.encode("utf-8", "replace")
        self._file.write(stored)
        self._ends.append(self._ends[-1] + len(stored))
        if appearance and not self.marked:
            self.marked, self._appearances = True, bytearray(len(self._ends) - 2)
        if self.marked:
            self._appearances.append(appearance)

    def appearance(self, index: int) -> int:
        """What the parts of one look like, where one is marked."""
        return self._appearances[index]

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self._ends) - 1:
            raise IndexError(index)
        self._file.seek(self._ends[index])
        return self._file.read(self._ends[index + 1] - self._ends[index]).decode()


class Texts:
    """One text after another, put together from its pieces; how it is to be read aloud is left out.

    Attributes:
        pieces: of the text at hand.
        appearance: what any of them looks like that has a font of its own.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.appearance = 0
        self._font: Font | None = None
        self._in_text = False
        self._phonetic = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element within the text begins."""
        if name == "rPh":
            self._phonetic += 1
        elif name in ("r", "rPr"):
            self._font = Font() if name == "rPr" else None
        elif self._font is not None:
            self._font.take(name, attributes)
        self._in_text = name == "t" and not self._phonetic

    def end(self, name: str) -> None:
        """It ends."""
        self._in_text = False
        if name == "rPh":
            self._phonetic -= 1

    def text(self, text: str) -> None:
        """Takes a piece, if it is one."""
        if self._in_text:
            self.pieces.append(text)
            if self._font is not None and text.strip():
                self.appearance |= self._font.appearance()


class SharedStrings(Part):
    """The part in which they stand.

    Args:
        strings: takes them.
    """

    def __init__(self, stream: IO[bytes], strings: Strings) -> None:
        super().__init__(stream)
        self._strings = strings
        self._texts: Texts | None = None
        self._length = self._others = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si" and self._texts is None:
            self._texts, self._length, self._others, self.elements = Texts(), 0, self.elements, 0
        elif self._texts is not None:
            if self.elements > MOST_IN_ONE:
                raise damaged()
            self._texts.begin(name, attributes)

    def end(self, name: str) -> None:
        if self._texts is None:
            return
        if name == "si":
            self._strings.add("".join(self._texts.pieces), self._texts.appearance)
            self._texts, self.elements = None, self._others - 1  # it is counted as a text
        else:
            self._texts.end(name)

    def text(self, text: str) -> None:
        if self._texts is None:
            super().text(text)
            return
        self._length += len(text)
        if self._length > MOST_CHARACTERS:
            raise too_long(1)
        self._texts.text(text)

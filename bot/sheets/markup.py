"""XML as it stands in the parts of a workbook: read once from beginning to end, nothing of it kept, and no more of anything than is sane.

Whatever a part holds, its reader sees an element at a time. So what it costs follows from the bounds here and not from what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from bot.domain.said import say
from bot.errors import Refusal

MOST_DEPTH = 64
MOST_MARKUP = 1024 * 1024  # of one tag or comment
MOST_ATTRIBUTES = 200  # of one element; the part with the most formats has some 40
#: Of a part, or of what stands in no row of a sheet. A sheet may have 65,530 links, each an element:
#: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MOST_ELEMENTS = 250_000
MOST_ASIDE = 4 * 1024 * 1024  # characters that are nobody's cell: headers, lists of allowed values
_CHUNK = 1 << 16
_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]

AS_XLSX = say("In Excel choose Save As and the type “Excel Workbook (.xlsx)”, and send that file.")


def damaged() -> Refusal:
    """What is there cannot be read as a workbook."""
    return Refusal(
        say("I cannot read this workbook: it is damaged, or a program wrote it that does not keep to the format."),
        AS_XLSX,
        code="file_damaged",
    )


class Part:
    """One part, read once.

    What it means is for the classes below this one: they override `begin`, `end` and `text`.

    Attributes:
        depth: of the element at hand; the outermost one has 1.
        elements: so many were counted; whoever counts by itself sets it back.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._aside = 0
        self.depth = 0
        self.elements = 0

    def read(self) -> None:
        """Goes through the whole part.

        Raises:
            Refusal: it is not sane.
            ExpatError: it is no XML.
        """
        for _ in self.pieces():
            pass

    def pieces(self) -> Iterator[None]:
        """The same, with a pause after every piece of the part."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text
        fed = 0
        try:
            while chunk := self._stream.read(_CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > MOST_MARKUP:
                    raise damaged()
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as problem:
            if problem.code == _NO_MEMORY:
                raise MemoryError from problem
            raise
        yield

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MOST_DEPTH or self.elements > MOST_ELEMENTS or len(attributes) > MOST_ATTRIBUTES:
            raise damaged()
        self.begin(name.rpartition(" ")[2], attributes)

    def _end(self, name: str) -> None:
        self.end(name.rpartition(" ")[2])
        self.depth -= 1

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; its name is given without its namespace."""

    def end(self, name: str) -> None:
        """An element ends, `depth` being still its own."""

    def text(self, text: str) -> None:
        """Text of an element, perhaps not all of it."""
        self._aside += len(text)
        if self._aside > MOST_ASIDE:
            raise damaged()


def _no_doctype(*_: object) -> None:
    """No spreadsheet program writes one; entities are declared there."""
    raise damaged()

"""How cells look: struck through, or so that nobody can read them. What formats make of dates and digits is in `styles`.

Formats that depend on what stands in cells (conditional ones), and those of tables as a whole, are not looked at.
https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.font
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: What a cell, or a part of its text, looks like.
STRUCK, UNSEEN = 1, 2

_OFF = ("0", "false")
#: Light and dark of the theme, which nearly every workbook has as white and black.
_THEME = {"0": 255, "1": 0}
#: https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.indexedcolors
_INDEXED = {"0": 0, "1": 255, "8": 0, "9": 255, "64": 0, "65": 255}
_RGB = re.compile(r"(?:[0-9A-F]{2})?([0-9A-F]{6})", re.IGNORECASE)
#: Letters so near to the colour behind them, of 255, cannot be read.
_ALIKE = 16
_LEAST_SIZE = 2.0  # in points
#: A piece of a format: what is shown as it is, a filling, a condition or a colour, or any other character.
_PIECE = re.compile(r'"([^"]*)"?|\\(.?)|[_*].?|\[[^\]]*\]?|(.)', re.DOTALL)

Colour = tuple[int, int, int]
_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)


@dataclass(slots=True)
class Font:
    """Of a cell, or of a part of its text.

    Attributes:
        colour: of its letters; None when it is not known.
    """

    struck: bool = False
    tiny: bool = False
    colour: Colour | None = _BLACK

    def take(self, name: str, attributes: Mapping[str, str]) -> None:
        """Takes an element of the font."""
        if name == "strike":
            self.struck = attributes.get("val", "1").lower() not in _OFF
        elif name == "color":
            self.colour = _colour(attributes)
        elif name == "sz":
            self.tiny = float(attributes.get("val", "11")) < _LEAST_SIZE

    def appearance(self, behind: Colour | None = _WHITE) -> int:
        """What is written in it looks like, on this colour; None for one that is not known."""
        unseen = self.tiny
        if self.colour is not None and behind is not None:
            unseen = unseen or all(abs(one - other) <= _ALIKE for one, other in zip(self.colour, behind, strict=True))
        return STRUCK * self.struck | UNSEEN * unseen


@dataclass(frozen=True, slots=True)
class Appearances:
    """What cells look like, by their styles; those that are not there are as usual.

    Attributes:
        texts: of cells with a text.
        numbers: of cells with a number.
        painted: something else than white is behind them.
    """

    texts: Mapping[int, int] = field(default_factory=dict)
    numbers: Mapping[int, int] = field(default_factory=dict)
    painted: frozenset[int] = frozenset()

    def of(self, style: int, runs: int, *, number: bool) -> int:
        """What a cell looks like whose parts look so on white."""
        if runs & UNSEEN and style in self.painted:
            runs &= ~UNSEEN
        return runs | (self.numbers if number else self.texts).get(style, 0)

    def __bool__(self) -> bool:
        return bool(self.texts or self.numbers)


class Fonts:
    """The fonts of a workbook and the colours behind them, as they come."""

    def __init__(self) -> None:
        self._fonts: list[Font] = []
        self._behind: list[Colour | None] = []
        self._solid = False

    def take(self, within: str, depth: int, name: str, attributes: Mapping[str, str]) -> None:
        """Takes an element of the styles, at this depth `within` one of those just below the outermost."""
        if within == "fonts":
            if depth == 3:
                self._fonts.append(Font())
            elif self._fonts:
                self._fonts[-1].take(name, attributes)
        elif within == "fills":
            if depth == 3:
                self._behind.append(_WHITE)
            elif name == "patternFill" and self._behind:
                pattern = attributes.get("patternType", "none")
                self._solid = pattern == "solid"
                self._behind[-1] = _WHITE if pattern == "none" else None
            elif name == "fgColor" and self._solid and self._behind:
                self._behind[-1] = _colour(attributes)
            elif name == "gradientFill" and self._behind:
                self._behind[-1] = None

    def appearances(self, styles: list[tuple[int, int, str]]) -> Appearances:
        """Of styles: each with its font, its fill and its format."""
        texts: dict[int, int] = {}
        numbers: dict[int, int] = {}
        painted: set[int] = set()
        for style, (font, fill, code) in enumerate(styles):
            behind = self._behind[fill] if 0 <= fill < len(self._behind) else _WHITE
            if behind != _WHITE:
                painted.add(style)
            drawn = self._fonts[font].appearance(behind) if 0 <= font < len(self._fonts) else 0
            no_numbers, no_texts = _shows_nothing(code)
            if of_texts := drawn | UNSEEN * no_texts:
                texts[style] = of_texts
            if of_numbers := drawn | UNSEEN * no_numbers:
                numbers[style] = of_numbers
        return Appearances(texts, numbers, frozenset(painted))


def _colour(attributes: Mapping[str, str]) -> Colour | None:
    """The colour that an element names; None for one that is not known."""
    if rgb := _RGB.fullmatch(attributes.get("rgb", "")):
        red, green, blue = bytes.fromhex(rgb[1])
        return red, green, blue
    light = _THEME.get(attributes.get("theme", ""), _INDEXED.get(attributes.get("indexed", "")))
    if light is None:
        return _BLACK if "auto" in attributes else None
    tint = float(attributes.get("tint", "0"))
    light = round(light * (1 + tint) if tint < 0 else light + (255 - light) * tint)
    return light, light, light


def _shows_nothing(code: str) -> tuple[bool, bool]:
    """Whether a format shows nothing of a number, and nothing of a text: `;;;` does neither."""
    if not code:
        return False, False
    sections = [""]
    for quoted, escaped, other in _PIECE.findall(code):
        if other == ";":
            sections.append("")
        else:
            sections[-1] += (quoted or escaped or other).strip()
    return not sections[0], len(sections) > 3 and not sections[3]

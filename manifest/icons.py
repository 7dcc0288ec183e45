"""Draws the two icons of the Teams app. Run by hand after a change of motif: `python -m manifest.icons`.

Sizes and colours: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
GREEN, LEAF, CREAM, GOLD, WHITE = "#1d5345", "#2f7a66", "#f7f2e6", "#e9c877", "#ffffff"
FINE = 8  # drawn this many times larger, then reduced, so that curves come out smooth


class Board:
    """A square to draw on, in units of the motif's own 48 × 48 grid.

    Args:
        size: pixels of the finished icon.
        ground: background colour; None is transparent.
    """

    def __init__(self, size: int, ground: str | None) -> None:
        self._size = size
        self._image = Image.new("RGBA", (size * FINE, size * FINE), ground or "#ffffff00")
        self._draw = ImageDraw.Draw(self._image)
        self._unit = size * FINE / 48

    def arch(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A door: straight sides under half a circle."""
        half = (right - left) / 2
        self._draw.pieslice(self._at(left, top, right, top + 2 * half), 180, 360, colour)
        self._draw.rectangle(self._at(left, top + half, right, bottom), colour)

    def fan(self, left: float, top: float, right: float, colour: str) -> None:
        """Half a circle: the window above the door."""
        self._draw.pieslice(self._at(left, top, right, top + right - left), 180, 360, colour)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """A door knob."""
        self._draw.ellipse(self._at(x - radius, y - radius, x + radius, y + radius), colour)

    def line(self, points: list[tuple[float, float]], width: float, colour: str) -> None:
        """A line with round ends."""
        scaled = [(x * self._unit, y * self._unit) for x, y in points]
        self._draw.line(scaled, colour, round(width * self._unit), joint="curve")
        for x, y in (points[0], points[-1]):
            self.dot(x, y, width / 2, colour)

    def save(self, path: Path) -> None:
        """Writes the finished icon."""
        self._image.resize((self._size, self._size), Image.Resampling.BOX).save(path, optimize=True)

    def _at(self, *edges: float) -> list[float]:
        return [edge * self._unit for edge in edges]


def colour() -> Board:
    """The door of the chat page on its green ground; Teams rounds the corners itself."""
    board = Board(192, GREEN)
    board.arch(13, 10, 35, 38.5, CREAM)
    board.arch(16.6, 13.6, 31.4, 38.5, LEAF)
    board.fan(16.6, 13.6, 31.4, GOLD)
    for x, y in ((24, 15), (20, 16.9), (28, 16.9)):
        board.line([(x, y), (24, 21)], 1.1, GREEN)
    board.dot(28.2, 30.4, 1.8, GOLD)
    board.line([(10, 38.5), (38, 38.5)], 2.4, GOLD)
    return board


def outline() -> Board:
    """The same door as white lines on nothing."""
    board = Board(32, None)
    board.arch(9, 3, 39, 43, WHITE)
    board.arch(13, 7, 35, 43, "#ffffff00")
    board.line([(13, 19), (35, 19)], 3.4, WHITE)
    board.dot(29.5, 31, 2.6, WHITE)
    board.line([(4, 43), (44, 43)], 4, WHITE)
    return board


if __name__ == "__main__":
    colour().save(HERE / "color.png")
    outline().save(HERE / "outline.png")

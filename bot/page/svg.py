"""What matplotlib draws, made part of a page: text stays text in the page's own font, and colours follow the page's light or dark."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bot.page.markup import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Points; the picture takes the width it is given, and at this one its text is as large as the page's small print.
WIDTH = 400
TEXT = 11.5
_LINK = "{http://www.w3.org/1999/xlink}href"
_TURNED_BY_NOTHING = re.compile(r"rotate\(-?0(?:\.0+)? ")


class Paint(StrEnum):
    """Colours by what they are for. The values only stand in for `var(--name)` of the style sheet while matplotlib draws."""

    INK = "#010101"
    MUTED = "#010102"
    LINE = "#010103"
    PAPER = "#010104"
    PHONE_ONLY = "#010105"
    PHONE_DEFAULT = "#010106"
    PHONE_TOO = "#010107"
    STRONG = "#010108"
    NOTHING = "#010109"
    UNKNOWN = "#01010a"

    @property
    def variable(self) -> str:
        """As the style sheet has it."""
        return f"var(--{self.name.lower().replace('_', '-')})"


def draw(name: str, height: float, title: str, paint: Callable[[Axes], None]) -> str:
    """A picture as an `svg` element. The same drawing gives the same bytes.

    Args:
        name: unlike that of any other picture on the page.
        height: in points.
        title: what is read aloud in its place.
        paint: draws on axes whose x and y are points, from the lower left.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - an extra that the bot's image does not have
    from matplotlib.figure import Figure  # noqa: PLC0415

    # https://matplotlib.org/stable/users/explain/customizing.html
    fixed = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "DejaVu Sans", "font.size": TEXT, "text.parse_math": False}
    file = io.StringIO()
    with rc_context(fixed), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")  # whether its own font has a letter does not matter
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height))
        axes.axis("off")
        paint(axes)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_a_page(file.getvalue(), title)


def _for_a_page(drawn: str, title: str) -> str:
    """Without a style sheet, a font and names of its own; the page's policy takes no style attributes either."""
    root = ElementTree.fromstring(drawn)  # noqa: S314 - made a line above, by a library that escapes what it is given
    for unwanted in ("metadata", "defs"):
        for child in root.findall(f"{{*}}{unwanted}"):
            if unwanted == "metadata" or child.find("{*}style") is not None:
                root.remove(child)
    pointed_at = "".join(value for each in root.iter() for key, value in each.items() if key in ("clip-path", _LINK))
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
        each.attrib.update(_styled(each.attrib.pop("style", "")))
        if target := each.attrib.pop(_LINK, ""):
            each.set("href", target)
        if each.get("id", "") not in pointed_at:
            del each.attrib["id"]
        if _TURNED_BY_NOTHING.match(each.get("transform", "")):
            del each.attrib["transform"]
    for size in ("width", "height", "version"):
        del root.attrib[size]
    svg = ElementTree.tostring(root, encoding="unicode")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{words(title)}" ', 1)


def _styled(style: str) -> dict[str, str]:
    """The declarations of a style attribute as attributes of their own."""
    pairs = (each.partition(":") for each in style.split(";") if each.strip())
    found = {name.strip(): value.strip() for name, _, value in pairs}
    found.pop("font-family", None)
    paints = {paint.value: paint.variable for paint in Paint}
    return {name: paints.get(value, value) for name, value in found.items()}

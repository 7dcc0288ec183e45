"""Charts, which Teams draws on computers: the rest of the vocabulary of `elements`.

They are no elements of Adaptive Cards 1.5, and mobile clients and older ones do not know them, so none is made without a `fallback` that
says the same in words and characters. That alone decides: `requires` names capabilities of a host, no page says which one stands for
charts, and by a name that a client does not list nobody would ever see one.
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.domain.said import spoken
from cards.elements import Element, Spacing
from cards.untrusted import inert

#: Characters of a name in a chart, where there is little room.
LONGEST = 40


def line_chart(title: str, legend: str, points: Iterable[tuple[date, int]], fallback: Element, *, spacing: Spacing = "Medium") -> Element:
    """A count over days."""
    values = [{"x": day.isoformat(), "y": count} for day, count in points]
    return {
        "type": "Chart.Line",
        "title": _label(title),
        "color": "attention",
        "data": [{"legend": _label(legend), "values": values}],
        "spacing": spacing,
        "fallback": fallback | {"spacing": spacing},
    }


def stacked_bars(
    title: str, bars: Iterable[tuple[str, Iterable[tuple[str, int, str]]]], fallback: Element, *, spacing: Spacing = "Medium"
) -> Element:
    """Bars made of parts: each a name, and parts of legend, count and colour."""
    drawn = [
        {
            "title": _label(name),
            "data": [{"legend": _label(legend), "value": count, "color": colour} for legend, count, colour in parts],
        }
        for name, parts in bars
    ]
    return {
        "type": "Chart.HorizontalBar.Stacked",
        "title": _label(title),
        "data": drawn,
        "spacing": spacing,
        "fallback": fallback | {"spacing": spacing},
    }


def _label(text: str) -> str:
    """Nobody says whether charts read Markdown."""
    return inert(spoken(text), LONGEST)

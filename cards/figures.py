"""Counts on cards: a number standing alone, and one with what it counts."""

from __future__ import annotations

from bot.domain.said import number, say
from cards.elements import Element, columns, line, run

#: Wide enough for a count of six digits; what stands below one is set in by as much.
COUNT = "64px"


def number_text(count: int) -> str:
    """A count standing alone."""
    return say("{count}", count=number(count))


def figure(count: int, *words: Element) -> Element:
    """How many of what, read out together."""
    return columns(
        (COUNT, [line(run(number_text(count), bold=True), spacing="None", align="Right")]),
        ("stretch", [line(*words, spacing="None")]),
    )

"""Charts in cards, which Teams draws on computers and not on phones: what is checked of them before a card is taken.

Teams itself drops what it cannot draw; here a card with such a chart is refused, so that a mistake is noticed.
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards
"""

from __future__ import annotations

from typing import Any

from simulator.teams.refusals import bad_syntax

#: What each chart's series consist of: the name of their list, and the two properties of each point.
_SERIES = {
    "Chart.Line": ("values", "x", "y"),
    "Chart.VerticalBar.Grouped": ("values", "x", "y"),
    "Chart.HorizontalBar.Stacked": ("data", "legend", "value"),
}
#: Charts whose data are points at once.
_POINTS = {
    "Chart.HorizontalBar": ("x", "y"),
    "Chart.VerticalBar": ("x", "y"),
    "Chart.Donut": ("legend", "value"),
    "Chart.Pie": ("legend", "value"),
}


def check_chart(element: dict[str, Any]) -> None:
    """Pass silently when it is no chart, or one that can be drawn and has something else for whoever cannot draw it.

    Raises:
        Refusal: 400, with the reason.
    """
    kind = str(element.get("type"))
    if not kind.startswith("Chart.") or kind == "Chart.Gauge":
        return
    if not isinstance(element.get("fallback"), dict):
        raise bad_syntax(f"{kind} without a fallback shows nothing on phones")
    if kind in _SERIES:
        within, name, count = _SERIES[kind]
        for series in _objects(kind, element.get("data")):
            _check_points(kind, series.get(within), name, count)
    elif kind in _POINTS:
        _check_points(kind, element.get("data"), *_POINTS[kind])
    else:
        raise bad_syntax(f"There is no chart {kind}")


def _check_points(kind: str, points: Any, name: str, count: str) -> None:
    for point in _objects(kind, points):
        if not isinstance(point.get(name), str) or not point[name]:
            raise bad_syntax(f"{kind}: {name} must be a text, not {point.get(name)!r}")
        if not isinstance(point.get(count), (int, float)) or isinstance(point[count], bool):
            raise bad_syntax(f"{kind}: {count} must be a number, not {point.get(count)!r}")


def _objects(kind: str, given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise bad_syntax(f"{kind} needs data: a list of objects, not {given!r}")
    return given

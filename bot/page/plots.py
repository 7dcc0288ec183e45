"""The plots of the report: how people are registered, where those with only a phone work, and how their number goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.domain.report import Class, Counts, Day, Forecast
from bot.domain.said import MONTHS, join, number, say, spoken
from bot.page.svg import WIDTH, Paint, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAINTS: Mapping[Class, Paint] = {one: Paint[one.name] for one in Class}
#: Points, as everything here.
_LEFT, _RIGHT = 2.0, WIDTH - 2.0
_STEP = 36.0  # from one bar to the next
_BAR = 13.0
_ROOM = 96.0  # what a date needs
_DASHED, _DOTTED = (0, (3, 2)), (0, (2, 2))


def classes(rows: Sequence[tuple[str, Counts]], title: str) -> str:
    """One bar of the same length for each row, divided by class."""

    def paint(axes: Axes) -> None:
        for index, (name, counts) in enumerate(rows):
            top = _STEP * (len(rows) - index)
            _label(axes, top, name, say("{count}", count=number(counts.all)))
            left = _LEFT
            for one in Class:
                width = (_RIGHT - _LEFT) * counts.people.get(one, 0) / max(counts.all, 1)
                _bar(axes, top, left, width, PAINTS[one])
                left += width

    return draw("classes", _STEP * len(rows), title, paint)


def departments(rows: Sequence[tuple[str, Counts]], title: str) -> str:
    """One bar for each row: as long as the department, and filled as far as people have only a phone."""
    scale = (_RIGHT - _LEFT) / max((counts.all for _, counts in rows), default=1)

    def paint(axes: Axes) -> None:
        for index, (name, counts) in enumerate(rows):
            top = _STEP * (len(rows) - index)
            _label(axes, top, name, say("{count} of {all}", count=number(counts.phone_only), all=number(counts.all)))
            _bar(axes, top, _LEFT, scale * counts.all, Paint.LINE)
            _bar(axes, top, _LEFT, scale * counts.phone_only, Paint.PHONE_ONLY)

    return draw("departments", _STEP * len(rows), title, paint)


def _label(axes: Axes, top: float, name: str, value: str) -> None:
    axes.text(_LEFT, top - 13, name, color=Paint.INK)
    axes.text(_RIGHT, top - 13, spoken(value), color=Paint.MUTED, ha="right")


def _bar(axes: Axes, top: float, left: float, width: float, paint: Paint) -> None:
    if width:
        axes.barh(top - 19 - _BAR / 2, width, _BAR, left=left, color=paint, edgecolor=Paint.PAPER, linewidth=0.8)


def trend(days: Sequence[Day], foreseen: Forecast | None, ends: Sequence[date], title: str) -> str:
    """A line through the readings, a dashed one for where it goes, and an upright one for each day on which something ends.

    Args:
        days: two or more, oldest first.
        ends: in order; the plot reaches as far as the first of them that is to come.
    """
    return draw("trend", _Trend.HEIGHT, title, _Trend(days, foreseen, ends).paint)


class _Trend:
    HEIGHT = 236.0
    FLOOR, CEILING = 32.0, 196.0
    LEFT, RIGHT = 44.0, WIDTH - 12.0

    def __init__(self, days: Sequence[Day], foreseen: Forecast | None, ends: Sequence[date]) -> None:
        self._days = days
        self._first, self._last = days[0].day, days[-1].day
        self._until = next((end for end in ends if end > self._last), self._last + timedelta(days=7))
        self._ends = [end for end in ends if self._first <= end <= self._until]
        self._ahead = _ahead(days[-1], foreseen, self._until) if foreseen else None
        self._most = _even(max(day.phone_only for day in (*days, *filter(None, (self._ahead,)))))

    def paint(self, axes: Axes) -> None:
        for count in (0, self._most // 2, self._most):
            axes.plot((self.LEFT, self.RIGHT), (self._y(count),) * 2, color=Paint.LINE, lw=1)
            axes.text(self.LEFT - 6, self._y(count) - 4, _count(count), color=Paint.MUTED, ha="right")
        for end in self._ends:
            x = self._x(end)
            axes.plot((x, x), (self.FLOOR, self.CEILING + 10), color=Paint.INK, lw=1, ls=_DOTTED)
            axes.text(x, self.CEILING + 16, _day(end), color=Paint.INK, ha="right" if x > WIDTH / 2 else "left")
        self._line(axes, self._days)
        last = self._days[-1]
        if self._ahead:
            self._line(axes, (last, self._ahead), ls=_DASHED)
        x, y = self._x(last.day), self._y(last.phone_only)
        axes.plot((x,), (y,), "o", color=Paint.PHONE_ONLY, ms=6)
        axes.text(x, y + 9, _count(last.phone_only), color=Paint.INK, weight="bold", ha="right" if x > WIDTH - _ROOM else "left")
        self._days_below(axes)

    def _line(self, axes: Axes, days: Sequence[Day], ls: object = "-") -> None:
        axes.plot([self._x(day.day) for day in days], [self._y(day.phone_only) for day in days], color=Paint.PHONE_ONLY, lw=2.2, ls=ls)

    def _days_below(self, axes: Axes) -> None:
        """The first day, the last, and the end of the plot, as far as there is room."""
        taken = self.LEFT
        for day, side in ((self._first, "left"), (self._last, "center"), (self._until, "right")):
            x = self._x(day)
            begins = x - {"left": 0.0, "center": _ROOM / 2, "right": _ROOM}[side]
            if begins < taken or (day == self._last and x + _ROOM / 2 > WIDTH) or day in self._ends:
                continue
            axes.text(x, 12, _day(day), color=Paint.MUTED, ha=side)
            taken = begins + _ROOM

    def _x(self, day: date) -> float:
        return self.LEFT + (self.RIGHT - self.LEFT) * (day - self._first).days / (self._until - self._first).days

    def _y(self, count: float) -> float:
        return self.FLOOR + (self.CEILING - self.FLOOR) * count / self._most


def _ahead(last: Day, foreseen: Forecast, until: date) -> Day:
    """Where the line ends if it goes on: at nobody, or at the end of the plot."""
    over = min(until, foreseen.none_left or until)
    return Day(over, max(round(last.phone_only - foreseen.a_week * (over - last.day).days / 7), 0), last.people)


def _even(count: int) -> int:
    """The next number that looks well at the top of an axis, and so does its half."""
    size = 1
    while count > 10 * size:
        size *= 10
    return next(times * size for times in (2, 4, 6, 8, 10) if times * size >= count)


def _count(count: int) -> str:
    return spoken(say("{count}", count=number(count)))


def _day(day: date) -> str:
    return spoken(join(" ", (str(day.day), MONTHS[day.month - 1])))

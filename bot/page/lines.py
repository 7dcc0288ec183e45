"""The report of who has only a phone in a few lines for a terminal, in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, tzinfo

from bot.domain.phone_ends import POPULATIONS, ends
from bot.domain.report import PhoneOnlyReport, forecast
from bot.domain.retirement import Population, Retirement
from bot.domain.said import Reader, number, said_at, said_day, say_count, speaking, spoken
from bot.page.sentences import NOBODY, foreseen, what_ends
from cards.untrusted import plain

#: The page has all of them.
_MOST_DEPARTMENTS = 10
_NAME = 40


def lines(report: PhoneOnlyReport, retirement: Retirement, today: date, zone: tzinfo) -> Iterator[str]:
    """What ends, how many there are and where, how it goes, and how old all of it is."""
    with speaking(Reader(zone=zone)):
        read_at, oldest = spoken(said_at(report.read_at)), report.oldest
        name = plain(report.scope.name, _NAME)
        yield f"Who has only a phone: {name}" if name else "Who has only a phone"
        yield f"Read from Entra ID on {read_at}." + (f" Entra's oldest record of them is of {said_day(oldest)}." if oldest else "")
        yield what_ends(retirement, today)
        yield ""
        if not report.total.all:
            yield NOBODY
            return
        yield _row("", "people", "only a phone")
        rows = [(one, report.populations[one]) for one in Population if one in report.populations]
        for one, counts in rows:
            yield _row(POPULATIONS[one], number(counts.all), number(counts.phone_only))
        if len(rows) > 1:
            yield _row("together", number(report.total.all), number(report.total.phone_only))
        departments = [(plain(each, _NAME) or "no department", counts) for each, counts in report.departments if counts.phone_only]
        if departments and not report.scope.department:
            yield ""
            for each, counts in departments[:_MOST_DEPARTMENTS]:
                yield _row(each, number(counts.all), number(counts.phone_only))
            if more := len(departments[_MOST_DEPARTMENTS:]):
                yield spoken(say_count(more, "and {count} more department", "and {count} more departments"))
        yield ""
        coming = ends(report.populations, retirement)
        for end in coming:
            left = (end.day - today).days
            when = f", in {left} {'day' if left == 1 else 'days'}" if left > 0 else ""
            yield f"{said_day(end.day)}{when}: {number(end.people)} of them {'gets' if end.people == 1 else 'get'} no code from then on."
        if len(report.days) > 1:
            yield foreseen(report.total.phone_only, forecast(report.days, today), [end.day for end in coming], today)


def _row(name: object, people: object, phone_only: object) -> str:
    return f"{name!s:<{_NAME}}  {people!s:>9}  {phone_only!s:>12}"

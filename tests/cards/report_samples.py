"""Reports of who has only a phone, as a company of 11,700 sees them: what the golden files and the properties are made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.domain.replies import Reply, ReportShown
from bot.domain.report import Class, Counts, Day, PhoneOnlyReport, Scope
from bot.domain.retirement import Channel, Population, Retirement

NOW = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
DATES = Retirement(date(2027, 2, 1), date(2027, 7, 1))

POPULATIONS = {
    Population.MEMBER: Counts(
        {Class.PHONE_ONLY: 3_900, Class.PHONE_DEFAULT: 1_200, Class.PHONE_TOO: 2_100, Class.STRONG: 3_600, Class.NOTHING: 180}, 160
    ),
    Population.ADMINISTRATOR: Counts({Class.PHONE_ONLY: 12, Class.STRONG: 48}),
    Population.GLOBAL_ADMINISTRATOR: Counts({Class.PHONE_ONLY: 1, Class.STRONG: 4}),
    Population.EXTERNAL: Counts({Class.PHONE_ONLY: 100, Class.PHONE_TOO: 55, Class.UNKNOWN: 500}, 2),
}
DEPARTMENTS = tuple(
    (name, Counts({Class.PHONE_ONLY: phones, Class.STRONG: others}))
    for name, phones, others in (
        ("Retail", 1_410, 890), ("Logistics", 1_020, 310), ("Health", 640, 1_200), ("Facilities", 300, 90), ("", 180, 700),
        ("Finance", 150, 1_100), ("Sales", 120, 1_400), ("Research", 90, 1_600), ("People", 60, 300), ("Projects", 43, 120),
    )
)  # fmt: skip


def falling(weeks: int, a_week: int, last: int = 4_013, people: int = 11_700) -> tuple[Day, ...]:
    """A reading on each day of so many weeks."""
    return tuple(Day(TODAY - timedelta(days=back), last + round(a_week * back / 7), people) for back in range(7 * weeks, -1, -1))


REPORT = PhoneOnlyReport(Scope(), NOW - timedelta(minutes=20), NOW - timedelta(hours=30), POPULATIONS, DEPARTMENTS, falling(12, 210))
WHOLE = ReportShown(REPORT, DATES, NOW, "all")
DEPARTMENT = PhoneOnlyReport(
    Scope("Logistics"),
    NOW - timedelta(hours=5),
    NOW - timedelta(days=4),
    {Population.MEMBER: Counts({Class.PHONE_ONLY: 1_020, Class.STRONG: 310}, 60)},
    (("Logistics", Counts({Class.PHONE_ONLY: 1_020, Class.STRONG: 310}, 60)),),
    (Day(TODAY, 1_020, 1_330),),
)


def reports() -> dict[str, Reply]:
    """Name of the golden file -> reply."""
    return {
        "report-everybody": WHOLE,
        "report-department": ReportShown(DEPARTMENT, DATES, NOW, "d0", lists=False),
        "report-with-texts": replace(WHOLE, retirement=replace(DATES, provider=frozenset({Channel.SMS}))),
        "report-with-provider": replace(WHOLE, retirement=replace(DATES, provider=frozenset(Channel))),
        "report-other-cloud": replace(WHOLE, retirement=Retirement()),
        "report-afterwards": replace(WHOLE, now=NOW + timedelta(days=100), trouble="Entra ID does not answer properly at the moment."),
        "report-rising": replace(WHOLE, report=replace(REPORT, days=falling(3, -35))),
        "report-nobody": replace(WHOLE, report=replace(REPORT, populations={}, departments=(), days=(), oldest=None)),
    }


def hostile_reports(text: str) -> dict[str, Reply]:
    """The same with `text` wherever somebody else's words can stand."""
    counts = Counts({Class.PHONE_ONLY: 999_999, Class.STRONG: 999_999})
    report = replace(REPORT, scope=Scope(group=text, members=frozenset()), departments=((text, counts),) * 60)
    return {"report": replace(WHOLE, report=report, trouble=text)}

"""The report of who has only a phone as a page for managers: counts alone, no name and no number of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo

from bot.domain.phone_ends import CLASSES, POPULATIONS, End, ends
from bot.domain.report import WEEKS, Class, Counts, PhoneOnlyReport, forecast
from bot.domain.retirement import Channel, Population, Retirement
from bot.domain.said import Reader, number, said_at, said_day, say, say_count, speaking, spoken
from bot.languages import catalogue
from bot.page import plots
from bot.page.markup import capital, document, element, listed, paragraph, section, table, words
from bot.page.sentences import NOBODY, foreseen, weeks, what_ends
from cards.untrusted import plain

#: A plot has only the departments with most; the table below it has all.
_MOST_BARS = 12
_NAME = 80
_NAME_IN_PLOT = 36
#: Entra makes its rows anew within hours; older ones are said to be old.
_STALE = timedelta(hours=48)


def page(report: PhoneOnlyReport, retirement: Retirement, today: date, language: str, zone: tzinfo) -> str:
    """The page as HTML: complete in itself, and the same bytes for the same report.

    Args:
        language: of whoever reads it, one of `bot.languages.LANGUAGES`.
        zone: in which moments are said.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    with speaking(Reader(catalogue(language), zone)):
        name = plain(report.scope.name, _NAME)
        title = say("Who has only a phone: {name}", name=name) if name else say("Who has only a phone")
        days = ends(report.populations, retirement)
        header = element("header", element("h1", words(title)), paragraph(what_ends(retirement, today)))
        if not report.total.all:
            return document(title, language, header, paragraph(NOBODY), _about(report))
        return document(
            title,
            language,
            header,
            _figures(report.total, days, today),
            _what_ends(report, retirement, days),
            _registered(report),
            element("div", _trend(report, days, today), _weeks(retirement, days, today), class_="column"),
            element("div", _departments(report), class_="column"),
            _about(report),
        )


def _figures(total: Counts, days: Sequence[End], today: date) -> str:
    people = say_count(total.all, "of {count} person has nothing but a phone", "of {count} people have nothing but a phone")
    figures = [_figure(number(total.phone_only), people, _share(total.phone_only, total.all))]
    for end in days:
        left = (end.day - today).days
        if left <= 0:
            since = say_count(end.people, "person gets no code since {day}", "people get no code since {day}", day=end.day)
            figures.append(_figure(number(end.people), since))
            continue
        whom = say_count(end.people, "{count} person gets no code from {day} on", "{count} people get no code from {day} on", day=end.day)
        a_week = say("{count} a week until then", count=number(-(-7 * end.people // left))) if left > 7 else ""
        figures.append(_figure(number(left), say_count(left, "day left", "days left"), whom, a_week))
    return element("div", *figures, class_="figures")


def _figure(figure: object, *lines: str) -> str:
    return element("div", element("strong", words(figure)), *map(paragraph, lines), class_="figure")


def _what_ends(report: PhoneOnlyReport, retirement: Retirement, days: Sequence[End]) -> str:
    def end(population: Population, channel: Channel, *, first_factor: bool = False) -> str:
        if retirement.day(population) is None:
            return capital(say("not known"))
        day = retirement.ends(population, {channel}, first_factor=first_factor)
        return said_day(day) if day else capital(say("own provider"))

    head = ("", say("people"), say("only a phone"), say("codes by text"), say("codes by call"), say("SMS sign-in"))
    rows = [
        (
            POPULATIONS[population],
            number(counts.all),
            number(counts.phone_only),
            end(population, Channel.SMS),
            end(population, Channel.VOICE),
            end(population, Channel.SMS, first_factor=True),
        )
        for population, counts in _populations(report)
    ]
    then = say(
        "From then on whoever has only a phone is made to register a passkey at the next sign-in. That is no lock-out, but who has no "
        "device for a passkey calls the helpdesk."
    )
    reset = say("Password reset by text or call ends on the same day.")
    sign_in = say("SMS sign-in, where a text takes the place of the password, ends with an own provider too.")
    notes = (then if days else "", reset if days and not retirement.provider else "", sign_in if retirement.sooner else "")
    return section(say("What ends, for whom, when"), table(head, rows, stacked=True), *map(paragraph, notes))


def _populations(report: PhoneOnlyReport) -> list[tuple[Population, Counts]]:
    return [(one, report.populations[one]) for one in Population if one in report.populations]


def _registered(report: PhoneOnlyReport) -> str:
    total = report.total
    rows: list[tuple[str, Counts]] = [(capital(POPULATIONS[one]), counts) for one, counts in _populations(report)]
    if len(rows) > 1:
        rows.insert(0, (capital(say("everybody")), total))
    classes = [one for one in Class if total.people.get(one)]
    title = say("How people are registered")
    key = [(one.value, CLASSES[one], number(total.people[one]), _share(total.people[one], total.all)) for one in classes]
    return section(
        title,
        element("div", plots.classes(rows, spoken(title)), listed(key), class_="plot"),
        table(
            ("", *(CLASSES[one] for one in classes), say("all")),
            [(name, *(number(counts.people.get(one, 0)) for one in classes), number(counts.all)) for name, counts in rows],
            stacked=True,
        ),
    )


def _departments(report: PhoneOnlyReport) -> str:
    most = [(_department(name, _NAME_IN_PLOT), counts) for name, counts in report.departments if counts.phone_only][:_MOST_BARS]
    if not most:
        return ""
    title = say("Where they work")
    rows = [
        (_department(name, _NAME), number(counts.phone_only), number(counts.all), _share(counts.phone_only, counts.all))
        for name, counts in report.departments
    ]
    head = (say("department"), say("only a phone"), say("people"), say("share"))
    return section(title, plots.departments(most, spoken(title)), table(head, rows))


def _department(name: str, most: int) -> str:
    return plain(name, most) or capital(say("no department"))


def _trend(report: PhoneOnlyReport, days: Sequence[End], today: date) -> str:
    title = say("How it goes")
    history = [each for each in report.days if each.day > today - timedelta(weeks=WEEKS)]
    if len(history) < 2:
        return section(title, paragraph(say("There is one reading so far. The trend begins with the next one.")))
    pace = forecast(report.days, today)
    drawn = plots.trend(history, pace, [end.day for end in days], spoken(title))
    return section(title, drawn, paragraph(foreseen(history[-1].phone_only, pace, [end.day for end in days], today)))


def _weeks(retirement: Retirement, days: Sequence[End], today: date) -> str:
    """Only where anybody is left without a code on the sooner day."""
    rows = list(weeks(retirement, today)) if any(end.day == retirement.sooner for end in days) else []
    return section(say("What to do, week by week"), table((say("when"), say("what")), rows, class_="text")) if rows else ""


def _about(report: PhoneOnlyReport) -> str:
    old = ""
    if report.oldest and report.read_at - report.oldest > _STALE:
        old = say(
            "Entra's oldest record of somebody with only a phone is of {day}: who has registered something since is still counted.",
            day=said_day(report.oldest),
        )
    better = say(
        "“Something better” is whatever goes on signing in: passkeys, Windows Hello, Microsoft Authenticator, codes of an app or a token. "
        "Email, security questions, Temporary Access Passes, QR codes and app passwords do not count."
    )
    enabled = say("Accounts that are disabled are not counted.")
    nobody = say("Nobody is named on this page. The list with names is a file of its own, for those who have to help.")
    read = say("Read from Entra ID on {at}.", at=said_at(report.read_at))
    return element("footer", *map(paragraph, (read, old, better, enabled, nobody)))


def _share(count: int, of: int) -> str:
    if not of:
        return ""
    return "<1%" if 0 < 100 * count < of else f"{round(100 * count / of)}%"

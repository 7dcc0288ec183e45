"""The report of who has only a phone: how many, what ends when, of whom and where they are, where it goes, and how old all of it is.

Whatever a chart shows stands in words too: in the text above it, or in what clients without charts show in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.domain.incoming import Verb
from bot.domain.phone_ends import CLASSES, POPULATIONS, End, ends, foreseen
from bot.domain.replies import ReportShown
from bot.domain.report import Class, Counts, Day, forecast, trend
from bot.domain.retirement import Channel, Retirement, Retiring, channels_in_words
from bot.domain.said import join, number, said_day, say, say_count, spoken, together
from cards.buttons import button
from cards.charts import line_chart, stacked_bars
from cards.elements import (
    Element,
    band,
    box,
    card,
    heading,
    line,
    moment,
    run,
)
from cards.figures import figure, number_text
from cards.untrusted import plain

#: Departments on the card; the rest is counted.
MOST_DEPARTMENTS = 8
#: A reading that is older may be made anew, and rows of Entra's that are older are told of.
HOUR, OLD = timedelta(hours=1), timedelta(hours=48)
_BAR = 12
_BLOCKS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def render(shown: ReportShown) -> tuple[Element, str]:
    """The card and its summary."""
    report, today = shown.report, shown.now.date()
    total, summary = report.total, _headline(shown)
    body = [band("☎", say("Only a phone"), "warning" if report.total.phone_only else "good"), heading(summary)]
    if report.scope.name:
        body.append(line(run(report.scope.name, limit=120, subtle=True), spacing="None"))
    if not total.all:
        body.append(line(run(say("Nobody of these is in what I read from Entra ID."))))
    else:
        body += _what_ends(shown, today)
        body += _populations(shown)
        body += _classes(total)
        if not report.scope.department:
            body += _departments(report.departments)
        body += _trend(report.days, today, ends(report.populations, shown.retirement))
    body += _age(shown)
    return card(body, fallback=summary, actions=_actions(shown)), summary


def _headline(shown: ReportShown) -> str:
    total = shown.report.total
    if not total.all:
        return say("Nobody to report on")
    if not total.phone_only:
        return say("Nobody of {count} people has only a phone", count=number(total.all))
    return say_count(
        total.phone_only,
        "{count} of {all} people has only a phone",
        "{count} of {all} people have only a phone",
        all=number(total.all),
    )


def _what_ends(shown: ReportShown, today: date) -> Iterable[Element]:
    """What ends when for whom; of what goes on, why."""
    total, retirement = shown.report.total, shown.retirement
    if not total.phone_only:
        return
    for said in _carried_on(total, retirement, today):
        yield line(run(said, limit=400))
    for each in ends(shown.report.populations, retirement):
        yield line(run(_end(each, retirement, today), limit=400, bold=True))


def _carried_on(total: Counts, retirement: Retirement, today: date) -> Iterable[str]:
    if not retirement.sooner and not retirement.later:
        yield say("Microsoft has named no day on which texts and calls end in this cloud, so nothing is counted down.")
        return
    if not retirement.provider:
        return
    last = join(" ", Retiring(retirement, today).of_sms_sign_in())
    if retirement.provider == {Channel.SMS}:
        yield join(" ", (say("Your organisation's own telephony provider carries on with texts, not with calls."), last))
        if total.voice_only:
            yield say_count(
                total.voice_only,
                "{count} person has numbers that can only be called.",
                "{count} people have numbers that can only be called.",
            )
    elif Channel.SMS in retirement.provider:
        yield join(" ", (say("Your organisation's own telephony provider carries on with texts and calls, so nobody loses them."), last))
    else:
        yield join(
            " ", (say("Your organisation's own telephony provider carries on with calls, which every phone takes; texts end."), last)
        )


def _end(end: End, retirement: Retirement, today: date) -> str:
    """How many lose them on a day, and how far it is."""
    what = channels_in_words(set(Channel) - retirement.provider)
    of, day, left = together(POPULATIONS[one] for one in end.populations), said_day(end.day), (end.day - today).days
    if left > 0:
        return say_count(
            left,
            "{What} end on {day}, in {count} day, for {people} of them: {of}.",
            "{What} end on {day}, in {count} days, for {people} of them: {of}.",
            people=number(end.people),
            what=what,
            day=day,
            of=of,
        )
    return say("{What} ended on {day} for {people} of them: {of}.", people=number(end.people), what=what, day=day, of=of)


def _populations(shown: ReportShown) -> Iterable[Element]:
    populations = shown.report.populations
    rows = [(counts.phone_only, POPULATIONS[one], counts.all) for one in POPULATIONS if (counts := populations.get(one)) and counts.all]
    if len(rows) > 1:
        yield line(run(say("Kind of account"), bold=True), spacing="Medium")
        yield box([figure(count, run(what), _of(everybody)) for count, what, everybody in rows], style="emphasis", spacing="Small")


def _classes(total: Counts) -> Iterable[Element]:
    yield line(run(say("What people have registered"), bold=True), spacing="Medium")
    rows = [figure(total.people[one], run(CLASSES[one], bold=one is Class.PHONE_ONLY)) for one in Class if total.people.get(one)]
    yield box(rows, style="emphasis", spacing="Small")


def _departments(departments: Sequence[tuple[str, Counts]]) -> Iterable[Element]:
    """Where most of them are, as bars; what is left is counted."""
    found = [(plain(name) or say("No department"), counts) for name, counts in departments if counts.phone_only]
    if not found:
        return
    most = max(counts.phone_only for _, counts in found)
    shown = found[:MOST_DEPARTMENTS]
    rows: list[Element] = []
    for name, counts in shown:
        bar = "█" * max(1, round(_BAR * counts.phone_only / most))
        row = figure(counts.phone_only, run(name, limit=60), _of(counts.all))
        row["columns"][-1]["items"].append(line(run(bar, mono=True, colour="Attention"), spacing="None"))
        rows.append(row)
    title = say("Departments with most of them")
    bars = [
        (name, ((say("only a phone"), counts.phone_only, "attention"), (say("others"), counts.all - counts.phone_only, "neutral")))
        for name, counts in shown
    ]
    yield line(run(title, bold=True), spacing="Medium")
    yield stacked_bars(title, bars, box(rows), spacing="Small")
    if more := len(found) - len(shown):
        yield line(run(say_count(more, "and {count} more department", "and {count} more departments"), subtle=True))


def _trend(days: Sequence[Day], today: date, coming: Sequence[End]) -> Iterable[Element]:
    """How it went in the last weeks, week by week, and where it goes."""
    weeks = trend(days, today)
    if len(weeks) < 2:
        later = say("How it goes on shows here as soon as Entra ID was read in two different weeks.")
        yield line(run(later, subtle=True), spacing="Medium")
        return
    first, last = weeks[0], weeks[-1]
    yield line(run(say("Week by week"), bold=True), spacing="Medium")
    drawn = [run(f"{spoken(number_text(first.phone_only))} ", subtle=True), run(_blocks(weeks, today), mono=True, whole=True)]
    yield line(*drawn, run(f" {spoken(number_text(last.phone_only))}", bold=True))
    if pace := forecast(days, today):
        yield line(run(foreseen(pace, [each.day for each in coming], today), limit=300))
    rows = [line(run(number_text(each.phone_only), bold=True), run(" · "), run(said_day(each.day), subtle=True)) for each in weeks]
    points = ((each.day, each.phone_only) for each in weeks)
    yield line_chart(say("Only a phone, week by week"), say("only a phone"), points, box(rows), spacing="Small")


def _blocks(weeks: Sequence[Day], today: date) -> str:
    """A block for each week, high for many; a week without a reading is a gap."""
    found = {(today - each.day).days // 7: each.phone_only for each in weeks}
    most = max(1, *found.values())
    tall = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round(tall * found[back] / most)] if back in found else _GAP for back in range(max(found), -1, -1))


def _age(shown: ReportShown) -> Iterable[Element]:
    report = shown.report
    yield moment(say("Read from Entra ID at {at}", at=report.read_at), date=True, spacing="Medium")
    if report.oldest and report.read_at - report.oldest > OLD:
        told = say("Entra ID makes its own report late: some rows are of {at}, and do not know of what came after.", at=report.oldest)
        yield line(run(told, limit=400))
    if shown.trouble:
        yield line(run(say("It could not be read anew: {why}", why=shown.trouble), limit=400))


def _actions(shown: ReportShown) -> list[Element]:
    made = []
    if shown.lists and shown.report.total.phone_only:
        tooltip = say("Everybody who has only a phone, without numbers")
        made.append(button(say("List as a file"), Verb.LIST, shown.reference, tooltip=tooltip))
    if shown.now - shown.report.read_at > HOUR:
        made.append(button(say("Read again now"), Verb.READ_AGAIN, shown.reference))
    return made


def _of(everybody: int) -> Element:
    return run(say(" of {count}", count=number(everybody)), subtle=True)

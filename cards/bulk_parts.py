"""The parts of the cards of bulk jobs: the bar, the counts, the first rows of each kind, and what became of the rows."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.bulk import Bulk, Progress, Telling
from bot.domain.difference import difference_text
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.rows import Row, RowKind, Sample, masked
from bot.domain.said import join, number, said_at, say, say_count
from cards.bulk_words import MEANINGS, about, counts_text, kinds_counted, short, warned_text
from cards.elements import Colour, Element, box, columns, facts, line, run, woven
from cards.figures import COUNT, figure, number_text
from cards.size import LIMIT
from cards.wording import named

#: Bytes that a card may take before it shows fewer first rows.
ROOM = LIMIT * 9 // 10

#: Of how many kinds how many first rows are shown, until they fit.
FEWER = ((11, 3), (11, 2), (11, 1), (6, 1), (3, 1), (0, 0))

#: Characters of a bar; in large monospaced type they fit on the narrowest phone.
BAR = 22
#: Reasons of failures on a card.
MOST_REASONS = 5
#: Warnings, and what was put right, of a row on a card.
MOST_OF_A_ROW = 2
_ROW = "56px"

#: Ended, and not as the file wanted it.
NOT_DONE = (State.PARTIAL, State.FAILED, State.STALE)


def failed(progress: Progress) -> int:
    """Rows that have ended otherwise than the file wanted it; what was stopped is none of them."""
    return sum(progress.ended.get(state, 0) for state in NOT_DONE)


def not_done(progress: Progress) -> int:
    """Rows that may be tried again: what failed, and what was stopped before its turn."""
    return failed(progress) + progress.ended.get(State.CANCELLED, 0)


def tried(progress: Progress) -> int:
    """Rows that were carried out, well or not; what was stopped is none of them."""
    return progress.ended.get(State.SUCCEEDED, 0) + failed(progress)


def left(bulk: Bulk, progress: Progress) -> int:
    """Rows that have not been carried out."""
    return max(0, bulk.to_change - tried(progress))


def bar(total: int, *parts: tuple[int, Colour]) -> Element:
    """How much of the whole is what, drawn in characters: every client shows those, in its theme's colours, without asking for a picture.

    Whatever there is has at least one character. The figures stand below, since a drawing says nothing to a screen reader.
    """
    drawn, cells = [], BAR
    for count, colour in parts:
        width = min(cells, max(1, BAR * count // max(1, total))) if count > 0 else 0
        if width:
            drawn.append(run("━" * width, mono=True, colour=colour, size="Large"))
        cells -= width
    if cells:
        drawn.append(run("─" * cells, mono=True, subtle=True, size="Large"))
    return line(*drawn, spacing="Medium")


def percent(count: int, total: int) -> int:
    """Rounded down: nothing is whole before it is."""
    return 100 * count // max(1, total)


def checking(bulk: Bulk, progress: Progress) -> list[Element]:
    """How far the check is."""
    if not bulk.read:
        return []
    text = say("{percent} % checked", percent=percent(progress.checked, bulk.rows))
    return [bar(bulk.rows, (progress.checked, "Accent")), line(run(text, subtle=True))]


def going(bulk: Bulk, progress: Progress) -> list[Element]:
    """How far the job is: the bar, the same in figures, and how long it still takes."""
    done, wrong, rest = progress.ended.get(State.SUCCEEDED, 0), failed(progress), left(bulk, progress)
    figures = [run(say("✓ {count} done", count=number(done)), bold=True, colour="Good")]
    if wrong:
        figures += [run(" · "), run(say("✗ {count} failed", count=number(wrong)), bold=True, colour="Attention")]
    figures += [run(" · "), run(say("{count} left", count=number(rest)))]
    return [
        bar(bulk.to_change, (done, "Good"), (wrong, "Attention")),
        line(*figures),
        line(run(_speed(progress, rest, percent(done + wrong, bulk.to_change)), subtle=True)),
        *told(progress.telling),
    ]


def _speed(progress: Progress, rest: int, percent: int) -> str:
    ended = say("{percent} % of the rows have ended", percent=percent)
    if progress.hold or not rest:
        return ended
    if progress.rate < 1:
        return join(" · ", (ended, say("how long it takes is not known yet")))
    rate = round(progress.rate)
    return join(
        " · ",
        (
            ended,
            say_count(rate, "{count} row a minute", "{count} rows a minute"),
            say("{duration} left", duration=about(60 * rest / progress.rate)),
        ),
    )


def counted(bulk: Bulk) -> list[Element]:
    """How many rows there are of each kind, one kind a line."""
    rows = [
        figure(count, run(kind.in_words, bold=kind.changes), run(f" · {MEANINGS[kind]}", subtle=True))
        for kind, count in kinds_counted(bulk.counts)
    ]
    return [box(rows, style="emphasis", spacing="Medium")] if rows else []


def warned(bulk: Bulk) -> list[Element]:
    """In how many rows there is which warning, the most first."""
    lines = [
        line(run(join(" ", ("⚠", warned_text(code, count))), limit=200), spacing="None")
        for code, count in sorted(bulk.warned.items(), key=lambda each: (-each[1], each[0]))
    ]
    return [box(lines, style="warning", spacing="Small")] if lines else []


def repaired(bulk: Bulk) -> list[Element]:
    """In how many rows something was put right, and where to see it."""
    if not bulk.repaired:
        return []
    text = say_count(
        bulk.repaired,
        "In {count} row I put right what a spreadsheet had spoilt, such as a lost zero; the preview file shows it.",
        "In {count} rows I put right what a spreadsheet had spoilt, such as a lost zero; the preview file shows them.",
    )
    return [line(run(text), spacing="Medium")]


def samples(given: tuple[Sample, ...], kinds: int, most: int) -> list[Element]:
    """The first rows of so many kinds, `most` of each at the most; what needs no change is shown by one."""
    made: list[Element] = []
    for sample in given[:kinds]:
        rows = sample.rows[: 1 if sample.kind is RowKind.NO_CHANGE else most]
        if rows:
            made.append(line(run(sample.kind.in_words, bold=True), spacing="Small"))
            made += [columns((_ROW, [_row_number(row)]), ("stretch", _row(masked(row))), spacing="Small") for row in rows]
    title = line(run(say("The first rows of each kind, as they are numbered in the file"), bold=True), spacing="Large")
    return [title, *made] if made else []


def _row_number(row: Row) -> Element:
    return line(run(number_text(row.number), subtle=True, whole=True), spacing="None", align="Right")


def _row(row: Row) -> Iterable[Element]:
    if row.target:
        yield line(run(named(row.target), limit=60), run(f" · {row.target.upn}", limit=90, subtle=True), spacing="None")
    else:
        yield line(run(mask_text(row.user) or say("an empty name"), limit=80), spacing="None")
    for change in row.changes:
        yield line(run(difference_text(change), limit=160, unbroken=True), spacing="None")
    for warning in row.warned[: MOST_OF_A_ROW if row.kind and row.kind.changes else 0]:
        yield line(run(join(" ", ("⚠", warning.text)), limit=200, colour="Warning"), spacing="None")
    if row.reason:
        yield line(run(mask_text(row.reason), limit=300, subtle=True), spacing="None")
    for each in row.repaired[:MOST_OF_A_ROW]:
        yield line(run(say("Repaired: {what}", what=mask_text(each)), limit=200, subtle=True), spacing="None")


def ended(bulk: Bulk, progress: Progress) -> list[Element]:
    """What became of the rows that were to change something, one outcome a line; nothing where none was tried."""
    if not tried(progress):
        return []
    ended = progress.ended
    stopped = left(bulk, progress)
    outcomes: tuple[tuple[int, str, Colour], ...] = (
        (ended.get(State.SUCCEEDED, 0), say("✓ changed and checked"), "Good"),
        (ended.get(State.PARTIAL, 0), say("⚠ partly done"), "Warning"),
        (ended.get(State.FAILED, 0), say("✗ failed"), "Attention"),
        (ended.get(State.STALE, 0), say("⚠ left alone: changed by somebody else meanwhile"), "Warning"),
        (stopped, say("– not done"), "Default"),
    )
    rows = [figure(count, run(text, bold=True, colour=colour)) for count, text, colour in outcomes if count]
    bars = bar(bulk.to_change, (ended.get(State.SUCCEEDED, 0), "Good"), (failed(progress), "Attention"))
    return [bars, box(rows, style="emphasis", spacing="Small"), *_all_of_it(bulk, progress), *told(progress.telling)]


def told(telling: Telling) -> list[Element]:
    """How many people were told by mail, how many cannot be, and what the others wait for; nothing where nobody is told."""
    everybody = telling.told + telling.untold + telling.waiting
    if not everybody:
        return []
    parts = [say("Told by mail: {told} of {everybody}", told=number(telling.told), everybody=number(everybody))]
    if telling.untold:
        parts.append(say("{count} could not be told", count=number(telling.untold)))
    if telling.held_until:
        parts.append(say("the mailbox may send no more until {at}", at=said_at(telling.held_until)))
    return [line(run(join("; ", parts), limit=300), spacing="Medium")]


def _all_of_it(bulk: Bulk, progress: Progress) -> list[Element]:
    """What became of the whole file, also of the rows that were never to change anything."""
    total, done = sum(bulk.counts.values()), progress.ended.get(State.SUCCEEDED, 0)
    left_out = {kind: count for kind, count in bulk.counts.items() if not kind.changes}
    if not sum(left_out.values()):
        return []
    said = say(
        "{done} of {rows} rows done; {left} left out: {kinds}.",
        done=number(done), rows=number(total), left=number(sum(left_out.values())), kinds=counts_text(left_out),
    )  # fmt: skip
    return [line(run(said, limit=400), spacing="Medium")]


def reasons(progress: Progress) -> list[Element]:
    """Why rows failed, the most frequent first; what goes beyond `MOST_REASONS` is counted."""
    if not progress.codes:
        return []
    shown = [line(run(say("Why rows failed"), bold=True), spacing="Medium")]
    for why, count in progress.codes[:MOST_REASONS]:
        shown.append(
            columns(
                (COUNT, [line(run(say("{count} ×", count=number(count))), spacing="None", align="Right")]),
                ("stretch", [line(run(mask_text(why), limit=240), spacing="None")]),
            )
        )
    if (more := len(progress.codes) - MOST_REASONS) > 0:
        shown.append(line(run(say_count(more, "and {count} more reason", "and {count} more reasons"), subtle=True)))
    return shown


def digests(operation: Operation) -> list[Element]:
    """What an agreement is bound to, as far as it is known."""
    bulk = operation.bulk
    assert bulk is not None, "of bulk jobs alone"
    pairs = ((say("File"), bulk.sha256), (say("Plan"), bulk.plan))
    return facts(
        (
            (label, line(*woven(say("{digest} (SHA-256)", digest=short(digest)), subtle=True, digest={"mono": True})))
            for label, digest in pairs
            if digest
        ),
        spacing="Small",
    )

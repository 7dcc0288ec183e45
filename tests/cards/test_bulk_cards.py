"""The cards of bulk jobs: what can be pressed when, figures that add up, and no number anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import Hold, Progress, first_rows_note
from bot.domain.file_found import Doubt, Found, Unused
from bot.domain.file_said import found_said
from bot.domain.incoming import FileKind
from bot.domain.life import State
from bot.domain.people import Person
from bot.domain.phone import mask_text, parse_number
from bot.domain.replies import ApprovalShown, BulkShown, FileOffered, FileStored, History, LogEntry, OperationShown, Pending, Reply
from bot.domain.rows import RowKind, Sample
from bot.domain.said import Reader, speaking, spoken
from bot.errors import InvalidNumber
from bot.languages import catalogue
from cards import render
from cards.bulk_parts import BAR, bar
from cards.bulk_words import about, file_name
from cards.size import LIMIT, size
from tests.cards.bulk_samples import BULK, COUNTS, HALF, bulk_jobs, job, samples
from tests.cards.card_samples import LINK, NOW, PROPOSED
from tests.cards.card_schema import problems, strings

JOBS = bulk_jobs(PROPOSED, LINK)
SHOWN = {name: reply for name, reply in JOBS.items() if isinstance(reply, BulkShown)}


def _verbs(reply: BulkShown) -> list[str]:
    return [press["verb"] for press in render(reply).card.get("actions", ()) if "verb" in press]


def _words(card: dict[str, Any]) -> str:
    return " ".join(strings(card["body"]))


BUTTONS = {
    "bulk-reading": ["cancel"],
    "bulk-asking-sheet": ["sheet", "sheet", "sheet", "sheet", "cancel"],
    "bulk-asking-many-sheets": ["sheet", "cancel"],
    "bulk-asking-hidden": ["hidden", "hidden", "cancel"],
    "bulk-asking-columns": ["columns", "cancel"],
    "bulk-checking": ["cancel"],
    "bulk-checking-silent": ["cancel"],
    "bulk-proposed": ["confirm", "preview", "cancel"],
    "bulk-proposed-found": ["confirm", "preview", "cancel"],
    "bulk-proposed-included": ["confirm", "preview", "cancel"],
    "bulk-proposed-one": ["confirm", "preview", "cancel"],
    "bulk-proposed-nothing": ["preview", "cancel"],
    "bulk-dry-run": ["preview"],
    "bulk-dry-run-open": ["preview", "cancel"],
    "bulk-dry-run-closed": ["preview"],
    "bulk-awaiting-approval": ["preview", "cancel"],
    "bulk-queued": ["hold", "stop"],
    "bulk-running": ["hold", "stop"],
    "bulk-slow": ["hold", "stop"],
    "bulk-silent": ["hold", "stop"],
    "bulk-paused": ["go_on", "stop"],
    "bulk-canary": ["go_on", "stop"],
    "bulk-failing": ["go_on", "stop"],
    "bulk-stopped": ["stop"],
    "bulk-ending": [],
    "bulk-succeeded": ["result"],
    "bulk-partial": ["result", "retry"],
    "bulk-failed": [],
    "bulk-stale": [],
    "bulk-cancelled": [],
    "bulk-cancelled-midway": ["result", "retry"],
    "bulk-denied": [],
    "bulk-expired": [],
    "bulk-telling": ["result"],
}


def test_what_can_be_pressed_when() -> None:
    assert {name: _verbs(reply) for name, reply in SHOWN.items()} == BUTTONS


def test_every_state_and_every_hold_has_a_sample() -> None:
    assert {shown.operation.state for shown in SHOWN.values()} == set(State) - {State.READY, State.REVEALING}
    assert {shown.progress.hold for shown in SHOWN.values()} == set(Hold)


@pytest.mark.parametrize("name", SHOWN)
def test_it_always_says_which_file_which_job_and_who_asked(name: str) -> None:
    words = _words(render(SHOWN[name]).card)
    for part in ("people.csv", "7QXF", "Hanna Visser", "CHG0031337"):
        assert part in words


def test_the_question_shows_every_kind_its_count_and_its_first_rows() -> None:
    words = _words(render(JOBS["bulk-proposed"]).card)
    for kind, count in COUNTS.items():
        assert kind.in_words in words
        assert f"{count:,}" in words
    sentences = (
        "11,540 people would be changed",
        "about 50 minutes",
        "The first 10 rows",
        "In 204 rows",
        "1 approval by the helpdesk group",
    )
    rows = ("12,001", "Row 8 is about the same person.", "Repaired: ")
    for part in (*sentences, *rows, BULK.sha256[:12], BULK.plan[:12]):
        assert part in words


def test_a_dry_run_and_an_empty_plan_offer_no_confirmation() -> None:
    assert "nothing was changed" in _words(render(JOBS["bulk-dry-run"]).card)
    closed = _words(render(JOBS["bulk-dry-run-closed"]).card)
    assert "Dry run done, nothing changed" in closed
    assert "Cancelled" not in closed
    assert "nothing to confirm" in _words(render(JOBS["bulk-proposed-nothing"]).card)


def test_whoever_does_not_see_how_far_it_came_is_not_told_that_it_was_cancelled() -> None:
    stopped = JOBS["log-bulk-stopped"]
    assert isinstance(stopped, LogEntry)
    for reply in (stopped, ApprovalShown(stopped.operation, stopped.operation.created_at)):
        assert "Stopped before the end" in _words(render(reply).card)
    never = replace(stopped.operation, approvals=())
    assert "Cancelled" in _words(render(ApprovalShown(never, never.created_at)).card)


def test_what_has_no_name_is_called_after_its_place_in_every_language() -> None:
    """A line above the header is no column, and "row" is no Dutch word."""
    found = Found(unused=(Unused("", Doubt.BRAKE, "do not change", place="3"), Unused("", place="G"), Unused("Site")))
    assert found_said(replace(BULK, found=found)) == (
        "Columns not used: column G, “Site”.",
        "Passed over: row 3 (it looks as if it held rows back, or wanted something else).",
    )
    with speaking(Reader(catalogue("nl"))):
        said = " ".join(map(spoken, found_said(replace(BULK, found=found))))
    assert said == (
        "Niet gebruikte kolommen: kolom G, “Site”. Overgeslagen: rij 3 (het lijkt rijen tegen te houden of iets anders te willen)."
    )


def test_an_example_of_a_number_is_nobodys_and_stays_readable() -> None:
    with pytest.raises(InvalidNumber) as refused:
        parse_number("06 12345678", default_region="BE")
    assert "looks like +32 4xx xx xx xx." in mask_text(refused.value.hint)


def test_what_is_left_is_what_nobody_has_carried_out() -> None:
    assert "8,128 left" in _words(render(JOBS["bulk-running"]).card)
    stopped = _words(render(JOBS["bulk-cancelled-midway"]).card)
    assert "8,137" in stopped
    assert "What was done stays done." in stopped
    # Whoever stops may find the rest counted as cancelled rows, or not counted at all.
    shown = SHOWN["bulk-cancelled-midway"]
    uncounted = replace(shown.progress, ended={state: n for state, n in shown.progress.ended.items() if state is not State.CANCELLED})
    assert render(replace(shown, progress=uncounted)).card == render(shown).card


def test_the_end_says_what_became_of_the_whole_file() -> None:
    shown = SHOWN["bulk-cancelled-midway"]
    done = shown.progress.ended[State.SUCCEEDED]
    left = sum(count for kind, count in COUNTS.items() if not kind.changes)
    told = f"{done:,} of {sum(COUNTS.values()):,} rows done; {left:,} left out: "
    for name in ("bulk-cancelled-midway", "bulk-partial"):
        words = _words(render(SHOWN[name]).card)
        assert f"of {sum(COUNTS.values()):,} rows done; {left:,} left out: " in words
        assert all(f"{COUNTS[kind]:,} {kind.in_words}" in words for kind in COUNTS if not kind.changes)
    assert told in _words(render(shown).card)


def test_a_job_that_was_stopped_before_its_first_row_has_changed_nothing() -> None:
    shown = replace(SHOWN["bulk-cancelled-midway"], progress=Progress(ended={State.CANCELLED: 11_540}))
    words = _words(render(shown).card)
    assert "Nothing was changed." in words
    assert "stays done" not in words
    assert _verbs(shown) == ["retry"]


def test_a_job_that_stands_still_promises_no_time() -> None:
    assert "about 35 minutes left" in _words(render(JOBS["bulk-running"]).card)
    for name in ("bulk-paused", "bulk-canary", "bulk-failing", "bulk-stopped"):
        assert "minutes left" not in _words(render(JOBS[name]).card)


def test_each_client_may_ask_for_the_newest_state_until_the_end() -> None:
    for shown in SHOWN.values():
        card = render(shown, refresh_for=("29:hanna",)).card
        assert ("refresh" in card) is not shown.operation.state.finished


def test_others_see_a_job_without_buttons() -> None:
    for state in State:
        card = render(OperationShown(job(PROPOSED, state), NOW, own=False)).card
        assert not any("verb" in press for press in card.get("actions", ()))  # words to copy are for everybody
        assert "Replace" not in str(card)


def test_a_row_that_is_long_costs_rows_and_not_the_card() -> None:
    row = replace(samples()[0].rows[0], reason="x" * 10_000)
    shown = replace(SHOWN["bulk-proposed"], samples=tuple(Sample(kind, (row,) * 9) for kind in RowKind))
    card = render(shown).card
    assert size(card) < LIMIT
    assert problems(card) == []
    assert _words(card).count("Alice Jansen") > 0


NUMBER = "+31 612345678"
CALL = f"Call {NUMBER}, please."


def _told(shown: BulkShown) -> list[Reply]:
    """The job with a number wherever somebody may write one, on every card on which it stands."""
    bulk = replace(BULK, file=f"{NUMBER}.csv")
    operation = replace(shown.operation, bulk=bulk, target=Person("", bulk.file, ""), reason=CALL, notes=(CALL,), outcome=CALL)
    row = replace(samples()[0].rows[0], user=NUMBER, target=None, reason=CALL, repaired=(CALL,))
    seen = tuple(Sample(kind, (row,)) for kind in RowKind)
    job_shown = replace(shown, operation=operation, progress=replace(shown.progress, held_why=CALL, codes=((CALL, 3),)), samples=seen)
    given = AuditEvent(Tag.BULK_FILE_GIVEN, NOW, facts={"file": bulk.file, "outcome": CALL})
    others = (
        ApprovalShown(operation, NOW),
        OperationShown(operation, NOW, own=True),
        LogEntry(operation),
        Pending((operation,), (operation,), NOW),
    )
    return [job_shown, *others, History("7QXF", (given,))]


@pytest.mark.parametrize("name", SHOWN)
def test_no_number_is_readable_on_any_card_of_a_job(name: str) -> None:
    for reply in _told(SHOWN[name]):
        rendered = render(reply)
        for text in (*strings(rendered.card), rendered.summary):
            assert "612345678" not in text.replace(" ", ""), text


@settings(max_examples=200)
@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_bar_is_always_as_long_and_shows_whatever_there_is(total: int, done: int, wrong: int) -> None:
    runs = bar(total, (done, "Good"), (wrong, "Attention"))["inlines"]
    assert sum(len(each["text"]) for each in runs) == BAR
    drawn = {each.get("color"): len(each["text"]) for each in runs}
    assert ("Good" in drawn) is (done > 0)
    if done + wrong < total:
        assert drawn.get("Good", 0) <= max(1, BAR * done / total)
    if min(done, wrong) > 0 and done + wrong <= total:
        assert "Attention" in drawn


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute"),
        (60, "about 1 minute"),
        (3000, "about 50 minutes"),
        (5399, "about 90 minutes"),
        (5400, "about 2 hours"),
        (86_400, "about 24 hours"),
        (200_000, "about 2 days"),
    ],
)
def test_durations(seconds: int, said: str) -> None:
    assert about(seconds) == said


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("people.csv", "people.csv"),
        ("people 2026-09-14.csv", "people 2026-09-14.csv"),
        ("+31 612345678.csv", "+31 •••••••78.csv"),
        ("0612345678", "••••••••78"),
        ("", "a file without a name"),
        ("." + "x" * 300, ".…"),
    ],
)
def test_file_names(name: str, shown: str) -> None:
    assert file_name(name) == (shown if "…" not in shown else name[:60])


@pytest.mark.parametrize("reply", [FileOffered(FileKind.RESULT, "7QXF", "a.csv", "", 1), FileStored("a.csv", "", "", "csv")])
def test_files_are_no_adaptive_cards(reply: FileOffered | FileStored) -> None:
    with pytest.raises(TypeError, match="files"):
        render(reply)


def test_what_is_said_about_the_first_rows() -> None:
    assert first_rows_note(0, 100) == first_rows_note(10, 10) == first_rows_note(10, 0) == ""
    assert first_rows_note(10, 11).startswith("The first 10 rows that change something run alone")


def test_the_log_line_of_a_job_names_the_file_and_no_account() -> None:
    words = _words(render(LogEntry(job(PROPOSED, State.PARTIAL, outcome="11,497 of 11,540 done."))).card)
    assert "Change 11,540 people from people.csv" in words
    assert "11,497 of 11,540 done." in words
    assert "no user name" not in words


def test_a_rate_that_is_not_known_promises_nothing() -> None:
    shown = BulkShown(job(PROPOSED, State.RUNNING), replace(HALF, rate=0.0), NOW)
    assert "not known yet" in _words(render(shown).card)
    assert "0 done" in _words(render(replace(shown, progress=Progress())).card)

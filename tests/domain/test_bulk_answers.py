"""What was found and answered is part of the plan; of a file that is its rows alone nothing is, so older plans stay as they were."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from bot.domain.bulk import Bulk, PlanDigest
from bot.domain.file_found import NO_ANSWERS, Answers, Doubt, Found, Question, Sheet, Unused
from bot.domain.life import TRANSITIONS, State
from bot.domain.rows import Row, RowKind

BULK = Bulk(file="people.csv", sha256="00")
ROW = Row(number=2, user="alice@fabrikam.example", kind=RowKind.NO_CHANGE)
#: What the digest of `ROW` was before files were asked about.
BEFORE = hashlib.sha256(b'[2,"no_change","",[]]\n').hexdigest()


def digest(bulk: Bulk | None) -> str:
    made = PlanDigest(bulk)
    made.add([ROW])
    return made.hex()


def checked(found: Found | None, answers: Answers, counts: dict[str, int]) -> Bulk:
    return replace(BULK, read=True, found=found, answers=answers, counts={RowKind(kind): count for kind, count in counts.items()})


@pytest.mark.parametrize("found", [None, Found(), Found(delimiter=";"), Found(region="NL")])
def test_a_file_that_is_its_rows_alone_has_the_plan_that_it_always_had(found: Found | None) -> None:
    assert digest(replace(BULK, found=found)) == digest(None) == BEFORE


def test_whatever_was_found_or_answered_makes_another_plan() -> None:
    ways = [
        *(replace(BULK, answers=answers) for answers in (Answers("A"), Answers(columns=True), Answers(hidden=False), Answers(hidden=True),
                                                         Answers(region="BE"), Answers(names=True))),
        *(replace(BULK, found=found) for found in (
            Found(sheet="A"), Found(sheets=(Sheet("A"),)), Found(sheets=(Sheet("A", people=True),)), Found(unused=(Unused("Skip"),)),
            Found(unused=(Unused("Skip", Doubt.BRAKE),)), Found(unused=(Unused("Skip", place="A"),)),
            Found(hidden_rows=1), Found(struck_rows=1), Found(hidden_columns=("A",)), Found(hidden_matter=("A",)),
            Found(national=1), Found(national=1, region="NL"),
        )),
    ]  # fmt: skip
    assert len({digest(way) for way in ways} | {BEFORE}) == len(ways) + 1


def test_nothing_is_asked_while_a_file_is_read_and_once_it_is() -> None:
    found = Found(sheets=(Sheet("A", people=True), Sheet("B", people=True)))
    assert BULK.asks == BULK.answerable == ()
    asked = replace(BULK, found=found)
    assert asked.asks == asked.answerable == (Question.SHEET,)
    assert replace(asked, read=True).asks == ()
    assert replace(asked, read=True).answerable == (Question.SHEET,)
    assert asked.answered(Answers("A")) == replace(BULK, answers=Answers("A"))
    assert replace(asked, read=True, retry_of="7Q2F").answerable == ()


def test_what_may_be_answered_follows_what_was_found() -> None:
    def may(found: Found, answers: Answers = NO_ANSWERS, **counts: int) -> tuple[Question, ...]:
        return checked(found, answers, counts).answerable

    assert may(Found()) == ()
    assert may(Found(struck_rows=1)) == (Question.HIDDEN,)
    assert may(Found(hidden_rows=1, national=2)) == (Question.HIDDEN, Question.REGION)
    assert may(Found(), other_name=1) == may(Found(), Answers(names=True)) == (Question.NAMES,)


def test_what_changes_nothing_waits_only_where_an_answer_may_alter_that() -> None:
    def waits(found: Found | None, answers: Answers = NO_ANSWERS, **counts: int) -> bool:
        return checked(found, answers, counts).may_yet_change

    assert not waits(None, no_change=1)
    assert not waits(Found(national=1, region="NL"), no_change=1)
    assert waits(Found(national=1), unreadable=1)
    assert waits(Found(hidden_rows=1), no_change=1)
    assert waits(Found(struck_rows=1), no_change=1)
    assert not waits(Found(hidden_rows=1), Answers(hidden=True), no_change=1)
    assert waits(Found(), other_name=1)
    assert not waits(Found(), other_name=1, add=1)


def test_an_answer_leads_back_to_the_check_from_where_nothing_is_decided() -> None:
    before, after = TRANSITIONS["answer"]
    assert before == {state for state in State if state.undecided}
    assert after == {State.CHECKING}

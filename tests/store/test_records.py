"""What is stored of a change: for a pass in words, as it always was, and read back as what they mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.change import Change, ChangeKind, change_facts, moment
from bot.domain.pass_terms import WantedPass
from bot.store import records

MOMENTS = st.none() | st.integers(0, 40_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
STORED = {"kind": "create_pass", "phone": None, "before": None, "after": "60 minutes, one-time", "method": "", "follows": False}


@given(st.integers(10, 43200), st.booleans(), MOMENTS, MOMENTS)
def test_what_is_stored_is_read_back(minutes: int, once: bool, start: datetime | None, held: datetime | None) -> None:
    wanted = WantedPass(minutes, once, start)
    change = Change(ChangeKind.CREATE_PASS, None, None if held is None else moment(held), None, "pass-1", wanted=wanted)
    assert records.change(json.loads(json.dumps(records.change_row(change)))) == change


def test_its_words_are_those_of_every_version() -> None:
    start = datetime(2026, 9, 15, 8, tzinfo=UTC)
    change = Change(ChangeKind.CREATE_PASS, None, "2026-09-14T11:00Z", None, "pass-1", wanted=WantedPass(480, False, start))
    words = {"before": "a pass until 2026-09-14 11:00 UTC", "after": "480 minutes, reusable, from 2026-09-15 08:00 UTC", "method": "pass-1"}
    assert records.change_row(change) == STORED | words
    assert change_facts((change,)) == [{key: value for key, value in (STORED | words).items() if key != "follows"}]


@pytest.mark.parametrize("text", [None, "", "60 minutes", "x minutes, one-time", "60 minutes, one-time, from noon UTC", "+31 612345678"])
def test_anything_else_is_none(text: str | None) -> None:
    with pytest.raises(ValueError, match="not a wanted pass"):
        records.change(STORED | {"after": text})

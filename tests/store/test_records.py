"""What is stored of a change: words, as it always was, read back as what they mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bulk import PlanDigest
from bot.domain.change import KINDS, Change, ChangeKind, Value, change_facts, moment
from bot.domain.change_values import AccountState, NameAndDay, Switch, TokenState
from bot.domain.methods import Family, PhoneType
from bot.domain.pass_terms import WantedPass
from bot.domain.rows import Mode, Row, RowKind
from bot.domain.said import to_store
from bot.domain.sign_in import DefaultMethod, MfaState
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


DAY = {"say": "registered {day}", "with": {"day": {"say": "{day}", "with": {"day": {"day": "2025-06-02"}}}}}
BY_FAMILY = [kind for kind, facts in KINDS.items() if facts.family and facts.family is not Family.EMAIL]


@pytest.mark.parametrize(
    ("kind", "before", "after", "means"),
    [
        ("sms_sign_in", "off", "on", (Switch.OFF, Switch.ON)),
        ("sms_sign_in", None, "off", (None, Switch.OFF)),
        ("unblock", "disabled", "enabled", (AccountState.DISABLED, AccountState.ENABLED)),
        ("block", "enabled", "disabled", (AccountState.ENABLED, AccountState.DISABLED)),
        ("set_default", None, "push", (None, DefaultMethod.PUSH)),
        ("set_default", "voiceMobile", "oath", (DefaultMethod.VOICE_MOBILE, DefaultMethod.CODES)),
        ("require_mfa", "disabled", "enforced", (MfaState.DISABLED, MfaState.ENFORCED)),
        ("remove_email", "mia@example.com", None, ("mia@example.com", None)),
        ("sign_out", "2026-01-01T08:00:00Z", None, ("2026-01-01T08:00:00Z", None)),
        ("revoke_pass", "registered", None, (NameAndDay(), None)),
        ("remove_codes", {"say": "registered", "with": {}}, None, (NameAndDay(), None)),
        ("remove_passkey", {"say": "{0}", "with": {"0": "Blue key"}}, None, (NameAndDay("Blue key"), None)),
        ("remove_passkey", DAY, None, (NameAndDay(day=date(2025, 6, 2)), None)),
        (
            "deactivate_token",
            {"say": "{0}{1}{2}", "with": {"0": "iPhone 15", "1": ", ", "2": DAY}},
            "deactivated",
            (NameAndDay("iPhone 15", date(2025, 6, 2)), TokenState.DEACTIVATED),
        ),
        # in one piece, as it was stored before sentences had parts
        ("remove_passkey", "Blue key, registered 2 June 2025", None, (NameAndDay("Blue key, registered 2 June 2025"), None)),
    ],
)
def test_words_of_every_version_are_read_as_what_they_mean(kind: str, before: Any, after: str | None, means: tuple[Any, Any]) -> None:
    read = records.change(STORED | {"kind": kind, "before": before, "after": after})
    assert (read.before, read.after) == means
    assert (type(read.before), type(read.after)) == tuple(map(type, means))  # one word of two enumerations is not one value


@given(st.sampled_from(BY_FAMILY), st.text(), st.none() | st.dates())
def test_what_tells_a_method_from_others_is_read_back(kind: ChangeKind, name: str, day: date | None) -> None:
    change = Change(kind, None, NameAndDay(name, day), None, "m")
    stored = json.loads(json.dumps(records.change_row(change)))
    assert records.change(stored) == change
    assert stored["before"] == to_store(NameAndDay(name, day).in_words)  # a replica of the version before reads a sentence


@pytest.mark.parametrize("value", [*Switch, *AccountState, *TokenState, *DefaultMethod, *MfaState])
def test_words_that_are_stored_are_those_of_every_version(value: Value) -> None:
    stored = json.loads(json.dumps(records.change_row(Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, value, value))))
    assert (stored["before"], stored["after"]) == (str(value), str(value))


def test_a_job_under_way_comes_to_the_digest_that_was_agreed_to() -> None:
    """As a523189 made it of these rows."""
    stored = (
        ("set_phone", None, "+31 612345678"),
        ("sms_sign_in", None, "off"),
        ("sms_sign_in", "off", "on"),
        ("remove_phone", "+31 6", None),
    )
    changes = [STORED | {"kind": kind, "phone": "mobile", "before": before, "after": after} for kind, before, after in stored]
    digest = PlanDigest()
    digest.add([Row(number=1, user="mia", mode=Mode.SET, wishes=(), kind=RowKind.UPDATE, changes=tuple(map(records.change, changes)))])
    assert digest.hex() == "ebc461f96902b59adc2cb6930580c57df957479b2f9194e8f9de5dd9fa64cf2e"

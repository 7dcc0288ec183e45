"""Pause and freeze: whatever else holds, nothing may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import policy
from bot.domain.change import ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor, Person, Privileges
from bot.domain.policy import Reason
from bot.domain.review import review
from bot.domain.rules import Ask, Ground, Policy, Rule
from bot.domain.stop import GO, REFERENCE_LENGTH, Freeze, Pause, Stop, freeze_of, frozen_post, reference_to

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
ids = st.sampled_from(("hanna", "bram", "alice", "sam"))
times = st.timedeltas(min_value=timedelta(days=-40), max_value=timedelta(days=40)).map(lambda by: NOW + by)
people = st.builds(Person, id=ids, name=st.text(), upn=st.text(), enabled=st.booleans(), guest=st.booleans(), synced=st.booleans())
names = st.lists(st.text(min_size=1), max_size=2).map(tuple)
privileges = st.builds(Privileges, roles=names, groups=names, restricted=st.booleans())
pauses = st.builds(Pause, by_id=ids, by_name=st.text(), since=times, reason=st.text())
freezes = st.builds(
    Freeze, target_id=ids, name=st.text(), upn=st.text(), by_id=ids, by_name=st.text(), since=times, until=times, reason=st.text(),
    suspicious=st.booleans(), shared=st.booleans(),
)  # fmt: skip
running = freezes.filter(lambda freeze: freeze.until > NOW)
stops = st.one_of(
    st.builds(Stop, pause=pauses, freeze=st.none() | freezes),
    st.builds(Stop, pause=st.none() | pauses, freeze=running),
)
#: A policy with which nothing but a stop, or that it is one's own account, stands in the way.
EVERYTHING = Policy(rules=(Rule(name="Everything", targets=frozenset(Ground), ask=frozenset({"helpdesk"})),))


def asked(requester: str, target: Person, held: Privileges) -> Ask:
    """Every kind of change at once."""
    return Ask(
        kinds=frozenset(ChangeKind),
        requester_id=requester,
        requester_groups=frozenset({"helpdesk"}),
        target=target,
        privileges=held,
        target_groups=frozenset(),
        where=ConversationRef("https://teams.example/", "a:1"),
        at=NOW,
    )


@given(ids, people, privileges, stops)
def test_with_a_pause_or_a_freeze_nothing_is_ever_allowed_to_change(requester: str, target: Person, held: Privileges, stop: Stop) -> None:
    decision = review(EVERYTHING, asked(requester, target, held), stop, NOW)
    assert not decision.allowed
    assert decision.reason is (Reason.PAUSED if stop.pause else Reason.FROZEN)
    assert decision.text
    assert decision.hint


@given(ids, people, privileges, st.none() | pauses, st.none() | freezes)
def test_a_stop_never_allows_what_was_refused_without_it(
    requester: str, target: Person, held: Privileges, pause: Pause | None, freeze: Freeze | None
) -> None:
    ask = asked(requester, target, held)
    without = review(EVERYTHING, ask, GO, NOW)
    decision = review(EVERYTHING, ask, Stop(pause, freeze), NOW)
    assert without.allowed or not decision.allowed


@given(freezes)
def test_a_freeze_ends_at_its_time(freeze: Freeze) -> None:
    ended = replace(freeze, until=NOW)
    assert policy.stopped(Stop(freeze=ended), NOW, "").allowed
    assert not policy.stopped(Stop(freeze=ended), NOW - timedelta(microseconds=1), "").allowed


@given(freezes, freezes)
def test_a_repeated_freeze_is_never_weaker(first: Freeze, second: Freeze) -> None:
    kept = first.then(second)
    assert kept.until == max(first.until, second.until)
    assert kept.suspicious == (first.suspicious or second.suspicious)
    assert kept.shared == (first.shared or first.by_id != second.by_id)
    assert kept.by_id == (first if first.suspicious else second).by_id  # whoever only prolongs it has reported no call


@given(freezes, ids)
def test_only_an_administrator_or_the_one_who_froze_alone_unfreezes(freeze: Freeze, actor: str) -> None:
    assert policy.may_unfreeze(freeze, actor, admin=True).allowed
    decision = policy.may_unfreeze(freeze, actor, admin=False)
    assert decision.allowed == (actor == freeze.by_id and not freeze.shared)
    assert decision.allowed or decision.text


def test_numbers_in_a_reason_are_masked_before_anything_is_stored() -> None:
    freeze = freeze_of(Person("a", "Alice", "alice@x"), Actor("h", "t", "Hanna"), NOW, NOW, "called from +31 6 12345678")
    assert "12345678" not in freeze.reason
    assert "12345678" not in frozen_post(freeze, NOW).text


@given(st.uuids(), st.uuids())
def test_a_reference_fits_on_a_card_and_names_one_account(one: object, other: object) -> None:
    assert len(reference_to(str(one))) == REFERENCE_LENGTH
    assert reference_to(str(one).upper()) == reference_to(str(one))
    assert (reference_to(str(one)) == reference_to(str(other))) == (one == other)

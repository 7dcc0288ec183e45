"""Requests for somebody's approval are counted whatever becomes of them: approvers' cards are the scarce thing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.rules import Limits
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, SAM, Answer, Desk, one_agent
from tests.scenarios import bulking
from tests.scenarios.approving import approvers_card
from tests.scenarios.bulking import THREE, query
from tests.scenarios.test_limits import desk, limits

pytestmark = pytest.mark.storage

__all__ = ["desk"]

PEOPLE = [person.upn for person in cast.CROWD if not person.synced]
#: Of different kinds, each of which another agent has to agree to.
REQUESTS = [
    f"pass for {PEOPLE[0]}",
    f"recover {PEOPLE[1]} first day",
    f"reset mfa for {ALICE.upn}",
    f"reset password for {PEOPLE[3]}",
    f"pass for {PEOPLE[4]}",
]
SAID = "2 requests for somebody's approval by one agent within an hour is the limit"

Fate = Callable[[Desk, str, Answer], Awaitable[object]]


async def requested(desk: Desk, line: str, who: cast.Member = HANNA) -> tuple[str, Answer]:
    """A request that waits for another agent: its id, and its requester's card."""
    answer = await desk.say(who, line)
    assert "confirm" in answer.verbs, answer.text
    operation_id = answer.operation_id
    pressed = await desk.press(who, answer, "confirm")
    assert pressed.card, pressed.message
    return operation_id, answer


async def left_waiting(desk: Desk, operation_id: str, own: Answer) -> None:
    """Nobody does anything."""


async def cancelled(desk: Desk, operation_id: str, own: Answer) -> None:
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, "Cancelled")


async def denied(desk: Desk, operation_id: str, own: Answer) -> None:
    await desk.press(BRAM, await approvers_card(desk, operation_id), "deny")
    await desk.settled(own, "Denied")


async def approved(desk: Desk, operation_id: str, own: Answer) -> None:
    card = await approvers_card(desk, operation_id)
    assert (await desk.press(BRAM, card, "approve")).card


async def expired(desk: Desk, operation_id: str, own: Answer) -> None:
    desk.later(minutes=20)
    await desk.settled(own, "Expired")


@pytest.mark.parametrize(
    ("fate", "database_url"),
    [
        *((fate, "sqlite") for fate in (left_waiting, cancelled, denied, approved, expired)),
        *((fate, "postgresql") for fate in (approved, expired)),
    ],
    indirect=["database_url"],
)
async def test_a_request_counts_whatever_becomes_of_it(database_url: str, fate: Fate) -> None:
    policy = replace(one_agent(timedelta(minutes=10)), limits=Limits(requests_per_hour=2))
    soon = tuple(replace(rule, approve_for=timedelta(minutes=15)) for rule in policy.rules)
    async with Desk(database_url, replace(policy, rules=soon)) as desk:
        for line in REQUESTS[:2]:
            early = await desk.say(HANNA, REQUESTS[4])  # its card was made before the limit was reached
            await fate(desk, *await requested(desk, line))
        if fate is not expired:
            assert SAID in (await desk.press(HANNA, early, "confirm")).message
        for line in REQUESTS[2:]:
            refused = await desk.say(HANNA, line)
            assert SAID in refused.text
            assert "It ends on" in refused.text
            assert "lift limits for Hanna Visser" in refused.text
            assert refused.verbs == []
        await desk.change(HANNA, f"set mobile for {PEOPLE[5]} +31 6 12345678")  # nobody has to agree to this
        await requested(desk, REQUESTS[2], BRAM)  # the limit is each agent's own
        await desk.say(SAM, "lift limits for hanna visser")
        await requested(desk, REQUESTS[3])
        await requested(desk, REQUESTS[2])
        assert SAID in (await desk.say(HANNA, REQUESTS[2])).text
        desk.clock.forward(minutes=61)
        assert "confirm" in (await desk.say(HANNA, REQUESTS[2])).verbs


@limits(requests_per_hour=20)
async def test_of_twenty_one_confirmed_at_once_twenty_reach_the_approvers(desk: Desk) -> None:
    cards = [await desk.say(HANNA, f"pass for {upn}") for upn in PEOPLE[:21]]
    presses = await asyncio.gather(*(desk.press(HANNA, card, "confirm") for card in cards))
    refused = [press.message for press in presses if press.card is None]
    assert len(refused) == 1
    assert "20 requests for somebody's approval" in refused[0]
    assert len(query(desk, "SELECT id FROM operations WHERE state = 'awaiting_approval'")) == 20


@limits(requests_per_hour=1)
async def test_what_was_only_asked_for_does_not_count(desk: Desk) -> None:
    for _ in range(3):
        await desk.press(HANNA, await desk.say(HANNA, REQUESTS[0]), "cancel")
    await requested(desk, REQUESTS[0])


@limits(requests_per_hour=1)
async def test_a_file_is_a_request_too(desk: Desk) -> None:
    _, early = await bulking.previewed(desk, *THREE)
    await bulking.confirmed(desk, *THREE)
    assert "1 request for somebody's approval" in (await desk.say(HANNA, REQUESTS[0])).text
    assert "1 request for somebody's approval" in (await desk.press(HANNA, early, "confirm")).message
    refused = await bulking.drop(desk, *THREE)
    await desk.settled(refused, "1 request for somebody's approval", "Nothing was changed")
    assert "confirm" not in refused.verbs

"""Limits of the policy: counted when confirmed, exact in a crowd, lifted by an administrator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.audit import Tag
from bot.domain.limits import NO_LIMITS
from bot.domain.rules import Policy
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, NADIA, OMAR, SAM, Desk, as_json, one_agent
from tests.scenarios.test_stop_and_freeze import events

pytestmark = pytest.mark.storage

NUMBER = "+31 6 12345678"
SET = f"set mobile for alice {NUMBER}"


def policy(**limits: Any) -> Policy:
    """The policy of `tests.desk` with these limits and no others."""
    return replace(one_agent(timedelta(minutes=10)), limits=replace(NO_LIMITS, **limits))


@pytest.fixture
async def desk(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk with the limits that the test is marked with."""
    async with Desk(database_url, policy(**request.param)) as desk:
        yield desk


def limits(**given: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("desk", [given], indirect=True, ids=["-".join(given)])


@limits(target_per_day=2)
async def test_one_person_is_changed_so_often_a_day_by_whomever(desk: Desk) -> None:
    await desk.change(HANNA, SET)
    await desk.change(HANNA, "update mobile for alice to +31 6 87654321")
    for agent in (HANNA, BRAM):
        refused = await desk.say(agent, "remove mobile for alice")
        assert "2 changes of Alice Jansen within 24 hours is the limit" in refused.text
        assert "It ends on" in refused.text
        assert "{{TIME(" in refused.text  # the client says it in the zone of whoever reads
        assert f"lift limits for {ALICE.upn}" in refused.text
        assert refused.verbs == []
    await desk.change(HANNA, "remove office for omar")  # nobody else is concerned
    desk.clock.forward(hours=24, minutes=1)
    await desk.change(HANNA, "remove mobile for alice")


@limits(target_per_day=2)
async def test_what_came_to_nothing_does_not_count(desk: Desk) -> None:
    for _ in range(3):
        await desk.press(HANNA, await desk.say(HANNA, SET), "cancel")
    waiting = await desk.say(HANNA, SET)
    desk.clock.forward(minutes=11)
    assert "expired" in (await desk.press(HANNA, waiting, "confirm")).message
    await desk.change(HANNA, SET)
    await desk.change(HANNA, "remove mobile for alice")
    assert "is the limit" in (await desk.say(HANNA, SET)).text


@limits(agent_per_hour=5)
async def test_twenty_cards_asked_for_first_and_confirmed_at_once_stay_within_the_limit(desk: Desk) -> None:
    people = [person for person in cast.CROWD if not person.synced][:20]
    cards = [await desk.say(HANNA, f"set mobile for {person.upn} +31 6 1234{number}") for number, person in enumerate(people, 5000)]
    presses = await asyncio.gather(*(desk.press(HANNA, answer, "confirm") for answer in cards))
    refused = [press for press in presses if press.card is None]
    assert len(refused) == 15
    assert all("5 changes by one agent within an hour is the limit" in press.message for press in refused)
    assert all("lift limits for Hanna Visser" in press.message for press in refused)
    assert "is the limit" in (await desk.say(HANNA, SET)).text
    await desk.change(BRAM, SET)  # the limit is each agent's own

    left = next(answer for answer, press in zip(cards, presses, strict=True) if press.card is None)
    await desk.say(SAM, "lift limits for hanna visser")
    assert (await desk.press(HANNA, left, "confirm")).card  # the card still waits
    await desk.settled(left, "Done")
    assert len(desk.entra.writes) == 7


@limits(target_per_day=3)
async def test_cards_of_several_agents_for_one_person_stay_within_the_limit(desk: Desk) -> None:
    agents = [HANNA, BRAM, NADIA, SAM] * 2
    cards = [(agent, await desk.say(agent, f"set mobile for alice +31 6 1234000{number}")) for number, agent in enumerate(agents)]
    presses = await asyncio.gather(*(desk.press(agent, answer, "confirm") for agent, answer in cards))
    assert len([press for press in presses if press.card]) == 3
    assert all("3 changes of Alice Jansen" in press.message for press in presses if not press.card)


@limits(target_per_day=1)
async def test_an_administrator_lifts_limits_and_everybody_sees_it(desk: Desk, database_url: str) -> None:
    await desk.change(HANNA, SET)
    for agent in (HANNA, BRAM):
        assert "administrators" in (await desk.say(agent, "lift limits for alice")).text
    assert "is the limit" in (await desk.say(HANNA, "remove mobile for alice")).text
    lifted = await desk.say(SAM, "lift limits for alice ticket 1234567890 because her phone broke twice, call +31 6 55555555")
    assert "counts no more" in lifted.text
    post = await desk.logged("Limits lifted", "Sam Okafor", "Alice Jansen", "phone broke twice", "1234567890")
    assert "55555555" not in as_json(post.card() or {})
    await desk.change(HANNA, "remove mobile for alice")
    assert "is the limit" in (await desk.say(HANNA, SET)).text  # the count began anew, the limit stayed
    recorded = [row for row in events(database_url) if row.tag == Tag.CHAT_LIMITS_LIFTED]
    assert [(row.actor_name, row.target_id) for row in recorded] == [(SAM.name, ALICE.id)]
    assert "1234567890" in str(recorded[0].facts)
    assert "lifted the limits of this person" in (await desk.say(SAM, "history for alice")).text
    assert "Nobody lifts their own limits" in (await desk.say(SAM, "lift limits for sam okafor")).text


@limits(same_number="warn")
async def test_a_number_of_somebody_else_is_warned_of_and_reported(desk: Desk) -> None:
    await desk.change(HANNA, f"set mobile for omar {NUMBER}")
    again = await desk.say(BRAM, f"set alternate mobile for omar {NUMBER}")
    assert "another person" not in again.text
    answer = await desk.say(BRAM, "set mobile for alice 06 1234 5678", HELPDESK)
    assert "This number was set for another person, Omar Farouk, on" in answer.text
    assert not any("One number" in text for text in desk.log())
    await desk.press(BRAM, answer, "confirm")
    post = await desk.logged("One number for two people", "Bram Peeters", "Alice Jansen", "Omar Farouk", OMAR.upn, "••78")
    assert "12345678" not in as_json(post.card() or {})
    await desk.settled(answer, "Done")


@limits(same_number="warn")
async def test_a_number_that_never_came_into_force_warns_nobody(desk: Desk) -> None:
    answer = await desk.say(HANNA, f"set mobile for omar {NUMBER}")
    await desk.say(BRAM, "update mobile for omar to +31 6 87654321")
    assert "another person" not in (await desk.say(HANNA, SET)).text  # asked for, not confirmed
    await desk.change(BRAM, "remove alternate mobile for omar")
    desk.entra.person(OMAR.upn).sign_in.default = None  # Entra would keep it
    await desk.change(BRAM, "remove mobile for omar")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Out of date")
    assert "another person" not in (await desk.say(HANNA, SET)).text


@limits(same_number="refuse")
async def test_a_number_of_somebody_else_is_refused_until_an_administrator_lets_it_pass(desk: Desk) -> None:
    early = await desk.say(BRAM, SET)
    await desk.change(HANNA, f"set mobile for omar {NUMBER}")
    told = await desk.press(BRAM, early, "confirm")  # its card was made before the number was Omar's
    assert "set for another person, Omar Farouk" in told.message
    refused = await desk.say(BRAM, SET)
    assert "set for another person, Omar Farouk" in refused.text
    assert refused.verbs == []
    assert desk.phones(ALICE) == {}

    await desk.say(SAM, "lift limits for alice because they are married")
    await desk.change(BRAM, SET)
    await desk.logged("One number for two people", "Alice Jansen", "Omar Farouk")


@limits(same_number="refuse")
async def test_of_many_cards_with_one_number_confirmed_at_once_one_gets_it(desk: Desk) -> None:
    people = [person for person in cast.CROWD if not person.synced][:6]
    cards = [await desk.say(HANNA, f"set office for {person.upn} {NUMBER}") for person in people]
    presses = await asyncio.gather(*(desk.press(HANNA, answer, "confirm") for answer in cards))
    assert len([press for press in presses if press.card]) == 1
    assert all("set for another person" in press.message for press in presses if not press.card)


@limits(same_number="allow")
async def test_a_policy_may_allow_shared_numbers(desk: Desk) -> None:
    await desk.change(HANNA, f"set mobile for omar {NUMBER}")
    answer = await desk.say(HANNA, SET)
    assert "another person" not in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    await desk.logged("Alice Jansen")
    assert not any("One number" in text for text in desk.log())

"""A suspicious call freezes for 24 hours whatever was there, and an administrator ends all freezes of one agent."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from bot.domain.audit import Tag
from tests.desk import ALICE, BRAM, HANNA, NADIA, OMAR, OSCAR, SAM, Desk
from tests.scenarios.freezing import PEOPLE, freeze, is_frozen, suspect
from tests.scenarios.test_alarms import log_is_complete, told
from tests.scenarios.test_looking_back import leave
from tests.scenarios.test_stop_and_freeze import events

ALL = "unfreeze all by hanna visser"


@pytest.mark.storage
@pytest.mark.parametrize("before", ["typed for an hour", "suspected earlier", "suspected by another", "typed for 30 days"])
async def test_a_suspicious_call_freezes_for_24_hours_whatever_was_there(desk: Desk, database_url: str, before: str) -> None:
    match before:
        case "typed for an hour":
            await desk.say(BRAM, f"freeze {ALICE.upn} for 1 hour")
        case "typed for 30 days":
            await desk.say(BRAM, f"freeze {ALICE.upn} for 30 days")
        case "suspected earlier":
            await suspect(desk, HANNA, ALICE)
            desk.clock.forward(hours=20)
        case "suspected by another":
            await suspect(desk, BRAM, ALICE)
            desk.clock.forward(hours=20)
    again = before.startswith("suspected")
    said = await suspect(desk, HANNA, ALICE)
    assert ("frozen already" in said) is again
    if again:
        reporter = HANNA if before == "suspected earlier" else BRAM
        assert f"{reporter.name} reported a suspicious call" in said
    desk.clock.forward(hours=23, minutes=59)
    assert await is_frozen(desk, ALICE)
    desk.clock.forward(minutes=2)
    assert await is_frozen(desk, ALICE) is (before == "typed for 30 days")
    reports = [row.actor_name for row in events(database_url) if row.tag == Tag.CHAT_CALL_SUSPECTED]
    assert reports == ([reporter.name, HANNA.name] if again else [HANNA.name])
    await log_is_complete(desk)
    assert told(desk, "reports a suspicious call") == len(reports)  # hours apart, so each is told


@pytest.mark.storage
async def test_two_who_report_the_same_person_end_it_only_through_an_administrator(desk: Desk) -> None:
    await suspect(desk, HANNA, ALICE)
    await suspect(desk, BRAM, ALICE)
    for agent in (HANNA, BRAM):
        assert "more than one colleague" in (await desk.say(agent, "unfreeze alice")).text
    await desk.say(BRAM, "freeze alice for 3 days")  # whoever prolongs it has reported nothing
    assert "Hanna Visser reported a suspicious call" in (await desk.say(NADIA, "set office for alice +31 20 123 4567")).text
    assert "can be changed again" in (await desk.say(SAM, "unfreeze alice")).text


@pytest.mark.storage
async def test_an_administrator_ends_all_freezes_of_one_agent_and_shared_ones_stay(desk: Desk, database_url: str) -> None:
    own, shared, others = PEOPLE[:9], PEOPLE[9:12], PEOPLE[12]
    await freeze(desk, HANNA, *own[:7], *shared[:2])
    for person in own[7:]:
        await suspect(desk, HANNA, person)
    await freeze(desk, BRAM, *shared[:1], shared[2], others)
    await suspect(desk, BRAM, shared[1])
    await freeze(desk, HANNA, shared[2])  # who came second has a part in it too
    for agent in (HANNA, BRAM, OSCAR):
        assert "Doorman's administrators" in (await desk.say(agent, ALL)).text

    said = (await desk.say(SAM, f"{ALL} ticket 1234567890 because she was not herself, call +31 6 55555555")).text
    assert "9 freezes by Hanna Visser have ended" in said
    assert all(person.name in said for person in (*own, *shared))
    assert "3 stay, because a colleague froze these people too" in said
    assert others.name not in said
    assert [await is_frozen(desk, person) for person in (*own, *shared, others)] == [False] * 9 + [True] * 4

    await desk.logged("Unfrozen", "Sam Okafor ended 9 freezes by Hanna Visser", "she was not herself", "1234567890", "3 stay")
    await log_is_complete(desk)
    assert told(desk, "Unfrozen") == 1
    recorded = [row for row in events(database_url) if row.tag == Tag.CHAT_PERSON_UNFROZEN]
    assert sorted(row.target_id for row in recorded) == sorted(person.id for person in own)
    assert {row.actor_name for row in recorded} == {SAM.name}
    assert all("1234567890" in row.facts and "55555555" not in row.facts for row in recorded)
    assert "unfroze this person" in (await desk.say(SAM, f"history for {own[0].upn}")).text

    again = (await desk.say(SAM, ALL)).text
    assert "Nobody is frozen by Hanna Visser alone" in again
    assert "3 stay" in again
    assert "Nobody is frozen by Nadia Haddad alone." in (await desk.say(SAM, "unfreeze all by nadia haddad")).text


async def test_ten_of_many_are_named(desk: Desk) -> None:
    await freeze(desk, HANNA, *PEOPLE[:10])
    for person in PEOPLE[10:13]:
        await suspect(desk, HANNA, person)
    said = (await desk.say(SAM, ALL)).text
    assert "13 freezes by Hanna Visser have ended" in said
    assert "and 3 more" in said
    assert len([person for person in PEOPLE[:13] if person.name in said]) == 10


async def test_freezes_of_an_agent_who_has_left(desk: Desk) -> None:
    await freeze(desk, HANNA, ALICE)
    leave(desk, HANNA)
    assert "1 freeze by Hanna Visser has ended: Alice Jansen" in (await desk.say(SAM, ALL)).text
    assert not await is_frozen(desk, ALICE)


@pytest.mark.storage
async def test_said_twice_at_once_it_is_done_once(desk: Desk, database_url: str) -> None:
    await freeze(desk, HANNA, ALICE, OMAR)
    answers = await asyncio.gather(*(desk.say(SAM, ALL) for _ in range(4)))
    assert Counter("have ended" in answer.text for answer in answers) == {True: 1, False: 3}
    assert len([row for row in events(database_url) if row.tag == Tag.CHAT_PERSON_UNFROZEN]) == 2


@pytest.mark.parametrize("line", ["ontdooi alles door hanna visser", 'thaw all by "Hanna Visser"', f"unfreeze all by {HANNA.upn}"])
async def test_other_ways_to_say_it(desk: Desk, line: str) -> None:
    await freeze(desk, HANNA, ALICE)
    assert "1 freeze by Hanna Visser has ended" in (await desk.say(SAM, line)).text


@pytest.mark.storage
async def test_a_freeze_that_is_over_is_nobodys(desk: Desk) -> None:
    await desk.say(HANNA, "freeze alice for 1 hour")
    desk.clock.forward(minutes=61)
    assert "Nobody is frozen by Hanna Visser alone" in (await desk.say(SAM, ALL)).text

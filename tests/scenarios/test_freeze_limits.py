"""How many people one agent freezes by typing; a suspicious call is neither counted nor refused."""

from __future__ import annotations

import asyncio
from collections import Counter

from simulator import cast
from tests.desk import BRAM, HANNA, SAM, Desk
from tests.scenarios.freezing import PEOPLE, freeze, is_frozen, suspect
from tests.scenarios.test_alarms import log_is_complete, told
from tests.scenarios.test_limits import desk, limits

__all__ = ["desk"]


@limits(freezes_per_hour=3)
async def test_the_fourth_person_within_an_hour_is_refused_and_the_log_channel_alarmed_once(desk: Desk) -> None:
    assert await freeze(desk, HANNA, *PEOPLE[:3]) == [True] * 3
    assert told(desk, "Many people are frozen") == 0
    refused = await desk.say(HANNA, f"freeze {PEOPLE[3].upn} for 30 days")
    assert "One agent freezes 3 people within an hour at the most" in refused.text
    assert "It ends on" in refused.text
    assert "lift limits for Hanna Visser" in refused.text
    assert not await is_frozen(desk, PEOPLE[3])
    await desk.logged("Many people are frozen", "Hanna Visser froze 3 people within an hour", "unfreeze all by Hanna Visser")
    assert await freeze(desk, HANNA, *PEOPLE[4:7]) == [False] * 3
    assert await freeze(desk, HANNA, *PEOPLE[:3]) == [True] * 3  # again, the same ones
    assert await freeze(desk, BRAM, PEOPLE[3]) == [True]  # the limit is each agent's own
    await log_is_complete(desk)
    assert told(desk, "Many people are frozen") == 1

    desk.clock.forward(minutes=61)
    assert await freeze(desk, HANNA, *PEOPLE[4:8]) == [True, True, True, False]
    await log_is_complete(desk)
    assert told(desk, "Many people are frozen") == 2


@limits(freezes_per_hour=2)
async def test_freezing_and_ending_it_counts_each_person_once(desk: Desk) -> None:
    for _ in range(3):
        assert await freeze(desk, HANNA, PEOPLE[0]) == [True]
        await desk.say(HANNA, f"unfreeze {PEOPLE[0].upn}")
    assert await freeze(desk, HANNA, *PEOPLE[1:3]) == [True, False]


@limits(freezes_per_hour=2)
async def test_an_administrator_lifts_it_for_others_alone(desk: Desk) -> None:
    assert await freeze(desk, HANNA, *PEOPLE[:3]) == [True, True, False]
    await desk.say(SAM, "lift limits for hanna visser")
    assert await freeze(desk, HANNA, *PEOPLE[2:5]) == [True, True, False]
    assert await freeze(desk, SAM, *PEOPLE[5:8]) == [True, True, False]
    assert "Nobody lifts their own limits" in (await desk.say(SAM, "lift limits for sam okafor")).text


@limits(freezes_per_hour=2)
async def test_a_suspicious_call_is_neither_counted_nor_refused(desk: Desk) -> None:
    for person in PEOPLE[:3]:
        assert "is frozen until" in await suspect(desk, HANNA, person)
    assert await freeze(desk, HANNA, *PEOPLE[3:6]) == [True, True, False]
    for person in PEOPLE[6:9]:
        assert "is frozen until" in await suspect(desk, HANNA, person)
        assert await is_frozen(desk, person)


async def test_as_delivered_one_agent_freezes_ten_of_fourteen_people_at_once(built_in_desk: Desk) -> None:
    desk = built_in_desk
    lines = [f"freeze {person.upn} for 30 days" for person in PEOPLE[:14]]
    await asyncio.gather(*(desk.teams.say(HANNA, line, channel) for line, channel in zip(lines, [*cast.CHANNELS] * 5, strict=False)))
    assert Counter([await is_frozen(desk, person) for person in PEOPLE[:14]]) == {True: 10, False: 4}
    await desk.logged("Many people are frozen", "Hanna Visser froze 10 people")
    await log_is_complete(desk)
    assert told(desk, "Many people are frozen") == 1

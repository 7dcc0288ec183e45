"""What the log channel is told without anybody asking, and how often."""

from __future__ import annotations

import asyncio

from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, OMAR, OSCAR, SAM, Desk, as_json
from tests.scenarios.test_limits import SET, desk, limits

__all__ = ["desk"]


def told(desk: Desk, title: str) -> int:
    return len([text for text in desk.log() if title in text])


async def log_is_complete(desk: Desk) -> None:
    """Posts go out in order, so nothing from before this one is still to come."""
    mark = f"mark {len(desk.teams.sent)}"
    await desk.say(SAM, f"freeze kenji tanaka because {mark}")
    await desk.logged(mark)


@limits(refusals_per_hour=3)
async def test_repeated_refusals_of_one_person_are_reported_once_an_hour(desk: Desk) -> None:
    for _ in range(6):
        await desk.say(HANNA, "set mobile for alice 12")  # no such number
        await desk.say(HANNA, "shwo alice")
        await desk.say(OSCAR, "nonsense")
    answer = await desk.say(HANNA, SET)
    await desk.press(OSCAR, answer, "suspect", action={"type": "Action.Execute", "verb": "suspect", "data": {"id": answer.operation_id}})
    await desk.say(OSCAR, SET)
    await desk.say(BRAM, "set mobile for bram peeters +31 6 12345678")
    assert told(desk, "Repeated refusals") == 0
    await desk.say(OSCAR, "show omar")
    post = await desk.logged("Repeated refusals", "Oscar Outsider was refused 3 times since", "not of the helpdesk (3)")
    assert "history by Oscar Outsider" in as_json(post.card() or {})
    for _ in range(4):
        await desk.say(OSCAR, SET)
    await log_is_complete(desk)
    assert told(desk, "Repeated refusals") == 1
    desk.clock.forward(hours=1, minutes=1)
    for _ in range(3):
        await desk.say(OSCAR, SET)
    await desk.logged("Repeated refusals", "refused 3 times")
    await log_is_complete(desk)
    assert told(desk, "Repeated refusals") == 2


@limits(refusals_per_hour=4)
async def test_refusals_at_the_same_moment_raise_one_alarm(desk: Desk) -> None:
    channels = [cast.CHANNELS[0]] * 8
    await asyncio.gather(*(desk.teams.say(OSCAR, SET, where) for where in channels))
    await desk.logged("Repeated refusals", "Oscar Outsider")
    await log_is_complete(desk)
    assert told(desk, "Repeated refusals") == 1


@limits(team_per_day=3)
async def test_many_people_of_one_department_are_reported_once_a_day(desk: Desk) -> None:
    drivers = [person for person in cast.CROWD if person.department == "Logistics" and not person.synced][:4]
    await desk.change(HANNA, f"set mobile for {drivers[0].upn} +31 6 12345001")
    await desk.change(HANNA, f"update mobile for {drivers[0].upn} to +31 6 12345002")
    await desk.change(BRAM, f"set mobile for {drivers[1].upn} +31 6 12345003")
    await desk.change(BRAM, SET)  # another department
    await log_is_complete(desk)
    assert told(desk, "Many resets") == 0
    await desk.change(BRAM, f"set mobile for {drivers[2].upn} +31 6 12345004")
    await desk.logged("Many resets in one team", "3 people of Logistics", drivers[2].name, "Bram Peeters", "pause")
    await desk.change(BRAM, f"set mobile for {drivers[3].upn} +31 6 12345005")
    await log_is_complete(desk)
    assert told(desk, "Many resets") == 1


@limits(team_per_day=2)
async def test_people_without_a_department_are_no_team(desk: Desk) -> None:
    for person in (ALICE, OMAR):
        desk.entra.person(person.upn).department = ""
    await desk.change(HANNA, SET)
    await desk.change(HANNA, "remove office for omar")
    await log_is_complete(desk)
    assert told(desk, "Many resets") == 0

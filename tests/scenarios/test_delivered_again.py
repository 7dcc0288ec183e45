"""An invoke that Teams sends four times, twice with another id and time, does what one press does. For every verb."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.incoming import Verb
from bot.domain.verbs import VERBS
from simulator.entra.faults import Fault
from tests.desk import BRAM, HANNA, Desk, as_json
from tests.scenarios.bulking import query
from tests.scenarios.forging import Scene, button, scene_of
from tests.scenarios.test_verbs import MADE, Make

#: Only what the store remembers of presses is tried on both databases.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

#: What there is in the world that a press may add to.
COUNTED = {
    "operations": "SELECT count(*) AS n FROM operations",
    "choices and forms": "SELECT count(*) AS n FROM choices",
    "freezes": "SELECT count(*) AS n FROM freezes",
    "proposals": "SELECT count(*) AS n FROM audit_events WHERE tag = 'operation.proposed'",
}

#: What the first press spends.
SPENT = (Verb.CHOOSE, Verb.FILL, Verb.SUSPECT)


def counted(desk: Desk, where: str) -> dict[str, int]:
    """How much there is, and how many cards with buttons and offered files stand in the chat of the press; news may come at any time."""
    found = {name: query(desk, statement)[0]["n"] for name, statement in COUNTED.items()}
    said = [message.shown for message in desk.teams.thread(where) if message.by_bot]
    return found | {"cards": len([shown for shown in said if not shown or '"verb"' in as_json({"shown": shown})])}


async def added(scene: Scene, verb: Verb, make: Make, how: str) -> dict[str, int]:
    """What a press adds when it is delivered so, in Entra too."""
    desk, pressed = scene.desk, await make(scene, None)
    before, writes = counted(desk, pressed.message.conversation_id), len(desk.entra.writes)
    desk.teams.insistent = how
    await desk.teams.press(pressed.who, pressed.message.id, verb, action=button("execute", verb, pressed.id, **pressed.data))
    desk.teams.insistent = ""
    after = counted(desk, pressed.message.conversation_id)
    return {name: after[name] - before[name] for name in after} | {"writes": len(desk.entra.writes) - writes}


@on_sqlite
@pytest.mark.parametrize(("verb", "make"), [pair for pair in MADE if VERBS[pair[0]].makes_anew or pair[0] in SPENT])
async def test_it_does_what_one_press_does(desk: Desk, verb: Verb, make: Make) -> None:
    async with scene_of(desk) as scene:
        once = await added(scene, verb, make, "")
        for how in ("later", "at once"):
            assert await added(scene, verb, make, how) == once, how


async def test_what_came_to_nothing_may_be_pressed_again_at_once(desk: Desk) -> None:
    shown = await desk.say(HANNA, "help")
    action: dict[str, Any] = {"verb": "open", "data": {"id": "show"}}
    desk.entra.faults.add(Fault(effect="unavailable"))
    before = len(desk.teams.thread(HANNA))
    await desk.teams.press(HANNA, shown.message.id, "open", action=action)
    desk.entra.faults.clear()
    await desk.restart_bot()
    await desk.teams.press(HANNA, shown.message.id, "open", action=action)
    assert len(desk.teams.thread(HANNA)) > before


async def test_after_a_minute_the_same_press_is_another_one(desk: Desk) -> None:
    shown = await desk.say(HANNA, "help")
    action: dict[str, Any] = {"verb": "open", "data": {"id": "whoami"}}

    async def cards() -> int:
        await desk.teams.press(HANNA, shown.message.id, "open", action=action)
        return len([message for message in desk.teams.thread(HANNA) if message.by_bot])

    first = await cards()
    assert await cards() == first
    desk.clock.forward(seconds=50)
    assert await cards() == first
    desk.clock.forward(seconds=11)
    assert await cards() == first + 1


@on_sqlite
async def test_two_people_press_for_themselves(desk: Desk) -> None:
    shown = await desk.say(HANNA, "help")
    for who in (HANNA, BRAM):
        await desk.teams.press(who, shown.message.id, "open", action={"verb": "open", "data": {"id": "whoami"}})
    assert len([message for message in desk.teams.thread(HANNA) if message.by_bot]) == 3

"""“This was not me”: one press by whoever was told, and everything stops."""

from __future__ import annotations

from dataclasses import replace

from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, Desk, one_agent
from tests.scenarios.telling import MINUTES, TELLING, WITH_MANAGER, notice

PRIYA, ADMIN = cast.person("Priya Raman"), cast.person("Ada Admin")
SET = "set mobile for alice +31 6 12345678"


async def test_everything_stops(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=WITH_MANAGER), **TELLING) as desk:
        card = await desk.change(HANNA, SET)
        waiting = await desk.say(BRAM, "pass for alice")
        await desk.press(BRAM, waiting, "confirm")
        own = await notice(desk, ALICE)
        answer = await desk.press(ALICE, own, "not_me")
        assert "Stopped" in str(answer) and "+31 20 555 0100" in str(answer)

        red = await desk.logged("This was not me", "Alice Jansen says that", "asked for by Hanna Visser", "nobody else had to agree")
        await desk.logged("Done", "Take back what", "Sessions")
        assert desk.phones(ALICE) == {}
        await desk.settled(waiting, "Cancelled")
        await desk.settled(card, "Somebody pressed “This was not me”")
        refused = await desk.say(HANNA, SET)
        assert "frozen" in refused.text, refused.text
        assert "frozen" in (await desk.say(HANNA, "unfreeze alice")).text

"""SIGKILL at every step of `reset mfa`: the next process finishes what is left, and makes nothing twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy

from benchmarks.kill_bots import Bot
from benchmarks.world import NO_LIMITS
from bot.store.transactions import open_engine
from simulator import cast
from simulator.entra.faults import Fault
from simulator.teams import Message
from simulator.world import World
from tests.desk import HANNA, _words

#: One person per moment of death: after so many of the three deletions, and while the default waits for the others to be gone.
SECOND_PASS = 4
VICTIMS = dict(zip((0, 1, 2, 3, SECOND_PASS), (member for member in cast.CROWD if member.phones), strict=False))
PATIENCE = 60.0


def test_a_reset_survives_the_death_of_the_bot_at_each_step(new_database: Callable[[str], str], tmp_path: Path) -> None:
    """Both kinds of database at the same time, because most of it is waiting."""
    addresses = {kind: new_database(kind) for kind in ("sqlite", "postgresql")}
    for kind in addresses:
        (tmp_path / kind).mkdir()

    async def on_each() -> None:
        await asyncio.gather(*(_die_at_each_step(address, tmp_path / kind) for kind, address in addresses.items()))

    asyncio.run(on_each())


async def _die_at_each_step(database_url: str, folder: Path) -> None:
    world = World(limits=False)
    await world.start()
    bot = Bot(world.environment(database_url, POLICY_FILE=NO_LIMITS), folder / "bot.log")
    world.teams.bot_endpoint = bot.endpoint
    try:
        await bot.start()
        for moment, victim in VICTIMS.items():
            await bot.wait_ready()
            await _die_at(moment, victim, world, bot)
        assert bot.exits == 0
        _check_trail(database_url)
    finally:
        await bot.kill()
        await world.stop()


async def _die_at(moment: int, victim: cast.Member, world: World, bot: Bot) -> None:
    person = world.entra.person(victim.upn)
    person.strong[:] = ["otp", "authenticator"]
    person.sign_in.default = "push"
    slow = world.entra.faults.add(Fault(effect="latency", method="DELETE", seconds=0.15))
    world.entra.tenant.sign_in.delete_delay = 1.0 if moment == SECOND_PASS else 0.0
    asked = await world.teams.say(HANNA, f"reset mfa for {victim.upn}")
    card = next(each for each in world.teams.threads.messages.values() if each.reply_to_id == asked.id)
    await world.teams.press(HANNA, card.id, "confirm")

    def deletions() -> list[str]:
        return [write.what for write in world.entra.writes if write.user_id == person.id]

    def refused() -> bool:
        return any(request.status == 400 and person.id in request.path for request in world.entra.requests)

    await _until(refused if moment == SECOND_PASS else lambda: slow.fired > 0 and len(deletions()) >= moment)
    await bot.kill()
    world.entra.faults.clear()
    await bot.start()
    await _until(lambda: "Done" in " ".join(_words(_latest(world, card).card() or {})))
    assert sorted(deletions()) == ["authenticator.delete", "otp.delete", "phone.delete"], f"killed at {moment}"
    assert not person.phones
    assert not person.holding().methods
    await _until(lambda: _log_cards(world, victim) == 1)


def _latest(world: World, card: Message) -> Message:
    return world.teams.threads.messages[card.id]


def _log_cards(world: World, victim: cast.Member) -> int:
    cards = [" ".join(_words(message.card() or {})) for message in world.teams.thread(cast.channel("Doorman log")) if message.by_bot]
    return sum(f"Reset MFA for {victim.name}" in words for words in cards)


async def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it never came"
        await asyncio.sleep(0.005)


def _check_trail(database_url: str) -> None:
    """Every reset ended once, with each of its three changes in effect."""
    engine = open_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            sqlalchemy.text("SELECT operation_id, facts FROM audit_events WHERE tag = 'operation:execution:finished'")
        ).all()
    engine.dispose()
    assert len({row.operation_id for row in rows}) == len(rows) == len(VICTIMS)
    assert all(json.loads(row.facts)["results"] == ["done"] * 3 for row in rows)

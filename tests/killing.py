"""Bots that die by SIGKILL at a chosen moment, while both simulators live on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy

from benchmarks.kill_bots import Bot
from benchmarks.kill_count import Count
from benchmarks.world import NO_LIMITS
from bot.store.transactions import open_engine
from simulator import cast, doorman
from simulator.teams import Message
from simulator.world import World
from tests.desk import _words

PATIENCE = 90.0

#: Has the bot die once over this person, at this moment, and says whether what is left was finished.
Death = Callable[[int, cast.Member, World, Bot], Awaitable[None]]


#: Carries a plan out on an empty database; logs go to the folder.
Run = Callable[[str, Path], Awaitable[Count]]


def on_each_database(new_database: Callable[[str], str], folder: Path, runs: Mapping[str, Run]) -> dict[str, Count]:
    """What became of each kind's run, all at the same time, because most of it is waiting; none has a problem."""
    addresses = {kind: new_database(kind) for kind in runs}

    async def on_all() -> list[Count]:
        for kind in addresses:
            (folder / kind).mkdir()
        return await asyncio.gather(*(runs[kind](address, folder / kind) for kind, address in addresses.items()))

    results = dict(zip(addresses, asyncio.run(on_all()), strict=True))
    for result in results.values():
        assert result.problems == [], "\n".join(result.problems)
    return results


def on_both(new_database: Callable[[str], str], folder: Path, run: Run) -> list[Count]:
    """The same run on both kinds."""
    return list(on_each_database(new_database, folder, {"sqlite": run, "postgresql": run}).values())


def victims(moments: Iterable[int]) -> dict[int, cast.Member]:
    """One person with phones for every moment of death."""
    return dict(zip(moments, (member for member in cast.CROWD if member.phones), strict=False))


def die_at_each(
    new_database: Callable[[str], str], folder: Path, victims: dict[int, cast.Member], die: Death, check: Callable[[list[Any]], None]
) -> None:
    """Runs `die` for each victim, then `check` on the audit trail; on both kinds of database at the same time, as most of it is waiting."""
    addresses = {kind: new_database(kind) for kind in ("sqlite", "postgresql")}

    async def on_each() -> None:
        await asyncio.gather(*(_die_in_turn(address, folder / f"{kind}.log", victims, die) for kind, address in addresses.items()))

    asyncio.run(on_each())
    for address in addresses.values():
        check(_trail(address))


async def _die_in_turn(database_url: str, log: Path, victims: dict[int, cast.Member], die: Death) -> None:
    world = World(limits=False)
    await world.start()
    bot = Bot(doorman.environment(world, database_url, POLICY_FILE=NO_LIMITS, HEAD_HOUR="none", REPORT_HOUR="none"), log)
    world.teams.bot_endpoint = bot.endpoint
    try:
        await bot.start()
        for moment, victim in victims.items():
            await bot.wait_ready()
            await die(moment, victim, world, bot)
        assert bot.exits == 0
    finally:
        await bot.kill()
        await world.stop()


def _trail(database_url: str) -> list[Any]:
    engine = open_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT tag, operation_id, facts FROM audit_events")).all()
    engine.dispose()
    return list(rows)


async def ask(world: World, who: cast.Member, text: str) -> Message:
    """Types a line; the message with the bot's answer to it."""
    asked = await world.teams.say(who, text)
    return next(each for each in world.teams.threads.messages.values() if each.reply_to_id == asked.id)


def words_on(world: World, message: Message) -> str:
    """Every word on its card as it is now."""
    return " ".join(_words(world.teams.threads.messages[message.id].card() or {}))


async def until(holds: Callable[[], bool]) -> None:
    """Waits for it."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.005)

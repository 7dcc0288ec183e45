"""The mails about a large file: `python -m benchmarks.notices [--mails 12000] [--scale 60] [--database sqlite]`.

One row of a file is carried out, and stands for all others: so many people wait to be told of it. The mailbox's documented limits, and the
bot's pace by them, have windows `--scale` times as short as in reality, and so is the latency of 100 ms; nothing else is scaled. Beyond
the limit of a day the rest waits until the first mail is a day old. Exit status 1 when less than 95 % of the allowed pace was used, the
mailbox refused a mail, somebody was told twice or not at all, or the process grew.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from benchmarks.bulk_people import Somebody
from benchmarks.bulk_run import LATENCY, bots_for, file_for, world_for
from benchmarks.kill import empty_database
from benchmarks.kill_bots import Bot
from benchmarks.kill_people import operation_of
from benchmarks.processes import cpu_seconds, resident_mb
from bot.domain.notices import MAILS_A_MINUTE, Told
from bot.store.tables import bulk_rows, notices
from bot.store.transactions import open_engine
from simulator import cast
from simulator.entra.exchange import DAY, MINUTE, SendingLimits
from simulator.world import World

HANNA, FIRST = cast.HELPDESK[0], 1_000
SHARE, GROWTH_MB = 0.95, 10.0
LOOK = 0.2


@dataclass(frozen=True)
class Figures:
    """Of one run. `rate` is mails a minute, unscaled, while mails went at all; `memory` by how many had gone."""

    mails: int
    rate: float
    refused: int
    twice: int
    untold: int
    cpu_ms: float
    memory: dict[int, float]
    seconds: float

    @property
    def share(self) -> float:
        """Of the allowed pace."""
        return self.rate / MAILS_A_MINUTE

    @property
    def good(self) -> bool:
        """What the benchmark is for."""
        grown = max(self.memory.values()) - self.memory[min(self.memory)]
        return self.share >= SHARE and not (self.refused or self.twice or self.untold) and grown <= GROWTH_MB


async def run(mails: int, scale: float, database_url: str, folder: Path) -> Figures:
    """So many mails of one file, on an empty database."""
    world = world_for(10, scale)
    world.entra.exchange.limits = SendingLimits(scale=scale)
    world.entra.recording = True
    world.entra.latency = LATENCY / scale
    await world.start()
    told = {"NOTICE_MAILBOX": cast.NOTICES.upn, "PUBLIC_URL": "http://127.0.0.1:3978", "HEAD_HOUR": "none"}
    bot = bots_for(world, database_url, 1, scale, folder, **told)[0]
    engine = open_engine(database_url)
    try:
        await bot.start()
        await bot.wait_ready()
        somebody = Somebody(world, engine, lambda: bot.endpoint)
        job = await somebody.checked(file_for(1))
        await somebody.confirm(job.id)
        await somebody.ended(job.id)
        while not world.entra.exchange.mails:  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(LOOK)
        await asyncio.to_thread(_multiply, engine, job.id, mails - 1)
        began, spent = time.monotonic(), cpu_seconds(bot.pid)
        await _begin(world, bot)
        memory: dict[int, float] = {}
        while (gone := len(world.entra.exchange.mails)) < mails + 1:  # the one that begins them is an operation's
            if gone >= FIRST:
                memory.setdefault(gone // FIRST * FIRST, resident_mb(bot.pid))
            await asyncio.sleep(LOOK)
        memory[mails] = resident_mb(bot.pid)
        cpu, seconds = cpu_seconds(bot.pid) - spent, time.monotonic() - began
        await asyncio.sleep(1)
        told_of = await asyncio.to_thread(_told, engine, job.id)
    finally:
        await bot.stop()
        engine.dispose()
        await world.stop()
    refused = sum(one.status == 429 and "sendMail" in one.path for one in world.entra.requests)
    sent = world.entra.exchange.mails
    twice = len(sent) - len({(mail.to, mail.content) for mail in sent})
    return Figures(mails, _rate(sent, scale), refused, twice, mails - told_of, 1000 * cpu / mails, memory, seconds)


def _multiply(engine: Engine, job_id: str, many: int) -> None:
    """So many more people in the same file, changed as its first one was, and not told yet."""
    with engine.begin() as connection:
        row: dict[str, Any] = dict(connection.execute(select(bulk_rows).where(bulk_rows.c.job == job_id)).one()._mapping)
        notice: dict[str, Any] = dict(connection.execute(select(notices).where(notices.c.operation_id == job_id)).one()._mapping)
        del notice["number"]
        numbers = range(row["number"] + 1, row["number"] + 1 + many)
        connection.execute(insert(bulk_rows), [row | {"number": number} for number in numbers])
        waiting = notice | {"state": Told.WAITING.value, "tried_at": None, "told_at": None}
        of_each = ({"id": f"{n:032x}", "row": n, "name": f"Person {n}", "address": f"person{n}@{cast.DOMAIN}"} for n in numbers)
        connection.execute(insert(notices), [waiting | theirs for theirs in of_each])


async def _begin(world: World, bot: Bot) -> None:
    """A change of one person, whose mail has all that wait sent."""
    world.teams.bot_endpoint = bot.endpoint
    while True:
        await world.teams.say(HANNA, f"set office for {cast.person('Alice Jansen').upn} +31 20 5550123")
        for message in reversed(world.teams.thread(HANNA)):
            if message.by_bot and operation_of(message.card() or {}):
                await world.teams.press(HANNA, message.id, "confirm")
                return


def _told(engine: Engine, job_id: str) -> int:
    with engine.connect() as connection:
        states = connection.execute(select(notices.c.state).where(notices.c.operation_id == job_id)).scalars()
        return Counter(states)[Told.DELIVERED.value]


def _rate(sent: list[Any], scale: float) -> float:
    """Mails a minute, unscaled; without the time in which the limit of a day held all of them back."""
    times = sorted(mail.at for mail in sent[1:])  # the first one came before
    going: float = sum(gap for first, second in pairwise(times) if (gap := second - first) < 10 * MINUTE / scale)
    last: float = times[-1] - times[-MAILS_A_MINUTE]
    # A window's mails go at once, so the last window, of which the end is not waited for, counts whole.
    return len(times) / (going + max(0.0, MINUTE / scale - last)) * 60 / scale


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mails", type=int, default=12_000)
    parser.add_argument("--scale", type=float, default=60.0)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--logs", type=Path, help="a folder in which the bot's log stays")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorman-notices-") as scratch, empty_database(given.database, Path(scratch)) as url:
        logs = given.logs or Path(scratch)
        logs.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(run(given.mails, given.scale, url, logs))
    print(f"{os.cpu_count()} processors, {given.database}. Scale {given.scale:g}: the mailbox's minute is {MINUTE / given.scale:g} s here, "
          f"its day {DAY / given.scale:g} s.")  # fmt: skip
    print(f"{'mails sent':<38}{found.mails:>10,}")
    print(f"{'a minute, unscaled':<38}{found.rate:>10.1f}  of {MAILS_A_MINUTE}: {found.share:.1%}")
    print(f"{'refused by the mailbox':<38}{found.refused:>10,}")
    print(f"{'told twice / not told':<38}{found.twice:>10,}  / {found.untold:,}")
    print(f"{'processor time a mail':<38}{found.cpu_ms:>10.1f} ms")
    for gone, megabytes in sorted(found.memory.items()):
        print(f"{f'resident after {gone:,}':<38}{megabytes:>10.1f} MB")
    print(f"{'seconds here':<38}{found.seconds:>10.0f}")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())

"""The registration report of companies: `python -m benchmarks.report [--people 1000 10000] [--large] [--scale 10] [--only sqlite …]`.

Simulators with 100 ms latency and Graph's documented quotas, whose windows are `--scale` times as short as in reality, and the bot's
pauses with them; latency and everything else are not scaled. Each company is read twice: the first time nobody is known yet. Exit status
1 when a request was refused, more were made for the report than Graph allows, somebody was left out, or memory grew with the company.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select

from benchmarks.bulk_run import LATENCY
from benchmarks.kill import empty_database
from benchmarks.kill_bots import Bot
from benchmarks.processes import cpu_seconds, resident_mb
from bot.graph.registrations import PAUSE
from bot.store.readings import WHOLE
from bot.store.tables import readings
from bot.store.transactions import open_engine
from simulator import doorman
from simulator.entra import Quotas
from simulator.world import World

LARGE = 100_000
PATIENCE = 1_800.0
#: Megabytes by which a company a hundred times as large may need more: pages differ in size.
FLAT = 20.0
LOOK_SECONDS = 0.1


@dataclass
class Figures:
    """Of one reading. Times in seconds, memory in megabytes."""

    people: int
    first: bool
    seconds: float
    cpu: float
    before: float
    most: float
    requests: int
    of_report: int
    most_of_report: int
    refused: int
    report: float
    listing: float
    phone_only: int

    @property
    def grown(self) -> float:
        """By how much memory grew at the most."""
        return self.most - self.before


async def run(people: int, scale: float, database_url: str, folder: Path) -> list[Figures]:
    """Two readings of a company on an empty database."""
    world = World(limits=False)
    world.entra.add_crowd(people)
    world.entra.latency = LATENCY
    world.entra.quotas = Quotas(scale=scale)
    await world.start()
    settings = doorman.environment(world, database_url, RECONCILE_HOURS="0", HEAD_HOUR="none", REPORT_HOUR="none")
    bot = Bot(settings, folder / f"bot{people}.log", ("-m", "benchmarks.report_bot", f"{scale:g}"))
    try:
        await bot.start()
        await bot.wait_ready()
        found = [await _reading(world, bot, database_url, first=True)]
        await _let_ask_again(database_url)
        return [*found, await _reading(world, bot, database_url, first=False)]
    finally:
        await bot.stop()
        await world.stop()


async def _reading(world: World, bot: Bot, database_url: str, *, first: bool) -> Figures:
    world.entra.requests.clear()
    world.entra.tenant.sign_in.report.forget()
    quotas = world.entra.quotas
    assert quotas is not None
    refused = sum(quotas.refused.values())
    engine = open_engine(database_url)

    def whole() -> list[Any]:
        with engine.connect().execution_options(read_only=True) as connection:
            return list(connection.execute(select(readings).where(WHOLE).order_by(readings.c.ended_at)).all())

    known, before, spent = len(whole()), resident_mb(bot.pid), cpu_seconds(bot.pid)
    most = before
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(f"http://127.0.0.1:{bot.port}") as session:
        async with session.post("/read") as answer:
            assert await answer.text() == "started", await answer.text()
        while len(await asyncio.to_thread(whole)) == known:
            most = max(most, resident_mb(bot.pid))
            await asyncio.sleep(LOOK_SECONDS)
        cpu = cpu_seconds(bot.pid) - spent
        async with session.get("/report") as answer:
            told = await answer.json()
    reading = whole()[-1]
    engine.dispose()
    requests = list(world.entra.requests)
    times = sorted(request.at for request in requests if request.path.startswith("/reports/"))
    enabled = sum(person.account_enabled for person in world.entra.tenant.people.values())
    assert told["people"] == reading.people == enabled, "somebody was left out"
    return Figures(
        enabled,
        first,
        (reading.ended_at - reading.begun_at).total_seconds(),
        cpu,
        before,
        max(most, resident_mb(bot.pid)),
        len(requests),
        len(times),
        max(index + 1 - bisect_right(times, at - quotas.report_window / quotas.scale, 0, index) for index, at in enumerate(times)),
        sum(quotas.refused.values()) - refused,
        told["report"],
        told["list"],
        told["phone_only"],
    )


async def _let_ask_again(database_url: str) -> None:
    """The reading was made an hour ago."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        earlier = "replace(ended_at, substr(ended_at, 1, 4), '2020')"
        connection.exec_driver_sql(f"UPDATE registration_readings SET ended_at = {earlier} WHERE ended_at IS NOT NULL")
        assert connection.execute(select(func.count()).select_from(readings)).scalar() == 1
    engine.dispose()


_HEAD = ("", "people", "phone only", "seconds", "CPU", "CPU/1,000", "memory", "grew", "requests", "of the report", "refused", "report",
         "list")  # fmt: skip


def table(found: dict[str, list[Figures]], scale: float) -> None:
    """Prints it."""
    allowed = Quotas().reports
    print(
        f"\n{os.cpu_count()} processors. Latency {LATENCY * 1000:.0f} ms. Scale {scale:g}: Graph allows {allowed} requests for reports in "
        f"{Quotas().report_window / scale:g} s here, and a page of the report is asked for {PAUSE / scale:g} s after the one before."
    )
    print("\n{:<20}{:>9}{:>12}{:>9}{:>9}{:>11}{:>9}{:>9}{:>10}{:>15}{:>9}{:>10}{:>10}".format(*_HEAD))
    for name, several in found.items():
        for one in several:
            title = f"{name}, {'first' if one.first else 'second'}"
            print(
                f"{title:<20}{one.people:>9,}{one.phone_only:>12,}{one.seconds:>9.1f}{one.cpu:>7.2f} s"
                f"{1_000_000 * one.cpu / one.people:>8.0f} ms{one.before:>6.0f} MB{one.grown:>6.1f} MB{one.requests:>10}"
                f"{one.of_report:>6}, {one.most_of_report} of {allowed}{one.refused:>9}"
                f"{1000 * one.report:>7.0f} ms{1000 * one.listing:>7.0f} ms"
            )
        for kind in (True, False):
            same = [one for one in several if one.first is kind]
            small, large = same[0], same[-1]
            if small is not large:
                print(
                    f"{name}, {'first' if kind else 'second'}: {large.people / small.people:.1f} times as many people: "
                    f"{large.seconds / small.seconds:.1f} times the time, {large.cpu / small.cpu:.1f} times the processor time, "
                    f"{large.requests / small.requests:.1f} times the requests, {large.most / small.most:.2f} times the memory."
                )
    print("\nOf the report: requests for it in all, and the most in any window. Report, list: what an administrator waits for.")


def good(several: list[Figures]) -> bool:
    """What the benchmark is for."""
    beside = all(not one.refused and one.most_of_report <= Quotas().reports for one in several)
    return beside and max(one.grown for one in several) - min(one.grown for one in several if one.first) <= FLAT


async def _all(options: argparse.Namespace, logs: Path) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {}
    for kind in options.only:
        for people in (*options.people, *([LARGE] if options.large else [])):
            with tempfile.TemporaryDirectory(prefix="doorman-report-") as scratch, empty_database(kind, Path(scratch)) as url:
                found.setdefault(kind, []).extend(await run(people, options.scale, url, logs))
            print(f"{kind}, {people:,} people: {found[kind][-1].seconds:.1f} s", file=sys.stderr)
    return found


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--large", action="store_true", help=f"{LARGE:,} people, too")
    parser.add_argument("--scale", type=float, default=10.0, help="by how much Graph's windows are shortened")
    parser.add_argument("--only", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"], help="these alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorman-report-logs-") as scratch:
        found = asyncio.run(_all(options, Path(scratch)))
    table(found, options.scale)
    return 0 if all(good(several) for several in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

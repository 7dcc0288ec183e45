"""Setup as an administrator runs it, against the simulated tenant."""

from __future__ import annotations

import argparse
import asyncio
import re
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.terminal.setup import add_arguments
from bot.terminal.setup.env_file import EnvFile
from bot.terminal.setup.steps import Run
from simulator import cast, doorman
from simulator.entra.message import RecordedRequest
from simulator.entra.tokens import AppRegistration
from simulator.world import World
from tests.contracts.graph import response_violations, violations

ADA = cast.person("Ada Admin")
#: An address that nobody answers at: the page of mails is not looked at here.
URL, SITE = "http://127.0.0.1:9", "https://help.fabrikam.example"
HELPDESK, ADMINISTRATORS = cast.group("Helpdesk"), cast.group("Doorman administrators")
#: What the settings of the simulated tenant are beside those that setup writes.
HOSTS = ("AZURE_AUTHORITY_HOST", "GRAPH_ENDPOINT", "BOT_OPENID_METADATA", "ALLOWED_SERVICE_URLS", "ALLOWED_FILE_HOSTS", "LOG_SERVICE_URL")
ANSWERS = (
    "--helpdesk-group", HELPDESK.name, "--admin-group", ADMINISTRATORS.name, "--public-url", URL, "--developer", "Fabrikam IT",
    "--website", SITE,
)  # fmt: skip
_CODE = re.compile(r"enter the code (\w+)")


@dataclass
class Shell:
    """A terminal in a folder of its own, and the tenant it works on."""

    world: World
    folder: Path
    database_url: str
    lines: list[str] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)
    enter: Callable[[str], None] | None = None
    person: cast.Member = ADA

    @property
    def env(self) -> Path:
        return self.folder / ".env"

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    @property
    def environ(self) -> dict[str, str]:
        usual = doorman.environment(self.world, self.database_url)
        return {name: usual[name] for name in (*HOSTS, "DATABASE_URL")}

    def mode(self, path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    def drop(self, path: Path) -> None:
        path.unlink()

    def files(self) -> list[str]:
        """What begins like the file of settings, also what was left of writing it."""
        return [path.name for path in self.folder.iterdir() if path.name.startswith(".env")]

    def values(self) -> dict[str, str]:
        return EnvFile(self.env).read()

    def app(self) -> AppRegistration:
        """The registration that setup made, which is the only one."""
        (app,) = self.apps()
        return app

    def apps(self) -> list[AppRegistration]:
        return [app for app in self.world.entra.login.apps.values() if app.app_id not in (cast.BOT_APP_ID, cast.GRAPH_APP_ID)]

    async def setup(self, *options: str, answers: tuple[str, ...] = ANSWERS, ask: Callable[[str, str], str] | None = None) -> int:
        """Runs it to its end; returns the exit status."""
        self.lines.clear()
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        given = parser.parse_args([*answers, *options, "--env-file", str(self.env)])
        run = Run(given, self.environ, self._hear, ask=ask, sleep=self.naps.append)
        return await asyncio.to_thread(run.go)

    def _hear(self, line: str) -> None:
        self.lines.append(line)
        if found := _CODE.search(line):
            (self.enter or self._sign_in)(found[1])

    def _sign_in(self, code: str) -> None:
        self.world.entra.login.devices.sign_in(code, self.world.entra.person(self.person.upn))

    def calls(self, method: str = "") -> list[str]:
        """What Graph was asked of by whoever is signed in."""
        return [f"{request.method} {request.template}" for request in self.requests() if method in ("", request.method)]

    def requests(self) -> list[RecordedRequest]:
        return [request for request in self.world.entra.requests if request.scopes]


@asynccontextmanager
async def shell_in(folder: Path, database_url: str) -> AsyncIterator[Shell]:
    """A tenant that does not know Doorman yet. Afterwards: every call and every answer kept to the contract."""
    world = World(limits=False)
    await world.start()
    world.entra.teamwork.app = None
    try:
        yield Shell(world, folder, database_url)
        for request in world.entra.requests:
            if not request.app_id:
                continue  # a fault came before anybody asked who that is
            assert violations(request) == []
            if request.status and not isinstance(request.answer, bytes):  # else a fault made it
                assert response_violations(request) == []
    finally:
        await world.stop()

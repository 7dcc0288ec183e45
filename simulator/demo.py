"""The demo: a bot between both simulators, and the chat page in front."""

from __future__ import annotations

import asyncio
import json
import shlex
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator import cast, doorman
from simulator.samples import SAMPLES
from simulator.shifts import by_day
from simulator.web.server import demo_app
from simulator.web.vendor import install
from simulator.world import World

#: For a second terminal: what the bot of the demo is told, as a shell reads it.
SETTINGS = Path("build/demo.env")
_MANIFEST = Path(__file__).parents[1] / "manifest" / "manifest.json"
#: For `set default`, and for `require mfa`.
_OPTIONAL = ("UserAuthenticationMethod.ReadWrite.All", "Policy.ReadWrite.AuthenticationMethod")
_SWITCHED_ON = {
    "# first_day_to_manager = true": "first_day_to_manager = true",
    "# [notices]\n": "[notices]\n",
    "# manager = []\n": 'manager = ["teams"]\n',
}


async def run(make_bot: Callable[[Mapping[str, str]], web.Application], port: int, say: Callable[[str], None], *, browser: bool) -> None:
    """Serves everything on loopback until cancelled.

    Args:
        make_bot: from environment variables to the bot's web application.
        port: of the chat page; 0 takes a free one.
        browser: whether to open the page.

    Raises:
        OSError: the port is taken.
    """
    vendor = await asyncio.to_thread(install, Path("build/web"))
    world = World()
    world.entra.add_crowd()  # for the large ones of the sample files
    await world.start()
    with tempfile.TemporaryDirectory(prefix="doorman-demo-") as folder:
        place = socket.create_server(("127.0.0.1", 0))  # taken first, because the bot has to know its own address
        public_url = f"http://127.0.0.1:{place.getsockname()[1]}"
        environment = doorman.environment(
            world,
            f"sqlite:///{folder}/doorman.db",
            **switched_on(world, Path(folder), public_url),
        )
        bot = await _listen(make_bot(environment), place)
        world.teams.bot_endpoint = f"{_address(bot)}/api/messages"
        try:
            page = await _listen(demo_app(world.teams, world.entra.url, vendor, SAMPLES, _extension()), port)
            say(f"\n  Doorman demo: {_address(page)}\n")
            say("  Type `set mobile for noor +31 6 12345678` as Hanna, then press Confirm.\n  Ctrl+C stops it.\n")
            if browser:
                webbrowser.open(_address(page))
            try:
                with _noted(environment):
                    await asyncio.Event().wait()
            finally:
                await page.cleanup()
        finally:
            await bot.cleanup()
            await world.stop()


def _extension() -> list[dict[str, Any]]:
    """What Teams would offer of the app, as it is installed."""
    manifest = json.loads(_MANIFEST.read_text(encoding="utf-8"))
    commands: list[dict[str, Any]] = manifest["composeExtensions"][0]["commands"]
    return commands


def switched_on(world: World, folder: Path, public_url: str) -> dict[str, str]:
    """The settings of the demo, in which everything that can be asked for works; the tenant permits it."""
    for permission in _OPTIONAL:
        world.entra.grant(cast.GRAPH_APP_ID, permission)
    return {
        "POLICY_FILE": str(_policy(folder)),
        "PER_USER_MFA": "on",
        **doorman.telling(public_url),
        **doorman.signing_in(world, public_url),
    }


def _policy(folder: Path) -> Path:
    """The example with what is switched off in it and is to be seen here."""
    text = by_day(Path("policy.example.toml").read_text(encoding="utf-8"), datetime.now(UTC))
    for written, meant in _SWITCHED_ON.items():
        if written not in text:
            raise RuntimeError(f"policy.example.toml has no line {written!r} any more")
        text = text.replace(written, meant)
    policy = folder / "policy.toml"
    policy.write_text(text, encoding="utf-8")
    return policy


@contextmanager
def _noted(environment: Mapping[str, str]) -> Iterator[None]:
    """The settings are in a file meanwhile."""
    SETTINGS.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()), encoding="utf-8")
    try:
        yield
    finally:
        SETTINGS.unlink(missing_ok=True)


async def _listen(app: web.Application, place: int | socket.socket) -> web.AppRunner:
    """Serves at a port of loopback, or at what is bound already."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await (web.TCPSite(runner, "127.0.0.1", place) if isinstance(place, int) else web.SockSite(runner, place)).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"

"""The outside: both simulators and a bare connector that takes anything. `python -m benchmarks.world` prints where they are."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator import cast, doorman
from simulator.world import World

LOG = cast.channel("Doorman log")
#: A policy under which the same people may be changed without end.
NO_LIMITS = str(Path(__file__).with_name("no_limits.toml"))


class Watched:
    """Both simulators, a bare connector, and a count of what bots said."""

    def __init__(self) -> None:
        self.world = World(limits=False)
        self.said: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._readers: list[asyncio.StreamWriter] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> dict[str, Any]:
        """Starts everything; what the other processes have to know."""
        await self.world.start()
        self.world.teams.threads.listeners.append(self._heard)
        app = web.Application()
        app.router.add_post("/bare/v3/conversations/{conversation}/activities/{activity}", self._bare)
        app.router.add_post("/counts", self._counts)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        cards = await asyncio.start_server(self._reader, "127.0.0.1", 0)
        host, port = self._runner.addresses[0][:2]
        entra, teams = self.world.entra, self.world.teams
        return {
            "environment": doorman.environment(self.world, "", POLICY_FILE=NO_LIMITS),
            "url": f"http://{host}:{port}",
            "cards_port": cards.sockets[0].getsockname()[1],
            "service_url": teams.service_url,
            "bearer": teams.tokens.bearer(teams.service_url),
            "login": {
                "app_id": cast.BOT_APP_ID,
                "secret": cast.BOT_SECRET,
                "tenant": cast.TENANT_ID,
                "host": entra.url,
                "openid": teams.openid_url,
            },
        }

    async def _bare(self, request: web.Request) -> web.Response:
        activity = json.loads(await request.read())
        self.said[activity["text"]] += 1
        return web.json_response({"id": str(next(self._numbers))})

    def _heard(self, event: Any) -> None:
        """Counts a post by its summary, and tells the readers which operation it shows."""
        message = event.message
        if message is None or not message.by_bot:
            return
        teams = self.world.teams
        activity = teams.sent[-1].activity
        summary = activity.get("summary") or activity.get("text", "")
        self.said[summary] += 1
        if self._readers and activity.get("attachments"):
            told = {"kind": event.type, "card": message.id, "operation": _operation(activity), "summary": summary}
            line = json.dumps(told | {"log": event.conversation == LOG.id}) + "\n"
            for reader in self._readers:
                reader.write(line.encode())
        # What the simulators remember for tests would only grow here.
        if len(teams.sent) > 5_000:
            teams.sent[:-1] = []

    async def _counts(self, _: web.Request) -> web.Response:
        """What was said since the last time, and forgets it."""
        said, self.said = self.said, Counter()
        return web.json_response(said)

    async def _reader(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._readers.append(writer)
        await reader.read()
        self._readers.remove(writer)
        writer.close()


def _operation(activity: dict[str, Any]) -> str:
    """The id that the card's buttons carry; empty when it has none."""
    actions = activity["attachments"][0]["content"].get("actions") or []
    return next((action["data"]["id"] for action in actions if action.get("verb") == "confirm"), "")


async def main() -> None:
    """Runs until killed."""
    started = await Watched().start()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # what the simulators remember is long-lived; looking for garbage in it only slows them down
    print(json.dumps(started), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())

"""The bot as in production, and how late its event loop is: `python -m benchmarks.hostile_files_bot`.

`GET /lag` answers with how many milliseconds late the loop came back to a task that sleeps for ten, each time since it was last asked.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

from aiohttp import web

from bot import bootstrap, logs
from bot.process import new_loop, settle
from bot.settings.environment import Settings

STEP = 0.01


class Lag:
    """Watches the loop it is started on."""

    def __init__(self) -> None:
        self._late: list[float] = []

    async def watch(self, _: web.Application) -> AsyncIterator[None]:
        """For as long as the bot runs."""
        watching = asyncio.create_task(self._watch())
        yield
        watching.cancel()

    async def _watch(self) -> None:
        while True:
            slept = time.perf_counter()
            await asyncio.sleep(STEP)
            self._late.append(1000 * (time.perf_counter() - slept - STEP))

    async def tell(self, _: web.Request) -> web.Response:
        """What was measured, which is forgotten."""
        late, self._late = self._late, []
        return web.json_response(late)


def main() -> None:
    """Runs until it is told to stop."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    app, lag = bootstrap.build(settings), Lag()
    app.on_startup.append(settle)
    app.cleanup_ctx.append(lag.watch)
    app.router.add_get("/lag", lag.tell)
    web.run_app(app, host=settings.host, port=settings.port, access_log=None, print=None, shutdown_timeout=10, loop=new_loop())


if __name__ == "__main__":
    main()

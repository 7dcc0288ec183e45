"""The bot as in production, with two doors more: `python -m benchmarks.report_bot <scale>`.

`POST /read` has the registration report read now; `GET /report` makes the report and the whole list, and says how long that took.
"""

from __future__ import annotations

import os
import sys
import time

from aiohttp import web

from bot import bootstrap, logs
from bot.domain.report import Scope
from bot.process import new_loop, settle
from bot.settings.environment import Settings

EVERYBODY = Scope()


async def _read(request: web.Request) -> web.Response:
    return web.Response(text=await request.app[bootstrap.REGISTRATIONS].read_now())


async def _report(request: web.Request) -> web.Response:
    reports = request.app[bootstrap.REGISTRATIONS]
    began = time.monotonic()
    report = await reports.report(EVERYBODY)
    reported = time.monotonic()
    listed = 0
    async for _ in reports.phone_only(EVERYBODY):
        listed += 1
    assert report is not None
    assert listed == report.total.phone_only
    told = {"people": report.total.all, "phone_only": listed, "report": reported - began, "list": time.monotonic() - reported}
    return web.json_response(told)


def main() -> None:
    """Runs until it is told to stop."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    app = bootstrap.build(settings, bulk_scale=float(sys.argv[1]))
    app.add_routes([web.post("/read", _read), web.get("/report", _report)])
    app.on_startup.append(settle)
    web.run_app(app, host=settings.host, port=settings.port, access_log=None, print=None, shutdown_timeout=10, loop=new_loop())


if __name__ == "__main__":
    main()

"""The bot as in production, with time scaled for bulk jobs alone: `python -m benchmarks.bulk_bot <scale>`.

`BULK_PROFILE` names a file for cProfile's figures of the main thread, written when the bot is told to stop.
"""

from __future__ import annotations

import cProfile
import os
import sys

from aiohttp import web

from bot import bootstrap, logs
from bot.process import new_loop, settle
from bot.settings.environment import Settings


def main() -> None:
    """Runs until it is told to stop."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    app = bootstrap.build(settings, bulk_scale=float(sys.argv[1]))
    app.on_startup.append(settle)
    profile = cProfile.Profile() if os.environ.get("BULK_PROFILE") else None
    if profile:
        profile.enable()
    web.run_app(app, host=settings.host, port=settings.port, access_log=None, print=None, shutdown_timeout=10, loop=new_loop())
    if profile:
        profile.disable()
        profile.dump_stats(os.environ["BULK_PROFILE"])


if __name__ == "__main__":
    main()

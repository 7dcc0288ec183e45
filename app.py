"""Doorman's entry point: serve (default) · demo · setup · doctor · audit · bulk · report · database · package."""

from __future__ import annotations

import gc

gc.disable()  # until everything is loaded: it all stays, and going through it again and again would be a tenth of the start

import argparse
import asyncio
import errno
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from bot import VERSION, bootstrap, logs
from bot import __doc__ as what_it_is
from bot.errors import StoreUnavailable
from bot.process import new_loop, settle
from bot.serving import serve as serve_app
from bot.settings.environment import ConfigurationError, Settings
from bot.store.engine import AlreadyRunning

gc.freeze()
gc.enable()

#: Modules of `bot/terminal`, loaded when something is typed behind `app.py`: who serves has no use for them.
_AT_A_SHELL = {
    "audit": "verify or export the audit trail, or compare it with Entra's",
    "bulk": "check or run a bulk job from a file, without chat",
    "report": "report who has nothing but a phone when texts and calls end",
    "database": "list or make the changes of the tables that are due",
    "setup": "register Doorman in the tenant and write its settings, as an administrator who signs in",
}


def serve() -> None:
    """Runs the bot until it is told to stop."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    app = bootstrap.build(settings)
    app.on_startup.append(settle)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve_app(app, settings.host, settings.port, _say))


async def demo(port: int, *, browser: bool) -> None:
    """Runs the bot between both simulators, with the chat page on `/`, until it is told to stop."""
    from simulator.demo import run  # noqa: PLC0415 - the simulators are not part of the image

    logs.configure("warning")
    await run(lambda environment: bootstrap.build(Settings.from_env(environment)), port, _say, browser=browser)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _given() -> argparse.Namespace:
    if len(sys.argv) == 1:
        return argparse.Namespace(command="serve")
    parser = argparse.ArgumentParser(prog="app.py", description=what_it_is)
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="run the bot (the default)")
    demo_parser = commands.add_parser("demo", help="run the bot with both simulators and a chat page")
    demo_parser.add_argument("--port", type=int, default=8321, help="port of the chat page (default 8321)")
    demo_parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    commands.add_parser("doctor", help="check the installation and say what is wrong")
    for name, help in _AT_A_SHELL.items():
        _terminal(name).add_arguments(commands.add_parser(name, help=help))
    commands.add_parser("package", help="write the Teams app zip")
    return parser.parse_args()


def _terminal(name: str) -> Any:
    return import_module(f"bot.terminal.{name}")


def main() -> int:
    """Reads the command line; returns the exit status."""
    given = _given()
    logs.configure("error")  # serving and the demo say more
    try:
        match given.command:
            case "demo":
                with asyncio.Runner(loop_factory=new_loop) as runner:
                    runner.run(demo(given.port, browser=not given.no_browser))
            case "doctor":
                from bot.terminal.doctor import examine  # noqa: PLC0415 - only when asked for

                return asyncio.run(examine(os.environ, _say))
            case "audit" | "report" as command:
                return int(_terminal(command).run(given, os.environ, sys.stdout.buffer, _say))
            case "bulk" | "database" | "setup" as command:
                return int(_terminal(command).run(given, os.environ, _say))
            case "package":
                from manifest.package import write  # noqa: PLC0415

                _say(f"Wrote {write(os.environ, Path('build'))}")
            case _:
                serve()
    except (ConfigurationError, AlreadyRunning, StoreUnavailable) as error:
        _say(str(error))
        return 2
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _say("The port is taken by another program: stop that one, or choose another with PORT (serve) or --port (demo).")
        return 2
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in ("simulator", "manifest"):
            raise
        _say(f"`{given.command}` needs the whole repository; this copy holds the bot alone, as in the container image.")
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python app.py setup`: an administrator signs in, and Doorman is registered, permitted, put into the catalogue and written down.

Every step looks first, makes what is not there, and writes down at once what it made: run again, it goes on where it stopped, and a run
that finds everything changes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from bot.commands.needs import OPTIONAL_PERMISSIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Teaches the command line the options of setup."""
    option = parser.add_argument
    option("--dry-run", action="store_true", help="say every call and change nothing, neither in the tenant nor here")
    option("--certificate", action="store_true", help="a certificate instead of a client secret")
    option("--tenant", default="", help="id or domain of the tenant; that of whoever signs in when left out")
    option("--helpdesk-group", default="", metavar="GROUP", help="name or object id of the group whose members use Doorman")
    option("--admin-group", default="", metavar="GROUP", help="the same for those who set Doorman up, stop it, and agree too")
    option("--public-url", default="", metavar="URL", help="address under which Teams reaches Doorman, https:// and the host")
    option("--developer", default="", metavar="NAME", help="who answers for this installation, in the Teams app")
    option("--website", default="", metavar="URL", help="page where people find help with Doorman; the public URL when left out")
    option(
        "--optional", action="append", default=[], choices=sorted(OPTIONAL_PERMISSIONS), metavar="PERMISSION",
        help=f"grant this permission too: {', '.join(sorted(OPTIONAL_PERMISSIONS))}",
    )  # fmt: skip
    option("--name", default="Doorman", help="name of the app registration (default Doorman)")
    option("--app", default="", metavar="ID", help="client id of the registration to use, or `new` for one more of the same name")
    option("--days", type=int, default=180, help="days for which a new secret or certificate is good (default 180)")
    option("--new-secret", action="store_true", help="make another client secret, though the file has one")
    option("--env-file", default=".env", metavar="FILE", help="the file of settings (default .env)")
    option("--client-id", default="", metavar="ID", help="public client to sign in with; Microsoft Graph Command Line Tools when left out")
    option("--resource-group", default="doorman", metavar="NAME", help="of Azure, for the command at the end (default doorman)")


def run(given: argparse.Namespace, environ: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Sets Doorman up.

    Args:
        say: takes one line at a time.

    Returns:
        The exit status: that of `doctor`; 1 when something is left for somebody else, 2 when it stopped.
    """
    from bot.terminal.setup.steps import Run  # noqa: PLC0415 - who types another command has no use for it

    return Run(given, environ, say).go()

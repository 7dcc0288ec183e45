"""`python app.py database`: the changes this version makes to the tables of an earlier one, made without serving, or only listed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from bot.settings.environment import database_url
from bot.store import schema
from bot.store.transactions import open_engine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Teaches the command line `database upgrade` and `database status`."""
    what = parser.add_subparsers(dest="database", required=True)
    what.add_parser("upgrade", help="make the changes of the tables that are due, as the next start would")
    what.add_parser("status", help="list the changes that are due; exit status 1 when there are any")


def run(given: argparse.Namespace, environ: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Does what the command line asks.

    Args:
        say: takes one line for people at a time.

    Returns:
        The exit status: 0 when nothing is due (any more), 1 when something is.

    Raises:
        ConfigurationError: DATABASE_URL is none.
        StoreUnavailable: the database cannot be opened, or not be worked with by this version.
    """
    engine = open_engine(database_url(environ))
    where = engine.url.render_as_string(hide_password=True)
    try:
        if given.database == "upgrade":
            for revision in schema.upgrade(engine):
                say(f"made  {revision}  {schema.title(revision)}")
        found = schema.standing(engine)
    finally:
        engine.dispose()
    for revision in found.due:
        there = " They are there: this is noted." if found.there and not found.revision and revision == found.due[0] else ""
        say(f"due   {revision}  {schema.title(revision)}{there}")
    if found.newer:
        say(
            f"{where} is at {found.revision}, of a newer version of Doorman; this one knows {schema.known()[-1]} and works beside it. "
            "Nothing is due."
        )
    elif not found.due:
        say(f"{where} is at {found.revision}. Nothing is due.")
    elif not found.there:
        say(f"{where} is new: the first start makes its tables, and so does `python app.py database upgrade`.")
    else:
        say(f"{where}: back it up (docs/storage.md); the next start makes what is due, and so does `python app.py database upgrade`.")
    return 1 if found.due else 0

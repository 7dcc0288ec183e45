"""`python app.py report phone-only`: who has nothing but a phone, as a table, a page for managers, or a list; beside a running bot too."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from bot.bootstrap import utc_now
from bot.domain.report import Reread, Scope
from bot.domain.said import Reader, say, speaking
from bot.errors import DirectoryError, Refusal, StoreUnavailable
from bot.graph import GraphClient, GraphDirectory
from bot.graph.budget import SharedBudget
from bot.graph.registrations import GraphRegistrations
from bot.languages import LANGUAGES, catalogue
from bot.page.lines import lines
from bot.page.phone_only import page
from bot.services.asked import LOOK
from bot.services.explain import directory_sentence
from bot.services.registrations import read_registrations
from bot.services.report_about import Abouts
from bot.settings.environment import Settings
from bot.sheets import people
from bot.store import schema
from bot.store.budget import StoredTurns
from bot.store.registrations import StoredRegistrations
from bot.store.transactions import Transactions, open_engine
from bot.token_sources import make_graph_tokens

#: Takes one line for people.
Tell = Callable[[str], None]

NOT_DONE, UNUSABLE = 1, 2


class _Failed(Exception):
    """What was asked cannot be had; the text says why and what to do.

    Attributes:
        status: of the exit.
    """

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Teaches the command line `report phone-only`."""
    what = parser.add_subparsers(dest="report", required=True)
    phone_only = what.add_parser("phone-only", help="who has nothing but a phone, and loses texts and calls")
    phone_only.add_argument("--for", dest="about", default="", metavar="NAME", help="of one department or group; of everybody")
    phone_only.add_argument("--html", type=Path, metavar="FILE", help="write a page to send and to print: counts and plots, nobody's name")
    phone_only.add_argument("--csv", type=Path, metavar="FILE", help="write the list: everybody by name, without numbers")
    phone_only.add_argument("--read", action="store_true", help="read Entra ID now, instead of showing what was read last")
    phone_only.add_argument("--language", choices=LANGUAGES, help="of both files; LANGUAGE")


def run(given: argparse.Namespace, environ: Mapping[str, str], out: BinaryIO, tell: Tell) -> int:
    """Does what the command line asks.

    Args:
        out: takes the table, as UTF-8.
        tell: takes one line for people at a time.

    Returns:
        The exit status: 0 when the report was made, 1 when there is nothing to report on or Entra ID could not be read, 2 when a file
        cannot be written or a part is missing.

    Raises:
        ConfigurationError: a setting is wrong.
        StoreUnavailable: the database cannot be worked with.
    """
    try:
        asyncio.run(_run(given, Settings.from_env(environ), out, tell))
    except _Failed as failed:
        tell(str(failed))
        return failed.status
    return 0


async def _run(given: argparse.Namespace, settings: Settings, out: BinaryIO, tell: Tell) -> None:
    if given.html and importlib.util.find_spec("matplotlib") is None:
        raise _Failed(
            "--html needs a plotting library that the bot and its image do without. In a copy of the repository: "
            "pip install -r requirements-report.lock.txt",
            UNUSABLE,
        )
    language = given.language or settings.language
    today = utc_now().astimezone(settings.zone).date()
    async with AsyncExitStack() as stack:
        html, csv = (stack.enter_context(_new(path, mode)) for path, mode in ((given.html, 0o666), (given.csv, 0o600)))
        transactions = _open(settings, stack, make=given.read)
        if given.read:
            await _read(settings, transactions, stack, tell)
        stored = StoredRegistrations(transactions, _starts_nothing, utc_now)
        scope = await _scope(settings, stored, given.about, stack)
        report = await stored.report(scope)
        if report is None:
            what = "so there is nothing to show." if given.read else "so add --read, which takes about a minute for 12,000 people."
            raise _Failed(f"Nothing was read from Entra ID yet, {what}", NOT_DONE)
        out.write("".join(f"{line}\n" for line in lines(report, settings.retirement, today, settings.zone)).encode())
        out.flush()
        if trouble := await stored.trouble():
            tell(f"It could not be read anew: {trouble}")
        if html:
            _write(html, given.html, page(report, settings.retirement, today, language, settings.zone).encode())
            tell(f"The page is in {given.html}; nobody is named in it.")
        if csv:
            with speaking(Reader(catalogue(language), settings.zone)):
                async for part in people.lines(stored.phone_only(scope), settings.retirement):
                    _write(csv, given.csv, part)
            tell(f"The list is in {given.csv}; it has names, so give it only to those who have to help.")


def _open(settings: Settings, stack: AsyncExitStack, *, make: bool) -> Transactions:
    """The database, beside whoever else works with it.

    Args:
        make: its tables, when there are none.
    """
    engine = open_engine(settings.database_url)
    stack.callback(engine.dispose)
    where, found = engine.url.render_as_string(hide_password=True), schema.standing(engine)
    if not found.there and not make:
        raise _Failed(f"{where} is new, so nothing was read from Entra ID yet: add --read, or set DATABASE_URL to the bot's.", NOT_DONE)
    if not found.there:
        schema.upgrade(engine)
    elif found.due:
        raise StoreUnavailable(
            f"DATABASE_URL: {where} is of an earlier version of Doorman: `python app.py database upgrade` makes the changes that are due, "
            "and so does the next start of the bot."
        )
    transactions = Transactions(engine)
    stack.callback(transactions.close)
    return transactions


async def _read(settings: Settings, transactions: Transactions, stack: AsyncExitStack, tell: Tell) -> None:
    """Makes a reading here, unless somebody makes one or has made one a moment ago."""
    begun: list[str] = []

    def here(connection: Any, workflow: str, operation_id: str, **_: Any) -> None:
        begun.append(operation_id)

    stored = StoredRegistrations(transactions, here, utc_now)
    match await stored.read_now():
        case Reread.UNDER_WAY:
            tell("Entra ID is being read already, by the bot or in another terminal: ask again in a minute.")
        case Reread.TOO_SOON:
            if trouble := await stored.trouble():
                raise _Failed(f"{trouble} That was a moment ago: try again in a minute.", NOT_DONE)
            tell("Entra ID was read a moment ago, and makes its own report anew only every few hours.")
        case Reread.STARTED:
            tell("Reading Entra ID, which takes about a minute for 12,000 people …")
            await _read_here(settings, transactions, stored, begun[-1], stack)
            if trouble := await stored.trouble():
                raise _Failed(trouble, NOT_DONE)


async def _read_here(
    settings: Settings, transactions: Transactions, stored: StoredRegistrations, reading: str, stack: AsyncExitStack
) -> None:
    client, directory = _directory(settings, stack)
    budget = SharedBudget(StoredTurns(transactions), settings.bulk_ceiling_percent)
    client.gate.listeners.append(budget)
    source = GraphRegistrations(client, budget, directory.memory)
    try:
        await read_registrations(stored, source, settings.zone, utc_now, reading)
    except asyncio.CancelledError:  # or everybody would be told until tomorrow that it is under way
        run = await stored.begin(reading, utc_now())
        await stored.fail(reading, run, say("The last reading was stopped in a terminal."), utc_now(), None)
        raise


def _directory(settings: Settings, stack: AsyncExitStack) -> tuple[GraphClient, GraphDirectory]:
    tokens = make_graph_tokens(settings)
    stack.callback(tokens.close)
    client = GraphClient(settings.graph_endpoint, tokens)
    directory = GraphDirectory(client)
    stack.push_async_callback(directory.close)
    return client, directory


def _starts_nothing(*_: Any, **__: Any) -> None:
    raise AssertionError("a report only looks")


async def _scope(settings: Settings, stored: StoredRegistrations, name: str, stack: AsyncExitStack) -> Scope:
    """Whom a name means, as in chat; once something was read, because the departments are those of the reading."""
    if not name or await stored.read_at() is None:
        return Scope()
    abouts = Abouts(stored, _directory(settings, stack)[1])
    try:
        return await abouts.scope(await abouts.typed(name))
    except Refusal as refusal:
        raise _Failed(" ".join(filter(None, (refusal.text, refusal.hint))), NOT_DONE) from None
    except DirectoryError as error:
        raise _Failed(" ".join(directory_sentence(error, LOOK)), NOT_DONE) from None


@contextmanager
def _new(path: Path | None, mode: int) -> Iterator[BinaryIO | None]:
    """A file that was not there; it is removed when what should stand in it does not come to be."""
    if path is None:
        yield None
        return
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode), "wb")
    except FileExistsError:
        raise _Failed(f"{path} is there already: give another name, or remove it.", UNUSABLE) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(file: BinaryIO, path: Path, part: bytes) -> None:
    try:
        file.write(part)
        file.flush()
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> _Failed:
    return _Failed(f"{path} cannot be written ({error.strerror}): give a name in a folder that you may write to.", UNUSABLE)

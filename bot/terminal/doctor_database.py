"""What the doctor says of the database, and of the channels that may be stored there."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from bot.bootstrap import utc_now
from bot.errors import StoreUnavailable
from bot.services.approval_places import approval_channel
from bot.services.log_channel import log_channel
from bot.settings.environment import Settings
from bot.store import schema
from bot.store.operations import StoredOperations
from bot.store.registrations import StoredRegistrations
from bot.store.transactions import Transactions, open_engine
from bot.terminal.doctor_registrations import registrations
from bot.terminal.doctor_report import Report

DATABASE_SECONDS = 15


async def database(report: Report, settings: Settings) -> None:
    """What is due in our tables, and whether they can be written; then which channels there are, because they may be stored there."""
    what_to_do = "DATABASE_URL has to be sqlite:///file in a folder that can be written, or postgresql://user:password@host/name."
    try:
        engine = open_engine(settings.database_url)
    except Exception as error:  # SQLAlchemy's own, and the database driver's
        report.problem(f"database: {type(error).__name__}: {str(error).splitlines()[0]}", what_to_do)
        return
    shown = engine.url.render_as_string(hide_password=True)
    transactions = Transactions(engine)
    operations = StoredOperations(transactions, _starts_nothing)
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            found = await asyncio.to_thread(schema.standing, engine)
            if found.there:
                await operations.first_delivery(f"doctor:{uuid.uuid4()}", datetime.now(UTC))  # purged within a day like any other
                report.well(f"database: {shown} can be read and written")
                _due(report, found)
                await _log_channel(report, settings, operations)
                await _approval_channel(report, settings, operations)
                if not found.due:
                    await registrations(report, settings, StoredRegistrations(transactions, _starts_nothing, utc_now), utc_now())
            else:
                report.well(f"database: {shown} is new; the first start makes its tables")
                await _log_channel(report, settings, None)
                await _approval_channel(report, settings, None)
    except TimeoutError:
        report.problem(f"database: no answer from {shown} within {DATABASE_SECONDS} seconds", "Is the server up, and reachable from here?")
        return  # closing would wait for the connection too
    except StoreUnavailable as error:
        report.problem(f"database: {shown}: {error}", what_to_do)
    transactions.close()
    engine.dispose()


def _due(report: Report, found: schema.Standing) -> None:
    if found.newer:
        report.note(f"database: it is at {found.revision}, of a newer version of Doorman; this one knows {schema.known()[-1]}, and works.")
    elif found.due:
        report.note(
            f"database: changes of the tables are due ({', '.join(found.due)}). Back it up; the next start makes them, and so does "
            "`python app.py database upgrade` (docs/storage.md)."
        )


def _starts_nothing(*_: Any, **__: Any) -> None:
    raise AssertionError("the doctor only looks")


async def _log_channel(report: Report, settings: Settings, operations: StoredOperations | None) -> None:
    if where := await log_channel(operations, settings.log_channel) if operations else settings.log_channel:
        report.well(f"log channel: {where.channel_id}")
    elif settings.admin_group_id:
        report.note("log channel: none yet. Posts are kept until an administrator types `@Doorman log here` in a channel.")
    else:
        report.problem(
            "log channel: none, and nobody may choose one",
            "Set ADMIN_GROUP_ID and type `@Doorman log here` in a channel, or set LOG_CHANNEL_ID.",
        )


async def _approval_channel(report: Report, settings: Settings, operations: StoredOperations | None) -> None:
    if where := await approval_channel(operations, settings.approval_channel) if operations else settings.approval_channel:
        report.well(f"approval channel: {where.channel_id}")
    else:
        report.note(
            "approval channel: none, so approvers are asked in the channel where a request was typed; what was typed in a chat goes to the "
            "log channel, and without one into the personal chats of those approvers who have written to Doorman. Type `@Doorman approvals "
            "here` in a channel that they read, or set APPROVAL_CHANNEL_ID."
        )

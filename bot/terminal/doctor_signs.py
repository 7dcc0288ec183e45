"""What the doctor says of what may be known of a caller: each read is tried once, on anybody; where one fails, cards say "not seen"."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import DirectoryError, NotFound, NotLicensed
from bot.graph import reads, sign_reads
from bot.graph.client import GraphClient
from bot.graph.memory import Memory
from bot.graph.reader import Reader
from bot.graph.reads import Read
from bot.graph.throttle import INTERACTIVE
from bot.terminal.doctor_report import Report


async def signs(report: Report, client: GraphClient) -> None:
    """Tries them on the first account that Graph lists; what a missing permission costs is said with the permissions."""
    reader, grants = Reader(client, INTERACTIVE), Memory(client).grants
    try:
        user_id = str((await reader.get(Read(reads.ONE_ID, reads.person("").permission))).rows[0]["id"])
    except (DirectoryError, IndexError, KeyError):
        return  # that no account can be read is said already
    since = client.now() - timedelta(hours=24)
    ways: dict[str, tuple[Read, str]] = {
        "whether Entra ID Protection holds somebody at risk": (sign_reads.risk(user_id), "it takes Entra ID P2"),
        "when somebody signed in last, for `show`": (reads.last_sign_in(user_id), "it takes Entra ID P1"),
        "which sign-ins failed": (sign_reads.sign_ins(user_id, since), "it takes Entra ID P1"),
        "which sign-ins were made by phone": (sign_reads.steps_of_sign_ins(user_id, since), "it takes Entra ID P1"),
        "which numbers were changed lately, so that others can be called back": (
            sign_reads.audits_about(user_id, since),
            "it takes Entra ID P1",
        ),
    }
    for what, (read, licence) in ways.items():
        if await grants.lacks(read.permission):
            continue
        if (error := await _tried(reader, read)) is None:
            report.well(f"signals: Graph says {what}")
        elif isinstance(error, NotLicensed) or error.status == 403:
            report.note(f"signals: not seen is {what}, because Graph refuses it though the permission is there: {licence} ({error}).")
        else:
            report.note(f"signals: not seen is {what}: Graph does not answer properly ({error}). Try again in a minute.")


async def _tried(reader: Reader, read: Read) -> DirectoryError | None:
    try:
        _ = (await reader.get(read)).fields
    except NotFound as error:
        return None if error.code else error  # nothing is held against this account
    except DirectoryError as error:
        return error
    return None

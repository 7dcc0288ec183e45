"""What the doctor says of the reads that tell administrators from ordinary people: each is tried once, on anybody."""

from __future__ import annotations

from bot.errors import DirectoryError, NotLicensed
from bot.graph import reads
from bot.graph.client import GraphClient
from bot.graph.memory import Memory
from bot.graph.reader import Reader
from bot.graph.reads import Read
from bot.graph.throttle import INTERACTIVE
from bot.terminal.doctor_report import Report

_REFUSED = (
    "Until Graph answers this, whatever is asked about anybody is refused. Try again in a minute; if it stays so, compare what the "
    "administrators consented to with the permissions above."
)


async def protection(report: Report, client: GraphClient, group_id: str) -> None:
    """Tries them: on the first account that Graph lists, and on a group.

    Args:
        group_id: of any group there is.
    """
    reader, grants = Reader(client, INTERACTIVE), Memory(client).grants
    try:
        rows = (await reader.get(Read(reads.ONE_ID, reads.person("").permission))).rows
        user_id = str(rows[0]["id"])
    except (DirectoryError, IndexError, KeyError):
        return  # that no account can be read is said already
    ways: dict[str, tuple[Read, ...]] = {
        "who could activate an administrator's role": (reads.eligibilities(user_id),),
        "who owns a group that has an administrator's role": (reads.owned(user_id), reads.owners(group_id)),
        "who could activate membership or ownership of such a group": (reads.group_eligibilities(user_id), reads.eligible_for(group_id)),
    }
    for what, asked in ways.items():
        if await grants.lacks(asked[0].permission):
            report.note(f"protection: not checked is {what}, for want of {asked[0].permission}: they count as ordinary people.")
            continue
        errors = [error for read in asked if (error := await _tried(reader, read))]
        if any(isinstance(error, NotLicensed) for error in errors):
            report.note(f"protection: Graph says that the tenant has no licence for {what}, so nobody is taken to.")
        elif len(errors) == len(asked):
            report.problem(f"protection: Graph does not say {what} ({errors[0]})", _REFUSED)
        elif errors:
            report.note(f"protection: of two ways to read {what} one fails ({errors[0]}); the other is used.")
        else:
            report.well(f"protection: Graph says {what}")


async def _tried(reader: Reader, read: Read) -> DirectoryError | None:
    try:
        await reader.pages(await reader.get(read), read)
    except DirectoryError as error:
        return error
    return None

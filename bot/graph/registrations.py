"""Everybody and how they are registered, page by page: `bot.ports.RegistrationSource`. No page is kept, however many there are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.people import is_external
from bot.domain.report import Listed, ReportRow
from bot.errors import NotAuthorised, NotFound, Unavailable
from bot.graph import reads
from bot.graph.accounts import id_in
from bot.graph.client import GraphClient
from bot.graph.memory import Memory
from bot.graph.permissions import READ_USERS
from bot.graph.reads import Read
from bot.graph.shape import of_graph
from bot.graph.throttle import BULK, Patience, ThrottleGate
from bot.ports import Budget

#: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference#global-administrator
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
#: Seconds between pages of the report: at most half of the five requests in ten seconds that Graph allows, so that looks at single rows
#: and the comparison with the audit log have the rest. https://learn.microsoft.com/graph/throttling-limits
PAUSE = 4.0
#: Two million people; whatever goes on for longer goes on for ever.
MOST_PAGES = 2_000
#: Longer than any name Entra takes: https://learn.microsoft.com/graph/api/resources/user
MOST_CHARACTERS = 256

Rows = list[dict[str, Any]]


class GraphRegistrations:
    """The tenant through the client that people in chat are served by, behind all of them.

    Args:
        client: shared by all directories of the process.
        budget: paces every request but those for the report, which have a limit of their own.
        memory: what is known of the tenant, and the gate of the report.
        scale: divides the pause, for benchmarks.
    """

    def __init__(self, client: GraphClient, budget: Budget, memory: Memory, *, scale: float = 1.0) -> None:
        self._client = client
        self._memory = memory
        self._patience = replace(BULK, budget=budget)
        self._pause = PAUSE / scale

    async def global_admins(self) -> frozenset[str]:
        """See `bot.ports.RegistrationSource`."""
        found: set[str] = set()
        async with aclosing(self._pages(reads.holders_of(GLOBAL_ADMINISTRATOR), self._patience)) as pages:
            async for page in pages:
                for principal, is_person in (holder_in(row) for row in page):
                    found.add(principal)
                    if not is_person:
                        found |= await self._members(principal)
        return frozenset(found)

    async def people(self) -> AsyncGenerator[Sequence[Listed], None]:
        """See `bot.ports.RegistrationSource`."""
        async with aclosing(self._pages(reads.EVERYBODY, self._patience)) as pages:
            async for page in pages:
                yield [account for row in page if (account := listed_in(row))]

    async def rows(self) -> AsyncGenerator[Sequence[ReportRow], None]:
        """See `bot.ports.RegistrationSource`."""
        read, grants = reads.REGISTRATIONS, self._memory.grants
        if closed := await grants.closed(read.permission):
            raise closed.with_traceback(None)
        try:
            async with aclosing(self._pages(read, BULK, self._memory.report.gate, self._pause)) as pages:
                async for page in pages:
                    yield [row_in(row) for row in page]
        except NotAuthorised as error:
            await grants.learn(error)
            raise

    async def _members(self, principal: str) -> frozenset[str]:
        """Those of a group; nobody for an application."""
        try:
            async with aclosing(self._pages(reads.members(principal), self._patience)) as pages:
                return frozenset([person_id_in(row) async for page in pages for row in page])
        except NotFound:
            return frozenset()

    async def _pages(
        self, read: Read, patience: Patience, gate: ThrottleGate | None = None, pause: float = 0.0
    ) -> AsyncGenerator[Rows, None]:
        """A collection to its end; Unavailable when it has none."""
        url, before = self._client.base_url + read.url, set[str]()
        while len(before) < MOST_PAGES:
            if before and pause:
                await self._client.gate.pause(pause)
            before.add(url)
            answer = await self._client.read(url, patience, permission=read.permission, eventual=read.eventual, gate=gate, units=read.units)
            link = answer.fields.get("@odata.nextLink")
            yield answer.rows
            if not link:
                return
            url = str(link)
            if url in before:
                raise Unavailable("a collection leads back to where it was")
        raise Unavailable("a collection does not end")


@of_graph
def listed_in(row: dict[str, Any]) -> Listed | None:
    """The account in a row with the properties of `reads.LISTED`; None when it is disabled.

    Invited are accounts of other organisations, whether they are guests or members here:
    https://learn.microsoft.com/entra/external-id/user-properties

    Raises:
        NotAuthorised: Graph does not show whether the account is enabled.
        Unavailable: the row is no account.
    """
    upn, enabled = _text(row.get("userPrincipalName")), row.get("accountEnabled")
    found = person_id_in(row)
    if not isinstance(enabled, bool):
        raise NotAuthorised("Graph does not show whether accounts are enabled", permission=READ_USERS)
    if not enabled:
        return None
    return Listed(
        id=found,
        upn=upn,
        name=_text(row.get("displayName")) or upn,
        department=_text(row.get("department")),
        external=row.get("creationType") == "Invitation" or is_external(upn),
        guest=row.get("userType") == "Guest",
    )


@of_graph
def row_in(row: dict[str, Any]) -> ReportRow:
    """A row of the registration report with the properties of `reads.REPORTED`.

    What a person has chosen counts where Entra does not choose itself:
    https://learn.microsoft.com/graph/api/resources/userregistrationdetails
    """
    system, chosen = row.get("systemPreferredAuthenticationMethods"), row.get("userPreferredMethodForSecondaryAuthentication")
    first = _texts(system) if row.get("isSystemPreferredAuthenticationMethodEnabled") is True else None
    try:
        as_of = datetime.fromisoformat(str(row.get("lastUpdatedDateTime")))
    except ValueError:
        as_of = None
    return ReportRow(
        id=person_id_in(row),
        methods=_texts(row.get("methodsRegistered")),
        asked_first=first or ((_text(chosen),) if chosen else ()),
        admin=row.get("isAdmin") is True,
        as_of=as_of if as_of and as_of.tzinfo else None,
    )


@of_graph
def holder_in(row: dict[str, Any]) -> tuple[str, bool]:
    """Who an assignment is about, and whether that is a person for sure."""
    kind = str((row.get("principal") or {}).get("@odata.type", ""))
    return id_in(row, "principalId"), kind == "#microsoft.graph.user"


@of_graph
def person_id_in(row: dict[str, Any]) -> str:
    """Whom a row is about; Unavailable when that is nobody."""
    found = reads.as_object_id(id_in(row))
    if not found:
        raise Unavailable("a row about nobody")
    return found


def _texts(value: object) -> tuple[str, ...] | None:
    """None when it is no list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(_text(each) for each in value)


def _text(value: object) -> str:
    """What a database takes as text, whatever Graph was given for it; blanks that nobody sees make no second department."""
    return " ".join(str(value or "").encode(errors="replace").decode().replace("\0", "")[:MOST_CHARACTERS].split())

"""The registration report: slow to change and read at most five times in ten seconds, so it is remembered and never waited for.

https://learn.microsoft.com/graph/api/resources/userregistrationdetails
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.sign_in import Registration
from bot.errors import NotAuthorised
from bot.graph import reads
from bot.graph.client import GraphClient
from bot.graph.grants import Grants
from bot.graph.shape import of_graph
from bot.graph.throttle import Patience, Priority, ThrottleGate

#: https://learn.microsoft.com/graph/throttling-limits: nobody waits for the rest of the ten seconds.
PATIENCE = Patience(2.0, Priority.HIGH)
REMEMBERED_SECONDS = 600.0  # of rows, which Entra makes anew every few hours
MOST_REMEMBERED = 1000


class RegistrationReport:
    """Rows of the report through one client, behind a gate of their own: its limit must not hold up any other call.

    Args:
        client: shared by all directories of the process.
        grants: whether there is any use in asking.

    Attributes:
        gate: for everything that is read of the report.
    """

    def __init__(self, client: GraphClient, grants: Grants) -> None:
        self._client = client
        self._grants = grants
        self.gate = ThrottleGate(clock=client.gate.clock, sleep=client.gate.pause)
        self._rows: dict[str, tuple[float, Registration]] = {}

    async def row(self, user_id: str) -> Registration:
        """What it says of a person; raises as `bot.ports.Directory.registration` says."""
        now = self._client.gate.clock()
        until, row = self._rows.get(user_id, (0.0, None))
        if row is not None and now < until:
            return row
        read = reads.registration(user_id)
        if closed := await self._grants.closed(read.permission):
            raise closed.with_traceback(None)
        try:
            answer = await self._client.read(self._client.base_url + read.url, PATIENCE, permission=read.permission, gate=self.gate)
        except NotAuthorised as error:
            await self._grants.learn(error)
            raise
        row = registration_in(answer.fields)
        if len(self._rows) >= MOST_REMEMBERED:
            self._rows.clear()
        self._rows[user_id] = (self._client.gate.clock() + REMEMBERED_SECONDS, row)
        return row


@of_graph
def registration_in(fields: dict[str, Any]) -> Registration:
    """The facts of a row."""
    try:
        as_of = datetime.fromisoformat(str(fields.get("lastUpdatedDateTime")))
    except ValueError:
        as_of = None
    return Registration(
        mfa=fields.get("isMfaRegistered") is True,
        passwordless=fields.get("isPasswordlessCapable") is True,
        reset=fields.get("isSsprRegistered") is True,
        as_of=as_of if as_of and as_of.tzinfo else None,
    )

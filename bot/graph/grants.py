"""What our own access token lets us read, and what Graph says the tenant has no licence for.

Only these two leave something out of what decides. Any other no of Graph says nothing of the tenant, and is nobody's "no".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.errors import DirectoryError, NotAuthorised, NotLicensed
from bot.graph import permissions
from bot.graph.answers import Answer
from bot.tokens import Tokens

LICENCE_SECONDS = 600.0  # how long Graph's word on a licence is remembered


class Grants:
    """One for everybody who asks through the same client, because it is the tenant's. Every method may raise DirectoryError.

    Args:
        tokens: for Graph.
        clock: seconds that only grow.
    """

    def __init__(self, tokens: Tokens, clock: Callable[[], float]) -> None:
        self._tokens = tokens
        self._clock = clock
        self._token = ""
        self._lacking: dict[str, bool] = {}  # of this token; a turn asks some ten times
        self._unlicensed: dict[str, tuple[float, NotLicensed]] = {}

    async def lacks(self, permission: str) -> bool:
        """Whether our token does not hold the permission, nor a broader one."""
        token = await self._tokens.get()
        if token != self._token:
            self._token, self._lacking = token, {}
        if permission not in self._lacking:
            self._lacking[permission] = bool(permissions.missing(permissions.roles_in(token), (permission,)))
        return self._lacking[permission]

    async def closed(self, permission: str) -> NotAuthorised | None:
        """Why there is no use in asking for what this permission opens; None when there is."""
        if await self.lacks(permission):
            return NotAuthorised("not in our own token", permission=permission, status=403)
        until, error = self._unlicensed.get(permission, (0.0, None))
        return error if self._clock() < until else None

    async def weighed(self, answer: Answer, permission: str) -> Answer:
        """The answer to a read, marked where it is a 403 although our own token holds the permission."""
        if answer.status != 403 or not permission or await self.lacks(permission):
            return answer
        return replace(answer, granted=True)

    async def learn(self, error: DirectoryError) -> NotAuthorised | None:
        """The error, when it says of the tenant that what was asked for stays closed; a word on the licence is remembered."""
        if isinstance(error, NotLicensed):
            self._unlicensed[error.permission] = (self._clock() + LICENCE_SECONDS, error)
            return error
        if isinstance(error, NotAuthorised) and error.status == 403 and await self.lacks(error.permission):
            return error
        return None

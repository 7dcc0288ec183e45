"""A 404 about an account that was created within the last minutes: Entra has it, and some part of Entra does not know of it yet.

Seen for seconds to a minute after a creation: github.com/KelvinTegelaar/CIPP-API/issues/1955
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.errors import NotFound, NotReady
from bot.graph import reads
from bot.graph.reader import Reader
from bot.graph.shape import of_graph

#: How long an account is new; later a 404 means what it says.
NEW_FOR = timedelta(minutes=10)


@asynccontextmanager
async def may_be_new(reader: Reader, user_id: str) -> AsyncIterator[None]:
    """For calls about an account by object id: a 404 among them costs a look at when the account was created.

    Raises:
        NotReady: the account is there, and new.
        NotFound: it is not, or is not new.
        DirectoryError: nobody can say which.
    """
    try:
        yield
    except NotFound as error:
        if await _is_new(reader, user_id):
            raise NotReady("of a new account", status=error.status, code=error.code, request_id=error.request_id) from error
        raise


async def _is_new(reader: Reader, user_id: str) -> bool:
    try:
        answer = await reader.get(reads.created(user_id))
    except NotFound:
        return False
    created = _created_in(answer.fields)
    return created is not None and reader.client.now() - created < NEW_FOR


@of_graph
def _created_in(row: dict[str, object]) -> datetime | None:
    """When the account was created; None where Graph does not show it."""
    said = row.get("createdDateTime")
    at = datetime.fromisoformat(str(said)) if said else None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)

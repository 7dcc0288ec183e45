"""What decorates the `show` card: manager, last sign-in, photo. Each is a call of its own behind a gate of their own.

So nothing that is wrong with one of them refuses, delays or throttles anything else. What is late for one card is there for the next.

https://learn.microsoft.com/graph/api/user-list-manager, resources/signinactivity and profilephoto-get
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.portrait import Portrait
from bot.errors import NotFound, Unavailable
from bot.graph import reads
from bot.graph.answers import Answer
from bot.graph.client import GraphClient
from bot.graph.errors import translate
from bot.graph.grants import Grants
from bot.graph.lately import Asking, Lately
from bot.graph.reads import Read
from bot.graph.shape import of_graph
from bot.graph.throttle import Patience, ThrottleGate
from bot.quick_json import dumped

T = TypeVar("T")

#: How much longer than everything else a card takes it may wait for these: as long as nobody notices.
BLINK_SECONDS = 0.1
#: Longer than any card waits, so that it is there for the next one. Graph refuses these before what somebody waits for.
PATIENCE = Patience(3.0)
#: A picture of 48 by 48 has two or three; whatever has more is none, and would leave no room on the card.
MOST_BYTES = 6_000
#: Pictures that every client of Teams shows, by how they begin.
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class Portraits:
    """One for the process: it remembers what was read lately.

    Args:
        client: shared by all directories of the process.
        grants: whether there is any use in asking.
    """

    def __init__(self, client: GraphClient, grants: Grants) -> None:
        self._client = client
        self._grants = grants
        self._gate = ThrottleGate(clock=client.gate.clock, sleep=client.gate.pause)
        self._manager = self._lately(reads.manager, self._read_manager)
        self._last_sign_in = self._lately(reads.last_sign_in, self._read_last_sign_in)
        self._photo = self._lately(reads.photo, self._read_photo)

    def ahead(self, user_id: str) -> None:
        """Begins to read what is not known."""
        for each in (self._manager, self._last_sign_in, self._photo):
            each.ahead(user_id)

    async def of(self, user_id: str) -> Portrait:
        """What is there by now, or within the blink of an eye. Raises nothing."""
        parts = self._manager, self._last_sign_in, self._photo
        if reading := [task for part in parts if (task := part.reading(user_id))]:
            await asyncio.wait(reading, timeout=BLINK_SECONDS)
        return Portrait(self._manager.known(user_id) or "", self._last_sign_in.known(user_id), self._photo.known(user_id) or "")

    def close(self) -> None:
        """Stops what is still being read."""
        for each in (self._manager, self._last_sign_in, self._photo):
            each.close()

    def _lately(self, read: Callable[[str], Read], how: Callable[[Read], Awaitable[T | None]]) -> Lately[T]:
        asking = Asking(permission=read("").permission, read=lambda user_id: how(read(user_id)), allowed=lambda: True)
        return Lately(asking, self._grants, self._client.gate.clock)

    async def _read_manager(self, read: Read) -> str:
        try:
            return manager_in((await self._get(read)).fields)
        except NotFound:
            return ""

    async def _read_last_sign_in(self, read: Read) -> datetime | None:
        return last_sign_in_in((await self._get(read)).fields)

    async def _read_photo(self, read: Read) -> str:
        """As part of a batch, in which bytes come as text."""
        content, limits = dumped({"requests": [read.as_part(0)]}), frozenset({read.limit})
        url = f"{self._client.base_url}/$batch"
        outer = await self._client.read(url, PATIENCE, permission=read.permission, post=content, gate=self._gate, limits=limits)
        answer = _only_part(outer)
        if answer.status == 404:
            return ""
        if not answer.ok:
            raise translate(answer, read.permission)
        return photo_in(answer.body)

    async def _get(self, read: Read) -> Answer:
        return await self._client.read(self._client.base_url + read.url, PATIENCE, permission=read.permission, gate=self._gate)


@of_graph
def manager_in(fields: dict[str, Any]) -> str:
    """What the manager is called, an account or a contact; empty where Graph does not show it."""
    return str(fields.get("displayName") or fields.get("userPrincipalName") or "").strip()


@of_graph
def last_sign_in_in(fields: dict[str, Any]) -> datetime | None:
    """The last one that succeeded; None where there was none that Entra ID knows of. What failed says nothing of the person."""
    said = (fields.get("signInActivity") or {}).get("lastSuccessfulSignInDateTime")
    if not said:
        return None
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise Unavailable("a moment without a time zone")
    return at


@of_graph
def photo_in(body: Any) -> str:
    """The `data:` address of a picture in base64; Unavailable when it is none that every client shows, or too large for a card."""
    if not isinstance(body, str) or len(body) > MOST_BYTES * 2:
        raise Unavailable("no picture")
    try:
        content = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_" if "-" in body or "_" in body else None, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unavailable("no base64") from error
    kind = next((kind for begins, kind in _KINDS.items() if content.startswith(begins)), "")
    if not kind or len(content) > MOST_BYTES:
        raise Unavailable("no picture that fits a card")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _only_part(outer: Answer) -> Answer:
    parts = outer.fields.get("responses")
    if not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], dict):
        raise Unavailable("the batch answer has no response", status=outer.status, request_id=outer.request_id)
    return Answer.of_part(parts[0])

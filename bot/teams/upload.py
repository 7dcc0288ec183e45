"""One upload to OneDrive: fragments in order, each sent again from where OneDrive says it is.

https://learn.microsoft.com/graph/api/driveitem-createuploadsession#upload-bytes-to-the-upload-session
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from io import BytesIO

import aiohttp
import structlog
from yarl import URL

from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import Sleep
from bot.retry import asked_for, spread

log = structlog.get_logger()

#: Fragments but the last are multiples of 320 KiB, and below 60 MiB; 5 to 10 MiB is what the page above recommends.
FRAGMENT = 16 * 320 * 1024
TRIES = 5
LONGEST_WAIT = 30.0
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)
#: What a status says is a few hundred bytes.
_MOST_STATUS = 64 * 1024
_RANGE = re.compile(r"(\d{1,15})-\d{0,15}")
_TRY_AGAIN = frozenset({408, 416, 429, 500, 502, 503, 504})


async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp sends a GET or PUT whose connection broke a second time by itself; what broke is for us to decide about."""
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


class Upload:
    """A file on its way. Holds one fragment in memory, however long the file is."""

    def __init__(self, session: aiohttp.ClientSession, url: URL, size: int, sleep: Sleep) -> None:
        self._session = session
        self._url = url
        self._size = size
        self._sleep = sleep

    async def send(self, parts: AsyncIterator[bytes]) -> None:
        """All of it. Raises Refusal; ValueError when `parts` are not as long as was said, and then OneDrive forgets what it had."""
        start, waiting = 0, bytearray()
        async for part in parts:
            waiting += part
            if start + len(waiting) > self._size:
                raise await self._given_up(start + len(waiting))
            while len(waiting) > FRAGMENT:  # the last fragment, a full one or not, is sent below
                start = await self._fragment(start, bytes(waiting[:FRAGMENT]))
                del waiting[:FRAGMENT]
        if start + len(waiting) < self._size:
            raise await self._given_up(start + len(waiting))
        await self._fragment(start, bytes(waiting))

    async def _fragment(self, start: int, content: bytes) -> int:
        """Sends one fragment until it has arrived; where the next one starts."""
        reached, end = start, start + len(content)
        for attempt in range(1, TRIES + 1):
            status, wait, expected = await self._put(reached, content[reached - start :])
            if status in (200, 201) and end == self._size:
                return end
            if status == 202 and expected == end:
                return end
            if status not in _TRY_AGAIN and status not in (0, 202):
                raise _refused(status)
            log.info("fragment not taken", action="upload_retry", status=status, attempt=attempt)
            if attempt == TRIES:
                break
            await self._sleep(_pause(wait, attempt))
            now = await self._expected(lost=end == self._size and status not in (416, 429))
            if now is None or now == end:
                return end
            if not start <= now < end:
                raise _refused(416)
            reached = now
        raise _busy()

    async def _put(self, start: int, content: bytes) -> tuple[int, float | None, int | None]:
        """Status (0: no answer), the wait that was asked for, and the byte that is expected next."""
        headers = {"Content-Range": f"bytes {start}-{start + len(content) - 1}/{self._size}", "Content-Type": "application/octet-stream"}
        return await self._call("PUT", content, headers)

    async def _expected(self, *, lost: bool) -> int | None:
        """The byte that OneDrive wants next, asked anew.

        Args:
            lost: the answer to the last fragment may have got lost. Then an address that is gone means that all is there, as those
                of finished uploads are: None. Otherwise it is a refusal.
        """
        for attempt in range(1, TRIES + 1):
            status, wait, expected = await self._call("GET")
            if status == 200 and expected is not None:
                return expected
            if status == 404 and lost:
                return None
            if status not in _TRY_AGAIN and status != 0:
                raise _refused(status)
            await self._sleep(_pause(wait, attempt))
        raise _busy()

    async def _given_up(self, bytes_seen: int) -> ValueError:
        await self._call("DELETE")
        return ValueError(f"{bytes_seen} bytes or more in place of {self._size}")

    async def _call(
        self, method: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, float | None, int | None]:
        data = BytesIO(content) if content else content  # written piece by piece: megabytes at once would hold up everybody else
        try:
            async with self._session.request(
                method, self._url, data=data, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                body = bytearray()
                async for piece in response.content.iter_chunked(4096):
                    body += piece
                    if len(body) > _MOST_STATUS:
                        break
                return response.status, asked_for(response.headers.get("Retry-After"), LONGEST_WAIT), _next(body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.info("no answer from OneDrive", action="upload_no_answer", error=type(error).__name__)
            return 0, None, None


def _pause(asked: float | None, attempt: int) -> float:
    """Seconds before the next try: what OneDrive asks for, else doubling."""
    return spread(min(0.3 * 2**attempt, LONGEST_WAIT), 0, more=0.2) if asked is None else asked


def _next(body: bytearray) -> int | None:
    """The first byte of `nextExpectedRanges`."""
    try:
        ranges = json.loads(body)["nextExpectedRanges"]
        found = _RANGE.fullmatch(ranges[0])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return int(found[1]) if found else None


def _refused(status: int) -> Refusal:
    log.warning("upload refused", action="upload_refused", status=status)
    again = say("Ask for the file again.")
    if status == 507:
        return Refusal(say("Your OneDrive is full."), say("Make room there, and ask for the file again."), code="onedrive_full")
    if status in (401, 403, 404, 410):
        return Refusal(say("OneDrive no longer waits for this file."), again, code="upload_expired")
    return Refusal(say("OneDrive does not take the file ({status}).", status=status), again, code="upload_refused")


def _busy() -> Refusal:
    return Refusal(
        say("OneDrive does not take the file at the moment."),
        say("Press Allow again in a minute, or ask for the file anew."),
        code="upload_failed",
    )

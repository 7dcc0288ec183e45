"""Files between people's OneDrives and us: read once from where Teams says they are, written to where Teams lets us.

The addresses come from outside and carry their own proof: only listed hosts, no redirect, no token or cookie of ours, and nothing of
them in a log. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import aiohttp
import structlog
from yarl import URL

from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import Download, Sleep
from bot.settings.hosts import file_url_allowed
from bot.teams.upload import Upload, once

log = structlog.get_logger()

PIECE = 256 * 1024
#: Files are small and OneDrive is quick; who drips a byte at a time is no OneDrive.
DOWNLOAD_TIME = aiohttp.ClientTimeout(total=60, connect=5, sock_read=10)
_MEGABYTE = 1024 * 1024


class OneDriveFiles:
    """`ports.Files`. Made where an event loop runs; to be closed.

    Args:
        allowed: hosts that files are ever read from or written to; see `bot.settings.hosts.file_url_allowed`.
        folder: where downloads lie; the machine's own for such things when None.
    """

    def __init__(self, allowed: Iterable[str], sleep: Sleep = asyncio.sleep, folder: Path | None = None) -> None:
        self._allowed = frozenset(allowed)
        self._sleep = sleep
        self._folder = folder
        # One of its own: no cookies, no proxy's or .netrc's credentials, nothing unpacked, and no request that aiohttp sends twice.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=10),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity"},
            middlewares=(once,),
        )

    async def close(self) -> None:
        """Ends whatever is under way."""
        await self._session.close()

    async def download(self, url: str, most_bytes: int) -> Download:
        """A dropped file, in one request. Raises Refusal; then nothing of it is left behind."""
        address = self._address(url)
        try:
            async with self._session.get(address, timeout=DOWNLOAD_TIME, allow_redirects=False) as response:
                try:
                    _check(response, most_bytes)
                    return await self._kept(response, most_bytes)
                except BaseException:
                    response.close()  # else the rest would be read, to use the connection again
                    raise
        except TimeoutError as error:
            raise _undelivered(say("The file takes too long to arrive."), "download_slow") from error
        except (aiohttp.ClientError, ValueError) as error:
            log.info("download failed", action="download_failed", error=type(error).__name__)
            raise _undelivered(say("The file did not arrive whole."), "download_failed") from error

    async def _kept(self, response: aiohttp.ClientResponse, most_bytes: int) -> Download:
        digest, size = hashlib.sha256(), 0
        try:
            handle, name = tempfile.mkstemp(prefix="doorman-", suffix=".part", dir=self._folder)  # mode 0600
        except OSError as error:
            raise _no_room(error) from error
        try:
            with open(handle, "wb", buffering=PIECE) as kept:  # noqa: ASYNC230 - a few writes into the system's own buffers
                async for piece in response.content.iter_chunked(PIECE):
                    size += len(piece)
                    if size > most_bytes:
                        raise _too_large(most_bytes)
                    digest.update(piece)
                    kept.write(piece)
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.unlink(name)
            if isinstance(error, OSError) and not isinstance(error, (aiohttp.ClientError, TimeoutError)):
                raise _no_room(error) from error
            raise
        return Download(Path(name), digest.hexdigest(), size)

    async def upload(self, url: str, parts: AsyncIterator[bytes], size: int) -> None:
        """Writes a file in fragments, each again where it got lost. Raises Refusal; ValueError when `parts` are not `size` bytes."""
        if size <= 0:
            raise ValueError("OneDrive takes no empty file in fragments")
        await Upload(self._session, self._address(url), size, self._sleep).send(parts)

    def _address(self, url: str) -> URL:
        if file_url_allowed(url, self._allowed):
            with contextlib.suppress(ValueError):
                return URL(url, encoded=True)  # exactly as given: it is signed
        log.warning("file address not on the allow-list", action="file_host_refused")
        raise Refusal(
            say("Teams names a place for this file that I am not allowed to use, so I did not touch it."),
            say("If it is your organisation's own OneDrive, ask whoever runs Doorman to add its host to ALLOWED_FILE_HOSTS."),
            code="file_host",
        )


def _check(response: aiohttp.ClientResponse, most_bytes: int) -> None:
    """Refuses, before one byte is read, what is not the file itself."""
    if response.status != 200:
        log.info("download refused", action="download_refused", status=response.status)
        if response.status in (401, 403, 404, 410):
            raise _undelivered(say("Teams gives a file out for a short time only, and for this one it is over."), "download_expired")
        raise _undelivered(say("OneDrive does not give me the file ({status}).", status=response.status), "download_refused")
    if response.content_type == "text/html":
        # What some phones send is a page to look at: https://github.com/OfficeDev/Microsoft-Teams-Samples/issues/1314
        raise Refusal(
            say("Teams gave me a web page in place of the file, as it does for some phones."),
            say("Drop the file from Teams on a computer, or in a browser."),
            code="download_page",
        )
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _undelivered(say("The file arrived packed, and I do not unpack what I have not seen."), "download_packed")
    if response.content_length is not None and response.content_length > most_bytes:
        raise _too_large(most_bytes)


def _too_large(most_bytes: int) -> Refusal:
    return Refusal(
        say("The file is larger than the {most} MB I take.", most=max(1, most_bytes // _MEGABYTE)),
        say("Drop it in parts: each becomes a job of its own."),
        code="file_too_large",
    )


def _undelivered(text: str, code: str) -> Refusal:
    return Refusal(text, say("Drop the file into this chat again."), code=code)


def _no_room(error: OSError) -> Refusal:
    log.error("no room for a download", action="download_no_room", error=str(error))
    return Refusal(
        say("I have no room to keep the file while I read it."), say("Tell whoever runs Doorman, and try again later."), code="no_room"
    )

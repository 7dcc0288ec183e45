"""People's OneDrives, as far as bots get to see them: files dropped into a chat, and files that a bot may put there.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 and
https://learn.microsoft.com/graph/api/driveitem-createuploadsession
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from simulator.cast import Member
from simulator.teams.faults import DROP_AFTER, LOSE_ANSWER, Faults
from simulator.teams.refusals import Refusal, spoil

#: "the size of each byte range MUST be a multiple of 320 KiB", and "the maximum bytes in any given request is less than 60 MiB".
FRAGMENT = 320 * 1024
REQUEST_LIMIT = 60 * 1024 * 1024
# Pre-authenticated addresses of SharePoint last about an hour.
LASTS = 3600.0
Handler = Callable[[web.Request], Awaitable[web.Response]]
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


@dataclass(kw_only=True)
class StoredFile:
    """A file in somebody's OneDrive. `uses` counts how often its download address gave it out."""

    owner: Member
    name: str
    content: bytes
    unique_id: str
    url: str  # for the owner's eyes: it needs their sign-in
    uses: int = 0

    @property
    def kind(self) -> str:
        """What Teams calls the type of a file: its ending."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


@dataclass
class _Address:
    file: StoredFile
    expires: float
    single_use: bool


@dataclass
class Session:
    """An upload under way: which file it becomes, what has arrived of it, and how long it will be (-1: not said yet)."""

    owner: Member
    name: str
    unique_id: str
    expires: float
    size: int = -1
    arrived: bytearray = field(default_factory=bytearray)


class Drive:
    """Everybody's files. `dropped` are those that people gave to the bot, `stored` those that arrived from it.

    `faults` strike under the names "download" and "upload": `faults.add(503, conversation="upload", method="PUT", count=1)`.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.url = ""
        self.faults = Faults()
        self.dropped: list[StoredFile] = []
        self.stored: list[StoredFile] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []  # method, "download" or "upload", headers
        self._clock = clock
        self._addresses: dict[str, _Address] = {}
        self._sessions: dict[str, Session] = {}

    def routes(self) -> list[web.RouteDef]:
        upload = "/_drive/items/{token}/uploadSession"
        return [
            web.get("/_files/{token}/{name}", self._guarded("download", self._download)),
            web.put(upload, self._guarded("upload", self._put)),
            web.get(upload, self._guarded("upload", self._status)),
            web.delete(upload, self._guarded("upload", self._cancel)),
        ]

    def find(self, unique_id: str) -> StoredFile:
        """The file of this id; KeyError when there is none."""
        for file in (*self.dropped, *self.stored):
            if file.unique_id == unique_id:
                return file
        raise KeyError(unique_id)

    # ── what Teams does for people ───────────────────────────────────────────────────────────────────────────────────────────────

    def drop(self, owner: Member, name: str, content: bytes) -> StoredFile:
        """Put a file where Teams puts what people drop into a chat."""
        file = self._new(owner, name, content, str(uuid.uuid4()).upper())
        self.dropped.append(file)
        return file

    def address(self, file: StoredFile, *, single_use: bool = False) -> str:
        """A download address that needs no token: good for an hour, or for one use."""
        token = uuid.uuid4().hex
        self._addresses[token] = _Address(file, self._clock() + LASTS, single_use)
        return f"{self.url}/_files/{token}/{quote(file.name)}"

    def open_session(self, owner: Member, name: str) -> tuple[str, StoredFile]:
        """A place for a bot's file: the address it is written to, and the file as it will be. A name in use gets a number behind."""
        token = uuid.uuid4().hex
        place = self._new(owner, self._free_name(owner, name), b"", str(uuid.uuid4()).upper())
        self._sessions[token] = Session(owner, place.name, place.unique_id, self._clock() + LASTS)
        return f"{self.url}/_drive/items/{token}/uploadSession?guid='{uuid.uuid4()}'&overwrite=False&rename=True&tempauth=v1.{token}", place

    def _free_name(self, owner: Member, name: str) -> str:
        taken = {file.name for file in self.stored if file.owner == owner} | {s.name for s in self._sessions.values() if s.owner == owner}
        stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
        names = (name, *(f"{stem} {number}{dot}{ending}" for number in range(1, len(taken) + 1)))
        return next(each for each in names if each not in taken)

    def _new(self, owner: Member, name: str, content: bytes, unique_id: str) -> StoredFile:
        folder = re.sub(r"\W", "_", owner.upn)
        url = f"https://fabrikam-my.sharepoint.example/personal/{folder}/Documents/Applications/{quote(name)}"
        return StoredFile(owner=owner, name=name, content=content, unique_id=unique_id, url=url)

    # ── what bots call ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _guarded(self, name: str, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            self.requests.append((request.method, name, dict(request.headers)))
            latency, fault = self.faults.strike(name, request.method)
            if latency:
                await asyncio.sleep(latency)
            if fault and fault.kind not in (DROP_AFTER, LOSE_ANSWER):
                return spoil(request, fault)
            try:
                # "If you include the Authorization header … it may result in an HTTP 401": these addresses carry their own proof
                if "Authorization" in request.headers:
                    raise Refusal(401, "unauthenticated", "This address takes no token.")
                answer = await handler(request)
            except Refusal as refusal:
                answer = refusal.response()
            return spoil(request, fault) if fault else answer

        return handle

    async def _download(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        address = self._addresses.get(token)
        if address is None or address.expires < self._clock():
            raise _gone()
        if address.single_use:
            del self._addresses[token]
        address.file.uses += 1
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(address.file.name)}"}
        return web.Response(body=address.file.content, content_type="application/octet-stream", headers=headers)

    def _session(self, request: web.Request) -> Session:
        session = self._sessions.get(request.match_info["token"])
        if session is None or session.expires < self._clock():
            raise _gone()
        return session

    async def _put(self, request: web.Request) -> web.Response:
        session = self._session(request)
        start, end, size = self._range(request, session)
        body = await request.read()
        if len(body) != end - start + 1:
            raise _wrong("The Content-Range header does not match the length of the body.")
        if start != len(session.arrived):
            raise Refusal(416, "invalidRange", "The uploaded fragment overlaps with data that has already been received, or leaves a gap.")
        session.size = size
        session.arrived += body
        if len(session.arrived) < size:
            return web.json_response(self._progress(session), status=202)
        del self._sessions[request.match_info["token"]]
        file = self._new(session.owner, session.name, bytes(session.arrived), session.unique_id)
        self.stored.append(file)
        answer = {"id": file.unique_id, "name": file.name, "size": size, "file": {}, "webUrl": file.url}
        return web.json_response(answer, status=201)

    def _range(self, request: web.Request, session: Session) -> tuple[int, int, int]:
        """First byte, last byte and the size of the whole; only what the contract allows."""
        if request.content_length is None:
            raise Refusal(411, "lengthRequired", "A Content-Length header is needed.")
        if request.content_length >= REQUEST_LIMIT:
            raise Refusal(413, "requestTooLarge", "A request may carry less than 60 MiB.")
        found = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
        if found is None:
            raise _wrong("A Content-Range header such as `bytes 0-25/128` is needed.")
        start, end, size = (int(number) for number in found.groups())
        if not start <= end < size:
            raise _wrong("The Content-Range header is no range of the file.")
        if session.size not in (-1, size):
            raise _wrong("The size of the file is not what the earlier fragments said.")
        if end + 1 != size and (end - start + 1) % FRAGMENT:
            raise _wrong("A fragment that is not the last must be a multiple of 320 KiB.")
        return start, end, size

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response(self._progress(self._session(request)))

    async def _cancel(self, request: web.Request) -> web.Response:
        self._session(request)
        del self._sessions[request.match_info["token"]]
        return web.Response(status=204)

    def _progress(self, session: Session) -> dict[str, Any]:
        expires = datetime.fromtimestamp(session.expires, UTC).isoformat(timespec="milliseconds")
        return {"expirationDateTime": expires.replace("+00:00", "Z"), "nextExpectedRanges": [f"{len(session.arrived)}-"]}


def _gone() -> Refusal:
    return Refusal(404, "itemNotFound", "The resource could not be found.")


def _wrong(message: str) -> Refusal:
    return Refusal(400, "invalidRequest", message)

"""Files from and to OneDrive: what arrives is what was sent, and nothing hostile gets further than a sentence."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.errors import Refusal
from bot.teams import files as files_module
from bot.teams.files import OneDriveFiles
from bot.teams.upload import FRAGMENT, TRIES
from simulator import cast
from simulator.teams.drive import Drive
from tests.teams.bench import Server, drop

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANNA = cast.person("Hanna Visser")
MOST = 1_000_000


class Post:
    """OneDrive on one side, the bot's files on the other; its pauses are noted and over at once."""

    def __init__(self, folder: Path, server: Server, drive: Drive, drive_host: str) -> None:
        self.folder, self.server, self.drive = folder, server, drive
        self.naps: list[float] = []
        self.files = OneDriveFiles((server.host, drive_host), self._nap, folder)

    async def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)

    def left(self) -> list[str]:
        """What lies in the folder for downloads."""
        return os.listdir(self.folder)

    async def refused(self, url: str, most: int = MOST) -> Refusal:
        """A download that has to come to nothing, and leaves nothing behind."""
        with pytest.raises(Refusal) as caught:
            await self.files.download(url, most)
        assert self.left() == []
        assert caught.value.hint
        assert url not in str(caught.value) or not url
        return caught.value

    async def write(self, url: str, content: bytes, size: int | None = None, step: int = 100_000) -> None:
        async def parts() -> AsyncIterator[bytes]:
            for start in range(0, len(content), step):
                yield content[start : start + step]

        await self.files.upload(url, parts(), len(content) if size is None else size)


@pytest_asyncio.fixture(loop_scope="module")
async def post(tmp_path: Path, server: Server) -> AsyncIterator[Post]:
    drive = Drive()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes(drive.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    drive.url = f"http://{host}"
    post = Post(tmp_path, server, drive, host)
    yield post
    await post.files.close()
    await runner.cleanup()


@lru_cache(maxsize=2)  # it takes longer than its upload
def pattern(size: int) -> bytes:
    """Bytes of which no two places look alike."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]


# ── down ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [0, 1, 300_000, MOST])
async def test_a_download_is_on_disk_for_nobody_else_and_hashed(post: Post, size: int) -> None:
    content = pattern(size)
    got = await post.files.download(post.drive.address(post.drive.drop(HANNA, "phones.csv", content), single_use=True), MOST)
    assert (got.size, got.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert got.path.read_bytes() == content
    assert got.path.stat().st_mode & 0o777 == 0o600
    assert post.drive.dropped[-1].uses == 1


async def test_nothing_of_ours_goes_with_the_request(post: Post, server: Server) -> None:
    server.script = [(200, b"1", {"Set-Cookie": "a=b"}), (200, b"2", {})]
    for _ in range(2):
        (await post.files.download(f"{server.url}/f.csv?tempauth=v1.a%3D%2Fb", MOST)).path.unlink()
    for method, path, headers in server.seen:
        assert (method, path) == ("GET", "/f.csv?tempauth=v1.a%3D%2Fb")
        assert not {"Authorization", "Cookie", "Referer"} & headers.keys()
        assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("url", ["", "https://evil.example/f", "http://127.0.0.1:1/f", "http://user@127.0.0.1/f", "file:///etc/passwd"])
async def test_other_hosts_are_not_asked(post: Post, url: str) -> None:
    assert (await post.refused(url)).code == "file_host"
    with pytest.raises(Refusal, match="not allowed"):
        await post.write(url, b"x")


async def test_a_redirect_is_not_followed(post: Post, server: Server, elsewhere: Server) -> None:
    server.script = [(302, b"", {"Location": f"{elsewhere.url}/f"})]
    assert (await post.refused(f"{server.url}/f")).code == "download_refused"
    assert elsewhere.seen == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_address_that_has_ended(post: Post, server: Server, status: int) -> None:
    server.script = [status]
    refusal = await post.refused(f"{server.url}/f")
    assert refusal.code == "download_expired"
    assert "again" in refusal.hint


@pytest.mark.parametrize("status", [201, 204, 206, 304, 429, 500, 503])
async def test_anything_but_the_file_is_refused_and_not_tried_again(post: Post, server: Server, status: int) -> None:
    server.script = [status]
    assert (await post.refused(f"{server.url}/f")).code == "download_refused"
    assert len(server.seen) == 1


async def test_the_page_that_a_phone_sends_in_place_of_the_file(post: Post, server: Server) -> None:
    server.script = [(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"})]
    assert (await post.refused(f"{server.url}/f")).code == "download_page"


async def test_a_packed_file_is_not_unpacked(post: Post, server: Server) -> None:
    server.script = [(200, b"\x1f\x8b bomb", {"Content-Encoding": "gzip"})]
    assert (await post.refused(f"{server.url}/f")).code == "download_packed"


async def test_too_large_by_its_own_words(post: Post, server: Server) -> None:
    sent: list[int] = []
    server.script = [_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", sent)]
    refusal = await post.refused(f"{server.url}/f", 20 * 1024 * 1024)
    assert (refusal.code, str(refusal)) == ("file_too_large", "The file is larger than the 20 MB I take.")


async def test_too_large_without_a_word(post: Post, server: Server) -> None:
    async def endless(request: web.Request) -> None:
        response = web.StreamResponse()
        await response.prepare(request)
        sent.append(0)
        for _ in range(1000):
            await response.write(b"x" * 100_000)
            sent[0] += 100_000

    sent: list[int] = []
    server.script = [endless]
    assert (await post.refused(f"{server.url}/f")).code == "file_too_large"
    assert sent[0] < 50_000_000  # the rest was not read


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nshort",
    b"nonsense\r\n\r\n",
    b"",
])  # fmt: skip
async def test_a_file_that_is_not_whole(post: Post, server: Server, answer: bytes) -> None:
    server.script = [_raw(answer, [])]
    assert (await post.refused(f"{server.url}/f")).code == "download_failed"
    assert len(server.seen) == 1  # one use, and no other behind our back


async def test_nobody_there(post: Post, server: Server) -> None:
    files = OneDriveFiles(("127.0.0.1:1",), folder=post.folder)
    with pytest.raises(Refusal):
        await files.download("http://127.0.0.1:1/f", MOST)
    await files.close()


async def test_a_file_that_drips(post: Post, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(request: web.Request) -> None:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"user")
        await asyncio.wait_for(released.wait(), 10)

    released = asyncio.Event()
    monkeypatch.setattr(files_module, "DOWNLOAD_TIME", aiohttp.ClientTimeout(total=0.2))
    server.script = [slow]
    assert (await post.refused(f"{server.url}/f")).code == "download_slow"
    released.set()


async def test_no_room(post: Post, server: Server) -> None:
    files = OneDriveFiles((server.host,), folder=post.folder / "missing")
    server.script = [(200, b"1", {})]
    with pytest.raises(Refusal, match="no room"):
        await files.download(f"{server.url}/f", MOST)
    await files.close()


def _raw(answer: bytes, sent: list[int]) -> Any:
    async def step(request: web.Request) -> None:
        assert request.transport is not None
        request.transport.write(answer)
        sent.append(len(answer))
        request.transport.close()

    return step


# ── up ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [1, FRAGMENT - 1, FRAGMENT, FRAGMENT + 1, 2 * FRAGMENT, 2 * FRAGMENT + 7])
async def test_an_upload_arrives_whole(post: Post, size: int) -> None:
    url, _ = post.drive.open_session(HANNA, "result.csv")
    await post.write(url, pattern(size))
    assert [file.content == pattern(size) for file in post.drive.stored] == [True]
    assert all("Authorization" not in headers and "Cookie" not in headers for _, _, headers in post.drive.requests)
    assert [method for method, _, _ in post.drive.requests] == ["PUT"] * -(-size // FRAGMENT)


@pytest.mark.parametrize("step", [1, 7, FRAGMENT, 5 * FRAGMENT])
async def test_however_the_parts_come(post: Post, step: int) -> None:
    content = pattern(20_000 if step < 10 else 2 * FRAGMENT + 100)
    url, _ = post.drive.open_session(HANNA, "result.csv")
    await post.write(url, content, step=step)
    assert post.drive.stored[0].content == content


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504", "drop_before", "drop_after", "lose_answer"])
@pytest.mark.parametrize("after", [0, 1, 2])
async def test_misfortunes_are_made_good(post: Post, kind: str, after: int) -> None:
    content = pattern(2 * FRAGMENT + 100)
    url, _ = post.drive.open_session(HANNA, "result.csv")

    async def parts() -> AsyncIterator[bytes]:
        for number, start in enumerate(range(0, len(content), FRAGMENT)):
            if number == after:  # strikes the fragment after those that are through already
                post.drive.faults.add(kind, conversation="upload", method="PUT", count=1)
            yield content[start : start + FRAGMENT]

    await post.files.upload(url, parts(), len(content))
    assert [file.content == content for file in post.drive.stored] == [True]
    assert len(post.naps) >= 1


async def test_patience_has_an_end_and_the_wait_asked_for_is_kept(post: Post) -> None:
    url, _ = post.drive.open_session(HANNA, "result.csv")
    post.drive.faults.add(429, conversation="upload", method="PUT", retry_after=7)
    with pytest.raises(Refusal, match="at the moment"):
        await post.write(url, b"x")
    assert post.naps == [7.0] * (TRIES - 1)
    assert post.drive.stored == []


async def test_a_place_that_is_gone(post: Post) -> None:
    with pytest.raises(Refusal, match="no longer waits"):
        await post.write(f"{post.drive.url}/_drive/items/gone/uploadSession", b"x")


@pytest.mark.parametrize(("status", "words"), [(507, "is full"), (409, "(409)"), (301, "(301)"), (200, ""), (400, "(400)")])
async def test_what_onedrive_refuses(post: Post, server: Server, status: int, words: str) -> None:
    server.script = [(status, {}, {"Location": "https://evil.example/"})]
    if not words:
        await post.write(f"{server.url}/u", b"x")  # 200 in place of 201: replaced a file
        return
    with pytest.raises(Refusal, match=re.escape(words)):
        await post.write(f"{server.url}/u", b"x")
    assert len(server.seen) == 1


NO_STATUS = (b"[]", b"{", b'{"nextExpectedRanges": []}', b'{"nextExpectedRanges": ["x"]}', b"[" * 5000, b"x" * 200_000)


@pytest.mark.parametrize("status_answer", NO_STATUS)
async def test_a_status_that_says_nothing(post: Post, server: Server, status_answer: bytes) -> None:
    server.script = [503, *[(200, status_answer, {})] * TRIES]
    with pytest.raises(Refusal):
        await post.write(f"{server.url}/u", b"x")


async def test_a_file_of_another_length_is_not_left_half_written(post: Post) -> None:
    for said in (FRAGMENT, FRAGMENT + 99, FRAGMENT + 101, 3 * FRAGMENT):
        url, _ = post.drive.open_session(HANNA, "result.csv")
        with pytest.raises(ValueError, match="bytes"):
            await post.write(url, pattern(FRAGMENT + 100), said)
        assert post.drive.requests[-1][0] == "DELETE"
    with pytest.raises(ValueError, match="empty"):
        await post.write(post.drive.open_session(HANNA, "result.csv")[0], b"")
    assert post.drive.stored == []


async def test_a_dropped_answer_is_no_second_request_behind_our_back(post: Post, server: Server) -> None:
    server.script = [drop, (200, {"nextExpectedRanges": ["0-"]}, {}), 201]
    await post.write(f"{server.url}/u", b"x")
    assert [method for method, _, _ in server.seen] == ["PUT", "GET", "PUT"]

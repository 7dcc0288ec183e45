"""Files between people and the bot: dropped, offered, written and shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulator import cast
from simulator.teams.drive import FRAGMENT
from simulator.teams.identity import personal_chat_id
from tests.simulator.teams_bot import Stage, running

HANNA, SAM = cast.person("Hanna Visser"), cast.person("Sam Okafor")
HELPDESK = cast.CHANNELS[0]
CHAT = personal_chat_id(HANNA)
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as both:
        yield both


@pytest.fixture
async def web_client() -> AsyncIterator[aiohttp.ClientSession]:
    async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise aiohttp.ClientConnectionError from error  # the others aiohttp would send once more by itself

    async with aiohttp.ClientSession(middlewares=(once,)) as session:
        yield session


def offer(name: str = "result.csv", **changed: Any) -> dict[str, Any]:
    content = {"description": "Every row", "sizeInBytes": 10, "acceptContext": {"id": "7Q2F"}, "declineContext": {"no": 1}} | changed
    kept = {name: value for name, value in content.items() if value is not None}
    return {"type": "message", "attachments": [{"contentType": CONSENT, "name": name, "content": kept}]}


def info(**changed: Any) -> dict[str, Any]:
    card = {"contentType": INFO, "contentUrl": "https://x.example/f.csv", "name": "f.csv", "content": {"uniqueId": "1", "fileType": "csv"}}
    return {"type": "message", "attachments": [card | changed]}


async def test_a_file_dropped_in_the_personal_chat(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    teams, bot = stage
    message = await teams.drop(HANNA, "new phones.csv", b"user,phone\n", "bulk")
    file, words = bot.received[0]["attachments"]
    assert (bot.received[0]["text"], message.text, message.delivered) == ("bulk", "bulk", 200)
    assert (file["contentType"], file["name"], file["content"]["fileType"]) == (DOWNLOAD, "new phones.csv", "csv")
    assert file["contentUrl"] == (
        "https://fabrikam-my.sharepoint.example/personal/hanna_visser_fabrikam_example/Documents/Applications/new%20phones.csv"
    )
    assert words == {"contentType": "text/html", "content": f'<p>bulk</p><attachment id="{file["content"]["uniqueId"]}"></attachment>'}
    for uses in (1, 2):
        async with web_client.get(file["content"]["downloadUrl"]) as response:
            assert (response.status, await response.read()) == (200, b"user,phone\n")
        assert teams.files.dropped[0].uses == uses
    async with web_client.get(teams.url + "/_files/guessed/new.csv") as response:
        assert response.status == 404


async def test_several_files_without_a_word(stage: Stage) -> None:
    teams, bot = stage
    await teams.drop(HANNA, "a.csv", b"a", also=[("b", b"b")])
    assert "text" not in bot.received[0]
    assert [(each["name"], each["content"]["fileType"]) for each in bot.received[0]["attachments"][:2]] == [("a.csv", "csv"), ("b", "")]


async def test_a_download_address_ends(web_client: aiohttp.ClientSession) -> None:
    now = [1_700_000_000.0]
    async with running(clock=lambda: now[0]) as (teams, bot):
        await teams.drop(HANNA, "once.csv", b"1", single_use=True)
        await teams.drop(HANNA, "late.csv", b"2")
        once, late = (activity["attachments"][0]["content"]["downloadUrl"] for activity in bot.received)
        statuses = [await _status(web_client.get(once)) for _ in range(2)]
        now[0] += 3601
        assert [*statuses, await _status(web_client.get(late))] == [200, 404, 404]
        assert [file.uses for file in teams.files.dropped] == [1, 0]


async def test_a_pre_authenticated_address_takes_no_token(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    teams, bot = stage
    await teams.drop(HANNA, "a.csv", b"1")
    url = bot.received[0]["attachments"][0]["content"]["downloadUrl"]
    assert await _status(web_client.get(url, headers={"Authorization": "Bearer x"})) == 401
    assert teams.files.dropped[0].uses == 0


async def test_elsewhere_the_bot_is_told_the_words_alone(stage: Stage) -> None:
    teams, bot = stage
    group = teams.group_chat("Shift", [HANNA, SAM])
    await teams.drop(HANNA, "a.csv", b"1", "bulk", HELPDESK)
    await teams.drop(HANNA, "a.csv", b"1", "bulk", group)
    for activity in bot.received:
        assert activity["text"] == "<at>Doorman</at> bulk"
        assert [each["contentType"] for each in activity["attachments"]] == ["text/html"]
        assert "<attachment id=" in activity["attachments"][0]["content"]


async def test_an_edited_message_keeps_its_files(stage: Stage) -> None:
    teams, bot = stage
    message = await teams.drop(HANNA, "a.csv", b"1", "bulk")
    await teams.edit(HANNA, message.id, "bulk dry run")
    assert bot.received[1]["attachments"][0] == bot.received[0]["attachments"][0]


@pytest.mark.parametrize("wrong", [
    offer(description=None), offer(sizeInBytes=None), offer(sizeInBytes="10"), offer(sizeInBytes=True), offer(sizeInBytes=0),
    offer(acceptContext=None), offer(declineContext="7Q2F"), offer(extra=1), offer(""), offer("a/b.csv"), offer("a:b.csv"),
    offer("a" * 256), offer("a.csv "), info(name=None), info(contentUrl=None), info(contentUrl="http://x.example/f"),
    info(content={"uniqueId": "1"}), info(content={"uniqueId": 1, "fileType": "csv"}), info(content=None)])  # fmt: skip
async def test_a_file_card_that_teams_could_not_show(stage: Stage, wrong: dict[str, Any]) -> None:
    _, bot = stage
    status, body, _ = await bot.send(CHAT, wrong)
    assert (status, body["error"]["code"]) == (400, "BadSyntax")


async def test_file_cards_are_for_personal_chats(stage: Stage) -> None:
    _, bot = stage
    await bot.sent(CHAT, offer())
    message_id = await bot.sent(CHAT, info())
    assert (await bot.update(CHAT, message_id, offer()))[0] == 200
    for card in (offer(), info()):
        assert (await bot.send(HELPDESK.id, card))[0] == 400


async def _status(request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> int:
    async with request as response:
        await response.read()
        return response.status


async def allow(stage: Any, name: str = "result.csv") -> str:
    """An offer, allowed; the address to write to."""
    teams, bot = stage
    answer = await teams.consent(HANNA, await bot.sent(CHAT, offer(name)))
    assert (answer.status, answer.error) == (200, None)
    return str(bot.received[-1]["value"]["uploadInfo"]["uploadUrl"])


async def put(session: aiohttp.ClientSession, url: str, content: bytes, start: int, size: int, **headers: str) -> tuple[int, Any]:
    sent = {"Content-Range": f"bytes {start}-{start + len(content) - 1}/{size}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    async with session.put(url, data=content, headers=sent) as response:
        return response.status, await response.json()


async def test_allow_gives_the_bot_a_place_in_the_persons_onedrive(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    teams, bot = stage
    message_id = await bot.sent(CHAT, offer())
    await teams.consent(HANNA, message_id)
    activity = bot.received[0]
    assert (activity["type"], activity["name"], activity["replyToId"]) == ("invoke", "fileConsent/invoke", message_id)
    value = activity["value"]
    assert (value["type"], value["action"], value["context"]) == ("fileUpload", "accept", {"id": "7Q2F"})
    assert value["uploadInfo"].keys() == {"contentUrl", "name", "uploadUrl", "uniqueId", "fileType", "etag"}
    assert teams.files.stored == []
    status, item = await put(web_client, value["uploadInfo"]["uploadUrl"], b"user\nhanna", 0, 10)
    assert (status, item["name"], item["size"], item["id"]) == (201, "result.csv", 10, value["uploadInfo"]["uniqueId"])
    stored = teams.files.find(item["id"])
    assert (stored.content, stored.owner, stored.url) == (b"user\nhanna", HANNA, value["uploadInfo"]["contentUrl"])
    assert (await put(web_client, value["uploadInfo"]["uploadUrl"], b"user\nhanna", 0, 10))[0] == 404  # it is done


async def test_a_name_in_use_gets_a_number(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    for _ in range(2):
        await put(web_client, await allow(stage), b"1", 0, 1)
    assert [file.name for file in stage[0].files.stored] == ["result.csv", "result 1.csv"]


async def test_decline(stage: Stage) -> None:
    teams, bot = stage
    await teams.consent(HANNA, await bot.sent(CHAT, offer()), accept=False)
    assert bot.received[0]["value"] == {"type": "fileUpload", "action": "decline", "context": {"no": 1}}


async def test_an_old_client_still_shows_what_was_deleted(stage: Stage) -> None:
    teams, bot = stage
    message_id = await bot.sent(CHAT, offer())
    await bot.delete(CHAT, message_id)
    assert (await teams.consent(HANNA, message_id)).status == 200
    with pytest.raises(LookupError, match="offers no file"):
        await teams.consent(HANNA, await bot.sent(CHAT, info()))


async def test_an_answer_that_is_no_200_is_an_error(stage: Stage) -> None:
    teams, bot = stage
    bot.answer = lambda _: web.Response(status=501)
    answer = await teams.consent(HANNA, await bot.sent(CHAT, offer()), value={"action": "forged"})
    assert bot.received[0]["value"] == {"action": "forged"}
    assert answer.error == "Something went wrong. Please try again."
    assert re.search("HTTP 501", teams.client_errors[0])


async def test_a_long_file_arrives_in_fragments(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    url, content = await allow(stage), bytes(range(256)) * 3000
    size = len(content)
    assert (await put(web_client, url, content[:FRAGMENT], 0, size))[1]["nextExpectedRanges"] == [f"{FRAGMENT}-"]
    async with web_client.get(url) as response:
        assert (response.status, (await response.json())["nextExpectedRanges"]) == (200, [f"{FRAGMENT}-"])
    assert (await put(web_client, url, content[FRAGMENT : 2 * FRAGMENT], FRAGMENT, size))[0] == 202
    assert (await put(web_client, url, content[2 * FRAGMENT :], 2 * FRAGMENT, size))[0] == 201
    assert stage[0].files.stored[0].content == content


@pytest.mark.parametrize(("content", "start", "size", "headers", "status"), [
    (b"x" * 100, 0, 200, {}, 400),  # no multiple of 320 KiB, and not the last
    (b"x" * FRAGMENT, FRAGMENT, 3 * FRAGMENT, {}, 416),  # a gap
    (b"x", 0, 1, {"Content_Range": "bytes 0-1/2"}, 400),  # another length
    (b"x", 0, 1, {"Content_Range": "bytes=0-0/1"}, 400),
    (b"x", 0, 1, {"Content_Range": "bytes 0-0/0"}, 400),
    (b"x", 0, 1, {"Content_Range": ""}, 400),
    (b"x", 0, 1, {"Authorization": "Bearer x"}, 401),
])  # fmt: skip
async def test_a_fragment_that_onedrive_does_not_take(
    stage: Stage, web_client: aiohttp.ClientSession, content: bytes, start: int, size: int, headers: dict[str, str], status: int
) -> None:
    url = await allow(stage)
    assert (await put(web_client, url, content, start, size, **headers))[0] == status
    assert stage[0].files.stored == []


async def test_a_fragment_twice_or_of_another_file(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    url = await allow(stage)
    assert (await put(web_client, url, b"x" * FRAGMENT, 0, 2 * FRAGMENT))[0] == 202
    assert (await put(web_client, url, b"x" * FRAGMENT, 0, 2 * FRAGMENT))[0] == 416
    assert (await put(web_client, url, b"x" * FRAGMENT, FRAGMENT, 3 * FRAGMENT))[0] == 400
    assert await _status(web_client.delete(url)) == 204
    assert (await put(web_client, url, b"x" * FRAGMENT, FRAGMENT, 2 * FRAGMENT))[0] == 404


async def test_a_length_that_is_not_told_or_too_large(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    url = await allow(stage)

    async def parts() -> AsyncIterator[bytes]:
        yield b"x"

    async with web_client.put(url, data=parts(), headers={"Content-Range": "bytes 0-0/1"}) as response:
        assert response.status == 411
    host, port = stage[0].url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    path, most = url.removeprefix(stage[0].url), 60 * 1024 * 1024
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {most}\r\nContent-Range: bytes 0-{most - 1}/{most}\r\n\r\n"
    writer.write(head.encode())
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_misfortunes_of_onedrive(stage: Stage, web_client: aiohttp.ClientSession) -> None:
    teams, _ = stage
    url = await allow(stage)
    teams.files.faults.add(503, conversation="upload", method="PUT", count=1)
    assert await _status(web_client.put(url, data=b"x", headers={"Content-Range": "bytes 0-0/1"})) == 503
    teams.files.faults.add("drop_after", conversation="upload", method="PUT", count=1)
    with pytest.raises(aiohttp.ClientError):
        await _status(web_client.put(url, data=b"x", headers={"Content-Range": "bytes 0-0/1"}))
    assert teams.files.stored[0].content == b"x"
    assert [(method, what) for method, what, _ in teams.files.requests] == [("PUT", "upload")] * 2

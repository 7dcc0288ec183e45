"""The API of the demo page."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from simulator import cast
from simulator.entra.exchange import Mail
from simulator.teams import Teams, mri
from simulator.teams.identity import personal_chat_id
from simulator.web.server import demo_app
from simulator.world import World
from tests.simulator.teams_bot import TEXT, FakeBot, card, card_activity, card_answer, running

HANNA, SAM, OMAR = cast.person("Hanna Visser"), cast.person("Sam Okafor"), cast.person("Omar Farouk")
HELPDESK, LOG = cast.CHANNELS[0], cast.CHANNELS[1]
CHAT = personal_chat_id(HANNA)


class Page:
    """What the browser does."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self.session = session
        self.port = port
        self.entra_calls: list[tuple[str, str, bytes]] = []

    async def get(self, path: str, **query: str) -> Any:
        async with self.session.get(path, params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, body: Any) -> Any:
        async with self.session.post(path, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def listen(self, upn: str) -> aiohttp.ClientResponse:
        response = await self.session.get("/api/events", params={"as": upn})
        assert response.content_type == "text/event-stream"
        assert await response.content.readuntil(b"\n\n") == b": connected\n\n"
        return response

    async def event(self, stream: aiohttp.ClientResponse) -> Any:
        line = await stream.content.readuntil(b"\n\n")
        assert line.startswith(b"data: ")
        return json.loads(line.removeprefix(b"data: "))


Stage = tuple[Teams, FakeBot, Page]


async def _serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    (tmp_path / "adaptivecards" / "dist").mkdir(parents=True)
    (tmp_path / "adaptivecards" / "dist" / "adaptivecards.min.js").write_text("cards")
    (tmp_path / "markdown-it.min.js").write_text("markdown")
    (tmp_path / "secret.js").write_text("secret")
    entra_calls: list[tuple[str, str, bytes]] = []

    async def entra(request: web.Request) -> web.Response:
        entra_calls.append((request.method, request.path, await request.read()))
        return web.json_response({"echo": request.path}, status=404 if "nobody" in request.path else 200)

    entra_app = web.Application()
    entra_app.router.add_route("*", "/{tail:.*}", entra)
    entra_runner, entra_url = await _serve(entra_app)
    async with running() as (teams, bot):
        runner, url = await _serve(demo_app(teams, entra_url, tmp_path, {"some people.csv": lambda: b"user\nhanna\n"}))
        async with aiohttp.ClientSession(url) as session:
            page = Page(session, URL(url).port or 0)
            page.entra_calls = entra_calls
            yield teams, bot, page
        await runner.cleanup()
    await entra_runner.cleanup()


async def test_the_world(stage: Stage) -> None:
    _, _, page = stage
    world = await page.get("/api/world")
    people = {p["upn"]: p for p in world["people"]}
    assert [p["name"] for p in world["people"][:2]] == ["Hanna Visser", "Bram Peeters"]
    assert len(people) == len(cast.EVERYONE) + 1
    assert (people[SAM.upn]["helpdesk"], people[SAM.upn]["admin"], people[SAM.upn]["marks"]) == (True, True, ["senior"])
    assert people["nadia.haddad@fabrikam.example"]["helpdesk"]  # through a nested group
    assert not people[OMAR.upn]["helpdesk"]
    assert people["theo.roth@fabrikam.example"]["marks"] == ["privileged"]
    assert people["eve@adatum.example"]["marks"] == ["other tenant"]
    assert people["dirk.bakker@fabrikam.example"]["marks"] == ["disabled"]
    assert [c["name"] for c in world["channels"]] == ["Helpdesk", "Doorman log", "Approvals"]
    assert world["bot"] == {"name": "Doorman"}


async def test_conversations_and_unread(stage: Stage) -> None:
    _, bot, page = stage
    assert [(c["kind"], c["name"]) for c in await page.get("/api/conversations", **{"as": HANNA.upn})] == [
        ("personal", "Doorman"),
        ("channel", "Helpdesk"),
        ("channel", "Doorman log"),
        ("channel", "Approvals"),
    ]
    assert [c["kind"] for c in await page.get("/api/conversations", **{"as": OMAR.upn})] == ["personal"]
    await bot.sent(CHAT, TEXT)
    await bot.sent(CHAT, {"type": "message", "text": "again"})
    personal = (await page.get("/api/conversations", **{"as": HANNA.upn}))[0]
    assert (personal["id"], personal["unread"], personal["last"]["text"]) == (CHAT, 2, "again")
    await page.get("/api/messages", **{"as": HANNA.upn, "conversation": CHAT})
    assert (await page.get("/api/conversations", **{"as": HANNA.upn}))[0]["unread"] == 0


async def test_say_with_a_mention_and_reply(stage: Stage) -> None:
    _teams, _bot, page = stage
    said = await page.post(
        "/api/say",
        {"as": HANNA.upn, "conversation": HELPDESK.id, "text": "show @Omar Farouk", "mentions": [{"upn": OMAR.upn}], "replyTo": None},
    )
    await page.post("/api/say", {"as": SAM.upn, "conversation": HELPDESK.id, "text": "@Doorman help", "replyTo": said["id"]})
    messages = await page.get("/api/messages", **{"as": SAM.upn, "conversation": HELPDESK.id})
    first, second = messages
    assert first["text"] == "<at>Doorman</at> show <at>Omar Farouk</at>"
    assert first["from"] == {"name": "Hanna Visser", "id": mri(HANNA), "bot": False, "upn": HANNA.upn}
    assert [m["name"] for m in first["mentions"]] == ["Doorman", "Omar Farouk"]
    assert (first["id"], first["replyTo"], second["replyTo"], second["text"]) == (said["id"], None, said["id"], "<at>Doorman</at> help")
    assert (first["card"], first["private"], first["edited"], first["deleted"], first["textFormat"]) == (None, False, False, False, "plain")


async def test_press_gives_the_presser_a_view(stage: Stage) -> None:
    _teams, bot, page = stage
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
    own = card("cancel")
    bot.answer = lambda _: card_answer(own)
    pressed = {
        "as": HANNA.upn,
        "conversation": HELPDESK.id,
        "message": card_id,
        "action": {"type": "Action.Execute", "verb": "confirm", "data": {"operation": "7Q2F", "ticket": "INC1"}},
    }
    assert await page.post("/api/press", pressed) == {"status": 200, "error": None, "message": None}
    assert bot.received[-1]["value"]["action"]["data"] == {"operation": "7Q2F", "ticket": "INC1"}
    seen = {who.name: (await page.get("/api/messages", **{"as": who.upn, "conversation": HELPDESK.id}))[0]["card"] for who in (HANNA, SAM)}
    assert seen == {"Hanna Visser": own, "Sam Okafor": card("confirm")}
    bot.answer = lambda _: web.Response(status=500)
    answer = await page.post("/api/press", pressed)
    assert (answer["status"], answer["error"]) == (500, "Something went wrong. Please try again.")
    pressed["action"] = {"type": "Action.Submit", "data": {"verb": "old"}}
    bot.answer = lambda _: web.Response()
    assert (await page.post("/api/press", pressed))["status"] == 200
    assert bot.received[-1]["value"] == {"verb": "old"}


async def test_edit_and_install(stage: Stage) -> None:
    teams, bot, page = stage
    said = await teams.say(HANNA, "shwo")
    assert await page.post("/api/edit", {"as": HANNA.upn, "message": said.id, "text": "show"}) == {"status": 200}
    assert said.text == "show"
    assert await page.post("/api/install", {"as": HANNA.upn}) == {"statuses": [200, 200]}
    assert bot.received[-1]["type"] == "conversationUpdate"


async def test_events_reach_those_concerned(stage: Stage) -> None:
    teams, bot, page = stage
    hanna, sam = await page.listen(HANNA.upn), await page.listen(SAM.upn)
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
    for stream in (hanna, sam):
        event = await page.event(stream)
        assert (event["type"], event["conversation"], event["message"]["id"]) == ("message", HELPDESK.id, card_id)
    own = card("cancel")
    bot.answer = lambda _: card_answer(own)
    await teams.press(HANNA, card_id, "confirm")
    await bot.sent(CHAT, {"type": "typing"})
    await bot.update(HELPDESK.id, card_id, {"type": "message", "text": "done"})
    await bot.delete(HELPDESK.id, card_id)
    events = [await page.event(hanna) for _ in range(4)]
    assert [e["type"] for e in events] == ["update", "typing", "update", "delete"]
    assert events[0]["message"]["card"] == own
    assert events[1] == {"type": "typing", "conversation": CHAT}
    assert events[2]["message"]["text"] == "done"
    # Sam hears nothing of Hanna's own view and chat
    assert [(await page.event(sam))["type"] for _ in range(2)] == ["update", "delete"]


async def test_a_private_message_is_for_one_person(stage: Stage) -> None:
    _, bot, page = stage
    hanna, sam = await page.listen(HANNA.upn), await page.listen(SAM.upn)
    await bot.send(HELPDESK.id, {**TEXT, "recipient": {"id": mri(HANNA)}}, "?isTargetedActivity=true")
    await bot.sent(HELPDESK.id, {"type": "message", "text": "for all"})
    assert (await page.event(hanna))["message"]["private"] is True
    assert (await page.event(sam))["message"]["text"] == "for all"
    texts = [m["text"] for m in await page.get("/api/messages", **{"as": SAM.upn, "conversation": HELPDESK.id})]
    assert texts == ["for all"]


async def test_a_shown_card_is_refreshed_once_for_those_it_names(stage: Stage) -> None:
    _teams, bot, page = stage
    own = card("approve")
    bot.answer = lambda _: card_answer(own)
    sam, hanna = await page.listen(SAM.upn), await page.listen(HANNA.upn)
    action = {"type": "Action.Execute", "verb": "view"}
    await bot.sent(HELPDESK.id, card_activity(card(refresh={"action": action, "userIds": [mri(SAM)]})))
    assert (await page.event(sam))["message"]["card"]["actions"] == []
    assert (await page.event(sam))["message"]["card"] == own
    await page.event(hanna)
    await page.get("/api/messages", **{"as": SAM.upn, "conversation": HELPDESK.id})
    await page.get("/api/messages", **{"as": HANNA.upn, "conversation": HELPDESK.id})
    assert [a["from"]["name"] for a in bot.received] == ["Sam Okafor"]


async def test_the_other_simulator_is_passed_through(stage: Stage) -> None:
    _, _, page = stage
    guest = "gus.taylor_adatum.example#EXT#@fabrikam.example"
    async with page.session.get("/api/entra/" + guest.replace("#", "%23")) as response:
        assert (response.status, (await response.json())["echo"]) == (200, f"/_control/state/{guest}")
    async with page.session.get("/api/entra/nobody") as response:
        assert response.status == 404
    await page.get("/api/faults/entra")
    await page.post("/api/faults/entra", {"effect": "latency"})
    async with page.session.delete("/api/faults/entra") as response:
        assert response.status == 200
    assert page.entra_calls[2:] == [
        ("GET", "/_control/faults", b""),
        ("POST", "/_control/faults", b'{"effect": "latency"}'),
        ("DELETE", "/_control/faults", b""),
    ]


async def test_faults_of_teams(stage: Stage) -> None:
    _teams, bot, page = stage
    await page.post("/api/faults/teams", {"kind": "500", "count": 1})
    assert [f["kind"] for f in (await page.get("/api/faults/teams"))["faults"]] == ["500"]
    assert (await bot.send(CHAT, TEXT))[0] == 500
    await page.post("/api/teams/down", {"conversation": LOG.id, "down": True})
    assert (await bot.send(LOG.id, TEXT))[0] == 502
    async with page.session.delete("/api/faults/teams") as response:
        assert response.status == 200
    await bot.sent(LOG.id, TEXT)


async def test_a_file_is_dropped_with_words_beside_it(stage: Stage) -> None:
    teams, bot, page = stage
    query = {"as": HANNA.upn, "conversation": CHAT, "name": "new phones.csv", "text": "bulk dry run", "locale": "nl-NL"}
    content = b"user,mobile\n" * 300_000  # more than aiohttp takes of itself

    async def echo(_activity: dict[str, Any]) -> web.Response:
        await bot.sent(CHAT, TEXT)
        return web.Response()

    bot.answer = echo
    async with page.session.put("/api/drop", params=query, data=io.BytesIO(content)) as response:
        assert response.status == 200
    await teams.wait_for(lambda message: message.by_bot)
    assert (bot.received[0]["text"], bot.received[0]["locale"]) == ("bulk dry run", "nl-NL")
    assert bot.received[0]["attachments"][0]["name"] == "new phones.csv"
    message, _ = await page.get("/api/messages", **{"as": HANNA.upn, "conversation": CHAT})
    assert message["files"] == [{"id": teams.files.dropped[0].unique_id, "name": "new phones.csv", "type": "csv"}]
    address = f"/api/files/{teams.files.dropped[0].unique_id}"
    async with page.session.get(address, params={"as": HANNA.upn}) as response:
        assert (response.status, await response.read()) == (200, content)
        assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''new%20phones.csv"
    for path, who, status in ((address, SAM.upn, 403), (address, "nobody", 404), ("/api/files/none", HANNA.upn, 404)):
        async with page.session.get(path, params={"as": who}) as response:
            assert response.status == status


async def test_an_offered_file_is_allowed_or_declined(stage: Stage) -> None:
    _teams, bot, page = stage
    offer = {
        "contentType": "application/vnd.microsoft.teams.card.file.consent",
        "name": "result.csv",
        "content": {"description": "Every row", "sizeInBytes": 10, "acceptContext": {}, "declineContext": {}},
    }
    message_id = await bot.sent(CHAT, {"type": "message", "attachments": [offer]})
    (message,) = await page.get("/api/messages", **{"as": HANNA.upn, "conversation": CHAT})
    assert (message["offer"], message["files"]) == ({"name": "result.csv", "text": "Every row", "size": 10}, [])
    pressed = {"as": HANNA.upn, "message": message_id}
    assert await page.post("/api/consent", {**pressed, "accept": True}) == {"status": 200, "error": None}
    assert await page.post("/api/consent", {**pressed, "accept": False}) == {"status": 200, "error": None}
    assert [activity["value"]["action"] for activity in bot.received] == ["accept", "decline"]
    bot.answer = lambda _: web.Response(status=501)
    assert (await page.post("/api/consent", {**pressed, "accept": True}))["error"] == "Something went wrong. Please try again."


async def test_sample_files(stage: Stage) -> None:
    _, _, page = stage
    assert await page.get("/api/samples") == ["some people.csv"]
    async with page.session.get("/api/samples/some people.csv") as response:
        assert await response.read() == b"user\nhanna\n"
    async with page.session.get("/api/samples/other.csv") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/vendor/adaptivecards.min.js", 200, "cards"),
        ("/vendor/markdown-it.min.js", 200, "markdown"),
        ("/vendor/secret.js", 404, None),
        ("/", 200, "<!doctype html>"),
        ("/static/app.js", 200, ""),
        ("/app.js", 200, ""),
        ("/server.py", 404, None),
        ("/static/server.py", 404, None),
        ("/static/..%2f..%2fcast.py", 404, None),
        ("/favicon.ico", 404, None),
    ],
)
async def test_files(stage: Stage, path: str, status: int, text: str | None) -> None:
    _, _, page = stage
    async with page.session.get(URL(path, encoded=True)) as response:
        assert response.status == status
        if text is not None:
            assert (await response.text()).startswith(text)


async def test_foreign_pages_are_kept_out(stage: Stage) -> None:
    _, _, page = stage
    for host in ("rebound.example", "localhost", f"localhost:{page.port}", f"127.0.0.1:{page.port + 1}"):
        async with page.session.get("/api/world", headers={"Host": host}) as response:
            assert (response.status, f"http://127.0.0.1:{page.port} alone" in await response.text()) == (403, True)
    for header in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        async with page.session.post("/api/say", json={}, headers=header) as response:
            assert (response.status, await response.text()) == (403, "Another site cannot use this.")
    async with page.session.post("/api/say", data=b"{}", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415


async def test_the_control_addresses_of_both_worlds_are_kept_from_other_sites() -> None:
    world = World()
    await world.start()
    try:
        async with aiohttp.ClientSession() as session:
            for url in (world.teams.url, world.entra.url):
                async with session.get(f"{url}/_control/faults") as response:
                    assert response.status == 200
                for headers in ({"Host": "localhost"}, {"Origin": "https://evil.example"}):
                    async with session.post(f"{url}/_control/faults", json={}, headers=headers) as response:
                        assert response.status == 403
    finally:
        await world.stop()


async def test_what_was_watched_is_no_news_later(stage: Stage) -> None:
    _, bot, page = stage
    await bot.sent(HELPDESK.id, TEXT)
    (channel,) = [each for each in await page.get("/api/conversations", **{"as": HANNA.upn}) if each["name"] == HELPDESK.name]
    assert channel["unread"] == 1
    await page.post("/api/read", {"as": HANNA.upn, "conversation": HELPDESK.id, "message": channel["last"]["id"]})
    assert [each["unread"] for each in await page.get("/api/conversations", **{"as": HANNA.upn}) if each["name"] == HELPDESK.name] == [0]


async def test_time_is_that_of_the_browser(stage: Stage) -> None:
    _, bot, page = stage
    came = asyncio.Event()

    def answer(_: Any) -> web.Response:
        came.set()
        return web.Response()

    bot.answer = answer
    await page.post("/api/say", {"as": HANNA.upn, "conversation": CHAT, "text": "hi", "zone": "Asia/Tokyo", "locale": "ja"})
    await asyncio.wait_for(came.wait(), 10)
    activity = bot.received[-1]
    assert (activity["localTimezone"], activity["localTimestamp"][-6:]) == ("Asia/Tokyo", "+09:00")


@pytest.mark.parametrize("query", [{"as": HANNA.upn, "conversation": personal_chat_id(SAM)}, {"as": "nobody", "conversation": CHAT}])
async def test_what_is_not_ones_own_is_refused(stage: Stage, query: dict[str, str]) -> None:
    _, _, page = stage
    async with page.session.get("/api/messages", params=query) as response:
        assert response.status == 400
        assert (await response.json())["error"]


async def test_the_inbox_of_whoever_is_played(tmp_path: Path) -> None:
    world = World()
    await world.start()
    for number, to in enumerate(("alice.jansen@fabrikam.example", "gus.taylor@adatum.example", "alice.jansen@fabrikam.example")):
        mail = Mail(id=f"m{number}", sender=cast.NOTICES.upn, to=(to,), subject=f"No. {number}", content_type="html", content="<p>Hi</p>",
                    saved=False, app_id="", at=1_800_000_000 + number)  # fmt: skip
        world.entra.mails.append(mail)
    runner, url = await _serve(demo_app(world.teams, world.entra.url, tmp_path))
    async with aiohttp.ClientSession(base_url=url) as session:
        page, alice = Page(session, URL(url).port or 0), cast.person("Alice Jansen")
        inbox = await page.get("/api/mail", **{"as": alice.upn})
        assert (inbox["address"], inbox["unread"], [mail["id"] for mail in inbox["mails"]]) == (alice.mail, 2, ["m2", "m0"])
        first = {"id": "m2", "from": cast.NOTICES.upn, "subject": "No. 2", "type": "html", "content": "<p>Hi</p>", "unread": True}
        assert inbox["mails"][0] == first | {"time": 1_800_000_002}
        await page.post("/api/mail/read", {"as": alice.upn, "mail": "m2"})
        assert [mail["unread"] for mail in (await page.get("/api/mail", **{"as": alice.upn}))["mails"]] == [False, True]
        guest = cast.person("Gus Taylor (Adatum)").upn
        assert [mail["id"] for mail in (await page.get("/api/mail", **{"as": guest}))["mails"]] == ["m1"]
        await world.entra.stop()
        async with page.session.get("/api/mail", params={"as": alice.upn}) as response:
            assert (response.status, "does not answer" in (await response.json())["error"]) == (400, True)
    await runner.cleanup()
    await world.stop()

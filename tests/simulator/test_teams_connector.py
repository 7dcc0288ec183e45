"""Every rule of the Bot Connector: what it accepts, and how it refuses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from simulator.teams import mri
from simulator.teams.identity import personal_chat_id
from simulator.teams.threads import Event
from tests.simulator.teams_bot import TEXT, Stage, card, card_activity, running

HANNA, SAM, ALICE = cast.person("Hanna Visser"), cast.person("Sam Okafor"), cast.person("Alice Jansen")
CHAT = personal_chat_id(HANNA)
HELPDESK, LOG = cast.CHANNELS[0], cast.CHANNELS[1]
BOT = {"id": f"28:{cast.BOT_APP_ID}"}
MENTION = {"type": "mention", "text": "<at>A</at>", "mentioned": {"id": "29:a", "name": "A"}}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as both:
        yield both


def refused(answer: tuple[int, Any, dict[str, str]], status: int, code: str) -> None:
    assert answer[0] == status, answer
    assert answer[1]["error"]["code"] == code
    assert answer[1]["error"]["message"]


async def test_send_update_delete(stage: Stage) -> None:
    teams, bot = stage
    status, body, _ = await bot.send(CHAT, TEXT)
    assert status == 201
    assert re.fullmatch(r"\d{13}", body["id"])
    message = teams.thread(HANNA)[0]
    assert (message.id, message.text, message.by_bot, message.edited) == (body["id"], "hello", True, False)
    status, updated, _ = await bot.update(CHAT, message.id, {"type": "message", "text": "bye"})
    assert (status, updated) == (200, {"id": message.id})
    assert (message.text, message.edited) == ("bye", True)
    assert (await bot.delete(CHAT, message.id))[0] == 200
    assert (message.deleted, message.text) == (True, "")
    assert [(s.method, s.id) for s in teams.sent] == [("send", message.id), ("update", message.id), ("delete", message.id)]
    assert teams.sent[0].activity == TEXT


async def test_ids_increase_even_within_a_millisecond() -> None:
    async with running(clock=lambda: 1_800_000_000.0) as (_, bot):
        ids = [await bot.sent(CHAT, TEXT) for _ in range(3)]
    assert ids == ["1800000000000", "1800000000001", "1800000000002"]


async def test_a_reply_goes_to_the_thread_it_answers(stage: Stage) -> None:
    teams, bot = stage
    root = await teams.say(HANNA, "hi", HELPDESK)
    status, body, _ = await bot.call("POST", f"conversations/{HELPDESK.id}/activities/{root.id}", TEXT)
    assert status == 201
    assert [m.id for m in teams.thread((HELPDESK, root.id))] == [root.id, body["id"]]
    assert teams.thread(HELPDESK)[-1].reply_to_id == root.id
    other = await teams.say(HANNA, "hi")
    refused(await bot.call("POST", f"conversations/{HELPDESK.id}/activities/{other.id}", TEXT), 404, "ActivityNotFoundInConversation")


async def test_a_reply_to_an_invoke_or_event_id_is_accepted(stage: Stage) -> None:
    _, bot = stage
    assert (await bot.call("POST", f"conversations/{CHAT}/activities/f:3b0e", TEXT))[0] == 201


async def test_a_post_to_a_bare_channel_starts_a_thread(stage: Stage) -> None:
    teams, bot = stage
    first = await bot.sent(HELPDESK.id, TEXT)
    await bot.sent(f"{HELPDESK.id};messageid={first}", TEXT)
    assert [m.thread for m in teams.thread(HELPDESK)] == [first, first]


async def test_create_personal_chat(stage: Stage) -> None:
    """With somebody who has the app, by either id; the tenant may stand in either place."""
    teams, bot = stage
    tenants = ({"tenantId": cast.TENANT_ID}, {"channelData": {"tenant": {"id": cast.TENANT_ID}}})
    asked = [
        {"bot": BOT, "isGroup": False, "members": [{"id": member}], **tenant} for member in (mri(ALICE), ALICE.id) for tenant in tenants
    ]
    refused(await bot.call("POST", "conversations", asked[0]), 403, "BadArgument")
    teams.threads.absent_code = "ForbiddenOperationException"
    refused(await bot.call("POST", "conversations", asked[-1]), 403, "ForbiddenOperationException")
    refused(await bot.send(personal_chat_id(ALICE), TEXT), 403, "BotNotInConversationRoster")
    teams.install_for(ALICE)
    for creation in asked:
        status, body, _ = await bot.call("POST", "conversations", creation)
        assert (status, body["id"]) == (201, personal_chat_id(ALICE))
        assert body["serviceUrl"] == teams.service_url
    await bot.sent(body["id"], TEXT)
    assert teams.thread(ALICE)[0].text == "hello"


async def test_create_channel_thread(stage: Stage) -> None:
    teams, bot = stage
    status, body, _ = await bot.call(
        "POST", "conversations", {"isGroup": True, "bot": BOT, "channelData": {"channel": {"id": LOG.id}}, "activity": TEXT}
    )
    assert status == 201
    assert body["id"] == f"{LOG.id};messageid={body['activityId']}"
    assert teams.thread(LOG)[0].id == body["activityId"]
    assert teams.sent[0].conversation == body["id"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"members": [], "tenantId": "t"}, 400, "BadSyntax"),
        ({"tenantId": "t"}, 400, "BadSyntax"),
        ({"members": [{"id": mri(ALICE)}, {"id": mri(HANNA)}], "tenantId": "t"}, 400, "BadSyntax"),
        ({"isGroup": True, "members": [{"id": mri(ALICE)}], "tenantId": "t"}, 400, "BadSyntax"),
        ({"members": [{"id": mri(ALICE)}]}, 400, "BadSyntax"),
        ({"members": [{"id": "29:nobody"}], "tenantId": "t"}, 400, "BadArgument"),
        ({"members": [{"id": "alice@fabrikam.example"}], "tenantId": "t"}, 400, "BadArgument"),
        ({"members": [{"id": mri(ALICE)}], "tenantId": "t", "bot": {"id": "28:other"}}, 400, "BadArgument"),
        ({"channelData": {"channel": {"id": LOG.id}}}, 400, "BadSyntax"),
        ({"channelData": {"channel": {"id": "19:none@thread.tacv2"}}, "activity": TEXT}, 404, "ConversationNotFound"),
        ({"channelData": {"channel": {"id": LOG.id}}, "activity": {"type": "message"}}, 400, "BadSyntax"),
        ({"channelData": {"channel": {"id": LOG.id}}, "activity": "hello"}, 400, "BadSyntax"),
    ],
)
async def test_creations_that_are_refused(stage: Stage, body: Any, status: int, code: str) -> None:
    _, bot = stage
    refused(await bot.call("POST", "conversations", body), status, code)


async def test_unknown_conversation_and_thread(stage: Stage) -> None:
    _, bot = stage
    refused(await bot.send("a:nobody", TEXT), 404, "ConversationNotFound")
    refused(await bot.send(f"{HELPDESK.id};messageid=1700000000000", TEXT), 404, "ConversationNotFound")


async def test_not_in_the_roster(stage: Stage) -> None:
    teams, bot = stage
    sent = await bot.sent(CHAT, TEXT)
    await teams.uninstall(by=HANNA)
    refused(await bot.send(CHAT, TEXT), 403, "BotNotInConversationRoster")
    refused(await bot.update(CHAT, sent, TEXT), 403, "BotNotInConversationRoster")
    refused(await bot.call("GET", f"conversations/{CHAT}/members"), 403, "BotNotInConversationRoster")
    creation = {"members": [{"id": mri(HANNA)}], "tenantId": cast.TENANT_ID}
    refused(await bot.call("POST", "conversations", creation), 403, "BadArgument")


async def test_updates_of_what_is_not_there(stage: Stage) -> None:
    teams, bot = stage
    sent = await bot.sent(CHAT, TEXT)
    refused(await bot.update(CHAT, "1700000000000", TEXT), 404, "ActivityNotFoundInConversation")
    refused(await bot.update(personal_chat_id(SAM), sent, TEXT), 404, "ActivityNotFoundInConversation")
    refused(await bot.delete(CHAT, "1700000000000"), 404, "ActivityNotFoundInConversation")
    await bot.delete(CHAT, sent)
    refused(await bot.update(CHAT, sent, TEXT), 403, "ServiceError")
    persons = await teams.say(HANNA, "mine")
    refused(await bot.update(CHAT, persons.id, TEXT), 403, "ForbiddenOperationException")
    assert persons.text == "mine"


async def test_size_is_counted_in_utf16(stage: Stage) -> None:
    _, bot = stage
    assert (await bot.send(CHAT, {"type": "message", "text": "x" * 51_000}))[0] == 201
    refused(await bot.send(CHAT, {"type": "message", "text": "x" * 51_300}), 413, "MessageSizeTooBig")


async def test_content_type_and_json(stage: Stage) -> None:
    _, bot = stage
    path = f"conversations/{CHAT}/activities"
    refused(await bot.call("POST", path, data=b"{}", headers={"Content-Type": "text/plain"}), 415, "UnsupportedMediaType")
    for raw in (b"{", b"", b"[]", b'"text"', b"null"):
        refused(await bot.call("POST", path, data=raw, headers={"Content-Type": "application/json"}), 400, "BadSyntax")


@pytest.mark.parametrize(
    "activity",
    [
        {},
        {"type": "dance"},
        {"type": "message"},
        {"type": "message", "text": 5},
        {"type": "message", "attachments": {}},
        {"type": "message", "attachments": [{}]},
        {"type": "message", "text": "x", "entities": "mention"},
        card_activity(card(), "application/json"),
        card_activity(None),
        card_activity({"type": "Card", "version": "1.5"}),
        card_activity(card(version="1.6")),
        card_activity(card(version="2")),
        card_activity(card(version=1.5)),
        card_activity({"type": "AdaptiveCard"}),
        card_activity(card(refresh={"userIds": [f"29:{n}" for n in range(61)]})),
        card_activity(card(refresh="yes")),
        card_activity(card(msteams={"entities": [MENTION]})),
        {"type": "message", "text": "hi A", "entities": [MENTION]},
        {"type": "message", "text": "<at>A</at>", "entities": [{"type": "mention", "text": "<at>A</at>", "mentioned": {"id": "29:a"}}]},
    ],
)
async def test_activities_teams_cannot_show(stage: Stage, activity: dict[str, Any]) -> None:
    teams, bot = stage
    refused(await bot.send(CHAT, activity), 400, "BadSyntax")
    sent = await bot.sent(CHAT, TEXT)
    refused(await bot.update(CHAT, sent, activity), 400, "BadSyntax")
    assert [m.text for m in teams.thread(HANNA)] == ["hello"]


@pytest.mark.parametrize(
    "activity",
    [
        card_activity(card("confirm")),
        card_activity(card(version="1.4")),
        card_activity(card(refresh={"userIds": [f"29:{n}" for n in range(60)], "action": {}})),
        card_activity(card(body=[{"type": "TextBlock", "text": "<at>A</at>"}], msteams={"entities": [MENTION]})),
        {"type": "message", "text": "<at>A</at>", "entities": [MENTION]},
    ],
)
async def test_activities_teams_can_show(stage: Stage, activity: dict[str, Any]) -> None:
    _, bot = stage
    await bot.sent(CHAT, activity)


async def test_typing_is_no_message(stage: Stage) -> None:
    teams, bot = stage
    events: list[Event] = []
    teams.threads.listeners.append(events.append)
    await bot.sent(CHAT, {"type": "typing"})
    assert [e.type for e in events] == ["typing"]
    assert teams.thread(HANNA) == []
    assert teams.sent == []


async def test_members(stage: Stage) -> None:
    teams, bot = stage
    status, members, _ = await bot.call("GET", f"conversations/{CHAT}/members")
    assert (status, members) == (
        200,
        [
            {
                "id": mri(HANNA),
                "name": "Hanna Visser",
                "givenName": "Hanna",
                "surname": "Visser",
                "email": HANNA.mail,
                "userPrincipalName": HANNA.upn,
                "aadObjectId": HANNA.id,
                "objectId": HANNA.id,
                "tenantId": cast.TENANT_ID,
                "userRole": "user",
            }
        ],
    )
    for key in (mri(HANNA), HANNA.id):
        assert (await bot.call("GET", f"conversations/{HELPDESK.id}/members/{key}"))[1]["userPrincipalName"] == HANNA.upn
    refused(await bot.call("GET", f"conversations/{HELPDESK.id}/members/{mri(ALICE)}"), 404, "MemberNotFoundInConversation")
    guest = cast.person("Gus Taylor (Adatum)")
    await teams.say(guest, "hello")  # which adds the app
    path = f"conversations/{personal_chat_id(guest)}/members/{guest.id}"
    assert (await bot.call("GET", path))[1]["userRole"] == "guest"
    teams.mark(HANNA, "guest")
    assert (await bot.call("GET", f"conversations/{CHAT}/members"))[1][0]["userRole"] == "guest"


async def test_members_come_in_pages(stage: Stage) -> None:
    teams, bot = stage
    group = teams.group_chat("All hands", cast.CROWD)
    path = f"conversations/{group}/pagedmembers"
    names, query = [], "?pageSize=50"
    sizes = []
    while True:
        _, page, _ = await bot.call("GET", path + query)
        names += [m["name"] for m in page["members"]]
        sizes.append(len(page["members"]))
        if "continuationToken" not in page:
            break
        query = f"?pageSize=50&continuationToken={page['continuationToken']}"
    assert sizes == [50, 50, 20]
    assert names == [m.name for m in cast.CROWD]
    assert len((await bot.call("GET", path + "?pageSize=2"))[1]["members"]) == 50
    refused(await bot.call("GET", path + "?pageSize=many"), 400, "BadSyntax")


async def test_team_and_channels(stage: Stage) -> None:
    _, bot = stage
    status, team, _ = await bot.call("GET", f"teams/{cast.TEAM_ID}")
    assert (status, team["name"], team["channelCount"], team["memberCount"]) == (200, "IT Service Desk", 4, len(cast.TEAM_MEMBERS))
    _, channels, _ = await bot.call("GET", f"teams/{cast.TEAM_ID}/conversations")
    assert channels["conversations"][0] == {"id": cast.TEAM_ID, "type": "standard"}
    assert [c["name"] for c in channels["conversations"][1:]] == ["Helpdesk", "Doorman log", "Approvals"]
    refused(await bot.call("GET", f"teams/{HELPDESK.id}"), 404, "ConversationNotFound")


async def test_targeted_messages(stage: Stage) -> None:
    teams, bot = stage
    only = "?isTargetedActivity=true"
    private = {**TEXT, "recipient": {"id": mri(HANNA)}}
    status, body, _ = await bot.send(HELPDESK.id, private, only)
    assert status == 201
    assert teams.threads.messages[body["id"]].private_to == HANNA
    refused(await bot.send(HELPDESK.id, TEXT, only), 400, "BadArgument")
    refused(await bot.send(HELPDESK.id, {**TEXT, "recipient": {"id": mri(ALICE)}}, only), 400, "BadArgument")
    refused(await bot.send(CHAT, private, only), 400, "BadArgument")
    refused(await bot.update(HELPDESK.id, body["id"], TEXT), 404, "ActivityNotFoundInConversation")
    refused(await bot.update(HELPDESK.id, body["id"] + only, private), 400, "BadArgument")
    assert (await bot.update(HELPDESK.id, body["id"] + only, TEXT))[0] == 200
    await teams.uninstall(HELPDESK, by=HANNA)
    refused(await bot.send(HELPDESK.id, private, only), 404, "BotNotInConversationRoster")


async def test_limits_of_a_thread() -> None:
    now = [1000.0]
    async with running(limits=True, limits_clock=lambda: now[0]) as (teams, bot):
        for _ in range(7):
            await bot.sent(CHAT, TEXT)
        answer = await bot.send(CHAT, TEXT)
        refused(answer, 429, "Throttled")
        assert answer[2]["Retry-After"] == "1"
        await bot.sent(personal_chat_id(SAM), TEXT)  # another thread has its own
        now[0] += 1.01
        await bot.sent(CHAT, TEXT)  # the eighth in two seconds
        assert (await bot.send(CHAT, TEXT))[0] == 429
        now[0] += 2
        for _ in range(52):  # up to sixty in thirty seconds
            now[0] += 0.4
            await bot.sent(CHAT, TEXT)
        answer = await bot.send(CHAT, TEXT)
        refused(answer, 429, "Throttled")
        assert answer[2]["Retry-After"] == "7"  # the first of the sixty leaves the window 30 s after it came; 23.81 s have passed
        now[0] += 7
        await bot.sent(CHAT, TEXT)
        assert len(teams.thread(HANNA)) == 61


async def test_reading_has_its_own_limit() -> None:
    async with running(limits=True, limits_clock=lambda: 1000.0) as (_, bot):
        statuses = [(await bot.call("GET", f"conversations/{CHAT}/members"))[0] for _ in range(15)]
        assert statuses == [200] * 14 + [429]
        await bot.sent(CHAT, TEXT)

"""What the bot receives when people act."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web

from simulator import cast
from simulator.teams import mri
from simulator.teams.identity import personal_chat_id
from tests.simulator.teams_bot import TEXT, Stage, card, card_activity, card_answer, running

HANNA, ALICE, SAM = cast.person("Hanna Visser"), cast.person("Alice Jansen"), cast.person("Sam Okafor")
HELPDESK = cast.CHANNELS[0]
BOT = f"28:{cast.BOT_APP_ID}"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as both:
        yield both


async def test_a_personal_message(stage: Stage) -> None:
    teams, bot = stage
    message = await teams.say(HANNA, "show alice")
    activity = bot.received[0]
    assert re.fullmatch(r"\d{13}", activity["id"])
    assert activity["id"] == message.id
    assert {name: activity[name] for name in ("type", "channelId", "serviceUrl", "locale", "text", "textFormat", "from", "recipient")} == {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": teams.url + "/emea/",
        "locale": "en-GB",
        "text": "show alice",
        "textFormat": "plain",
        "from": {"id": mri(HANNA), "name": "Hanna Visser", "aadObjectId": HANNA.id},
        "recipient": {"id": BOT, "name": "Doorman"},
    }
    assert activity["conversation"] == {"id": personal_chat_id(HANNA), "conversationType": "personal", "tenantId": cast.TENANT_ID}
    assert activity["channelData"] == {"tenant": {"id": cast.TENANT_ID}}
    assert activity["entities"] == [
        {"type": "clientInfo", "locale": "en-GB", "country": "NL", "platform": "Web", "timezone": "Europe/Amsterdam"}
    ]
    assert activity["attachments"] == [{"contentType": "text/html", "content": "<p>show alice</p>"}]
    assert datetime.fromisoformat(activity["timestamp"]) == datetime.fromisoformat(activity["localTimestamp"])
    assert message.delivered == 200


async def test_a_channel_message_mentions_the_bot_and_starts_a_thread(stage: Stage) -> None:
    teams, bot = stage
    message = await teams.say(HANNA, "show @Alice Jansen", HELPDESK, mentions=[ALICE])
    activity = bot.received[0]
    assert activity["text"] == "<at>Doorman</at> show <at>Alice Jansen</at>"
    mentions = [e for e in activity["entities"] if e["type"] == "mention"]
    assert [e["mentioned"] for e in mentions] == [{"id": BOT, "name": "Doorman"}, {"id": mri(ALICE), "name": "Alice Jansen"}]
    assert [e["text"] for e in mentions] == ["<at>Doorman</at>", "<at>Alice Jansen</at>"]
    assert activity["conversation"] == {
        "id": f"{HELPDESK.id};messageid={message.id}",
        "conversationType": "channel",
        "isGroup": True,
        "tenantId": cast.TENANT_ID,
    }
    data = activity["channelData"]
    assert (data["teamsChannelId"], data["channel"], data["team"]["id"]) == (HELPDESK.id, {"id": HELPDESK.id}, cast.TEAM_ID)
    assert activity["attachments"][0]["content"].count('itemtype="http://schema.skype.com/Mention"') == 2
    assert "replyToId" not in activity


async def test_a_reply_stays_in_its_thread(stage: Stage) -> None:
    teams, bot = stage
    root = await teams.say(HANNA, "first", HELPDESK)
    reply = await teams.say(SAM, "second", (HELPDESK, root.id))
    assert bot.received[1]["conversation"]["id"] == bot.received[0]["conversation"]["id"]
    assert bot.received[1]["replyToId"] == root.id
    await teams.say(SAM, "elsewhere", HELPDESK)
    assert teams.thread((HELPDESK, root.id)) == [root, reply]
    assert len(teams.thread(HELPDESK)) == 3


async def test_two_people_of_one_name_are_two_mentions(stage: Stage) -> None:
    teams, bot = stage
    first, second = cast.person("jan.de.vries@fabrikam.example"), cast.person("jan.devries2@fabrikam.example")
    await teams.say(HANNA, "compare @Jan de Vries @Jan de Vries", HELPDESK, mentions=[first, second])
    ids = [e["mentioned"]["id"] for e in bot.received[0]["entities"] if e["type"] == "mention"]
    assert ids == [BOT, mri(first), mri(second)]
    assert bot.received[0]["text"].count("<at>Jan de Vries</at>") == 2


async def test_html_in_a_message_is_escaped_beside_the_text(stage: Stage) -> None:
    teams, bot = stage
    await teams.say(HANNA, "<b>1 & 2</b>")
    assert bot.received[0]["text"] == "<b>1 & 2</b>"
    assert bot.received[0]["attachments"][0]["content"] == "<p>&lt;b&gt;1 &amp; 2&lt;/b&gt;</p>"


async def test_the_stranger_comes_from_another_tenant(stage: Stage) -> None:
    teams, bot = stage
    await teams.say(cast.STRANGER, "help")
    assert bot.received[0]["channelData"]["tenant"]["id"] == cast.OTHER_TENANT_ID
    assert bot.received[0]["conversation"]["tenantId"] == cast.OTHER_TENANT_ID


async def test_a_person_marked_as_bot_has_no_entra_id(stage: Stage) -> None:
    teams, bot = stage
    teams.mark(ALICE, "bot")
    await teams.say(ALICE, "help")
    assert bot.received[0]["from"] == {"id": f"28:{ALICE.id}", "name": "Alice Jansen", "role": "bot"}
    teams.mark(ALICE, None)
    await teams.say(ALICE, "help")
    assert bot.received[1]["from"]["aadObjectId"] == ALICE.id


async def test_an_edit_keeps_the_message_id(stage: Stage) -> None:
    teams, bot = stage
    message = await teams.say(HANNA, "show @Alice Jansen", HELPDESK, mentions=[ALICE])
    await teams.edit(HANNA, message.id, "help @Alice Jansen")
    edited = bot.received[1]
    assert (edited["type"], edited["id"], edited["channelData"]["eventType"]) == ("messageUpdate", message.id, "editMessage")
    assert edited["text"] == "<at>Doorman</at> help <at>Alice Jansen</at>"
    assert edited["conversation"] == bot.received[0]["conversation"]
    assert (message.text, message.edited) == (edited["text"], True)
    with pytest.raises(ValueError, match="not Sam Okafor's"):
        await teams.edit(SAM, message.id, "mine")


async def test_an_execute_is_an_invoke_with_the_inputs_merged(stage: Stage) -> None:
    teams, bot = stage
    root = await teams.say(HANNA, "set", HELPDESK)
    card_id = await bot.sent(root.conversation_id, card_activity(card("confirm")))
    bot.answer = lambda _: card_answer(card())
    await teams.press(SAM, card_id, "confirm", {"ticket": "INC1"})
    invoke = bot.received[-1]
    assert (invoke["type"], invoke["name"], invoke["replyToId"]) == ("invoke", "adaptiveCard/action", card_id)
    assert invoke["value"] == {
        "trigger": "manual",
        "action": {"type": "Action.Execute", "title": "confirm", "verb": "confirm", "data": {"operation": "7Q2F", "ticket": "INC1"}},
    }
    assert invoke["from"]["aadObjectId"] == SAM.id
    assert invoke["conversation"]["id"] == root.conversation_id
    assert invoke["channelData"]["source"] == {"name": "message"}
    assert invoke["id"] != card_id


async def test_a_submit_is_a_message_with_a_value(stage: Stage) -> None:
    teams, bot = stage
    shown = card(actions=[{"type": "Action.Submit", "data": {"verb": "confirm", "operation": "7Q2F"}}])
    card_id = await bot.sent(personal_chat_id(HANNA), card_activity(shown))
    answer = await teams.press(HANNA, card_id, "confirm", {"reason": "lost"}, style="submit")
    submitted = bot.received[-1]
    assert answer.status == 200
    assert (submitted["type"], submitted["replyToId"]) == ("message", card_id)
    assert submitted["value"] == {"verb": "confirm", "operation": "7Q2F", "reason": "lost"}
    assert "text" not in submitted


async def test_install_and_uninstall(stage: Stage) -> None:
    teams, bot = stage
    await teams.uninstall(HELPDESK, by=SAM)
    await teams.install(HELPDESK, by=SAM)
    assert [a["type"] for a in bot.received] == ["conversationUpdate", "installationUpdate", "installationUpdate", "conversationUpdate"]
    removed, remove, add, added = bot.received
    assert removed["membersRemoved"] == added["membersAdded"] == [{"id": BOT}]
    assert (remove["action"], add["action"]) == ("remove", "add")
    assert added["channelData"]["eventType"] == "teamMemberAdded"
    assert add["channelData"]["settings"] == {"selectedChannel": {"id": HELPDESK.id}}
    assert add["from"] == {"id": mri(SAM), "aadObjectId": SAM.id}


async def test_nobody_talks_where_the_app_is_not(stage: Stage) -> None:
    teams, bot = stage
    await teams.uninstall(by=HANNA)
    with pytest.raises(ValueError, match="not installed"):
        await teams.say(HANNA, "hello?")
    await teams.install(by=HANNA)
    assert {m["id"] for m in bot.received[-1]["membersAdded"]} == {BOT, mri(HANNA)}
    await teams.say(HANNA, "hello!")


async def test_a_group_chat(stage: Stage) -> None:
    teams, bot = stage
    group = teams.group_chat("Shift", [HANNA, SAM])
    await teams.say(SAM, "help", group)
    assert bot.received[0]["conversation"] == {"id": group, "conversationType": "groupChat", "isGroup": True, "tenantId": cast.TENANT_ID}
    assert bot.received[0]["text"] == "<at>Doorman</at> help"
    status, members, _ = await bot.call("GET", f"conversations/{group}/members")
    assert status == 200
    assert [m["name"] for m in members] == ["Hanna Visser", "Sam Okafor"]


async def test_wait_for_sees_what_is_there_and_what_comes(stage: Stage) -> None:
    teams, bot = stage
    chat = personal_chat_id(HANNA)

    async def echo(activity: dict[str, Any]) -> web.Response:
        await bot.sent(activity["conversation"]["id"], TEXT)
        return web.Response()

    bot.answer = echo
    await teams.say(HANNA, "hi", wait=False)
    answer = await teams.wait_for(lambda m: m.by_bot)
    assert answer is await teams.wait_for(lambda m: m.by_bot and m.conversation == chat)
    with pytest.raises(TimeoutError, match="'hello'"):
        await teams.wait_for(lambda m: m.text == "never", timeout=0.01)

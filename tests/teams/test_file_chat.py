"""Files in the chat: what reaches the services when people drop and allow them, and what people see of those that are offered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.domain.incoming import CardAction, FileConsent, FileKind, IncomingFile, IncomingMessage, Verb
from bot.domain.people import Actor
from bot.domain.personal import PersonalChat
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import FileOffered, FileStored, Help, Reply
from bot.domain.stop import GO, Stop
from bot.errors import Refusal
from bot.languages import Readers
from bot.services.personal_chats import PersonalChats
from bot.services.posted import Posted
from bot.teams import handler as handler_module
from bot.teams.adapter import TeamsAdapter
from bot.teams.attachments import file_name
from bot.teams.endpoint import MessagesEndpoint
from bot.teams.files import OneDriveFiles
from bot.teams.handler import DoormanHandler
from bot.teams.inbound import MOST_FILES
from bot.teams.outbound import Connector
from simulator import cast
from simulator.teams import Teams
from simulator.teams.identity import personal_chat_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANNA, SAM = cast.person("Hanna Visser"), cast.person("Sam Okafor")
HELPDESK = cast.CHANNELS[0]
CHAT = personal_chat_id(HANNA)
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
RESULT = FileOffered(FileKind.RESULT, "7Q2F", "result 7Q2F.csv", "Every row of 7Q2F and what became of it.", 12)


class Places:
    """The store, as far as it knows where cards stand, and whose chats are known."""

    def __init__(self) -> None:
        self.cards: dict[tuple[str, str], str] = {}
        self.chats: dict[str, PersonalChat] = {}

    async def seen(self, chat: PersonalChat) -> None:
        self.chats[chat.reader.id] = chat

    async def set_posted_cards(self, cards: Mapping[tuple[str, str], str], at: datetime) -> None:
        self.cards.update(cards)

    async def card_gone(self, name: str, conversation_id: str) -> None:
        self.cards[name, conversation_id] = ""

    async def posted_card(self, name: str, conversation_id: str) -> str:
        return self.cards.get((name, conversation_id), "")


class Desk:
    """The services and their turns, as far as the border is concerned: they answer as a test says, and note what they were told."""

    def __init__(self) -> None:
        self.messages: list[IncomingMessage] = []
        self.actions: list[CardAction] = []
        self.consents: list[FileConsent] = []
        self.reply: Reply | None = RESULT
        self.posted = Posted(Places(), lambda: datetime.now(UTC))  # type: ignore[arg-type]
        self.hand_over: Callable[[FileConsent], Awaitable[Reply | None]] = self._nothing

    def answering(self, _: str) -> AbstractContextManager[None]:
        return nullcontext()

    async def _nothing(self, _: FileConsent) -> Reply | None:
        return None

    async def message(self, message: IncomingMessage) -> Reply | None:
        self.messages.append(message)
        return self.reply

    async def action(self, action: CardAction) -> Reply | None:
        self.actions.append(action)
        return self.reply

    async def file(self, consent: FileConsent) -> Reply | None:
        self.consents.append(consent)
        return await self.hand_over(consent)

    async def stop(self, _: Actor) -> Stop:
        return GO

    def answered(self, _: str) -> None:
        return None


class Chat:
    """Teams, the bot's border and the services behind it."""

    def __init__(self, teams: Teams, desk: Desk, files: OneDriveFiles) -> None:
        self.teams, self.desk, self.files = teams, desk, files

    def said(self) -> list[Any]:
        """What stands in Hanna's chat from the bot."""
        return [message for message in self.teams.thread(CHAT) if message.by_bot and not message.deleted]

    async def offer(self, reply: FileOffered = RESULT) -> str:
        """The bot offers a file; id of the message."""
        self.desk.reply = reply
        assert (await self.teams.say(HANNA, "bulk result")).delivered == 200
        return str(self.said()[-1].id)

    def keep(self, content: bytes) -> None:
        """From now on whoever allows a file gets this one."""

        async def parts() -> AsyncIterator[bytes]:
            yield content

        async def hand_over(consent: FileConsent) -> Reply | None:
            if not consent.accepted:
                return None
            try:
                await self.files.upload(consent.upload_url, parts(), len(content))
            except Refusal as refusal:
                return Remark(refusal.text, refusal.hint, Tone.REFUSED)
            return FileStored(consent.name, consent.content_url, consent.unique_id, consent.file_type)

        self.desk.hand_over = hand_over


@pytest_asyncio.fixture(loop_scope="module")
async def chat() -> AsyncIterator[Chat]:
    teams, desk = Teams(limits=False), Desk()
    await teams.start()
    host = teams.url.removeprefix("http://")

    async def token(*, refused: str = "") -> str:
        return "token"

    async with aiohttp.ClientSession() as session:
        connector, readers, files = Connector(session, token, (host,)), Readers("en"), OneDriveFiles((host,))
        known = PersonalChats(Places(), lambda: datetime.now(UTC))  # type: ignore[arg-type]
        handler = DoormanHandler(desk, desk, connector, Help(()), cast.TENANT_ID, readers, known)  # type: ignore[arg-type]
        endpoint = MessagesEndpoint(TeamsAdapter(), handler, connector, None, (host,), cast.TENANT_ID, readers)
        app = web.Application()
        app.router.add_post("/api/messages", endpoint.post)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        teams.bot_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        yield Chat(teams, desk, files)
        await handler.close()
        await known.close()
        await files.close()
        await runner.cleanup()
    assert teams.client_errors == []
    await teams.stop()


# ── dropped ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_dropped_file_is_known_by_name_and_can_be_read(chat: Chat) -> None:
    await chat.teams.drop(HANNA, "new phones.csv", b"user,mobile\n", "bulk dry run", single_use=True)
    message = chat.desk.messages[0]
    assert (message.text, message.where.kind, [file.name for file in message.files]) == ("bulk dry run", "personal", ["new phones.csv"])
    got = await chat.files.download(message.files[0].url, 100)
    assert got.path.read_bytes() == b"user,mobile\n"
    got.path.unlink()


async def test_several_files_and_no_word(chat: Chat) -> None:
    await chat.teams.drop(HANNA, "0.csv", b"0", also=[(f"{number}.csv", b"x") for number in range(1, 9)])
    assert chat.desk.messages[0].text == ""
    assert [file.name for file in chat.desk.messages[0].files] == [f"{number}.csv" for number in range(MOST_FILES)]


async def test_elsewhere_there_are_no_files_not_even_forged_ones(chat: Chat) -> None:
    await chat.teams.drop(HANNA, "a.csv", b"1", "bulk", HELPDESK)
    forged = chat.teams.compose(HANNA, "bulk", HELPDESK)
    forged["attachments"] = [{"contentType": DOWNLOAD, "name": "a.csv", "content": {"downloadUrl": "https://x.sharepoint.com/"}}]
    assert (await chat.teams.post(forged))[0] == 200
    assert [message.files for message in chat.desk.messages] == [(), ()]


@pytest.mark.parametrize(("attachment", "file"), [
    ({"name": "../../etc/pass\x00wd\n.csv", "content": {"downloadUrl": "https://a.example/"}}, ("pass\ufffdwd .csv", "https://a.example/")),
    ({"name": "C:\\files\\x.csv", "content": {"downloadUrl": 7}}, ("x.csv", "")),
    ({"name": "x" * 9000 + ".csv", "content": {"downloadUrl": "https://a.example/" + "x" * 9000}}, ("x" * 251 + ".csv", "")),
    ({"content": {"downloadUrl": "https://a.example/\r\nX: y"}}, ("", "")),
    ({"name": "a.csv", "content": "https://a.example/"}, ("a.csv", "")),
    ({"name": "a.csv", "content": {}}, ("a.csv", "")),
    ({"name": "a.csv", "content": {"downloadUrl": "https://\u00e9.example/"}}, ("a.csv", "")),
])  # fmt: skip
async def test_what_a_client_says_of_a_file_is_cleaned(chat: Chat, attachment: dict[str, Any], file: tuple[str, str]) -> None:
    forged = chat.teams.compose(HANNA, "bulk")
    forged["attachments"].append({"contentType": DOWNLOAD, **attachment})
    assert (await chat.teams.post(forged))[0] == 200
    assert chat.desk.messages[0].files == (IncomingFile(*file),)


# ── offered ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_offered_file_is_asked_about_as_teams_does(chat: Chat) -> None:
    await chat.offer(FileOffered(FileKind.PREVIEW, "7Q2F", "what/would: happen.csv", "Call +31 6 12345678 <at>you</at> *now*", 0))
    (card,) = chat.said()[-1].attachments
    assert (card["contentType"], card["name"]) == (CONSENT, "what_would_ happen.csv")
    assert card["content"]["acceptContext"] == card["content"]["declineContext"] == {"kind": "preview", "id": "7Q2F"}
    assert card["content"]["sizeInBytes"] == 1
    assert "12345678" not in card["content"]["description"]
    assert not {"<", "*"} & set(card["content"]["description"])


async def test_allow_puts_the_file_into_onedrive_and_shows_it(chat: Chat) -> None:
    message_id = await chat.offer()
    chat.keep(b"user;outcome")
    answer = await chat.teams.consent(HANNA, message_id)
    assert (answer.status, answer.error) == (200, None)
    (stored,) = chat.teams.files.stored
    assert (stored.owner, stored.name, stored.content) == (HANNA, "result 7Q2F.csv", b"user;outcome")
    (shown,) = chat.said()  # the offer is gone
    assert shown.attachments == [{"contentType": INFO, "name": stored.name, "contentUrl": stored.url,
                                  "content": {"uniqueId": stored.unique_id, "fileType": "csv"}}]  # fmt: skip
    consent = chat.desk.consents[0]
    assert (consent.kind, consent.id, consent.accepted, consent.card_id, consent.actor.id) == (
        FileKind.RESULT, "7Q2F", True, message_id, HANNA.id)  # fmt: skip


async def test_decline_takes_the_offer_away(chat: Chat) -> None:
    message_id = await chat.offer()
    await chat.teams.consent(HANNA, message_id, accept=False)
    assert chat.said() == []
    assert (chat.desk.consents[0].accepted, chat.desk.consents[0].upload_url) == (False, "")


async def test_an_offer_that_came_to_nothing_stays_and_may_be_pressed_again(chat: Chat) -> None:
    message_id = await chat.offer()
    chat.keep(b"user;outcome")
    chat.teams.files.faults.add(404, conversation="upload")
    await chat.teams.consent(HANNA, message_id)
    assert chat.said()[0].id == message_id
    assert "no longer waits" in str(chat.said()[1].card())
    chat.teams.files.faults.clear()
    await chat.teams.consent(HANNA, message_id)
    assert [file.content for file in chat.teams.files.stored] == [b"user;outcome"]


async def test_a_long_upload_does_not_keep_teams_waiting_and_a_second_press_starts_no_other(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()

    async def slow(consent: FileConsent) -> Reply | None:
        await asyncio.wait_for(go.wait(), 10)
        return FileStored("result.csv", "https://x.example/result.csv", "1", "csv")

    monkeypatch.setattr(handler_module, "HAND_OVER_SECONDS", 0.05)
    message_id = await chat.offer()
    chat.desk.hand_over = slow
    for _ in range(2):
        assert (await chat.teams.consent(HANNA, message_id)).status == 200
    assert len(chat.desk.consents) == 1
    go.set()
    await chat.teams.wait_for(lambda message: message.deleted and message.id == message_id)
    assert [message.attachments[0]["contentType"] for message in chat.said()] == [INFO]


async def test_a_defect_is_an_incident_and_no_silence(chat: Chat) -> None:
    async def broken(consent: FileConsent) -> Reply | None:
        raise RuntimeError("secret")

    message_id = await chat.offer()
    chat.desk.hand_over = broken
    assert (await chat.teams.consent(HANNA, message_id)).status == 200
    said = str(chat.said()[-1].card())
    assert "incident" in said
    assert "secret" not in said


@pytest.mark.parametrize("accept", [True, False])
async def test_an_answer_deletes_its_own_offer_whatever_message_it_names(chat: Chat, accept: bool) -> None:
    chat.desk.reply = Remark("Ready")
    await chat.teams.say(HANNA, "help")
    other = chat.said()[-1].id
    message_id = await chat.offer()
    chat.keep(b"user;outcome")
    value = chat.teams._consent_value(HANNA, chat.teams.threads.messages[message_id], accept)
    assert (await chat.teams.consent(HANNA, other, value=value)).status == 200
    await chat.teams.wait_for(lambda message: message.deleted and message.id == message_id)
    assert other in [message.id for message in chat.said()]
    said = len(chat.said())
    await chat.teams.consent(HANNA, other, value=value)  # and once it is gone nothing else is deleted for it
    assert other in [message.id for message in chat.said()]
    assert len(chat.said()) == said + accept


VALUE = {
    "type": "fileUpload",
    "action": "accept",
    "context": {"kind": "result", "id": "7Q2F"},
    "uploadInfo": {"uploadUrl": "https://x.example/"},
}
FORGED: tuple[Any, ...] = (
    None,
    "accept",
    {},
    VALUE | {"type": "other"},
    VALUE | {"action": "both"},
    VALUE | {"action": ["accept"]},
    VALUE | {"context": None},
    VALUE | {"context": {"kind": "secret", "id": "7Q2F"}},
    VALUE | {"context": {"kind": ["result"], "id": "7Q2F"}},
    VALUE | {"context": {"kind": "result", "id": "7Q2F' OR 1"}},
    VALUE | {"context": {"kind": "result", "id": 7}},
    VALUE | {"context": {"kind": "result", "id": "A" * 13}},
    VALUE | {"context": {"kind": "result"}},
)


@pytest.mark.parametrize("value", FORGED)
async def test_a_forged_consent_gets_a_sentence_and_no_further(chat: Chat, value: Any) -> None:
    message_id = await chat.offer()
    if value is None:
        activity = chat.teams.compose(HANNA, "") | {"type": "invoke", "name": "fileConsent/invoke"}
        assert (await chat.teams.post(activity))[0] == 200
    else:
        assert (await chat.teams.consent(HANNA, message_id, value=value)).status == 200
    assert chat.desk.consents == []
    assert "do not know this button" in str(chat.said()[-1].card())


@pytest.mark.parametrize("info", [None, [], "x", {"uploadUrl": 5}, {"uploadUrl": "https://evil.example/u"}, {"uploadUrl": "http://[::1/"}])
async def test_a_forged_place_is_refused_and_nothing_is_sent_there(chat: Chat, info: Any) -> None:
    message_id = await chat.offer()
    chat.keep(b"user;outcome")
    await chat.teams.consent(HANNA, message_id, value=VALUE | {"uploadInfo": info})
    assert "not allowed to use" in str(chat.said()[-1].card())
    assert chat.teams.files.requests == []


async def test_a_consent_in_a_channel_is_none(chat: Chat) -> None:
    activity = chat.teams.compose(HANNA, "x", HELPDESK) | {"type": "invoke", "name": "fileConsent/invoke", "value": VALUE}
    assert (await chat.teams.post(activity))[0] == 200
    assert chat.desk.consents == []


async def test_in_a_channel_a_file_is_offered_in_ones_own_chat(chat: Chat) -> None:
    await chat.teams.say(HANNA, "bulk result", HELPDESK)
    assert "The file is in our own chat" in str(chat.teams.thread(HELPDESK)[-1].card())
    assert chat.teams.thread(HELPDESK)[-1].attachments[0]["contentType"] != CONSENT
    assert chat.said()[-1].attachments[0]["contentType"] == CONSENT


async def test_a_stored_file_without_an_address_is_told_all_the_same(chat: Chat) -> None:
    chat.desk.reply = FileStored("result.csv", "", "1", "csv")
    await chat.teams.say(HANNA, "x")
    assert "“result.csv” is in your OneDrive now." in str(chat.said()[-1].card())


async def test_a_button_that_asks_for_a_file_gets_it_below_its_card(chat: Chat) -> None:
    chat.desk.reply = Remark("Ready")
    await chat.teams.say(HANNA, "bulk")
    card = chat.said()[-1]
    for style, value in (("execute", {"type": "Action.Execute", "verb": Verb.RESULT, "data": {"id": "7Q2F"}}),
                         ("submit", {"verb": Verb.RESULT, "id": "7Q2F"})):  # fmt: skip
        chat.desk.reply = RESULT
        answer = await chat.teams.press(HANNA, card.id, "", style=style, action=value)
        assert answer.error is None
        assert chat.said()[-1].attachments[0]["contentType"] == CONSENT
    assert chat.teams.card(card.id) == card.card()
    channel, offered = (await chat.teams.say(HANNA, "x", HELPDESK)).id, len(chat.said())
    pressed = await chat.teams.press(HANNA, channel, "", action={"type": "Action.Execute", "verb": Verb.RESULT, "data": {"id": "7Q2F"}})
    assert "The file is in our own chat" in (pressed.message or "")
    assert [each.attachments[0]["contentType"] for each in chat.said()[offered:]] == [CONSENT]


@pytest.mark.parametrize(("name", "kept"), [
    ("a.csv", "a.csv"), ("a/b\\c:d.csv", "a_b_c_d.csv"), (" .. ", "file"), ("", "file"), ("x" * 300 + ".csv", "x" * 251 + ".csv"),
    ("a\n.csv", "a_.csv")])  # fmt: skip
async def test_names_that_onedrive_takes(name: str, kept: str) -> None:
    assert file_name(name) == kept

"""Mentions as Teams clients send them: the bot's cut out exactly, people's turned into accounts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.commands.grammar.cleaning import normalise
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, ConversationRef
from bot.domain.incoming import IncomingMessage
from bot.teams import inbound
from bot.teams.activity import activity_from
from bot.teams.inbound import MENTIONS_LOOKED_UP, unread_message
from bot.teams.outbound import Connector
from simulator import cast
from tests.desk import HANNA, HELPDESK, OSCAR
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADA = cast.person("Ada Admin")
BOT, ANN, BEN = "28:bot", "29:ann", "29:ben"
IDS = {ANN: "id-of-ann", BEN: "id-of-ben"}


def mention(text: Any, who: str = BOT, name: str = "") -> dict[str, Any]:
    return {"type": "mention", "text": text, "mentioned": {"id": who, "name": name}}


async def who_is(_: ConversationRef, user_id: str) -> str:
    return IDS.get(user_id, "")


async def read(text: str, *entities: dict[str, Any], ask: inbound.WhoIs = who_is) -> IncomingMessage:
    body = {
        "type": "message",
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": "https://x/",
        "from": {"id": "29:x"},
        "recipient": {"id": BOT},
        "conversation": {"id": "a:1", "conversationType": "personal"},
        "text": text,
        "entities": list(entities),
    }
    message = unread_message(activity_from(body), ask)
    return await message.read() if message.read else message


def seen(message: IncomingMessage) -> str:
    """The text as the parser gets it, with mentions as [name=object id]."""
    text = normalise(message.text)
    for number, one in enumerate(message.mentions):
        text = text.replace(f"{MENTION_OPEN}{number}{MENTION_CLOSE}", f"[{one.name}={one.object_id}]")
    assert MENTION_OPEN not in text
    return text


AT = "<at>Doorman</at>"
CASES: dict[str, tuple[str, list[dict[str, Any]], str]] = {
    "at the start": (f"{AT} show alice", [mention(AT)], "show alice"),
    "at the end": (f"show alice {AT}", [mention(AT)], "show alice"),
    "without a blank": (f"{AT}show alice", [mention(AT)], "show alice"),
    "twice": (f"{AT} show {AT} alice", [mention(AT), mention(AT)], "show alice"),
    "twice, told once": (f"{AT} {AT} show alice", [mention(AT)], "show alice"),
    "told twice, there once": (f"{AT} show alice", [mention(AT), mention(AT)], "show alice"),
    "its name typed stays": (f"{AT} show Doorman", [mention(AT)], "show Doorman"),
    "its name in a longer one stays": ("Doorman show Doormann", [mention("Doorman ")], "show Doormann"),
    "with attributes": ('<at id="0">Doorman</at> help', [mention('<at id="0">Doorman</at>')], "help"),
    "another spelling than told is not cut": ("<at>Doorman 2</at> help", [mention(AT)], "Doorman 2 help"),
    "not in the text": ("help", [mention(AT)], "help"),
    "ampersand in both": ("<at>R&amp;D</at> help", [mention("<at>R&amp;D</at>")], "help"),
    "ampersand escaped in the text": ("<at>R&amp;D</at> help", [mention("<at>R&D</at>")], "help"),
    "ampersand escaped in the entity": ("<at>R&D</at> help", [mention("<at>R&amp;D</at>")], "help"),
    "signs of regular expressions": ("<at>D.o*r (+)</at> help", [mention("<at>D.o*r (+)</at>")], "help"),
    "a person": ("show <at>Ann</at>", [mention("<at>Ann</at>", ANN, "Ann")], "show [Ann=id-of-ann]"),
    "a person without a blank": (
        "show<at>Ann</at>+31612345678",
        [mention("<at>Ann</at>", ANN, "Ann")],
        "show [Ann=id-of-ann] +31612345678",
    ),
    "a person's ampersand": ("show <at>A&amp;B</at>", [mention("<at>A&B</at>", ANN, "A&B")], "show [A&B=id-of-ann]"),
    "a person called like the bot, after it": (f"{AT} show {AT}", [mention(AT), mention(AT, ANN, "Doorman")], "show [Doorman=id-of-ann]"),
    "a person called like the bot, before it": (f"show {AT} {AT}", [mention(AT, ANN, "Doorman"), mention(AT)], "show [Doorman=id-of-ann]"),
    "two people of one name": (
        "a <at>Jan</at> b <at>Jan</at>",
        [mention("<at>Jan</at>", ANN, "Jan"), mention("<at>Jan</at>", BEN, "Jan")],
        "a [Jan=id-of-ann] b [Jan=id-of-ben]",
    ),
    "a name inside a longer one, told first": (
        "show Doorman Smith Doorman",
        [mention("Doorman"), mention("Doorman Smith", ANN, "Doorman Smith")],
        "show [Doorman Smith=id-of-ann]",
    ),
    "a mention inside another": ("<at>Ann <at>Doorman</at></at> x", [mention(AT), mention("<at>Ann", ANN, "Ann")], "[Ann=id-of-ann] x"),
    "nobody Teams knows": ("show <at>Zoë</at>", [mention("<at>Zoë</at>", "29:zoe", "Zoë")], "show [Zoë=]"),
    "without a person": ("show <at>Ann</at>", [{"type": "mention", "text": "<at>Ann</at>"}], "show Ann"),
    "a person who is no object": ("show <at>Ann</at>", [{"type": "mention", "text": "<at>Ann</at>", "mentioned": "ann"}], "show Ann"),
    "an id that is no text": ("show <at>Ann</at>", [mention("<at>Ann</at>", {"x": 1}, "Ann")], "show [Ann=]"),  # type: ignore[arg-type]
    "a text that is none": ("show <at>Ann</at>", [mention(None, ANN), mention(7, ANN), mention("", ANN)], "show Ann"),
    "another kind of entity": ("show alice", [{"type": "clientInfo", "text": "alice"}, {"text": "show"}], "show alice"),
    "our own marks, typed": (f"show {MENTION_OPEN}0{MENTION_CLOSE}", [], "show 0"),
    "our own marks, typed beside a mention": (
        f"{MENTION_OPEN}0{MENTION_CLOSE} <at>Ann</at>",
        [mention("<at>Ann</at>", ANN, "Ann")],
        "0 [Ann=id-of-ann]",
    ),
    "half a character": ("show \ud83d<at>A\ud83d</at>", [mention("<at>A\ud83d</at>", ANN, "A\ud83d")], "show \ufffd [A\ufffd=id-of-ann]"),
}


@pytest.mark.parametrize("name", CASES)
async def test_mentions(name: str) -> None:
    text, entities, expected = CASES[name]
    assert seen(await read(text, *entities)) == expected


async def test_one_person_is_looked_up_once_and_a_crowd_not_at_all() -> None:
    asked: list[str] = []

    async def count(_: ConversationRef, user_id: str) -> str:
        asked.append(user_id)
        return user_id

    marks = [mention(f"<at>{n}</at>", f"29:{n}", str(n)) for n in range(100)]
    message = await read(" ".join(entity["text"] for entity in marks) + "<at>0</at>", *marks, marks[0], ask=count)
    assert asked == [f"29:{n}" for n in range(MENTIONS_LOOKED_UP)]
    assert [one.object_id for one in message.mentions[:9]] == [*asked, ""]
    assert len(message.mentions) == 101


async def test_a_look_up_that_takes_too_long_counts_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "LOOK_UP_SECONDS", 0.02)
    stopped: list[str] = []

    async def slow_for_ben(where: ConversationRef, user_id: str) -> str:
        if user_id == ANN:
            return IDS[ANN]
        try:
            return await asyncio.Future[str]()
        finally:
            stopped.append(user_id)

    message = await read("<at>Ann</at> <at>Ben</at>", mention("<at>Ann</at>", ANN), mention("<at>Ben</at>", BEN), ask=slow_for_ben)
    assert [one.object_id for one in message.mentions] == ["id-of-ann", ""]
    await asyncio.sleep(0)
    assert stopped == [BEN]


async def test_no_message_takes_more_than_a_bounded_comparison_of_texts() -> None:
    text = "<at>Ann</at>" * 20_000
    message = await read(text, *[mention("<at>Ann</at>", ANN)] * 20_000, mention(AT))
    assert len(message.mentions) <= 10
    assert len(message.text) >= len(text)  # and so too long for any command


async def test_teams_is_asked_about_nobody_for_the_sake_of_people_without_rights(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def count(_: Connector, __: ConversationRef, user_id: str) -> str:
        asked.append(user_id)
        return ""

    monkeypatch.setattr(Connector, "object_id_of", count)
    answer = await door.desk.say(OSCAR, f"show @{ADA.name} and @{HANNA.name}", HELPDESK, mentions=[ADA, HANNA])
    assert "not in the helpdesk group" in answer.text
    assert asked == []
    await door.desk.say(HANNA, f"show @{ADA.name}", HELPDESK, mentions=[ADA])
    assert len(asked) == 1


async def test_a_mentioned_person_is_found_by_the_id_teams_gives(door: Door) -> None:
    door.desk.entra.person(OSCAR.upn).display_name = "Somebody Renamed"
    try:
        answer = await door.desk.say(HANNA, f"show @{OSCAR.name}", HELPDESK, mentions=[OSCAR])
        assert OSCAR.upn in answer.text
    finally:
        door.desk.entra.person(OSCAR.upn).display_name = OSCAR.name


@pytest.mark.parametrize("fault", ["404", "403", "502", "drop_before"])
async def test_a_mention_teams_cannot_resolve_is_told(door: Door, fault: str) -> None:
    door.teams.faults.add(fault, method="GET")
    answer = await door.desk.say(HANNA, f"show @{ADA.name}", HELPDESK, mentions=[ADA])
    assert f"Teams did not tell me which account “{ADA.name}” is" in answer.text


async def test_a_mention_with_the_name_of_another_never_changes_whose_account_it_is(door: Door) -> None:
    chat = door.teams.group_chat("Two of us", [HANNA, OSCAR])
    activity = door.teams.compose(HANNA, f"show @{OSCAR.name}", chat, mentions=[OSCAR])
    text = next(entity for entity in activity["entities"] if entity.get("text") == f"<at>{OSCAR.name}</at>")
    text["mentioned"]["name"] = ADA.name
    assert (await door.knock(activity)).status == 200
    assert OSCAR.upn in door.last_words()

"""Entra ID slower than a turn may last: whoever typed is told so in time, and the same message becomes what it would have been."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.services import asking
from bot.store.memory import StoredMemory
from bot.teams import still_asking
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OMAR, Answer, Desk, as_json

GRAPH = "/v1.0/"
STILL = "Still asking Entra ID …"
SET = "set mobile for alice +31 6 12345678"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What people wait seconds for comes in no time."""
    monkeypatch.setattr(asking, "IN_TIME_SECONDS", 0.1)
    monkeypatch.setattr(still_asking, "LOOK_SECONDS", 0.02)


async def late(desk: Desk, line: str, where: Any = None, path: str = GRAPH, **more: Any) -> Answer:
    """Says it to an Entra ID that does not answer before `answers`."""
    desk.entra.faults.add(Fault(effect="hold", path=path))
    answer = await desk.say(HANNA, line, where, **more)
    assert STILL in answer.text
    return answer


async def answers(desk: Desk, answer: Answer) -> Answer:
    """Entra ID answers, and the message becomes something else."""
    desk.entra.faults.clear()
    await desk.teams.wait_for(lambda message: message.id == answer.message.id and STILL not in as_json(message.card()))
    return answer


def calls(desk: Desk) -> list[str]:
    return [sent.method for sent in desk.teams.sent]


async def test_a_slow_show_says_what_it_asks_and_becomes_the_card(desk: Desk) -> None:
    answer = await late(desk, "show alice")
    assert re.search(r"Asked for Show About alice", answer.text), answer.text
    assert "It is slow to answer at the moment." in answer.text
    assert answer.verbs == []
    await answers(desk, answer)
    assert "Alice Jansen" in answer.text
    assert calls(desk) == ["send", "update"]
    assert [row.tag for row in desk.trail()] == ["chat:command:asked"]
    await desk.settled(await desk.say(HANNA, "show her"), "Alice Jansen")


async def test_what_comes_in_time_is_one_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    await desk.say(HANNA, "show alice")
    assert calls(desk) == ["send"]


async def test_a_slow_change_is_confirmed_where_it_was_asked(desk: Desk) -> None:
    answer = await late(desk, SET)
    assert "Asked for Set phone" in answer.text
    assert "12345678" not in answer.text
    await answers(desk, answer)
    assert answer.verbs == ["confirm", "cancel", "suspect"]
    assert "Hanna Visser" in (await desk.press(BRAM, answer, "confirm")).message
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
    told = [message for message in desk.teams.thread(HANNA) if message.by_bot and "Only Hanna Visser can" not in str(message.card())]
    assert len(told) == 1
    assert [row.tag for row in desk.trail()].count("operation:request:proposed") == 1


LINES = [
    "show omar",
    "show jan de vries",
    "show nobody at all",
    "set mobile for ada +31 6 12345678",
    "set mobile for omar +31 6 12345678",
    "set",
    "remove",
    "whoami",
    "pending",
    "history for omar",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("where", [None, HELPDESK], ids=["personal", "channel"])
async def test_it_becomes_what_it_would_have_been(desk: Desk, line: str, where: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """For everybody who reads it, in the trail, and in what is remembered."""
    monkeypatch.setattr(StoredMemory, "retirement_told", AsyncMock(return_value=False))  # the first card of a day says more
    answer = await answers(desk, await late(desk, line, where))
    was = [answer.card, desk.teams.card(answer.message.id, BRAM)]
    said, tags = desk.teams.sent[-1].activity["summary"], [row.tag for row in desk.trail()]
    monkeypatch.setattr(asking, "IN_TIME_SECONDS", 30.0)
    if "cancel" in answer.verbs:  # else the second card would say that the first one waits
        await desk.press(HANNA, answer, "cancel")
        await desk.settled(answer, "Cancelled")
    before = len(desk.trail())
    in_time = await desk.say(HANNA, line, where)
    assert alike(was) == alike([in_time.card, desk.teams.card(in_time.message.id, BRAM)])
    assert alike(said) == alike(desk.teams.sent[-1].activity["summary"])
    assert [row.tag for row in desk.trail()[before:]] == tags


def alike(shown: Any) -> str:
    """Without ids and times, which are others each time."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)|[0-9a-f]{8}-[0-9a-f-]{27}", "…", as_json({"shown": shown}))
    return re.sub(r'(?<=")[A-Z0-9]{4,8}(?=")|(?<=why )[A-Z0-9]{4,6}|\b[A-Z0-9]{4}\b', "…", text)


async def test_a_file_that_is_offered_is_a_message_of_its_own(desk: Desk) -> None:
    answer = await answers(desk, await late(desk, "bulk template"))
    assert answer.text == "The answer is below."
    assert "file.consent" in desk.teams.thread(HANNA)[-1].attachments[0]["contentType"]
    desk.clock.forward(minutes=2)  # nothing is asked about whoever was looked up a moment ago
    channel = await answers(desk, await late(desk, "bulk template", HELPDESK))
    assert "personal chat" in channel.text


async def test_one_of_several_is_picked_on_it(desk: Desk) -> None:
    answer = await answers(desk, await late(desk, "show jan de vries"))
    await desk.press(HANNA, answer, "choose")
    await desk.settled(answer, "Jan de Vries")
    assert len([message for message in desk.teams.thread(HANNA) if message.by_bot]) == 1, "it took the place of the choice"


async def test_a_form_is_filled_in_on_it(desk: Desk) -> None:
    answer = await answers(desk, await late(desk, "set mobile"))
    await desk.press(
        HANNA, answer, "fill", data={"input_mode": "set", "input_phone": "mobile", "input_who": "alice", "input_number": "+31 6 12345678"}
    )
    await desk.settled(answer, "Alice Jansen")
    assert len([message for message in desk.teams.thread(HANNA) if message.by_bot]) == 1


async def test_somebody_mentioned_in_a_channel(desk: Desk) -> None:
    answer = await late(desk, f"show @{ALICE.name}", HELPDESK, mentions=[ALICE])
    await answers(desk, answer)
    assert "Alice Jansen" in answer.text
    assert answer.message.thread == desk.teams.thread(HELPDESK)[0].id


async def test_while_entra_id_asks_to_wait_the_message_says_until_when(desk: Desk) -> None:
    desk.teams.equip(HANNA, timezone="Asia/Kolkata")
    desk.entra.faults.add(Fault(effect="throttle", path="/users", method="GET", retry_after=2, times=1))
    answer = await desk.say(HANNA, "show alice")
    await desk.teams.wait_for(lambda message: message.id == answer.message.id and "asks me to wait until" in as_json(message.card()))
    until = re.search(r"Entra ID asks me to wait until (\d\d):(\d\d):(\d\d) IST\.", answer.text)
    assert until, answer.text
    await desk.settled(answer, "Alice Jansen")


async def test_while_entra_id_is_out_of_order_the_message_says_when_it_is_asked_again(desk: Desk) -> None:
    desk.teams.equip(HANNA, timezone="Asia/Kolkata")
    desk.entra.faults.add(Fault(effect="unavailable", path="/users", method="GET", retry_after=40, times=1))
    answer = await late(desk, "show alice", path="roleAssignments")
    await desk.teams.wait_for(lambda message: message.id == answer.message.id and "ask it again at" in as_json(message.card()))
    assert re.search(r"Entra ID does not answer properly at the moment\. I ask it again at \d\d:\d\d:\d\d IST\.", answer.text)
    assert "Alice Jansen" in (await answers(desk, answer)).text


async def test_a_wait_beyond_its_patience_is_said_at_once(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="throttle", path="authentication/methods", retry_after=90))
    answer = await desk.say(HANNA, "show alice")
    await desk.settled(answer, "asks me to slow down until")


async def test_it_gives_up_and_says_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST_SECONDS", 0.4)
    desk.entra.faults.add(Fault(effect="hold", path=GRAPH))
    answer = await desk.say(HANNA, SET)
    await desk.settled(answer, "takes too long to answer, so I gave up. Nothing was changed.", "Try again in a minute")
    assert refused(desk) == ["TimeoutError"]
    await answers(desk, answer)
    assert "operation:request:proposed" not in [row.tag for row in desk.trail()], "what is given up is not carried on"


async def test_a_process_that_stops_says_so_where_somebody_waits(desk: Desk) -> None:
    shown = await late(desk, "show omar", HELPDESK)
    answer = await late(desk, SET)
    await desk.stop_bot()
    assert "I was stopped before Entra ID had answered. Nothing was changed. Send the command again." in answer.text
    assert "I was stopped before Entra ID had answered. Send the command again." in shown.text
    assert refused(desk) == ["Interrupted"] * 2
    desk.entra.faults.clear()
    await desk.start_bot()
    assert "Alice Jansen" in (await answers(desk, await desk.say(HANNA, SET))).text


@pytest.mark.storage
async def test_delivered_again_meanwhile_it_is_asked_once(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="hold", path=GRAPH))
    activity = desk.teams.compose(HANNA, SET)
    statuses = [(await desk.teams.post(activity))[0] for _ in range(3)]
    assert statuses == [200] * 3
    (said,) = desk.teams.thread(HANNA)
    answer = await answers(desk, Answer(desk, said, HANNA))
    assert (await desk.teams.post(activity))[0] == 200
    assert answer.verbs == ["confirm", "cancel", "suspect"]
    assert calls(desk) == ["send", "update"]
    assert [row.tag for row in desk.trail()] == ["operation:request:proposed"]


async def test_in_dutch(desk: Desk) -> None:
    desk.teams.speak(HANNA, "nl-NL")
    desk.entra.faults.add(Fault(effect="hold", path=GRAPH))
    answer = await desk.say(HANNA, "toon alice")
    for words in ("Nog bezig met navragen bij Entra ID …", "Aangevraagd", "alice", "Het antwoord komt vanzelf hier"):
        assert words in answer.text, answer.text
    assert "Still" not in answer.text
    desk.entra.faults.clear()
    await desk.settled(answer, "Alice Jansen", "Verdacht telefoontje")


@pytest.mark.parametrize("status", ["404", "403", "502"])
async def test_a_message_that_teams_does_not_edit_is_followed_by_another(desk: Desk, status: str) -> None:
    desk.teams.faults.add(status, method="PUT")
    await late(desk, SET)
    desk.entra.faults.clear()
    card = await desk.teams.wait_for(lambda message: message.by_bot and "Alice Jansen" in as_json(message.card()))
    answer = Answer(desk, card, HANNA)
    await desk.press(HANNA, answer, "confirm")
    desk.teams.faults.clear()
    await desk.settled(answer, "Done")


async def test_a_teams_that_took_no_word_meanwhile_gets_the_answer(desk: Desk) -> None:
    desk.teams.faults.add("403", method="POST", count=1)
    desk.entra.faults.add(Fault(effect="hold", path=GRAPH))
    assert (await desk.teams.say(HANNA, "show alice")).delivered == 200
    desk.entra.faults.clear()
    await desk.teams.wait_for(lambda message: message.by_bot and "Alice Jansen" in as_json(message.card()))


async def test_nobody_is_her_while_somebody_else_is_looked_up(desk: Desk) -> None:
    await answers(desk, await desk.say(HANNA, "show omar"))
    answer = await late(desk, "show alice", path=ALICE.id)
    await desk.settled(await desk.say(HANNA, "block her"), "I do not know who")
    await answers(desk, answer)
    assert "Alice Jansen" in (await answers(desk, await desk.say(HANNA, "show her"))).text


@pytest.mark.storage
async def test_who_was_shown_meanwhile_leaves_a_doubt(desk: Desk) -> None:
    answer = await late(desk, "show alice", path=ALICE.id)
    shown = await desk.say(HANNA, "show omar")
    await desk.settled(shown, OMAR.name)
    await answers(desk, answer)
    await desk.settled(await desk.say(HANNA, "block her"), "I do not know who")


async def test_who_loses_their_rights_meanwhile_sees_nothing(desk: Desk) -> None:
    await answers(desk, await desk.say(HANNA, "whoami"))  # their rights are known now, and for a minute
    answer = await late(desk, "show alice", path=ALICE.id)
    desk.entra.tenant.leave(desk.entra.group("Helpdesk"), HANNA.id)
    desk.clock.forward(seconds=61)
    await answers(desk, answer)
    assert "not in the helpdesk group" in answer.text
    assert "Alice Jansen" not in as_json(answer.card)


async def test_several_who_wait_are_answered_each(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="hold", path=GRAPH))
    shown = await asyncio.gather(*(desk.say(who, f"show {name}") for who, name in ((HANNA, "alice"), (HANNA, "omar"), (BRAM, "alice"))))
    desk.entra.faults.clear()
    for answer, name in zip(shown, (ALICE.name, OMAR.name, ALICE.name), strict=True):
        await desk.settled(answer, name)
    assert sorted(calls(desk)) == ["send"] * 3 + ["update"] * 3


def refused(desk: Desk) -> list[str]:
    """Why, as the trail has it."""
    return [json.loads(row.facts)["code"] for row in desk.trail() if row.tag == "chat:command:refused"]

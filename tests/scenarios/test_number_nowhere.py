"""Every byte that is stored, logged, counted or sent, searched for the number of a match and for the number that was called back.

The number of a match is in the agent's own view, and one of three on the card of the person; the number to be called back is in the answer
to the press that asked for it. Neither is anywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from bot.domain import number_match
from bot.domain.proof import ProofNeed
from simulator.teams import Message
from tests.desk import BRAM, HANNA, Answer, Desk
from tests.scenarios.passes import stored
from tests.scenarios.proving import DIEGO, SET, actions, asked, demanding, press, prove
from tests.scenarios.telling import TELLING

pytestmark = pytest.mark.storage

#: Numbers that stand in no text by chance, as two digits do.
LONG = range(7_310_000, 7_310_090)
MOBILE = "612345011"


@pytest.fixture
async def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(number_match, "_NUMBERS", LONG)
    async with Desk(database_url, demanding(ProofNeed(tier=1, count=1)), **TELLING) as desk:
        yield desk


def found_in(shown: object) -> str:
    """The number that the agent reads out."""
    [number] = set(re.findall(r"\b7310\d{3}\b", str(shown)))
    return str(number)


def as_bytes(message: Message) -> bytes:
    """A message as everybody has it, who has no view of their own."""
    return json.dumps([message.text, message.attachments, message.entities, message.card()], ensure_ascii=False).encode()


def _without_number(button: dict[str, Any]) -> dict[str, Any]:
    """A button of a number, but for which of the three it is."""
    fallback = button["fallback"]
    data = {**button["data"], "pick": 0}
    return {**button, "title": "", "data": data, "fallback": {**fallback, "title": "", "data": {**fallback["data"], "pick": 0}}}


async def held(desk: Desk, logged: Callable[[], str], theirs: Answer | None, *later: Any) -> dict[str, bytes]:
    """Everything there is, but the card of whoever is asked, and what the agent's own client was answered."""
    mine = theirs.message.id if theirs else ""
    async with aiohttp.ClientSession() as session, session.get(f"{desk.url}/metrics") as answer:
        metrics = await answer.text()
    found = {
        "database": stored(desk),
        "sent": json.dumps([one.activity for one in desk.teams.sent if one.id != mine], ensure_ascii=False).encode(),
        "messages": b"\n".join(as_bytes(one) for one in desk.teams.threads.messages.values() if one.id != mine),
        "later answers": json.dumps(later, ensure_ascii=False).encode(),
        "mails": str(desk.entra.exchange.mails).encode(),
        "metrics": metrics.encode(),
        "trail": str(desk.trail()).encode(),
    }
    await desk.stop_bot()
    return found | {"database at rest": stored(desk), "log": logged().encode()}


async def retold(desk: Desk, operation_id: str) -> list[Any]:
    """What can be asked about it by a colleague, and by the agent again."""
    lines = (f"status {operation_id}", f"why {operation_id}", f"history id {operation_id}", "history of diego vega", "show diego vega")
    return [(await desk.say(who, line)).card for who in (HANNA, BRAM) for line in lines]


@pytest.mark.parametrize("answer", ["right", "wrong", "late", "not_me"])
async def test_the_number_of_a_match_is_seen_by_two_people_and_is_nowhere_else(desk: Desk, logged: Callable[[], str], answer: str) -> None:
    card = await desk.say(HANNA, SET)
    id = card.operation_id
    number = found_in(await prove(desk, card, "number_match"))
    theirs = await asked(desk, DIEGO)
    three = [each["title"] for each in actions(theirs, "match")]
    assert len(three) == len(set(three)) == 3
    assert number in three
    # Nothing sets it apart from the other two.
    alike = {str(theirs.card).count(each) for each in three}, {str(_without_number(each)) for each in actions(theirs, "match")}
    assert [len(each) for each in alike] == [1, 1]
    seen = as_bytes(theirs.message).decode()
    await desk.restart_bot()  # the next process finds it again, for the agent alone
    again = await desk.teams.press(HANNA, card.message.id, "refresh", action=press("refresh", id))
    assert found_in(again) == number
    for_bram = await desk.teams.press(BRAM, card.message.id, "refresh", action=press("refresh", id))
    button = next(each for each in actions(theirs, "match") if (each["title"] == number) == (answer != "wrong"))
    if answer == "late":
        desk.later(minutes=3)
    if answer == "not_me":
        await desk.press(DIEGO, theirs, "not_me")
    else:
        answered = await desk.teams.press(DIEGO, theirs.message.id, "match", action=button)
        assert number not in str(answered)
        assert answer != "late" or "The time for this is over" in str(answered)
    await desk.settled(theirs, {"right": "Thank you", "late": "The time for this is over"}.get(answer, "it was not proved"))
    assert number not in as_bytes(theirs.message).decode()
    if answer == "right":
        confirmed = await desk.press(HANNA, card, "confirm")
        assert number not in str(confirmed)
        await desk.settled(card, "Done", "Proved by")
    everything = await held(desk, logged, theirs, str(for_bram), *await retold(desk, id))
    assert number in seen
    assert id.encode() in everything["database"]  # it would be found, if it were there
    assert [where for where, bytes_ in everything.items() if number.encode() in bytes_] == []


@pytest.mark.parametrize("pick", [0, 1])
async def test_the_number_to_be_called_back_is_in_one_answer_and_nowhere_else(desk: Desk, logged: Callable[[], str], pick: int) -> None:
    card = await desk.say(HANNA, "set office for diego vega +31 20 5550123")
    id = card.operation_id
    assert MOBILE in await prove(desk, card, "call_back")
    again = str(await desk.teams.press(HANNA, card.message.id, "refresh", action=press("refresh", id)))
    answered = str(await desk.teams.press(HANNA, card.message.id, "attest", action=actions(card, "attest")[pick]))
    await desk.settled(card, "Call back: ")
    later = [again, answered]
    if pick == 0:
        later.append(str(await desk.press(HANNA, card, "confirm")))
        await desk.settled(card, "Done", "Proved by")
    status = [(await desk.say(who, f"{what} {id}")).card for who in (HANNA, BRAM) for what in ("status", "why")]
    everything = await held(desk, logged, None, *later, *status)
    assert b"unchanged since" in everything["trail"]
    assert [where for where, bytes_ in everything.items() if MOBILE.encode() in bytes_.replace(b" ", b"")] == []

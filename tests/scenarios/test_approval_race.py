"""Many hands on one request at the same moment: exactly one outcome, cards that agree with it, and a trail that verifies."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from bot.domain.audit import Tag
from bot.store.trail_reader import open_trail
from simulator import cast
from tests.desk import BRAM, HANNA, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.approving import INGRID, SET_VIP, VICTORIA, ask, desk

pytestmark = pytest.mark.storage

__all__ = ["desk"]

#: The one event with which each request ends, and the word on its cards.
ENDS = {
    Tag.OPERATION_FINISHED: "Done",
    Tag.OPERATION_DENIED: "Denied",
    Tag.OPERATION_CANCELLED: "Cancelled",
}
#: What a press may be answered with: never "something went wrong", and never a silent nothing.
SENTENCES = (
    "You have agreed already", "You asked for this yourself", "Only members of Helpdesk seniors", "approved", "denied", "cancelled",
    "this click did nothing", "frozen", "Only Hanna Visser can", "not in the helpdesk group", "has ended", "Nothing was changed",
)  # fmt: skip


async def pressed_by_many(desk: Desk, presses: list[tuple[cast.Member, str, Answer]], operation_id: str) -> list[Any]:
    """All of them at once, as clients press that still show the buttons."""

    async def one(who: cast.Member, verb: str, card: Answer) -> Any:
        data = {"id": operation_id} | ({"reason": "not like this"} if verb == "deny" else {})
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        return await desk.teams.press(who, card.message.id, verb, action=action)

    return await asyncio.gather(*(one(*press) for press in presses))


@pytest.mark.parametrize("alarmed", [True, False], ids=["with-suspicion", "without"])
async def test_200_presses_at_once_have_one_outcome(desk: Desk, database_url: str, alarmed: bool) -> None:
    operation_id, own, card = await ask(desk, SET_VIP)
    mixed: list[tuple[cast.Member, str, Answer]] = [
        *[(INGRID, "approve", card), (SAM, "approve", card)] * 40,
        *[(HANNA, "approve", card), (OSCAR, "approve", card)] * 10,
        *[(SAM, "view", card), (HANNA, "refresh", own), (HANNA, "confirm", own)] * 20,
        *[(SAM, "deny", card), (HANNA, "cancel", own)] * 10,
        *([(BRAM, "suspect", own), (INGRID, "suspect", card)] * 10 if alarmed else [(OSCAR, "view", card)] * 20),
    ]
    assert len(mixed) == 200
    random.Random(alarmed).shuffle(mixed)
    answers = await pressed_by_many(desk, mixed, operation_id)

    assert all(answer.card or any(said in answer.message for said in SENTENCES) for answer in answers), [
        answer.message for answer in answers if not answer.card
    ]
    await desk.teams.wait_for(lambda _: any(row.tag in ENDS for row in about(desk, operation_id)))
    ends = [row.tag for row in about(desk, operation_id) if row.tag in ENDS]
    assert len(ends) == 1
    word = ENDS[Tag(ends[0])]
    await desk.settled(own, word)
    await desk.settled(card, word)
    assert card.verbs == own.verbs == []
    assert (desk.phones(VICTORIA)["mobile"] == "+44 7400654321") is (word == "Done")

    approvals = [
        (row.actor_name, json.loads(row.facts)["approvals"]) for row in about(desk, operation_id) if row.tag == Tag.OPERATION_APPROVED
    ]
    assert [count for _, count in approvals] == ["1 of 2", "2 of 2"][: len(approvals)]
    assert len({name for name, _ in approvals}) == len(approvals)
    assert (len(approvals) == 2) is (word == "Done")
    for name, _ in approvals:
        assert name in as_json(own.card)
        assert name in as_json(card.card)
    with open_trail(database_url) as trail:
        verdict = trail.verify()
    assert verdict.broken is None
    assert verdict.count >= 200 - len([answer for answer in answers if answer.card])


@pytest.mark.parametrize("last", ["deny", "cancel"])
async def test_the_last_approval_against_a_denial_or_a_cancellation(desk: Desk, last: str) -> None:
    operation_id, own, card = await ask(desk, SET_VIP)
    await desk.press(INGRID, card, "approve")
    other = (INGRID, "deny", card) if last == "deny" else (HANNA, "cancel", own)
    presses = [(SAM, "approve", card), other] * 5
    answers = await pressed_by_many(desk, presses, operation_id)
    approved = [answer for answer, press in zip(answers, presses, strict=True) if press[1] == "approve" and answer.card]
    ended = [answer for answer, press in zip(answers, presses, strict=True) if press[1] == last and answer.card]
    assert sorted((len(approved), len(ended))) == [0, 1]
    if approved:
        await desk.settled(own, "Done", "Ingrid Lund and Sam Okafor")
        assert all("Ingrid Lund and Sam Okafor approved" in answer.message for answer in answers if not answer.card)
    else:
        who = "Ingrid Lund denied" if last == "deny" else "Hanna Visser cancelled"
        await desk.settled(own, "Denied" if last == "deny" else "Cancelled")
        assert all(f"{who} {operation_id}" in answer.message for answer in answers if not answer.card)


def about(desk: Desk, operation_id: str) -> list[Any]:
    """The trail of one request."""
    return [row for row in desk.trail() if row.operation_id == operation_id]

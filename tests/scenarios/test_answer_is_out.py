"""A card is not brought up to date before the answer to a press on it has reached the client."""

from __future__ import annotations

import asyncio

import pytest

from bot.services import turns
from tests.desk import ALICE, BRAM, HANNA, Desk
from tests.scenarios.approving import approvers_card

SET = "set mobile for alice +31 6 12345678"


@pytest.fixture(autouse=True)
def a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "ANSWER_TRAVELS", 0.3)


async def test_the_result_comes_after_the_answer(desk: Desk) -> None:
    """The change is made at once, and its log post is there long before the card may follow."""
    answer = await desk.say(HANNA, SET)
    await desk.press(HANNA, answer, "confirm")
    assert "Done" not in answer.text, "the answer says that it was taken on"
    await desk.logged("Alice")
    assert "Done" not in answer.text, "the card waits for it"
    await desk.settled(answer, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}


async def test_two_presses_at_once(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    await asyncio.gather(*(desk.press(HANNA, answer, "confirm") for _ in range(2)))
    await desk.settled(answer, "Done")


async def test_only_the_pressed_card_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever approves has the answer on the card for approvers; who waits for Reveal need not wait for that."""
    own = await desk.say(HANNA, "pass for omar")
    operation_id = own.operation_id
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, operation_id)
    monkeypatch.setattr(turns, "ANSWER_TRAVELS", 60.0)
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "Ready: press Reveal")

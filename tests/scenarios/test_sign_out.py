"""Whoever signs somebody out, or recovers a lost phone, ends the sessions that there are then: those before ended already."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.desk import APPROVALS, BRAM, HANNA, SAM, Desk
from tests.scenarios.approving import approvers_card


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with Desk(database_url, built_in=True, APPROVAL_CHANNEL_ID=APPROVALS.id) as desk:
        yield desk


async def signed_out_meanwhile(desk: Desk) -> None:
    """Somebody else signs Alice out; she, or whoever has her password, signs in again."""
    await desk.change(SAM, "sign out alice")
    desk.clock.forward(minutes=5)


def sign_outs(desk: Desk) -> int:
    return sum(request.path.endswith("/revokeSignInSessions") for request in desk.entra.requests)


async def test_one_of_before_is_not_this_one(desk: Desk) -> None:
    card = await desk.say(HANNA, "sign out alice")
    await signed_out_meanwhile(desk)
    await desk.press(HANNA, card, "confirm")
    await desk.settled(card, "Done")
    assert sign_outs(desk) == 2
    assert "already" not in card.text


async def test_nor_is_one_between_a_recovery_and_its_approval(desk: Desk) -> None:
    card = await desk.say(HANNA, "recover alice lost")
    await desk.press(HANNA, card, "confirm")
    asked = await approvers_card(desk, card.operation_id)
    await signed_out_meanwhile(desk)
    await desk.press(BRAM, asked, "approve")
    await desk.settled(card, "Done")
    assert sign_outs(desk) == 2

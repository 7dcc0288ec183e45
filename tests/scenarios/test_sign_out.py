"""Whoever signs somebody out, or recovers a lost phone, ends the sessions that there are then: those before ended already."""

from __future__ import annotations

from tests.desk import BRAM, HANNA, SAM, Desk
from tests.scenarios.approving import approvers_card, built_in

__all__ = ["built_in"]


async def signed_out_meanwhile(desk: Desk) -> None:
    """Somebody else signs Alice out; she, or whoever has her password, signs in again."""
    await desk.change(SAM, "sign out alice")
    desk.clock.forward(minutes=5)


def sign_outs(desk: Desk) -> int:
    return sum(request.path.endswith("/revokeSignInSessions") for request in desk.entra.requests)


async def test_one_of_before_is_not_this_one(built_in: Desk) -> None:
    card = await built_in.say(HANNA, "sign out alice")
    await signed_out_meanwhile(built_in)
    await built_in.press(HANNA, card, "confirm")
    await built_in.settled(card, "Done")
    assert sign_outs(built_in) == 2
    assert "already" not in card.text


async def test_nor_is_one_between_a_recovery_and_its_approval(built_in: Desk) -> None:
    card = await built_in.say(HANNA, "recover alice lost")
    await built_in.press(HANNA, card, "confirm")
    asked = await approvers_card(built_in, card.operation_id)
    await signed_out_meanwhile(built_in)
    await built_in.press(BRAM, asked, "approve")
    await built_in.settled(card, "Done")
    assert sign_outs(built_in) == 2

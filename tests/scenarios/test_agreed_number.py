"""What one agent may do alone, or others agreed to, is bound to a number that Doorman set: not to one that came about otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.state import PhoneState
from tests.desk import APPROVALS, BRAM, HANNA, Answer, Desk
from tests.scenarios.approving import approvers_card
from tests.scenarios.example_policy import PolicyDesk
from tests.scenarios.forging import button
from tests.scenarios.test_two_people import needed, somebody

NOOR, INGRID = cast.person("Noor Dekker"), cast.person("Ingrid Lund")
FIRST, OTHER = "+31 6 12345678", "+31 6 22345678"
ALREADY = "It was already so"


@pytest.fixture(params=["built-in", "example"])
async def desk(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Desk]:
    """The product without a policy file, and with the example."""
    built_in = request.param == "built-in"
    async with Desk(database_url, built_in=True, APPROVAL_CHANNEL_ID=APPROVALS.id) if built_in else PolicyDesk(database_url) as desk:
        yield desk


async def agreed(desk: Desk, card: Answer) -> None:
    """Confirmed by Hanna, approved by Ingrid."""
    await desk.press(HANNA, card, "confirm")
    await desk.press(INGRID, await approvers_card(desk, card.operation_id), "approve")


async def take_back(desk: Desk, who: cast.Member, operation_id: str) -> Any:
    """Pressed on a card of the presser's own, by id."""
    shown = await desk.say(who, "help")
    return await desk.teams.press(who, shown.message.id, "take_back", action=button("execute", "take_back", operation_id))


@pytest.mark.parametrize("by", ["the person", "a colleague"])
async def test_a_number_that_was_there_already_is_nobodys_first(desk: Desk, by: str) -> None:
    who = somebody(desk, "nothing")
    late = await desk.say(HANNA, f"set mobile for {who.upn} {FIRST}")
    asked = late.operation_id
    if by == "the person":
        desk.entra.person(who.upn).phones["mobile"] = PhoneState("+31 612345678", "notEnabled")
    else:
        await desk.change(BRAM, f"set mobile for {who.upn} {FIRST}")
    await desk.press(HANNA, late, "confirm")
    await desk.settled(late, ALREADY)
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} {OTHER}")) == "2"
    assert needed(await desk.say(HANNA, f"remove mobile for {who.upn} because retired")) == "2"
    assert needed(await desk.say(HANNA, f"set email for {who.upn} other@mail.example")) == "2"
    assert "gave nothing that I could take back" in (await take_back(desk, HANNA, asked)).message
    assert desk.phones(who) == {"mobile": "+31 612345678"}


async def test_a_second_card_does_not_begin_the_hour_anew(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    late = await desk.say(HANNA, f"set mobile for {who.upn} {FIRST}")
    await desk.change(HANNA, f"set mobile for {who.upn} {FIRST}")
    desk.clock.forward(minutes=9)
    await desk.press(HANNA, late, "confirm")
    await desk.settled(late, ALREADY)
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} {OTHER}")) == "1"
    desk.clock.forward(minutes=56)
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} {OTHER}")) == "2"


async def test_a_correction_does_not_take_over_the_sign_in_that_others_agreed_to(desk: Desk) -> None:
    await desk.change(HANNA, f"set mobile for noor {FIRST}")
    card = await desk.say(HANNA, "enable sms sign-in for noor")
    await agreed(desk, card)
    await desk.settled(card, "Done")
    assert desk.entra.person(NOOR.upn).phones["mobile"].sms_sign_in == "ready"
    assert needed(await desk.say(HANNA, f"set mobile for noor {OTHER}")) == "2"


async def test_sign_in_agreed_to_for_one_number_is_not_switched_on_for_another(desk: Desk) -> None:
    await desk.change(HANNA, f"set mobile for noor {FIRST}")
    card = await desk.say(HANNA, "enable sms sign-in for noor")
    await desk.press(HANNA, card, "confirm")
    await desk.change(HANNA, f"set mobile for noor {OTHER}")
    await desk.press(INGRID, await approvers_card(desk, card.operation_id), "approve")
    await desk.settled(card, "nobody has agreed to that number")
    mobile = desk.entra.person(NOOR.upn).phones["mobile"]
    assert (mobile.number, mobile.sms_sign_in) == ("+31 622345678", "notEnabled")


async def test_what_is_being_given_at_this_moment_is_taken_back_when_it_is_there(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    card = await desk.say(HANNA, f"set mobile for {who.upn} {FIRST}")
    asked = card.operation_id
    writing = desk.entra.faults.add(Fault(effect="hold", method="POST", path=f"/users/{who.id}/authentication/phoneMethods"))
    await desk.press(HANNA, card, "confirm")
    await writing.met.wait()
    assert "is being carried out at this moment" in (await take_back(desk, BRAM, asked)).message
    desk.entra.faults.clear()
    await desk.settled(card, "Done")
    await take_back(desk, BRAM, asked)
    await desk.teams.wait_for(lambda _: not desk.phones(who))

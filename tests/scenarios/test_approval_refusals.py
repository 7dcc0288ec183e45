"""Presses that do not count, and requests that may no longer be approved: each with its sentence, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.audit import Tag
from simulator import cast
from simulator.entra import Fault
from simulator.entra.state import PhoneState
from tests.desk import ALICE, BRAM, HANNA, NADIA, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.approving import INGRID, PRIYA, SET, SET_VIP, approvers_card, ask, desk, told

__all__ = ["desk"]


def forged(verb: str, operation_id: str) -> dict[str, Any]:
    """A button that nobody showed to this person."""
    return {"type": "Action.Execute", "verb": verb, "data": {"id": operation_id}}


async def refused(desk: Desk, who: cast.Member, card: Answer, operation_id: str, verb: str = "approve") -> str:
    """What somebody is told whose press does not count."""
    pressed = await desk.press(who, card, verb, action=forged(verb, operation_id))
    assert pressed.card is None, Answer(desk, card.message, who).text
    return str(pressed.message)


def leave(desk: Desk, who: cast.Member, group: str) -> None:
    desk.entra.tenant.leave(desk.entra.tenant.group(group), desk.entra.person(who.upn).id)


@pytest.mark.parametrize("verb", ["approve", "deny"])
async def test_who_may_not_decide(desk: Desk, verb: str) -> None:
    operation_id, _, card = await ask(desk)
    assert "You asked for this yourself" in await refused(desk, HANNA, card, operation_id, verb)
    for outsider in (OSCAR, BRAM, NADIA):
        assert "Only members of Helpdesk seniors can decide this" in await refused(desk, outsider, card, operation_id, verb)
    assert desk.entra.writes == []
    codes = [row.facts for row in desk.trail() if row.tag == Tag.CHAT_CARD_REFUSED]
    assert ["own_request" in code for code in codes] == [True, False, False, False]
    assert all("not_an_approver" in code for code in codes[1:])
    await desk.press(INGRID, card, "approve")
    await desk.settled(card, "Done")


async def test_the_target_does_not_decide_about_their_own_account(desk: Desk) -> None:
    operation_id, _, card = await ask(desk, "set mobile for ingrid lund +31 6 12345678")
    assert "about your own account" in await refused(desk, INGRID, card, operation_id)
    await desk.teams.refresh(INGRID, card.message.id)
    assert "This is about your own account" in Answer(desk, card.message, INGRID).text
    await desk.press(SAM, card, "approve")
    await desk.settled(card, "Done")


async def test_somebody_removed_from_the_group_a_moment_ago(desk: Desk) -> None:
    operation_id, _, card = await ask(desk)
    await desk.teams.refresh(INGRID, card.message.id)  # her standing is known
    leave(desk, INGRID, "Helpdesk seniors")
    assert "Only members of Helpdesk seniors" in await refused(desk, INGRID, card, operation_id)
    desk.entra.person(SAM.upn).account_enabled = False
    assert "disabled" in await refused(desk, SAM, card, operation_id)
    assert desk.entra.writes == []


async def test_nobody_decides_while_entra_cannot_say_who_they_are(desk: Desk) -> None:
    operation_id, _, card = await ask(desk)
    sam = desk.entra.person(SAM.upn).id
    desk.entra.faults.add(Fault(effect="forbidden", path=f"/users/{sam}"))
    assert "Nothing was changed" in await refused(desk, SAM, card, operation_id)
    assert card.verbs == ["approve", "deny", "suspect"]


async def test_a_request_that_needs_nobody_cannot_be_approved(desk: Desk) -> None:
    own = await desk.say(HANNA, "enable sms sign-in for omar")
    assert "needs nobody's approval" in await refused(desk, SAM, own, own.operation_id)
    unconfirmed = await desk.say(HANNA, SET)
    assert "waits for Hanna Visser to confirm" in await refused(desk, SAM, unconfirmed, unconfirmed.operation_id)


async def test_an_invented_id_shows_nothing(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    assert "do not know this card" in await refused(desk, INGRID, card, "XXXX")
    elsewhere = await desk.say(OSCAR, "help", cast.channel("Helpdesk"))
    assert "do not know this card" in await refused(desk, OSCAR, elsewhere, operation_id, "view")
    assert own.verbs == ["cancel", "suspect"]


async def test_after_its_time_a_press_does_nothing(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.clock.forward(minutes=61)
    for verb in ("approve", "deny"):
        assert f"{operation_id} expired at" in await refused(desk, INGRID, card, operation_id, verb)
    assert f"{operation_id} expired at" in await refused(desk, HANNA, own, operation_id, "cancel")
    assert desk.entra.writes == []


async def test_a_requester_who_lost_the_right_ends_it(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    leave(desk, HANNA, "Helpdesk")
    said = await refused(desk, INGRID, card, operation_id)
    assert f"{operation_id} has ended. What Hanna Visser asked for is not allowed any more" in said
    await desk.settled(own, "Failed", "not allowed any more", "Nothing was changed")
    await desk.settled(card, "Failed", "not allowed any more")
    await told(desk, HANNA, operation_id, "not allowed any more")
    assert [row.tag for row in desk.trail()].count(Tag.OPERATION_WITHDRAWN) == 1
    assert desk.entra.writes == []


async def test_a_requester_whose_account_is_disabled_ends_it(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.entra.person(HANNA.upn).account_enabled = False
    assert "Hanna Visser, who asked for this, has no right to any more" in await refused(desk, INGRID, card, operation_id)
    await desk.settled(card, "Failed")
    await desk.settled(own, "Failed")


async def test_a_target_who_became_protected_ends_it(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.entra.person(ALICE.upn).roles.append("User Administrator")
    assert "not allowed any more" in await refused(desk, INGRID, card, operation_id)
    await desk.settled(own, "Failed")
    await desk.settled(card, "Failed")
    assert desk.entra.writes == []


async def test_a_target_who_is_gone_ends_it(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    del desk.entra.tenant.people[desk.entra.person(ALICE.upn).id]
    assert "no longer exists in Entra ID" in await refused(desk, INGRID, card, operation_id)
    await desk.settled(card, "Failed")
    await desk.settled(own, "Failed")


async def test_a_pause_and_a_freeze_refuse_the_press_alone(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    await desk.say(SAM, "pause")
    assert "Sam Okafor paused me" in await refused(desk, INGRID, card, operation_id)
    await desk.say(SAM, "resume")
    await desk.say(BRAM, "freeze alice")
    assert "Alice Jansen is frozen until" in await refused(desk, INGRID, card, operation_id)
    await desk.say(SAM, "unfreeze alice")
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done")
    await desk.settled(card, "Done")


async def test_denying_is_possible_in_a_pause(desk: Desk) -> None:
    _, own, card = await ask(desk)
    await desk.say(SAM, "pause")
    await desk.press(INGRID, card, "deny")
    await desk.settled(own, "Denied")


async def test_another_number_meanwhile_ends_it_as_out_of_date(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.entra.person(ALICE.upn).phones["mobile"] = PhoneState("+31 687654321", "notEnabled")
    said = await refused(desk, INGRID, card, operation_id)
    assert "Mobile phone of alice@fabrikam.example was changed by someone else" in said
    await desk.settled(own, "Out of date", "Mobile phone of alice@fabrikam.example was changed")
    await desk.settled(card, "Out of date")
    await told(desk, HANNA, operation_id, "was changed by someone else")
    assert "+31 687654321" not in as_json(card.card)
    assert own.verbs == ["again"]
    await desk.press(HANNA, own, "again")
    assert "confirm" in own.verbs


async def test_another_department_is_shown_before_a_press_counts(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.entra.person(ALICE.upn).department = "Finance"
    said = await refused(desk, INGRID, card, operation_id)
    assert "department Sales → Finance" in said
    assert "did not count" in said
    await desk.settled(card, "Changed since it was asked: department Sales → Finance", "Account manager · Finance")
    await desk.settled(own, "Changed since it was asked: department Sales → Finance")
    assert desk.entra.writes == []
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done")


async def test_a_target_who_became_a_vip_needs_what_vips_need(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.entra.tenant.join(desk.entra.tenant.group("Executives"), desk.entra.person(ALICE.upn).id)
    said = await refused(desk, INGRID, card, operation_id)
    assert "not allowed any more" in said
    await desk.settled(own, "Failed")
    await desk.settled(card, "Failed")
    assert desk.entra.writes == []


async def test_who_agreed_may_still_deny(desk: Desk) -> None:
    operation_id, own, card = await ask(desk, SET_VIP)
    await desk.press(INGRID, card, "approve")
    await desk.press(INGRID, card, "deny", data={"reason": "second thoughts"})
    await desk.settled(own, f"Ingrid Lund denied {operation_id} because second thoughts")


async def test_approvers_outside_the_helpdesk_and_the_channel(desk: Desk) -> None:
    desk.entra.person(ALICE.upn).phones["mobile"] = PhoneState("+31 687654321", "notEnabled")
    own = await desk.say(HANNA, "remove mobile for alice")
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, own.operation_id)
    assert "entities" not in card.card["msteams"]  # none of them reads this channel
    waiting = await desk.say(PRIYA, "pending")
    assert own.operation_id in waiting.text
    await desk.press(PRIYA, waiting, "approve")
    await desk.settled(own, "Done", "Priya Raman")

"""A change that others have to agree to, from the first line to the log channel."""

from __future__ import annotations

import json

from bot.domain.audit import Tag
from simulator import cast
from simulator.entra.faults import Fault
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.approving import INGRID, SET, SET_VIP, VICTORIA, approvers_card, ask, desk, told, words

__all__ = ["desk"]


async def test_a_senior_agrees_and_both_names_are_in_the_log(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    assert "After your confirmation it needs 1 approval by Helpdesk seniors" in own.text
    assert "A senior agrees" in own.text
    operation_id = own.operation_id
    pressed = await desk.press(HANNA, own, "confirm")
    assert "Waiting for approval" in as_json(pressed.card)
    assert desk.phones(ALICE) == {}

    card = await approvers_card(desk, operation_id)
    assert card.message.conversation == APPROVALS.id
    for said in (
        "Hanna Visser",
        "Alice Jansen",
        "+31 •••••••78",
        "INC-42",
        "lost phone",
        "A senior agrees",
        "Helpdesk seniors",
        "Expires at",
    ):
        assert said.replace(" ", "\u00a0") in card.text or said in card.text, said
    assert "12345678" not in as_json(card.card)
    assert card.verbs == ["approve", "deny", "suspect"]
    link = next(action for action in card.card["actions"] if action["type"] == "Action.OpenUrl")
    assert link["url"] == f"https://teams.microsoft.com/l/chat/0/0?users={HANNA.upn}"

    pressed = await desk.press(INGRID, card, "approve")
    assert "Approved by" in as_json(pressed.card)
    await desk.settled(own, "Done", "Ingrid Lund")
    await desk.settled(card, "Done", "Ingrid Lund")
    assert card.verbs == []
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
    await told(desk, HANNA, f"Ingrid Lund approved {operation_id}")
    post = await desk.logged("Done", "Alice Jansen", "Hanna Visser", "Approved by", "Ingrid Lund")
    assert "12345678" not in as_json(post.card() or {})
    approved = [row for row in desk.trail() if row.tag == Tag.OPERATION_APPROVED]
    assert [(row.actor_name, json.loads(row.facts)["approvals"]) for row in approved] == [("Ingrid Lund", "1 of 1")]
    posts = [message for message in desk.teams.thread(APPROVALS) if message.by_bot]
    assert len(posts) == 1  # one card through its whole life


async def test_two_have_to_agree_one_after_the_other(desk: Desk) -> None:
    operation_id, own, card = await ask(desk, SET_VIP)
    pressed = await desk.press(INGRID, card, "approve")
    assert "You agreed already" in as_json(pressed.card)
    await told(desk, HANNA, f"Ingrid Lund approved {operation_id} (1 of 2); one more person has to agree.")
    await desk.settled(card, "Approved by Ingrid Lund (1 of 2)")
    await desk.settled(own, "Waiting for approval", "Ingrid Lund (1 of 2)")
    assert desk.phones(VICTORIA) == {"mobile": "+44 7400123456"}
    assert "You have agreed already" in (await desk.press(INGRID, card, "approve")).message

    await desk.press(SAM, card, "approve")
    await desk.settled(card, "Done", "Ingrid Lund and Sam Okafor (2 of 2)")
    await desk.settled(own, "Done", "Ingrid Lund and Sam Okafor")
    await desk.logged("Approved by", "Ingrid Lund and Sam Okafor")
    await told(desk, HANNA, f"Sam Okafor approved {operation_id}; it is being carried out")
    assert desk.phones(VICTORIA) == {"mobile": "+44 7400654321"}


async def test_what_needs_nobody_goes_on_as_before(desk: Desk) -> None:
    await desk.change(HANNA, "enable sms sign-in for omar")
    assert desk.teams.thread(APPROVALS) == []


async def test_a_denial_with_a_reason_reaches_everybody(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    await desk.press(INGRID, card, "deny", data={"reason": "she called from\n+31 6 55555555"})
    await desk.settled(card, "Denied", f"Ingrid Lund denied {operation_id} because she called from", "Nothing was changed")
    await desk.settled(own, "Denied", "Ingrid Lund denied")
    await told(desk, HANNA, f"Ingrid Lund denied {operation_id} because she called from")
    assert "55555555" not in str(desk.trail())
    assert "55555555" not in as_json(card.card)
    assert f"Ingrid Lund denied {operation_id}" in (await desk.press(SAM, card, "approve")).message
    assert f"Ingrid Lund denied {operation_id}" in (await desk.press(HANNA, own, "cancel")).message
    assert desk.phones(ALICE) == {}


async def test_a_denial_without_a_reason_unless_policy_wants_one(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    await desk.press(INGRID, card, "deny")
    await desk.settled(own, f"Ingrid Lund denied {operation_id}. Nothing was changed.")
    await told(desk, HANNA, f"Ingrid Lund denied {operation_id}.", "Not carried out")

    operation_id, own, card = await ask(desk, SET_VIP)
    for empty in ({}, {"reason": "  "}, {"reason": 7}):
        assert "wants to know why" in (await desk.press(INGRID, card, "deny", data=empty)).message
    await desk.press(INGRID, card, "deny", data={"reason": "she is in the office"})
    await desk.settled(own, f"Ingrid Lund denied {operation_id} because she is in the office.")


async def test_the_requester_cancels_while_it_waits(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    await desk.press(HANNA, own, "cancel")
    await desk.settled(card, "Cancelled", "Hanna Visser")
    assert card.verbs == []
    assert f"Hanna Visser cancelled {operation_id}" in (await desk.press(INGRID, card, "approve")).message
    assert desk.phones(ALICE) == {}


async def test_the_requester_cancels_on_the_approvers_card(desk: Desk) -> None:
    _, own, card = await ask(desk)
    view = await desk.teams.refresh(HANNA, card.message.id)
    assert view is not None
    pressed = await desk.press(HANNA, card, "cancel")
    assert "Cancelled" in as_json(pressed.card)
    assert "12345678" not in as_json(pressed.card)
    await desk.settled(own, "Cancelled")
    await desk.settled(card, "Cancelled")


async def test_each_reader_gets_the_view_that_concerns_them(desk: Desk) -> None:
    _, _, card = await ask(desk)

    async def verbs(who: cast.Member) -> tuple[str, list[str]]:
        await desk.teams.refresh(who, card.message.id)
        seen = Answer(desk, card.message, who)
        return seen.text, seen.verbs

    assert (await verbs(INGRID))[1] == ["approve", "deny", "suspect"]
    text, buttons = await verbs(HANNA)
    assert "You asked for this" in text
    assert buttons == ["cancel", "suspect"]
    for onlooker in (OSCAR, BRAM):
        text, buttons = await verbs(onlooker)
        assert "Helpdesk seniors decide this" in text
        assert buttons == []


async def test_approvers_in_the_channel_are_mentioned_once(desk: Desk) -> None:
    _, own, card = await ask(desk, SET_VIP)
    entities = card.card["msteams"]["entities"]
    assert sorted(entity["mentioned"]["name"] for entity in entities) == ["Ingrid Lund", "Sam Okafor"]
    assert all(entity["text"] in as_json(card.card["body"]) for entity in entities)
    await desk.press(INGRID, card, "approve")
    await desk.settled(card, "1 of 2")
    assert "entities" not in (desk.teams.card(card.message.id) or {})["msteams"]
    mentioning = [sent for sent in desk.teams.sent if "<at>" in json.dumps(sent.activity)]
    assert len(mentioning) == 1
    assert own.verbs == ["cancel", "suspect"]


async def test_a_senior_who_asks_is_not_mentioned(desk: Desk) -> None:
    _, _, card = await ask(desk, SET, SAM)
    assert [entity["mentioned"]["name"] for entity in card.card["msteams"]["entities"]] == ["Ingrid Lund"]


async def test_without_a_roster_the_card_is_there_all_the_same(desk: Desk) -> None:
    desk.teams.faults.add("403", conversation=APPROVALS.id, method="GET")
    _, own, card = await ask(desk)
    assert "refresh" not in card.card
    assert "entities" not in card.card["msteams"]
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done")


async def test_asked_in_a_channel_the_conversation_is_linked(desk: Desk) -> None:
    own = await desk.say(HANNA, SET, HELPDESK)
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, own.operation_id)
    link = next(action for action in card.card["actions"] if action["type"] == "Action.OpenUrl")["url"]
    assert link.startswith("https://teams.microsoft.com/l/message/19%3A")
    assert own.message.id in link
    assert f"parentMessageId={own.message.thread}" in link
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done", "Ingrid Lund")
    message = await desk.teams.wait_for(
        lambda message: message.conversation == HELPDESK.id and message.by_bot and "Ingrid Lund approved" in words(message)
    )
    assert message.thread == own.message.thread
    assert "12345678" not in "".join(as_json(each.card() or {}) for each in desk.teams.thread(HELPDESK) if each.by_bot)


async def test_somebody_reports_a_suspicious_call_on_the_approvers_card(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    pressed = await desk.press(INGRID, card, "suspect")
    assert "Cancelled" in as_json(pressed.card)
    await desk.settled(own, "Cancelled", "Ingrid Lund reported a suspicious call")
    await desk.settled(card, "Cancelled")
    await told(desk, HANNA, operation_id, "Ingrid Lund reported a suspicious call")
    assert f"Ingrid Lund cancelled {operation_id}" in (await desk.press(SAM, card, "approve")).message


async def test_what_fails_after_somebody_agreed_is_said_below_with_a_way_to_try_again(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.entra.faults.add(Fault(effect="forbidden", method="POST", path="phoneMethods"))
    await desk.press(INGRID, card, "approve")
    below = Answer(desk, await told(desk, HANNA, operation_id, "Not carried out", "Set mobile phone for Alice Jansen"), HANNA)
    await desk.settled(own, "Failed")
    assert below.verbs == ["again"]

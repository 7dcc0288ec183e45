"""Approvers' cards in personal chats: a copy for each who is asked, all of them true to the end, whatever people and Teams do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.domain.audit import Tag
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, NADIA, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.approving import INGRID, POLICY, SET, SET_VIP, VICTORIA, approvers_card, told, words
from tests.scenarios.bulking import previewed
from tests.scenarios.in_person import NO_CHANNEL, ask, asked, cards, chat_of, chats, posts

__all__ = ["chats"]


def pressing(verb: str, operation_id: str, **data: str) -> dict[str, Any]:
    """What a client sends for a button, whether the card shows it or not."""
    return {"type": "Action.Execute", "verb": verb, "data": {"id": operation_id, **data}}


async def test_a_copy_is_the_approvers_card(chats: Desk) -> None:
    operation_id, own, hers, his = await asked(chats)
    for card in (hers, his):
        assert card.verbs == ["approve", "deny", "suspect"]
        for said in ("Hanna Visser", "Alice Jansen", "+31 •••••••78", "INC-42", "lost phone", "A senior agrees", "Helpdesk seniors"):
            assert said.replace(" ", "\u00a0") in card.text or said in card.text, said
        assert "12345678" not in as_json(card.card)
        assert "refresh" not in card.card  # the message is its reader's own
        assert "entities" not in card.card.get("msteams", {})
    pressed = await chats.press(INGRID, hers, "approve")
    assert "Approved by" in as_json(pressed.card)
    await chats.settled(own, "Done", "Ingrid Lund")
    for card in (hers, his):
        await chats.settled(card, "Done", "Ingrid Lund")
        assert card.verbs == []
        assert "12345678" not in as_json(card.card)
    await told(chats, HANNA, f"Ingrid Lund approved {operation_id}")
    assert chats.phones(ALICE) == {"mobile": "+31 612345678"}
    assert len(posts(chats, INGRID)) == len(posts(chats, SAM)) == 1  # one message through its whole life


async def test_two_have_to_agree_each_on_their_own_card(chats: Desk) -> None:
    operation_id, own, hers, his = await asked(chats, SET_VIP)
    pressed = await chats.press(INGRID, hers, "approve")
    assert "You agreed already" in as_json(pressed.card)
    await chats.settled(his, "Approved by Ingrid Lund (1 of 2)")
    await chats.settled(hers, "You agreed already", "(1 of 2)")
    assert hers.verbs == ["deny", "suspect"]
    assert his.verbs == ["approve", "deny", "suspect"]
    again = await chats.press(INGRID, hers, "approve", action=pressing("approve", operation_id))
    assert "You have agreed already" in again.message
    await chats.press(SAM, his, "approve")
    for card in (own, hers, his):
        await chats.settled(card, "Done", "Ingrid Lund and Sam Okafor")
    assert chats.phones(VICTORIA) == {"mobile": "+44 7400654321"}


async def test_whoever_agreed_may_still_deny_and_has_to_say_why_where_policy_wants_it(chats: Desk) -> None:
    operation_id, own, hers, his = await asked(chats, SET_VIP)
    await chats.press(INGRID, hers, "approve")
    await chats.settled(hers, "(1 of 2)")
    assert "wants to know why" in (await chats.press(INGRID, hers, "deny")).message
    await chats.press(INGRID, hers, "deny", data={"reason": "second thoughts, call +31 6 55555555"})
    for card in (own, hers, his):
        await chats.settled(card, "Denied", f"Ingrid Lund denied {operation_id} because second thoughts")
        assert "55555555" not in as_json(card.card)
    assert "Ingrid Lund denied" in (await chats.press(SAM, his, "approve", action=pressing("approve", operation_id))).message


#: How a request ends -> who presses what on which of the three cards, and the word on every card afterwards.
ENDS = {
    "approved": (INGRID, "hers", "approve", "Done"),
    "denied": (SAM, "his", "deny", "Denied"),
    "cancelled": (HANNA, "own", "cancel", "Cancelled"),
    "reported": (INGRID, "hers", "suspect", "Cancelled"),
    "expired": (None, "", "", "Expired"),
    "withdrawn": (SAM, "his", "approve", "Failed"),
}


@pytest.mark.parametrize("style", ["execute", "submit"])
@pytest.mark.parametrize("end", ENDS)
async def test_every_copy_shows_the_end(chats: Desk, end: str, style: str) -> None:
    who, which, verb, word = ENDS[end]
    _, own, hers, his = await asked(chats)
    if end == "withdrawn":
        chats.entra.person(HANNA.upn).account_enabled = False
    if who is None:
        chats.later(minutes=61)
    else:
        await chats.press(who, {"own": own, "hers": hers, "his": his}[which], verb, style=style)
    for card in (own, hers, his):
        await chats.settled(card, word)
    assert hers.verbs == his.verbs == []
    assert len(posts(chats, INGRID)) == len([each for each in posts(chats, SAM) if "Needs" in words(each)]) == 1
    assert bool(chats.entra.writes) is (end == "approved")


async def test_one_copy_that_teams_refuses_stops_no_other(chats: Desk) -> None:
    chats.teams.faults.add("403", conversation=chat_of(chats, SAM), method="POST")
    operation_id, own = await ask(chats)
    hers = await approvers_card(chats, operation_id, INGRID)
    await chats.press(INGRID, hers, "approve")
    await chats.settled(own, "Done", "Ingrid Lund")
    await chats.settled(hers, "Done")
    chats.teams.faults.clear()
    assert cards(chats, SAM, operation_id) == []
    assert "I can only ask Ingrid Lund" in (await chats.say(HANNA, SET_VIP)).text  # whoever cannot be written to is not known
    await chats.say(SAM, "hello")
    assert "confirm" in (await chats.say(HANNA, SET_VIP)).verbs


@pytest.mark.parametrize(("line", "refusing"), [(SET, (INGRID, SAM)), (SET_VIP, (SAM,))], ids=["all-of-them", "one-of-two-needed"])
@pytest.mark.parametrize("status", ["403", "404", "400"])
async def test_when_too_few_can_be_asked_the_request_ends_with_a_sentence(
    chats: Desk, line: str, refusing: tuple[cast.Member, ...], status: str
) -> None:
    for person in refusing:
        chats.teams.faults.add(status, conversation=chat_of(chats, person), method="POST")
    operation_id, own = await ask(chats, line)
    await chats.settled(own, "Failed", "Teams does not let me write to", f"({status})", "APPROVAL_CHANNEL_ID", "Nothing was changed")
    assert all(person.name in own.text for person in refusing)
    await told(chats, HANNA, operation_id, "too few people could be asked to agree")
    for card in cards(chats, INGRID, operation_id):
        await chats.settled(Answer(chats, card, INGRID), "Failed")
    assert chats.entra.writes == []


async def test_one_chat_out_of_reach_keeps_nobody_from_deciding(chats: Desk) -> None:
    chats.teams.down(SAM)
    operation_id, own = await ask(chats)
    hers = await approvers_card(chats, operation_id, INGRID)
    await chats.press(INGRID, hers, "approve")
    await chats.settled(own, "Done", "Ingrid Lund")
    await chats.settled(hers, "Done")
    chats.teams.up(SAM)
    await chats.say(SAM, "hello")
    assert cards(chats, SAM, operation_id) == []  # it is over: nobody is asked any more


@pytest.mark.parametrize("restarted", [True, False], ids=["restarted", "tried-again"])
async def test_a_copy_that_is_there_is_not_posted_again_with_one_that_comes_later(chats: Desk, restarted: bool) -> None:
    chats.teams.down(SAM)
    operation_id, own = await ask(chats, SET_VIP)
    hers = await approvers_card(chats, operation_id, INGRID)
    if restarted:
        await chats.restart_bot()
    chats.teams.up(SAM)
    his = await approvers_card(chats, operation_id, SAM)
    await chats.press(SAM, his, "approve")
    await chats.settled(hers, "Approved by Sam Okafor (1 of 2)")
    if restarted:
        await chats.restart_bot()
    await chats.press(INGRID, hers, "approve")
    for card in (own, hers, his):
        await chats.settled(card, "Done", "Sam Okafor and Ingrid Lund")
    assert len(cards(chats, INGRID, operation_id)) == len(cards(chats, SAM, operation_id)) == 1


async def test_a_copy_somebody_deleted_is_posted_anew(chats: Desk) -> None:
    operation_id, own, hers, his = await asked(chats, SET_VIP)
    chats.teams.faults.add("404", conversation=chat_of(chats, SAM), method="PUT", count=1)
    await chats.press(INGRID, hers, "approve")
    message = await chats.teams.wait_for(
        lambda message: message.conversation == chat_of(chats, SAM) and message.id != his.message.id and "1 of 2" in words(message)
    )
    anew = Answer(chats, message, SAM)
    await chats.press(SAM, anew, "approve")
    await chats.settled(anew, "Done")
    await chats.settled(own, "Done")
    assert operation_id in anew.text


async def test_the_card_answers_with_the_card_and_the_list_with_the_list(chats: Desk) -> None:
    operation_id, own, hers, _ = await asked(chats, SET_VIP)
    pending = await chats.say(INGRID, "pending")
    seen = await chats.press(INGRID, hers, "view", action=pressing("view", operation_id))
    assert "Needs" in as_json(seen.card)
    listed = await chats.press(INGRID, pending, "view", action=pressing("view", operation_id))
    assert "Waiting for your approval" in as_json(listed.card)
    pressed = await chats.press(INGRID, pending, "approve")
    assert "Nothing else waits for your approval" in as_json(pressed.card)
    await chats.settled(hers, "You agreed already", "(1 of 2)")
    assert "Needs" in hers.text  # the list has not taken its place
    await chats.settled(own, "(1 of 2)")


@pytest.mark.parametrize("verb", ["view", "approve", "deny"])
async def test_nobody_gets_a_card_who_was_not_asked(chats: Desk, verb: str) -> None:
    """Ids are short and can be guessed, and a message may be anybody's."""
    operation_id, own, hers, _ = await asked(chats)
    his = await chats.say(OSCAR, "hello")
    answer = await chats.press(OSCAR, his, verb, action=pressing(verb, operation_id))
    assert "Alice" not in as_json(answer.card or {})
    assert verb == "view" or "not in the helpdesk group" in answer.message
    scene = chats.teams._scene(OSCAR, chat_of(chats, OSCAR))
    forged = chats.teams.activities.execute(scene, hers.message.id, pressing("view", operation_id), "manual")
    assert "Alice" not in (await chats.teams.post(forged))[2]
    assert "Needs" in hers.text
    assert "Waiting" in own.text


async def test_a_channels_card_is_nobodys_own(database_url: str) -> None:
    async with Desk(database_url, POLICY) as desk:
        operation_id, own = await ask(desk)
        card = await approvers_card(desk, operation_id)
        for who in (OSCAR, INGRID):
            await desk.say(who, "hello")
            scene = desk.teams._scene(who, chat_of(desk, who))
            forged = desk.teams.activities.execute(scene, card.message.id, pressing("view", operation_id), "manual")
            assert "Requested by" not in (await desk.teams.post(forged))[2]
        assert "Waiting" in own.text


async def test_until_graph_says_who_may_agree_nobody_is_asked_and_the_request_waits(chats: Desk) -> None:
    own = await chats.say(HANNA, SET)
    operation_id = own.operation_id
    members = chats.entra.faults.add(Fault(effect="unavailable", path="/groups"))
    await chats.press(HANNA, own, "confirm")
    await chats.settled(own, "Waiting for approval")
    await members.met.wait()
    chats.entra.faults.clear()
    await chats.press(INGRID, await approvers_card(chats, operation_id, INGRID), "approve")
    await chats.settled(own, "Done")


async def test_whoever_is_no_approver_any_more_cannot_decide_on_their_card(chats: Desk) -> None:
    operation_id, own, hers, his = await asked(chats)
    chats.entra.tenant.leave(chats.entra.group("Helpdesk seniors"), INGRID.id)
    for verb in ("approve", "deny"):
        assert "Only members of Helpdesk seniors can decide this" in (await chats.press(INGRID, hers, verb)).message
    view = await chats.press(INGRID, hers, "view", action=pressing("view", operation_id))
    assert "Helpdesk seniors decide this" in as_json(view.card)
    await chats.press(SAM, his, "approve")
    await chats.settled(own, "Done", "Sam Okafor")


async def test_an_approver_without_a_copy_decides_on_the_list(chats: Desk) -> None:
    chats.entra.tenant.join(chats.entra.group("Helpdesk seniors"), NADIA.id)
    _, own, hers, his = await asked(chats)
    await chats.press(NADIA, await chats.say(NADIA, "pending"), "approve")
    for card in (own, hers, his):
        await chats.settled(card, "Done", "Nadia Haddad")


async def test_reminders_go_to_those_who_have_not_agreed(chats: Desk) -> None:
    operation_id, _, hers, his = await asked(chats, SET_VIP)
    await chats.press(INGRID, hers, "approve")
    await chats.settled(his, "(1 of 2)")
    chats.later(minutes=6)
    reminder = await told(chats, SAM, f"{operation_id} still waits for Helpdesk seniors", "Ingrid Lund agreed (1 of 2)", "in this chat")
    assert reminder.conversation == chat_of(chats, SAM)
    await chats.press(SAM, his, "deny", data={"reason": "no"})
    await chats.settled(hers, "Denied")
    assert not any("still waits" in words(message) for message in posts(chats, INGRID))


async def test_each_copy_speaks_its_readers_language(chats: Desk) -> None:
    chats.teams.speak(INGRID, "nl-NL")
    chats.clock.forward(days=1)
    await chats.say(INGRID, "hallo")
    operation_id, own = await ask(chats)
    his = await approvers_card(chats, operation_id, SAM)
    message = await chats.teams.wait_for(lambda message: message.conversation == chat_of(chats, INGRID) and "Goedkeuren" in words(message))
    hers = Answer(chats, message, INGRID)
    await chats.press(SAM, his, "approve")
    await chats.settled(own, "Done")
    await chats.settled(hers, "Klaar", "Sam Okafor")
    await chats.settled(his, "Done")


async def test_what_changed_on_the_account_is_on_every_copy_before_a_press_counts(chats: Desk) -> None:
    _, own, hers, his = await asked(chats)
    chats.entra.person(ALICE.upn).department = "Finance"
    assert "The account of Alice Jansen has changed" in (await chats.press(INGRID, hers, "approve")).message
    for card in (hers, his):
        await chats.settled(card, "department Sales → Finance")
    await chats.press(SAM, his, "approve")
    await chats.settled(own, "Done")


async def test_a_redelivered_press_counts_once(chats: Desk) -> None:
    operation_id, _, hers, _ = await asked(chats, SET_VIP)
    scene = chats.teams._scene(INGRID, hers.message.conversation_id)
    activity = chats.teams.activities.execute(scene, hers.message.id, pressing("approve", operation_id), "manual")
    answers = [(await chats.teams.post(activity))[2] for _ in range(2)]
    assert all("You agreed already" in answer for answer in answers)
    approved = [row for row in chats.trail() if row.tag == Tag.OPERATION_APPROVED]
    assert [json.loads(row.facts)["approvals"] for row in approved] == ["1 of 2"]


async def test_many_hands_on_both_copies_have_one_outcome(chats: Desk) -> None:
    operation_id, own, hers, his = await asked(chats, SET_VIP)
    presses = [(INGRID, hers, "approve"), (SAM, his, "approve"), (SAM, his, "view"), (INGRID, hers, "deny"), (HANNA, own, "cancel")] * 6
    action = {verb: pressing(verb, operation_id, reason="not like this") for verb in ("approve", "view", "deny", "cancel")}
    await asyncio.gather(*(chats.press(who, card, verb, action=action[verb]) for who, card, verb in presses))
    ends = {Tag.OPERATION_FINISHED: "Done", Tag.OPERATION_DENIED: "Denied", Tag.OPERATION_CANCELLED: "Cancelled"}
    await chats.teams.wait_for(lambda _: any(row.tag in ends for row in chats.trail()))
    (end,) = [row.tag for row in chats.trail() if row.tag in ends]
    for card in (own, hers, his):
        await chats.settled(card, ends[end])
    assert len(cards(chats, INGRID, operation_id)) == len(cards(chats, SAM, operation_id)) == 1


async def test_a_file_is_agreed_to_there_too(database_url: str) -> None:
    async with Desk(database_url, **NO_CHANNEL) as desk:
        await desk.say(BRAM, "hello")
        job_id, own = await previewed(desk, "user,mobile", f"{ALICE.upn},+31 6 12345678")
        await desk.press(HANNA, own, "confirm")
        card = await approvers_card(desk, job_id, BRAM)
        assert "people.csv" in card.text
        await desk.press(BRAM, card, "approve")
        await desk.settled(card, "Done")
        assert desk.phones(ALICE) == {"mobile": "+31 612345678"}

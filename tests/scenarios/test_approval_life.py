"""A request that waits: through time, restarts, redelivered presses, and a Teams that does not take its card."""

from __future__ import annotations

import pytest

from bot.domain.audit import Tag
from simulator.teams.threads import Message
from tests.desk import APPROVALS, HANNA, SAM, Answer, Desk
from tests.scenarios.approving import INGRID, SET, SET_VIP, approvers_card, ask, desk, told, words

__all__ = ["desk"]


def posts(desk: Desk) -> list[str]:
    """What the bot said in the approval channel, oldest first."""
    return [words(message) for message in desk.teams.thread(APPROVALS) if message.by_bot]


async def test_nobody_decides_in_time_and_the_requester_is_told(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    desk.later(minutes=11)  # longer than a confirmation may take: that expiry is not this one
    await desk.press(HANNA, own, "refresh", action={"type": "Action.Execute", "verb": "refresh", "data": {"id": operation_id}})
    assert "Waiting for approval" in own.text
    desk.later(minutes=50)
    await desk.settled(card, "Expired", "Nobody approved it in time. Nothing was changed.")
    await desk.settled(own, "Expired", "Nobody approved it in time")
    message = await told(desk, HANNA, operation_id, "Set mobile phone for Alice Jansen", "Nobody approved it in time", "Press “Send again”")
    assert card.verbs == []
    assert [row.tag for row in desk.trail()].count(Tag.OPERATION_EXPIRED) == 1
    assert desk.entra.writes == []
    below = Answer(desk, message, HANNA)
    await desk.press(HANNA, below, "again")
    assert below.verbs == ["confirm", "cancel", "suspect"]


async def test_an_unconfirmed_request_expires_in_silence(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    desk.later(minutes=11)
    await desk.settled(own, "Expired", "Nobody confirmed it in time")
    assert posts(desk) == []


async def test_approvers_are_reminded_with_growing_pauses(desk: Desk) -> None:
    operation_id, own, card = await ask(desk)
    for minutes, left in ((5, "55 minutes"), (10, "45 minutes"), (20, "25 minutes")):
        desk.later(minutes=minutes)

        def reminds(message: Message, left: str = left) -> bool:
            return message.conversation == APPROVALS.id and f"It expires in {left}" in words(message)

        reminder = await desk.teams.wait_for(reminds)
        assert f"{operation_id} still waits for Helpdesk seniors: asked by Hanna Visser for Alice Jansen." in words(reminder)
        assert reminder.thread == card.message.thread
    assert len(posts(desk)) == 4
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done")


async def test_what_is_decided_or_soon_over_is_not_reminded_of(desk: Desk) -> None:
    _, _, card = await ask(desk)
    await desk.press(INGRID, card, "deny")
    await told(desk, HANNA, "Ingrid Lund denied")
    operation_id, _, vip = await ask(desk, SET_VIP)  # 30 minutes: the reminder after 35 is left out
    await desk.press(INGRID, vip, "approve")
    desk.later(minutes=6)
    reminder = await desk.teams.wait_for(lambda message: "still waits" in words(message))
    assert f"{operation_id} still waits for Helpdesk seniors" in words(reminder)
    assert "Ingrid Lund agreed (1 of 2)." in words(reminder)
    desk.later(minutes=25)
    await desk.settled(vip, "Expired")
    assert len([each for each in posts(desk) if "still waits" in each]) <= 2


@pytest.mark.parametrize("status", ["403", "404"])
async def test_a_channel_that_refuses_the_card_ends_the_request(desk: Desk, status: str) -> None:
    desk.teams.faults.add(status, conversation=APPROVALS.id, method="POST")
    own = await desk.say(HANNA, SET)
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Failed", f"does not let me post in the channel where approvers are asked ({status})", "APPROVAL_CHANNEL_ID")
    await told(desk, HANNA, own.operation_id, "does not let me post in the channel where approvers are asked")
    assert desk.entra.writes == []
    desk.teams.faults.clear()
    await desk.press(HANNA, own, "again")
    again = own.operation_id
    await desk.press(HANNA, own, "confirm")
    await desk.press(INGRID, await approvers_card(desk, again), "approve")
    await desk.settled(own, "Done")


async def test_a_channel_out_of_reach_gets_the_card_later(desk: Desk) -> None:
    desk.teams.down(APPROVALS)
    own = await desk.say(HANNA, SET)
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Waiting for approval")
    desk.teams.up(APPROVALS)
    card = await approvers_card(desk, own.operation_id)
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done")
    await desk.settled(card, "Done")


async def test_a_channel_out_of_reach_until_the_end(desk: Desk) -> None:
    desk.teams.down(APPROVALS)
    own = await desk.say(HANNA, SET)
    operation_id = own.operation_id
    await desk.press(HANNA, own, "confirm")
    desk.later(minutes=61)
    await desk.settled(own, "Expired")
    desk.teams.up(APPROVALS)
    await told(desk, HANNA, operation_id, "Nobody approved it in time")
    assert posts(desk) == []


async def test_a_card_somebody_deleted_is_posted_anew(desk: Desk) -> None:
    operation_id, own, card = await ask(desk, SET_VIP)
    desk.teams.faults.add("404", conversation=APPROVALS.id, method="PUT", count=1)
    await desk.press(INGRID, card, "approve")
    message = await desk.teams.wait_for(
        lambda message: message.conversation == APPROVALS.id and message.id != card.message.id and "1 of 2" in words(message)
    )
    anew = Answer(desk, message, SAM)
    assert "entities" not in anew.card["msteams"]
    await desk.press(SAM, anew, "approve")
    await desk.settled(anew, "Done")
    await desk.settled(own, "Done")
    assert operation_id in anew.text


async def test_what_waits_survives_a_restart(desk: Desk) -> None:
    _, own, card = await ask(desk, SET_VIP)
    await desk.press(INGRID, card, "approve")
    await desk.stop_bot()
    await desk.start_bot()
    assert "You have agreed already" in (await desk.press(INGRID, card, "approve")).message
    await desk.press(SAM, card, "approve")
    await desk.settled(own, "Done", "Ingrid Lund and Sam Okafor")
    await desk.settled(card, "Done")


async def test_a_redelivered_press_counts_once(desk: Desk) -> None:
    operation_id, own, card = await ask(desk, SET_VIP)
    scene = desk.teams._scene(INGRID, card.message.conversation_id)
    action = {"type": "Action.Execute", "verb": "approve", "data": {"id": operation_id}}
    activity = desk.teams.activities.execute(scene, card.message.id, action, "manual")
    first = await desk.teams.post(activity)
    again = await desk.teams.post(activity)
    assert "You agreed already" in first[2]
    assert "You agreed already" in again[2]
    await desk.settled(card, "1 of 2")
    assert [row.tag for row in desk.trail()].count(Tag.OPERATION_APPROVED) == 1
    await desk.press(SAM, card, "approve")
    await desk.settled(own, "Done")


async def test_old_clients_decide_too(desk: Desk) -> None:
    _, own, card = await ask(desk)
    await desk.press(INGRID, card, "deny", data={"reason": "not today"}, style="submit")
    await desk.settled(own, "Ingrid Lund denied", "because not today")
    await desk.settled(card, "Denied")

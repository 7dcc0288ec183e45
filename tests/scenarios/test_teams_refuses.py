"""What real Teams refuses beside the book: people are answered, asked and told all the same."""

from __future__ import annotations

import json

import pytest

from simulator.teams.identity import personal_chat_id
from tests.desk import BRAM, HANNA, HELPDESK, OMAR, SAM, Answer, Desk
from tests.scenarios.approving import words

#: Nothing here looks at storage, so one database does.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(built_in_desk: Desk) -> Desk:
    return built_in_desk


async def test_an_activity_that_names_another_region_is_answered_where_its_sender_is(desk: Desk) -> None:
    await desk.say(HANNA, "hello")
    desk.teams.equip(HANNA, region="fr")
    answer = await desk.say(HANNA, "set mobile for noor dekker +31 6 12345678")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert await desk.logged("Noor Dekker", "Done")


async def test_who_moves_to_another_region_still_hears_how_it_ended_and_is_asked_to_agree(desk: Desk) -> None:
    for who in (BRAM, SAM):
        await desk.say(who, "hello")
    own = await desk.say(HANNA, "set mobile for omar +31 6 12345678")
    for who, region in ((HANNA, "ch"), (BRAM, "fr")):
        desk.teams.move(who, region)
    for who in (HANNA, BRAM):
        await desk.say(who, "hello")
    await desk.press(HANNA, own, "confirm")
    asked = await desk.teams.wait_for(
        lambda message: message.conversation == personal_chat_id(BRAM) and "Approve" in json.dumps(message.card() or {})
    )
    await desk.press(BRAM, Answer(desk, asked, BRAM), "approve")
    await desk.settled(own, "Done")
    assert desk.phones(OMAR)["mobile"] == "+31 612345678"


async def test_a_refusal_for_the_presser_alone_finds_them_in_their_own_region(desk: Desk) -> None:
    own = await desk.say(HANNA, "set mobile for omar +31 6 12345678", HELPDESK)
    await desk.say(BRAM, "hello")
    desk.teams.move(BRAM, "fr")
    await desk.say(BRAM, "hello")
    desk.teams.insistent = ""
    await desk.teams.press(BRAM, own.message.id, "confirm", style="submit", action={"verb": "confirm", "id": own.operation_id})
    last = [message for message in desk.teams.thread(BRAM) if message.by_bot][-1]
    assert "Hanna Visser" in words(last), words(last)
    assert "does nothing" not in words(last)


async def test_a_deleted_card_is_posted_anew(desk: Desk) -> None:
    """Of the update of what was deleted the service says 403 and nothing else."""
    own = await desk.say(HANNA, "set mobile for noor dekker +31 6 12345678")
    desk.teams.threads.delete(own.message)
    await desk.press(HANNA, own, "confirm")
    done = await desk.teams.wait_for(
        lambda message: message.conversation == own.message.conversation and message.id != own.message.id and "Done" in words(message)
    )
    assert own.operation_id in words(done)


async def test_an_approver_who_blocked_the_bot_is_forgotten_and_one_in_passing_trouble_is_not(desk: Desk) -> None:
    for who in (BRAM, SAM):
        await desk.say(who, "hello")
    desk.teams.block(BRAM)
    desk.teams.faults.add("403", conversation=personal_chat_id(SAM), method="POST", code="ServiceError", message="Unknown", count=2)
    own = await desk.say(HANNA, "set mobile for omar +31 6 12345678")
    await desk.press(HANNA, own, "confirm")
    asked = await desk.teams.wait_for(
        lambda message: message.conversation == personal_chat_id(SAM) and "Approve" in json.dumps(message.card() or {})
    )
    await desk.press(SAM, Answer(desk, asked, SAM), "approve")
    await desk.settled(own, "Done")


async def test_what_the_requester_blocked_is_done_all_the_same(desk: Desk) -> None:
    own = await desk.say(HANNA, "set mobile for noor dekker +31 6 12345678")
    desk.teams.block(HANNA)
    await desk.press(HANNA, own, "confirm")
    assert await desk.logged("Noor Dekker", "Done")


async def test_no_address_is_taken_from_a_stranger(desk: Desk) -> None:
    """What is not verified is never asked where a conversation is."""
    await desk.say(HANNA, "hello")
    desk.teams.move(HANNA, "evil")
    forged = desk.teams.compose(HANNA, "hello")
    desk.teams.equip(HANNA, region="emea")
    assert (await desk.teams.post(forged, {"Authorization": "Bearer nonsense", "Content-Type": "application/json"}))[0] == 401
    said = len(desk.teams.sent)
    assert (await desk.teams.say(HANNA, "hello")).delivered == 200
    assert len(desk.teams.sent) == said

"""What real Teams refuses beside the book: people are answered, asked and told all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.desk import BRAM, HANNA, HELPDESK, SAM, Desk
from tests.scenarios.approving import INGRID, SET, approvers_card, words
from tests.scenarios.in_person import ask, chat_of, chats

__all__ = ["chats"]

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


async def test_the_first_message_ever_may_name_another_region(desk: Desk) -> None:
    desk.teams.equip(HANNA, region="fr")
    assert "Hello Hanna Visser" in (await desk.say(HANNA, "hello")).text


async def test_after_a_restart_it_is_still_known_where_people_are(desk: Desk) -> None:
    desk.teams.move(HANNA, "ch")
    await desk.say(HANNA, "hello")
    await desk.restart_bot()
    desk.teams.equip(HANNA, region="fr")
    answer = await desk.say(HANNA, "set mobile for noor dekker +31 6 12345678")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")


async def test_what_teams_refuses_is_told_in_the_log(desk: Desk, logged: Callable[[], str]) -> None:
    await desk.say(HANNA, "hello")
    desk.teams.move(BRAM, "nowhere")
    desk.teams.equip(BRAM, region="fr")
    assert (await desk.teams.say(BRAM, "hello")).delivered == 200
    assert "reply_undeliverable" in (told := logged())
    assert "served in a region that no activity came from yet" in told
    assert "served_elsewhere" in told


async def test_who_moves_to_another_region_still_hears_how_it_ended_and_is_asked_to_agree(chats: Desk) -> None:
    own = await chats.say(HANNA, SET)
    for who, region in ((HANNA, "ch"), (SAM, "fr")):
        chats.teams.move(who, region)
        await chats.say(who, "hello")
    await chats.press(HANNA, own, "confirm")
    await chats.press(SAM, await approvers_card(chats, own.operation_id, SAM), "approve")
    await chats.settled(own, "Sam Okafor")
    await chats.teams.wait_for(lambda message: message.conversation == chat_of(chats, HANNA) and "approved" in words(message))


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
    operation_id = own.operation_id
    desk.teams.threads.delete(own.message)
    await desk.teams.press(HANNA, own.message.id, "confirm", action={"verb": "confirm", "data": {"id": operation_id}})
    await desk.teams.wait_for(lambda message: message.id > own.message.id and operation_id in words(message) and "Done" in words(message))


async def test_an_approver_in_passing_trouble_is_asked_all_the_same(chats: Desk) -> None:
    chats.teams.block(INGRID)
    chats.teams.faults.add("403", conversation=chat_of(chats, SAM), method="POST", code="ServiceError", message="Unknown", count=2)
    operation_id, own = await ask(chats)
    await chats.press(SAM, await approvers_card(chats, operation_id, SAM), "approve")
    await chats.settled(own, "Sam Okafor")


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

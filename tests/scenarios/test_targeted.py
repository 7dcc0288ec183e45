"""Saying no in a channel: to whoever asked alone where that is switched on, else in their own chat, else with a line that says nothing."""

from __future__ import annotations

import pytest

from bot.services import asking
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OSCAR, Desk
from tests.scenarios.bulking import words
from tests.scenarios.passes import PASS

#: What is refused, by whom: in a sentence, or on a form that holds what was typed.
WRONG = "set mobile for alice +31 6 1234"
NO = ((HANNA, "remove mobile for alice", "Alice Jansen has no mobile"), (OSCAR, "show alice", "helpdesk"), (HANNA, WRONG, "too short"))


def public(desk: Desk, about: str) -> list[str]:
    return [words(each) for each in desk.teams.thread(HELPDESK.id) if each.by_bot and not each.private_to and about in words(each)]


async def test_without_the_setting_the_answer_stands_in_the_thread(desk: Desk) -> None:
    for who, line, why in NO:
        answer = await desk.say(who, line, HELPDESK)
        assert (answer.message.private_to, why in answer.text) == (None, True)


async def test_with_it_whoever_asked_alone_reads_why(database_url: str) -> None:
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        for who, line, why in NO:
            answer = await desk.say(who, line, HELPDESK)
            assert (answer.message.private_to, why in answer.text) == (who, True)
            assert public(desk, why) == []
        assert (await desk.say(HANNA, "show alice", HELPDESK)).message.private_to is None
        assert (await desk.say(HANNA, "remove mobile for alice")).message.private_to is None  # Teams refuses it in a personal chat


async def test_where_teams_does_not_take_it_it_goes_to_their_own_chat(database_url: str) -> None:
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        for who, line, why in NO:
            desk.teams.faults.add("400", conversation=HELPDESK.id, method="POST", count=1)
            await desk.teams.say(who, line, HELPDESK)
            assert why in words(desk.teams.thread(who)[-1])
            assert public(desk, why) == []


async def test_without_a_way_to_them_a_line_says_nothing(database_url: str) -> None:
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        desk.teams.faults.add("403", conversation=desk.teams.threads.find(HANNA)[0].id, method="POST")
        for line in ("remove mobile for alice", WRONG):
            desk.teams.faults.add("400", conversation=HELPDESK.id, method="POST", count=1)
            answer = await desk.say(HANNA, line, HELPDESK)
            assert "I did nothing. Write to me in a personal chat to see why." in answer.text
            assert not {"Alice", "alice", "1234"} & set(answer.text.split())


async def test_such_a_form_is_filled_in_wherever_it_came_and_what_comes_of_it_is_for_the_channel(database_url: str) -> None:
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        form = await desk.say(HANNA, WRONG, HELPDESK)
        assert form.message.private_to is HANNA
        inputs = {"input_mode": "set", "input_phone": "mobile", "input_who_picked": ALICE.id, "input_number": "+31 6 12345678"}
        await desk.press(HANNA, form, "fill", data=inputs)
        asked = desk.teams.thread(HELPDESK.id)[-1]
        assert (asked.private_to, "Alice Jansen" in words(asked), "12345678" in words(asked)) == (None, True, False)


async def test_a_refusal_that_comes_late_is_no_different(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "IN_TIME_SECONDS", 0.1)
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        for refused, said in ((0, "Whoever asked knows why."), (2, "Write to me in a personal chat to see why.")):
            desk.entra.faults.add(Fault(effect="hold", path="/v1.0/"))
            late = await desk.say(HANNA, "remove mobile for alice", HELPDESK)
            assert "Still asking Entra ID" in late.text
            if refused:
                desk.teams.faults.add("403", method="POST", count=refused)
            desk.entra.faults.clear()
            await desk.settled(late, said)
            assert public(desk, "Alice Jansen has no mobile") == []
        told = [each for each in desk.teams.thread(HELPDESK.id) if each.private_to is HANNA]
        assert ["Alice Jansen has no mobile" in words(each) for each in told] == [True]


async def test_a_press_that_does_not_count_is_told_in_the_same_way(database_url: str) -> None:
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        asked = await desk.say(HANNA, "set mobile for alice +31 6 12345678", HELPDESK)
        await desk.press(BRAM, asked, "confirm", style="submit")
        said = desk.teams.thread(HELPDESK.id)[-1]
        assert (said.private_to, "Hanna Visser" in words(said)) == (BRAM, True)


async def test_a_pass_is_never_in_such_a_message(database_url: str) -> None:
    async with Desk(database_url, TARGETED_MESSAGES="1") as desk:
        await desk.say(HANNA, PASS, HELPDESK)
        assert not any(each.private_to for each in desk.teams.threads.messages.values())

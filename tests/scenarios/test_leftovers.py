"""What a card leaves its reader with: one answer, a button for the next step, and nothing that is not theirs to press."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import cast
from simulator.teams import Message
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, NADIA, OMAR, Answer, Desk, as_json
from tests.scenarios.approving import words
from tests.scenarios.passes import READY, ready

NOOR = cast.person("Noor Dekker")
SET = "set mobile for noor +31 6 12345678"


def titles(answer: Answer) -> list[str]:
    """What stands on the buttons at the bottom, but for the proofs."""
    return [each["title"] for each in answer.card.get("actions", []) if each["type"] == "Action.Execute"]


def forged(verb: str, operation_id: str) -> dict[str, Any]:
    """A press as a client sends it that shows the card as it was."""
    return {"type": "Action.Execute", "verb": verb, "data": {"id": operation_id}}


async def below(desk: Desk, who: cast.Member, *said: str) -> Answer:
    """The last message in somebody's own chat that says all of this."""

    def fits(message: Message) -> bool:
        return message in desk.teams.thread(who) and message.by_bot and all(each in words(message) for each in said)

    return Answer(desk, await desk.teams.wait_for(fits), who)


async def test_a_press_that_comes_too_late_brings_the_button_of_a_new_card(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    operation_id = own.operation_id
    desk.later(minutes=11)
    await desk.settled(own, "Expired")
    said = await desk.press(HANNA, own, "confirm", action=forged("confirm", operation_id))
    assert "Still needed? “Show a new card”" in str(said.message)
    told = await below(desk, HANNA, "so this click did nothing")
    assert titles(told) == ["Show a new card"]
    await desk.press(HANNA, told, "again")
    assert told.verbs == ["confirm", "cancel", "suspect"]


async def test_what_its_requester_cancelled_can_be_asked_again_and_a_suspicious_call_cannot(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    await desk.press(HANNA, own, "cancel")
    assert titles(own) == ["Ask again"]
    await desk.press(HANNA, own, "again")
    assert own.verbs == ["confirm", "cancel", "suspect"]
    await desk.press(HANNA, own, "suspect")
    assert "again" not in own.verbs


async def test_a_colleague_who_presses_gets_the_person_instead(desk: Desk) -> None:
    own = await desk.say(HANNA, SET, HELPDESK)
    await desk.press(BRAM, own, "confirm", action=forged("confirm", own.operation_id))
    told = await below(desk, BRAM, "Only Hanna Visser can confirm or cancel")
    assert titles(told) == ["Show"]
    await desk.press(BRAM, told, "choose")
    assert NOOR.upn in told.text
    assert "next" in told.verbs


async def test_a_name_that_nobody_has_is_put_right_on_the_form(desk: Desk) -> None:
    form = await desk.say(HANNA, "set mobile for zzqq +31 6 12345678 ticket INC-7")
    assert "I find nobody called “zzqq”" in form.text
    inputs = {each["id"]: each.get("value", "") for each in form.card["body"] if each["type"].startswith("Input.")}
    assert inputs["input_who"] == "zzqq"
    assert inputs["input_number"] == "+31 6 12345678"
    assert inputs["input_ticket"] == "INC-7"
    filled = {name: value for name, value in inputs.items() if value} | {"input_who": "noor"}
    await desk.press(HANNA, form, "fill", data=filled)
    assert form.verbs == ["confirm", "cancel", "suspect"]


async def test_only_the_last_copy_of_a_card_has_buttons(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    operation_id = own.operation_id
    copy = await desk.say(HANNA, f"status {operation_id}")
    await desk.settled(own, f"The card of {operation_id} is below.")
    assert own.verbs == []
    desk.later(minutes=11)
    await desk.settled(copy, "Expired")
    assert "confirm" not in copy.verbs


async def test_ones_own_cards_that_were_left_alone_are_no_news(desk: Desk) -> None:
    for number in range(7):
        last = await desk.say(HANNA, f"set mobile for noor +31 6 1234567{number}")
        assert "waits already" not in last.text
    by_bram = await desk.say(BRAM, SET)
    assert by_bram.text.count("waits already") == 7 - 2  # somebody else's are: as many as are told
    seen = await desk.say(HANNA, "show noor")
    assert seen.text.count("asked by Hanna Visser") == 1
    assert f"{by_bram.operation_id} waits already" in seen.text
    assert "waits already" in (await desk.say(HANNA, "sign out noor")).text


async def test_a_yes_has_one_answer_which_takes_the_place_of_the_question(desk: Desk) -> None:
    question = await desk.say(HANNA, "unlock omar")
    assert "I have done nothing yet." in question.text
    before = len(desk.teams.thread(HANNA))
    said = await desk.press(HANNA, question, "choose")
    assert said.message is None
    assert "is enabled already" in words(question.message)
    assert question.verbs == []
    assert len(desk.teams.thread(HANNA)) == before


async def test_whichever_button_is_pressed_the_answer_takes_the_place_of_all(desk: Desk) -> None:
    today = desk.clock().date()
    day, month = (min(today.month % 12 + 1, 9), today.month)
    question = await desk.say(HANNA, f"pass for omar at {day}/{month}/{today.year + 1} 09:00")
    assert question.verbs == ["choose", "choose"], question.text
    before = len(desk.teams.thread(HANNA))
    second = [each for each in question.card["actions"] if each["type"] == "Action.Execute"][1]
    await desk.press(HANNA, question, "choose", action=second)
    assert "choose" not in question.verbs
    assert len(desk.teams.thread(HANNA)) == before


async def test_what_was_so_already_says_what(desk: Desk) -> None:
    first, second = await desk.say(HANNA, SET), await desk.say(HANNA, SET)
    await desk.press(HANNA, first, "confirm")
    await desk.settled(first, "Done")
    await desk.press(HANNA, second, "confirm")
    await desk.settled(second, "Done", "already so when I looked")
    assert "Mobile phone:  ✓ was so already" in second.text


async def test_who_changed_it_meanwhile_is_said_where_it_was_the_agent(desk: Desk) -> None:
    first, second = await desk.say(HANNA, SET), await desk.say(HANNA, "set mobile for noor +31 6 12345670")
    operation_id = second.operation_id
    await desk.press(HANNA, second, "confirm")
    await desk.settled(second, "Done")
    await desk.press(HANNA, first, "confirm")
    await desk.settled(first, f"You changed Mobile phone of {NOOR.upn} with {operation_id} after this was asked for. Nothing was written.")
    assert f"Hanna Visser changed Mobile phone of {NOOR.upn} with {operation_id}" in " ".join(desk.log()) or await desk.logged(operation_id)


async def test_a_frozen_person_is_offered_nothing_that_is_refused_and_told_who_ends_it(desk: Desk) -> None:
    await desk.say(HANNA, "freeze alice")
    seen = await desk.say(HANNA, "show alice")
    assert "To add one" not in seen.text
    assert titles(seen) == ["Sign out", "Unfreeze", "Suspicious call"]
    assert "Unfreeze" not in titles(await desk.say(BRAM, "show alice"))
    form = await desk.say(HANNA, "show alice")
    unfreeze = next(each for each in form.card["actions"] if each["title"] == "Unfreeze")
    await desk.press(HANNA, form, "next", action=unfreeze)
    assert (await below(desk, HANNA, "End a freeze")).verbs == ["fill"]  # and nothing is done yet
    mine = await desk.say(HANNA, "set mobile for alice +31 6 12345678")
    assert "You can end the freeze" in mine.text
    assert titles(mine) == ["Unfreeze"]
    others = await desk.say(BRAM, "set mobile for alice +31 6 12345678")
    assert "Hanna Visser or an administrator can end the freeze." in others.text
    assert titles(others) == []
    await desk.say(BRAM, "freeze alice")
    assert "An administrator can end the freeze." in (await desk.say(HANNA, "set mobile for alice +31 6 12345678")).text


async def test_a_colleague_sees_no_button_that_is_not_theirs(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    seen = await desk.say(BRAM, f"status {own.operation_id}")
    assert seen.verbs == ["suspect"]
    shown = await ready(desk)
    seen = await desk.say(NADIA, f"status {shown.operation_id}")
    assert READY in seen.text
    assert seen.verbs == ["suspect"]
    await desk.press(HANNA, shown, "reveal")
    done = await desk.say(NADIA, f"status {shown.operation_id}")
    assert done.verbs == []
    assert "Replace it" not in done.text


@pytest.mark.parametrize("line", ["omar 0612345682", "please set mobile for omar to +31612345682"])
async def test_a_number_is_not_said_again_where_others_read_along(desk: Desk, line: str) -> None:
    question = await desk.say(HANNA, line, HELPDESK)
    assert "Did you mean" in question.text
    assert "12345682" not in as_json(question.card)
    await desk.press(HANNA, question, "choose")
    assert "confirm" in question.verbs
    assert OMAR.name in question.text
    assert ALICE.name not in question.text

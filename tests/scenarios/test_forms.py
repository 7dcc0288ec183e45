"""Typing is optional: forms made from the declarations, and buttons on the help card."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commands import COMMANDS, forms
from bot.commands.parser import parse
from bot.domain.forms import FieldKind
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk, as_json

NUMBER = "+31 6 87654321"
FILLED = {"input_mode": "set", "input_phone": "mobile", "input_who_picked": ALICE.id, "input_number": NUMBER}


def inputs(answer: Answer) -> dict[str, dict[str, Any]]:
    """The inputs of the card its reader sees, by id."""
    return {each["id"]: each for each in answer.card["body"] if each["type"].startswith("Input.")}


async def opened(desk: Desk, who: Any, help_card: Answer, command: str) -> Answer:
    """Presses a button of the help card and returns what it opened."""
    value = {"verb": "open", "id": command}
    await desk.press(who, help_card, "open", style="submit", action=value)
    return Answer(desk, [each for each in desk.teams.threads.messages.values() if each.by_bot][-1], who)


async def test_a_phone_is_set_by_form(desk: Desk) -> None:
    form = await desk.say(HANNA, "set mobile")
    assert list(inputs(form)) == [
        "input_mode", "input_phone", "input_who_picked", "input_who", "input_number", "input_ticket", "input_reason",
    ]  # fmt: skip
    assert inputs(form)["input_mode"]["value"] == "set"
    assert "set mobile for noor" in form.text

    await desk.press(HANNA, form, "fill", data={**FILLED, "input_ticket": "INC-42", "input_reason": "new phone"})
    for part in ("Alice Jansen", "+31 6 8765 4321", "INC-42", "new phone"):
        assert part in form.text
    assert form.verbs == ["confirm", "cancel", "suspect"]
    await desk.press(HANNA, form, "confirm")
    await desk.settled(form, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 687654321"}


async def test_a_typed_name_does_where_nobody_can_be_picked_and_so_does_an_old_client(desk: Desk) -> None:
    form = await desk.say(HANNA, "sign out")
    await desk.press(HANNA, form, "fill", style="submit", data={"input_who_picked": "", "input_who": "omar"})
    assert "Omar Farouk" in form.text
    assert form.verbs == ["confirm", "cancel", "suspect"]


async def test_a_wrong_input_comes_back_with_what_was_typed(desk: Desk) -> None:
    form = await desk.say(HANNA, "set mobile")
    assert inputs(form)["input_phone"]["value"] == "mobile"
    for wrong, sentence in (
        ({"input_number": "banana"}, "does not look like a phone number"),
        ({"input_number": "+31 6 12"}, "+31 6 12"),
        ({"input_who_picked": "", "input_who": ""}, "The person is missing"),
        ({"input_who": "alice"}, "You picked a person and typed one too"),
        ({"input_who_picked": "29:somebody"}, "I cannot tell which account you picked"),
        ({"input_who_picked": "00000000-0000-4000-8000-000000000000"}, "no longer exists"),
        ({"input_who_picked": "", "input_who": "nobody here"}, "I find nobody called “nobody here”"),
        ({"input_phone": "fax"}, "“fax” is not one of"),
    ):
        await desk.press(HANNA, form, "fill", data={**FILLED, "input_reason": "lost", **wrong})
        assert sentence in form.text
        assert form.verbs == ["fill"]
        shown = inputs(form)
        assert shown["input_reason"]["value"] == "lost"
        assert shown["input_number"]["value"] == {**FILLED, **wrong}["input_number"]
    assert inputs(form)["input_who_picked"]["choices"][0]["title"] == "Alice Jansen"
    await desk.press(HANNA, form, "fill", data=FILLED)
    assert form.verbs == ["confirm", "cancel", "suspect"]


async def test_a_form_is_answered_once_and_by_whoever_opened_it(desk: Desk) -> None:
    form = await desk.say(HANNA, "set mobile", HELPDESK)
    assert "Only Hanna Visser can send this form" in form.text.replace("  ", " ")
    refused = await desk.press(BRAM, form, "fill", data=FILLED)
    assert "not yours" in refused.message
    await desk.press(HANNA, form, "fill", data=FILLED)
    again = await desk.press(HANNA, form, "fill", data=FILLED)
    assert "filled in already" in again.message
    assert [row.tag for row in desk.trail()].count("operation:request:proposed") == 1


async def test_in_a_channel_nothing_filled_in_is_seen_by_others(desk: Desk) -> None:
    form = await desk.say(HANNA, "set mobile", HELPDESK)
    await desk.press(HANNA, form, "fill", data={**FILLED, "input_number": "+31 6 87654321 9999999"})
    assert "87654321 9999999" in as_json(form.card)
    await desk.press(HANNA, form, "fill", style="submit", data={**FILLED, "input_number": "+31 6 87654321 9999999"})
    everybody = [as_json(each.card() or {}) for each in desk.teams.thread(HELPDESK)]
    await desk.press(HANNA, form, "fill", data=FILLED)
    everybody += [as_json(each.card() or {}) for each in desk.teams.thread(HELPDESK)]
    assert "87654321" not in "".join(everybody)
    assert "••21" in "".join(everybody)


@pytest.mark.parametrize("line", ["block", "unblock", "freeze", "show", "remove mobile", "recover", "status", "enable", "why"])
async def test_a_bare_command_opens_its_form(desk: Desk, line: str) -> None:
    assert (await desk.say(HANNA, line)).verbs == ["fill"]


async def test_a_line_that_ends_too_early_opens_its_form_with_what_was_said(desk: Desk) -> None:
    form = await desk.say(HANNA, "update mobile for omar because the screen is broken")
    shown = inputs(form)
    told = {name: shown[f"input_{name}"].get("value") for name in ("mode", "phone", "who", "number", "reason")}
    assert told == {"mode": "update", "phone": "mobile", "who": "omar", "number": None, "reason": "the screen is broken"}
    assert "can send this form" not in form.text  # nobody else reads it
    typed = {f"input_{name}": value for name, value in told.items() if value}
    await desk.press(HANNA, form, "fill", data=typed | {"input_number": NUMBER})
    assert "Omar Farouk" in form.text
    assert "+31 6 8765 4321" in form.text
    assert form.verbs == ["confirm", "cancel", "suspect"]


async def test_a_form_knows_whom_one_speaks_of_and_who_was_mentioned(desk: Desk) -> None:
    await desk.say(HANNA, "show omar")
    form = await desk.say(HANNA, "set mobile for him")
    await desk.press(HANNA, form, "fill", data={"input_mode": "set", "input_phone": "mobile", "input_who": "him", "input_number": NUMBER})
    assert "Omar Farouk" in form.text
    mentioned = await desk.say(HANNA, "set mobile for @Bram Peeters", HELPDESK, mentions=[BRAM])
    assert inputs(mentioned)["input_who_picked"]["choices"] == [{"title": "Bram Peeters", "value": BRAM.id}]


async def test_a_word_with_which_several_commands_begin_offers_each(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove")
    assert answer.opens == ["remove-phone", "remove-method"]
    form = await opened(desk, HANNA, answer, "remove-method")
    assert (form.verbs, "input_families" in inputs(form)) == (["fill"], True)


@pytest.mark.parametrize("line", ["set fax for alice +31612345678", "show for", "status 7Q2F!x"])
async def test_a_mistake_is_a_usage_error(desk: Desk, line: str) -> None:
    answer = await desk.say(HANNA, line)
    assert answer.verbs == []
    assert "for example" in answer.text.lower()


async def test_who_may_not_say_it_gets_no_form(desk: Desk) -> None:
    answer = await desk.say(OSCAR, "set mobile")
    assert "it is the helpdesk that can help you" in answer.text
    assert answer.verbs == []
    help_card = await desk.say(HANNA, "help")
    assert "not in the helpdesk group" in (await opened(desk, OSCAR, help_card, "set-phone")).text


async def test_a_read_only_form_shows_its_answer_and_a_freeze_says_so_in_its_place(desk: Desk) -> None:
    form = await desk.say(HANNA, "show")
    await desk.press(HANNA, form, "fill", data={"input_who": "omar"})
    assert "+31 6 1234 5001" in form.text
    freeze = await desk.say(HANNA, "freeze")
    await desk.press(HANNA, freeze, "fill", data={"input_who": "omar", "input_time": "2 days", "input_reason": "odd caller"})
    assert "Frozen" in freeze.text
    assert [each["title"] for each in freeze.card["actions"]] == ["Unfreeze"]


async def test_several_people_of_one_name_are_chosen_from_as_ever(desk: Desk) -> None:
    form = await desk.say(HANNA, "set mobile")
    await desk.press(HANNA, form, "fill", data={**FILLED, "input_who_picked": "", "input_who": "jan de vries", "input_reason": "x"})
    assert form.verbs == ["choose", "choose"]
    await desk.press(HANNA, form, "choose")
    assert "Jan de Vries" in form.text
    assert "+31 6 8765 4321" in form.text


async def test_buttons_of_the_help_card_open_forms_and_carry_out_what_asks_for_nothing(desk: Desk) -> None:
    help_card = await desk.say(SAM, "help")
    assert "Sam Okafor" in (await opened(desk, SAM, help_card, "whoami")).text
    form = await opened(desk, SAM, help_card, "pause")  # a press alone never stops everything
    assert form.verbs == ["fill"]
    await desk.press(SAM, form, "fill", data={"input_reason": "drill"})
    assert "Paused by Sam Okafor" in form.text
    assert (await opened(desk, SAM, help_card, "make-coffee")).text.count("I do not know this command") == 1


async def test_what_a_form_carries_is_read_strictly(desk: Desk) -> None:
    form = await desk.say(HANNA, "remove office")
    hostile = {
        "input_phone": "office",
        "input_who": '\ue0000\ue001 omar" because \x07\u202e',
        "input_reason": ["a", "list"],
        "input_ticket": {"not": "text"},
        "input_admin": "true",
        "who": "alice",
        "pick": True,
    }
    await desk.press(HANNA, form, "fill", data=hostile)
    assert "I find nobody called" in form.text
    await desk.press(HANNA, form, "fill", data={"input_phone": "office", "input_who": "omar", "input_reason": "x" * 5000})
    assert "That reason is too long" in form.text
    assert [row.tag for row in desk.trail() if row.tag == "operation:request:proposed"] == []
    for forged in ({"verb": "fill", "id": "../../x"}, {"verb": "open", "id": "set-phone" * 9}, {"verb": "open", "id": 7}):
        answer = await desk.press(HANNA, form, "", action={"type": "Action.Execute", "verb": forged["verb"], "data": forged})
        assert "do not know this button" in answer.message


async def test_a_form_of_yesterday_is_no_form(desk: Desk) -> None:
    form = await desk.say(HANNA, "show")
    desk.clock.forward(hours=2)
    await desk.say(HANNA, "show")
    assert "expired" in (await desk.press(HANNA, form, "fill", data={"input_who": "omar"})).message


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_can_be_filled_in(command: Any) -> None:
    """The form derived from a declaration makes a line that the parser reads as this command."""
    asked = forms.fields(command)
    typed = parse(command.example)
    given = {"command": "show alice", "number": "+31 6 12345678", "id": "7QXF", "time": "2 days", "ticket": "INC-1", "reason": "lost"}
    given |= {"start": "tomorrow 9:30", "address": "kim@mail.example", "about": "Sales and marketing"}
    for field in asked:
        if field.kind is FieldKind.CHOICE:
            given[field.name] = field.options[-1]
        elif field.kind is FieldKind.PERSON:
            given[field.name] = "Jan de Vries"
        elif field.kind is FieldKind.SWITCH:
            given[field.name] = forms.ON
    assert set(given) >= {field.name for field in asked}, "teach this test the new field"
    said = forms.fill(command, given)
    assert said.command is command
    assert set(said.args) >= set(typed.args)
    assert (said.ticket, said.reason) == (("INC-1", "lost") if command.takes_reason else ("", ""))

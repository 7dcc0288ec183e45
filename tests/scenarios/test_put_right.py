"""What is wrong in a line is put right on a card, and what a refusal tells to type has a button: nobody types a line twice."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import cast
from tests.desk import ALICE, HANNA, HELPDESK, OMAR, OSCAR, SAM, Answer, Desk, as_json

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOOR = cast.person("Noor Dekker")
DUTCH = cast.person("Bram Peeters")


def inputs(answer: Answer) -> dict[str, dict[str, Any]]:
    """The inputs of a form, by the name of the field."""
    return {each["id"].removeprefix("input_"): each for each in answer.card["body"] if each["type"].startswith("Input.")}


def filled(answer: Answer) -> dict[str, str]:
    """What a form holds."""
    return {name: each["value"] for name, each in inputs(answer).items() if each.get("value")}


def titles(answer: Answer) -> list[str]:
    """What stands on the buttons at the bottom."""
    return [each["title"] for each in answer.card.get("actions", [])]


@pytest.mark.parametrize(
    ("line", "sentence", "holds"),
    [
        ("set mobile for omar +31 6 123", "too short", {"mode": "set", "phone": "mobile", "who_picked": OMAR.id, "number": "+31 6 123"}),
        ("set mobile for omar to banana", "does not look like a phone number", {"who": "omar", "number": "banana"}),
        ("set email for alice omar@@x", "", {"who_picked": ALICE.id, "address": "omar@@x"}),
        ("pass for omar at 25:00", "is no time", {"who": "omar", "start": "25:00"}),
        ("pass for omar at 31-02-2027 09:00", "is no time", {"who": "omar", "start": "31-02-2027 09:00"}),
        ("pass for omar at 2026-09-13 09:00 reusable", "is past", {"who_picked": OMAR.id, "reusable": "true", "start": "2026-09-13 09:00"}),
        ("freeze omar for 400 days", "30 days at most", {"who_picked": OMAR.id, "time": "400 days"}),
        ("set default for omar to pigeon", "is not one of", {"who": "omar"}),
        ("set mobile for omar +31 6 12345671 ticket", "missing", {"who": "omar", "number": "+31 6 12345671"}),
        ("set mobile for omar +31 6 12345671 ticket INC1 INC2 because lost", "", {"ticket": "INC1 INC2", "reason": "lost"}),
        (f"sign out omar because {'x' * 301}", "too long", {"who": "omar", "reason": "x" * 299 + "…"}),
    ],
)
async def test_what_is_wrong_is_a_field_with_the_rest_filled_in(asked: Desk, line: str, sentence: str, holds: dict[str, str]) -> None:
    asked.clock.forward(hours=1)
    form = await asked.say(HANNA, line)
    assert sentence in form.text
    assert form.verbs == ["fill"]
    assert filled(form).items() >= holds.items()


async def test_one_press_goes_on_as_if_it_had_been_typed(asked: Desk) -> None:
    form = await asked.say(HANNA, "set mobile for omar +31 6 123 ticket INC-7")
    assert inputs(form)["who_picked"]["choices"][0]["title"] == OMAR.name
    await asked.press(
        HANNA, form, "fill", data={f"input_{name}": value for name, value in (filled(form) | {"number": "+31 6 1234 5671"}).items()}
    )
    for part in ("Omar Farouk", "+31 6 1234 5671", "INC-7"):
        assert part in form.text
    assert form.verbs == ["confirm", "cancel", "suspect"]


async def test_the_number_of_a_person_is_not_repeated_where_others_read_along(asked: Desk) -> None:
    form = await asked.say(HANNA, "set mobile for omar +31 6 999", HELPDESK)
    assert "+31 6 999" not in as_json(form.card)
    assert filled(form).get("who_picked") == OMAR.id, form.text


@pytest.mark.parametrize(
    ("line", "buttons", "opens"),
    [
        ("set alternate mobile for noor +31 6 12345671", ["Set phone"], {"mode": "set", "phone": "mobile", "who_picked": NOOR.id}),
        ("make coffee", ["Help"], None),
        ("resume", ["Pause"], {}),
    ],
)
async def test_what_a_refusal_tells_to_type_is_a_button(asked: Desk, line: str, buttons: list[str], opens: dict[str, str] | None) -> None:
    answer = await asked.say(SAM, line)
    assert titles(answer) == buttons
    await asked.press(SAM, answer, "choose")
    if opens is None:
        assert "What do you want to do?" in answer.text
    else:
        assert answer.verbs == ["fill"]  # and nothing was done
        assert filled(answer) == opens


async def test_the_ticket_goes_with_what_is_pressed_instead(asked: Desk) -> None:
    answer = await asked.say(HANNA, "set alternate mobile for noor +31 6 12345671 ticket INC-9 because lost")
    await asked.press(HANNA, answer, "choose")
    assert filled(answer).items() >= {"ticket": "INC-9", "reason": "lost"}.items()


async def test_nobody_is_offered_what_they_may_not_say_and_nobody_else_may_press(asked: Desk) -> None:
    assert titles(await asked.say(OSCAR, "set mobile for omar +31 6 123")) == []
    answer = await asked.say(HANNA, "set alternate mobile for noor +31 6 12345671", HELPDESK)
    said = await asked.press(DUTCH, answer, "choose")
    assert "not yours" in str(said)


async def test_what_is_typed_for_no_command_is_said_without_it(asked: Desk) -> None:
    answer = await asked.say(HANNA, "show omar ticket INC-1")
    assert titles(answer) == ["Do that instead"]
    await asked.press(HANNA, answer, "choose")
    assert "Omar Farouk" in answer.text


async def test_a_date_that_is_two_days_is_asked_about(asked: Desk) -> None:
    year = asked.clock().year
    month = asked.clock().month
    typed = f"{month}/{month - 1 or 12}/{year}"
    answer = await asked.say(HANNA, f"pass for omar at {typed} 09:00")
    assert f"“{typed}” may be" in answer.text
    assert answer.verbs == ["choose", "choose"]


async def test_in_dutch_a_date_begins_with_its_day(asked: Desk) -> None:
    asked.teams.speak(DUTCH, "nl-NL")
    later = asked.clock().date().replace(day=1)
    answer = await asked.say(DUTCH, f"pas voor omar om {later.day}-{later.month:02}-{later.year} 00:01")
    assert "kan" not in answer.text.split("–")[0] or "voorbij" in answer.text
    assert "may be" not in answer.text


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("sign omar out", "sign out omar"),
        ("log omar farouk out because lost", "sign out omar farouk because lost"),
        ("meld omar af", "sign out omar"),
        ("turn omar's account off", "block omar"),
        ("disable omar", "block omar"),
        ("lock omar out", "block omar"),
        ("turn sms sign-in off for alice", "disable sms sign-in for alice"),
        ("schakel sms-aanmelding uit voor alice", "disable sms sign-in for alice"),
        ("voeg mobiel toe voor omar +31612345671", "add mobile for omar +31612345671"),
        ("set omar farouk mobile to +31612345671", "set mobile for omar farouk to +31612345671"),
        ("change omar's phone number to +31612345671", "set mobile for omar to +31612345671"),
        ("reset omar password", "reset password for omar"),
        ("give omar a pass", "pass for omar"),
    ],
)
async def test_words_around_a_name_are_understood_and_asked_about(asked: Desk, line: str, meant: str) -> None:
    answer = await asked.say(HANNA, line)
    assert f"Did you mean  {meant} ?" in answer.text
    assert answer.verbs == ["choose"]

"""What was probably meant: offered with a button, never taken."""

from __future__ import annotations

import pytest

from bot.domain.audit import Tag
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OMAR, OSCAR, SAM, Desk
from tests.scenarios.test_forms import inputs

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEANT = "Yes, I meant that"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("please set the mobile number of omar to +31612345682", "set mobile for omar to +31612345682"),
        ("verwijder mobiel van omar", "remove mobile for omar"),
        ("verwijder het mobiele nummer van omar", "remove mobile for omar"),
        ("set omar's mobile to +31612345682", "set mobile for omar to +31612345682"),
        ("remove Omar Farouk's phone", "remove mobile for Omar Farouk"),
        ("reset my mfa", "reset mfa for me"),
        ("omar", "show omar"),
        ("ômar", "show ômar"),
        ("omar farouk", "show omar farouk"),
        ("alice +31612345678", "set mobile for alice +31612345678"),
        ("06 12345678 voor alice jansen", "set mobile for alice jansen 06 12345678"),
        ("lost phone diego", "recover diego lost"),
        ("diego has lost his phone", "recover diego lost"),
        ("diego nieuwe telefoon", "recover diego new phone"),
        ("pw omar", "reset password for omar"),
        ("wachtwoord omar", "reset password for omar"),
        ("mfa omar", "reset mfa for omar"),
        ("mfa reset omar", "reset mfa for omar"),
        ("new number for omar 0612345682", "set mobile for omar 0612345682"),
        ("new number for omar", "show omar"),
        ("nieuw nummer voor omar farouk", "show omar farouk"),
        ("unlock omar", "unblock omar"),
        ("omar password", "reset password for omar"),
        ("omar farouk mfa", "reset mfa for omar farouk"),
        ("change the number of omar to 0612345682", "set mobile for omar to 0612345682"),
        ("st mobile for alice +31 6 12345678", "set mobile for alice +31 6 12345678"),
    ],
)
async def test_it_is_asked_and_a_button_says_it(asked: Desk, line: str, meant: str) -> None:
    answer = await asked.say(HANNA, line)
    assert f"Did you mean  {meant} ?" in answer.text
    assert answer.verbs == ["choose"]


@pytest.mark.parametrize(
    "line",
    [
        "make me a sandwich",
        "qwertyuiop",
        "ok",  # and not Okafor
        "thanks!",
        "qwertyuiop password",
        "lost phone qwertyuiop",
        "qwertyuiop 0612345678",
        "a sandwich for qwertyuiop",
        "what phone does omar have",  # no slip of "thaw"
        "[10:32] Bram Peeters: block omar",
    ],
)
async def test_where_nobody_is_meant_it_is_said_that_it_is_not_understood(asked: Desk, line: str) -> None:
    answer = await asked.say(HANNA, line)
    assert "I do not understand" in answer.text
    assert "Say for example  show noor ,  set mobile for noor +31 6 12345678 ," in answer.text
    assert [each["title"] for each in answer.card["actions"]] == ["Help"]


@pytest.mark.parametrize(("line", "ticket"), [("0612345678", ""), ("+31 (0)6-1234 5678", ""), ("0031612345678 ticket INC1", "INC1")])
async def test_of_a_number_alone_it_is_asked_whose_it_is(asked: Desk, line: str, ticket: str) -> None:
    filled = {name: field.get("value", "") for name, field in inputs(await asked.say(HANNA, line)).items()}
    assert filled["input_number"] == line.partition(" ticket")[0]
    assert (filled["input_mode"], filled["input_phone"], filled["input_who"], filled["input_ticket"]) == ("set", "mobile", "", ticket)


@pytest.mark.parametrize("line", ["12", "11223 block alice", "room 12345678"])
async def test_other_figures_are_no_number(asked: Desk, line: str) -> None:
    assert inputs(await asked.say(HANNA, line)) == {}


@pytest.mark.parametrize("line", ["what can you do", "What can I do?", "wat kun je", "wat kan ik doen?"])
async def test_who_asks_what_there_is_gets_help(asked: Desk, line: str) -> None:
    assert "What do you want to do?" in (await asked.say(HANNA, line)).text


@pytest.mark.parametrize(
    ("line", "upn"),
    [
        ("omr", "omar.farouk"),
        ("show omr", "omar.farouk"),
        ("block omr", "omar.farouk"),
        ("set mobile for omra +31612345678", "omar.farouk"),
        ("sofie rosi", "sofia.rossi"),
        ("show sofie rosi", "sofia.rossi"),
        ("sign out sofiarossi", "sofia.rossi"),
        ("show omar.farok@fabrikam.example", "omar.farouk"),
        ("show omar thanks", "omar.farouk"),
        ("block ali", "alice"),  # a beginning is no name
        ("show Омр", "omar.farouk"),
    ],
)
async def test_a_name_that_is_nearly_somebodys_is_offered_and_never_taken(asked: Desk, line: str, upn: str) -> None:
    answer = await asked.say(HANNA, line)
    assert "I find nobody called" in answer.text
    assert f"{upn}@" in answer.text
    assert set(answer.verbs) == {"choose"}
    assert Tag.OPERATION_PROPOSED not in [row.tag for row in asked.trail()]


@pytest.mark.parametrize("line", ['show "omr"', "show nobody-at-all", "show zzyzx quux"])
async def test_nobody_is_called_so(asked: Desk, line: str) -> None:
    answer = await asked.say(HANNA, line)
    assert "I find nobody called" in answer.text
    assert answer.verbs == ["fill"]  # where the name can be put right


@pytest.mark.parametrize(
    "line", ["show ômar", "show OMAR", "show o\u0302mar farouk", "show Ｏｍａｒ", "show farouk omar", "show omar.farouk"]
)
async def test_the_same_name_in_another_spelling_is_the_name(asked: Desk, line: str) -> None:
    answer = await asked.say(HANNA, line)
    assert OMAR.upn in answer.text
    assert "choose" not in answer.verbs


async def test_me_is_whoever_says_it(asked: Desk) -> None:
    for line in ("set mobile for me +31612345678", "sign out myself", "verwijder mobiel voor mij"):
        answer = await asked.say(HANNA, line)
        assert "your own account" in answer.text, line
    assert HANNA.upn in (await asked.say(HANNA, "show me")).text
    assert ALICE.upn in (await asked.say(HANNA, "show me alice jansen")).text
    assert "nobody called “me”" in (await asked.say(HANNA, 'show "me"')).text


async def test_a_press_says_the_line(asked: Desk) -> None:
    answer = await asked.say(HANNA, "alice +31612345678")
    await asked.press(HANNA, answer, "choose")
    assert "Alice Jansen" in answer.text
    assert answer.verbs[0] == "confirm"


async def test_a_press_of_a_near_name_says_the_line_about_that_person(asked: Desk) -> None:
    answer = await asked.say(HANNA, "sign out omr")
    await asked.press(HANNA, answer, "choose")
    assert "Omar Farouk" in answer.text
    assert answer.verbs[0] == "confirm"


async def test_nobody_else_can_press_it_and_who_may_not_ask_gets_none(asked: Desk) -> None:
    answer = await asked.say(HANNA, "omar", HELPDESK)
    assert "not yours" in str((await asked.press(BRAM, answer, "choose")).message)
    for line in ("omar", "omr", "shwo omar"):
        stranger = await asked.say(OSCAR, line)
        assert stranger.verbs == []
        assert "Omar Farouk" not in stranger.text


async def test_her_gets_no_button_as_it_may_be_somebody_else_by_then(asked: Desk) -> None:
    await asked.say(HANNA, "show omar")
    answer = await asked.say(HANNA, "bloock her")
    assert "Did you mean  block her ?" in answer.text
    assert answer.verbs == []


async def test_a_guess_that_is_offered_leaves_nobody_to_be_her(asked: Desk) -> None:
    await asked.say(HANNA, "show omar")
    await asked.say(HANNA, "sofie rosi")
    assert "I do not know who" in (await asked.say(HANNA, "block her")).text


async def test_a_mention_that_is_nearly_a_command_means_the_person_mentioned(asked: Desk) -> None:
    answer = await asked.say(HANNA, f"shwo @{OSCAR.name}", HELPDESK, mentions=[OSCAR])
    await asked.press(HANNA, answer, "choose")
    assert OSCAR.upn in answer.text


async def test_of_a_mention_that_teams_does_not_tell_the_person_is_offered_by_name(asked: Desk) -> None:
    answer = await asked.say(HANNA, f"block @{OMAR.name}", HELPDESK, mentions=[OMAR])  # who is not in the team
    assert "Teams did not tell me which account “Omar Farouk” is." in answer.text
    assert (OMAR.upn in answer.text, set(answer.verbs)) == (True, {"choose"})
    await asked.press(HANNA, answer, "choose")
    assert answer.verbs[0] == "confirm"
    tried = await asked.say(SAM, f"policy test block @{OMAR.name} as hanna", HELPDESK, mentions=[OMAR])
    assert "address instead of the name" in tried.text


async def test_where_near_names_cannot_be_read_nobody_is_called_so(asked: Desk) -> None:
    asked.entra.faults.add(Fault(effect="empty", status=403, path="/users", regex=True, query="OR"))
    try:
        answer = await asked.say(HANNA, "show sofie rosi")
    finally:
        asked.entra.faults.clear()
    assert "I find nobody called “sofie rosi”" in answer.text
    assert answer.verbs == ["fill"]

"""The commands beside the main job, and what a person is told when something cannot be: all asked of one desk."""

from __future__ import annotations

import unicodedata

import pytest

from simulator import cast
from tests.desk import BRAM, HANNA, HELPDESK, OMAR, OSCAR, SAM, Desk, as_json

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_whoami(asked: Desk) -> None:
    assert HANNA.upn in (await asked.say(HANNA, "whoami")).text
    assert OSCAR.upn in (await asked.say(OSCAR, "whoami")).text


async def test_show_in_private_and_masked_in_a_channel(asked: Desk) -> None:
    private = await asked.say(HANNA, "show omar")
    assert "+31 6 1234 5001" in private.text
    public = await asked.say(HANNA, "show omar", HELPDESK)
    assert "612345001" not in as_json(public.message.card() or {})
    assert "01" in public.text


async def test_a_mentioned_person_is_the_person_meant(asked: Desk) -> None:
    answer = await asked.say(HANNA, "show @Oscar Outsider", HELPDESK, mentions=[OSCAR])
    assert OSCAR.upn in answer.text


@pytest.mark.parametrize(
    ("who", "upn"),
    [
        ("alice@fabrikam.example", "alice@fabrikam.example"),
        ("alice.jansen@fabrikam.example", "alice@fabrikam.example"),
        ("ALICE JANSEN", "alice@fabrikam.example"),
        ("“Alice Jansen”", "alice@fabrikam.example"),
        ("mia.o'brien@fabrikam.example", "mia.o'brien@fabrikam.example"),
        ("Mia O'Brien", "mia.o'brien@fabrikam.example"),
        ("Mia O’Brien", "mia.o'brien@fabrikam.example"),
        ("gus.taylor_adatum.example#EXT#@fabrikam.example", "gus.taylor_adatum.example#EXT#@fabrikam.example"),
        ("gus.taylor@adatum.example", "gus.taylor_adatum.example#EXT#@fabrikam.example"),
        (cast.person("Alice Jansen").id, "alice@fabrikam.example"),
    ],
)
async def test_every_way_to_name_a_person(asked: Desk, who: str, upn: str) -> None:
    assert upn in (await asked.say(HANNA, f"show {who}")).text.replace("\\", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("set mobile for nobody-at-all +31 6 12345678", "nobody called"),
        ("set mobile for hanna visser +31 6 12345678", "your own account"),
        ("set mobile for ada admin +31 6 12345678", "Global Administrator"),
        ("set mobile for theo roth +31 6 12345678", "protected"),
        ("set mobile for gus.taylor@adatum.example +31 6 12345678", "guest account"),
        ("set mobile for noor 12", "number"),
        ("set mobile for noor 06-FLOWERS-12", "letter"),
        ("set mobile for noor 112", "mergency"),
        ("set mobile for noor 0900 1234", "remium"),
        ("set fax for alice +31 6 12345678", "mobile"),
        ("set alternate mobile for alice +31 6 12345678", "only beside a mobile"),
        ("remove mobile for omar", "alternate mobile"),
        ("remove mobile for alice", "no mobile"),
        ("set mobile for omar +31 6 12345001", "nothing to do"),
        ("set office for sofia rossi +39 06 1234567", "on-premises"),
        ("enable sms sign-in for kenji tanaka", "policy"),
        ("make coffee", "help"),
        ("status QQQQ", "no operation"),
        ("log here", "administrators"),
        ("approvals here", "administrators"),
    ],
)
async def test_what_cannot_be_is_said_with_the_reason(asked: Desk, line: str, words: str) -> None:
    answer = await asked.say(HANNA, line)
    assert words.lower() in answer.text.lower()
    assert "confirm" not in answer.verbs
    assert asked.entra.writes == []


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("policy test enable sms sign-in for noor dekker as hanna", "set mobile for noor.dekker@fabrikam.example <number>"),
        ("policy test recover diego vega as hanna", "lost"),
        ("policy test shwo alice as hanna", "show alice"),
    ],
)
async def test_what_is_to_be_typed_stands_between_no_raw_backticks(asked: Desk, line: str, typed: str) -> None:
    answer = await asked.say(SAM, line)
    assert typed in answer.text
    assert "`" not in as_json(answer.card)
    assert "`" not in str(answer.message.text)


@pytest.mark.parametrize("name", ["somebody.with.a.very.long.name.indeed@fabrikam.example", "x" * 60])
async def test_nothing_invisible_is_in_what_can_be_copied(asked: Desk, name: str) -> None:
    omar = asked.entra.person(OMAR.upn)
    omar.upn = name if "@" in name else f"{name}@fabrikam.example"
    try:
        for line in ("show omar", "enable sms sign-in for omar", "set mobile for omar +31 6 12345678"):
            card = as_json((await asked.say(HANNA, line)).card)
            assert name in card
            assert not [char for char in card if unicodedata.category(char) == "Cf"], line
    finally:
        omar.upn = OMAR.upn


@pytest.mark.parametrize(
    ("line", "words", "then"),
    [
        (
            "add mobile for omar +31 6 33333333 because lost",
            "Omar Farouk has a mobile phone already",
            "Change mobile phone for Omar Farouk",
        ),
        (
            "update mobile for alice +31 6 12345678 because lost",
            "Alice Jansen has no mobile phone yet",
            "Set mobile phone for Alice Jansen",
        ),
    ],
)
async def test_what_would_do_instead_is_a_press_away(asked: Desk, line: str, words: str, then: str) -> None:
    answer = await asked.say(HANNA, line)
    assert words in answer.text
    assert answer.verbs == ["choose"]
    assert "not yours" in str(await asked.press(BRAM, answer, "choose"))
    await asked.press(HANNA, answer, "choose")
    assert then in answer.text
    assert "lost" in answer.text
    assert answer.verbs == ["confirm", "cancel", "suspect"]

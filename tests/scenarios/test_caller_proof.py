"""No proof, no button: a caller has to be proved to be the person before anybody can confirm what they ask for."""

from __future__ import annotations

import re

import pytest

from tests.desk import BRAM, HANNA, OMAR, Answer, Desk
from tests.scenarios.proving import DIEGO, SET, TELLING, asked, demanding, press, prove, titles

READ_OUT = re.compile(r"\b([1-9][0-9])\b")


def number_in(shown: str) -> str:
    """The number that the agent reads out."""
    found = re.search(r"'text': '([1-9][0-9])', 'weight': 'Bolder'", shown)
    assert found, shown
    return found[1]


async def match(desk: Desk, card: Answer, number: str) -> str:
    """Diego presses a number on his card."""
    button = next(action for action in card.card["actions"] if action["title"] == number)
    return str(await desk.teams.press(DIEGO, card.message.id, "match", action=button))


@pytest.mark.storage
async def test_the_person_picks_the_number_that_the_agent_reads_out(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        assert "confirm" not in card.verbs
        assert "Is it really them? Before you can confirm, it needs a proof of the caller of tier 2 or higher." in card.text
        refused = str(await desk.teams.press(HANNA, card.message.id, "confirm", action=press("confirm", card.operation_id)))
        assert "needs a proof of the caller of tier 2 or higher, and that is not there" in refused

        shown = await prove(desk, card, "number_match")
        number = number_in(shown)
        theirs = await asked(desk, DIEGO, "Are you on the telephone with Hanna right now?")
        assert "Confirm" not in shown
        assert len(titles(theirs)) == 4
        assert "+31 6" not in theirs.text
        answer = await match(desk, theirs, number)
        assert "Thank you, that is answered" in answer
        await desk.settled(card, "Number match: Diego Vega, the right number, counts until")
        assert "confirm" in card.verbs
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done", "Proved by")
        assert desk.phones(DIEGO)["mobile"] == "+31 612345678"
        tags = [row.tag for row in desk.trail() if row.tag.startswith("proof")]
        assert tags == ["proof:request:asked", "proof:request:given"]
        assert all(number not in str(row.facts) for row in desk.trail() if row.tag.startswith("proof"))


async def test_a_wrong_number_fails_and_is_not_asked_for_again(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        before = desk.phones(DIEGO)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO)
        wrong = next(title for title in titles(theirs) if title != number)
        assert "it was not proved" in await match(desk, theirs, wrong)
        await desk.settled(card, "Number match: Diego Vega, a wrong number")
        assert "confirm" not in card.verbs
        assert "for this request it is not asked for again" in await prove(desk, card, "number_match")
        # And the right one comes too late.
        await match(desk, theirs, number) if number in titles(theirs) else None
        assert desk.phones(DIEGO) == before


async def test_nobody_else_can_answer(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "number_match")
        theirs = await asked(desk, DIEGO)
        button = theirs.card["actions"][0]
        for stranger in (HANNA, BRAM, OMAR):
            for verb in ("match", "not_me", "vouch", "attest"):
                action = button | {"verb": verb, "fallback": None}
                assert "I do not know this card any more" in str(await desk.teams.press(stranger, theirs.message.id, verb, action=action))
        assert "confirm" not in (await desk.say(HANNA, f"status {card.operation_id}")).verbs


async def test_this_is_not_me_stops_everything_about_the_person(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        other = await desk.say(BRAM, "pass for diego vega")
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "number_match")
        theirs = await asked(desk, DIEGO)
        assert "it was not proved" in str(await desk.press(DIEGO, theirs, "not_me"))
        await desk.logged("The caller is not proved", "Diego Vega was asked whether the caller is real, and said no")
        await desk.settled(card, "Diego Vega says that the caller is somebody else")
        await desk.settled(other, "Diego Vega says that the caller is somebody else")
        assert "frozen" in (await desk.say(HANNA, SET)).text

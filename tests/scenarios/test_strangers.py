"""Anybody in the tenant may press and type; what that may cost the desk has an end, which nobody at the helpdesk ever reaches."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.services.gate import LOOKS_A_MINUTE, TURNS_A_MINUTE
from tests.desk import BRAM, HANNA, OMAR, OSCAR, Answer, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

SET = "set mobile for alice +31 6 12345678"
#: Account and groups of one person.
CALLS_A_LOOK = 3
TOO_OFTEN = "more than 120 times within a minute"
NO = "not in the helpdesk group"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    file = tmp_path_factory.mktemp("strangers") / "doorman.db"
    shutil.copy(sqlite_template, file)
    async with Desk(f"sqlite:///{file}") as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """A minute later: what others asked for counts no more."""
    shared.clock.forward(minutes=2)
    return shared


def about(desk: Desk, who: object) -> int:
    """How often Graph was asked who somebody is."""
    return sum(str(who) in request.path for request in desk.entra.requests)


def pressing(verb: str, about: str) -> dict[str, object]:
    return {"type": "Action.Execute", "verb": verb, "data": {"id": about}}


@pytest_asyncio.fixture(loop_scope="module")
async def card(desk: Desk) -> Answer:
    return await desk.say(HANNA, SET)


@pytest.mark.parametrize("verb", ["confirm", "approve", "suspect", "take_back", "bulk_pause", "set-phone", "refresh"])
async def test_presses_of_a_stranger_cost_a_bounded_number_of_calls(desk: Desk, card: Answer, verb: str) -> None:
    before = about(desk, OSCAR.id)
    for _ in range(4):  # one after the other and at once
        await desk.press(OSCAR, card, verb, action=pressing(verb, card.operation_id))
        await asyncio.gather(*(desk.press(OSCAR, card, verb, action=pressing(verb, card.operation_id)) for _ in range(12)))
    assert about(desk, OSCAR.id) - before <= (LOOKS_A_MINUTE + 2) * CALLS_A_LOOK


async def test_a_stranger_who_goes_on_is_told_to_wait_and_nothing_is_done(desk: Desk, card: Answer) -> None:
    action = pressing("suspect", card.operation_id)
    told = [(await desk.press(OSCAR, card, "suspect", action=action)).message for _ in range(TURNS_A_MINUTE)]
    assert all(NO in str(one) for one in told)
    asked, written = len(desk.entra.requests), len(desk.trail())
    for _ in range(3):
        assert TOO_OFTEN in str((await desk.press(OSCAR, card, "suspect", action=action)).message)
        assert TOO_OFTEN in (await desk.say(OSCAR, "show alice")).text
        assert TOO_OFTEN in (await desk.say(OSCAR, "nonsense")).text
    assert len(desk.entra.requests) == asked
    assert [event.facts for event in desk.trail()[written:]] == [event.facts for event in desk.trail() if "too_often" in str(event.facts)]
    assert len(desk.trail()) == written + 1
    assert NO in (await desk.say(OMAR, "show alice")).text  # somebody else has their own
    desk.clock.forward(minutes=1)
    assert NO in (await desk.say(OSCAR, "show alice")).text


async def test_the_helpdesk_never_reaches_the_end(desk: Desk, card: Answer) -> None:
    for _ in range(TURNS_A_MINUTE + 10):
        assert (await desk.press(BRAM, card, "refresh", action=pressing("refresh", card.operation_id))).message is None
    before = about(desk, BRAM.id)
    for _ in range(LOOKS_A_MINUTE + 3):
        assert "does not" not in str((await desk.press(BRAM, card, "confirm", action=pressing("confirm", card.operation_id))).message)
        await desk.say(BRAM, "unfreeze alice")
    assert about(desk, BRAM.id) - before >= LOOKS_A_MINUTE + 3  # every press is looked at anew


async def test_whoever_joins_the_helpdesk_is_let_in_after_a_minute_at_the_most(desk: Desk, card: Answer) -> None:
    for _ in range(LOOKS_A_MINUTE + 5):
        await desk.press(OMAR, card, "suspect", action=pressing("suspect", card.operation_id))
    desk.entra.tenant.join(desk.entra.group("Helpdesk"), OMAR.id)
    desk.clock.forward(seconds=61)
    assert "Alice Jansen" in (await desk.say(OMAR, "show alice")).text

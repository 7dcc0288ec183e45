"""Every byte the bot stored, logged, counted or sent, searched for the code: it is in the answer to the press, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import StoreUnavailable
from bot.store.operations import StoredOperations
from simulator.entra.faults import Fault
from tests.desk import HANNA, Desk
from tests.scenarios.passes import PASS, PASSWORD, code, ready, spellings, stored
from tests.scenarios.recovering import pass_card, recovered

pytestmark = pytest.mark.storage


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose tenant makes long codes, which no other text has in it by chance, and whose bot logs everything it can."""
    desk = Desk(database_url)
    desk.entra.tenant.sign_in.pass_policy.default_length = 48
    async with desk:
        yield desk


async def metrics(desk: Desk) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{desk.url}/metrics") as answer:
        return await answer.text()


@pytest.mark.parametrize("line", [PASS, PASSWORD, "recover omar new phone", "recover omar lost"])
async def test_the_code_is_in_one_answer_and_nowhere_else(desk: Desk, logged: Callable[[], str], line: str) -> None:
    own = await pass_card(desk, await recovered(desk, line, "has a card of its own")) if "lost" in line else await ready(desk, line)
    desk.teams.threads.messages[own.message.id].shown.clear()
    answer = await desk.press(HANNA, own, "reveal")
    secret = code(desk)
    assert any(each in json.dumps(answer.body, ensure_ascii=False) for each in spellings(secret)), (secret, answer.body)

    again = await desk.press(HANNA, own, "reveal", action={"verb": "reveal", "data": {"id": own.operation_id}})
    posted = await desk.logged("Revealed to Hanna Visser")
    status = await desk.say(HANNA, f"status {own.operation_id}")
    why = await desk.say(HANNA, f"why {own.operation_id}")
    history = await desk.say(HANNA, f"history id {own.operation_id}")
    desk.later(minutes=11)
    await desk.settled(own, "Revealed to Hanna Visser")
    held = {
        "database": stored(desk),
        "sent": json.dumps([one.activity for one in desk.teams.sent], ensure_ascii=False).encode(),
        "messages": json.dumps(
            [[one.text, one.attachments, one.entities, one.card()] for one in desk.teams.threads.messages.values()], ensure_ascii=False
        ).encode(),
        "later answers": json.dumps([again.body, status.card, why.card, history.card, posted.card()], ensure_ascii=False).encode(),
        "metrics": (await metrics(desk)).encode(),
    }
    await desk.stop_bot()
    held["database at rest"] = stored(desk)
    held["log"] = logged().encode()
    assert b"operation_finished" in held["log"]
    assert own.operation_id.encode() in held["database"]  # it would be found, if it were there
    assert [where for where, bytes_ in held.items() for each in spellings(secret) if each.encode() in bytes_] == []


@pytest.mark.parametrize("effect", ["drop", "gateway_timeout"])
async def test_a_password_whose_fate_is_unknown_is_nowhere(desk: Desk, logged: Callable[[], str], effect: str) -> None:
    own = await ready(desk, PASSWORD)
    desk.entra.faults.add(Fault(effect=effect, method="PATCH", path="/users/", after=True, times=1))
    answer = await desk.press(HANNA, own, "reveal")
    await desk.logged("Partly done")
    await nowhere(desk, logged, answer.body)


async def test_a_code_that_could_not_be_recorded_is_nowhere(desk: Desk, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    own = await ready(desk)
    move = StoredOperations.move

    async def gone(self: StoredOperations, operation_id: str, verb: str, *rest: Any, **more: Any) -> Any:
        if verb == "finish":
            raise StoreUnavailable("the disk is full")
        return await move(self, operation_id, verb, *rest, **more)

    monkeypatch.setattr(StoredOperations, "move", gone)
    answer = await desk.press(HANNA, own, "reveal")
    assert "cannot reach my own database to record it" in answer.message
    monkeypatch.undo()
    await nowhere(desk, logged, answer.body)


async def nowhere(desk: Desk, logged: Callable[[], str], answer: Any) -> None:
    """Searches what is left of a press that showed nothing."""
    secret = code(desk)
    await desk.stop_bot()
    sent = json.dumps([answer, [one.activity for one in desk.teams.sent]], ensure_ascii=False)
    found = b"\n".join((stored(desk), sent.encode(), logged().encode()))
    assert not any(each.encode() in found for each in spellings(secret))

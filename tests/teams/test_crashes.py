"""A defect of ours: the person gets an incident number, the log the traceback under it, and Teams never a 500."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import structlog

from bot.teams.handler import DoormanHandler
from tests.desk import Desk
from tests.teams.door import Door, assert_tells_nothing

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORD = "the-word-only-the-log-may-see"


class Defect(Exception):
    """Nothing anybody expected."""


@pytest.fixture
def broken(shared_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A bot with a defect in every turn."""

    async def fail(*_: Any, **__: Any) -> None:
        raise Defect(WORD)

    for turn in ("on_message_activity", "on_invoke_activity", "on_conversation_update_activity"):
        monkeypatch.setattr(DoormanHandler, turn, fail)
    return Door(shared_desk)


async def incident_in(told: str, logged: list[structlog.typing.EventDict]) -> None:
    """The sentence carries the number under which the log has the exception, and nothing else of it."""
    found = re.search(r"incident ([0-9a-f]{8})", told)
    assert found, told
    assert WORD not in told
    assert_tells_nothing(told)
    (entry,) = [entry for entry in logged if entry.get("incident") == found[1]]
    assert isinstance(entry["exc_info"], Defect)


async def test_a_message_is_answered_with_the_incident(broken: Door) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await broken.knock(broken.activity("show alice"))
    assert (answer.status, answer.text) == (200, "")
    await incident_in(broken.last_words(), logged)


async def test_so_is_a_press(broken: Door) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await broken.knock(broken.activity(type="invoke", name="adaptiveCard/action", value={}))
    assert answer.status == 200
    body = json.loads(answer.text)
    assert (body["statusCode"], body["type"]) == (200, "application/vnd.microsoft.activity.message")
    await incident_in(body["value"], logged)


async def test_an_event_nobody_waits_for_ends_in_the_log(broken: Door) -> None:
    said = broken.said()
    with structlog.testing.capture_logs() as logged:
        answer = await broken.knock(broken.activity(type="conversationUpdate"))
    assert (answer.status, answer.text) == (200, "")
    assert broken.said() == said
    assert [entry["exc_info"].args for entry in logged if entry.get("action") == "incident"] == [(WORD,)]


async def test_that_teams_is_down_as_well_is_borne(broken: Door) -> None:
    broken.teams.faults.add("502")
    try:
        assert (await broken.knock(broken.activity("show alice"))).status == 200
    finally:
        broken.teams.faults.clear()

"""What acts at once, without a card to confirm, asks Entra ID anew who is speaking; what only looks may go by an answer a minute old."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.commands.bulk import BULK_JOB
from bot.commands.grammar.kinds import Choice
from bot.commands.spec import Command
from bot.domain.audit import Tag
from tests.desk import BRAM, HANNA, LOG, SAM, Desk
from tests.scenarios.bulking import query
from tests.scenarios.test_approval_refusals import leave

STEERING = next(part for part in BULK_JOB.pattern if isinstance(part, Choice))
ACTING = {command.example: None for command in COMMANDS if command.acts} | {f"bulk {word.text} 7Q2F": None for word, _ in STEERING.options}
LOOKING = [command for command in COMMANDS if not command.acts and not command.changes]
#: Where what Doorman decides by is kept.
KEPT = ("operations", "freezes", "chat_settings", "limit_lifts", "bulk_jobs", "log_notices", "alarms", "numbers")
#: What somebody who only looks leaves behind.
ASKED = {Tag.CHAT_COMMAND_ASKED, Tag.CHAT_COMMAND_REFUSED, Tag.CHAT_FORM_OPENED}


@pytest.mark.parametrize("line", ACTING)
async def test_whoever_has_just_lost_every_group_does_nothing_at_once(desk: Desk, line: str) -> None:
    await desk.say(HANNA, "freeze omar")
    assert "Omar Farouk" in (await desk.say(SAM, "show omar")).text  # so the answer about Sam is known
    for group in ("Helpdesk", "Doorman administrators"):
        leave(desk, SAM, group)
    assert "Omar Farouk" in (await desk.say(SAM, "show omar")).text
    before = kept(desk)
    refused = await desk.say(SAM, line, LOG if line == "log here" else None)
    assert "Only Doorman's administrators" in refused.text or "not in the helpdesk group" in refused.text
    assert kept(desk) == before
    assert "not in the helpdesk group" in (await desk.say(SAM, "show omar")).text  # and now it is known


@pytest.mark.parametrize("command", LOOKING, ids=lambda command: command.name)
async def test_whatever_is_not_said_to_act_changes_nothing(desk: Desk, command: Command) -> None:
    waiting = await desk.say(HANNA, "set mobile for alice +31 6 12345678")
    await desk.say(BRAM, "freeze omar")
    await desk.logged("froze Omar")
    before, events = kept(desk), len(desk.trail())
    for line in (command.example, command.example.replace("7QXF", waiting.operation_id)):
        assert (await desk.say(SAM, line)).text
    assert kept(desk) == before
    assert {Tag(event.tag) for event in desk.trail()[events:]} - {Tag.LOG_POST_DELIVERED} <= ASKED


def kept(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Everything Doorman decides by."""
    return {table: query(desk, f"SELECT * FROM {table}") for table in KEPT}

"""What acts at once, without a card to confirm, asks Entra ID anew who is speaking; what only looks may go by an answer a minute old."""

from __future__ import annotations

from typing import Any

from bot.commands import COMMANDS
from bot.commands.bulk import BULK_JOB
from bot.commands.grammar.kinds import Choice
from bot.domain.audit import Tag
from tests.desk import BRAM, HANNA, LOG, SAM, Desk
from tests.scenarios.bulking import query
from tests.scenarios.test_approval_refusals import leave

STEERING = next(part for part in BULK_JOB.pattern if isinstance(part, Choice))
ACTING = {command.example: None for command in COMMANDS if command.acts} | {f"bulk {word.text} 7Q2F": None for word, _ in STEERING.options}
LOOKING = [command for command in COMMANDS if not command.acts and not command.changes]
GROUPS = ("Helpdesk", "Doorman administrators")
#: Where what Doorman decides by is kept.
KEPT = ("operations", "freezes", "chat_settings", "limit_lifts", "bulk_jobs", "log_notices", "alarms", "numbers")
#: What somebody who only looks leaves behind.
ASKED = {Tag.CHAT_COMMAND_ASKED, Tag.CHAT_COMMAND_REFUSED, Tag.CHAT_FORM_OPENED}


async def test_whoever_has_just_lost_every_group_does_nothing_at_once(desk: Desk) -> None:
    await desk.say(HANNA, "freeze omar")
    for line in ACTING:
        assert "Omar Farouk" in (await desk.say(SAM, "show omar")).text, line  # so the answer about Sam is known
        for group in GROUPS:
            leave(desk, SAM, group)
        assert "Omar Farouk" in (await desk.say(SAM, "show omar")).text, line
        before = kept(desk)
        refused = await desk.say(SAM, line, LOG if line.endswith(" here") else None)
        assert "Only Doorman's administrators" in refused.text or "not in the helpdesk group" in refused.text, line
        assert kept(desk) == before, line
        assert "not in the helpdesk group" in (await desk.say(SAM, "show omar")).text, line  # and now it is known
        for group in GROUPS:
            desk.entra.tenant.join(desk.entra.group(group), SAM.id)
        desk.clock.forward(hours=1)


async def test_whatever_is_not_said_to_act_changes_nothing(desk: Desk) -> None:
    waiting = await desk.say(HANNA, "set mobile for alice +31 6 12345678")
    await desk.say(BRAM, "freeze omar")
    await desk.logged("froze Omar")
    before, events = kept(desk), len(desk.trail())
    for command in LOOKING:
        for line in (command.example, command.example.replace("7QXF", waiting.operation_id)):
            assert (await desk.say(SAM, line)).text
            assert kept(desk) == before, line
    assert {Tag(event.tag) for event in desk.trail()[events:]} - {Tag.LOG_POST_DELIVERED} <= ASKED


def kept(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Everything Doorman decides by."""
    return {table: query(desk, f"SELECT * FROM {table}") for table in KEPT}

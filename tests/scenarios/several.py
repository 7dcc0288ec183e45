"""What the scenarios about several changes share: the way to their end, and what became of each of them."""

from __future__ import annotations

import json
from collections.abc import Callable

from simulator import cast
from tests.desk import APPROVALS, HANNA, SAM, Answer, Desk, _words


async def approved(desk: Desk, line: str, before_the_yes: Callable[[], object] = lambda: None) -> Answer:
    """Asks for a reset, confirms it and has Sam agree."""
    answer = await desk.say(HANNA, line)
    assert "confirm" in answer.verbs, answer.text
    await desk.press(HANNA, answer, "confirm")
    await agreed(desk, answer.operation_id, before_the_yes)
    return answer


async def agreed(desk: Desk, operation_id: str, before_the_yes: Callable[[], object] = lambda: None) -> None:
    """Has Sam agree."""
    card = await desk.teams.wait_for(
        lambda message: (
            message.conversation == APPROVALS.id and message.by_bot and {operation_id, "Approve"} <= set(_words(message.card() or {}))
        )
    )
    before_the_yes()
    told = await desk.press(SAM, Answer(desk, card, SAM), "approve")
    assert not told.message, told.message


def writes(desk: Desk) -> list[str]:
    """What was written, in order."""
    return [f"{write.what} {write.phone_type or ''}".strip() for write in desk.entra.writes]


def kinds(desk: Desk, who: cast.Member) -> list[str]:
    """What somebody has left besides phones."""
    return [method.kind for method in desk.entra.person(who.upn).holding().methods]


def results(desk: Desk) -> list[str]:
    """What the trail says of each change of the last execution."""
    finished = [row for row in desk.trail() if row.tag == "operation:execution:finished"]
    return [result.partition(":")[0] for result in json.loads(finished[-1].facts)["results"]]

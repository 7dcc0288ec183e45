"""An answer that Teams does not take: nobody sees it, so the log channel is told."""

from __future__ import annotations

import pytest

from simulator import cast
from tests.desk import BRAM, HANNA, LOG, OSCAR, Desk

REGION = {"code": "BadArgument", "message": "User is from different region"}


def told(desk: Desk) -> list[str]:
    return [str(message.card()) for message in desk.teams.thread(LOG.id) if message.by_bot and "No answer arrived" in str(message.card())]


async def unanswered(desk: Desk, who: cast.Member, status: str, **why: str) -> None:
    chat = desk.teams.threads.find(who)[0].id
    fault = desk.teams.faults.add(status, conversation=chat, method="POST", **why)
    await desk.teams.say(who, "show alice")
    assert fault.hits
    desk.teams.faults.remove(fault.id)


@pytest.mark.parametrize(
    ("status", "why", "said"),
    [
        ("403", REGION, "served in a region that no activity came from yet"),
        ("403", {}, "403 ConversationBlockedByUser"),
        ("400", {}, "400"),
    ],
)
async def test_what_teams_refuses_is_told_in_the_log_once_an_hour_for_each_person(
    desk: Desk, status: str, why: dict[str, str], said: str
) -> None:
    await unanswered(desk, HANNA, status, **why)
    await desk.logged("No answer arrived", "“Hanna Visser” wrote to me", said, "pending")
    await unanswered(desk, HANNA, status, **why)
    await unanswered(desk, BRAM, status, **why)
    await desk.logged("No answer arrived", "“Bram Peeters” wrote to me")
    assert len(told(desk)) == 2
    desk.clock.forward(hours=1)
    await unanswered(desk, HANNA, status, **why)
    await desk.logged("No answer arrived")
    await desk.say(HANNA, "show alice")
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    await desk.logged("Alice Jansen", "Done")
    assert len(told(desk)) == 3


async def test_whoever_does_not_work_here_is_nobodys_work(desk: Desk) -> None:
    await unanswered(desk, OSCAR, "403")
    await unanswered(desk, HANNA, "403")
    await desk.logged("No answer arrived")
    assert len(told(desk)) == 1

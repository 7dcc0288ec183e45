"""What the scenarios without any channel share: approvers are asked in their own chats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from simulator.teams import Message
from tests.desk import HANNA, SAM, Answer, Desk
from tests.scenarios.approving import INGRID, POLICY, SET, approvers_card, words

NO_CHANNEL: dict[str, Any] = {"APPROVAL_CHANNEL_ID": "", "LOG_CHANNEL_ID": ""}


@pytest.fixture
async def chats(database_url: str) -> AsyncIterator[Desk]:
    """A desk without any channel, whose two seniors have each written to the bot once."""
    async with Desk(database_url, POLICY, **NO_CHANNEL) as desk:
        for senior in (INGRID, SAM):
            await desk.say(senior, "hello")
        yield desk


def posts(desk: Desk, who: cast.Member) -> list[Message]:
    """What the bot said in somebody's own chat since its answer to "hello", oldest first."""
    return [message for message in desk.teams.thread(who) if message.by_bot][1:]


async def ask(desk: Desk, line: str = SET, who: cast.Member = HANNA) -> tuple[str, Answer]:
    """Asks for a change and confirms it: its id and the requester's card."""
    own = await desk.say(who, line)
    assert "confirm" in own.verbs, own.text
    operation_id = own.operation_id
    await desk.press(who, own, "confirm")
    return operation_id, own


async def asked(desk: Desk, line: str = SET, who: cast.Member = HANNA) -> tuple[str, Answer, Answer, Answer]:
    """Asks both seniors: its id, the requester's card, Ingrid's and Sam's."""
    operation_id, own = await ask(desk, line, who)
    return operation_id, own, await approvers_card(desk, operation_id, INGRID), await approvers_card(desk, operation_id, SAM)


def chat_of(desk: Desk, who: cast.Member) -> str:
    """The id of somebody's own chat."""
    return desk.teams.threads.find(who)[0].id


def cards(desk: Desk, who: cast.Member, operation_id: str) -> list[Message]:
    """The approvers' cards of an operation in somebody's own chat."""
    return [message for message in posts(desk, who) if operation_id in words(message) and "Needs" in words(message)]

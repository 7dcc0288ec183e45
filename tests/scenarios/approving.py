"""What the scenarios about approvals share: a policy that wants them, and the way to an approvers' card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.change import ChangeKind
from bot.domain.rules import Ground, Limits, Policy, Rule
from simulator import cast
from simulator.teams import Message
from tests.desk import APPROVALS, BRAM, HANNA, Answer, Desk, _words

AGENTS, SENIORS, EXECUTIVES = (cast.group(name).id for name in ("Helpdesk", "Helpdesk seniors", "Executives"))
INGRID, VICTORIA, PRIYA = (cast.person(name) for name in ("Ingrid Lund", "Victoria Crane", "Priya Raman"))

SET = "set mobile for alice +31 6 12345678 ticket INC-42 because lost phone"
SET_VIP = "set mobile for victoria +44 7400 654321"

POLICY = Policy(
    rules=(
        Rule(
            name="A senior agrees",
            actions=frozenset({ChangeKind.SET_PHONE}),
            targets=frozenset({Ground.ORDINARY, Ground.HELPDESK}),
            ask=frozenset({AGENTS}),
            approvals=1,
            approve=frozenset({SENIORS}),
        ),
        Rule(
            name="Two agree for executives",
            targets=frozenset({Ground.VIP}),
            ask=frozenset({AGENTS}),
            approvals=2,
            approve=frozenset({SENIORS}),
            deny_reason=True,
            approve_for=timedelta(minutes=30),
        ),
        Rule(
            name="An executive agrees to removals",
            actions=frozenset({ChangeKind.REMOVE_PHONE}),
            ask=frozenset({AGENTS}),
            approvals=1,
            approve=frozenset({EXECUTIVES}),
        ),
        Rule(name="Signing in by text message is free", actions=frozenset({ChangeKind.SMS_SIGN_IN}), ask=frozenset({AGENTS})),
    ),
    names={AGENTS: "Helpdesk", SENIORS: "Helpdesk seniors", EXECUTIVES: "Executives"},
    vip=frozenset({EXECUTIVES}),
    helpdesk=frozenset({AGENTS}),
    limits=Limits(requests_per_hour=0),
)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """The whole product at work under a policy that wants approvals."""
    async with Desk(database_url, POLICY) as desk:
        yield desk


@pytest.fixture
async def built_in(database_url: str) -> AsyncIterator[Desk]:
    """The product without a policy file, and with a channel for approvals."""
    async with Desk(database_url, built_in=True, APPROVAL_CHANNEL_ID=APPROVALS.id) as desk:
        yield desk


def words(message: Message) -> str:
    """Every word on the card of a message, as everybody sees it."""
    return " ".join(_words(message.card() or {}))


async def approvers_card(desk: Desk, operation_id: str, where: cast.Channel | cast.Member = APPROVALS) -> Answer:
    """The card in the approval channel, in another one, or in somebody's own chat."""
    place = desk.teams.threads.find(where)[0].id
    message = await desk.teams.wait_for(
        lambda message: message.conversation == place and message.by_bot and operation_id in words(message) and "Needs" in words(message)
    )
    return Answer(desk, message, where if isinstance(where, cast.Member) else INGRID)


async def approved(desk: Desk, line: str, by: cast.Member = BRAM) -> tuple[Answer, Answer]:
    """Asked by Hanna, confirmed, and agreed to: the requester's card and the approvers'."""
    _, own, card = await ask(desk, line)
    await desk.press(by, card, "approve")
    return own, card


async def ask(desk: Desk, line: str = SET, who: cast.Member = HANNA) -> tuple[str, Answer, Answer]:
    """Asks for a change and confirms it: its id, the requester's card and the approvers'."""
    own = await desk.say(who, line)
    assert "confirm" in own.verbs, own.text
    operation_id = own.operation_id
    await desk.press(who, own, "confirm")
    return operation_id, own, await approvers_card(desk, operation_id)


async def told(desk: Desk, who: cast.Member, *said: str) -> Message:
    """Waits for a message of the bot in somebody's own chat that has all these words."""
    chat = desk.teams.threads.find(who)[0].id
    return await desk.teams.wait_for(
        lambda message: message.conversation == chat and message.by_bot and all(each in words(message) for each in said)
    )

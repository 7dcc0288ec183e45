"""The people of the kill benchmark of "not me": a change is agreed to, and whoever it is about is told of it and presses."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from benchmarks.kill_cases import AGENTS, PAUSE, People, buttons
from simulator import cast

APPROVALS = cast.channel("Approvals")
NEVER = "We never ask for a code"


@dataclass
class Case:
    """Somebody who is given a second phone that they never asked for.

    Attributes:
        operation_id, waiting_id: of that change, and of another one that still waits when they press.
    """

    who: cast.Member
    agent: cast.Member
    approver: cast.Member
    number: str
    operation_id: str = ""
    waiting_id: str = ""


def cases(count: int) -> deque[Case]:
    """So many people with a phone, each of whom another agent and another approver looks after."""
    people = [member for member in cast.CROWD if member.phones and member.enabled][:count]
    every = range(len(people))
    pairs = [(AGENTS[place % len(AGENTS)], AGENTS[(place + 1) % len(AGENTS)]) for place in every]
    return deque(Case(people[place], *pairs[place], f"+31 6 {40_000_000 + place}") for place in every)


class ToldPeople(People[Case]):
    """All of them at work."""

    async def live(self, case: Case) -> None:
        """See `People`."""
        case.operation_id = await self._confirmed(case.agent, "set alternate mobile", case.who, case.number)
        case.waiting_id = await self._confirmed(case.approver, "remove mobile", case.who)
        while "alternateMobile" not in self.phones(case.who):
            await self._press_where(APPROVALS.id, case.approver, "approve", case.operation_id)
        while not self._told(case):  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(PAUSE)
        self.presses += 1
        for message_id in self._told(case)[-1:]:
            await self.until_answered(case.who, message_id, "not_me")
        while "alternateMobile" in self.phones(case.who):  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(PAUSE)

    async def _confirmed(self, agent: cast.Member, what: str, who: cast.Member, value: str = "") -> str:
        """Types it until a card comes, and presses Confirm until there is an answer; the operation's id."""
        message_id, operation_id = await self.asked(agent, f"{what} for {who.upn} {value}".strip(), "confirm", who)
        await self.until_answered(agent, message_id, "confirm")
        return operation_id

    async def _press_where(self, conversation: str, who: cast.Member, verb: str, operation_id: str) -> None:
        """Presses on every card there that carries this id; a process that died may have left one behind."""
        for message in list(self.world.teams.thread(conversation)):
            if message.by_bot and (verb, operation_id) in buttons(message.card(who) or {}):
                await self.press(who, message.id, verb)
        await asyncio.sleep(4 * PAUSE)

    def _told(self, case: Case) -> list[str]:
        """The notices in their own chat that can be pressed; none where there is no chat yet."""
        found = self.world.teams.threads.find(case.who)
        messages = self.world.teams.thread(found[0].id) if found else ()
        return [each.id for each in messages if each.by_bot and any(verb == "not_me" for verb, _ in buttons(each.card() or {}))]

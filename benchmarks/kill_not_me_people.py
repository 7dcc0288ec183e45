"""The people of the kill benchmark of "not me": a change is agreed to, and whoever it is about is told of it and presses."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.kill_people import operation_of, texts
from simulator import cast
from simulator.teams.threads import Event
from simulator.world import World

AGENTS = cast.HELPDESK[:4]
APPROVALS, LOG = (cast.channel(name) for name in ("Approvals", "Doorman log"))
NEVER = "We never ask for a code"
PAUSE, PATIENCE = 0.1, 240.0


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


@dataclass(frozen=True)
class Heard:
    """A message of the bot that somebody could read, and when."""

    at: float
    conversation: str
    words: str


def cases(count: int) -> deque[Case]:
    """So many people with a phone, each of whom another agent and another approver looks after."""
    people = [member for member in cast.CROWD if member.phones and member.enabled][:count]
    every = range(len(people))
    pairs = [(AGENTS[place % len(AGENTS)], AGENTS[(place + 1) % len(AGENTS)]) for place in every]
    return deque(Case(people[place], *pairs[place], f"+31 6 {40_000_000 + place}") for place in every)


@dataclass
class People:
    """All of them at work.

    Args:
        endpoint: where Teams delivers to at this moment.
        may_begin: whether the case of this number (from 0) may begin already.
    """

    world: World
    work: deque[Case]
    endpoint: Callable[[], str]
    may_begin: Callable[[int], bool]
    done: list[Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    presses: int = 0
    _begun: int = 0

    def __post_init__(self) -> None:
        self.world.teams.threads.listeners.append(self._hear)

    def _hear(self, event: Event) -> None:
        if event.type == "message" and event.message and event.message.by_bot:
            words = " ".join(texts(event.message.card() or {}))
            self.heard.append(Heard(time.time(), event.conversation, words))

    async def do_everything(self) -> None:
        """A few at a time."""
        await asyncio.gather(*(self._one_after_the_other() for _ in range(3)))

    async def _one_after_the_other(self) -> None:
        while self.work:
            case, number = self.work.popleft(), self._begun
            self._begun += 1
            while not self.may_begin(number):  # noqa: ASYNC110 - the answer depends on more than one thing
                await asyncio.sleep(PAUSE)
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._live(case)
            except TimeoutError:
                self.problems.append(f"{case.who.name} came to no end: {case}")
            self.done.append(case)

    async def _live(self, case: Case) -> None:
        case.operation_id = await self._confirmed(case.agent, "set alternate mobile", case.who, case.number)
        case.waiting_id = await self._confirmed(case.approver, "remove mobile", case.who)
        while "alternateMobile" not in self._phones(case):
            await self._press_where(APPROVALS.id, case.approver, "approve", case.operation_id)
        while not self._told(case):  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(PAUSE)
        self.presses += 1
        for message_id in self._told(case)[-1:]:
            await self._until_answered(case.who, message_id, "not_me")
        while "alternateMobile" in self._phones(case):  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(PAUSE)

    def _phones(self, case: Case) -> dict[str, Any]:
        return dict(self.world.entra.person(case.who.upn).phones)

    async def _confirmed(self, agent: cast.Member, what: str, who: cast.Member, value: str = "") -> str:
        """Types it until a card comes, and presses Confirm until there is an answer; the operation's id."""
        teams = self.world.teams
        while True:
            before = len(teams.thread(agent))
            teams.bot_endpoint = self.endpoint()
            await teams.say(agent, f"{what} for {who.upn} {value}".strip())
            for message in reversed(teams.thread(agent)[before:]):
                card = message.card() or {}
                operation_id = operation_of(card)
                if message.by_bot and operation_id and who.upn in " ".join(texts(card)):
                    await self._until_answered(agent, message.id, "confirm")
                    return operation_id
            await asyncio.sleep(PAUSE)

    async def _until_answered(self, who: cast.Member, message_id: str, verb: str) -> None:
        while not await self._press(who, message_id, verb):  # noqa: ASYNC110 - each press is another one
            await asyncio.sleep(PAUSE)

    async def _press_where(self, conversation: str, who: cast.Member, verb: str, operation_id: str) -> None:
        """Presses on every card there that carries this id; a process that died may have left one behind."""
        for message in list(self.world.teams.thread(conversation)):
            if message.by_bot and (verb, operation_id) in _buttons(message.card(who) or {}):
                await self._press(who, message.id, verb)
        await asyncio.sleep(4 * PAUSE)

    def _told(self, case: Case) -> list[str]:
        """The notices in their own chat that can be pressed; none where there is no chat yet."""
        found = self.world.teams.threads.find(case.who)
        messages = self.world.teams.thread(found[0].id) if found else ()
        return [each.id for each in messages if each.by_bot and any(verb == "not_me" for verb, _ in _buttons(each.card() or {}))]

    async def _press(self, who: cast.Member, message_id: str, verb: str) -> bool:
        """Whether there was an answer; a press without one may have counted, and the next one then hears "already"."""
        self.world.teams.bot_endpoint = self.endpoint()
        try:
            answer = await self.world.teams.press(who, message_id, verb)
        except LookupError:  # the card has moved on
            return True
        return answer.card is not None or " already " in (answer.message or "")


def _buttons(node: Any) -> Iterator[tuple[str, str]]:
    """Verb and id of every button."""
    if isinstance(node, dict):
        if node.get("type") == "Action.Execute" and isinstance(node.get("data"), dict):
            yield node.get("verb", ""), node["data"].get("id", "")
        for value in node.values():
            yield from _buttons(value)
    elif isinstance(node, list):
        for item in node:
            yield from _buttons(item)

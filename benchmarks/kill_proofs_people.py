"""The people of the kill benchmark of proofs: an agent asks, whoever is asked answers, and the agent confirms, too early and in time."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.kill_cases import AGENTS, PAUSE, People
from simulator import cast
from simulator.world import World

MATCH, MANAGER, IN_PERSON, WRONG, TWICE = "number_match", "manager", "in_person", "a wrong number", "two answers"
#: How somebody is proved, one after the other; by a wrong number alone nobody is.
WAYS = (MATCH, MANAGER, IN_PERSON, WRONG, TWICE)
_NUMBER = re.compile(r"'text': '([1-9][0-9])', 'weight': 'Bolder'")


@dataclass
class Case:
    """Somebody who wants a second phone.

    Attributes:
        operation_id, card_id: of the agent's request, and the message with it.
        early: the answers to Confirm before anything was proved.
    """

    who: cast.Member
    manager: cast.Member
    agent: cast.Member
    way: str
    number: str
    operation_id: str = ""
    card_id: str = ""
    early: int = 0

    @property
    def proved(self) -> bool:
        """Whether it comes to a change at all."""
        return self.way != WRONG


def cases(count: int) -> deque[Case]:
    """So many people, of whom each is the manager of the one before."""
    people = [member for member in cast.CROWD if member.enabled]
    managers = people[1:] + people[:1]
    return deque(
        Case(people[place], managers[place], AGENTS[place % len(AGENTS)], WAYS[place % len(WAYS)], f"+31 6 {40_000_000 + place}")
        for place in range(min(count, len(people)))
    )


class ProvingPeople(People[Case]):
    """All of them at work.

    Attributes:
        asks, answers: how often somebody began to ask for a proof, and to answer.
    """

    def __init__(self, world: World, work: deque[Case], endpoint: Callable[[], str], may_begin: Callable[[int], bool]) -> None:
        super().__init__(world, work, endpoint, may_begin)
        self.asks = self.answers = 0
        for case in work:
            world.entra.person(case.who.upn).manager_id = world.entra.person(case.manager.upn).id

    async def live(self, case: Case) -> None:
        """See `People`."""
        text = f"set alternate mobile for {case.who.upn} {case.number}"
        if "mobile" not in self.phones(case.who):
            text = text.replace("alternate ", "")
        case.card_id, case.operation_id = await self.asked(case.agent, text, "prove", case.who)
        await self._confirm_early(case)
        await self._prove(case)
        if not case.proved:
            for _ in range(3):
                await self._confirm_early(case)
            await self._press(case.agent, case.card_id, "cancel", case.operation_id)
            return
        while case.number.replace(" ", "") not in str(self.phones(case.who)).replace(" ", ""):
            self.presses += 1
            await self._press(case.agent, case.card_id, "confirm", case.operation_id)
            await asyncio.sleep(2 * PAUSE)

    async def _confirm_early(self, case: Case) -> None:
        """Before anything is proved: a client may send whatever it likes."""
        answer = await self._press(case.agent, case.card_id, "confirm", case.operation_id)
        case.early += 1
        if "that is not there" not in answer:
            self.problems.append(f"{case.operation_id}: Confirm before any proof was answered: {answer[:200]}")

    async def _prove(self, case: Case) -> None:
        kind = case.way if case.way in (MATCH, MANAGER, IN_PERSON) else MATCH
        self.asks += 1
        shown = await self._press(case.agent, case.card_id, "prove", case.operation_id, kind=kind)
        if kind == IN_PERSON:
            while not (found := _picks(self.world.teams.card(case.card_id, case.agent), "attest")):
                shown = await self._press(case.agent, case.card_id, "refresh", case.operation_id)
                await asyncio.sleep(PAUSE)
            self.answers += 1
            await self._press(case.agent, case.card_id, "attest", found[0]["id"], pick=0)
        elif kind == MANAGER:
            message_id, found = await self._brought(case.manager, "vouch", case)
            self.answers += 1
            await self._press(case.manager, message_id, "vouch", found[0]["id"], pick=0)
        else:
            while not (number := _NUMBER.search(shown)):
                shown = await self._press(case.agent, case.card_id, "refresh", case.operation_id)
            message_id, found = await self._brought(case.who, "match", case)
            right = next(each for each in found if each["title"] == number[1])
            wrong = next(each for each in found if each["title"] != number[1])
            self.answers += 1
            await self._pick(case, message_id, right, wrong)

    async def _pick(self, case: Case, message_id: str, right: dict[str, Any], wrong: dict[str, Any]) -> None:
        """The right number, or a wrong one; or the right one, and then a wrong one when nobody knows whether the first came through."""
        picks = [wrong] if case.way == WRONG else [right]
        if case.way == TWICE:
            picks = [right, wrong, wrong]
        for each in picks:
            await self._press(case.who, message_id, "match", each["id"], pick=each["pick"])

    async def _brought(self, who: cast.Member, verb: str, case: Case) -> tuple[str, list[dict[str, Any]]]:
        """The last card in somebody's own chat on which they can answer."""
        while True:
            found = self.world.teams.threads.find(who)
            for message in reversed(list(self.world.teams.thread(found[0].id)) if found else []):
                if message.by_bot and (picks := _picks(message.card() or {}, verb)):
                    return message.id, picks
            if self._over(case):
                raise TimeoutError
            await asyncio.sleep(PAUSE)

    def _over(self, case: Case) -> bool:
        """Nobody answered in time, because the card never came."""
        return "nobody answered" in str(self.world.teams.card(case.card_id, case.agent))

    async def _press(self, who: cast.Member, message_id: str, verb: str, id: str, **more: Any) -> str:
        """Presses until there is an answer; what the client then shows."""
        action = {"type": "Action.Execute", "verb": verb, "data": {"id": id, **more}}
        while True:
            self.world.teams.bot_endpoint = self.endpoint()
            answer = await self.world.teams.press(who, message_id, verb, action=action)
            if answer.card is not None or (answer.message and not _passing(answer.message)):
                return str(answer)
            await asyncio.sleep(PAUSE)


#: What Entra ID or the bot could not do just now, and can a moment later.
_PASSING = ("Entra ID", "Microsoft Graph", "try again", "Try again", "went wrong")


def _passing(message: str) -> bool:
    return any(each in message for each in _PASSING)


def _picks(card: Any, verb: str) -> list[dict[str, Any]]:
    """The buttons of a verb: title, id and pick of each."""
    found = []
    if isinstance(card, dict):
        if card.get("type") == "Action.Execute" and card.get("verb") == verb:
            found.append({"title": card.get("title", ""), **card["data"]})
        for value in card.values():
            found += _picks(value, verb)
    elif isinstance(card, list):
        for item in card:
            found += _picks(item, verb)
    return found

"""The people of the kill benchmark: what they want, and how they type it, confirm it and wait, as patient as people are."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator import cast
from simulator.world import World

AGENTS = cast.HELPDESK
PAUSE = 0.15
#: Seconds before a person gives up pressing one card, and getting one change confirmed: only a wrong answer can last that long.
CARD_PATIENCE, CHANGE_PATIENCE = 60.0, 240.0
RESULT_PATIENCE = 120.0
FINAL_WORDS = ("Done", "Partly done", "Failed", "Out of date", "Cancelled", "Denied", "Expired")

Wish = tuple[str, str, str | None]  # what is typed before "for …"; mobile | alternateMobile | sms; the number, "on", "off" or None


@dataclass(frozen=True)
class Step:
    """One change of somebody. `hasty`: the next one is typed as soon as Entra has this, without waiting for the card."""

    who: cast.Member
    wish: Wish
    hasty: bool

    @property
    def text(self) -> str:
        """As it is typed."""
        verb, thing, value = self.wish
        return f"{verb} for {self.who.upn}{f' {value}' if value and thing != 'sms' else ''}"

    def in_effect(self, world: World) -> bool:
        """Whether Entra has it now."""
        _, thing, value = self.wish
        phones = world.entra.person(self.who.upn).phones
        if thing == "sms":
            return "mobile" in phones and (phones["mobile"].sms_sign_in == "ready") == (value == "on")
        held = phones[thing].number if thing in phones else None
        return held == value


@dataclass
class Confirmed:
    """A change that somebody confirmed, with the card it was confirmed on."""

    operation_id: str
    step: Step
    agent: cast.Member
    card_id: str


def chains(changes: int, dice: random.Random) -> deque[list[Step]]:
    """As many changes as wanted, of different people, some on the same person one after the other."""
    numbers = (f"+31 65{n:07d}" for n in itertools.count(dice.randrange(1_000_000)))
    people = [member for member in cast.CROWD if member.enabled]
    dice.shuffle(people)
    found: deque[list[Step]] = deque()
    left = changes
    for who in itertools.cycle(people):  # more than there are people: the same ones again, later, would not be identifiable
        if left <= 0 or len(found) == len(people):
            return found
        wishes = _wishes(who.phones.get("mobile"), numbers, dice)[:left]
        left -= len(wishes)
        found.append([Step(who, wish, dice.random() < 0.5) for wish in wishes])
    return found


def _wishes(mobile: str | None, numbers: Iterator[str], dice: random.Random) -> list[Wish]:
    first, second = next(numbers), next(numbers)
    on: Wish = ("enable sms sign-in", "sms", "on")
    off: Wish = ("disable sms sign-in", "sms", "off")
    remove: Wish = ("remove mobile", "mobile", None)
    if mobile is None:
        added: Wish = ("set mobile", "mobile", first)
        new: tuple[list[Wish], ...] = (
            [added],
            [added, ("update mobile", "mobile", second), remove],
            [("add mobile", "mobile", first), off, on],
            [added, ("set mobile", "mobile", second), ("set mobile", "mobile", first), remove],
            [added, remove, added],
        )
        return dice.choice(new)
    held: tuple[list[Wish], ...] = (
        [("update mobile", "mobile", first)],
        [remove],
        [on, off],
        [("set alternate mobile", "alternateMobile", second), ("set mobile", "mobile", first)],
        [("set mobile", "mobile", first), ("set mobile", "mobile", mobile)],
    )
    return dice.choice(held)


@dataclass
class People:
    """The helpdesk at work.

    Args:
        endpoint: where Teams delivers to at this moment.
        may_begin: whether the change of this number (from 0) may be asked for already; holds the people back so that kills keep pace.
    """

    world: World
    work: deque[list[Step]]
    endpoint: Callable[[], str]
    may_begin: Callable[[int], bool]
    confirmed: list[Confirmed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unanswered: int = 0
    presses: int = 0
    _begun: int = 0
    _refusal: str = ""

    async def do_everything(self) -> None:
        """All of them at once, each with one thing at a time."""
        await asyncio.gather(*(self._agent(agent) for agent in AGENTS))

    async def _agent(self, agent: cast.Member) -> None:
        while self.work:
            for step in self.work.popleft():
                number, self._begun = self._begun, self._begun + 1
                while not self.may_begin(number):  # noqa: ASYNC110 - the answer depends on more than one thing
                    await asyncio.sleep(PAUSE)
                done = await self._get_confirmed(agent, step)
                if done is None or not await self._see_result(done):
                    what = "waiting for the result of" if done else "confirming"
                    self.problems.append(f"{agent.name} gave up {what} {step.text!r}; the last refusal was {self._refusal!r}")
                    break

    async def _get_confirmed(self, agent: cast.Member, step: Step) -> Confirmed | None:
        until = time.monotonic() + CHANGE_PATIENCE
        while time.monotonic() < until:
            card_id, operation_id = await self._ask(agent, step.text)
            if card_id and await self._confirm(agent, card_id):
                done = Confirmed(operation_id, step, agent, card_id)
                self.confirmed.append(done)
                return done
            await asyncio.sleep(PAUSE)
        return None

    async def _ask(self, agent: cast.Member, text: str) -> tuple[str, str]:
        """Types it; message id and operation id of the card to confirm, empty when none came."""
        teams = self.world.teams
        before = len(teams.thread(agent))
        teams.bot_endpoint = self.endpoint()
        await teams.say(agent, text)
        cards = ((message.id, operation_of(message.card() or {})) for message in reversed(teams.thread(agent)[before:]) if message.by_bot)
        return next((found for found in cards if found[1]), ("", ""))

    async def _confirm(self, agent: cast.Member, card_id: str) -> bool:
        """Presses until there is an answer. A press without one may have counted: the next one then hears "already"."""
        until = time.monotonic() + CARD_PATIENCE
        while time.monotonic() < until:
            self.world.teams.bot_endpoint = self.endpoint()
            answer = await self.world.teams.press(agent, card_id, "confirm")
            if answer.card is not None or " already " in (answer.message or ""):
                self.presses += 1
                return True
            self.unanswered += answer.status == 0
            self._refusal = answer.message or self._refusal
            await asyncio.sleep(PAUSE)
        return False

    async def _see_result(self, done: Confirmed) -> bool:
        """Waits for the card, or, when in haste, for Entra alone."""
        until = time.monotonic() + RESULT_PATIENCE
        while time.monotonic() < until:
            if done.step.in_effect(self.world) if done.step.hasty else self.final(done):
                return True
            await asyncio.sleep(0.05)
        return False

    def final(self, done: Confirmed, *words: str) -> bool:
        """Whether the requester's card shows an end (with this word, if one is given), or a card that came after it.

        A process that died between posting a card and noting where it stands leaves one behind that nobody can edit: which card was
        pressed is the client's word alone. The result then comes as a new card.
        """
        later = (message for message in self.world.teams.thread(done.agent) if message.by_bot and int(message.id) > int(done.card_id))
        cards = [self.world.teams.card(done.card_id, done.agent)]
        cards += [card for message in later if (card := message.card()) and done.operation_id in " ".join(texts(card)).split()]
        return any(word in " ".join(texts(card)) for card in cards for word in words or FINAL_WORDS)


def operation_of(card: dict[str, Any]) -> str:
    """The id on the card's Confirm button; empty when there is none."""
    return next((action["data"]["id"] for action in card.get("actions") or () if action.get("verb") == "confirm"), "")


def texts(node: Any) -> Iterator[str]:
    """Every text on a card."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)

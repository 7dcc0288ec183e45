"""What the kill benchmarks share in which people live through a case each: patience with a bot that dies, and the run itself."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from benchmarks.kill import FAULTS, QUIET_PATIENCE, _weather, empty_database, print_table
from benchmarks.kill_bots import Bot, Reaper
from benchmarks.kill_count import Count, Stored, read_store
from benchmarks.kill_people import texts
from simulator import cast, doorman
from simulator.entra.faults import Fault
from simulator.teams.threads import Event
from simulator.world import World

AGENTS = cast.HELPDESK[:4]
LOG = cast.channel("Doorman log")
PAUSE, PATIENCE = 0.1, 240.0
#: Seconds after which a kill no longer waits for its moment; each of them comes once or twice a case.
LONGEST_WAIT = 12.0
C = TypeVar("C")


@dataclass(frozen=True)
class Plan:
    """One run: how many cases there are, and how many kills in all."""

    cases: int
    kills: int
    seed: int = 1


class MortalBot(Bot):
    """A bot of which is known when it died.

    Attributes:
        deaths: the moments.
    """

    deaths: list[float]

    async def kill(self) -> None:
        """See `Bot`."""
        await super().kill()
        self.deaths = [*getattr(self, "deaths", []), time.time()]


@dataclass(frozen=True)
class Heard:
    """A message of the bot that somebody could read, and when.

    Attributes:
        ids: what its buttons are about.
    """

    at: float
    conversation: str
    words: str
    ids: frozenset[str] = frozenset()


@dataclass
class People(Generic[C]):
    """All of them at work.

    Args:
        endpoint: where Teams delivers to at this moment.
        may_begin: whether the case of this number (from 0) may begin already.
    """

    world: World
    work: deque[C]
    endpoint: Callable[[], str]
    may_begin: Callable[[int], bool]
    done: list[C] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    presses: int = 0
    _begun: int = 0

    def __post_init__(self) -> None:
        self.world.teams.threads.listeners.append(self._hear)

    def _hear(self, event: Event) -> None:
        if event.type == "message" and event.message and event.message.by_bot:
            card = event.message.card() or {}
            ids = frozenset(id for _, id in buttons(card))
            self.heard.append(Heard(time.time(), event.conversation, " ".join(texts(card)), ids))

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
                    await self.live(case)
            except TimeoutError:
                self.problems.append(f"it came to no end: {case}")
            self.done.append(case)

    @abstractmethod
    async def live(self, case: C) -> None:
        """One case from its beginning to its end."""

    def phones(self, who: cast.Member) -> dict[str, Any]:
        """What Entra has of somebody."""
        return dict(self.world.entra.person(who.upn).phones)

    async def asked(self, agent: cast.Member, text: str, verb: str, about: cast.Member) -> tuple[str, str]:
        """Types it until a card about somebody comes that has such a button; ids of the message, and of what the button is about."""
        teams = self.world.teams
        while True:
            before = len(teams.thread(agent))
            teams.bot_endpoint = self.endpoint()
            await teams.say(agent, text)
            for message in reversed(teams.thread(agent)[before:]):
                card = message.card() or {}
                found = [id for each, id in buttons(card) if each == verb]
                if message.by_bot and found and about.upn in " ".join(texts(card)):
                    return message.id, found[0]
            await asyncio.sleep(PAUSE)

    async def until_answered(self, who: cast.Member, message_id: str, verb: str) -> None:
        """Presses until there is an answer."""
        while not await self.press(who, message_id, verb):  # noqa: ASYNC110 - each press is another one
            await asyncio.sleep(PAUSE)

    async def press(self, who: cast.Member, message_id: str, verb: str) -> bool:
        """Whether there was an answer; a press without one may have counted, and the next one then hears "already"."""
        self.world.teams.bot_endpoint = self.endpoint()
        try:
            answer = await self.world.teams.press(who, message_id, verb)
        except LookupError:  # the card has moved on
            return True
        return answer.card is not None or " already " in (answer.message or "")


def buttons(node: Any) -> Iterator[tuple[str, str]]:
    """Verb and id of every button."""
    if isinstance(node, dict):
        if node.get("type") == "Action.Execute" and isinstance(node.get("data"), dict):
            yield node.get("verb", ""), node["data"].get("id", "")
        for value in node.values():
            yield from buttons(value)
    elif isinstance(node, list):
        for item in node:
            yield from buttons(item)


#: What happens in the world and is counted, by the moments that a kill waits for.
Counters = Mapping[str, Callable[[], int]]


async def live_through(
    plan: Plan,
    database_url: str,
    folder: Path,
    *,
    policy: str,
    people_of: Callable[[World, Callable[[], str], Callable[[int], bool]], tuple[People[C], Counters]],
    moments: Mapping[str, float],
    counted: Callable[[People[C], list[float]], Awaitable[Count]],
) -> Count:
    """Carries a plan out on an empty database; the bot's log goes to `folder`.

    Args:
        policy: file with it.
        people_of: who is at work, and what of theirs a kill may wait for.
        moments: among which a kill chooses, with the most seconds between each and the kill.
        counted: what became of them, once all is quiet; told when the bot died.
    """
    began, dice, world = time.monotonic(), random.Random(plan.seed), World()
    world.entra.faults.rules[:] = [Fault(**{key: value for key, value in fault.described().items() if key != "fired"}) for fault in FAULTS]
    await world.start()
    settings = doorman.environment(
        world, database_url, POLICY_FILE=policy, HEAD_HOUR="none", REPORT_HOUR="none", **doorman.telling("http://127.0.0.1:3978")
    )
    bot = MortalBot(settings, folder / "bot.log")
    people, counters = people_of(world, lambda: bot.endpoint, lambda number: number * plan.kills <= (reaper.aims + 1) * plan.cases)
    reaper = Reaper([bot], plan.kills, counters, dice, moments, LONGEST_WAIT)
    weather = asyncio.create_task(_weather(world))
    try:
        await bot.start()
        await asyncio.gather(people.do_everything(), reaper.work())
        result = await counted(people, bot.deaths)
    finally:
        weather.cancel()
        await bot.kill()
        await world.stop()
    result.must("processes that ended by themselves", ["one"] * bot.exits)
    result.figures["kills"] = reaper.kills.total()
    result.figures |= {f"  {moment}": reaper.kills[moment] for moment in moments}
    result.figures["seconds"] = f"{time.monotonic() - began:.0f}"
    return result


class Quiet(Protocol):
    """What the store has of one subject."""

    @property
    def quiet(self) -> bool:
        """Nothing of it is under way."""


K = TypeVar("K", bound=Quiet)


async def at_rest(database_url: str, read: Callable[[str], K]) -> tuple[Stored, K]:
    """The store once nothing is under way any more, or when patience ends."""
    until = time.monotonic() + QUIET_PATIENCE
    while True:
        stored, kept = await asyncio.to_thread(read_store, database_url), await asyncio.to_thread(read, database_url)
        if time.monotonic() > until or (stored.quiet and kept.quiet):
            return stored, kept
        await asyncio.sleep(0.5)


def main_of(description: str, run: Callable[[Plan, str, Path], Awaitable[Count]], *, kills: int, cases_of: Callable[[int], int]) -> int:
    """Reads the command line and runs on each database; the exit status.

    Args:
        kills: so many where nobody says.
        cases_of: how many cases so many kills take, where nobody says.
    """
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--cases", type=int)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--logs", type=Path, help="a folder in which the bot's log stays")
    given = parser.parse_args()
    plan = Plan(given.cases or cases_of(given.kills), given.kills, given.seed)
    results: dict[str, Count] = {}
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        with tempfile.TemporaryDirectory(prefix="doorman-kill-") as scratch, empty_database(kind, Path(scratch)) as database_url:
            logs = given.logs or Path(scratch)
            logs.mkdir(parents=True, exist_ok=True)
            results[kind] = asyncio.run(_of(run(plan, database_url, logs)))
    print(f"seed {given.seed}")
    print_table(results)
    return 1 if any(result.problems for result in results.values()) else 0


async def _of(counting: Awaitable[Count]) -> Count:
    return await counting

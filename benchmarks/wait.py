"""How long a person waits: `python -m benchmarks.wait [--presses 3] [--latency 0 100 300] [--json]`.

One agent works alone, with a colleague who agrees where that is needed; the bot runs as it is served, and every answer of Graph takes as
long as is said. Medians. A round trip is what one request to Graph takes: time in round trips can be compared between machines. Beside
it stand the requests that Graph got meanwhile, a batch counted as one, and how many of them came one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.kill_bots import Bot
from benchmarks.kill_people import operation_of, texts
from simulator import cast, doorman
from simulator.teams.rules import Answer
from simulator.teams.threads import Message
from simulator.world import World

POLICY = str(Path(__file__).with_name("wait.toml"))
AGENT, COLLEAGUE = cast.HELPDESK[:2]
CALLER = cast.person("Diego Vega")
HELPDESK, LOG, APPROVALS = cast.CHANNELS
#: Seconds before a press, at random: whatever looks around at intervals is met at any moment of them.
PAUSE = 0.4

CARD, DONE, LOGGED, AGREED, OFFERED, REVEALED = (
    "typed → card", "Confirm → Done", "Done → log post", "last approval → Done", "last approval → Reveal offered", "Reveal → code",
)  # fmt: skip
ASKED_FOR, PROVED = "prove → the person's card", "number pressed → on the agent's card"
BY_ADDRESS, BY_NAME, CHANNEL, APPROVED, PASS = "by address", "by name", "in a channel", "with an approval", "of a pass"
PROOF = "to be proved"


@dataclass(frozen=True)
class Wait:
    """What came between two moments.

    Attributes:
        requests: that Graph got.
        in_turn: how many of these came one after the other; None where Graph answers at once, so that nobody can tell.
    """

    seconds: float
    requests: int
    in_turn: int | None


Waits = dict[str, list[Wait]]
Seen = Callable[[Message], bool]


class Waiting:
    """One bot between both simulators, and the people who wait for it."""

    def __init__(self, world: World, bot: Bot) -> None:
        self._world, self._bot = world, bot
        self._numbers = itertools.count(10_000_000)
        self._people = itertools.cycle(member for member in cast.CROWD if member.enabled)
        self.waits: Waits = defaultdict(list)

    async def warm_up(self) -> None:
        """One round that does not count: tokens are got, connections opened, and what is remembered is read."""
        self._world.teams.bot_endpoint = self._bot.endpoint
        await self._world.teams.say(CALLER, "hello")  # their chat is known then
        await self._round()

    async def measure(self, latency: float, presses: int) -> Waits:
        """So many presses of each kind with a Graph that takes so many seconds."""
        self._world.entra.latency, self.waits = latency, defaultdict(list)
        for _ in range(presses):
            await self._round()
        return self.waits

    async def _round(self) -> None:
        for how, where in ((BY_ADDRESS, AGENT), (BY_NAME, AGENT), (CHANNEL, HELPDESK)):
            person = next(self._people)
            who = person.name if how is BY_NAME else person.upn
            card = await self._asked(f"set mobile for {who} +31 6 {next(self._numbers)}", how, where)
            await self._until_logged(f"{DONE}, {how}", LOGGED, card, AGENT, card, "confirm")
        card = await self._asked(f"remove mobile for {person.upn}", APPROVED)
        asked = await self._agreeable(card)
        await self._until_logged(AGREED, f"{LOGGED}, {APPROVED}", card, COLLEAGUE, asked, "approve")
        await self._pass_for(person)
        await self._match()

    async def _match(self) -> None:
        """A number match: what it takes beyond the person's own time."""
        card = await self._asked(f"set office for {CALLER.upn} +31 20 555{next(self._numbers) % 10_000:04}", PROOF)
        chat = self._world.teams.threads.find(CALLER)[0].id
        before = {each.id for each in self._world.teams.thread(CALLER)}
        ask = {"type": "Action.Execute", "verb": "prove", "data": {"id": operation_of(card.card() or {}), "kind": "number_match"}}
        await asyncio.sleep(random.uniform(0, PAUSE))
        self._watch()
        began = time.time()
        come = asyncio.ensure_future(
            self._world.teams.wait_for(lambda each: each.conversation == chat and "match" in _verbs(each) and each.id not in before)
        )
        answer = await self._world.teams.press(AGENT, card.id, "prove", action=ask)
        theirs = await come
        self._note(ASKED_FOR, began, time.time())
        told = set(texts(answer.card or {}))
        button = next(each for each in (theirs.card() or {})["actions"] if each["title"] in told)
        await asyncio.sleep(random.uniform(0, PAUSE))
        self._watch()
        proved = self._moment(lambda each: each.id == card.id and _has(each, "the right number"))
        began = time.time()
        _, shown = await asyncio.gather(self._world.teams.press(CALLER, theirs.id, "match", action=button), proved)
        self._note(PROVED, began, shown)
        await self._press(AGENT, card, "cancel")

    async def _asked(self, line: str, how: str, where: cast.Channel | cast.Member = AGENT) -> Message:
        """Types it; the card that asks for confirmation."""
        await asyncio.sleep(random.uniform(0, PAUSE))
        self._watch()
        began = time.time()
        said = await self._world.teams.say(AGENT, line, where)
        self._note(f"{CARD}, {how}", began, time.time())
        answers = (each for each in self._world.teams.thread(where) if each.by_bot and each.reply_to_id == said.id)
        return next(each for each in answers if operation_of(each.card() or {}))

    async def _agreeable(self, card: Message) -> Message:
        """Confirms; the card on which others agree."""
        operation_id = operation_of(card.card() or {})
        await self._press(AGENT, card, "confirm")
        return await self._world.teams.wait_for(lambda each: each.conversation == APPROVALS.id and _has(each, operation_id))

    async def _until_logged(self, done: str, logged: str, card: Message, presser: cast.Member, pressed: Message, verb: str) -> None:
        operation_id = next(each for each in (operation_of(shown) for shown in card.shown) if each)
        await asyncio.sleep(random.uniform(0, PAUSE))
        self._watch()
        ends = (
            self._moment(lambda each: each.id == card.id and _has(each, "Done")),
            self._moment(lambda each: each.conversation == LOG.id and _has(each, operation_id)),
        )
        began = time.time()
        _, shown, posted = await asyncio.gather(self._press(presser, pressed, verb), *ends)
        self._note(done, began, shown)
        self._note(logged, shown, posted)

    async def _pass_for(self, person: cast.Member) -> None:
        card = await self._asked(f"pass for {person.upn}", PASS)
        asked = await self._agreeable(card)
        await asyncio.sleep(random.uniform(0, PAUSE))
        self._watch()
        offered = self._moment(lambda each: each.id == card.id and "reveal" in _verbs(each))
        began = time.time()
        _, shown = await asyncio.gather(self._press(COLLEAGUE, asked, "approve"), offered)
        self._note(OFFERED, began, shown)
        await asyncio.sleep(random.uniform(0, PAUSE))
        self._watch()
        began = time.time()
        await self._press(AGENT, card, "reveal")
        self._note(REVEALED, began, time.time())

    async def _press(self, who: cast.Member, card: Message, verb: str) -> Answer:
        answer = await self._world.teams.press(who, card.id, verb)
        assert answer.card is not None, f"{verb}: {answer}"
        return answer

    async def _moment(self, seen: Seen) -> float:
        await self._world.teams.wait_for(seen)
        return time.time()

    def _watch(self) -> None:
        self._world.entra.requests.clear()

    def _note(self, what: str, began: float, ended: float) -> None:
        latency = self._world.entra.latency
        moments = [each.at for each in self._world.entra.requests if not each.in_batch and began <= each.at <= ended]
        self.waits[what].append(Wait(ended - began, len(moments), _in_turn(moments, latency) if latency else None))


def _has(message: Message, words: str) -> bool:
    return any(words in text for text in texts(message.card() or {}))


def _verbs(message: Message) -> set[str]:
    return {action["verb"] for action in (message.card() or {}).get("actions") or () if "verb" in action}


def _in_turn(moments: Iterable[float], latency: float) -> int:
    """How many requests follow one another, each begun when the one before had been answered; known are the moments of their middles."""
    count, free = 0, 0.0
    for moment in sorted(moments):
        if moment >= free:
            count, free = count + 1, moment + latency * 0.95
    return count


def print_table(latency: float, waits: Waits) -> None:
    """One line for each kind of wait."""
    width = max(map(len, waits))
    print(f"\nGraph answers after {latency * 1000:.0f} ms\n{'':{width}} {'ms':>7} {'round trips':>12} {'requests':>9} {'in turn':>8}")
    for what, each in waits.items():
        seconds = statistics.median(wait.seconds for wait in each)
        trips = f"{seconds / latency:.1f}" if latency else ""
        requests = statistics.median(wait.requests for wait in each)
        in_turn = statistics.median(wait.in_turn or 0 for wait in each)
        asks = not what.startswith(LOGGED)
        counts = f"{requests:>9g} {f'{in_turn:g}' if latency else '':>8}" if asks else ""
        print(f"{what:{width}} {seconds * 1000:>7.0f} {trips if asks else '':>12} {counts}".rstrip())


async def run(presses: int, latencies: Iterable[float], told: Callable[[float, Waits], None]) -> None:
    """The whole benchmark."""
    with tempfile.TemporaryDirectory(prefix="doorman-wait-") as folder:
        world = World(limits=False)
        await world.start()
        settings = doorman.environment(
            world, f"sqlite:///{folder}/doorman.db", POLICY_FILE=POLICY, HEAD_HOUR="none", REPORT_HOUR="none", RECONCILE_HOURS="0"
        )
        bot = Bot(settings, Path(folder) / "bot.log")
        try:
            await bot.start()
            await bot.wait_ready()
            waiting = Waiting(world, bot)
            await waiting.warm_up()
            for latency in latencies:
                told(latency, await waiting.measure(latency, presses))
        finally:
            await bot.stop()
            await world.stop()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--presses", type=int, default=3, help="of each kind")
    parser.add_argument("--latency", type=float, nargs="+", default=[0, 100, 300], help="milliseconds until Graph answers")
    parser.add_argument("--json", action="store_true", help="figures instead of tables")
    given = parser.parse_args()
    found: dict[float, dict[str, list[dict[str, float]]]] = {}

    def told(latency: float, waits: Waits) -> None:
        if given.json:
            found[latency] = {what: [asdict(wait) for wait in each] for what, each in waits.items()}
        else:
            print_table(latency, waits)

    asyncio.run(run(given.presses, [each / 1000 for each in given.latency], told))
    if given.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()

"""What became of the changes: the operations in the store beside the writes in Entra and the cards in Teams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Engine, select, text

from benchmarks.kill_people import Confirmed, People
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.graph.methods import client_request_id
from bot.store import records
from bot.store.tables import log_posts, operations
from bot.store.transactions import open_engine
from cards.wording import BADGES
from simulator import cast
from simulator.world import World

LOG = next(channel for channel in cast.CHANNELS if channel.name == "Doorman log")
#: So many changes of so few departments raise this alarm in the log channel, and rightly.
ALARM = "Many resets in one team"


@dataclass(frozen=True)
class Stored:
    """The store at one moment. `workflows` counts (name, status)."""

    operations: dict[str, Operation]
    log_order: list[str]
    undelivered: int
    workflows: Counter[tuple[str, str]]

    @property
    def quiet(self) -> bool:
        """Nothing is under way; cards nobody confirmed wait for their expiry."""
        running = any(status in ("PENDING", "ENQUEUED") for _, status in self.workflows)
        return not running and not self.undelivered and all(one.state.finished or one.state.waiting for one in self.operations.values())


def read_store(database_url: str) -> Stored:
    """Reads everything that is counted, in one transaction."""
    engine: Engine = open_engine(database_url)
    status = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            posts = connection.execute(select(log_posts).order_by(log_posts.c.number)).all()
            return Stored(
                {row.id: records.operation(row) for row in connection.execute(select(operations))},
                [post.operation_id for post in posts],
                sum(not post.delivered for post in posts),
                Counter((row[0], row[1]) for row in connection.execute(text(f"SELECT name, status FROM {status}"))),
            )
    finally:
        engine.dispose()


@dataclass
class Count:
    """The figures of one run, in the order they are printed, and what is wrong in words."""

    figures: dict[str, int | str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def must(self, name: str, wrong: Iterable[str]) -> None:
        """A figure that has to be 0: how many there are of something wrong."""
        found = list(wrong)
        self.figures[name] = len(found)
        self.problems += [f"{name}: {one}" for one in found]


def count(world: World, people: People, stored: Stored) -> Count:
    """Compares what was confirmed with what the service performed, what the log channel shows and what the store holds."""
    result = Count(problems=list(people.problems))
    confirmed = {one.operation_id: one for one in people.confirmed}
    writes = Counter(write.client_request_id for write in world.entra.writes)
    made = {key: _writes_of(operation, writes) for key, operation in stored.operations.items()}
    ended = {key: stored.operations[key].state for key in confirmed if key in stored.operations}

    result.figures["changes confirmed"] = len(confirmed)
    result.figures["in effect exactly once"] = sum(made.get(key) == 1 for key in confirmed)
    result.must("lost", (one.step.text for key, one in confirmed.items() if not made.get(key)))
    result.must("written twice", (f"{one.step.text}, {made[key]} times" for key, one in confirmed.items() if made.get(key, 0) > 1))
    result.must("wrongly run", _wrongly_run(made, confirmed, writes))
    result.must("another end state in Entra", _differences(world, people))
    result.must(
        "told another outcome",
        (f"{confirmed[key].step.text}: {_told(stored, key)}" for key, state in ended.items() if state is not State.SUCCEEDED),
    )
    result.must("operations stuck", (f"{key} {state}" for key, state in ended.items() if not state.finished))
    _count_log(result, world, stored, confirmed)
    result.must(
        "requester's card not final",
        (f"{key} {state}" for key, state in ended.items() if not people.final(confirmed[key], BADGES[state].word)),
    )
    result.must("workflows in error", (f"{name} {status}" for (name, status), _ in stored.workflows.items() if status not in _WELL))
    result.must("workflows left over", (f"{name} {status}" for (name, status), _ in stored.workflows.items() if status in _RUNNING))
    result.figures["cards never confirmed"] = sum(operation.state.waiting for operation in stored.operations.values())
    return result


_RUNNING = ("PENDING", "ENQUEUED")
_WELL = ("SUCCESS", "DELAYED", *_RUNNING)


def _writes_of(operation: Operation, writes: Counter[str]) -> int:
    return sum(writes[client_request_id(operation.id, change)] for change in operation.changes)


def _wrongly_run(made: dict[str, int], confirmed: dict[str, Confirmed], writes: Counter[str]) -> list[str]:
    """Writes of operations nobody confirmed, and writes that belong to no operation at all."""
    wrong = [f"{key} was never confirmed" for key, times in made.items() if times and key not in confirmed]
    return wrong + ["a write of no operation"] * (writes.total() - sum(made.values()))


def _told(stored: Stored, key: str) -> str:
    return f"{stored.operations[key].state}, {stored.operations[key].outcome}"


def _differences(world: World, people: People) -> list[str]:
    """Where an account is not as the last confirmed change of it wants it."""
    last: dict[tuple[str, str], Confirmed] = {}
    for one in people.confirmed:
        _, thing, _ = one.step.wish
        if thing == "mobile":  # SMS sign-in follows the number
            last.pop((one.step.who.upn, "sms"), None)
        last[one.step.who.upn, thing] = one
    return [one.step.text for one in last.values() if not one.step.in_effect(world)]


def _count_log(result: Count, world: World, stored: Stored, confirmed: dict[str, Confirmed]) -> None:
    """The log channel: every confirmed change has a card, in the order they finished."""
    shown = [
        sent.activity.get("summary", "").rpartition(" ")[2]
        for sent in world.teams.sent
        if sent.method == "send" and sent.conversation.startswith(LOG.id) and not sent.activity.get("summary", "").startswith(ALARM)
    ]
    firsts = list(dict.fromkeys(shown))
    result.figures["log cards delivered"] = len(firsts)
    result.must("log cards missing", (key for key in confirmed if key not in firsts))
    result.must("log cards of nothing", (key for key in firsts if key not in confirmed))
    due_order = (key for key in stored.log_order if key in stored.operations)  # without the alarms
    result.must("log cards out of order", (key for key, due in zip(firsts, due_order, strict=False) if key != due))
    result.figures["second copies in the log"] = len(shown) - len(firsts)

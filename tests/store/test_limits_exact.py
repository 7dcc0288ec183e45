"""Limits hold to the last one when replicas confirm, or freeze, at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.life import State
from bot.domain.limits import NO_LIMITS
from bot.domain.need import Need
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.plan import Plan
from bot.domain.rules import Limits
from bot.domain.stop import freeze_of
from bot.errors import Forbidden, Refusal
from bot.services.within_limits import within_limits
from bot.store.limit_counts import StoredUsages
from bot.store.operations import StoredOperations
from bot.store.stops import StoredStops
from tests.store.replicas import replicas
from tests.store.trail_rows import NOW, event, operation

pytestmark = pytest.mark.storage

#: It only takes access away.
SIGN_OUT = (Change(ChangeKind.SIGN_OUT, None, "", None),)
NEED = Need(approvals=1, groups=frozenset({"seniors"}), group_names="Seniors")


def enqueue(*_: object, **__: object) -> None:
    """Nothing is carried out here."""


async def at_once(work: Callable[[int], Awaitable[Any]], numbers: Iterable[int]) -> list[Any]:
    """What became of each; a refusal stands for itself."""

    async def one(n: int) -> Any:
        try:
            return await work(n)
        except Refusal as refused:
            return refused

    return await asyncio.gather(*(one(n) for n in numbers))


async def confirm_all(stores: Sequence[StoredOperations], operations: Sequence[Operation]) -> list[Any]:
    """All of these proposed, then confirmed at once, by turns on either replica, a second after each other."""
    ids = [(await stores[n % 2].propose(each, event(n))).id for n, each in enumerate(operations)]

    async def confirm(n: int) -> Operation | None:
        to = State.AWAITING_APPROVAL if operations[n].need.approvals else State.QUEUED
        return await stores[n % 2].move(ids[n], "confirm", to, event(n), at=NOW + timedelta(seconds=n))

    return await at_once(confirm, range(len(ids)))


@pytest.mark.parametrize(
    ("limits", "kind", "code"),
    [
        (Limits(agent_per_hour=7, target_per_day=0), {}, "limit_reached"),
        (replace(NO_LIMITS, requests_per_hour=7), {"need": NEED}, "limit_reached"),
        (replace(NO_LIMITS, contain_per_hour=7), {"changes": SIGN_OUT}, "containment_limit_reached"),
        (replace(NO_LIMITS, contain_per_hour=7), {"changes": SIGN_OUT, "need": NEED}, "containment_limit_reached"),
    ],
    ids=["changes", "requests", "containment", "containment that is asked for"],
)
async def test_sixty_confirmations_on_two_replicas_let_seven_of_each_agent_through(
    database_url: str, limits: Limits, kind: dict[str, Any], code: str
) -> None:
    async with asyncio.timeout(60), replicas(database_url) as writers:
        stores = [StoredOperations(writer, enqueue, limits) for writer in writers]
        answers = await confirm_all(stores, [replace(operation(n), **kind) for n in range(60)])
    moved = Counter(answer.requester.id for answer in answers if isinstance(answer, Operation))
    assert moved == {"agent-0": 7, "agent-1": 7, "agent-2": 7}
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refused) == 39
    assert {refusal.code for refusal in refused} == {code}


async def test_what_only_takes_access_away_counts_for_nothing_else_and_waits_for_nothing_else(database_url: str) -> None:
    limits = replace(NO_LIMITS, agent_per_hour=2, target_per_day=2, requests_per_hour=2, contain_per_hour=4)
    one, other = Actor("agent-0", "tenant", "Hanna"), Actor("agent-1", "tenant", "Bram")

    def of(agent: Actor, **kind: Any) -> Operation:
        return replace(operation(0), requester=agent, **kind)

    async with asyncio.timeout(60), replicas(database_url) as writers:
        stores = [StoredOperations(writers[0], enqueue, limits)] * 2  # one replica: first come, first served

        async def passed(*operations: Operation) -> list[bool]:
            return [isinstance(answer, Operation) for answer in await confirm_all(stores, operations)]

        contained = [of(one, changes=SIGN_OUT), of(one, changes=SIGN_OUT, need=NEED), of(one, changes=SIGN_OUT)]
        assert await passed(*contained) == [True] * 3
        # These three are no hindrance to two changes by the same agent for the same person, one of which is a request.
        assert await passed(of(one), of(one, need=NEED), of(one)) == [True, True, False]
        assert await passed(of(one, changes=SIGN_OUT), of(one, changes=SIGN_OUT)) == [True, False]
        assert await passed(of(other), of(other, changes=SIGN_OUT)) == [False, True]  # the person's limit is everybody's

        usages = StoredUsages(writers[0], enqueue)
        for agent, contains, said in ((one, True, "One agent takes access away 4 times"), (one, False, "2 changes"), (other, True, "")):
            plan = Plan(operation(0).target, SIGN_OUT if contains else ())
            with pytest.raises(Forbidden, match=said) if said else nullcontext():  # already before a card is shown
                await within_limits(usages, limits, plan, agent, NOW, asks_others=False)


async def test_sixty_typed_freezes_on_two_replicas_let_seven_of_each_agent_through(database_url: str) -> None:
    agents = [Actor(f"agent-{n}", "tenant", f"Agent {n}") for n in range(3)]
    people = [Person(f"person-{n}", f"Person {n}", f"person-{n}@fabrikam.example") for n in range(60)]
    async with asyncio.timeout(60), replicas(database_url) as writers:
        stores = [StoredStops(writer, enqueue, replace(NO_LIMITS, freezes_per_hour=7)) for writer in writers]

        async def freeze(n: int) -> str:
            now = NOW + timedelta(seconds=n)
            frozen, _ = await stores[n % 2].freeze(freeze_of(people[n], agents[n % 3], now, now + timedelta(days=30)))
            return frozen.by_id

        async def suspect(n: int) -> bool:
            now = NOW + timedelta(minutes=2)
            return (await stores[n % 2].freeze(freeze_of(people[n], agents[0], now, now + timedelta(days=1), suspicious=True)))[1]

        answers = await at_once(freeze, range(60))
        assert all(await at_once(suspect, range(60)))
        assert [isinstance(answer, Refusal) for answer in await at_once(freeze, range(60))].count(False) == 21  # the same ones, prolonged
    assert Counter(answer for answer in answers if isinstance(answer, str)) == {"agent-0": 7, "agent-1": 7, "agent-2": 7}
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} == {"freeze_limit_reached"}

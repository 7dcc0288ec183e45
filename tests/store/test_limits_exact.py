"""Limits hold to the last one when replicas confirm at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from trail_rows import NOW, event, operation

from bot.domain.limits import NO_LIMITS
from bot.domain.operation import Operation, State
from bot.errors import Refusal
from bot.store.operations import StoredOperations
from bot.store.transactions import Transactions, open_engine

LIMITS = replace(NO_LIMITS, agent_per_hour=7)


async def test_sixty_confirmations_on_two_replicas_let_seven_of_each_agent_through(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(2)]
    writers = [Transactions(engine) for engine in engines]
    replicas = [StoredOperations(writer, lambda *_, **__: None, LIMITS) for writer in writers]
    try:
        async with asyncio.timeout(60):
            ids = [(await replicas[n % 2].propose(operation(n), event(n))).id for n in range(60)]

            async def confirm(n: int) -> Operation | Refusal | None:
                try:
                    return await replicas[n % 2].move(ids[n], "confirm", State.QUEUED, event(n), at=NOW + timedelta(seconds=n))
                except Refusal as refused:
                    return refused

            answers = await asyncio.gather(*(confirm(n) for n in range(60)))
    finally:
        for writer in writers:
            writer.close()
        for engine in engines:
            engine.dispose()
    moved = Counter(answer.requester.id for answer in answers if isinstance(answer, Operation))
    assert moved == {"agent-0": 7, "agent-1": 7, "agent-2": 7}
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refused) == 39
    assert {refusal.code for refusal in refused} == {"limit_reached"}

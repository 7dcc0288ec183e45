"""What the throttle gate learns of whether Graph answers: from bulk jobs' calls and everybody's, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.hindrance import Hindrance
from bot.domain.methods import Dossier, PhoneType
from bot.errors import DirectoryError
from bot.graph.bulk import GraphBulkDirectory
from bot.graph.client import GraphClient
from bot.graph.hindrances import CALM, KNOWN_FOR, LASTING, GraphHindrances
from bot.graph.throttle import ThrottleGate
from tests.graph.bulk_bench import Free
from tests.graph.conftest import ALICE, OMAR, Bench

SET = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)


class Watch(Bench):
    """The bench, with a time of day that only a test moves, and clients that give up soon."""

    async def open(self) -> None:
        await super().open()
        self.now = START
        self.hindrances = GraphHindrances(lambda: self.now)
        gate = ThrottleGate(clock=self.time, sleep=self.time.sleep, chance=lambda: 0.0, hindrances=self.hindrances)
        self.other = self.connect(gate=gate, read_seconds=0.3)
        self.bulk = GraphBulkDirectory(self.other, Free())

    async def look(self, client: GraphClient | None = None) -> bool:
        """Whether people could be read."""
        bulk = GraphBulkDirectory(client, Free()) if client else self.bulk
        try:
            found = await bulk.dossiers([ALICE.id, OMAR.id])
        except DirectoryError:
            return False
        return all(isinstance(each, Dossier) for each in found)

    async def set(self) -> None:
        await self.bulk.apply(ALICE.id, SET, "7QXF-1", lambda: None)

    def silent(self, since: datetime) -> bool:
        """Whether nothing is answered since then, give or take what a call takes."""
        now = self.hindrances.now
        return now is not None and now.silent and abs(now.since - since) < timedelta(seconds=20)

    async def close(self) -> None:
        await self.other.close()
        self.other.tokens.close()
        await super().close()


@pytest.fixture
async def bench() -> AsyncIterator[Watch]:
    async with Watch() as bench:
        yield bench


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": "unavailable"},
        {"effect": "gateway_timeout"},
        {"effect": "drop"},
        {"effect": "garbage"},
        {"effect": "garbage", "status": 403},
        {"effect": "empty"},
        {"effect": "deep"},
        {"effect": "odd", "body": {"value": []}},
        {"effect": "odd", "body": {"error": {"code": "x"}}, "status": 500},
        {"effect": "latency", "seconds": 0.6},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_no_usable_answer_is_silence_until_one_comes(bench: Watch, fault: dict[str, Any]) -> None:
    bench.fault(**fault, path="/$batch")
    assert not await bench.look()
    assert bench.hindrances.now is None
    bench.now += LASTING
    assert bench.silent(START)
    bench.entra.faults.clear()
    assert await bench.look()
    assert bench.hindrances.now is None


@pytest.mark.parametrize("effect", ["unavailable", "gateway_timeout", "drop", "garbage"])
async def test_of_writes_too(bench: Watch, effect: str) -> None:
    bench.fault(effect, path="/phoneMethods", method="POST")
    with pytest.raises(DirectoryError):
        await bench.set()
    assert await bench.look()  # reads say nothing of writes
    bench.now += LASTING
    assert bench.silent(START)
    bench.entra.faults.clear()
    await bench.set()
    assert bench.hindrances.now is None


async def test_since_when_goes_back_to_the_first_call_and_not_before_the_last_answer(bench: Watch) -> None:
    assert await bench.look()
    bench.now += timedelta(minutes=1)
    bench.fault("unavailable", path="/$batch")
    for _ in range(4):
        assert not await bench.look()
        bench.now += timedelta(seconds=30)
    assert bench.silent(START + timedelta(minutes=1))


@pytest.mark.parametrize("effect", ["forbidden", "conflict", "unauthorized"])
async def test_a_no_is_an_answer(bench: Watch, effect: str) -> None:
    bench.fault(effect, path="/users/")
    await bench.look()
    bench.now += LASTING
    assert bench.hindrances.now is None


async def test_one_service_that_is_down_is_not_helped_by_the_others(bench: Watch) -> None:
    bench.fault("unavailable", path="/phoneMethods", method="GET")
    bench.fault("unavailable", path="/authentication/methods")
    assert not await bench.look()
    assert await bench.bulk.resolve([ALICE.upn])
    bench.now += LASTING
    assert bench.silent(START)


async def test_one_account_that_cannot_be_read_is_no_silence(bench: Watch) -> None:
    bench.fault("unavailable", path=f"{ALICE.id}/authentication/")
    found = await bench.bulk.dossiers([ALICE.id, OMAR.id])
    assert [type(each) for each in found][1] is Dossier
    await bench.bulk.dossiers([OMAR.id])
    bench.now += LASTING
    assert bench.hindrances.now is None


async def test_the_login_host_is_part_of_it(bench: Watch) -> None:
    bench.other.tokens.unanswered = bench.hindrances.unanswered
    bench.fault("unavailable", path="/oauth2/v2.0/token")
    assert not await bench.look()
    bench.now += LASTING
    assert bench.silent(START)


async def test_nobody_listens(bench: Watch) -> None:
    assert await bench.look()
    port = int(bench.entra.url.rpartition(":")[2])
    await bench.entra.stop()
    assert not await bench.look()
    bench.now += LASTING
    assert bench.silent(START)
    await bench.entra.start(port)
    assert await bench.look()
    assert bench.hindrances.now is None


async def test_refusals_end_when_none_has_come_for_a_while(bench: Watch) -> None:
    bench.fault("throttle", path="/$batch", times=1, retry_after=7)
    assert await bench.look()
    assert bench.hindrances.now == Hindrance(START)
    bench.now += timedelta(seconds=7) + CALM - MOMENT
    bench.hindrances.refused(1.0)
    bench.now += MOMENT
    assert bench.hindrances.now == Hindrance(START)
    bench.now += timedelta(seconds=1) + CALM
    assert bench.hindrances.now is None


async def test_who_does_not_ask_does_not_know_for_long(bench: Watch) -> None:
    bench.fault("unavailable", path="/$batch")
    await bench.look()
    bench.now += KNOWN_FOR - MOMENT
    assert bench.silent(START)
    bench.now += MOMENT
    assert bench.hindrances.now is None
    await bench.look()
    began = bench.now
    bench.now += LASTING
    assert bench.silent(began)


@pytest.mark.parametrize("silent", [True, False])
async def test_what_an_earlier_life_knew_holds_until_graph_shows_otherwise(bench: Watch, silent: bool) -> None:
    before = Hindrance(START - timedelta(minutes=9), silent)
    bench.hindrances.remember(before)
    assert bench.hindrances.now == before
    bench.fault("unavailable", path="/v1.0/")
    if silent:
        await bench.look()
        bench.now += LASTING
        assert bench.hindrances.now == before
    bench.entra.faults.clear()
    assert await bench.look()
    bench.now += CALM
    assert bench.hindrances.now is None
    bench.hindrances.remember(before)
    assert bench.hindrances.now is None

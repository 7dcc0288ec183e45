"""The throttle gate by itself: who may pass, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from kiota_http.middleware.middleware import REQUEST_OPTIONS_KEY

from bot.errors import Throttled
from bot.graph.errors import Unheard
from bot.graph.throttle import Patience, Priority, ThrottleGate
from bot.graph.writing import Gated, Waits
from tests.graph.conftest import FakeTime


class Server(httpx.AsyncBaseTransport):
    """Answers when told to."""

    def __init__(self, answer: Callable[[], httpx.Response] = lambda: httpx.Response(200)) -> None:
        self.answer = answer
        self.open = asyncio.Event()
        self.open.set()
        self.inside = 0
        self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
            return self.answer()
        finally:
            self.inside -= 1


def request(seconds: float = 60.0, method: str = "GET") -> httpx.Request:
    return httpx.Request(method, "http://x", extensions={REQUEST_OPTIONS_KEY: {Waits.get_key(): Waits(Patience(seconds))}})


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


async def test_no_more_than_the_limit_at_once(time: FakeTime) -> None:
    gate, server = ThrottleGate(4, clock=time, sleep=time.sleep), Server()
    await asyncio.gather(*(Gated(gate).send(request(), server) for _ in range(50)))
    assert server.most == 4


async def test_the_limit_halves_once_per_rush_and_creeps_up(time: FakeTime) -> None:
    gate = ThrottleGate(32, clock=time, sleep=time.sleep, chance=lambda: 0.0)
    for _ in range(10):
        gate.refused(1.0, began=time.now)
    assert gate.limit == 16
    time.now += 2
    gate.refused(1.0, began=time.now)
    assert gate.limit == 8
    time.now += 2
    for _ in range(100):
        await Gated(gate).send(request(), Server())
    assert 10 < gate.limit < 32


async def test_the_limit_never_reaches_nothing(time: FakeTime) -> None:
    gate = ThrottleGate(8, clock=time, sleep=time.sleep)
    for _ in range(20):
        gate.refused(1.0, began=time.now)
        time.now += 2
    assert gate.limit == 1
    assert (await Gated(gate).send(request(), Server())).status_code == 200


async def test_who_waits_too_long_for_a_place_is_told(time: FakeTime) -> None:
    gate, server = ThrottleGate(1, clock=time, sleep=time.sleep), Server()
    server.open.clear()
    first = asyncio.create_task(Gated(gate).send(request(), server))
    await asyncio.sleep(0)
    with pytest.raises(Throttled):
        await Gated(gate).send(request(0.01), server)
    server.open.set()
    assert (await first).status_code == 200
    assert (await Gated(gate).send(request(), server)).status_code == 200


async def test_a_place_is_not_lost_when_its_taker_is_cancelled(time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, server = ThrottleGate(1, clock=time, sleep=time.sleep), Server()
    server.open.clear()
    first = asyncio.create_task(Gated(gate).send(request(), server))
    await asyncio.sleep(0)
    second, third = (asyncio.create_task(Gated(gate).send(request(), server)) for _ in range(2))
    await asyncio.sleep(0)
    monkeypatch.setattr(gate._people, "accepted", second.cancel)  # when the first has left and woken the second, which has not run yet
    server.open.set()
    await first
    async with asyncio.timeout(2):
        assert (await third).status_code == 200
    with pytest.raises(asyncio.CancelledError):
        await second
    assert gate.running == 0


async def test_all_wait_when_one_is_refused(time: FakeTime) -> None:
    answers = [httpx.Response(429, headers={"Retry-After": "7"}), *(httpx.Response(200) for _ in range(5))]
    gate, server = ThrottleGate(1, clock=time, sleep=time.sleep, chance=lambda: 0.0), Server(lambda: answers.pop(0))
    assert [r.status_code for r in await asyncio.gather(*(Gated(gate).send(request(), server) for _ in range(5)))] == [200] * 5
    assert set(time.naps) == {7.0}


async def test_a_body_that_breaks_off_counts_as_a_silence(time: FakeTime) -> None:
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            yield b"{"
            raise httpx.ReadError("gone")

        async def aclose(self) -> None:
            closed.append(self)

    closed: list[Broken] = []
    answers = [httpx.Response(200, stream=Broken()), httpx.Response(200, content=b"{}")]
    gate = ThrottleGate(clock=time, sleep=time.sleep)
    assert (await Gated(gate).send(request(), Server(lambda: answers.pop(0)))).content == b"{}"
    answers[:] = [httpx.Response(200, stream=Broken())]
    with pytest.raises(Unheard, match="gone"):
        await Gated(gate).send(request(method="POST"), Server(lambda: answers.pop(0)))
    assert answers == []
    assert len(closed) == 2


HIGH, LOW = (Patience(60.0, priority) for priority in (Priority.HIGH, Priority.LOW))


def call(patience: Patience, method: str = "GET") -> httpx.Request:
    return httpx.Request(method, "http://x", extensions={REQUEST_OPTIONS_KEY: {Waits.get_key(): Waits(patience)}})


async def test_a_person_never_waits_for_the_place_of_a_bulk_call(time: FakeTime) -> None:
    gate, server = ThrottleGate(4, clock=time, sleep=time.sleep), Server()
    server.open.clear()
    bulk = [asyncio.create_task(Gated(gate).send(call(LOW), server)) for _ in range(20)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert server.inside == gate.bulk_limit == 2
    person = asyncio.create_task(Gated(gate).send(call(HIGH), server))
    for _ in range(20):
        await asyncio.sleep(0)
    assert server.inside == 3
    server.open.set()
    await asyncio.gather(person, *bulk)
    assert server.most <= 3
    assert gate.running == 0


async def test_among_those_who_wait_for_a_place_people_come_first(time: FakeTime) -> None:
    gate, server = ThrottleGate(1, clock=time, sleep=time.sleep), Server()
    server.open.clear()
    order: list[str] = []

    async def one(name: str, patience: Patience) -> None:
        await Gated(gate).send(call(patience), server)
        order.append(name)

    tasks = []
    for name, patience in [("first", HIGH), ("work", Patience(60.0)), ("person", HIGH)]:
        tasks.append(asyncio.create_task(one(name, patience)))
        await asyncio.sleep(0)
    server.open.set()
    await asyncio.gather(*tasks)
    assert order == ["first", "person", "work"]


async def test_a_refusal_of_bulk_closes_its_own_lane_and_one_of_people_both(time: FakeTime) -> None:
    gate = ThrottleGate(8, clock=time, sleep=time.sleep, chance=lambda: 0.0)
    gate.refused(30.0, time.now, LOW)
    assert (gate.limit, gate.bulk_limit) == (8, 2)
    await Gated(gate).send(call(HIGH), Server())
    assert time.naps == []
    gate.refused(10.0, time.now, HIGH)
    assert (gate.limit, gate.bulk_limit) == (4, 2)
    await Gated(gate).send(call(HIGH), Server())
    assert time.naps == [10.0]
    await Gated(gate).send(call(LOW), Server())
    assert time.naps == [10.0, 20.0]


class Notes:
    """A budget and a listener that notes."""

    def __init__(self, turn: Callable[[], None] = lambda: None) -> None:
        self.turn = turn
        self.said: list[object] = []
        self.rate = 1.0

    async def read(self, units: int = 1) -> None:
        self.turn()
        self.said.append(units)

    async def write(self) -> None:
        self.turn()
        self.said.append("write")

    def refused(self, retry_after: float) -> None:
        self.said.append(("refused", retry_after))

    def pressure(self, part: float) -> None:
        self.said.append(("pressure", part))


async def test_listeners_hear_of_every_call(time: FakeTime) -> None:
    notes = Notes()
    answers = [
        httpx.Response(200, headers={"x-ms-throttle-limit-percentage": "0.93"}),
        httpx.Response(429, headers={"Retry-After": "7", "x-ms-throttle-limit-percentage": "1.2"}),
        httpx.Response(200, headers={"x-ms-throttle-limit-percentage": "what"}),
        httpx.Response(200),
    ]
    gate = ThrottleGate(clock=time, sleep=time.sleep, chance=lambda: 0.0)
    gate.listeners.append(notes)
    for patience in (HIGH, LOW, HIGH):
        await Gated(gate).send(call(patience), Server(lambda: answers.pop(0)))
    assert notes.said == [("pressure", 0.93), ("pressure", 1.2), ("refused", 7.0)]


async def test_who_waited_long_for_a_place_takes_a_new_turn(time: FakeTime) -> None:
    gate, server, notes = ThrottleGate(2, clock=time, sleep=time.sleep), Server(), Notes()
    paced = Patience(60.0, Priority.LOW, notes)
    server.open.clear()
    tasks = [asyncio.create_task(Gated(gate).send(call(paced, "POST"), server)) for _ in range(2)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert notes.said == ["write"] * 2
    time.now += 1.0
    server.open.set()
    await asyncio.gather(*tasks)
    assert notes.said == ["write"] * 3


async def test_a_turn_that_cannot_be_had_keeps_no_place(time: FakeTime) -> None:
    turns = iter([None, OSError("no database"), None, None, OSError("no database")])

    def turn() -> None:
        if error := next(turns):
            raise error

    gate, server, notes = ThrottleGate(2, clock=time, sleep=time.sleep), Server(), Notes(turn)
    paced = Patience(60.0, Priority.LOW, notes)
    await Gated(gate).send(call(paced), server)
    with pytest.raises(OSError, match="no database"):
        await Gated(gate).send(call(paced), server)
    server.open.clear()
    tasks = [asyncio.create_task(Gated(gate).send(call(paced), server)) for _ in range(2)]
    for _ in range(20):
        await asyncio.sleep(0)
    time.now += 1.0
    server.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found] == [httpx.Response, OSError]
    assert gate.running == 0

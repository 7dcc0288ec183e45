"""The throttle gate by itself: who may pass, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from kiota_http.middleware.middleware import REQUEST_OPTIONS_KEY

from bot.errors import Throttled
from bot.graph.throttle import Patience, ThrottleGate
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
    return httpx.Request(method, "http://x", extensions={REQUEST_OPTIONS_KEY: {Patience.get_key(): Patience(seconds)}})


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


async def test_no_more_than_the_limit_at_once(time: FakeTime) -> None:
    gate, server = ThrottleGate(4, clock=time, sleep=time.sleep), Server()
    await asyncio.gather(*(gate.send(request(), server) for _ in range(50)))
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
        await gate.send(request(), Server())
    assert 10 < gate.limit < 32


async def test_the_limit_never_reaches_nothing(time: FakeTime) -> None:
    gate = ThrottleGate(8, clock=time, sleep=time.sleep)
    for _ in range(20):
        gate.refused(1.0, began=time.now)
        time.now += 2
    assert gate.limit == 1
    assert (await gate.send(request(), Server())).status_code == 200


async def test_who_waits_too_long_for_a_place_is_told(time: FakeTime) -> None:
    gate, server = ThrottleGate(1, clock=time, sleep=time.sleep), Server()
    server.open.clear()
    first = asyncio.create_task(gate.send(request(), server))
    await asyncio.sleep(0)
    with pytest.raises(Throttled):
        await gate.send(request(0.01), server)
    server.open.set()
    assert (await first).status_code == 200
    assert (await gate.send(request(), server)).status_code == 200


async def test_a_place_is_not_lost_when_its_taker_is_cancelled(time: FakeTime) -> None:
    gate, server = ThrottleGate(1, clock=time, sleep=time.sleep), Server()
    server.open.clear()
    first = asyncio.create_task(gate.send(request(), server))
    await asyncio.sleep(0)
    second, third = (asyncio.create_task(gate.send(request(), server)) for _ in range(2))
    await asyncio.sleep(0)
    gate._people.accepted = second.cancel  # when the first has left and woken the second, which has not run yet
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
    assert [r.status_code for r in await asyncio.gather(*(gate.send(request(), server) for _ in range(5)))] == [200] * 5
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
    assert (await gate.send(request(), Server(lambda: answers.pop(0)))).content == b"{}"
    answers[:] = [httpx.Response(200, stream=Broken())]
    with pytest.raises(httpx.ReadError):
        await gate.send(request(method="POST"), Server(lambda: answers.pop(0)))
    assert answers == []
    assert len(closed) == 2

"""While Entra ID takes fewer calls, or answers none, the card of a job that is checked or runs says so, and since when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

import pytest

from simulator.entra import Fault
from tests.desk import HANNA, Answer, Desk, as_json
from tests.scenarios.bulking import begun, drop, many, people_of, query, slow, state, until, writes

SLOW, SILENT = "Entra ID takes fewer calls since", "Entra ID has not answered since"
GRAPH = "^/(v1.0|beta)/"
#: More than are written at once.
LINES = many(50)
ALL = "50 rows done."

Trouble = Callable[["Hindered"], AbstractAsyncContextManager[None]]


class Hindered(Desk):
    """A desk whose pauses take a tenth of their time, so that nobody has given up before something is seen."""

    async def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        await asyncio.sleep(seconds / 10)

    async def seen(self, own: Answer, words: str) -> datetime:
        """Waits until calls have failed for a while and the card says so; returns since when it is said to be so."""
        naps = len(self.naps)
        await until(lambda: len(self.naps) > naps + 3)
        if words == SILENT:
            self.clock.forward(seconds=10)
        await self.settled(own, words)
        (found,) = query(self, "SELECT slow_since, silent_since FROM bulk_jobs")
        (since,) = filter(None, found.values())
        assert (found["silent_since"] is None) == (words == SLOW)
        moment = datetime.fromisoformat(since)
        assert moment.strftime("%Y-%m-%dT%H:%M") in as_json(own.card)
        return moment

    async def gone(self, own: Answer) -> None:
        """Waits until the card no longer says so."""
        await until(lambda: SLOW not in own.text and SILENT not in own.text)
        assert query(self, "SELECT slow_since, silent_since FROM bulk_jobs") == [{"slow_since": None, "silent_since": None}]


def faulty(**what: object) -> Trouble:
    """Every call to Graph ends so."""

    @asynccontextmanager
    async def trouble(desk: Hindered) -> AsyncIterator[None]:
        desk.entra.faults.clear()
        desk.entra.faults.add(Fault(path=GRAPH, regex=True, **what))  # type: ignore[arg-type]
        yield
        desk.entra.faults.clear()

    return trouble


@asynccontextmanager
async def unreachable(desk: Hindered) -> AsyncIterator[None]:
    """Nobody listens where Graph and the login host were."""
    port = int(desk.entra.url.rpartition(":")[2])
    await desk.entra.stop()
    yield
    await desk.entra.start(port)


KINDS = [
    pytest.param(faulty(effect="throttle", retry_after=1), SLOW, id="throttled"),
    pytest.param(faulty(effect="unavailable"), SILENT, id="unavailable"),
    pytest.param(faulty(effect="garbage"), SILENT, id="garbage"),
    pytest.param(unreachable, SILENT, id="unreachable"),
]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Hindered]:
    """A desk whose jobs do not ask after the first rows."""
    async with Hindered(database_url, BULK_CANARY="0") as desk:
        yield desk


@pytest.mark.parametrize(("trouble", "words"), KINDS)
async def test_while_a_job_is_checked(desk: Hindered, trouble: Trouble, words: str) -> None:
    desk.teams.files.faults.add("latency", conversation="download", method="GET", seconds=0.5)
    own = await drop(desk, *LINES)
    began = desk.clock()
    async with trouble(desk):
        assert abs(await desk.seen(own, words) - began) < timedelta(seconds=3)
    held = desk.entra.faults.add(Fault(effect="hold", path="/authentication/"))  # who is meant is answered, what they have is not
    await desk.gone(own)
    assert state(desk, own.operation_id) == "checking"
    assert "Checking row by row" in own.text
    await held.met.wait()
    desk.entra.faults.clear()
    await desk.settled(own, "Waiting for your confirmation")


@pytest.mark.parametrize(("trouble", "words"), KINDS)
async def test_while_a_job_runs(desk: Hindered, trouble: Trouble, words: str) -> None:
    held = desk.entra.faults.add(Fault(effect="hold", path="/phoneMethods", method="POST"))
    job_id, own = await begun(desk, *LINES)
    await held.met.wait()
    began = desk.clock()
    async with trouble(desk):
        assert abs(await desk.seen(own, words) - began) < timedelta(seconds=3)
    assert state(desk, job_id) == "running"
    slow(desk, "/phoneMethods", 2.0, method="POST")
    await desk.gone(own)
    assert state(desk, job_id) == "running"
    desk.entra.faults.clear()
    await desk.settled(own, "Done", ALL)
    assert writes(desk) == dict.fromkeys([who.upn for who in people_of(LINES)], 1)


async def test_a_part_of_entra_that_is_down_is_said_though_the_rest_answers(desk: Hindered) -> None:
    desk.teams.files.faults.add("latency", conversation="download", method="GET", seconds=0.5)
    own = await drop(desk, *LINES)
    desk.entra.faults.add(Fault(effect="unavailable", path="/authentication/"))
    since = await desk.seen(own, SILENT)
    desk.clock.forward(seconds=30)
    naps = len(desk.naps)
    await until(lambda: len(desk.naps) > naps + 20)
    assert await desk.seen(own, SILENT) == since
    desk.entra.faults.clear()
    await desk.settled(own, "Waiting for your confirmation")


async def test_a_failure_of_a_moment_is_not_told(desk: Hindered) -> None:
    desk.entra.faults.add(Fault(effect="unavailable", path="/phoneMethods", times=3))
    desk.entra.faults.add(Fault(effect="drop", path="/phoneMethods", method="POST", times=3, after=True))
    _, own = await begun(desk, *LINES)
    await desk.settled(own, "Done", ALL)
    assert not any(SILENT in as_json(card) for card in own.message.shown)


@pytest.mark.storage
@pytest.mark.parametrize("answers_again", [False, True])
async def test_a_restart_remembers_since_when_until_entra_answers(desk: Hindered, answers_again: bool) -> None:
    held = desk.entra.faults.add(Fault(effect="hold", path="/phoneMethods", method="POST"))
    job_id, own = await begun(desk, *LINES)
    await held.met.wait()
    async with faulty(effect="unavailable")(desk):
        since = await desk.seen(own, SILENT)
        await desk.stop_bot()
        if not answers_again:
            await desk.start_bot()
            assert await desk.seen(own, SILENT) == since
    if answers_again:
        slow(desk, "/phoneMethods", 2.0, method="POST")
        await desk.start_bot()
        await desk.gone(own)
        assert state(desk, job_id) == "running"
        desk.entra.faults.clear()
    await desk.settled(own, "Done", ALL)


@pytest.mark.storage
async def test_status_says_it_too_and_it_is_written_once(desk: Hindered) -> None:
    held = desk.entra.faults.add(Fault(effect="hold", path="/phoneMethods", method="POST"))
    job_id, own = await begun(desk, *LINES)
    await held.met.wait()

    def version() -> int:
        return int(query(desk, "SELECT version FROM operations WHERE id = :job", job=job_id)[0]["version"])

    before = version()
    desk.entra.faults.clear()
    desk.entra.faults.add(Fault(effect="unavailable", path="/authentication/"))
    await desk.seen(own, SILENT)
    assert SILENT in (await desk.say(HANNA, f"status {job_id}")).text
    naps = len(desk.naps)
    await until(lambda: len(desk.naps) > naps + 30)
    assert version() == before + 1
    desk.entra.faults.clear()
    await desk.settled(own, "Done", ALL)

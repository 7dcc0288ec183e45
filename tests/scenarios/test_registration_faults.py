"""The registration report read whole, over HTTP from the simulated tenant into a database: what comes out, and what no fault changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.domain.report import Class, PhoneOnlyReport, Scope
from bot.domain.retirement import Population
from bot.graph import reads, registrations
from bot.graph.registrations import PAUSE, GraphRegistrations
from bot.services.registrations import AGAIN, read_registrations
from bot.store.registrations import StoredRegistrations
from bot.store.transactions import Transactions, open_engine
from simulator import cast
from simulator.entra import Fault
from tests.graph.bulk_bench import Free
from tests.graph.conftest import Bench
from tests.scenarios.registered import GLOBAL, class_of, population_of, told

EVERYBODY = Scope()
NAMES = ("EVERYBODY", "REGISTRATIONS")
ROWS = 60  # on a page, so that the cast has three
REPORT = "userRegistrationDetails"


class ReadingBench(Bench):
    """The tenant, a store, and the reading between them."""

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self._url = database_url
        self.wall = datetime(2026, 11, 29, 3, tzinfo=UTC)
        self.enqueued: list[tuple[str, float]] = []
        self.number = 0

    async def open(self) -> None:
        await super().open()
        self.engine = open_engine(self._url)
        self.transactions = Transactions(self.engine)
        self.store = StoredRegistrations(self.transactions, self._enqueue, lambda: self.wall)
        self.budget = Free()
        self.source = GraphRegistrations(self.client, self.budget, self.directory.memory)

    async def close(self) -> None:
        self.transactions.close()
        self.engine.dispose()
        await super().close()

    def _enqueue(
        self, connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = ""
    ) -> None:
        self.enqueued.append((operation_id, delay))

    async def read(self, reading_id: str = "") -> PhoneOnlyReport | None:
        """A reading, at a day of its own; what is to be seen afterwards."""
        self.number += 1
        self.wall += timedelta(days=1)
        await read_registrations(self.store, self.source, UTC, lambda: self.wall, reading_id or f"r{self.number}")
        return await self.store.report(EVERYBODY)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        read = getattr(reads, name)
        monkeypatch.setattr(reads, name, replace(read, url=read.url.replace(f"$top={reads.MOST_ROWS}", f"$top={ROWS}")))


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[ReadingBench]:
    async with reading_bench(database_url) as bench:
        yield bench


@asynccontextmanager
async def reading_bench(database_url: str) -> AsyncIterator[ReadingBench]:
    async with ReadingBench(database_url) as bench:
        yield bench


def asked(bench: Bench) -> list[Any]:
    return list(bench.entra.requests)


def requests_for(bench: Bench, path: str) -> list[Any]:
    return [request for request in asked(bench) if request.path.endswith(path)]


@pytest.mark.storage
async def test_everybody_is_counted_once_in_the_right_place(bench: ReadingBench) -> None:
    bench.entra.add_crowd(400)
    bench.entra.person("Oscar Outsider").account_enabled = False
    nested, direct = bench.entra.group("Helpdesk evening"), bench.entra.group("Executives")
    direct.roles.append(GLOBAL)  # through a group, and a group in it
    bench.entra.tenant.join(direct, nested.id)
    bench.entra.person("Alice Jansen").department = "R&D <b>*x*</b>"
    report = await bench.read()
    assert told(report, bench.entra)
    assert report is not None
    assert set(report.populations) == set(Population)
    assert {*report.total.people} >= {Class.PHONE_ONLY, Class.PHONE_DEFAULT, Class.PHONE_TOO, Class.STRONG, Class.NOTHING}
    phone_only = {one.id: one async for one in bench.store.phone_only(EVERYBODY)}
    people = bench.entra.tenant.people
    assert phone_only.keys() == {one.id for one in people.values() if one.account_enabled and class_of(one) is Class.PHONE_ONLY}
    for one in phone_only.values():
        person = people[one.id]
        assert (one.upn, one.name, one.department) == (person.upn, person.display_name, person.department)
        assert one.population is population_of(bench.entra, person)
        assert ("mobilePhone" in one.methods) == ("mobile" in person.phones)
    voice_only = sum("mobile" not in people[one].phones for one in phone_only)
    assert report.total.voice_only == voice_only > 0
    # No request was made for one person, none had more than its page, and those for the report kept their distance.
    pages = -(-len(people) // ROWS)
    listed = requests_for(bench, "/users")
    assert (len(listed), len(requests_for(bench, REPORT))) == (pages, -(-(len(people) - _disabled(bench)) // ROWS))
    assert len(asked(bench)) == len(listed) + len(requests_for(bench, REPORT)) + 1 + 1  # who holds the role, and who is in the group
    assert bench.time.naps == [PAUSE] * (len(requests_for(bench, REPORT)) - 1)
    assert {request.headers.get("x-ms-throttle-priority") for request in asked(bench)} == {"low"}
    assert sum(bench.budget.units) > 0


def _disabled(bench: Bench) -> int:
    return sum(not one.account_enabled for one in bench.entra.tenant.people.values())


async def test_who_left_and_who_came_since(bench: ReadingBench) -> None:
    await bench.read()
    people = bench.entra.tenant.people
    alice = bench.entra.person("Alice Jansen")
    omar = bench.entra.person("Omar Farouk")
    dismissed = people.pop(alice.id)  # the report has her for hours yet
    omar.account_enabled = False
    new = bench.entra.tenant.admit(cast.Member(name="Nia New", upn=f"nia.new@{cast.DOMAIN}", phones={"mobile": "+31 612340000"}))
    report = await bench.read()
    assert report is not None
    assert report.total.all == sum(one.account_enabled for one in people.values())
    assert report.total.people[Class.UNKNOWN] == 1, "nobody knows yet how she is registered"
    assert {one.id async for one in bench.store.phone_only(EVERYBODY)}.isdisjoint({dismissed.id, omar.id, new.id})
    bench.entra.tenant.sign_in.report.forget()
    assert told(await bench.read(), bench.entra)


FAULTS: dict[str, dict[str, Any]] = {
    "401": {"effect": "unauthorized"},
    "403": {"effect": "forbidden"},
    "404": {"effect": "empty", "status": 404},
    "400": {"effect": "odd", "status": 400, "body": {"error": {"code": "Directory_ExpiredPageToken", "message": "expired"}}},
    "500": {"effect": "empty", "status": 500},
    "503": {"effect": "unavailable"},
    "garbage": {"effect": "garbage"},
    "no collection": {"effect": "odd", "body": {"value": "none"}},
    "rows of nothing": {"effect": "odd", "body": {"value": [{}]}},
    "rows about nobody": {"effect": "odd", "body": {"value": [{"id": "me", "accountEnabled": True}]}},
    "texts": {"effect": "odd", "body": {"value": ["x"]}},
    "nesting": {"effect": "deep"},
    "dropped": {"effect": "drop"},
    "a link elsewhere": {"effect": "odd", "body": {"value": [], "@odata.nextLink": "https://evil.example/v1.0/users"}},
    "no link": {"effect": "odd", "body": {"value": [], "@odata.nextLink": {"a": 1}}},
    "429 for ever": {"effect": "throttle", "retry_after": 300},
}
PASSING: dict[str, dict[str, Any]] = {
    "429": {"effect": "throttle", "retry_after": 7, "times": 2},
    "429 without a word": {"effect": "throttle", "times": 2},
    "503": {"effect": "unavailable", "times": 1, "retry_after": 2},
    "401": {"effect": "unauthorized", "times": 1},
    "dropped": {"effect": "drop", "times": 1},
    "slow": {"effect": "latency", "seconds": 0.05},
}


def fault_at(page: dict[str, str], fault: dict[str, Any]) -> Fault:
    return Fault(regex=True, path=page["path"], query=page["query"], **fault)


async def every_page(bench: ReadingBench) -> list[dict[str, str]]:
    """Each request of a reading, as a fault finds it: the first page of a collection by its path, the others by their token."""
    await bench.read()
    pages = []
    for request in asked(bench):
        token = request.query.get("$skiptoken", "")
        pages.append({"path": f"{request.path}$", "query": token})
    return pages


async def test_no_fault_on_any_page_changes_what_is_seen(bench: ReadingBench) -> None:
    bench.entra.group("Executives").roles.append(GLOBAL)
    pages = await every_page(bench)
    assert len(pages) == 2 + 3 + 3
    before = await bench.store.report(EVERYBODY)
    for page in pages:
        for name, fault in FAULTS.items():
            if name in ("404", "no link") and "transitiveMembers" in page["path"]:
                continue  # an application holds the role, and nobody is in it
            bench.entra.faults.add(fault_at(page, fault))
            found = await bench.read()
            assert found == before, f"{name} at {page}"
            assert len(await bench.store.trouble()) > 20, f"{name} at {page}"
            assert "+31" not in await bench.store.trouble()
            bench.entra.faults.clear()
    bench.time.now += 601  # a word on the licence is remembered for so long
    assert told(await bench.read(), bench.entra)
    assert await bench.store.trouble() == ""


async def test_what_passes_is_waited_for(bench: ReadingBench) -> None:
    pages = await every_page(bench)
    for page in pages:
        for name, fault in PASSING.items():
            bench.entra.faults.add(fault_at(page, fault))
            bench.time.naps.clear()
            assert told(await bench.read(), bench.entra), f"{name} at {page}"
            assert await bench.store.trouble() == "", f"{name} at {page}"
            if "429" in name:
                waits = [nap for nap in bench.time.naps if nap != PAUSE]
                assert len(waits) >= 2
                assert min(waits) >= fault.get("retry_after", 0), f"{name} at {page}"
            bench.entra.faults.clear()


async def test_nobody_in_chat_waits_for_a_refused_reading(bench: ReadingBench) -> None:
    alice = bench.entra.person("Alice Jansen")
    for name in NAMES:
        path = getattr(reads, name).url.partition("?")[0]
        bench.entra.faults.add(fault_at({"path": f"{path}$", "query": ""}, {"effect": "throttle", "retry_after": 300}))
        await bench.read()
        bench.time.naps.clear()
        assert (await bench.directory.person(alice.id)).name == "Alice Jansen"
        assert (await bench.directory.registration(alice.id)).as_of
        assert bench.time.naps == []
        bench.entra.faults.clear()


async def test_links_that_lead_in_a_circle_are_noticed(bench: ReadingBench) -> None:
    before = await bench.read()
    for name in NAMES:
        read: reads.Read = getattr(reads, name)
        path = f"{read.url.partition('?')[0]}$"
        link = bench.client.base_url + read.url
        bench.entra.faults.add(fault_at({"path": path, "query": ""}, {"effect": "odd", "body": {"value": [], "@odata.nextLink": link}}))
        asked_before = len(asked(bench))
        assert await bench.read() == before
        assert len(asked(bench)) - asked_before <= 5
        bench.entra.faults.clear()


async def test_a_collection_that_does_not_end_is_given_up(bench: ReadingBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "MOST_PAGES", 2)
    assert await bench.read() is None
    assert await bench.store.trouble()


async def test_an_empty_report_makes_nobody_unregistered(bench: ReadingBench) -> None:
    before = await bench.read()
    bench.entra.faults.add(fault_at({"path": f"{REPORT}$", "query": ""}, {"effect": "odd", "body": {"value": []}}))
    assert await bench.read() == before


async def test_without_permission_or_licence_it_is_said_and_nobody_is_listed(bench: ReadingBench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    bench.entra.revoke(cast.GRAPH_APP_ID, "Directory.Read.All")
    assert await bench.read("2026-11-29.1") is None
    assert "needs the application permission AuditLog.Read.All and a licence for Entra ID P1" in await bench.store.trouble()
    assert requests_for(bench, "/users") == []
    bench.entra.grant(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    await bench.client.tokens.get(refused=await bench.client.tokens.get())
    bench.entra.tenant.licence = "Free"
    assert await bench.read("2026-11-30.1") is None
    assert "needs a licence for Entra ID P1 or P2" in await bench.store.trouble()
    assert requests_for(bench, "/users") == []
    assert bench.enqueued == [], "nothing will be otherwise tonight"


async def test_a_night_tries_again_some_times(bench: ReadingBench) -> None:
    bench.fault("unavailable", "/users")
    for attempt in range(1, len(AGAIN) + 2):
        assert await bench.read(f"2026-11-29.{attempt}") is None
    assert bench.enqueued == [(f"2026-11-29.{attempt + 2}", wait.total_seconds()) for attempt, wait in enumerate(AGAIN)]
    bench.enqueued.clear()
    await bench.read("asked-for")
    assert bench.enqueued == []


@pytest.mark.storage
async def test_names_that_a_database_does_not_take(bench: ReadingBench) -> None:
    alice = bench.entra.person("Alice Jansen")
    alice.display_name = "A\0lice \ud800 " + "x" * 5_000
    alice.department = "D\0" * 5_000
    assert await bench.read()
    assert "D" * registrations.MOST_CHARACTERS in await bench.store.departments()

"""Many people in few requests: who is meant, what is read, and that what is wrong with one is told of that one alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Methods, PhoneType
from bot.errors import DirectoryError, NotAuthorised, NotFound, Throttled, Unavailable
from bot.graph.bulk import GraphBulkDirectory
from bot.graph.reads import account, assignments, check_groups, eligibilities, groups_held, methods, person, phones, roles_held
from bot.graph.throttle import BULK
from bot.graph.together import Together
from simulator import cast
from tests.graph.bulk_bench import BulkBench, Free
from tests.graph.conftest import ADA, ALICE, OMAR, THEO

MIA = cast.person("Mia O'Brien")
GUS = cast.person("Gus Taylor (Adatum)")
SET = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678")
NOBODY = "00000000-0000-0000-0000-000000000000"
PEOPLE = [ALICE, OMAR, THEO, ADA, MIA, *(cast.person(name) for name in ("Sofia Rossi", "Kenji Tanaka", "Dirk Bakker"))]


def go() -> None:
    """Nobody minds."""


@pytest.fixture
async def bench() -> AsyncIterator[BulkBench]:
    async with BulkBench() as bench:
        yield bench


async def upns(bench: BulkBench, *texts: str) -> list[list[str]]:
    return [[person.upn for person in found] for found in await bench.bulk.resolve(texts)]


async def test_who_is_meant(bench: BulkBench) -> None:
    texts = [
        ALICE.upn, ALICE.upn.upper(), ALICE.upn, "alice.jansen@fabrikam.example", ALICE.id, ALICE.id.upper(), MIA.upn, f"  {OMAR.upn}\t",
        GUS.upn, "gus.taylor@adatum.example", NOBODY, "nobody@fabrikam.example", "alice", "Alice Jansen", "", "  ", "@" * 300,
        "' or 1 eq 1 or '@",
    ]  # fmt: skip
    found = await upns(bench, *texts)
    assert found[:10] == [[ALICE.upn]] * 6 + [[MIA.upn], [OMAR.upn], [GUS.upn], [GUS.upn]]
    assert found[10:] == [[]] * 8
    assert bench.batches() == [12]  # what is said twice is asked once, and what can be nobody not at all
    assert bench.budget.units == [12]


async def test_many_are_resolved_twenty_at_a_time(bench: BulkBench) -> None:
    found = await upns(bench, *(f"nobody{number}@fabrikam.example" for number in range(45)), OMAR.upn)
    assert found == [[]] * 45 + [[OMAR.upn]]
    assert sorted(bench.batches()) == [6, 20, 20]


async def test_a_name_comes_before_a_mail_address_and_two_with_one_mail_are_two(bench: BulkBench) -> None:
    bench.entra.person(OMAR.upn).mail = ALICE.upn
    assert await upns(bench, ALICE.upn) == [[ALICE.upn]]
    shared = "reception@fabrikam.example"
    bench.entra.person(OMAR.upn).mail = bench.entra.person(THEO.upn).mail = shared
    assert await upns(bench, shared) == [sorted([OMAR.upn, THEO.upn])]


async def test_resolving_fails_loudly(bench: BulkBench) -> None:
    bench.fault("forbidden", "/users")
    with pytest.raises(Unavailable):
        await bench.bulk.resolve([ALICE.upn, OMAR.upn])


async def test_what_graph_does_not_take_for_an_address_is_nobodys(bench: BulkBench) -> None:
    bench.fault("garbage", f"/users/{NOBODY}", status=400)
    assert await upns(bench, NOBODY, OMAR.upn) == [[], [OMAR.upn]]


async def test_dossiers_are_those_of_the_directory_three_people_a_batch(bench: BulkBench) -> None:
    alone = [await bench.directory.dossier(person.id) for person in PEOPLE]
    bench.entra.requests.clear()
    assert await bench.bulk.dossiers([person.id for person in PEOPLE]) == alone
    assert sorted(bench.batches()) == [12, 18, 18]
    assert sorted(bench.budget.units) == [18, 27, 27]


async def test_people_asked_twice_no_ids_and_nobody(bench: BulkBench) -> None:
    assert await bench.bulk.dossiers([]) == []
    assert await bench.bulk.phones([]) == []
    assert await bench.bulk.resolve([]) == []
    found = await bench.bulk.dossiers([OMAR.id, "../me", OMAR.id.upper(), NOBODY])
    assert [type(one) for one in found] == [Dossier, NotFound, Dossier, NotFound]
    assert found[0] == found[2]
    assert [type(one) for one in await bench.bulk.phones([OMAR.id, "", NOBODY])] == [Methods, NotFound, NotFound]


async def test_the_methods_alone_renew_a_dossier(bench: BulkBench) -> None:
    before, other = await bench.bulk.dossiers([ALICE.id, OMAR.id])
    assert isinstance(before, Dossier)
    assert isinstance(other, Dossier)
    assert await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go)
    bench.entra.requests.clear()
    after, same = await bench.bulk.phones([ALICE.id, OMAR.id])
    assert isinstance(after, Methods)
    assert before.renewed(after) == await bench.directory.dossier(ALICE.id) != before
    assert isinstance(same, Methods)
    assert other.renewed(same) == other
    assert bench.batches()[0] == 2


async def test_only_phones_may_be_read(bench: BulkBench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, "UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All")
    bench.entra.grant(cast.GRAPH_APP_ID, "UserAuthMethod-Phone.ReadWrite.All")
    await bench.client.renew_token("")
    alone = await bench.directory.dossier(OMAR.id)
    assert await bench.bulk.dossiers([OMAR.id, OMAR.id]) == [alone, alone]
    bench.entra.requests.clear()
    (methods,) = await bench.bulk.phones([OMAR.id])
    assert isinstance(methods, Methods)
    assert alone.renewed(methods) == alone
    assert len(bench.seen(outer=True)) == 1


@pytest.mark.parametrize(
    ("effect", "path", "kind"),
    [
        ("forbidden", "roleAssignments", Unavailable),
        ("unavailable", f"/users/{OMAR.id}/", Unavailable),
        ("forbidden", OMAR.id, Unavailable),
    ],
)
async def test_one_bad_part_fails_that_person_alone(bench: BulkBench, effect: str, path: str, kind: type[DirectoryError]) -> None:
    if path == "roleAssignments":
        bench.fault(effect, path, times=1)
    else:
        bench.fault(effect, path)
    found = await bench.bulk.dossiers([ALICE.id, OMAR.id, THEO.id, ADA.id])
    assert Counter(type(one) for one in found) == {Dossier: 3, kind: 1}


async def test_a_batch_that_fails_fails_those_in_it(bench: BulkBench) -> None:
    bench.fault("forbidden", "$batch", times=1)
    found = await bench.bulk.dossiers([person.id for person in PEOPLE])
    assert Counter(type(one) for one in found) in ({Dossier: 5, NotAuthorised: 3}, {Dossier: 6, NotAuthorised: 2})


async def test_only_the_refused_parts_come_back_and_the_budget_learns_of_it(bench: BulkBench) -> None:
    bench.fault("throttle", "roleAssignments", times=2, retry_after=3)
    found = await bench.bulk.dossiers([ALICE.id, OMAR.id, THEO.id])
    assert [type(one) for one in found] == [Dossier] * 3
    assert bench.batches() == [18, 2]
    assert bench.budget.units == [27, 4]
    assert bench.budget.refusals == [3.0]
    assert bench.time.naps == [3.0]


async def test_a_part_that_stays_refused_is_told_of_its_person(bench: BulkBench) -> None:
    bench.fault("throttle", f"/users/{OMAR.id}/authentication", retry_after=2)
    found = await bench.bulk.phones([ALICE.id, OMAR.id])
    assert [type(one) for one in found] == [Methods, Throttled]


async def test_every_attempt_of_a_write_takes_a_turn(bench: BulkBench) -> None:
    bench.fault("throttle", "phoneMethods", times=2, retry_after=1)
    await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go)
    assert bench.budget.writes == 3
    assert bench.budget.refusals == [1.0, 1.0]
    assert len(bench.entra.writes) == 1


async def test_a_write_that_is_not_wanted_any_more_is_not_sent(bench: BulkBench) -> None:
    class Paused(Exception):
        pass

    asked: list[int] = []

    def go_once() -> None:
        asked.append(bench.budget.writes)
        if len(asked) == 2:
            raise Paused

    bench.fault("throttle", "phoneMethods", times=1, retry_after=1)
    with pytest.raises(Paused):
        await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go_once)
    assert asked == [1, 2]  # at every attempt, when its turn has come
    assert bench.entra.writes == []
    assert bench.client.gate.running == 0


async def test_a_write_that_may_have_happened_is_not_repeated(bench: BulkBench) -> None:
    bench.fault("drop", "phoneMethods", after=True)
    with pytest.raises(Unavailable):
        await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go)
    assert len(bench.entra.writes) == bench.budget.writes == 1


async def test_graph_is_told_that_nobody_waits(bench: BulkBench) -> None:
    await bench.bulk.dossiers([ALICE.id])
    await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go)
    assert {request.headers.get("x-ms-throttle-priority") for request in bench.requests} == {"low"}
    bench.entra.requests.clear()
    await bench.directory.dossier(ALICE.id)
    assert {request.headers.get("x-ms-throttle-priority") for request in bench.requests} == {"high"}
    bench.entra.requests.clear()
    await bench.directory.in_background().dossier(ALICE.id)
    assert {request.headers.get("x-ms-throttle-priority") for request in bench.requests} == {None}


async def test_the_client_request_id_tells_rows_apart(bench: BulkBench) -> None:
    await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go)
    await bench.bulk.apply(MIA.id, Change(ChangeKind.SET_PHONE, PhoneType.ALTERNATE_MOBILE, None, "+31 612345679"), "7Q2F-13", go)
    assert len({request.client_request_id for request in bench.requests}) == 2


async def test_a_refused_bulk_call_does_not_stop_a_person(bench: BulkBench) -> None:
    bench.client.gate.refused(60.0, patience=BULK)
    began = bench.time.now
    assert (await bench.directory.person(ALICE.id)).upn == ALICE.upn
    assert bench.time.now == began
    await bench.bulk.apply(ALICE.id, SET, "7Q2F-12", go)
    assert bench.time.now == began + 60


async def test_whoever_asks_together_shares_a_batch(bench: BulkBench) -> None:
    together = Together(bench.bulk)
    found = await asyncio.gather(*(together.dossier(person.id) for person in PEOPLE))
    assert found == [await bench.directory.dossier(person.id) for person in PEOPLE]
    assert sorted(bench.batches()[:3]) == [12, 18, 18]
    bench.entra.requests.clear()
    methods = await asyncio.gather(*(together.phones(person.id) for person in PEOPLE))
    assert [dossier.renewed(one) for dossier, one in zip(found, methods, strict=True)] == found
    assert bench.batches() == [8]


async def test_together_each_is_told_of_their_own(bench: BulkBench) -> None:
    bench.fault("forbidden", f"/users/{OMAR.id}")
    together = Together(bench.bulk)
    asked = (together.dossier(one) for one in (ALICE.id, OMAR.id, NOBODY, THEO.id))
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in found] == [Dossier, Unavailable, NotFound, Dossier]


async def test_together_without_those_who_went_away(bench: BulkBench) -> None:
    together = Together(bench.bulk)
    gone, stays = (asyncio.create_task(together.phones(one.id)) for one in (ALICE, OMAR))
    await asyncio.sleep(0)
    gone.cancel()
    assert isinstance(await stays, Methods)
    assert bench.batches() == [1]
    last = asyncio.create_task(together.phones(ALICE.id))
    await asyncio.sleep(0)
    last.cancel()
    await asyncio.sleep(0.02)
    assert bench.batches() == [1]


async def test_together_a_failure_of_ours_reaches_everybody(bench: BulkBench) -> None:
    class Broken(Free):
        async def read(self, units: int = 1) -> None:
            raise RuntimeError("a mistake")

    together = Together(GraphBulkDirectory(bench.client, Broken(), bench.directory.memory))
    found = await asyncio.gather(*(together.phones(person.id) for person in PEOPLE), return_exceptions=True)
    assert {type(one) for one in found} == {RuntimeError}
    assert bench.client.gate.running == 0


def test_what_reads_cost() -> None:
    cost = [one(ALICE.id).units for one in (person, account, roles_held, assignments, groups_held, methods, phones, eligibilities)]
    assert cost == [1, 1, 2, 2, 1, 1, 1, 2]
    assert check_groups(ALICE.id, [NOBODY])[0].units == 4


async def test_the_directory_still_reads_one_person_in_one_request(bench: BulkBench) -> None:
    await bench.directory.dossier(ALICE.id)
    assert bench.batches() == [8]
    assert bench.budget.units == []


@pytest.mark.parametrize("effect", ["unavailable", "gateway_timeout", "throttle"])
async def test_what_a_part_of_a_batch_says_about_waiting_counts_for_a_file_too(bench: BulkBench, effect: str) -> None:
    bench.fault(effect, "roleAssignments", times=1, retry_after=120)
    assert isinstance((await bench.bulk.dossiers([ALICE.id]))[0], Dossier)
    assert bench.time.naps == [120.0]

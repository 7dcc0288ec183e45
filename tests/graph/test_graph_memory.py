"""What is remembered of the tenant: one memory for chat, background and files, and nothing in it that one bad answer put there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.methods import Dossier
from bot.errors import DirectoryError, Unavailable
from bot.graph import reads
from bot.graph.bulk import GraphBulkDirectory
from simulator import cast
from tests.graph.bulk_bench import Free
from tests.graph.conftest import ALICE, OMAR, Bench

PIA = cast.person("Pia Kerr")


async def test_role_assignable_groups_are_read_once_for_everybody(bench: Bench) -> None:
    """One memory: what chat has read serves the background and files, for five minutes; nobody who asks often enough waits for it."""
    bulk = GraphBulkDirectory(bench.client, Free(), bench.directory.memory)
    tier = bench.entra.group("Tier 0 operators")

    def reads_of_groups() -> int:
        return sum(request.path == "/groups" for request in bench.entra.requests)

    await bench.directory.dossier(ALICE.id)
    tier.owners.add(OMAR.id)
    assert (await bench.directory.dossier(OMAR.id)).privileges.owns == ("Tier 0 operators",), "of one person it is read anew"
    assert (await bench.directory.in_background().dossier(OMAR.id)).privileges.owns == ("Tier 0 operators",)
    (found,) = await bulk.dossiers([OMAR.id])
    assert isinstance(found, Dossier)
    assert not found.privileges
    assert reads_of_groups() == 1
    bench.time.now += 250
    await bulk.dossiers([ALICE.id])
    await bench.directory.memory.role_groups.ways_in()
    bench.time.now += 51
    (found,) = await bulk.dossiers([OMAR.id])
    assert isinstance(found, Dossier)
    assert found.privileges.owns == ("Tier 0 operators",)
    assert reads_of_groups() == 2


@pytest.mark.parametrize("fault", ["forbidden", "unavailable"])
async def test_no_to_one_is_no_to_nobody_else(bench: Bench, fault: str) -> None:
    """On a523189 one 403 on the eligibility read made everybody ordinary for ten minutes, in chat, in the background and in files."""
    bulk = GraphBulkDirectory(bench.client, Free(), bench.directory.memory)
    bench.fault(fault, "roleEligibilityScheduleInstances")
    with pytest.raises(DirectoryError):
        await bench.directory.dossier(ALICE.id)
    bench.entra.faults.clear()
    assert (await bench.directory.dossier(PIA.id)).privileges.eligible
    assert (await bench.directory.in_background().dossier(PIA.id)).privileges.eligible
    (found,) = await bulk.dossiers([PIA.id])
    assert isinstance(found, Dossier)
    assert found.privileges.eligible


async def test_one_refusal_of_the_report_is_nobody_elses(bench: Bench) -> None:
    bench.fault("forbidden", "userRegistrationDetails", times=1)
    with pytest.raises(Unavailable):
        await bench.directory.registration(ALICE.id)
    assert await bench.directory.in_background().registration(ALICE.id)
    asked = len(bench.seen())
    assert await bench.directory.registration(ALICE.id)
    assert len(bench.seen()) == asked, "chat and background remember the same rows"


async def test_without_expanded_principals_groups_are_asked_one_by_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a Graph that does not say what sort of principal is eligible, nothing is guessed."""
    asked = reads.eligible_for

    def without_principals(group_id: str) -> reads.Read:
        return replace(asked(group_id), url=asked(group_id).url.replace("$expand=principal&", ""))

    monkeypatch.setattr(reads, "eligible_for", without_principals)
    executives = bench.entra.group("Executives")
    bench.entra.tenant.join(executives, OMAR.id)
    bench.entra.group("Tier 0 operators").eligible.add((executives.id, "member"))
    assert (await bench.directory.dossier(OMAR.id)).privileges.joinable == ("Tier 0 operators",)
    assert not (await bench.directory.dossier(ALICE.id)).privileges

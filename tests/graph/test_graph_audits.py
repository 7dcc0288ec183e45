"""Entra's own audit log as the directory reads it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import PhoneType
from bot.errors import NotAuthorised, NotLicensed, Throttled, Unavailable
from bot.graph import directory, reads
from simulator import cast
from simulator.entra import audits
from tests.graph.conftest import ALICE, Bench

ADDED = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678")


def since(**before: float) -> datetime:
    return datetime.now(UTC) - timedelta(**before)


async def test_a_change_is_read_without_its_numbers(bench: Bench) -> None:
    await bench.directory.apply(ALICE.id, ADDED, "7QXF")
    [found] = await bench.directory.audits(since(hours=1))
    assert (found.activity, found.result) == ("Admin registered security info", "success")
    assert (found.target_id, found.target_upn, found.app_id) == (ALICE.id, ALICE.upn, cast.GRAPH_APP_ID)
    assert abs(found.at.timestamp() - bench.entra.writes[0].at) < 0.001
    assert found.id == bench.entra.audits[0].body["id"]
    assert found.correlation_id == bench.entra.audits[0].body["correlationId"]
    assert "12345678" not in repr(found)


async def test_only_ours_and_only_since_then(bench: Bench) -> None:
    now = time.time()
    bench.entra.audits.extend(
        (
            audits.row(ALICE.id, ALICE.upn, now),
            audits.row(ALICE.id, ALICE.upn, now, app_id=cast.BOT_APP_ID),
            audits.row(ALICE.id, ALICE.upn, now - 7200),
        )
    )
    assert [found.id for found in await bench.directory.audits(since(hours=1))] == [bench.entra.audits[0].body["id"]]
    assert len(await bench.directory.audits(since(hours=3))) == 2
    assert [len(request.answer["value"]) for request in bench.requests] == [1, 2], "what others did does not even travel"


async def test_pages_are_read_no_faster_than_the_log_allows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "MOST_ROWS", 2)
    bench.entra.audits.extend(audits.row(ALICE.id, ALICE.upn, time.time()) for _ in range(12))
    assert len(await bench.directory.audits(since(hours=1))) == 12
    assert len(bench.seen()) == 6
    assert bench.time.naps == [directory.AUDITS_PAUSE] * 5
    assert 10 / directory.AUDITS_PAUSE <= 5, "requests in ten seconds"


async def test_the_permission_is_named(bench: Bench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    with pytest.raises(NotAuthorised) as refused:
        await bench.directory.audits(since(hours=1))
    assert (refused.value.permission, type(refused.value)) == ("AuditLog.Read.All", NotAuthorised)


async def test_no_licence(bench: Bench) -> None:
    bench.entra.tenant.licence = "Free"
    with pytest.raises(NotLicensed):
        await bench.directory.audits(since(hours=1))


async def test_a_busy_log(bench: Bench) -> None:
    bench.fault("throttle", "directoryAudits", retry_after=600)
    with pytest.raises(Throttled):
        await bench.directory.audits(since(hours=1))


@pytest.mark.parametrize("moment", [None, "yesterday", "2026-01-01T00:00:00"])
async def test_a_record_without_a_moment_is_not_skipped(bench: Bench, moment: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    row = audits.row(ALICE.id, ALICE.upn, time.time())
    monkeypatch.setattr(audits, "_compiled", lambda _: [])
    row.body["activityDateTime"] = moment
    bench.entra.audits.append(row)
    with pytest.raises(Unavailable):
        await bench.directory.audits(since(hours=1))

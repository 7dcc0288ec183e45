"""What a head that was kept elsewhere shows of a trail that somebody wrote anew, and its post, once for each day."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
import sqlalchemy

from bot.domain.chain import Fault, StoredEvent, Verdict, seal
from bot.domain.said import Said
from bot.store import outbox
from bot.store.heads import StoredHeads
from bot.store.operations import StoredOperations
from bot.store.trail_reader import TrailReader
from bot.store.transactions import Transactions
from tests.store.replicas import most, replicas
from tests.store.trail_rows import NOW, append, change, event, rows

EVENTS = 8
DAY = date(2026, 11, 1)


@pytest.fixture
def written(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    append(database, *(event(n) for n in range(EVENTS)))
    return database


def heads(database: sqlalchemy.Engine) -> dict[int, str]:
    """What could have been kept of each event."""
    return {row["number"]: row["hash"] for row in rows(database)}


def rewrite(database: sqlalchemy.Engine, start: int, **columns: str) -> None:
    """Changes an event and seals everything from there on anew, with the head: as somebody does who knows the code."""
    previous = ""
    for row in rows(database)[start - 1 :]:
        new = row | (columns if row["number"] == start else {"previous": previous})
        previous = seal(StoredEvent(**new))
        values = ", ".join(f"{name} = :{name}" for name in new)
        change(database, f"UPDATE audit_events SET {values} WHERE number = :number", **new | {"hash": previous})
    change(database, "UPDATE audit_head SET hash = :hash", hash=previous)


def verdict(database: sqlalchemy.Engine, known: dict[int, str]) -> Verdict:
    return TrailReader(database).verify(known)


def test_heads_of_an_untouched_trail_are_in_it(written: sqlalchemy.Engine) -> None:
    known = heads(written)
    append(written, event(99))
    assert verdict(written, known).broken is None


@pytest.mark.parametrize("cut", [1, 5, EVENTS - 1])
def test_events_cut_off_the_end_are_missed_by_a_head_that_was_kept(written: sqlalchemy.Engine, cut: int) -> None:
    known, kept = heads(written), EVENTS - cut
    change(written, "DELETE FROM audit_events WHERE number > :kept", kept=kept)
    change(written, "UPDATE audit_head SET number = :kept, hash = :hash", kept=kept, hash=known[kept])
    assert verdict(written, {}).broken is None, "without a head nobody can tell"
    for number in range(1, EVENTS + 1):
        broken = verdict(written, {number: known[number]}).broken
        assert (broken and (broken.number, broken.fault)) == ((kept + 1, Fault.MISSING) if number > kept else None)
    append(written, *(event(n) for n in range(cut + 2)))  # and the bot goes on
    broken = verdict(written, {EVENTS: known[EVENTS]}).broken
    assert broken is not None
    assert (broken.number, broken.fault) == (EVENTS, Fault.OTHER_HEAD)


@pytest.mark.parametrize("start", [1, 4, EVENTS])
def test_a_trail_that_was_sealed_anew_is_told_by_a_head_that_was_kept(written: sqlalchemy.Engine, start: int) -> None:
    known = heads(written)
    rewrite(written, start, actor_name="Nobody")
    assert verdict(written, {}).broken is None
    for number in range(1, EVENTS + 1):
        broken = verdict(written, {number: known[number]}).broken
        assert (broken and (broken.number, broken.fault)) == ((number, Fault.OTHER_HEAD) if number >= start else None)


async def test_of_what_was_removed_by_age_a_head_tells_nothing_and_that_is_said(database: sqlalchemy.Engine) -> None:
    append(database, *(event(n, NOW - timedelta(days=40)) for n in range(4)), *(event(n) for n in range(4)))
    known = heads(database)
    transactions = Transactions(database)
    await StoredOperations(transactions, lambda *_, **__: None).purge(NOW, 30)
    transactions.close()
    assert [row["number"] for row in rows(database)] == [5, 6, 7, 8, 9]
    found = verdict(database, known)
    assert (found.broken, found.untold) == (None, (1, 2, 3, 4))
    broken = verdict(database, {4: "0" * 64}).broken
    assert broken is not None
    assert (broken.number, broken.fault) == (4, Fault.OTHER_HEAD)


async def test_replicas_post_one_head_a_day(database_url: str, written: sqlalchemy.Engine) -> None:
    async with replicas(database_url, most(database_url)) as writers:
        stores = [StoredHeads(writer, lambda *_, **__: None) for writer in writers]
        async with asyncio.timeout(30):
            told = await asyncio.gather(*(stores[n % len(stores)].post(DAY, NOW) for n in range(10)))
            assert sorted(told) == [False] * 9 + [True]
            append(written, event(99))
            assert not await stores[-1].post(DAY, NOW)
            assert said(written) == [f"{EVENTS}:{heads(written)[EVENTS]}"]
            assert await stores[-1].post(DAY + timedelta(days=3), NOW)
            # The first one was never delivered, and says nothing that this one does not.
            assert said(written) == [f"{EVENTS + 1}:{heads(written)[EVENTS + 1]}"]
            change(written, "UPDATE log_posts SET delivered = :yes", yes=True)
            assert await stores[0].post(DAY + timedelta(days=4), NOW)
            with written.connect() as connection:
                assert connection.execute(sqlalchemy.text("SELECT count(*) FROM log_notices")).scalar() == 2


async def test_of_a_trail_without_events_there_is_no_head(database: sqlalchemy.Engine) -> None:
    transactions = Transactions(database)
    assert not await StoredHeads(transactions, lambda *_, **__: None).post(DAY, NOW)
    transactions.close()


def said(database: sqlalchemy.Engine) -> list[str]:
    """The heads that wait for the log channel."""
    with database.connect() as connection:
        said = [remark.text for _, remark in outbox.read(connection, 50) if isinstance(remark.text, Said)]
    return [str(text.parts["head"]) for text in said]

"""The audit trail as a hash chain: whatever is done to what is stored is found."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from bot.domain.chain import Fault, StoredEvent, Verdict, seal
from bot.errors import StoreUnavailable
from bot.store.operations import StoredOperations
from bot.store.tables import audit_events, audit_head
from bot.store.trail_reader import TrailReader
from bot.store.transactions import Transactions
from tests.store.trail_rows import append, change, event, found, put, rows

pytestmark = pytest.mark.storage

EVENTS = 8
MIDDLE = 4
COLUMNS = [column.name for column in audit_events.c]


@pytest.fixture
def written(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    """A database with a few events, over two transactions."""
    for part in (range(3), range(3, EVENTS)):
        append(database, *(event(n) for n in part))
    return database


def test_an_untouched_trail_is_whole(written: sqlalchemy.Engine) -> None:
    verdict = TrailReader(written).verify()
    assert verdict == Verdict(EVENTS, verdict.head)
    assert (verdict.head.number, verdict.head.hash) == (EVENTS, rows(written)[-1]["hash"])
    assert [row["number"] for row in rows(written)] == list(range(1, EVENTS + 1))


def test_an_empty_trail_is_whole(database: sqlalchemy.Engine) -> None:
    assert TrailReader(database).verify().count == 0
    assert found(database) is None


@pytest.mark.parametrize("column", COLUMNS[1:])
@pytest.mark.parametrize("number", [1, MIDDLE, EVENTS])
def test_one_changed_character_is_found_in_every_column(written: sqlalchemy.Engine, column: str, number: int) -> None:
    value = rows(written)[number - 1][column]
    for at in range(len(value)):
        other = value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
        change(written, f"UPDATE audit_events SET {column} = :other WHERE number = :number", other=other, number=number)
        assert found(written) == (number, Fault.CHANGED)
    change(written, f"UPDATE audit_events SET {column} = :value WHERE number = :number", value=value, number=number)
    assert found(written) is None


def test_values_that_read_the_same_but_are_written_otherwise_are_found(written: sqlalchemy.Engine) -> None:
    row = rows(written)[MIDDLE - 1]
    same = {"at": row["at"].replace("T", " "), "facts": json.dumps(json.loads(row["facts"])), "hash": row["hash"].upper()}
    for column, value in same.items():
        change(written, f"UPDATE audit_events SET {column} = :value WHERE number = :number", value=value, number=MIDDLE)
        assert found(written) == (MIDDLE, Fault.CHANGED)
        change(written, f"UPDATE audit_events SET {column} = :value WHERE number = :number", value=row[column], number=MIDDLE)


@pytest.mark.parametrize(
    ("number", "other", "expected"),
    [
        (MIDDLE, 99, (MIDDLE, Fault.MISSING)),
        (1, 0, (1, Fault.REORDERED)),
        (EVENTS, EVENTS + 1, (EVENTS, Fault.MISSING)),
    ],
)
def test_a_changed_number_is_found(written: sqlalchemy.Engine, number: int, other: int, expected: tuple[int, Fault]) -> None:
    change(written, "UPDATE audit_events SET number = :other WHERE number = :number", other=other, number=number)
    assert found(written) == expected


@pytest.mark.parametrize("number", range(1, EVENTS + 1))
def test_a_deleted_event_is_found(written: sqlalchemy.Engine, number: int) -> None:
    change(written, "DELETE FROM audit_events WHERE number = :number", number=number)
    assert found(written) == (number, Fault.MISSING)


@pytest.mark.parametrize("kept", [0, 1, MIDDLE])
def test_a_tail_cut_off_is_found(written: sqlalchemy.Engine, kept: int) -> None:
    change(written, "DELETE FROM audit_events WHERE number > :kept", kept=kept)
    assert found(written) == (kept + 1, Fault.MISSING)


def test_a_tail_cut_off_is_found_also_after_the_bot_went_on(written: sqlalchemy.Engine) -> None:
    change(written, "DELETE FROM audit_events WHERE number > :kept", kept=MIDDLE)
    append(written, event(99))
    assert found(written) == (MIDDLE + 1, Fault.MISSING)


def test_events_closed_up_after_a_deletion_are_found(written: sqlalchemy.Engine) -> None:
    change(written, "DELETE FROM audit_events WHERE number = :number", number=MIDDLE)
    for number in range(MIDDLE + 1, EVENTS + 1):
        change(written, "UPDATE audit_events SET number = :number - 1 WHERE number = :number", number=number)
    assert found(written) == (MIDDLE, Fault.CHANGED)


def test_two_swapped_events_are_found(written: sqlalchemy.Engine) -> None:
    for old, new in ((3, 90), (6, 3), (90, 6)):
        change(written, "UPDATE audit_events SET number = :new WHERE number = :old", old=old, new=new)
    broken = TrailReader(written).verify().broken
    assert broken is not None
    assert (broken.number, broken.fault) == (3, Fault.REORDERED)
    assert "event 6" in broken.text


@pytest.mark.parametrize("at_head", [False, True])
def test_an_old_event_replayed_at_the_end_is_found(written: sqlalchemy.Engine, at_head: bool) -> None:
    old = rows(written)[MIDDLE - 1]
    put(written, old | {"number": EVENTS + 1})
    if at_head:
        change(written, "UPDATE audit_head SET number = :number, hash = :hash", number=EVENTS + 1, hash=old["hash"])
    assert found(written) == (EVENTS + 1, Fault.REORDERED)


def sealed(row: dict[str, Any]) -> dict[str, Any]:
    """The row as somebody writes it who knows how events are sealed."""
    return row | {"hash": seal(StoredEvent(**row))}


def test_a_forged_event_is_found_by_the_one_behind_it(written: sqlalchemy.Engine) -> None:
    forged = sealed(rows(written)[MIDDLE - 1] | {"actor_name": "Nobody"})
    change(written, f"UPDATE audit_events SET actor_name = 'Nobody', hash = :hash WHERE number = {MIDDLE}", hash=forged["hash"])
    assert found(written) == (MIDDLE + 1, Fault.WRONG_PREVIOUS)


def test_a_forged_last_event_is_found_by_the_head(written: sqlalchemy.Engine) -> None:
    forged = sealed(rows(written)[-1] | {"actor_name": "Nobody"})
    change(written, f"UPDATE audit_events SET actor_name = 'Nobody', hash = :hash WHERE number = {EVENTS}", hash=forged["hash"])
    assert found(written) == (EVENTS, Fault.WRONG_HEAD)


def test_an_event_forged_behind_the_head_is_found(written: sqlalchemy.Engine) -> None:
    last = rows(written)[-1]
    put(written, sealed(last | {"number": EVENTS + 1, "previous": last["hash"]}))
    assert found(written) == (EVENTS + 1, Fault.WRONG_HEAD)


@pytest.mark.parametrize("column", [column.name for column in audit_head.c if column.name != "id"])
def test_a_changed_head_is_found(written: sqlalchemy.Engine, column: str) -> None:
    change(written, f"UPDATE audit_head SET {column} = {'1 + ' + column if 'hash' not in column else repr('f' * 64)}")
    assert found(written) is not None


async def test_without_its_head_nothing_is_recorded_and_the_loss_is_found(written: sqlalchemy.Engine) -> None:
    change(written, "DELETE FROM audit_head")
    assert found(written) == (0, Fault.WRONG_HEAD)
    transactions = Transactions(written)
    try:
        with pytest.raises(StoreUnavailable, match="audit verify"):
            await StoredOperations(transactions, lambda *_, **__: None).record(event())
    finally:
        transactions.close()
    assert len(rows(written)) == EVENTS


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_byte_of_an_event_in_the_file_counts(written: sqlalchemy.Engine, database_url: str) -> None:
    """Not through SQL but in the file itself, where a byte may become something that is no text at all."""
    row = rows(written)[MIDDLE - 1]
    with sqlite3.connect(database_url.removeprefix("sqlite:///")) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.close()
    written.dispose()
    stored = "".join(str(row[column]) for column in COLUMNS[1:]).encode()
    with Path(database_url.removeprefix("sqlite:///")).open("r+b", buffering=0) as file:
        content = file.read()
        assert content.count(stored) == 1
        begin = content.index(stored)
        for at in range(begin, begin + len(stored)):
            for other in (content[at] ^ 1, content[at] ^ 0x80):
                file.seek(at)
                file.write(bytes([other]))
                assert found(written) in ((MIDDLE, Fault.CHANGED), (MIDDLE, Fault.UNREADABLE)), (at - begin, other)
                written.dispose()
            file.seek(at)
            file.write(content[at : at + 1])
    assert found(written) is None

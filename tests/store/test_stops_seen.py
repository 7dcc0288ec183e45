"""What cards say of pauses and freezes may be a second old; what decides is read anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy

from bot.domain.people import Actor, Person
from bot.domain.stop import GO, Pause, freeze_of
from bot.errors import StoreUnavailable
from bot.store.stops import SEEN_FOR, StoredStops
from bot.store.transactions import Transactions
from tests.store.trail_rows import NOW

pytestmark = pytest.mark.storage

SAM = Actor("sam", "Sam Okafor", "tenant")
ALICE = Person("alice", "Alice Jansen", "alice@fabrikam.example")
FREEZE = freeze_of(ALICE, SAM, NOW, NOW + timedelta(hours=1))


@pytest.fixture
def replicas(database: sqlalchemy.Engine) -> Iterator[list[StoredStops]]:
    """Two that know of each other through the database alone."""
    transactions = [Transactions(database) for _ in range(2)]
    yield [StoredStops(each, lambda *_, **__: None) for each in transactions]
    for each in transactions:
        each.close()


async def test_cards_speak_at_once_of_what_was_done_here_and_soon_of_what_was_done_elsewhere(replicas: list[StoredStops]) -> None:
    here, elsewhere = replicas
    assert [await each.seen(ALICE.id, NOW) for each in replicas] == [GO, GO]
    await here.freeze(FREEZE)
    assert (await here.seen(ALICE.id, NOW)).freeze == FREEZE
    assert (await elsewhere.stop(ALICE.id, NOW)).freeze == FREEZE
    later = NOW + SEEN_FOR
    assert (await elsewhere.seen(ALICE.id, later)).freeze == FREEZE
    assert (await elsewhere.seen("omar", later)).freeze is None

    pause = Pause(SAM.id, SAM.name, later)
    await elsewhere.pause(pause)
    assert (await elsewhere.seen("", later)).pause == (await here.stop("", later)).pause == pause
    assert (await here.seen(ALICE.id, later)).pause == pause
    await elsewhere.resume(SAM, later)
    await elsewhere.unfreeze(FREEZE, SAM, later)
    assert await elsewhere.seen(ALICE.id, later) == GO
    assert await here.seen(ALICE.id, later + SEEN_FOR) == GO


async def test_no_card_speaks_of_a_freeze_that_has_ended_meanwhile(replicas: list[StoredStops]) -> None:
    here, _ = replicas
    await here.freeze(FREEZE)
    before = FREEZE.until - SEEN_FOR / 2
    assert (await here.seen(ALICE.id, before)).freeze == FREEZE
    assert await here.seen(ALICE.id, FREEZE.until) == GO


async def test_a_clock_that_was_set_back_does_not_keep_old_news(replicas: list[StoredStops]) -> None:
    here, elsewhere = replicas
    assert await here.seen(ALICE.id, NOW + timedelta(minutes=30)) == GO
    await elsewhere.freeze(FREEZE)
    assert (await here.seen(ALICE.id, NOW)).freeze == FREEZE


async def test_a_read_that_failed_is_made_again(replicas: list[StoredStops], database: sqlalchemy.Engine) -> None:
    here, _ = replicas
    await here.freeze(FREEZE)
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE freezes RENAME TO away"))
    with pytest.raises(StoreUnavailable):
        await here.seen(ALICE.id, NOW)
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE away RENAME TO freezes"))
    assert (await here.seen(ALICE.id, NOW)).freeze == FREEZE

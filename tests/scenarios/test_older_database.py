"""A database written by an earlier version opens and goes on: whatever waited in it is done, and the trail stays whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import sqlalchemy

from bot.store import schema
from bot.store.tables import metadata
from bot.store.trail_reader import open_trail
from bot.store.transactions import open_engine
from simulator import cast
from tests.desk import BRAM, HANNA, OMAR, SAM, as_json
from tests.scenarios.bulking import finished, query, rows, state, states, writes
from tests.scenarios.older import DATABASES, Older, restore
from tests.scenarios.passes import code, made

pytestmark = pytest.mark.storage

KENJI, LOTTE, DIRK, PAVEL = (cast.person(name) for name in ("Kenji Tanaka", "Lotte Smit", "Dirk Bakker", "Pavel Carvalho"))


@pytest.fixture(params=DATABASES, ids="-".join)
async def desk(request: pytest.FixtureRequest, untouched_database: Callable[[str], str]) -> AsyncIterator[Older]:
    """This version on what an earlier one left. Afterwards the trail of both is one chain."""
    version, kind = request.param
    url = untouched_database(kind)
    async with Older(version, kind, url) as desk:
        yield desk
    with open_trail(url) as trail:
        verdict = trail.verify()
    assert verdict.broken is None
    assert verdict.count == len(desk.trail())


async def test_it_is_at_this_versions_revision(desk: Older) -> None:
    engine = open_engine(desk._database_url)
    assert schema.standing(engine) == schema.Standing(schema.known()[-1], True, ())
    engine.dispose()


@pytest.mark.parametrize(
    ("what", "who", "target", "number"),
    [
        ("for confirmation", HANNA, PAVEL, "+31 611223344"),
        ("for confirmation in a channel", BRAM, KENJI, "+81 9087654321"),
    ],
)
async def test_what_waited_for_confirmation(desk: Older, what: str, who: cast.Member, target: cast.Member, number: str) -> None:
    own = desk.card_of(what, who)
    assert own.verbs[:2] == ["confirm", "cancel"]
    await desk.press(who, own, "confirm")
    await desk.settled(own, "Done")
    assert desk.phones(target)["mobile"] == number
    await desk.logged(desk.left[what], target.name)


@pytest.mark.parametrize("what", ["for one approval", "for approval of several steps"])
async def test_what_waited_for_approval(desk: Older, what: str) -> None:
    approvers = desk.card_of(what, SAM, approvers=True)
    assert {"approve", "deny"} <= set(approvers.verbs)
    await desk.press(SAM, approvers, "approve")
    await desk.settled(desk.card_of(what, HANNA), "Done")
    if what == "for one approval":
        assert desk.entra.person(DIRK.upn).account_enabled
    else:
        assert desk.phones(LOTTE) == {}
        assert not desk.entra.person(LOTTE.upn).holding().methods
    await desk.logged(desk.left[what], "Sam Okafor")


async def test_what_waited_for_reveal(desk: Older) -> None:
    own = desk.card_of("for Reveal", HANNA)
    pressed = await desk.press(HANNA, own, "reveal")
    assert code(desk, OMAR) in as_json(pressed.card)
    assert made(desk, OMAR) == 1
    await desk.logged(desk.left["for Reveal"], "Omar Farouk")


async def test_the_file_that_asked_goes_on(desk: Older) -> None:
    job = desk.left["held"]
    own = desk.card_of("held", HANNA)
    assert own.verbs == ["go_on", "stop"]
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Done", "8 rows done.")
    assert states(desk, job) == ["succeeded"] * 8
    _each_row_once(desk, job)


async def test_the_file_that_was_cut_off_ends_by_itself(desk: Older) -> None:
    job = desk.left["cut off"]
    own = desk.card_of("cut off", HANNA)
    await desk.settled(own, "Done", "8 rows done.")
    assert states(desk, job) == ["succeeded"] * 8
    _each_row_once(desk, job)


def _each_row_once(desk: Older, job: str) -> None:
    """Rows that were done before are not done again; the others are done now."""
    assert state(desk, job) == "succeeded"
    assert set(finished(desk, job).values()) == {1}
    stored = rows(desk, job)
    before = {row["user"] for number, row in stored.items() if (job, number) in desk.done}
    assert before
    written = {user: count for user, count in writes(desk).items() if user in {row["user"] for row in stored.values()}}
    assert written == dict.fromkeys({row["user"] for row in stored.values()} - before, 1)


async def test_what_waits_still_ends_by_itself(desk: Older) -> None:
    desk.later(hours=1, minutes=1)
    for what, told in (("for confirmation", "Expired"), ("for one approval", "Expired"), ("for Reveal", "Expired")):
        await desk.settled(desk.card_of(what, HANNA), told)


async def test_what_ended_before_is_remembered(desk: Older) -> None:
    assert "Done" in desk.card_of("done", HANNA).text
    answer = await desk.say(HANNA, f"status {desk.left['done']}")
    assert "Mia O'Brien" in answer.text
    assert [row["state"] for row in query(desk, "SELECT state FROM operations WHERE id = :id", id=desk.left["cancelled"])] == ["cancelled"]


@pytest.mark.parametrize(("version", "kind"), DATABASES)
def test_the_version_before_still_writes(version: str, kind: str, untouched_database: Callable[[str], str]) -> None:
    """For the time of a roll-out it works on tables that this version has changed: whatever it wrote, it could write there."""
    older, newer = (open_engine(untouched_database(kind)) for _ in range(2))
    restore(version, kind, older.url.render_as_string(hide_password=False))
    schema.upgrade(newer)
    tables = sqlalchemy.MetaData()
    tables.reflect(older, only=[name for name in sqlalchemy.inspect(older).get_table_names() if name in metadata.tables])
    with older.connect() as before, newer.begin() as after:
        for table in tables.sorted_tables:
            after.execute(table.delete())  # the rows that code expects to find
            if rows := [dict(row) for row in before.execute(table.select()).mappings()]:
                after.execute(table.insert(), rows)
            assert after.execute(sqlalchemy.select(sqlalchemy.func.count()).select_from(table)).scalar() == len(rows)
    for engine in (older, newer):
        engine.dispose()

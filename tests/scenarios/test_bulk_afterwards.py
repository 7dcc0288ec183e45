"""Long after a job: its numbers are forgotten like others, and what it wrote is known to the comparison with Entra's log."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.desk import ALICE, HANNA, OMAR, Desk
from tests.scenarios.bulking import THREE, begun, confirmed, query, rows
from tests.scenarios.test_forgetting import restarted, until
from tests.scenarios.test_reconcile import TITLE, behind_the_bots_back, next_turn, reconcile

pytestmark = pytest.mark.storage


@pytest.fixture
async def comparing(database_url: str) -> AsyncIterator[Desk]:
    """A desk whose bot compares once a day."""
    async with Desk(database_url, RECONCILE_HOURS="24") as desk:
        yield desk


def numbers_in(text: object) -> bool:
    """Whether a number of these files stands in it."""
    plain = "".join(char for char in str(text) if char.isalnum())
    return any(number in plain for number in ("12345678", "87654321", "612345001", "9012345678"))


async def test_numbers_of_old_jobs_are_forgotten(desk: Desk) -> None:
    job_id, own = await begun(desk, *THREE, "nobody@fabrikam.example,+31 6 12345678,")
    await desk.settled(own, "Done")
    waiting, _, _ = await confirmed(desk, "user,mobile", f"{OMAR.upn},+31 6 12345679")
    assert numbers_in(rows(desk, job_id))
    assert query(desk, "SELECT digest FROM bulk_numbers WHERE job = :job", job=job_id)
    desk.clock.forward(days=400)
    await restarted(desk)
    await until(lambda: not numbers_in(rows(desk, job_id)))
    assert query(desk, "SELECT digest FROM bulk_numbers WHERE job = :job", job=job_id) == []
    assert "no longer keep" in (said := (await desk.say(HANNA, f"bulk retry {job_id}")).text) or "No row of" in said
    assert waiting
    assert not numbers_in((await desk.say(HANNA, f"history id {job_id}")).text)


async def test_the_rows_of_a_job_are_no_difference(comparing: Desk, database_url: str) -> None:
    desk = comparing
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    assert desk.phones(ALICE)
    code, said = await reconcile(desk, database_url)
    assert (code, job_id in said) == (0, False), said
    await next_turn(desk)
    assert not [post for post in desk.log() if TITLE in post]


async def test_somebody_elses_write_beside_a_job_is_one(comparing: Desk, database_url: str) -> None:
    desk = comparing
    _, own = await begun(desk, "user,mobile", f"{ALICE.upn},+31 6 12345678")
    await desk.settled(own, "Done")
    await behind_the_bots_back(desk, OMAR)
    code, said = await reconcile(desk, database_url)
    assert code != 0, said
    assert "Omar" in said or OMAR.upn in said
    assert ALICE.upn not in said

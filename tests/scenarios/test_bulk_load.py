"""Files that cost much: reading ends with its job, and one person has three files under way at the most."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from simulator import cast
from tests.desk import BRAM, HANNA, SAM, Desk
from tests.scenarios.bulking import (
    BARE,
    answer_to,
    approvers_card,
    drop,
    drop_bytes,
    previewed,
    query,
    slow,
    state,
    states,
    table,
    until,
)
from tests.sheets.hostile import HOSTILE, MANY, endless
from tests.sheets.test_apart import readers_of

LINE = (f"{BARE[0].upn},+31 6 12345678",)


@pytest.fixture
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Nothing here depends on the kind of database but the count, which one test has on both."""
    async with Desk(f"sqlite:///{tmp_path_factory.mktemp('desk')}/doorman.db") as desk:
        yield desk


@pytest.mark.own_readers
async def test_reading_ends_when_its_job_is_cancelled_and_with_the_bot(desk: Desk) -> None:
    content = endless()
    own = await drop_bytes(desk, content, name="people.xlsx")
    await until(lambda: bool(readers_of(os.getpid())))
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, "Cancelled", "Nothing was changed")
    await until(lambda: not readers_of(os.getpid()))
    again, _ = await previewed(desk, "user,mobile", *LINE)
    await drop_bytes(desk, content, name="people.xlsx")
    await until(lambda: bool(readers_of(os.getpid())))
    await desk.stop_bot()
    assert readers_of(os.getpid()) == []
    assert state(desk, again) == "proposed"
    await desk.start_bot()


@pytest.mark.parametrize("what", ["sheet1.bin, elements", "rows with one empty far cell"])
async def test_a_hostile_file_ends_in_a_sentence_beside_ordinary_turns(desk: Desk, what: str) -> None:
    own = await drop_bytes(desk, HOSTILE[what][0](MANY), name="people.xlsx")
    said = await desk.say(BRAM, "show alice")
    assert "Alice" in said.text
    await desk.settled(own, "Failed", "Nothing was changed")


async def test_three_files_of_one_person_and_no_more(database_url: str) -> None:
    async with Desk(database_url) as desk:
        slow(desk, seconds=1.0)
        dropped = [desk.teams.drop(HANNA, f"{n}.csv", table("user,mobile", *LINE), "") for n in range(8)]
        said = [answer_to(desk, each, HANNA) for each in await asyncio.gather(*dropped)]
        refused = [one for one in said if "3 of your files are under way" in one.text]
        taken = [one for one in said if one not in refused]
        assert (len(taken), len(refused), len(query(desk, "SELECT job FROM bulk_jobs"))) == (3, 5, 3)
        desk.entra.faults.clear()
        for one in taken:
            assert one.operation_id in refused[0].text
            await desk.settled(one, "Waiting for your confirmation")
        assert "of your files" in (await drop(desk, "user,mobile", *LINE)).text
        await previewed(desk, "user,mobile", *LINE, who=SAM)  # somebody else's do not count
        await desk.press(HANNA, taken[0], "cancel")
        await previewed(desk, "user,mobile", *LINE)
        assert "of your files" in (await drop(desk, "user,mobile", *LINE)).text
        await desk.press(HANNA, taken[1], "confirm")
        await previewed(desk, "user,mobile", *LINE)  # what waits for approval does not count


async def test_of_those_agreed_to_three_run(desk: Desk) -> None:
    """However many of one person's files are approved together."""
    people = iter(BARE)

    async def one(who: cast.Member = HANNA) -> str:
        job_id, own = await previewed(desk, "user,mobile", f"{next(people).upn},+31 6 {20000000 + len(BARE)}")
        await desk.press(who, own, "confirm")
        return job_id

    jobs = [await one() for _ in range(4)]
    cards = [await approvers_card(desk, job_id) for job_id in jobs]
    slow(desk, path="/phoneMethods")
    for card in cards:
        await desk.press(BRAM, card, "approve")
    most = 0

    def all_over() -> bool:
        nonlocal most
        now = [state(desk, job_id) for job_id in jobs]
        most = max(most, now.count("running"))
        return not {"queued", "running"} & set(now)

    await until(all_over, seconds=90)
    assert most <= 3
    assert [states(desk, job_id) for job_id in jobs] == [["succeeded"]] * 4

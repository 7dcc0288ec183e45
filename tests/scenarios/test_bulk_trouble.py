"""What comes between: somebody else's change, lost rights, failures in a row, and the end of the bot in the middle of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest

from bot.domain.audit import Tag
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, LOG, OMAR, SAM, Desk
from tests.scenarios.bulking import (
    BARE,
    KENJI,
    THREE,
    approvers_card,
    begun,
    confirmed,
    drop,
    events,
    finished,
    kinds,
    many,
    people_of,
    query,
    rows,
    slow,
    state,
    states,
    tags,
    told,
    under_way,
    until,
    writes,
)


@pytest.fixture
async def asking(database_url: str) -> AsyncIterator[Desk]:
    """A desk whose jobs ask after one row."""
    async with Desk(database_url, BULK_CANARY="1") as desk:
        yield desk


@pytest.mark.storage
async def test_who_was_changed_by_somebody_else_meanwhile_is_left_alone(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    theirs = desk.entra.person(OMAR.upn).phones
    theirs["mobile"] = replace(theirs["mobile"], number="+31 611112222")
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "2 rows done.", "1 row not done or only partly.")
    assert states(desk, job_id) == ["succeeded", "stale", "succeeded"]
    assert state(desk, job_id) == "partial"
    assert desk.phones(OMAR)["mobile"] == "+31 611112222"
    assert OMAR.upn not in writes(desk)
    assert own.verbs == ["result", "retry"]
    (end,) = [facts for tag, _, facts in events(desk, f"{job_id}-3") if tag == Tag.BULK_ROW_FINISHED]
    assert end["state"] == "stale"


async def test_who_became_protected_or_frozen_meanwhile_is_left_alone(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    await desk.say(BRAM, "freeze alice because odd caller")
    desk.entra.tenant.join(desk.entra.tenant.group("Helpdesk"), desk.entra.person(KENJI.upn).id)
    desk.entra.tenant.people.pop(desk.entra.person(OMAR.upn).id)
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "3 rows not done or only partly.")
    assert "frozen" in str(rows(desk, job_id)[2]["outcome"])
    assert states(desk, job_id) == ["failed"] * 3
    assert desk.entra.writes == []


async def test_a_requester_who_loses_the_group_stops_the_job(asking: Desk) -> None:
    desk, lines = asking, many(120)
    job_id, own = await begun(desk, *lines)
    await desk.settled(own, "The first rows are done: go on?")
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk"), desk.entra.person(HANNA.upn).id)
    assert "not in the helpdesk group" in (await desk.press(HANNA, own, "go_on")).message
    await desk.say(SAM, f"bulk resume {job_id}")
    await desk.settled(own, "Stopped by itself: go on?", "of the last rows ended so", "None of your groups may")
    await until(lambda: "running" not in states(desk, job_id))
    failed = states(desk, job_id).count("failed")
    assert failed < 119
    await desk.settled(own, f"{failed} failed", f"{119 - failed} left")  # what was under way is counted, too
    assert sum(writes(desk).values()) == 1
    assert set(states(desk, job_id)) <= {"succeeded", "failed", "queued"}
    await desk.say(SAM, f"bulk stop {job_id}")
    await desk.settled(own, "1 row done.")
    assert sum(writes(desk).values()) == 1


@pytest.mark.storage
async def test_too_many_failures_for_one_reason_stop_the_job_and_it_asks(desk: Desk) -> None:
    lines = many(60)
    people = people_of(lines)
    fault = desk.entra.faults.add(Fault(effect="forbidden", method="POST", path="/phoneMethods"))
    own = await drop(desk, *lines)
    job_id = own.operation_id
    await desk.settled(own, "Waiting for your confirmation")
    changing = kinds(desk, job_id).count("add") + kinds(desk, job_id).count("update")
    await desk.press(HANNA, own, "confirm")
    await desk.press(BRAM, await approvers_card(desk, job_id), "approve")
    await desk.settled(own, "Stopped by itself: go on?", "of the last rows ended so", "Why rows failed")
    assert own.verbs == ["go_on", "stop"]
    assert fault.fired >= 3
    await told(desk, HANNA, job_id, "stands still")
    await until(lambda: "running" not in states(desk, job_id))
    failed = states(desk, job_id).count("failed")
    assert 3 <= failed < changing
    assert "queued" in states(desk, job_id)

    desk.entra.faults.clear()
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "The first rows are done: go on?")
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Finished at")
    assert states(desk, job_id).count("failed") == failed  # what failed before is not counted twice
    assert (state(desk, job_id), len(people)) == ("partial", len(states(desk, job_id)))

    pressed = await desk.press(HANNA, own, "retry")
    assert pressed.status == 200
    again = next(row["id"] for row in query(desk, "SELECT id FROM operations WHERE command = 'bulk'") if row["id"] != job_id)
    retried = await told(desk, HANNA, again, "Waiting for your confirmation", f"The rest of {job_id}")
    assert len(states(desk, again)) == failed
    await desk.teams.press(HANNA, retried.id, "confirm")
    await desk.press(BRAM, await approvers_card(desk, again), "approve")
    await told(desk, HANNA, again, f"{failed} rows done.")
    assert set(writes(desk).values()) == {1}
    assert all(desk.entra.person(who.upn).phones["mobile"].number.startswith("+31 63") for who in people)


async def test_a_retry_where_nothing_failed(desk: Desk) -> None:
    job_id, own = await begun(desk, "user,mobile", f"{ALICE.upn},+31 6 12345678")
    await desk.settled(own, "Done")
    assert "No row of" in (await desk.say(HANNA, f"bulk retry {job_id}")).text
    waiting = await drop(desk, "user,mobile", f"{BARE[0].upn},+31 6 12345679")
    await desk.settled(waiting, "Waiting for your confirmation")
    assert "not finished" in (await desk.say(HANNA, f"bulk retry {waiting.operation_id}")).text
    assert len(query(desk, "SELECT job FROM bulk_jobs")) == 2


@pytest.mark.storage
async def test_a_storm_of_throttling_and_outages_changes_nothing_twice(desk: Desk) -> None:
    lines = many(20)
    desk.entra.faults.add(Fault(effect="throttle", path="/phoneMethods", probability=0.3, retry_after=1))
    desk.entra.faults.add(Fault(effect="unavailable", path="/phoneMethods", probability=0.2, after=True))
    desk.entra.faults.add(Fault(effect="drop", path="/phoneMethods", method="POST", times=3, after=True))
    job_id, own = await begun(desk, *lines)
    await desk.settled(own, "The first rows are done: go on?")
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Done", "20 rows done.")
    assert writes(desk) == dict.fromkeys([who.upn for who in people_of(lines)], 1)
    assert set(finished(desk, job_id).values()) == {1}


async def test_while_entra_takes_fewer_calls_the_card_says_since_when(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="throttle", path="/phoneMethods", method="POST", retry_after=2, times=1))
    _, own = await begun(desk, *many(3))
    await desk.settled(own, "Entra ID takes fewer calls since", "goes on by itself")
    await desk.settled(own, "Done", "3 rows done.")


@pytest.mark.storage
async def test_restarted_while_the_rows_are_checked(desk: Desk) -> None:
    lines = many(80)
    own = await drop(desk, *lines[:3], "")
    await desk.settled(own, "Waiting for your confirmation")  # whoever asks is known from here on
    slow(desk, seconds=3.0)
    own = await drop(desk, *lines)
    job_id = own.operation_id
    await under_way(desk, job_id)
    await desk.stop_bot()
    desk.entra.faults.clear()
    assert state(desk, job_id) == "checking"
    await desk.start_bot()
    await desk.settled(own, "Waiting for your confirmation")
    assert "" not in kinds(desk, job_id)
    assert len(kinds(desk, job_id)) == 80
    assert tags(desk, job_id).count(Tag.BULK_FILE_CHECKED) == 1


@pytest.mark.storage
async def test_restarted_while_it_runs(desk: Desk) -> None:
    lines = many(40)
    job_id, own = await begun(desk, *lines)
    await desk.settled(own, "The first rows are done: go on?")
    written = len(desk.entra.writes)

    def enough(least: int) -> bool:
        return len(desk.entra.writes) >= least

    await desk.press(HANNA, own, "go_on")
    for more in (3, 8, 13):
        await until(partial(enough, written + more))
        await desk.restart_bot()
    await desk.settled(own, "Done", "40 rows done.")
    assert writes(desk) == dict.fromkeys([who.upn for who in people_of(lines)], 1)
    assert states(desk, job_id) == ["succeeded"] * 40
    assert set(finished(desk, job_id).values()) == {1}
    assert len(finished(desk, job_id)) == 40
    assert tags(desk, job_id).count(Tag.BULK_JOB_STARTED) == tags(desk, job_id).count(Tag.BULK_JOB_FINISHED) == 1


@pytest.mark.storage
async def test_restarted_while_it_asks_or_is_paused(asking: Desk) -> None:
    desk = asking
    job_id, own = await begun(desk, *many(6))
    await desk.settled(own, "The first rows are done: go on?")
    await desk.restart_bot()
    assert sum(writes(desk).values()) == 1
    slow(desk, seconds=2.0)
    await desk.press(HANNA, own, "go_on")
    await desk.press(HANNA, own, "hold")
    await desk.restart_bot()
    desk.entra.faults.clear()
    await desk.settled(own, "Paused by Hanna Visser")
    stood = sum(writes(desk).values())
    await desk.say(HANNA, f"bulk resume {job_id}")
    await desk.settled(own, "Done", "6 rows done.")
    assert stood < 6
    assert set(writes(desk).values()) == {1}


@pytest.mark.storage
async def test_the_file_was_being_fetched_when_the_bot_ended(desk: Desk) -> None:
    desk.teams.files.faults.add("latency", conversation="download", method="GET", seconds=5.0)
    own = await drop(desk, *THREE)
    job_id = own.operation_id
    await until(lambda: any(name == "download" for _, name, _ in desk.teams.files.requests))
    await desk.restart_bot()
    await desk.settled(own, "Failed", "I was restarted while I read the file. Nothing was changed. Send it again.")
    assert (state(desk, job_id), desk.entra.writes) == ("failed", [])


async def test_the_file_cannot_be_fetched(desk: Desk) -> None:
    desk.teams.files.faults.add("404", conversation="download", method="GET")
    own = await drop(desk, *THREE)
    await desk.settled(own, "Nothing was changed")
    assert "confirm" not in own.verbs


@pytest.mark.storage
async def test_a_log_channel_that_is_down_gets_the_summary_later(desk: Desk) -> None:

    desk.teams.down(LOG)
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    assert desk.log() == []
    desk.teams.up(LOG)
    await desk.logged(job_id, "3 rows done.")


async def test_two_people_with_the_same_first_name_are_not_mixed(desk: Desk) -> None:
    jan, other = cast.person("jan.de.vries@fabrikam.example"), cast.person("jan.devries2@fabrikam.example")
    _, own = await begun(desk, "user,mobile", f"{jan.upn},+31 6 11111111", f"{other.upn},+31 6 22222222")
    await desk.settled(own, "Done")
    assert (desk.phones(jan)["mobile"], desk.phones(other)["mobile"]) == ("+31 611111111", "+31 622222222")

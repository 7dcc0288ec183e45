"""A job under way: its first rows, pause, go on, stop; by its requester, by colleagues, administrators and strangers; pressed and typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.domain.audit import Tag
from tests.desk import BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk
from tests.scenarios.bulking import (
    begun,
    confirmed,
    events,
    finished,
    many,
    people_of,
    slow,
    state,
    states,
    tags,
    told,
    until,
    words,
    writes,
)

LINES = many(8)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk whose jobs ask after two rows."""
    async with Desk(database_url, BULK_CANARY="2") as desk:
        yield desk


def button(verb: str, job_id: str) -> dict[str, Any]:
    """A button of a card, forged or remembered."""
    return {"type": "Action.Execute", "verb": verb, "data": {"id": job_id}}


async def asked(desk: Desk, *, by: Any = BRAM) -> tuple[str, Answer]:
    """A job whose first two rows are done, and which asks."""
    job_id, own = await begun(desk, *LINES, by=by)
    await desk.settled(own, "The first rows are done: go on?", "2 done", "6 left")
    return job_id, own


@pytest.mark.storage
async def test_the_first_rows_run_alone_and_the_requester_is_asked(desk: Desk) -> None:
    job_id, own = await asked(desk)
    assert own.verbs == ["go_on", "stop"]
    first = [who.upn for who in people_of(LINES)[:2]]
    assert writes(desk) == dict.fromkeys(first, 1)
    assert states(desk, job_id) == ["succeeded"] * 2 + ["queued"] * 6
    await told(desk, HANNA, job_id, "stands still", "asks how to go on")

    pressed = await desk.press(HANNA, own, "go_on")
    assert pressed.card is not None
    await desk.settled(own, "Done", "8 rows done.")
    assert writes(desk) == dict.fromkeys([who.upn for who in people_of(LINES)], 1)
    assert set(finished(desk, job_id).values()) == {1}
    assert (held := [facts["code"] for tag, _, facts in events(desk, job_id) if tag == Tag.BULK_JOB_HELD]) == ["canary"], held
    (resumed,) = [(who, facts["code"]) for tag, who, facts in events(desk, job_id) if tag == Tag.BULK_JOB_RESUMED]
    assert resumed == ("Hanna Visser", "canary")
    assert "running" in (await desk.press(HANNA, own, "go_on", action=button("go_on", job_id))).message


@pytest.mark.storage
async def test_stop_the_rest_after_the_first_rows(desk: Desk) -> None:
    job_id, own = await asked(desk)
    await desk.press(HANNA, own, "stop")
    await desk.settled(own, "Stopped: only a part was done", "2 rows done.", "6 rows were stopped before their turn.")
    assert own.verbs == ["result", "retry"]
    assert states(desk, job_id) == ["succeeded"] * 2 + ["cancelled"] * 6
    assert (state(desk, job_id), sum(writes(desk).values())) == ("cancelled", 2)
    post = await desk.logged(job_id, "2 rows done.", "6 rows were stopped", "Stopped before the end")
    assert "Cancelled" not in words(post)
    assert (await desk.press(HANNA, own, "retry")).status == 200
    await told(desk, HANNA, "Waiting for your confirmation", f"The rest of {job_id}", "6 rows were checked")
    await told(desk, HANNA, job_id, "6 rows were stopped")
    assert "not running" in (await desk.press(HANNA, own, "stop", action=button("stop", job_id))).message


async def test_who_may_decide(desk: Desk) -> None:
    job_id, own = await asked(desk)
    for verb in ("go_on", "stop"):
        assert "is the job of Hanna Visser" in (await desk.press(BRAM, own, verb, action=button(verb, job_id))).message
        assert "not in the helpdesk group" in (await desk.press(OSCAR, own, verb, action=button(verb, job_id))).message
    for line in ("bulk resume", "bulk cancel", "bulk retry", "bulk result", "bulk preview"):
        assert (
            "job of Hanna Visser" in (said := (await desk.say(BRAM, f"{line} {job_id}")).text)
            or "is not finished" in said
            or line
            in (
                "bulk result",
                "bulk preview",
            )
        ), said
        assert "not in the helpdesk group" in (await desk.say(OSCAR, f"{line} {job_id}")).text
    assert states(desk, job_id) == ["succeeded"] * 2 + ["queued"] * 6
    answer = await desk.say(SAM, f"bulk resume {job_id}", HELPDESK)  # an administrator, from anywhere
    assert job_id in answer.text
    await desk.settled(own, "Done", "8 rows done.")


@pytest.mark.storage
async def test_pause_and_go_on(desk: Desk) -> None:
    job_id, own = await asked(desk)
    reads = slow(desk, seconds=1.5)
    await desk.press(HANNA, own, "go_on")
    await until(lambda: bool(reads.fired))
    await desk.press(HANNA, own, "hold")
    await desk.settled(own, "Paused by Hanna Visser")
    assert own.verbs == ["go_on", "stop"]
    desk.entra.faults.clear()
    await until(lambda: "running" not in states(desk, job_id))
    stood = states(desk, job_id).count("succeeded")
    assert stood < 8
    assert "stands still already" in (await desk.press(HANNA, own, "hold", action=button("hold", job_id))).message
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Done", "8 rows done.")
    assert set(writes(desk).values()) == {1}
    assert set(finished(desk, job_id).values()) == {1}


async def test_a_colleague_may_pause_and_only_that(desk: Desk) -> None:
    job_id, own = await asked(desk)
    reads = slow(desk, seconds=1.5)
    await desk.say(HANNA, f"bulk resume {job_id}")
    await until(lambda: bool(reads.fired))
    paused = await desk.say(BRAM, f"bulk pause {job_id.lower()}")
    assert "Paused by Bram Peeters" in paused.text
    assert "is the job of Hanna Visser" in (await desk.say(BRAM, f"bulk go on {job_id}")).text
    assert "is the job of Hanna Visser" in (await desk.say(BRAM, f"bulk stop {job_id}")).text
    await desk.settled(own, "Paused by Bram Peeters")
    desk.entra.faults.clear()
    assert "not in the helpdesk group" in (await desk.say(OSCAR, f"bulk pause {job_id}")).text
    await desk.say(HANNA, f"bulk continue {job_id}")
    await desk.settled(own, "Done", "8 rows done.")
    assert tags(desk, job_id).count(Tag.BULK_JOB_HELD) == 2


@pytest.mark.storage
async def test_stopped_in_the_middle_what_was_done_stays_done(desk: Desk) -> None:
    job_id, own = await asked(desk)
    reads = slow(desk, seconds=1.5)
    await desk.press(HANNA, own, "go_on")
    await until(lambda: bool(reads.fired))
    await desk.press(HANNA, own, "hold")
    await desk.say(HANNA, f"bulk cancel {job_id}")
    desk.entra.faults.clear()
    await desk.settled(own, "Finished at")
    done = states(desk, job_id).count("succeeded")
    assert set(states(desk, job_id)) == {"succeeded", "cancelled"}
    assert sum(writes(desk).values()) == done
    assert f"{8 - done} rows were stopped before their turn." in own.text


async def test_doorman_paused_before_the_rest(desk: Desk) -> None:
    job_id, own = await asked(desk)
    await desk.say(SAM, "pause because a wave of calls")
    assert "Sam Okafor paused me" in (await desk.press(HANNA, own, "go_on")).message
    assert sum(writes(desk).values()) == 2
    await desk.say(SAM, "resume")
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Done")
    assert state(desk, job_id) == "succeeded"


@pytest.mark.storage
async def test_doorman_paused_in_the_middle_and_the_job_goes_on_by_itself(desk: Desk) -> None:
    job_id, own = await asked(desk)
    reads = slow(desk, seconds=1.5)
    await desk.press(HANNA, own, "go_on")
    await until(lambda: bool(reads.fired))
    await desk.say(SAM, "pause")
    desk.entra.faults.clear()
    await desk.settled(own, "Waiting: Doorman is paused")
    assert own.verbs == ["stop"]
    await until(lambda: "running" not in states(desk, job_id))
    stood = sum(writes(desk).values())
    assert stood < 8
    assert "failed" not in states(desk, job_id)
    for who in (HANNA, SAM):
        refused = await desk.say(who, f"bulk resume {job_id}")
        assert "paused" in refused.text
    assert sum(writes(desk).values()) == stood
    await desk.say(SAM, "resume")
    await desk.settled(own, "Done", "8 rows done.")
    assert set(writes(desk).values()) == {1}


async def test_doorman_paused_between_approval_and_start(desk: Desk) -> None:
    """A job that was agreed to and has not begun stands still, too."""
    job_id, own, card = await confirmed(desk, *LINES)
    await desk.say(SAM, "pause")
    refused = await desk.press(BRAM, card, "approve")
    assert refused.message
    await desk.say(SAM, "resume")
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "The first rows are done: go on?")
    assert sum(writes(desk).values()) == 2
    assert state(desk, job_id) == "running"


async def test_an_id_that_nothing_has(desk: Desk) -> None:
    for line in ("bulk pause ZZZZ", "bulk resume ZZZZ", "bulk cancel ZZZZ", "bulk retry ZZZZ", "bulk result ZZZZ"):
        assert "There is no bulk job ZZZZ" in (await desk.say(HANNA, line)).text, line


async def test_the_id_of_another_operation(desk: Desk) -> None:
    single = await desk.say(HANNA, "set mobile for alice +31 6 12345678")
    for line in ("pause", "resume", "cancel", "retry", "result"):
        assert "There is no bulk job" in (await desk.say(HANNA, f"bulk {line} {single.operation_id}")).text
    for verb in ("hold", "go_on", "stop", "retry", "result", "preview"):
        assert "There is no bulk job" in (await desk.press(HANNA, single, verb, action=button(verb, single.operation_id))).message
    assert "confirm" in single.verbs

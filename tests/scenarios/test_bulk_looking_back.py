"""After a bulk job: what the ids in its result file lead to, and the file to begin the next one with."""

from __future__ import annotations

from simulator.teams.rules import FILE_CONSENT
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, OSCAR, Answer, Desk, id_in


async def carried_out(desk: Desk) -> str:
    """One row done and one that cannot be read; the id of the job."""
    message = await desk.teams.drop(HANNA, "people.csv", f"user;mobile\n{ALICE.upn};+31 6 12345678\nAlice;+31 6 12345679\n".encode())
    answer = Answer(desk, next(each for each in desk.teams.threads.messages.values() if each.reply_to_id == message.id), HANNA)
    await desk.settled(answer, "Waiting for your confirmation")
    await desk.press(HANNA, answer, "confirm")
    in_channel = APPROVALS.id
    asked = Answer(desk, await desk.teams.wait_for(lambda each: each.by_bot and each.conversation == in_channel), BRAM)
    await desk.press(BRAM, asked, "approve")
    await desk.settled(answer, "changed and checked")
    return id_in(answer.text)


async def test_a_row_has_a_history_of_its_own(desk: Desk) -> None:
    job = await carried_out(desk)
    row = await desk.say(HANNA, f"history id {job.lower()}-2")
    for words in (f"History of {job}-2 for people.csv", ALICE.upn, "••78", "Graph request"):
        assert words in row.text
    assert "12345678" not in row.text
    whole = await desk.say(HANNA, f"history id {job}")
    assert "Bram Peeters" in whole.text
    assert "left a row of a file alone" in (await desk.say(HANNA, f"history id {job}-3")).text
    assert f"The trail has nothing on row 9 of {job}." in (await desk.say(HANNA, f"history id {job}-9")).text
    assert "not your own" in (await desk.say(BRAM, f"history id {job}-2")).text
    assert "is not the id of an operation" in (await desk.say(HANNA, f"why {job}-2")).text


async def test_the_template_that_refusals_speak_of(desk: Desk) -> None:
    answer = await desk.say(HANNA, "bulk template")
    offered = [part for part in answer.message.attachments if part["contentType"] == FILE_CONSENT]
    assert offered[0]["name"] == "doorman-template.csv"
    assert "Drop the file in a personal chat" in (await desk.say(HANNA, "bulk template", APPROVALS)).text
    assert "helpdesk group" in (await desk.say(OSCAR, "bulk template")).text
    message = await desk.teams.drop(HANNA, "people.csv", b"user;mobile\n", "bulk template")
    answer = Answer(desk, next(each for each in desk.teams.threads.messages.values() if each.reply_to_id == message.id), HANNA)
    assert "something else with it" in answer.text

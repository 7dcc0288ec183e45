"""Many people from a file: dropped, looked at, agreed to by somebody else, carried out, looked back on."""

from __future__ import annotations

import pytest

from bot.domain.audit import Tag
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, HELPDESK, OMAR, SAM, Answer, Desk, as_json
from tests.scenarios.bulking import (
    KENJI,
    THREE,
    begun,
    confirmed,
    drop,
    events,
    finished,
    kinds,
    previewed,
    said_to,
    state,
    states,
    table,
    tags,
    told,
    words,
    writes,
)

NUMBERS = ("12345678", "87654321", "612345001", "9012345678")


def without_numbers(text: str) -> bool:
    """Whether none of the numbers of these scenarios stands in a text."""
    plain = "".join(char for char in text if char.isalnum())
    return not any(number in plain for number in NUMBERS)


@pytest.mark.storage
async def test_the_whole_job(desk: Desk) -> None:
    own = await drop(desk, *THREE, text="bulk ticket INC-42 because new site +31 6 12345678")
    assert "Reading the file" in own.text or "Checking" in own.text
    assert own.verbs == ["cancel"]
    job_id = own.operation_id
    await desk.settled(own, "Waiting for your confirmation")
    assert own.verbs == ["confirm", "preview", "cancel"]
    for said in ("3 rows were checked. 3 people would be changed. Nothing is changed yet.", "1 add", "1 update", "1 remove", ALICE.upn,
                 "INC-42", "new site", "1 approval by the helpdesk group"):  # fmt: skip
        assert said in own.text, said
    assert without_numbers(as_json(own.card))
    assert kinds(desk, job_id) == ["add", "update", "remove"]
    assert desk.entra.writes == []

    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Waiting for approval")
    card = await desk.teams.wait_for(lambda message: message.conversation == APPROVALS.id and job_id in words(message))
    for said in ("Hanna Visser", "1 add", "1 update", "1 remove", "Plan", "(SHA-256)", "INC-42"):
        assert said in words(card), said
    assert without_numbers(as_json(card.card() or {}))
    (checked,) = [facts for tag, _, facts in events(desk, job_id) if tag == Tag.BULK_FILE_CHECKED]
    for digest in (checked["sha256"], checked["plan"]):
        assert digest[:12] in words(card)
        assert digest[:12] in own.text

    refused = await desk.teams.press(HANNA, card.id, "approve")
    assert "somebody else has to agree" in str(refused.message)
    assert states(desk, job_id) == ["queued"] * 3
    assert desk.entra.writes == []
    await desk.teams.press(BRAM, card.id, "approve")
    await desk.settled(own, "Done", "3 rows done.", "Bram Peeters")
    assert own.verbs == ["result"]
    assert without_numbers(as_json(own.card))
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
    assert desk.phones(OMAR)["mobile"] == "+31 687654321"
    assert desk.phones(KENJI) == {}
    assert states(desk, job_id) == ["succeeded"] * 3
    await desk.teams.wait_for(lambda message: message.id == card.id and "3 rows done." in words(message))
    post = await desk.logged(job_id, "3 rows done.", "Hanna Visser", "Bram Peeters")
    assert without_numbers(as_json(post.card() or {}))
    await told(desk, HANNA, job_id, "people.csv", "3 rows done.")

    assert tags(desk, job_id) == [
        Tag.OPERATION_PROPOSED,
        Tag.BULK_FILE_CHECKED,
        Tag.OPERATION_CONFIRMED,
        Tag.CHAT_CARD_REFUSED,
        Tag.OPERATION_APPROVED,
        Tag.BULK_JOB_STARTED,
        Tag.BULK_JOB_FINISHED,
    ]
    for number in (2, 3, 4):
        assert tags(desk, f"{job_id}-{number}") == [Tag.BULK_ROW_STARTED, Tag.BULK_ROW_FINISHED]
    assert without_numbers(str([row.facts for row in desk.trail()]))


@pytest.mark.storage
async def test_the_rows_are_bound_to_the_file_and_to_the_plan(desk: Desk) -> None:
    first, _ = await previewed(desk, *THREE)
    again, _ = await previewed(desk, *THREE)
    other, _ = await previewed(desk, *THREE, "")
    digests = []
    for job_id in (first, again, other):
        ((_, _, facts),) = [event for event in events(desk, job_id) if event[0] == Tag.BULK_FILE_CHECKED]
        digests.append((facts["sha256"], facts["plan"]))
    assert digests[0] == digests[1]
    assert digests[0][0] != digests[2][0]  # another byte is another file
    assert digests[0][1] == digests[2][1]  # which would do the same


@pytest.mark.storage
async def test_a_denied_job_writes_nothing(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    await desk.press(SAM, card, "deny")
    await desk.settled(own, "Denied", "Sam Okafor")
    assert own.verbs == []
    assert (state(desk, job_id), desk.entra.writes) == ("denied", [])
    assert finished(desk, job_id) == {}


async def test_a_dry_run_ends_with_the_preview(desk: Desk) -> None:
    own = await drop(desk, *THREE, text="bulk dry run")
    job_id = own.operation_id
    await desk.settled(own, "Dry run done, nothing changed", "1 add", "1 update", "1 remove", ALICE.upn)
    assert own.verbs == ["preview"]
    assert state(desk, job_id) == "succeeded"
    assert desk.entra.writes == []
    assert [message for message in desk.teams.thread(APPROVALS) if message.by_bot] == []
    for verb in ("confirm", "go_on", "retry", "hold"):
        forged = {"type": "Action.Execute", "verb": verb, "data": {"id": job_id}}
        assert (await desk.press(HANNA, own, verb, action=forged)).message, verb
    assert desk.entra.writes == []


async def test_nothing_to_change_ends_at_once(desk: Desk) -> None:
    own = await drop(desk, "user,mobile", f"{OMAR.upn},+31 612345001", "nobody@fabrikam.example,+31 6 12345678")
    job_id = own.operation_id
    await desk.settled(own, "There is nothing to change, so nothing was changed.", "1 no change", "1 not found")
    assert "confirm" not in own.verbs
    assert (state(desk, job_id), desk.entra.writes) == ("succeeded", [])


@pytest.mark.storage
async def test_a_redelivered_message_with_a_file_begins_nothing_twice(desk: Desk) -> None:
    teams, chat = desk.teams, desk.teams.threads.find(HANNA)[0].id
    file = teams.files.drop(HANNA, "people.csv", table(*THREE))
    activity = teams.activities.drop(teams._scene(HANNA, chat), "1700000000001", "", [(file, teams.files.address(file))])
    assert (await teams.post(activity))[0] == 200
    assert (await teams.post(activity))[0] == 200
    own = Answer(desk, await told(desk, HANNA, "Change"), HANNA)
    await desk.settled(own, "Waiting for your confirmation")
    assert [row.tag for row in desk.trail()].count(Tag.OPERATION_PROPOSED) == 1
    assert len([message for message in said_to(desk, HANNA) if message.by_bot]) == 1
    assert file.uses == 1


@pytest.mark.storage
async def test_looking_back(desk: Desk) -> None:
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    history = await desk.say(SAM, "history for alice")
    assert f"{job_id}-2" in history.text
    assert "finished a row of a file: done" in history.text
    assert without_numbers(as_json(history.card))
    one = await desk.say(HANNA, f"history id {job_id}")
    assert "Bram Peeters" in one.text
    assert "people.csv" in one.text
    status = await desk.say(BRAM, f"status {job_id}")
    assert "3 rows done." in status.text
    in_channel = await desk.say(BRAM, f"status {job_id}", HELPDESK)
    assert "3 rows done." in in_channel.text
    assert without_numbers(as_json(status.card) + as_json(in_channel.card))


async def test_what_waits_is_listed(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    pending = await desk.say(BRAM, "pending")
    assert job_id in pending.text
    assert "people.csv" in pending.text
    assert without_numbers(as_json(pending.card))
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "Done")
    assert job_id not in (await desk.say(BRAM, "pending")).text
    assert writes(desk)[ALICE.upn] == 1

"""Files from the wrong people, in the wrong places and with the wrong words; jobs that wait too long, or are not what was agreed to."""

from __future__ import annotations

import json

import pytest

from bot.domain.audit import Tag
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk
from tests.scenarios.bulking import (
    BARE,
    THREE,
    approvers_card,
    begun,
    confirmed,
    drop,
    drop_bytes,
    events,
    finished,
    previewed,
    query,
    rows,
    said_to,
    slow,
    state,
    states,
    table,
    tags,
    told,
    under_way,
)

GUS, STRANGER = cast.person("Gus Taylor (Adatum)"), cast.STRANGER


def jobs(desk: Desk) -> int:
    """How many there are."""
    return len(query(desk, "SELECT job FROM bulk_jobs"))


async def test_bulk_explains_and_offers_a_template(desk: Desk) -> None:
    said = await desk.say(HANNA, "bulk")
    assert "Drop a CSV or Excel file here" in said.text
    assert said.verbs == ["template"]
    elsewhere = await desk.say(HANNA, "bulk", HELPDESK)
    assert "personal chat" in elsewhere.text
    assert elsewhere.verbs == []
    assert "not in the helpdesk group" in (await desk.say(OSCAR, "bulk")).text


async def test_a_file_in_a_channel_is_not_seen(desk: Desk) -> None:
    """Teams tells bots of no file outside personal chats; the words beside it say where it belongs."""
    message = await desk.teams.drop(HANNA, "people.csv", table(*THREE), "bulk", HELPDESK)
    assert message.delivered == 200
    answers = [each for each in desk.teams.threads.messages.values() if each.by_bot and each.reply_to_id == message.id]
    assert "personal chat" in Answer(desk, answers[-1], HANNA).text
    assert (jobs(desk), desk.teams.files.dropped[-1].uses) == (0, 0)


async def test_a_check_that_is_quicker_than_the_answer_leaves_one_card(desk: Desk) -> None:
    """The first card may be late: nothing else is posted meanwhile, and it is brought up to date once it is there."""
    desk.teams.faults.add("latency", conversation=desk.teams.threads.find(HANNA)[0].id, method="POST", seconds=2.0, count=1)
    own = await drop(desk, *THREE)
    await desk.settled(own, "Waiting for your confirmation")
    assert len([message for message in said_to(desk, HANNA) if message.by_bot]) == 1


async def test_several_files(desk: Desk) -> None:
    message = await desk.teams.drop(HANNA, "a.csv", table(*THREE), also=[("b.csv", table(*THREE))])
    assert message.delivered == 200
    said = Answer(desk, said_to(desk, HANNA)[-1], HANNA)
    assert "one file at a time" in said.text
    assert (jobs(desk), [file.uses for file in desk.teams.files.dropped]) == (0, [0, 0])


@pytest.mark.parametrize("text", ["show alice", "set mobile for alice +31 6 12345678", "bulk pause 7Q2F", "pause"])
async def test_a_file_with_another_command_does_neither(desk: Desk, text: str) -> None:
    said = await drop(desk, *THREE, text=text, who=SAM)
    assert "I do neither" in said.text
    assert (jobs(desk), desk.teams.files.dropped[-1].uses) == (0, 0)
    assert "Paused by" not in (await desk.say(SAM, "show alice")).text


async def test_a_file_with_words_that_are_none(desk: Desk) -> None:
    said = await drop(desk, *THREE, text="here you are")
    assert jobs(desk) == 0
    assert said.text
    assert desk.teams.files.dropped[-1].uses == 0


@pytest.mark.parametrize("who", [OSCAR, GUS, STRANGER], ids=["outsider", "guest", "other tenant"])
async def test_a_file_from_somebody_outside_the_helpdesk(desk: Desk, who: cast.Member) -> None:
    message = await desk.teams.drop(who, "people.csv", table(*THREE))
    assert message.delivered in (200, 403)
    assert (jobs(desk), desk.teams.files.dropped[-1].uses) == (0, 0)
    assert not [row for row in desk.trail() if row.tag == Tag.OPERATION_PROPOSED]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (table("user,mobile"), "it has no rows"),
        (table("user,mobile,password", f"{ALICE.upn},+31 6 12345678,hunter2"), "passwords"),
        (table("user", ALICE.upn), "A column is missing"),
        (table("user,telephone", f"{ALICE.upn},1"), "which phone"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, ""),
    ],
    ids=["empty", "no rows", "passwords", "nothing to change", "unclear", "picture"],
)
async def test_a_file_that_is_none(desk: Desk, content: bytes, said: str) -> None:
    own = await drop_bytes(desk, content)
    if own.verbs:
        await desk.settled(own, "Failed", "Nothing was changed")
    assert said in own.text
    assert "confirm" not in own.verbs
    assert "hunter2" not in str([row.facts for row in desk.trail()]) + own.text


async def test_no_file_while_doorman_is_paused(desk: Desk) -> None:
    await desk.say(SAM, "pause")
    said = await drop(desk, *THREE)
    assert "Sam Okafor paused me" in said.text
    assert jobs(desk) == 0
    await desk.say(SAM, "resume")
    await previewed(desk, *THREE)


async def test_a_pause_between_preview_and_confirm(desk: Desk) -> None:
    job_id, own = await previewed(desk, *THREE)
    await desk.say(SAM, "pause")
    assert "Sam Okafor paused me" in (await desk.press(HANNA, own, "confirm")).message
    assert state(desk, job_id) == "proposed"
    await desk.say(SAM, "resume")
    await desk.press(HANNA, own, "confirm")
    await desk.press(BRAM, await approvers_card(desk, job_id), "approve")
    await desk.settled(own, "Done")


async def test_only_its_requester_confirms(desk: Desk) -> None:
    job_id, own = await previewed(desk, *THREE)
    for who in (BRAM, SAM, OSCAR):
        assert (await desk.press(who, own, "confirm")).message
        assert (await desk.press(who, own, "cancel")).message
    assert state(desk, job_id) == "proposed"


async def test_a_preview_that_nobody_confirms_expires(desk: Desk) -> None:
    job_id, own = await previewed(desk, *THREE)
    desk.later(minutes=11)
    await desk.settled(own, "Expired", "Nobody confirmed it in time", "Nothing was changed")
    assert own.verbs == []
    forged = {"type": "Action.Execute", "verb": "confirm", "data": {"id": job_id}}
    assert "expired" in (await desk.press(HANNA, own, "confirm", action=forged)).message
    assert (state(desk, job_id), desk.entra.writes) == ("expired", [])


async def test_an_approval_that_nobody_gives_expires(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    desk.later(minutes=61)
    await desk.settled(own, "Expired", "Nobody approved it in time")
    await told(desk, HANNA, job_id, "Nobody approved it in time")
    assert (await desk.press(BRAM, card, "approve")).message or state(desk, job_id) == "expired"
    assert (state(desk, job_id), desk.entra.writes) == ("expired", [])


async def test_cancelled_before_anybody_agreed(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, "Cancelled", "Nothing was changed")
    await desk.settled(card, "Cancelled")
    assert (await desk.press(BRAM, card, "approve", action={"type": "Action.Execute", "verb": "approve", "data": {"id": job_id}})).message
    assert (state(desk, job_id), desk.entra.writes) == ("cancelled", [])


async def test_cancelled_while_it_is_checked(desk: Desk) -> None:
    slow(desk, seconds=2.0)
    own = await drop(desk, *THREE)
    job_id = own.operation_id
    await under_way(desk, job_id)
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, "Cancelled", "Nothing was changed")
    desk.entra.faults.clear()
    again, _ = await previewed(desk, *THREE)  # crews are free for the next
    assert (state(desk, job_id), state(desk, again)) == ("cancelled", "proposed")
    assert Tag.BULK_FILE_CHECKED not in tags(desk, job_id)


async def test_typed_cancel_before_it_runs(desk: Desk) -> None:
    job_id, own = await previewed(desk, *THREE)
    assert "Cancelled" in (await desk.say(HANNA, f"bulk cancel {job_id}")).text
    await desk.settled(own, "Cancelled by Hanna Visser. Nothing was changed.")
    assert (state(desk, job_id), desk.entra.writes) == ("cancelled", [])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bulk_rows SET changes = (SELECT changes FROM bulk_rows AS other WHERE other.number = 3) WHERE number = 2",
        "UPDATE bulk_rows SET kind = 'no_change', state = '' WHERE number = 3",
        "DELETE FROM bulk_rows WHERE number = 4",
    ],
    ids=["another number", "another kind", "one less"],
)
async def test_rows_that_were_tampered_with_after_the_preview_are_not_carried_out(desk: Desk, change: str) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    query(desk, change)
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "Failed", "What the rows would do is not what was agreed to. Nothing was changed.")
    assert (state(desk, job_id), desk.entra.writes, finished(desk, job_id)) == ("failed", [], {})
    (over,) = [facts for tag, _, facts in events(desk, job_id) if tag == Tag.BULK_JOB_FINISHED]
    assert over["state"] == "failed"
    await desk.logged(job_id, "not what was agreed to")


async def test_a_row_whose_target_was_exchanged_after_the_preview(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *THREE)
    target = rows(desk, job_id)[2]["target"]
    known = json.loads(target) if isinstance(target, str) else target
    assert known["id"] == ALICE.id
    swapped = json.dumps(known | {"id": SAM.id})
    query(desk, "UPDATE bulk_rows SET target = :target, target_id = :id WHERE number = 2", target=swapped, id=SAM.id)
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "Failed", "What the rows would do is not what was agreed to")
    assert desk.entra.writes == []


async def test_two_jobs_at_once_do_not_mix(desk: Desk) -> None:
    first, own = await begun(desk, "user,mobile", f"{ALICE.upn},+31 6 12345678")
    second, other = await begun(desk, "user,mobile", f"{BARE[0].upn},+31 6 12345679", who=BRAM, by=HANNA)
    await desk.settled(own, "Done", "1 row done.")
    await desk.settled(other, "Done", "1 row done.")
    assert (states(desk, first), states(desk, second)) == (["succeeded"], ["succeeded"])

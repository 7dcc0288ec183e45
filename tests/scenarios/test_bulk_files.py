"""The files of a job: the template, every row before and after, and whoever wants what is not theirs."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.audit import Tag
from simulator import cast
from simulator.teams.rules import FILE_CONSENT
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.bulking import (
    THREE,
    allowed,
    as_rows,
    begun,
    drop_bytes,
    offered,
    previewed,
    query,
    said_to,
    state,
    table,
    tags,
    told,
)


async def fetched(desk: Desk, who: cast.Member, line: str) -> str:
    """Types a line that offers a file, and allows it: its text."""
    since = len(said_to(desk, who))
    await desk.say(who, line)
    return await allowed(desk, who, await offered(desk, who, since))


def forged(job_id: str, kind: str, *, owner: cast.Member, desk: Desk) -> dict[str, Any]:
    """An Allow under a file that was never offered, with a place in the presser's own OneDrive."""
    url, file = desk.teams.files.open_session(owner, f"{job_id}.csv")
    info = {"contentUrl": file.url, "name": file.name, "uploadUrl": url, "uniqueId": file.unique_id, "fileType": "csv"}
    return {"type": "fileUpload", "action": "accept", "context": {"kind": kind, "id": job_id}, "uploadInfo": info}


async def test_the_template_is_a_file_to_fill_in(desk: Desk) -> None:
    said = await desk.say(HANNA, "bulk")
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, said, "template")
    text = await allowed(desk, HANNA, await offered(desk, HANNA, since))
    assert "user" in text
    own = await drop_bytes(desk, (text + f"{ALICE.upn};+31 6 12345678;;;;\r\n").encode())
    await desk.settled(own, "Waiting for your confirmation", "1 row was checked", "1 add")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("user,phone thing\nomar,+31612345678\n", "take it out"),
        ("hello\n", "bulk template"),
        ("user,mobile,action,ForcedUpdate\nomar,+31612345678,set,x\n", "action"),
    ],
)
async def test_the_error_of_a_file_has_no_raw_backticks(desk: Desk, text: str, typed: str) -> None:
    own = await drop_bytes(desk, text.encode())
    await desk.settled(own, typed)
    assert "`" not in as_json(own.card)


async def test_the_preview_has_every_row_and_no_number(desk: Desk) -> None:
    job_id, own = await previewed(desk, *THREE, '"=HYPERLINK(""http://x"")@fabrikam.example",+31 6 11111111,')
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "preview")
    text = await allowed(desk, HANNA, await offered(desk, HANNA, since))
    rows = as_rows(text)
    assert [row["What"] for row in rows][:3] == ["add", "update", "remove"]
    assert len(rows) == 4
    assert [row["Row"] for row in rows] == ["2", "3", "4", "5"]
    assert rows[0]["User principal name"] == ALICE.upn
    assert not any(number in "".join(char for char in text if char.isalnum()) for number in ("12345678", "87654321", "612345001"))
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values()), row
    assert "confirm" in own.verbs
    (given,) = [row for row in desk.trail() if row.tag == Tag.BULK_FILE_GIVEN]
    assert (given.actor_name, given.operation_id) == ("Hanna Visser", job_id)


async def test_the_result_has_every_outcome_and_the_ids_of_the_trail(desk: Desk) -> None:
    job_id, own = await begun(desk, *THREE, "nobody@fabrikam.example,+31 6 11111111,")
    await desk.settled(own, "Done")
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "result")
    rows = as_rows(text := await allowed(desk, HANNA, await offered(desk, HANNA, since)))
    assert [row["Result"] for row in rows] == ["done", "done", "done", "left out"]
    assert [row["Operation"] for row in rows] == [f"{job_id}-2", f"{job_id}-3", f"{job_id}-4", ""]
    assert all("read back" in row["Outcome"] for row in rows[:3])
    assert not any(number in "".join(char for char in text if char.isalnum()) for number in ("12345678", "87654321", "11111111"))
    for row in rows[:3]:
        assert tags(desk, row["Operation"])
    chat = said_to(desk, HANNA)
    assert any(each.get("contentType", "").endswith("file.info") for message in chat for each in message.attachments)


async def test_who_may_have_them(desk: Desk) -> None:
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    assert as_rows(await fetched(desk, HANNA, f"bulk result {job_id}"))
    assert as_rows(await fetched(desk, SAM, f"bulk preview {job_id}"))  # an administrator
    assert as_rows(await fetched(desk, BRAM, f"bulk result {job_id}"))  # might have approved it
    assert "not in the helpdesk group" in (await desk.say(OSCAR, f"bulk result {job_id}")).text
    since = len(said_to(desk, HANNA))
    assert "in our own chat" in (await desk.say(HANNA, f"bulk result {job_id}", HELPDESK)).text
    assert as_rows(await allowed(desk, HANNA, await offered(desk, HANNA, since)))


async def test_a_file_is_offered_once_the_rows_are_known(desk: Desk) -> None:
    own = await drop_bytes(desk, table("user,mobile,password", f"{ALICE.upn},+31 6 12345678,x"))
    await desk.settled(own, "Failed")
    job_id = query(desk, "SELECT job FROM bulk_jobs")[0]["job"]
    assert "not checked yet" in (await desk.say(HANNA, f"bulk result {job_id}")).text


@pytest.mark.parametrize("kind", ["preview", "result"])
async def test_an_outsiders_forged_consent_gets_nothing(desk: Desk, kind: str) -> None:
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    since = len(said_to(desk, HANNA))
    await desk.say(HANNA, f"bulk {kind} {job_id}")
    message = await offered(desk, HANNA, since)
    await desk.say(OSCAR, "help")
    theirs = said_to(desk, OSCAR)[-1]
    value = forged(job_id, kind, owner=OSCAR, desk=desk)
    value["context"] = find_context(desk, message.id) or value["context"]
    assert (await desk.teams.consent(OSCAR, theirs.id, value=value)).status == 200
    await told(desk, OSCAR, "it is the helpdesk that can help you")
    assert desk.teams.files.stored == []
    assert Tag.BULK_FILE_GIVEN not in tags(desk, job_id)


async def test_forged_consents_of_a_colleague_get_nothing_that_is_not(desk: Desk) -> None:
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    since = len(said_to(desk, HANNA))
    await desk.say(HANNA, f"bulk result {job_id}")
    context = find_context(desk, (await offered(desk, HANNA, since)).id)
    assert context
    bent: tuple[dict[str, Any], ...] = (
        {"id": "ZZZZ"}, {"id": "'; DROP TABLE operations"}, {"id": ""}, {"kind": "everything"}, {"kind": None}, {"kind": ["result"]},
    )  # fmt: skip
    for bend in bent:
        for key in bend:
            assert key in context
            value = forged(job_id, "result", owner=HANNA, desk=desk)
            value["context"] = context | bend
            assert (await desk.teams.consent(HANNA, said_to(desk, HANNA)[-1].id, value=value)).status == 200
    assert desk.teams.files.stored == []
    elsewhere = forged(job_id, "result", owner=HANNA, desk=desk)
    elsewhere["context"] = context
    elsewhere["uploadInfo"]["uploadUrl"] = "https://evil.example/steal"
    assert (await desk.teams.consent(HANNA, said_to(desk, HANNA)[-1].id, value=elsewhere)).status == 200
    assert desk.teams.files.stored == []
    assert Tag.BULK_FILE_GIVEN not in tags(desk, job_id)
    assert state(desk, job_id) == "succeeded"


async def test_declined_and_allowed_twice(desk: Desk) -> None:
    job_id, own = await begun(desk, *THREE)
    await desk.settled(own, "Done")
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "result")
    message = await offered(desk, HANNA, since)
    assert (await desk.teams.consent(HANNA, message.id, accept=False)).status == 200
    assert desk.teams.files.stored == []
    since = len(said_to(desk, HANNA))
    await desk.say(HANNA, f"bulk result {job_id}")
    message = await offered(desk, HANNA, since)
    await allowed(desk, HANNA, message)
    assert tags(desk, job_id).count(Tag.BULK_FILE_GIVEN) == 1
    assert Answer(desk, said_to(desk, HANNA)[-1], HANNA).message.by_bot


def find_context(desk: Desk, message_id: str) -> dict[str, Any]:
    """What an offered file carries for Allow."""
    for sent in desk.teams.sent:
        for attachment in sent.activity.get("attachments") or ():
            if sent.id == message_id and attachment.get("contentType") == FILE_CONSENT:
                return dict(attachment["content"]["acceptContext"])
    return {}


async def test_a_file_is_in_the_language_of_whoever_takes_it(desk: Desk) -> None:
    """Its words are those of the card beside it; what a file needs to be read again, and ids, are the same in every language."""
    job_id, _ = await previewed(desk, *THREE, "nobody@fabrikam.example,+31 6 11111111,")
    english = await fetched(desk, HANNA, f"bulk preview {job_id}")
    desk.teams.speak(HANNA, "nl-NL")
    dutch = await fetched(desk, HANNA, f"bulk voorvertoning {job_id}")
    assert [row["Wat"] for row in as_rows(dutch)] == ["toevoegen", "bijwerken", "verwijderen", "niet gevonden"]
    assert [row["Rij"] for row in as_rows(dutch)] == [row["Row"] for row in as_rows(english)]
    assert "Niemand in Entra ID" in as_rows(dutch)[3]["Waarom"]

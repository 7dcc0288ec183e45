"""What a file means is said by whoever sent it: the questions on its card, and what comes of every answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from bot.domain.file_found import Answers, Doubt, Found, Question, Sheet, Unused, open_questions
from bot.domain.rows import FileRow
from bot.sheets.spreadsheets import Spreadsheets
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, OMAR, OSCAR, SAM, Answer, Desk
from tests.scenarios.bulking import (
    allowed,
    approvers_card,
    drop,
    drop_bytes,
    events,
    kinds,
    offered,
    query,
    rows,
    said_to,
    state,
    table,
    told,
    until,
    words,
)
from tests.scenarios.forging import button

#: Words alone are looked at on one database; what is stored, on both.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TWO = ("user,mobile", f"{ALICE.upn},+31 6 12345678", f"{OMAR.upn},+31 6 87654321")
SHEETS = (Sheet("Mobiles", people=True), Sheet("Leavers", people=True), Sheet("Notes"))
Find = Callable[[Answers], Found]


class Reader:
    """Has files read as ever, and finds in them beside their rows what a test says.

    Attributes:
        asked: the answers with which files were read, in order.
        open: cleared, reading stands still behind the rows.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.find: Find = lambda _: Found()
        self.asked: list[Answers] = []
        self.open = asyncio.Event()
        self.open.set()
        real = Spreadsheets.read

        async def read(sheets: Spreadsheets, path: Any, name: str, answers: Answers) -> AsyncGenerator[list[FileRow] | Found, None]:
            self.asked.append(answers)
            found = self.find(answers)
            async for each in real(sheets, path, name, answers):
                if isinstance(each, Found):
                    await self.open.wait()
                    yield found
                elif Question.SHEET not in open_questions(found, answers):
                    yield each

        patch.setattr(Spreadsheets, "read", read)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(monkeypatch)


def kept(desk: Desk) -> int:
    """Pieces of files in the database."""
    return int(query(desk, "SELECT count(*) AS count FROM bulk_files")[0]["count"])


async def answer(desk: Desk, own: Answer, verb: str, who: cast.Member = HANNA, **data: Any) -> Any:
    """Presses an answer with this data, whether the card has such a button or not."""
    return await desk.teams.press(who, own.message.id, verb, action=button("execute", verb, own.operation_id, **data))


def answered(desk: Desk, job_id: str) -> list[tuple[str, str, str]]:
    """What the trail says of answers."""
    return [(who, facts["question"], facts["answer"]) for tag, who, facts in events(desk, job_id) if tag == "bulk:file:answered"]


@pytest.mark.storage
async def test_which_sheet_is_asked_and_nothing_is_looked_up_before_it_is_answered(desk: Desk, reader: Reader) -> None:
    reader.find = lambda answers: Found(sheet=answers.sheet, sheets=SHEETS)
    own = await drop(desk, *TWO)
    job_id = own.operation_id
    await desk.settled(own, "Your answer is needed", "More than one sheet has people", "Mobiles", "Leavers")
    assert own.verbs == ["sheet", "sheet", "cancel"]
    assert (state(desk, job_id), kept(desk), rows(desk, job_id)) == ("checking", 1, {})
    assert ALICE.upn not in str([request.path for request in desk.entra.requests])
    await answer(desk, own, "sheet", pick=1)
    both = "Read is the sheet “Leavers”; not read: “Mobiles”, “Notes”."
    await desk.settled(own, "Waiting for your confirmation", "2 rows were checked", both)
    assert answered(desk, job_id) == [("Hanna Visser", "sheet", "Leavers")]
    assert [each.sheet for each in reader.asked] == ["", "Leavers"]
    assert kept(desk) == 1
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Waiting for approval")
    assert kept(desk) == 0
    card = await approvers_card(desk, job_id)
    await desk.press(BRAM, card, "approve")
    await desk.settled(own, "Done")


@on_sqlite
async def test_columns_that_look_as_if_they_mattered_are_asked_about(desk: Desk, reader: Reader) -> None:
    skip = Unused("Skip", Doubt.BRAKE, "yes")
    reader.find = lambda _: Found(unused=(Unused("Department"), skip, Unused("New number", Doubt.NUMBERS, "+31 •••••••78")))
    own = await drop(desk, *TWO)
    await desk.settled(own, "Your answer is needed", "Skip", "such as “yes”", "New number", "telephone numbers")
    assert own.verbs == ["columns", "cancel"]
    assert kinds(desk, own.operation_id) == ["", ""]
    await desk.press(HANNA, own, "columns")
    await desk.settled(own, "Waiting for your confirmation", "Columns not used: “Skip” (it looks", "“Department”")
    assert answered(desk, own.operation_id) == [("Hanna Visser", "columns", "yes")]
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "preview")
    text = await allowed(desk, HANNA, await offered(desk, HANNA, since))
    assert "“Department”" in text
    assert '"note"' in text
    again = await drop(desk, *TWO)
    await desk.settled(again, "Your answer is needed")
    await desk.press(HANNA, again, "cancel")
    await desk.settled(again, "Cancelled")
    assert kept(desk) == 1, "that of the other job"


@on_sqlite
async def test_what_is_hidden_and_matters_is_asked_about_and_may_be_answered_otherwise(desk: Desk, reader: Reader) -> None:
    reader.find = lambda _: Found(hidden_rows=12, hidden_columns=("Office", "Country"), hidden_matter=("Country",))
    own = await drop(desk, *TWO)
    await desk.settled(own, "Your answer is needed", "It is the column “Country”.", "12 rows and the columns “Office”, “Country”")
    assert own.verbs == ["hidden", "hidden", "cancel"]
    await answer(desk, own, "hidden", pick=0)
    await desk.settled(own, "Waiting for your confirmation", "Left out, since the file does not show it: 12 rows and the columns")
    await answer(desk, own, "hidden", pick=1)
    await desk.settled(own, "Waiting for your confirmation", "Read too, though the file does not show it")
    assert [each.hidden for each in reader.asked] == [None, False, True]


@on_sqlite
async def test_another_country_makes_another_plan_and_the_old_card_confirms_nothing(desk: Desk, reader: Reader) -> None:
    reader.find = lambda answers: Found(national=37, region=answers.region or "NL")
    own = await drop(desk, *TWO)
    job_id = own.operation_id
    await desk.settled(own, "37 numbers do not say of which country they are and were taken for those of the Netherlands (+31).")
    (before,) = query(desk, "SELECT bulk FROM operations WHERE id = :id", id=job_id)
    old = next(each for each in own.card["actions"] if each.get("verb") == "confirm")
    for word in ("XX", "", "Netherlands; DROP TABLE", "NL", "the netherlands", "Nederland", "+31"):
        assert (await answer(desk, own, "region", answer=word)).card is None, word
    await answer(desk, own, "region", answer="België")
    await desk.settled(own, "Waiting for your confirmation", "those of Belgium (+32)")
    assert (await answer(desk, own, "region", answer="BE")).message.startswith("The file of")
    pressed = await desk.teams.press(HANNA, own.message.id, "confirm", action=old)
    assert "another plan" in str(pressed.message)
    assert "another plan" in (await answer(desk, own, "confirm")).message, "what no card of ours would say either"
    assert state(desk, job_id) == "proposed"
    (after,) = query(desk, "SELECT bulk FROM operations WHERE id = :id", id=job_id)
    assert before != after
    assert answered(desk, job_id) == [("Hanna Visser", "region", "BE")]
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Waiting for approval")
    assert "decided" in (await answer(desk, own, "region", answer="NL")).message
    assert state(desk, job_id) == "awaiting_approval"


@on_sqlite
async def test_a_dry_run_is_answered_and_checked_anew_and_nobody_can_confirm_it(desk: Desk, reader: Reader) -> None:
    reader.find = lambda answers: Found(national=37, region=answers.region or "NL", hidden_rows=2)
    own = await drop(desk, *TWO, text="bulk dry run")
    job_id = own.operation_id
    done = "Dry run done, nothing changed"
    await desk.settled(own, done, "those of the Netherlands (+31)", "otherwise than you mean it", "You may say otherwise until")
    assert own.verbs == ["hidden", "region", "preview", "cancel"]
    await answer(desk, own, "region", answer="België")
    await desk.settled(own, done, "those of Belgium (+32)")
    assert [each.region for each in reader.asked] == ["", "BE"]
    (found,) = query(desk, "SELECT bulk FROM operations WHERE id = :id", id=job_id)
    bulk = json.loads(found["bulk"]) if isinstance(found["bulk"], str) else found["bulk"]
    for forged in ({}, {"plan": bulk["plan"][:12]}):
        assert "is a dry run" in (await answer(desk, own, "confirm", **forged)).message
    for verb in ("approve", "go_on", "retry", "hold"):
        assert (await answer(desk, own, verb)).message, verb
    assert state(desk, job_id) == "proposed"
    assert "dry run: nothing was changed" in (await desk.say(HANNA, f"why {job_id}")).text
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, done, "1 add", "Finished at")
    assert (own.verbs, state(desk, job_id), kept(desk)) == (["preview"], "cancelled", 0)
    assert "Cancelled" not in own.text
    assert desk.entra.writes == []


@on_sqlite
async def test_a_dry_run_of_which_nobody_says_more_ends_by_itself_as_one_that_is_done(desk: Desk, reader: Reader) -> None:
    reader.find = lambda _: Found(national=37, region="NL")
    own = await drop(desk, *TWO, text="bulk dry run")
    job_id = own.operation_id
    await desk.settled(own, "Dry run done", "You may say otherwise until")
    told_before = len(said_to(desk, HANNA))
    desk.later(minutes=30)
    await until(lambda: state(desk, job_id) == "expired")
    await desk.settled(own, "Dry run done, nothing changed", "Finished at")
    assert own.verbs == ["preview"]
    assert "Nobody" not in own.text
    assert "Send the file again" not in own.text
    assert (kept(desk), len(said_to(desk, HANNA))) == (0, told_before)


@on_sqlite
async def test_a_country_that_was_wrong_can_be_taken_back(desk: Desk) -> None:
    """As Belgian ones these numbers do not exist, so no number is left that was read so."""
    own = await drop(desk, "user,mobile", f"{ALICE.upn},06 12345678", f"{OMAR.upn},06 87654321")
    await desk.settled(own, "Waiting for your confirmation", "those of the Netherlands (+31)")
    await answer(desk, own, "region", answer="Belgium")
    await desk.settled(own, "Nothing to change", "2 unreadable", "were read as those of Belgium (+32).")
    assert (own.verbs, state(desk, own.operation_id)) == (["region", "preview", "cancel"], "proposed")
    await answer(desk, own, "region", answer="NL")
    await desk.settled(own, "Waiting for your confirmation", "2 people would be changed", "those of the Netherlands (+31)")
    assert answered(desk, own.operation_id)[1] == ("Hanna Visser", "region", "NL")


@on_sqlite
async def test_an_answer_is_its_senders_and_only_to_what_is_asked(desk: Desk, reader: Reader) -> None:
    reader.find = lambda answers: Found(sheet=answers.sheet, sheets=SHEETS)
    own = await drop(desk, *TWO)
    job_id = own.operation_id
    await desk.settled(own, "Your answer is needed")
    for who in (BRAM, SAM, OSCAR):
        await desk.say(who, "help")
        presses: tuple[tuple[str, dict[str, Any]], ...] = (
            ("sheet", {"pick": 0}),
            ("columns", {}),
            ("names", {"pick": 1}),
            ("hidden", {"pick": 1}),
            ("region", {"answer": "BE"}),
        )
        for verb, data in presses:
            said = await answer(desk, own, verb, who=who, **data)
            assert said.message, (who.name, verb)
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("sheet", {"pick": 7}),
        ("sheet", {}),
        ("names", {"pick": 1}),
        ("hidden", {"pick": 1}),
        ("confirm", {}),
    )
    for verb, data in wrong:
        said = await answer(desk, own, verb, **data)
        assert said.message, verb
    assert (state(desk, job_id), answered(desk, job_id), len(reader.asked)) == ("checking", [], 1)
    assert "Your answer is needed" in own.text


@on_sqlite
async def test_what_nobody_answers_ends_by_itself_and_counts_as_long_as_it_waits(desk: Desk, reader: Reader) -> None:
    reader.find = lambda _: Found(sheets=SHEETS)
    asked = [await drop(desk, *TWO) for _ in range(3)]
    for own in asked:
        await desk.settled(own, "Your answer is needed")
    assert "under way" in (await drop(desk, *TWO)).text
    desk.later(minutes=30)
    for own in asked:
        await desk.settled(own, "Nobody answered in time")
    assert kept(desk) == 0
    for own in asked:
        assert own.verbs == []


@pytest.mark.storage
async def test_a_process_that_dies_while_it_reads_anew_loses_nothing(desk: Desk, reader: Reader) -> None:
    reader.find = lambda answers: Found(sheet=answers.sheet, sheets=SHEETS)
    own = await drop(desk, *TWO)
    job_id = own.operation_id
    await desk.settled(own, "Your answer is needed")
    reader.open.clear()
    await answer(desk, own, "sheet", pick=0)
    await until(lambda: len(rows(desk, job_id)) == 2)
    await desk.stop_bot()
    reader.open.set()
    await desk.start_bot()
    await desk.settled(own, "Waiting for your confirmation", "2 rows were checked")
    assert len(reader.asked) == 3
    assert answered(desk, job_id) == [("Hanna Visser", "sheet", "Mobiles")]


@on_sqlite
async def test_a_file_that_is_refused_is_never_stored(desk: Desk, reader: Reader) -> None:
    reader.find = lambda _: Found(sheets=SHEETS)
    own = await drop_bytes(desk, table("user,mobile,password", f"{ALICE.upn},+31 6 12345678,Secret123"))
    await desk.settled(own, "Failed")
    assert kept(desk) == 0


@on_sqlite
async def test_the_message_that_tells_of_a_question_goes_with_the_answer(reader: Reader, database_url: str) -> None:
    async with Desk(database_url, BULK_CANARY="1") as desk:
        own = await drop(desk, *TWO)
        await desk.settled(own, "Waiting for your confirmation")
        await desk.press(HANNA, own, "confirm")
        await desk.press(BRAM, await approvers_card(desk, own.operation_id), "approve")
        message = await told(desk, HANNA, own.operation_id, "its card asks how to go on")
        await desk.settled(own, "The first rows are done")
        await desk.press(HANNA, own, "go_on")
        await until(lambda: "answered" in words(message))
        await desk.settled(own, "Done")

"""What waits for a log channel, and what is forgotten when its time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy

from tests.desk import ALICE, HANNA, HELPDESK, LOG, OMAR, SAM, Desk, as_json, id_in

pytestmark = pytest.mark.storage

SET = "set mobile for alice +31 6 12345678"


def rows(database_url: str, table: str, columns: str = "*") -> list[dict[str, Any]]:
    """What a table holds."""
    engine = sqlalchemy.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = list(connection.execute(sqlalchemy.text(f"SELECT {columns} FROM {table}")).mappings().all())
    engine.dispose()
    return [dict(row) for row in found]


async def restarted(desk: Desk, **environment: str) -> None:
    """A start does the hour's housekeeping."""
    await desk.stop_bot()
    desk._environment = {"RECONCILE_HOURS": "0", "HEAD_HOUR": "none", "REPORT_HOUR": "none", **environment}
    await desk.start_bot()


async def until(true: Callable[[], bool]) -> None:
    """Housekeeping tells nobody when it is through, so it is looked for."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_what_waited_for_a_log_channel_is_posted_when_there_is_one(desk: Desk, database_url: str) -> None:
    await restarted(desk, LOG_CHANNEL_ID="")
    await desk.change(HANNA, SET)
    await desk.say(HANNA, "freeze omar")
    table = "dbos.workflow_status" if database_url.startswith("postgresql") else "workflow_status"
    await until(lambda: not rows(database_url, f"{table} WHERE name = 'log' AND status <> 'SUCCESS'"))  # it has given up
    assert desk.log() == []
    await desk.say(SAM, "log here", LOG)
    await desk.logged("Set mobile phone for Alice Jansen")
    await desk.logged("Frozen", "Omar Farouk")
    told = [text for text in desk.log() if "Set mobile" in text or "froze Omar" in text]
    assert ["Set mobile" in text for text in told] == [True, False]


async def test_numbers_of_old_operations_are_masked_in_the_store_too(desk: Desk, database_url: str) -> None:
    asked = await desk.say(HANNA, f"{SET} ticket INC-7 because call me at +31 6 99999999")
    await desk.press(HANNA, asked, "confirm")
    await desk.settled(asked, "Done")
    failed = await desk.say(HANNA, "update mobile for omar to +31 6 87654321")
    desk.entra.tenant.people.pop(OMAR.id)
    await desk.press(HANNA, failed, "confirm")
    await desk.settled(failed, "Failed")
    assert failed.verbs == ["again"]
    operation_id = id_in(asked.text)

    desk.clock.forward(days=29)
    await restarted(desk)
    waiting = await desk.say(HANNA, "remove mobile for alice")
    assert "12345678" in str(rows(database_url, "operations", "request"))
    desk.clock.forward(days=2)
    await restarted(desk)
    await until(lambda: not rows(database_url, "numbers"))
    await until(lambda: "99999999" not in str(rows(database_url, "operations", "request")))
    stored = [str(row) for row in rows(database_url, "operations", "request, state") if row["state"] in ("succeeded", "failed")]
    assert len(stored) == 2
    assert not any(number in text for text in stored for number in ("12345678", "87654321", "99999999"))
    assert waiting.verbs  # what is not finished keeps its numbers

    status = await desk.say(HANNA, f"status {operation_id}")
    assert "Done" in status.text
    assert "INC-7" in status.text
    assert "••78" in as_json(status.card)
    assert "finished the change" in (await desk.say(HANNA, f"history id {operation_id}")).text
    told = await desk.press(HANNA, failed, "again")
    assert "no longer keep its numbers" in told.message


async def test_numbers_may_be_kept_for_ever(desk: Desk, database_url: str) -> None:
    await restarted(desk, NUMBERS_DAYS="0")
    await desk.change(HANNA, SET)
    await desk.say(HANNA, "freeze omar for 1 minutes")
    desk.clock.forward(days=400)
    await restarted(desk, NUMBERS_DAYS="0")
    await until(lambda: not rows(database_url, "freezes"))  # so the housekeeping has been here
    assert "12345678" in str(rows(database_url, "operations", "request"))
    assert len(rows(database_url, "numbers")) == 1


async def test_references_log_notes_and_ended_freezes_are_forgotten(desk: Desk, database_url: str) -> None:
    await desk.say(HANNA, "freeze omar for 1 hours")
    await desk.logged("Frozen", "Omar Farouk")
    shown = await desk.say(HANNA, "show alice")
    desk.clock.forward(days=60)
    again = await desk.say(HANNA, "show omar")
    desk.clock.forward(days=31)
    await restarted(desk)
    await until(lambda: not rows(database_url, "freezes"))
    await until(lambda: not rows(database_url, "log_notices"))
    assert [row["upn"] for row in rows(database_url, "card_references")] == [OMAR.upn]
    assert "do not know this card" in (await desk.press(HANNA, shown, "suspect")).message
    assert "is frozen until" in as_json((await desk.press(HANNA, again, "suspect")).card)


async def test_a_line_that_waited_for_a_pick_is_forgotten_with_its_hour(desk: Desk, database_url: str) -> None:
    choice = await desk.say(HANNA, "set mobile for Jan de Vries +31 6 12345678")
    form = await desk.say(HANNA, "set mobile")
    assert len(rows(database_url, "choices")) == 2
    desk.clock.forward(minutes=61)
    assert "has expired" in (await desk.press(HANNA, choice, "choose", data={"pick": "0"})).message
    filled = {"input_mode": "set", "input_phone": "mobile", "input_who": ALICE.upn, "input_number": "+31 6 12345678"}
    assert "has expired" in (await desk.press(HANNA, form, "fill", data=filled)).message
    young = await desk.say(HANNA, "show Jan de Vries")
    await until(lambda: [row["text"] for row in rows(database_url, "choices")] == ["show Jan de Vries"])
    desk.clock.forward(minutes=61)
    assert young.verbs
    await restarted(desk)
    await until(lambda: not rows(database_url, "choices"))


async def test_where_old_cards_stand_is_forgotten(desk: Desk, database_url: str) -> None:
    await desk.say(HANNA, "show Jan de Vries")
    desk.clock.forward(days=6)
    young = await desk.say(HANNA, "show Jan de Vries")
    desk.clock.forward(days=2)
    await restarted(desk)
    await until(lambda: len(rows(database_url, "posted_cards")) == 1)
    assert [row["card_id"] for row in rows(database_url, "posted_cards")] == [young.message.id]


async def test_a_person_shown_day_after_day_keeps_the_reference(desk: Desk, database_url: str) -> None:
    for _ in range(3):
        shown = await desk.say(HANNA, "show alice")
        desk.clock.forward(days=60)
    await desk.say(HANNA, "freeze omar for 1 minutes")
    desk.clock.forward(days=3)
    await restarted(desk)
    await until(lambda: not rows(database_url, "freezes"))
    assert f"{ALICE.name} is frozen until" in as_json((await desk.press(HANNA, shown, "suspect")).card)


async def test_a_personal_chat_is_stored_once_a_day_and_forgotten_after_a_year_without_a_word(desk: Desk, database_url: str) -> None:
    await desk.say(HANNA, "hello")
    await until(lambda: bool(rows(database_url, "personal_chats")))  # it is stored beside the turn
    (first,) = rows(database_url, "personal_chats")
    for line in ("help", "whoami"):
        await desk.say(HANNA, line)
    await desk.say(HANNA, "help", HELPDESK)
    assert rows(database_url, "personal_chats") == [first]
    desk.clock.forward(days=1)
    await desk.say(HANNA, "hello")
    await until(lambda: [row["at"] > first["at"] for row in rows(database_url, "personal_chats")] == [True])
    await desk.say(SAM, "hello")
    desk.clock.forward(days=300)
    await desk.say(SAM, "hello")
    desk.clock.forward(days=66)
    await restarted(desk)
    await until(lambda: [row["person_id"] for row in rows(database_url, "personal_chats")] == [SAM.id])


async def test_where_people_were_asked_is_forgotten_when_it_is_long_over(database_url: str) -> None:
    nowhere: dict[str, Any] = {"APPROVAL_CHANNEL_ID": "", "LOG_CHANNEL_ID": ""}
    async with Desk(database_url, **nowhere) as desk:
        await desk.say(SAM, "hello")
        own = await desk.say(HANNA, "block omar")
        await desk.press(HANNA, own, "confirm")
        await until(lambda: any(row["card_id"] for row in rows(database_url, "approval_cards")))
        desk.later(minutes=61)
        await desk.settled(own, "Expired")
        desk.clock.forward(days=91)
        await restarted(desk, **nowhere)
        await until(lambda: not rows(database_url, "approval_cards"))

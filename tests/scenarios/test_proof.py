"""The trail in chat and on the command line: who may see what, whether it is whole, and how it leaves."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import itertools
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy

from bot.errors import StoreUnavailable
from bot.settings.environment import ConfigurationError
from bot.terminal import audit as terminal
from simulator import doorman
from tests.desk import ALICE, BRAM, HANNA, OSCAR, SAM, Desk, as_json, id_in
from tests.forks import Loaded, Said

SET = "set mobile for alice +31 6 12345678"
TODAY = datetime.now(UTC).date()


async def command_line(bot: Loaded, database_url: str, *arguments: str) -> Said:
    """`python app.py audit …` with nothing set but the database."""
    return await bot.run(["app.py", "audit", *arguments], {"PATH": os.environ["PATH"], "DATABASE_URL": database_url})


class Answered(NamedTuple):
    """What `audit` returned, wrote and said."""

    status: int
    written: bytes
    said: str


async def audit(database_url: str, *arguments: str) -> Answered:
    """The same in this process, while the bot goes on."""
    out = io.BytesIO()
    said: list[str] = []
    parser = argparse.ArgumentParser()
    terminal.add_arguments(parser)
    status = await asyncio.to_thread(terminal.run, parser.parse_args(arguments), {"DATABASE_URL": database_url}, out, said.append)
    return Answered(status, out.getvalue(), "\n".join(said))


def change(database_url: str, statement: str) -> None:
    engine = sqlalchemy.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        assert connection.execute(sqlalchemy.text(statement)).rowcount == 1
    engine.dispose()


@pytest.mark.storage
async def test_the_trail_verifies_while_the_bot_runs_and_a_changed_event_is_named(
    desk: Desk, database_url: str, loaded_bot: Loaded
) -> None:
    await desk.change(HANNA, SET)
    await desk.logged("Alice Jansen")
    whole = await command_line(loaded_bot, database_url, "verify")
    assert whole.status == 0, whole.errors
    assert b"The trail is whole" in whole.errors

    change(database_url, "UPDATE audit_events SET actor_name = 'Bram Peeters' WHERE number = 2")
    broken = await audit(database_url, "verify")
    assert broken.status == 1
    assert "BROKEN at event 2 of 20" in broken.said
    assert "changed" in broken.said
    assert "1 events before it" in broken.said


@pytest.mark.storage
async def test_the_trail_is_exported_for_programs_and_for_spreadsheets(desk: Desk, database_url: str, loaded_bot: Loaded) -> None:
    await desk.say(HANNA, f"{SET} because =HYPERLINK lost")
    change(database_url, "UPDATE audit_events SET actor_name = '=1+1' WHERE number = 1")
    days = ("--from", str(TODAY), "--to", "9999-12-31")
    exported = await command_line(loaded_bot, database_url, "export", *days)
    lines = exported.shown.decode().splitlines()
    first = json.loads(lines[0])
    assert (first["number"], first["actor_name"], first["tag"]) == (1, "=1+1", "operation:request:proposed")
    assert first["facts"]["target_upn"] == ALICE.upn
    assert b"12345678" not in "".join(lines).encode()

    table = await audit(database_url, "export", *days, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(table.written.decode())))
    assert len(rows) == len(lines)
    assert rows[0]["actor_name"] == "'=1+1"
    assert rows[0]["facts"].startswith("{")
    assert rows[0]["hash"] == first["hash"]

    assert (await audit(database_url, "export", "--to", "2020-01-01")).written == b""


#: What some spreadsheet computes, by itself or behind what ends a cell in its country.
FORMULAS = (
    *("=1+1", "+1", "-1", "@SUM(1)", "|x", "%x", "＝1", "\t=1", " =1"),
    *("a;=1+1", "a; =1+1", "a,+1", 'a"@x', "a\r\n=1", "a\t=1"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_cell_of_an_export_is_a_formula(desk: Desk, database_url: str) -> None:
    await desk.say(HANNA, "whoami")
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        row = dict(connection.execute(sqlalchemy.text("SELECT * FROM audit_events ORDER BY number DESC LIMIT 1")).mappings().one())
        for number, formula in enumerate(FORMULAS, row["number"] + 1):
            texts = {name: formula for name in row if name not in ("number", "at")}
            table = sqlalchemy.table("audit_events", *map(sqlalchemy.column, row))
            connection.execute(sqlalchemy.insert(table), row | texts | {"number": number})
    engine.dispose()
    exported = await audit(database_url, "export", "--format", "csv")
    found = list(csv.reader(io.StringIO(exported.written.decode(), newline="")))
    assert len(found) > len(FORMULAS)
    for cell in itertools.chain(*found):
        for part in re.split(r'[;,\t\r\n"]', cell):
            assert not part.strip().startswith(("=", "+", "-", "@", "|", "%", "＝")), cell


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "2026-02-30"], "--from is '2026-02-30', which is no day: write it like 2026-01-31."),
        (["--to", "yesterday"], "--to is 'yesterday', which is no day: write it like 2026-01-31."),
        (["--from", "2026-02-01", "--to", "2026-01-01"], "--from 2026-02-01 is after --to 2026-01-01: exchange the two."),
    ],
)
async def test_a_day_that_is_none_gets_a_sentence(database_url: str, arguments: list[str], sentence: str) -> None:
    assert await audit(database_url, "export", *arguments) == (2, b"", sentence)


async def test_without_a_trail_the_command_line_says_so_and_makes_nothing(tmp_path: Path, loaded_bot: Loaded) -> None:
    nowhere = tmp_path / "none.db"
    answer = await command_line(loaded_bot, f"sqlite:///{nowhere}", "verify")
    assert answer.status == 2
    assert b"there is no file" in answer.errors
    with pytest.raises(StoreUnavailable, match="there is no file"):
        await audit(f"sqlite:///{nowhere}", "export")
    assert not nowhere.exists()
    nowhere.touch()
    with pytest.raises(StoreUnavailable, match=r"cannot be read \(no such table"):
        await audit(f"sqlite:///{nowhere}", "verify")
    with pytest.raises(ConfigurationError, match="DATABASE_URL is neither"):
        await audit("mysql://x", "verify")


@pytest.mark.storage
async def test_an_administrator_sees_everybody_s_history_with_graph_s_request_ids(desk: Desk) -> None:
    asked = await desk.say(HANNA, f"{SET} ticket INC-7")
    operation_id = asked.operation_id
    await desk.press(HANNA, asked, "confirm")
    await desk.settled(asked, "Done")
    request_id = desk.entra.writes[0].request_id
    for line in (f"history id {operation_id}", "history for alice", "history by hanna"):
        shown = await desk.say(SAM, line)
        for words in ("Hanna Visser", "asked for a change", "confirmed the change", "finished the change", request_id, "INC-7"):
            assert words in shown.text, (line, words)
        assert "12345678" not in as_json(shown.card)


@pytest.mark.storage
async def test_an_agent_sees_the_history_of_the_own_requests_alone(desk: Desk) -> None:
    asked = await desk.change(HANNA, SET)
    mine = (await desk.say(HANNA, "history")).text
    assert "finished the change" in mine
    operation_id = id_in(mine)
    assert "finished the change" in (await desk.say(HANNA, f"history id {operation_id}")).text
    assert "finished the change" in (await desk.say(HANNA, "history by hanna")).text
    for line in ("history for alice", "history by hanna", f"history id {operation_id}"):
        refused = (await desk.say(BRAM, line)).text
        assert "administrators" in refused, line
        assert "finished the change" not in refused
    assert "not in the helpdesk group" in (await desk.say(OSCAR, f"history id {operation_id}")).text
    assert asked.verbs == []


async def test_an_administrator_outside_the_helpdesk_sees_the_trail_and_nothing_else(desk: Desk) -> None:
    asked = await desk.say(HANNA, SET)
    helpdesk = doorman.environment(desk.world, "")["HELPDESK_GROUP_ID"]
    await desk.stop_bot()
    desk._environment = {"HELPDESK_GROUP_ID": doorman.environment(desk.world, "")["ADMIN_GROUP_ID"], "ADMIN_GROUP_ID": helpdesk}
    await desk.start_bot()  # now the agents are the administrators
    assert "asked for a change" in (await desk.say(BRAM, f"history id {asked.operation_id}")).text
    assert "asked for a change" in (await desk.say(BRAM, "history by hanna")).text
    assert "not in the helpdesk group" in (await desk.say(BRAM, "show alice")).text


@pytest.mark.storage
async def test_old_events_give_way_to_a_checkpoint_and_the_rest_verifies(desk: Desk, database_url: str) -> None:
    await desk.change(HANNA, SET)
    await desk.logged("Alice Jansen")
    await desk.stop_bot()
    desk.clock.forward(days=40)
    desk._environment = {"AUDIT_DAYS": "30"}
    await desk.start_bot()  # where the first housekeeping of the hour is done
    async with asyncio.timeout(10):
        while "removed by age" not in (checked := await audit(database_url, "verify")).said:
            assert checked.status == 0
    assert b"trail:events:removed" in (await audit(database_url, "export")).written
    assert "Nothing has happened yet" in (await desk.say(SAM, "history for alice")).text
    assert (await audit(database_url, "verify")).status == 0

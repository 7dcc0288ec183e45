"""A table that is pasted into the chat is no command, and what to do with it is said."""

from __future__ import annotations

import pytest

from tests.desk import HANNA, HELPDESK
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = (("UPN", "Mobile"), ("noor.dekker@fabrikam.example", "+31 6 12345678"), ("omar.farouk@fabrikam.example", "+31 6 12345679"))
HTML = "<table>" + "".join(f"<tr><td>{'</td><td>'.join(cells)}</td></tr>" for cells in ROWS) + "</table>"
TABLES = {
    "tabs": "\n".join("\t".join(cells) for cells in ROWS),
    "tabs, Windows": "\r\n".join("\t".join(cells) for cells in ROWS),
    "one row": "\t".join(ROWS[1]),
    "bars": "\n".join(f"| {' | '.join(cells)} |" for cells in ROWS),
    "semicolons": "\n".join(";".join(cells) for cells in ROWS),
    "tabs, with the phone first": "\n".join("\t".join(reversed(cells)) for cells in ROWS),
    "HTML": HTML,
    "long": "\n".join(f"person{number}@fabrikam.example\t+31 6 123{number:05}" for number in range(1_000)),
}


@pytest.mark.parametrize("how", TABLES)
async def test_a_pasted_table_is_answered_with_how_to_send_it(door: Door, how: str) -> None:
    for where in (None, HELPDESK):
        answer = await door.desk.say(HANNA, TABLES[how], where)
        assert "looks like a table" in answer.text, answer.text
        assert "drop that file into our personal chat" in answer.text
        assert "12345678" not in answer.text.replace(" ", "")
    assert not [event for event in door.desk.trail() if event.tag == "operation.proposed"]


async def test_a_table_without_plain_text_is_one_too(door: Door) -> None:
    activity = door.teams.compose(HANNA, "")
    await door.knock(activity | {"text": "", "attachments": [{"contentType": "text/html", "content": HTML}]})
    assert "looks like a table" in door.last_words()


@pytest.mark.parametrize("line", ["show omar", "show\tomar", "show omar\n", "show\nomar"])
async def test_a_command_is_a_command_whatever_stands_between_its_words(door: Door, line: str) -> None:
    assert "Omar Farouk" in (await door.desk.say(HANNA, line)).text


async def test_several_lines_are_no_table_by_themselves(door: Door) -> None:
    answer = await door.desk.say(HANNA, "hello there, Doorman\nwhat about Omar?\nthanks; bye")
    assert "table" not in answer.text

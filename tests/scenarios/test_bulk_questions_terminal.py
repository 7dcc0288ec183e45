"""What a file means, said in a terminal: a question after the other, or flags; and nothing where nobody is there to be asked."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bot import bootstrap
from bot.domain.file_found import Doubt, Found, Unused
from bot.errors import Refusal
from bot.terminal.bulk import Terminal, add_arguments
from tests.desk import HANNA, Desk
from tests.scenarios.bulking import query, table
from tests.scenarios.test_bulk_questions import SHEETS, TWO, Reader

SKIP = (Unused("Skip", Doubt.BRAKE, "yes"), Unused("Department"))


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(monkeypatch)


class Shell:
    """Runs `bulk` beside a desk, and types these lines when it is asked something."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.file = folder / "people.xlsx"
        self.file.write_bytes(table(*TWO))
        self.said: list[str] = []

    async def run(self, what: str, *flags: str, lines: tuple[str, ...] = (), asked: bool = True) -> int:
        """The exit status; every line that was not typed is an empty one."""
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        left = list(lines)
        self.said = []

        async def ask(question: str) -> str:
            self.said.append(question)
            return left.pop(0) if left else ""

        assert self.desk._runner is not None
        desk = self.desk._runner.app[bootstrap.BULK]
        terminal = Terminal(desk, self.said.append, lambda _: None, ask, asked=asked)
        status = await terminal.carry_out(parser.parse_args([what, str(self.file), "--as", HANNA.upn, *flags]))
        assert left == [], "it was asked everything"
        return status

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
def shell(desk: Desk, tmp_path: Path) -> Shell:
    return Shell(desk, tmp_path)


def answers(desk: Desk) -> list[str]:
    """What the trail says was answered, by the question."""
    found = query(desk, "SELECT facts FROM audit_events WHERE tag = 'bulk:file:answered' ORDER BY number")
    return [str(row["facts"]) for row in found]


async def test_everything_is_asked_one_after_the_other(shell: Shell, reader: Reader) -> None:
    reader.find = lambda said: Found(
        sheet=said.sheet, sheets=SHEETS, unused=SKIP, hidden_rows=3, hidden_columns=("Country",), hidden_matter=("Country",),
        national=2, region=said.region or "NL",
    )  # fmt: skip
    status = await shell.run("run", lines=("2", "n", "y", "Belgium", "n"))
    assert status == 1, "the last question was whether to do it"
    for told in (
        "1. “Mobiles”", "2. “Leavers”", "“Country”", "“Skip”: it looks as if it held rows back", "such as “yes”", "Columns not used",
        "those of the Netherlands (+31)", "those of Belgium (+32)", "Change 2 people?", "nothing was changed",
    ):  # fmt: skip
        assert told in shell.text, told
    last = reader.asked[-1]
    assert (last.sheet, last.hidden, last.columns, last.region) == ("Leavers", False, True, "BE")
    assert len(answers(shell.desk)) == 4
    assert query(shell.desk, "SELECT job FROM bulk_files") == []


async def test_flags_answer_beforehand(shell: Shell, reader: Reader) -> None:
    reader.find = lambda said: Found(sheet=said.sheet, sheets=SHEETS, unused=SKIP, hidden_rows=3, hidden_matter=("Country",))
    flags = ("--sheet", "Leavers", "--include-hidden", "--ignore-columns", "--include-names", "--region", "Belgium")
    assert await shell.run("check", *flags, asked=False) == 0
    (said,) = reader.asked
    assert (said.sheet, said.hidden, said.columns, said.names, said.region) == ("Leavers", True, True, True, "BE")
    assert "Read is the sheet “Leavers”" in shell.text
    assert "Leavers" in str([row.facts for row in shell.desk.trail() if row.tag == "operation:request:proposed"])


@pytest.mark.parametrize(
    ("found", "flags", "told"),
    [
        (Found(sheets=SHEETS), (), "--sheet NAME"),
        (Found(sheets=SHEETS), ("--sheet", "Nonsense"), "no sheet “Nonsense”"),
        (Found(hidden_columns=("Country",), hidden_matter=("Country",)), ("--yes",), "--include-hidden"),
        (Found(unused=SKIP), (), "--ignore-columns"),
        (Found(sheet="Mobiles", sheets=SHEETS[:1]), ("--sheet", "Leavers"), "no sheet “Leavers”"),
        (Found(), ("--region", "Atlantis"), "no country called “Atlantis”"),
    ],
)
async def test_without_an_answer_and_without_a_terminal_it_refuses(
    shell: Shell, reader: Reader, found: Found, flags: tuple[str, ...], told: str
) -> None:
    reader.find = lambda _: found
    with pytest.raises(Refusal) as refused:
        await shell.run("run", *flags, asked=False)
    assert told in f"{refused.value.text} {refused.value.hint}"
    assert shell.desk.entra.writes == []
    assert [row["state"] for row in query(shell.desk, "SELECT state FROM operations")] in ([], ["cancelled"])


async def test_who_does_not_want_to_go_on_changes_nothing(shell: Shell, reader: Reader) -> None:
    for found in (Found(sheets=SHEETS), Found(unused=SKIP), Found(hidden_columns=("Country",), hidden_matter=("Country",))):
        reader.find = lambda _, found=found: found  # type: ignore[misc]
        assert await shell.run("run", lines=("",)) == 1
        assert "Cancelled; nothing was changed." in shell.text
    assert {row["state"] for row in query(shell.desk, "SELECT state FROM operations")} == {"cancelled"}

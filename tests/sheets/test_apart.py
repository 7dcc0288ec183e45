"""A file is read in a process of its own: the same rows and refusals, limits that hold, and an end with whoever wanted them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import sys
import zlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.file_found import NO_ANSWERS, Doubt, Found, Sheet, Unused
from bot.domain.rows import FileRow
from bot.errors import Refusal
from bot.sheets.apart import ReaderProcesses
from bot.sheets.child import Limits
from bot.sheets.read import read
from bot.sheets.told import Unbelievable, found_line, heard, refusal_line, row_line
from tests.sheets.conftest import by_hand, workbook
from tests.sheets.hostile import PADDING, ROWS, endless, entities

MIXED = b"upn;mobile;office;sms\na@b.example;0612345678;;on\nb@b.example;zzz;;\nc@b.example;612345678;020 1234567 x12;\n;06;;\n"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that keeps its reader busy for a minute."""
    path = tmp_path_factory.mktemp("files") / "long"
    path.write_bytes(endless())
    return path


def readers_of(pid: int) -> list[int]:
    """Processes that a process has begun to read files with."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            line = (folder / "cmdline").read_bytes()
            if parent == pid and b"bot.sheets.child" in line and b"tests.forks" not in line:  # which reads nothing, and forks for others
                found.append(int(folder.name))
    return found


def environment_of(pid: int) -> bytes:
    """What a process was told at its start."""
    return Path(f"/proc/{pid}/environ").read_bytes()


async def until(true: Callable[[], object]) -> None:
    """Nobody tells of the end of somebody else's process."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def outcome(path: Path, limits: Limits | None = None) -> list[FileRow] | str:
    """What comes of a file: rows, or the code of a refusal."""
    rows: list[FileRow] = []
    try:
        async with contextlib.aclosing(ReaderProcesses(limits or Limits()).rows(path, "people\0.xlsx", "NL", NO_ANSWERS)) as found:
            async for some in found:
                rows += [] if isinstance(some, Found) else some
    except Refusal as refusal:
        return refusal.code
    return rows


def here(path: Path) -> list[FileRow] | str:
    """The same in this process."""
    try:
        return [each for each in read(path, "people.xlsx", default_region="NL") if isinstance(each, FileRow)]
    except Refusal as refusal:
        return refusal.code


async def test_the_same_rows_and_refusals(tmp_path: Path) -> None:
    many = ("upn,sms\n" + "".join(f"p{n}@b.example,on\n" for n in range(1_100))).encode()
    files = (MIXED, many, by_hand(ROWS), workbook([("UPN", "Mobile"), ("a@b.example", 612345678)]), by_hand(ROWS, doctype=entities()), b"")
    for number, content in enumerate(files):
        path = tmp_path / str(number)
        path.write_bytes(content)
        assert await outcome(path) == here(path)
    assert readers_of(os.getpid()) == []


async def test_limits_end_in_a_sentence(tmp_path: Path, long: Path) -> None:
    texts = tmp_path / "texts"
    texts.write_bytes(by_hand(ROWS, strings=["<t/>"] * 500_000, more=PADDING))
    assert await outcome(long, Limits(seconds=1)) == "file_too_slow"
    assert await outcome(texts, Limits(memory=8 << 20)) == "file_too_heavy"
    assert await outcome(tmp_path / "none") == "file_unreadable"


@pytest.mark.parametrize(("by", "code"), [(signal.SIGKILL, "file_too_heavy"), (signal.SIGSEGV, "file_unreadable")])
async def test_a_reader_that_is_killed_ends_in_a_sentence(long: Path, by: signal.Signals, code: str) -> None:
    reading = asyncio.create_task(outcome(long))
    await until(lambda: readers_of(os.getpid()))
    os.kill(readers_of(os.getpid())[0], by)
    assert await reading == code


async def test_a_reader_ends_with_whoever_wanted_the_rows(long: Path) -> None:
    reading = asyncio.create_task(outcome(long))
    await until(lambda: readers_of(os.getpid()))
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await until(lambda: not readers_of(os.getpid()))  # one that was just being started is ended by the loop itself


async def test_a_reader_ends_with_the_bot(long: Path) -> None:
    script = (
        "import asyncio, pathlib, sys; from bot.sheets.apart import ReaderProcesses; from bot.domain.file_found import Answers\n"
        "async def main():\n"
        "  async for _ in ReaderProcesses().rows(pathlib.Path(sys.argv[1]), 'x', '', Answers()): pass\n"
        "asyncio.run(main())"
    )
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(long), cwd=Path(__file__).parents[2])
    await until(lambda: readers_of(bot.pid))
    (reader,) = readers_of(bot.pid)
    bot.kill()
    await bot.wait()
    await until(lambda: not _alive(reader))


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


async def test_a_reader_gives_way_and_knows_no_secret(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MicrosoftAppPassword", "geheim")
    reading = asyncio.create_task(outcome(long))
    await until(lambda: readers_of(os.getpid()))
    (reader,) = readers_of(os.getpid())
    await until(lambda: os.getpriority(os.PRIO_PROCESS, reader) > os.getpriority(os.PRIO_PROCESS, 0))
    assert b"geheim" not in environment_of(reader)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


def test_what_is_told_is_heard_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(MIXED)
    for row in here(path):
        assert isinstance(row, FileRow)
        assert heard(row_line(row)) == row
    assert heard(found_line(FOUND)) == FOUND
    refusal = heard(refusal_line(Refusal("No.", "Yes.", code="x")))
    assert isinstance(refusal, Refusal)
    assert (refusal.text, refusal.hint, refusal.code) == ("No.", "Yes.", "x")


FOUND = Found(
    sheet="Utrecht",
    sheets=(Sheet("Utrecht", people=True), Sheet("Breda", people=True, hidden=True)),
    unused=(Unused("Skip", Doubt.BRAKE, "yes"), Unused("Site"), Unused("", Doubt.COMMENTS, "left", "3"), Unused("", place="AB")),
    hidden_rows=3,
    struck_rows=2,
    hidden_columns=("Office", "Country"),
    hidden_matter=("Country",),
    national=7,
    region="NL",
    delimiter=";",
)
GOOD = [2, "a@b.example", "set", [["mobile", "+31 612345678"]], [], "", "Ann Bee", ["b@c.example"]]
KEYS = ["say", "with", "at", "text", "hint", "code"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(GOOD),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60) | values.map(lambda one: json.dumps(one).encode()))
@example(b"[" * 60_000)
@example(b"")
@example(json.dumps([True, *GOOD[1:]]).encode())
@example(json.dumps([*GOOD[:1], "a" * 400, *GOOD[2:]]).encode())
@example(json.dumps([*GOOD[:3], [["mobile", "x"]], *GOOD[4:]]).encode())
@example(json.dumps([*GOOD[:3], [["mobile", ["+31 6"]]], *GOOD[4:]]).encode())
@example(json.dumps([*GOOD[:3], [[None, "maybe"]], *GOOD[4:]]).encode())
@example(json.dumps([*GOOD[:7], [7]]).encode())
@example(json.dumps([*GOOD[:7], [""] * 9]).encode())
@example(json.dumps({"found": {**asdict(FOUND), "hidden_rows": True}}).encode())
@example(json.dumps({"found": {**asdict(FOUND), "sheets": [{"name": "x" * 400, "people": True, "hidden": False}]}}).encode())
@example(json.dumps({"found": {**asdict(FOUND), "unused": [{"name": "x", "doubt": "no", "example": ""}]}}).encode())
@example(json.dumps({"found": {**asdict(FOUND), "unused": [{"name": "", "doubt": "comments", "example": "", "place": "many"}]}}).encode())
@example(json.dumps({"found": {**asdict(FOUND), "unused": [{"name": "", "doubt": "", "example": "", "place": 3}]}}).encode())
@example(json.dumps({"found": {**asdict(FOUND), "struck_rows": -1}}).encode())
@example(json.dumps({"found": {}}).encode())
@example(json.dumps([*GOOD[:5], {"say": "{x}", "with": {}}, *GOOD[6:]]).encode())
def test_nothing_else_is_believed(line: bytes) -> None:
    try:
        said = heard(line)
    except Unbelievable:
        return
    if isinstance(said, FileRow):
        assert heard(row_line(said)) == said
        assert all(isinstance(wish.value, str) for wish in said.wishes)


def test_a_good_line_is_believed() -> None:
    assert isinstance(heard(json.dumps(GOOD).encode()), FileRow)


@pytest.mark.parametrize(
    "problem",
    [zlib.error("Error -4 while decompressing data: out of memory"), OSError(errno.ENOMEM, "Cannot allocate memory"), MemoryError()],
    ids=repr,
)
def test_however_a_library_says_that_memory_is_out_the_file_is_too_heavy_and_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def failing(_: object) -> object:
        try:
            raise problem
        except Exception as cause:
            raise ValueError("on its way") from cause

    path = tmp_path / "book.xlsx"
    path.write_bytes(by_hand(ROWS))
    monkeypatch.setattr("bot.sheets.workbook.named", failing)
    with pytest.raises(MemoryError):
        here(path)

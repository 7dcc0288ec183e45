"""Every block of shell on the pages is run as it stands, in a folder of its own, against the simulators; but for those that say why not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import app
from docs.generate import ROOT
from simulator import cast, doorman
from simulator.world import World
from tests.documents.pages import PAGES, Block, blocks, spans

SHELL = [block for page in PAGES for block in blocks(page) if block.language == "sh"]
RUN = [block for block in SHELL if not block.not_run]
#: What is written for the reader's company → the same at the company of the simulators.
AT_HOME = {"hanna@contoso.com": cast.person("Hanna Visser").upn}
PEOPLE = "user;mobile\nalice@fabrikam.example;+31 6 12345678\n"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
def folder(tmp_path: Path, new_database: Callable[[str], str]) -> Path:
    """Like a clone in which Doorman has run, and what is made in it is nobody else's."""
    new_database("sqlite")
    for entry in ROOT.iterdir():
        if entry.name not in (".git", "build") and not entry.name.startswith((".pytest", ".hypothesis", "doorman.db")):
            (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


async def run(text: str, folder: Path, world: World) -> tuple[int, str]:
    """Runs lines of shell until one fails; what they said."""
    settings = doorman.environment(world, "sqlite:///doorman.db")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = await asyncio.create_subprocess_exec(
        "bash", "-e", "-u", "-c", text, cwd=folder, env={**os.environ, **settings, "PATH": path},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.parametrize("block", RUN, ids=lambda block: f"{block.page}:{block.line}")
async def test_it_runs_as_it_stands(block: Block, folder: Path, world: World) -> None:
    text = block.text
    for written, meant in AT_HOME.items():
        text = text.replace(written, meant)
    status, said = await run(text, folder, world)
    assert status == 0, said


def test_what_is_not_run_says_why_and_is_seldom() -> None:
    assert all(len(block.not_run.split()) >= 3 for block in SHELL if block.not_run)
    assert len(RUN) >= 8


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_written_in_a_sentence_is_a_command_too(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole, or named without what has to follow."""
    for span in spans(page):
        if found := re.search(r"\bpython app\.py((?: [^`|]+)?)$", span):
            monkeypatch.setattr(sys, "argv", ["app.py", *shlex.split(found[1].replace("…", ""))])
            with contextlib.suppress(SystemExit):
                app._given()
            wrong = capsys.readouterr().err
            assert not wrong or "are required" in wrong, span

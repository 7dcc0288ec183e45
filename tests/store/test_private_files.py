"""A SQLite database is for the account that runs the bot alone, whatever its umask, and so is an older one from the next start on."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.schema import upgrade
from bot.store.transactions import open_engine, open_engine_for_dbos
from tests.desk import HANNA, Desk

BESIDE = ("", "-wal", "-shm", ".lock")


@pytest.fixture(autouse=True)
def _generous() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(file: Path) -> dict[str, int]:
    """What others may do with each of the files."""
    return {each.name.removeprefix(file.name): stat.S_IMODE(each.stat().st_mode) for each in file.parent.glob(f"{file.name}*")}


async def test_a_new_database_is_private_while_the_bot_runs(tmp_path: Path) -> None:
    file = tmp_path / "doorman.db"
    async with Desk(f"sqlite:///{file}") as desk:
        await desk.say(HANNA, "set mobile for alice +31 6 12345678")
        assert modes(file) == dict.fromkeys(BESIDE, 0o600)


async def test_an_older_database_becomes_private_at_the_start(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "doorman.db"
    shutil.copy(sqlite_template, file)
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        (tmp_path / f"doorman.db{suffix}").touch()
        (tmp_path / f"doorman.db{suffix}").chmod(0o664)
    async with Desk(f"sqlite:///{file}"):
        assert set(modes(file).values()) == {0o600}
        assert modes(file).keys() >= set(BESIDE)


@pytest.mark.parametrize("query", ["", "?timeout=5"])
def test_every_way_of_opening_one_makes_it_private(tmp_path: Path, query: str) -> None:
    file = tmp_path / "a b.db"
    ours = open_engine(f"sqlite:///{file}{query}")
    upgrade(ours)
    theirs = open_engine_for_dbos(ours)
    with theirs.connect():
        assert set(modes(file).values()) == {0o600}
    theirs.dispose()
    ours.dispose()


def test_only_what_its_owner_may_do_stays(tmp_path: Path) -> None:
    file = tmp_path / "doorman.db"
    upgrade(made := open_engine(f"sqlite:///{file}"))
    made.dispose()
    file.chmod(0o444)
    with open_engine(f"sqlite:///{file}").connect().execution_options(read_only=True):
        assert modes(file)[""] == 0o400


def test_what_cannot_be_made_is_said_by_the_database(tmp_path: Path) -> None:
    from bot.errors import StoreUnavailable

    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        upgrade(open_engine(f"sqlite:///{tmp_path}/nowhere/doorman.db"))
    assert not (tmp_path / "nowhere").exists()

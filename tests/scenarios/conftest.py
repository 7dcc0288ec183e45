"""What scenarios need beside a desk."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.sheets import apart
from bot.sheets.told import MOST_OF_A_LINE
from tests.desk import Desk
from tests.forks import Forked, Loaded


@pytest.fixture(scope="session")
def loaded_reader() -> Iterator[Loaded]:
    """A process that has loaded what reads files, and little else: what it takes is limited."""
    loaded = Loaded("bot.sheets.child")
    yield loaded
    loaded.close()


@pytest.fixture(autouse=True)
def forked_readers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that read files load nothing when they start, but where that they are started is looked at."""
    if request.node.get_closest_marker("own_readers"):
        return

    async def started(wanted: dict[str, Any]) -> Forked:
        loaded: Loaded = request.getfixturevalue("loaded_reader")
        reader = await loaded.start((), {"TMPDIR": tempfile.gettempdir()}, limit=MOST_OF_A_LINE)
        reader.stdin.write(json.dumps(wanted).encode() + b"\n")
        return reader

    monkeypatch.setattr(apart, "_started", started)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    file = tmp_path_factory.mktemp("asked") / "doorman.db"
    shutil.copy(sqlite_template, file)
    async with Desk(f"sqlite:///{file}") as desk:
        yield desk


@pytest.fixture
def asked(one_desk: Desk) -> Iterator[Desk]:
    """A desk that the tests of a module share, for what is said and refused: afterwards nothing was written in Entra.

    Those tests run on the loop of their module (`asyncio(loop_scope="module")`), and none beside them has a desk of its own: of the
    durable engine there is one in a process.
    """
    one_desk.clock.forward(hours=2)  # what was asked before counts for no limit, and nobody's standing is remembered
    one_desk.entra.requests.clear()
    yield one_desk
    assert one_desk.entra.writes == []
    one_desk.check_conduct()


class Everything(logging.Handler):
    """Keeps every record of every library, debug ones too, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Everything printed and logged since the test began."""
    root, everything = logging.getLogger(), Everything()
    level = root.level
    root.addHandler(everything)
    root.setLevel(logging.DEBUG)
    yield lambda: "".join((*capfd.readouterr(), *everything.lines))
    root.removeHandler(everything)
    root.setLevel(level)

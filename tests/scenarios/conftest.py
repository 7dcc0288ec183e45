"""What scenarios need beside a desk."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.desk import Desk


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

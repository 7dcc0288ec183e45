"""A file made for somebody: on our own disk while it is handed over, for nobody else to read."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

PIECE = 256 * 1024


def temporary() -> Path:
    """A new, empty file that nobody else may read; whoever asked for it removes it."""
    handle, name = tempfile.mkstemp(prefix="doorman-", suffix=".csv")
    os.close(handle)
    return Path(name)


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """A file, a piece at a time."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece

"""A file is kept in pieces while its sender may still say what it means, and made a file again to be read anew."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import BulkFiles, Download
from bot.services.given_file import temporary

#: No more than this is in memory, or in one transaction.
PIECE = 1024 * 1024


async def keep(kept: BulkFiles, job_id: str, path: Path) -> bool:
    """Stores a file that was read; False when nobody wants it any more."""
    with path.open("rb") as file:
        number = 0
        while content := await asyncio.to_thread(file.read, PIECE):
            if not await kept.keep(job_id, number, content):
                return False
            number += 1
    return True


async def fetched(kept: BulkFiles, job_id: str, sha256: str) -> Download:
    """The same file; whoever asked for it removes it.

    Raises:
        Refusal: it is not kept, or not as it was.
    """
    path, digest, number = temporary(), hashlib.sha256(), 0
    try:
        with path.open("wb") as file:
            while content := await kept.piece(job_id, number):
                digest.update(content)
                await asyncio.to_thread(file.write, content)
                number += 1
        if digest.hexdigest() != sha256:
            raise Refusal(say("I no longer have the file as you sent it."), say("Send it again."), code="file_gone")
        return Download(path, sha256, path.stat().st_size)
    except BaseException:
        path.unlink(missing_ok=True)
        raise

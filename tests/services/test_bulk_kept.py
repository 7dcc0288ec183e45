"""A file in pieces is the same file again, or none."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import Refusal
from bot.ports import BulkFiles
from bot.services.bulk.kept import PIECE, fetched, keep


class Pieces:
    """Holds pieces; takes no more than `most`."""

    def __init__(self, most: int = 99) -> None:
        self.held: list[bytes] = []
        self._most = most

    async def keep(self, _: str, piece: int, content: bytes) -> bool:
        assert piece == len(self.held)
        assert len(content) <= PIECE
        self.held += [content] if piece < self._most else []
        return piece < self._most

    async def piece(self, _: str, piece: int) -> bytes:
        return self.held[piece] if piece < len(self.held) else b""


def as_port(pieces: Any) -> BulkFiles:
    return cast(BulkFiles, pieces)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
async def test_a_file_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    file, pieces = tmp_path / "people.csv", Pieces()
    file.write_bytes(content)
    assert await keep(as_port(pieces), "7QXF", file)
    again = await fetched(as_port(pieces), "7QXF", hashlib.sha256(content).hexdigest())
    assert again.path.read_bytes() == content
    again.path.unlink()


async def test_a_file_that_is_not_whole_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "copies"))
    (tmp_path / "copies").mkdir()
    file, pieces = tmp_path / "people.csv", Pieces(most=1)
    file.write_bytes(b"x" * (PIECE + 1))
    assert not await keep(as_port(pieces), "7QXF", file)
    for held in ([], pieces.held):
        pieces.held = held
        with pytest.raises(Refusal, match="no longer have the file"):
            await fetched(as_port(pieces), "7QXF", hashlib.sha256(file.read_bytes()).hexdigest())
    assert list((tmp_path / "copies").iterdir()) == []

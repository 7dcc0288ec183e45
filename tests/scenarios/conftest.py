"""What scenarios need beside a desk."""

from __future__ import annotations

import pytest

from bot.sheets import apart
from tests import readers


@pytest.fixture(autouse=True)
def forked_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by processes that need no start."""
    monkeypatch.setattr(apart, "_started", readers.started)

"""A commit on SQLite is on the disk when it is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import transactions
from tests import prompt


def test_where_it_is_served_every_commit_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "FLUSH", prompt.FLUSH_AS_SERVED)
    ours = transactions.open_engine(f"sqlite:///{tmp_path}/doorman.db")
    for engine in (ours, transactions.open_engine_for_dbos(ours)):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        engine.dispose()

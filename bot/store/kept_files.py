"""Forgetting the files that are kept while their senders may still say what they mean."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from bot.domain.life import State
from bot.store.tables import bulk_files, operations

_UNDECIDED = [state.value for state in State if state.undecided]


def forget(connection: Connection, job_id: str) -> None:
    """Nobody may say any more what a file means."""
    connection.execute(delete(bulk_files).where(bulk_files.c.job == job_id))


def forget_left(connection: Connection) -> None:
    """The same of whatever has slipped through."""
    waiting = select(operations.c.id).where(operations.c.state.in_(_UNDECIDED))
    connection.execute(delete(bulk_files).where(bulk_files.c.job.not_in(waiting)))

"""A job goes on only while those who agreed to it still may: asked at its start, and whenever it goes on after it stood still."""

from __future__ import annotations

import structlog

from bot.domain.operation import Operation
from bot.domain.policy import Decision
from bot.errors import DirectoryError
from bot.ports import Directory
from bot.services.still_agreed import agreement

log = structlog.get_logger()


class Agreed:
    """What one crew knows of those who agreed to its job; nothing at first."""

    def __init__(self, directory: Directory, job: Operation) -> None:
        self._directory = directory
        self._job = job
        self._stood, self._asked = 1, 0  # how often it stood still, the start included, and after which of these times was asked

    @property
    def unknown(self) -> bool:
        """It has stood still since they were asked about."""
        return self._asked < self._stood

    def stood_still(self) -> None:
        """Nothing is known any more."""
        self._stood += 1

    async def ask(self) -> Decision | None:
        """Whether all of them still may; None when Entra ID cannot say now."""
        stood = self._stood
        try:
            decision = await agreement(self._directory, self._job)
        except DirectoryError as error:
            why = f"{type(error).__name__}: {error}"
            log.warning("bulk job waits to know of its approvers", action="bulk_agreement", job=self._job.id, error=why)
            return None
        self._asked = stood
        return decision

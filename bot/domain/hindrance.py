"""What keeps bulk jobs from going on as fast as they might, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.said import say


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Entra ID takes fewer calls than it is asked, or answers none.

    Attributes:
        since: when that began, as far as anybody here knows.
        silent: it answers none.
    """

    since: datetime
    silent: bool = False

    @property
    def in_words(self) -> str:
        """For whoever waits for a job."""
        if self.silent:
            return say("Entra ID has not answered since {at}. Doorman keeps trying, and nothing is lost.", at=self.since)
        return say("Entra ID takes fewer calls since {at}: the job goes on by itself, only later.", at=self.since)

"""By what an agent may know somebody: whom they work for, when they signed in last, what they look like. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.domain.said import Said, said_at, said_day, say


@dataclass(frozen=True, slots=True)
class Portrait:
    """As much of it as Graph gives; what is not there is left out, and nobody is told why.

    Attributes:
        manager: name of the manager: untrusted text.
        last_sign_in: when a sign-in succeeded last; hours late, as Entra ID has it.
        photo: a small picture as a `data:` address, made of bytes that were looked at.
    """

    manager: str = ""
    last_sign_in: datetime | None = None
    photo: str = ""

    def masked(self) -> Portrait:
        """The same, fit for a channel: when somebody was at work is not for everybody there. Name and photo Teams shows them all."""
        return replace(self, last_sign_in=None)

    def in_words(self, now: datetime, zone: tzinfo | None) -> tuple[str, ...]:
        """Manager and last sign-in, as far as they are there.

        Args:
            zone: the reader's; None where it is not known, so that the client has to say when it was.
        """
        manager = say("Manager: {name}", name=self.manager[:60]) if self.manager else ""
        signed_in = say("Last sign-in: {when}", when=_when(self.last_sign_in, now, zone)) if self.last_sign_in else ""
        return tuple(filter(None, (manager, signed_in)))


def _when(at: datetime, now: datetime, zone: tzinfo | None) -> Said:
    """The hour of a day that everybody remembers; of others the day."""
    if zone is None:
        return said_at(at)
    local = at.astimezone(zone)
    days = (now.astimezone(zone).date() - local.date()).days
    if days > 1:
        return said_day(local)
    hour = f"{local:%H:%M}"
    return say("yesterday {hour}", hour=hour) if days == 1 else say("today {hour}", hour=hour)

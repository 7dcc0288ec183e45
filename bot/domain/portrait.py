"""By what an agent may know somebody: whom they work for, when they signed in last, what they look like. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


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

    def __bool__(self) -> bool:
        return bool(self.manager or self.last_sign_in or self.photo)

    def masked(self) -> Portrait:
        """The same, fit for a channel: when somebody was at work is not for everybody there. Name and photo Teams shows them all."""
        return replace(self, last_sign_in=None)

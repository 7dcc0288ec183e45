"""What may be known about somebody before a change: signs that the caller is not them, as far as the tenant tells. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.methods import PhoneType

#: How long what was seen is believed.
SIGNALS_STAND = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known at one moment; None where it could not be seen (no permission, no licence, over a quota, too slow).

    Attributes:
        risk: user risk as Entra ID Protection has it: "none", "low", "medium", "high"; "" for a risk that was dismissed or remediated.
        failed_sign_ins: sign-ins that failed within the last 24 hours.
        registered: how many methods were registered within the last 7 days, as their dates say.
        lost_active: somebody signed in from the device that is said to be lost after it was; None also where nothing is said to be lost.
    """

    risk: str | None = None
    failed_sign_ins: int | None = None
    registered: int | None = None
    lost_active: bool | None = None


#: Nothing was asked, or nothing answered.
NOT_SEEN = Signals()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldNumber:
    """A number at which somebody could be called back, because the directory had it before recent changes.

    Attributes:
        number: as the directory has it, in full: for the agent's own view alone.
        phone: which registered phone method it is; None for a number of the profile.
        since: until when back nothing tells of a change: it has been so at least since then.
    """

    number: str
    phone: PhoneType | None
    since: datetime

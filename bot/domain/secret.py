"""What may be seen once by one person: the code of a pass, a temporary password. It is never stored, logged or sent twice."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

#: Said on the phone without confusion: no 0/O, 1/I/L, 5/S, 2/Z.
_CONSONANTS, _VOWELS, _DIGITS = "bdfghkmnprtvw", "aeou", "346789"


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that shows itself in no representation of it, so that no log or traceback can."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "•••"


@dataclass(frozen=True, slots=True)
class Issued:
    """What Entra ID gave.

    Attributes:
        unusable: Graph's reason why nobody can sign in with it; empty when somebody can, now or from its start on.
        start, minutes: when a pass is good, as Graph says; None where it does not.
        request_id: Graph's.
    """

    secret: Secret
    unusable: str = ""
    request_id: str = ""
    start: datetime | None = None
    minutes: int | None = None


def temporary_password() -> Secret:
    """A password to read out: `Tavo-Kune-Badu-7384`, some 44 bits, good for the one sign-in at which it has to be changed.

    Capitals, small letters, digits and hyphens, which is what the directory asks for:
    https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy
    """
    words = ("".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(2)).capitalize() for _ in range(3))
    digits = "".join(secrets.choice(_DIGITS) for _ in range(4))
    return Secret("-".join((*words, digits)))

"""What Entra ID Protection and the log of sign-ins tell of somebody.

https://learn.microsoft.com/graph/api/resources/riskyuser
https://learn.microsoft.com/graph/api/resources/signin
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.errors import Unavailable
from bot.graph.shape import of_graph

Row = dict[str, Any]

_LEVELS = frozenset(("none", "low", "medium", "high"))
_AT_RISK = frozenset(("none", "atRisk"))
_SETTLED = frozenset(("confirmedSafe", "remediated", "dismissed"))
_COMPROMISED = "confirmedCompromised"
#: A sign-in that stopped for one more step, and failed at nothing: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ONE_MORE_STEP = frozenset((16000, 16001, 50058, 50072, 50074, 50076, 50079, 50097, 50125, 50140, 50203, 65001))
#: Of `authenticationMethod`, what a telephone does; what stands there is text, and nobody promises its words:
#: https://learn.microsoft.com/graph/api/resources/authenticationdetail?view=graph-rest-beta
_BY_PHONE = ("sms", "text message", "voice", "phone", "authenticator", "mobile app", "oath")


@of_graph
def risk_in(fields: Row) -> str | None:
    """The risk of a user as `Signals.risk` has it; None where Entra ID Protection keeps it back ("hidden"), or says what we do not know.

    Raises:
        Unavailable: it is no riskyUser.
    """
    level, state = fields["riskLevel"], fields["riskState"]
    if state in _SETTLED:
        return ""
    if state == _COMPROMISED:
        return "high"  # https://learn.microsoft.com/graph/api/riskyuser-confirmcompromised sets that level, in the end
    return str(level) if state in _AT_RISK and level in _LEVELS else None


@of_graph
def failed_in(rows: Sequence[Row]) -> int:
    """How many of these sign-ins failed.

    Raises:
        Unavailable: a row does not say whether it did.
    """
    codes = [row["status"]["errorCode"] for row in rows]
    if not all(isinstance(code, int) for code in codes):
        raise Unavailable("a sign-in that neither failed nor succeeded")
    return sum(code != 0 and code not in _ONE_MORE_STEP for code in codes)


@of_graph
def by_phone_in(rows: Sequence[Row]) -> bool | None:
    """Whether one of these sign-ins, all of which succeeded, took a step on a telephone; None where their steps are kept back.

    A step that an earlier sign-in had already satisfied was taken on none.
    """
    if not all(row["id"] for row in rows) or (rows and not any("authenticationDetails" in row for row in rows)):
        return None
    steps = [step for row in rows for step in row.get("authenticationDetails") or ()]
    return any(step.get("succeeded") is True and _is_by_phone(str(step.get("authenticationMethod") or "")) for step in steps)


def _is_by_phone(method: str) -> bool:
    return any(word in method.casefold() for word in _BY_PHONE)

"""What is seen once: Temporary Access Passes and temporary passwords, as Graph makes them; and what it allows.

https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.pass_terms import HeldPass, PassTerms
from bot.domain.secret import Issued, Secret
from bot.errors import Unavailable
from bot.graph.answers import Answer
from bot.graph.shape import of_graph

_VALID = ("EnabledByPolicy", "NotYetValid")


@of_graph
def terms_in(policy: dict[str, Any], passes: list[dict[str, Any]]) -> PassTerms:
    """The tenant's policy and the pass somebody has, from Graph's own objects.

    Raises:
        Unavailable: the policy lacks what decides.
    """
    try:
        return PassTerms(
            enabled=policy["state"] == "enabled",
            minimum=int(policy["minimumLifetimeInMinutes"]),
            maximum=int(policy["maximumLifetimeInMinutes"]),
            usual=int(policy["defaultLifetimeInMinutes"]),
            once=bool(policy["isUsableOnce"]),
            included=_targets(policy.get("includeTargets")),
            excluded=_targets(policy.get("excludeTargets")),
            held=_held(passes[0]) if passes else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("the policy for passes is malformed") from error


def _targets(rows: Any) -> frozenset[str]:
    return frozenset(str(row.get("id")).lower() for row in rows or ())


def _held(row: dict[str, Any]) -> HeldPass:
    start = datetime.fromisoformat(str(row["startDateTime"])).astimezone(UTC)
    until = start + timedelta(minutes=int(row["lifetimeInMinutes"]))
    return HeldPass(str(row["id"]), row.get("methodUsabilityReason") in _VALID, until)


@of_graph
def issued_in(answer: Answer) -> Issued:
    """The pass in Graph's answer, the only one that ever carries its code.

    Raises:
        Unavailable: there is no code in it, so the pass exists and nobody can know it.
    """
    code, reason = answer.fields.get("temporaryAccessPass"), str(answer.fields.get("methodUsabilityReason") or "")
    if not isinstance(code, str) or not code:
        raise Unavailable("a pass without its code", status=answer.status, request_id=answer.request_id)
    start, minutes = _times(answer.fields)
    return Issued(Secret(code), "" if reason in _VALID else reason or "unknown", answer.request_id, start, minutes)


def _times(row: dict[str, Any]) -> tuple[datetime | None, int | None]:
    """When it begins and for how many minutes it is good; neither when Graph does not say so in a way that we can read."""
    try:
        start, minutes = datetime.fromisoformat(str(row["startDateTime"])), int(row["lifetimeInMinutes"])
    except (KeyError, TypeError, ValueError):
        return None, None
    return (start.astimezone(UTC), minutes) if start.tzinfo else (None, None)

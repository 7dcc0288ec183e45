"""A decision that has to be a yes."""

from __future__ import annotations

from bot.domain.policy import Decision
from bot.errors import Forbidden


def require(decision: Decision) -> None:
    """Raises Forbidden with the decision's own sentence when it is a no."""
    if not decision.allowed:
        raise Forbidden(decision.text, decision.hint, code=decision.reason.value, rules=decision.rules, wants=decision.wants)

"""Step 5, before a card is shown: whether one more change keeps within the limits. Confirming it asks again, exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import limits as rules
from bot.domain.people import Actor
from bot.domain.plan import Plan
from bot.domain.rules import Limits
from bot.ports import Usages
from bot.services.require import require


async def within_limits(
    usages: Usages, limits: Limits, plan: Plan, agent: Actor, now: datetime, *, asks_others: bool, high: bool = False
) -> Plan:  # fmt: skip
    """The plan, with a warning when one of its numbers was set for somebody else.

    Args:
        asks_others: somebody else has to agree to it.
        high: these are the limits of a high threat level.

    Raises:
        Forbidden: a limit is reached; the text says when it ends, the hint who can lift it.
    """
    digests = rules.digests(plan.changes)
    usage = await usages.usage(agent.id, plan.target.id, digests, limits, now, asks_others=asks_others, contains=plan.contains)
    require(rules.check(limits, usage, plan.target, agent, now, asks_others=asks_others, contains=plan.contains, high=high))
    return replace(plan, warnings=plan.warnings + rules.warnings(limits, usage))

"""What the scenarios about freezes of many people share."""

from __future__ import annotations

from simulator import cast
from tests.desk import NADIA, Desk, as_json

PEOPLE = [person for person in cast.CROWD if not person.synced]


async def freeze(desk: Desk, who: cast.Member, *people: cast.Member) -> list[bool]:
    """Types a freeze of each of them, one after the other; whether it was done."""
    return ["Nobody can change" in (await desk.say(who, f"freeze {person.upn}")).text for person in people]


async def suspect(desk: Desk, who: cast.Member, person: cast.Member) -> str:
    """Presses Suspicious call on somebody's card; what the client is told."""
    told = await desk.press(who, await desk.say(who, f"show {person.upn}"), "suspect")
    return told.message or as_json(told.card)


async def is_frozen(desk: Desk, person: cast.Member) -> bool:
    """Whether a change of somebody is refused because of a freeze."""
    return "is frozen until" in (await desk.say(NADIA, f"set office for {person.upn} +31 20 123 4567")).text

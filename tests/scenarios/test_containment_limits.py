"""What only takes access away has a count of its own: no other limit refuses it, and too much of it is told to the log channel."""

from __future__ import annotations

from simulator import cast
from tests.desk import BRAM, HANNA, SAM, Answer, Desk
from tests.scenarios.test_alarms import log_is_complete, told
from tests.scenarios.test_limits import desk, limits

__all__ = ["desk"]

PEOPLE = [person for person in cast.CROWD if not person.synced]
SAID = "One agent takes access away 3 times within an hour at the most, and you confirmed that many"


async def contained(desk: Desk, who: cast.Member, *people: cast.Member) -> list[Answer]:
    """Cards that sign these people out and wait for their requester."""
    return [await desk.say(who, f"sign out {person.upn}") for person in people]


@limits(contain_per_hour=3, agent_per_hour=1, target_per_day=1, requests_per_hour=1)
async def test_containment_is_counted_apart_and_too_much_of_it_raises_one_alarm(desk: Desk) -> None:
    alice = PEOPLE[0]
    cards = await contained(desk, HANNA, *[alice] * 3, *PEOPLE[1:3])
    [other] = await contained(desk, BRAM, alice)
    await desk.change(HANNA, f"set office for {alice.upn} +31 20 123 4567")
    assert "1 change" in (await desk.say(HANNA, f"remove office for {alice.upn}")).text
    for card in cards[:3]:  # neither that nor each other stands in the way
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")
    assert told(desk, "Many people lose access") == 0
    for card in cards[3:]:
        refused = await desk.press(HANNA, card, "confirm")
        assert SAID in refused.message
        assert "It ends on" in refused.message
        assert "lift limits for Hanna Visser" in refused.message
    await desk.logged("Many people lose access", "Hanna Visser took access away 3 times within an hour", "lift limits for Hanna Visser")
    await desk.press(BRAM, other, "confirm")  # the limit is each agent's own
    await desk.settled(other, "Done")
    await log_is_complete(desk)
    assert told(desk, "Many people lose access") == 1

    await desk.say(SAM, "lift limits for hanna visser")
    await desk.press(HANNA, cards[3], "confirm")
    await desk.settled(cards[3], "Done")


@limits(contain_per_hour=3, agent_per_hour=1, target_per_day=1)
async def test_containment_counts_as_no_change(desk: Desk) -> None:
    for card in await contained(desk, HANNA, *[PEOPLE[0]] * 3):
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")
    await desk.change(HANNA, f"set office for {PEOPLE[0].upn} +31 20 123 4567")

"""What the scenarios about `recover` share: people with something to recover, the ticks of a list, and the way to the pass's card."""

from __future__ import annotations

from typing import Any

from simulator import cast
from simulator.registered import registered
from tests.desk import HANNA, Answer, Desk
from tests.scenarios.approving import words
from tests.scenarios.several import agreed

LOTTE, DIEGO, MEI, WOUT = (cast.person(name) for name in ("Lotte Smit", "Diego Vega", "Mei Lin", "Wout Wiersma"))
LOST = "recover lotte lost"


def ticks(desk: Desk, own: Answer, *taken_off: str, put_on: tuple[str, ...] = ()) -> dict[str, str]:
    """What a client sends along with Confirm: the list as the card has it, changed where a title has one of these words."""
    switches = [item for item in _items(own.card) if item.get("type") == "Input.Toggle"]
    assert switches, own.text
    values = {item["id"]: item["value"] for item in switches}
    for wanted, value in [*((word, "false") for word in taken_off), *((word, "true") for word in put_on)]:
        (found,) = (item["id"] for item in switches if wanted in _title(item))
        values[found] = value
    return values


def ticked(own: Answer) -> dict[str, bool]:
    """What the card proposes: what each tick is about, and whether it is there."""
    switches = [item for item in _items(own.card) if item.get("type") == "Input.Toggle"]
    return {_title(item).partition(" → ")[0]: item["value"] == "true" for item in switches}


def _title(switch: dict[str, Any]) -> str:
    return f"{switch['label']}: {switch['title']}"


def _items(card: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    waiting = list(card.get("body", []))
    while waiting:
        item = waiting.pop(0)
        found.append(item)
        waiting = [*item.get("items", []), *waiting]
    return found


async def recovered(desk: Desk, line: str = LOST, *ends: str, taken_off: tuple[str, ...] = (), put_on: tuple[str, ...] = ()) -> Answer:
    """Asks for a bundle, confirms it and has Sam agree: the requester's card once it carries the words of its end."""
    own = await desk.say(HANNA, line)
    assert "confirm" in own.verbs, own.text
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own, *taken_off, put_on=put_on))
    await agreed(desk, own.operation_id)
    return await desk.settled(own, *(ends or ("Done, and read back",)))


async def pass_card(desk: Desk, recovery: Answer, who: cast.Member = HANNA, says: str = "Ready: press Reveal") -> Answer:
    """The card of the pass that belongs to a recovery, once it says that it is ready, or something else."""
    said = f"Belongs to the recovery {recovery.operation_id if recovery.verbs else named_on(recovery)}"
    message = await desk.teams.wait_for(lambda message: message.by_bot and all(each in words(message) for each in (said, says)))
    return Answer(desk, message, who)


def named_on(own: Answer) -> str:
    """The id that a card without buttons shows."""
    return own.text.split()[own.text.split().index("Recover") - 1]


def following(desk: Desk, recovery_id: str) -> list[str]:
    """Ids of the operations that follow from a recovery, as the trail has them."""
    begun = [row for row in desk.trail() if row.tag == "operation:request:proposed"]
    return [row.operation_id for row in begun if f"follows from {recovery_id}" in row.facts]


def registers(desk: Desk, who: cast.Member, kind: str = "authenticator", **facts: str) -> None:
    """The person adds a method by themselves."""
    desk.entra.person(who.upn).sign_in.add(who.upn, registered(kind, "2026-01-06T10:00:00Z", **facts))

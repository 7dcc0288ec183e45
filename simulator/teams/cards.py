"""Finding the button a person presses in a card they see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.cast import Member
from simulator.teams.threads import Message

STYLES = {"execute": "Action.Execute", "submit": "Action.Submit"}


def actions(node: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Every action of this type in a card, also in show-cards, containers and fallbacks."""
    if isinstance(node, dict):
        if node.get("type") == kind:
            yield node
        for child in node.values():
            yield from actions(child, kind)
    elif isinstance(node, list):
        for child in node:
            yield from actions(child, kind)


def _verb(action: dict[str, Any]) -> Any:
    data = action.get("data")
    return action.get("verb") or (data.get("verb") if isinstance(data, dict) else None)  # Action.Submit has no verb of its own


def find_action(message: Message, who: Member, verb: str, style: str) -> dict[str, Any]:
    """The action with this verb in the card the person sees, else in one this message showed before (an old client, a second press).

    Raises:
        LookupError: no card of this message ever had such a button; the text lists the ones it has.
    """
    kind = STYLES[style]
    for card in (message.card(who), *reversed(message.shown)):
        for action in actions(card, kind):
            if _verb(action) == verb:
                return action
    offered = sorted({str(_verb(action)) for card in message.shown for action in actions(card, kind)})
    raise LookupError(f"message {message.id} has no {kind} with verb {verb!r}; it has {offered}")


def pressed(action: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """What Teams sends of an Action.Execute: its own fields, with the inputs merged over its data."""
    sent = {name: action[name] for name in ("type", "id", "title", "verb") if name in action}
    return sent | {"data": merged(action.get("data"), inputs)}


def merged(data: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    return (data if isinstance(data, dict) else {}) | inputs

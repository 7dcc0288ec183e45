"""Finding the button a person presses in a card they see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from simulator.cast import Member
from simulator.teams.rules import FILE_CONSENT
from simulator.teams.threads import Message, Sent

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


def find_offer(sent: Iterable[Sent], message: Message) -> dict[str, Any]:
    """The file that a message offers, or offered when it was sent: an old client still shows what was deleted meanwhile.

    Raises:
        LookupError: it never offered one.
    """
    for each in reversed([one for one in sent if one.id == message.id]):
        for attachment in each.activity.get("attachments") or ():
            if attachment.get("contentType") == FILE_CONSENT:
                return dict(attachment)
    raise LookupError(f"message {message.id} offers no file")


def pressed(action: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """What Teams sends of an Action.Execute: its own fields, with the inputs merged over its data."""
    sent = {name: action[name] for name in ("type", "id", "title", "verb") if name in action}
    return sent | {"data": merged(action.get("data"), inputs)}


def merged(data: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    return (data if isinstance(data, dict) else {}) | inputs

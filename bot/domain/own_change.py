"""What the requester of a change has changed themselves meanwhile, with another request: nobody else did it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.change import Change
from bot.domain.operation import Operation
from bot.domain.registered import Made
from bot.domain.said import Said, join, say


def _by_requester(name: str, what: str, upn: str, id: str) -> Said:
    return say("{name} changed {what} of {upn} with {id} after this was asked for.", name=name, what=what, upn=upn, id=id)


_TEMPLATE = _by_requester("", "", "", "").template


def changed_meanwhile(operation: Operation, changes: Iterable[Change], made: Sequence[Made]) -> str:
    """That its requester changed all of these with one other request, in a sentence; empty where that is not so.

    Args:
        made: what was changed of the account since the operation was asked for.
    """
    asked, ids = list(changes), dict[str, None]()
    for change in asked:
        found = [one.operation_id for one in made if _same(one.change, change) and one.agent_id.lower() == operation.requester.id.lower()]
        others = [id for id in found if id.partition("-")[0] != operation.id]
        if not others:
            return ""
        ids |= dict.fromkeys(others)
    what = join(", ", (change.label for change in asked))
    return _by_requester(operation.requester.name, what, operation.target.upn, join(", ", ids)) if asked else ""


def to_requester(text: str) -> str:
    """An outcome as whoever asked reads it."""
    if not isinstance(text, Said):
        return text
    if text.template == _TEMPLATE:
        rest = {name: part for name, part in text.parts.items() if name != "name"}
        return say("You changed {what} of {upn} with {id} after this was asked for.", **rest)
    return Said(text.template, {name: to_requester(part) if isinstance(part, str) else part for name, part in text.parts.items()})


def _same(made: Change, change: Change) -> bool:
    return (made.label, made.phone) == (change.label, change.phone)

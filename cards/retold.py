"""A request of the past in one sentence: what it was, who asked, who agreed, and what became of it."""

from __future__ import annotations

from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.said import Said, say, say_each
from cards.wording import approved_by, private, title

#: By how it ended; what is not here is still under way.
_TOLD = say_each({
    None: "{task}: under way, asked for by {who}",
    State.SUCCEEDED: "{task}: done, asked for by {who}",
    State.PARTIAL: "{task}: partly done, asked for by {who}",
    State.FAILED: "{task}: failed, asked for by {who}",
    State.STALE: "{task}: out of date and not done, asked for by {who}",
    State.CANCELLED: "{task}: cancelled, asked for by {who}",
    State.DENIED: "{task}: denied, asked for by {who}",
    State.EXPIRED: "{task}: expired and not done, asked for by {who}",
})  # fmt: skip


def retold(operation: Operation) -> str:
    """The sentence; numbers masked."""
    masked = private(operation)
    who = masked.requester.name[:60] or say("somebody without a name")
    template = _TOLD.get(masked.state, _TOLD[None])
    told = Said(template.template, {"task": title(masked), "who": who})
    if masked.state is State.DENIED and masked.decided_by:
        return say("{told}, denied by {name}", told=told, name=masked.decided_by[:60])
    if names := approved_by(masked):
        return say("{told}, approved by {names}", told=told, names=names)
    return told

"""The life of an operation: its states, the table of moves between them, and what became of its changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum

from bot.domain.change import Change


class State(StrEnum):
    """Where an operation is. A stored word: never rename one."""

    CHECKING = "checking"  # a bulk job whose rows are being looked at
    PROPOSED = "proposed"
    AWAITING_APPROVAL = "awaiting_approval"
    READY = "ready"
    REVEALING = "revealing"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    STALE = "stale"  # what it is about is no longer what was agreed to, so nothing was written
    CANCELLED = "cancelled"
    DENIED = "denied"
    EXPIRED = "expired"

    @property
    def waiting(self) -> bool:
        """Somebody still has to press something."""
        return self in (State.PROPOSED, State.AWAITING_APPROVAL, State.READY)

    @property
    def undecided(self) -> bool:
        """Its requester has not said yes: of a bulk job, what its file means may still be answered."""
        return self in (State.CHECKING, State.PROPOSED)

    @property
    def finished(self) -> bool:
        """Nothing will happen any more."""
        return not self.waiting and self not in (State.CHECKING, State.REVEALING, State.QUEUED, State.RUNNING)


#: Ended, and not all of it was done.
NOT_DONE = frozenset({State.FAILED, State.PARTIAL, State.STALE, State.CANCELLED})


#: verb -> the states it may start from, and those it may lead to.
TRANSITIONS: dict[str, tuple[frozenset[State], frozenset[State]]] = {
    "preview": (frozenset({State.CHECKING}), frozenset({State.PROPOSED, State.SUCCEEDED, State.FAILED})),
    "answer": (frozenset({State.CHECKING, State.PROPOSED}), frozenset({State.CHECKING})),  # a bulk job: its file is read anew
    "confirm": (frozenset({State.PROPOSED}), frozenset({State.QUEUED, State.AWAITING_APPROVAL, State.READY})),
    "approve": (frozenset({State.AWAITING_APPROVAL}), frozenset({State.AWAITING_APPROVAL, State.QUEUED, State.READY})),
    "deny": (frozenset({State.AWAITING_APPROVAL}), frozenset({State.DENIED})),
    "go_stale": (frozenset({State.AWAITING_APPROVAL, State.READY}), frozenset({State.STALE})),
    "withdraw": (frozenset({State.PROPOSED, State.AWAITING_APPROVAL, State.READY}), frozenset({State.FAILED})),
    "cancel": (frozenset({State.CHECKING, State.PROPOSED, State.AWAITING_APPROVAL, State.READY}), frozenset({State.CANCELLED})),
    "expire": (frozenset({State.CHECKING, State.PROPOSED, State.AWAITING_APPROVAL, State.READY}), frozenset({State.EXPIRED})),
    "reveal": (frozenset({State.READY}), frozenset({State.REVEALING})),
    "put_back": (frozenset({State.REVEALING}), frozenset({State.READY})),
    "lose": (frozenset({State.REVEALING}), frozenset({State.PARTIAL})),
    "start": (frozenset({State.QUEUED, State.RUNNING}), frozenset({State.RUNNING})),
    "finish": (
        frozenset({State.RUNNING, State.REVEALING}),
        frozenset({State.SUCCEEDED, State.PARTIAL, State.FAILED, State.STALE}),
    ),
    "stop": (frozenset({State.RUNNING}), frozenset({State.CANCELLED})),  # a bulk job: what is left is not done
}


#: verb -> the states in which an operation may come to be.
BEGINNINGS: dict[str, frozenset[State]] = {
    "propose": frozenset({State.PROPOSED}),
    "check": frozenset({State.CHECKING}),  # a bulk job
    "follow": frozenset({State.QUEUED, State.READY}),  # from another one, confirmed and agreed to with it
}
#: verb -> the states in which something about an operation changes, and it stays where it is.
STAYING: dict[str, frozenset[State]] = {
    "renew": frozenset({State.AWAITING_APPROVAL}),  # the account on its cards
    "prove": frozenset({State.PROPOSED}),  # a proof of the caller is asked for
    "proved": frozenset({State.PROPOSED}),  # it was given, or not
    "ask": frozenset({State.CHECKING}),  # a bulk job: what its file means has to be said
    "read": frozenset({State.CHECKING}),  # a bulk job: every row is stored
    "hold": frozenset(State),  # a bulk job: it stands still
    "show": frozenset(State),  # a bulk job: how it goes on has changed
}


#: How long a code that everybody agreed to waits for its requester to press Reveal.
REVEAL_FOR = timedelta(hours=1)


#: How long one Reveal may take; one that takes longer was cut off, and is reported so.
REVEALING_FOR = timedelta(seconds=30)


#: How long the requester's card is left alone after a Reveal: changing it would take away the view in which the code stands.
CODE_STANDS = timedelta(minutes=10)


#: Speakable: no 0/O, 1/I/L, 5/S, 2/Z confusion on the phone.
ID_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"


def new_id(taken: Callable[[str], bool] = lambda _: False, length: int = 4) -> str:
    """A short id that can be said on the phone, such as `7QXF`; longer when the short ones are taken."""
    for attempt in range(64):
        candidate = "".join(secrets.choice(ID_ALPHABET) for _ in range(length + attempt // 8))
        if not taken(candidate):
            return candidate
    raise RuntimeError("no free operation id")


class Fate(StrEnum):
    """What became of one change of several. A stored word: never rename one."""

    DONE = "done"
    ALREADY = "already"  # it was so before we came to it
    STALE = "changed"  # somebody else changed it after the card was made, so it was left alone
    REFUSED = "refused"
    LEFT = "left"  # Entra took the write, and still shows what was before
    HANDED_ON = "handed_on"  # to an operation of its own
    UNKNOWN = "unknown"  # a write was sent, and nobody said what became of it

    @property
    def good(self) -> bool:
        """The account is as the change wanted it."""
        return self in (Fate.DONE, Fate.ALREADY, Fate.HANDED_ON)

    @property
    def written(self) -> bool:
        """It was made here, or may have been; what was so already, was refused or left alone is nobody's news."""
        return self in (Fate.DONE, Fate.LEFT, Fate.UNKNOWN)


def fates(changes: Sequence[Change], results: Sequence[Fate], *, ended: bool, sent: bool) -> tuple[Fate, ...]:
    """What became of each change, as far as the record tells; of a single one it keeps no result.

    Args:
        results: as they are recorded; empty while it goes on, and of a single change.
        ended: it goes on no more.
        sent: a write of it has Graph's request id.
    """
    if results:
        return tuple(results)
    # What is seen once is made at the press on Reveal, and never found made already.
    return tuple(Fate.ALREADY if ended and not sent and not change.once_only else Fate.UNKNOWN for change in changes)

"""What the services need from outside, as protocols. Adapters implement them; tests run the same contract on each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.change import Change
from bot.domain.exchange import ConversationRef, LogNotice, Reply
from bot.domain.methods import Dossier
from bot.domain.operation import Operation, State
from bot.domain.people import Actor, Person, Standing
from bot.domain.stop import Freeze, Pause, Stop

#: The current time, in UTC.
Clock = Callable[[], datetime]


class Directory(Protocol):
    """The tenant as Graph shows it. Every method may raise `DirectoryError`."""

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        """The account of an actor and which of `groups` it is a (nested) member of. Not cached here."""

    async def person(self, object_id: str) -> Person:
        """One account by object id; NotFound when there is none."""

    async def find(self, text: str) -> tuple[Person, ...]:
        """Accounts that `text` may mean: UPN, mail, object id or display name. Best first, at most `FIND_LIMIT`; may be empty."""

    async def members(self, group_ids: Collection[str]) -> tuple[Person, ...]:
        """The people with an enabled account in any of these groups, nested ones too, by name; at most `MEMBERS_LIMIT`.

        A group that does not exist has no members.
        """

    async def dossier(self, object_id: str) -> Dossier:
        """Account, methods and privileges, read together. NotFound when the account is gone."""

    async def apply(self, target_id: str, change: Change, operation_id: str) -> str:
        """Makes one change; `operation_id` travels as client-request-id. Returns Graph's request id.

        Never repeats a write that may have happened: then it raises `Unavailable` and the caller reads.
        """


FIND_LIMIT = 12
MEMBERS_LIMIT = 500


class Operations(Protocol):
    """Our own memory. Every method may raise `StoreUnavailable`; each is one transaction."""

    async def first_delivery(self, key: str, at: datetime) -> bool:
        """Whether this activity is new; records it so that the next call with `key` says no.

        What a process took in and died over before it was `answered` counts as new again.
        """

    async def answered(self, key: str) -> None:
        """The turn of this activity is over."""

    async def record(self, event: AuditEvent) -> None:
        """Appends one event to the trail."""

    async def propose(self, operation: Operation, event: AuditEvent) -> Operation:
        """Stores a new operation under a fresh id (the one given is ignored) and its delayed expiry."""

    async def get(self, operation_id: str) -> Operation | None:
        """One operation, or None."""

    async def set_card(self, operation_id: str, card_id: str) -> None:
        """Remembers the activity id of the requester's card."""

    async def move(
        self,
        operation_id: str,
        verb: str,
        to: State,
        event: AuditEvent,
        *,
        at: datetime,
        outcome: str = "",
        decided_by: str = "",
        request_ids: tuple[str, ...] = (),
        in_time: bool = False,
    ) -> Operation | None:
        """Compare-and-set: the one way an operation changes state.

        Moves only from the states `TRANSITIONS[verb]` names, and with `in_time` only before `expires_at`. The event, the next
        workflow (execute when queued, announce when finished) and the log channel's post are stored in the same transaction.

        Returns:
            The operation as it now is, or None when somebody was quicker or it was too late.
        """

    async def events(self, *, operation_id: str = "", target_id: str = "", actor_id: str = "", limit: int = 20) -> tuple[AuditEvent, ...]:
        """The trail, newest first: of one operation, about one account, or what one person did and what became of what they asked for."""

    async def remember_choice(self, actor_id: str, text: str, candidates: Sequence[str], at: datetime, choice_id: str = "") -> str:
        """Stores "which of these did you mean" and returns its id: a new one, or the given one when it was taken before."""

    async def take_choice(self, choice_id: str, actor_id: str) -> tuple[str, tuple[str, ...]] | None:
        """The stored text and candidate object ids, once, for the one who asked; None otherwise."""

    async def setting(self, name: str) -> str:
        """A setting made in chat, such as the log channel; empty when not set."""

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        """Stores a setting made in chat."""

    async def undelivered_log_posts(self, limit: int = 50) -> tuple[tuple[int, Operation | LogNotice], ...]:
        """Finished operations and notices the log channel has not seen, oldest first, with the number of their post."""

    async def log_post_delivered(self, number: int, event: AuditEvent) -> None:
        """The log channel has it."""


class Stops(Protocol):
    """Pauses and freezes, for all replicas. Every method may raise `StoreUnavailable`; each is one transaction.

    Whatever is changed here goes to the audit trail and to the log channel in the same transaction.
    """

    async def stop(self, target_id: str, now: datetime) -> Stop:
        """What stops a change of this person now; with an empty id, of everybody."""

    async def freeze(self, freeze: Freeze) -> tuple[Freeze, bool]:
        """Begins or prolongs a freeze.

        Returns:
            The freeze as it now stands, and False when nothing was done because a suspicious call was reported before.
        """

    async def unfreeze(self, seen: Freeze, by: Actor, at: datetime, reason: str = "") -> bool:
        """Ends this very freeze; False when it has changed or ended meanwhile."""

    async def pause(self, pause: Pause) -> Pause | None:
        """Pauses every change; the pause that holds already, if there is one."""

    async def resume(self, by: Actor, at: datetime, reason: str = "") -> Pause | None:
        """Ends the pause and returns it; None when there was none."""

    async def refer(self, person: Person) -> str:
        """A short reference to this person for the button of a card."""

    async def referred(self, reference: str) -> Person | None:
        """Whom a reference means; None when it was never given out."""


class Announcer(Protocol):
    """Posting outside a turn. Every method may raise `ChatError`."""

    async def send(self, where: ConversationRef, reply: Reply) -> str:
        """Posts a new message and returns its activity id."""

    async def update(self, where: ConversationRef, activity_id: str, reply: Reply) -> None:
        """Replaces a message in place."""


Sleep = Callable[[float], Awaitable[None]]

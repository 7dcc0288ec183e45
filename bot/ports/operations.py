"""Our own memory, by what it is for. Every method may raise `StoreUnavailable`; each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.candidates import Candidate
from bot.domain.change import Change
from bot.domain.life import State
from bot.domain.operation import Approval, Operation, Result
from bot.domain.people import Person
from bot.domain.proving import Terms
from bot.domain.reconcile import Known
from bot.domain.registered import Made
from bot.domain.remarks import LogNote


class Deliveries(Protocol):
    """What was taken in already, so that one thing done twice has one effect."""

    async def first_delivery(self, key: str, at: datetime) -> bool:
        """Whether this activity is new; records it so that the next call with `key` says no.

        What a process took in and died over before it was `answered` counts as new again.
        """

    async def first_press(self, key: str, at: datetime, within: timedelta) -> bool:
        """Whether nobody pressed this so lately; records it so that the next call with `key` says no for as long."""

    async def came_to_nothing(self, key: str) -> None:
        """What was pressed had no effect, so it may be pressed again at once."""

    async def answered(self, keys: Sequence[str]) -> None:
        """The turns of these activities are over."""


class Trail(Protocol):
    """What happened, in the order in which it did; nothing of it is ever changed."""

    async def record(self, event: AuditEvent) -> None:
        """Appends one event to the trail."""

    async def record_refusal(self, event: AuditEvent) -> str:
        """Appends a refusal under a fresh id and returns that; no operation ever gets the same one."""

    async def events(
        self, *, operation_id: str = "", target_id: str = "", actor_id: str = "", limit: int = 20, skip: int = 0
    ) -> tuple[AuditEvent, ...]:
        """The trail, newest first: of one operation, about one account, or what one person did and what became of what they asked for.

        Args:
            skip: so many of the newest are left out.
        """

    async def event_count(self, operation_id: str) -> int:
        """How many events the trail has of one operation."""


class Memory(Protocol):
    """What is remembered of conversations, and settings made in chat."""

    async def remember_choice(self, actor_id: str, text: str, candidates: Sequence[Candidate], at: datetime, choice_id: str = "") -> str:
        """Stores "which of these did you mean" and returns its id: a new one, or the given one when it was taken before."""

    async def take_choice(self, choice_id: str, actor_id: str, at: datetime) -> tuple[str, tuple[Candidate, ...]] | None:
        """The stored text and candidates, once and within the hour, for the one who asked; None otherwise."""

    async def remember_form(self, actor_id: str, command: str, at: datetime, form_id: str = "") -> str:
        """Stores that a form of this command is open and returns its id: a new one, or the given one when it was taken before."""

    async def take_form(self, form_id: str, actor_id: str, at: datetime) -> str:
        """The name of the form's command, once and within the hour, for the one who asked; empty otherwise."""

    async def speak_of(self, actor_id: str, conversation_id: str, target_id: str, at: datetime) -> None:
        """Remembers the one person whom this actor was shown last in this conversation; with an empty id, that there is none."""

    async def spoken_of(self, actor_id: str, conversation_id: str, since: datetime) -> str:
        """The object id of that person, if shown after `since`; else empty."""

    async def spoken_since(self, actor_id: str, conversation_id: str, since: datetime) -> bool:
        """Whether `speak_of` was told anything of this actor and conversation after `since`."""

    async def retirement_told(self, actor_id: str, day: date) -> bool:
        """Notes that this actor is told in full on this day that texts and calls end; False where they were told already."""

    async def set_posted_card(self, name: str, conversation_id: str, card_id: str, at: datetime) -> None:
        """Remembers the activity id of a card that is no operation's: the last one of this name in a conversation; empty for none."""

    async def set_posted_cards(self, cards: Mapping[tuple[str, str], str], at: datetime) -> None:
        """The same of several at once: activity ids by name and conversation."""

    async def card_gone(self, name: str, conversation_id: str) -> None:
        """Something else stands where the card of this name stood: it has none any more, nor has whatever else that card had a name of."""

    async def posted_card(self, name: str, conversation_id: str) -> str:
        """That activity id; empty when there is none."""

    async def setting(self, name: str) -> str:
        """A setting made in chat, such as the log channel; empty when not set."""

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        """Stores a setting made in chat."""


class Outbox(Protocol):
    """What the log channel has not seen yet."""

    async def undelivered_log_posts(self, limit: int = 50) -> tuple[tuple[int, Operation | LogNote], ...]:
        """Finished operations and remarks the log channel has not seen, oldest first, with the number of their post."""

    async def log_post_delivered(self, number: int, event: AuditEvent) -> None:
        """The log channel has it."""

    async def tell_log_once(self, key: str, note: LogNote) -> None:
        """Has the log channel told, unless it was or will be under this key."""


class Past(Protocol):
    """What was done, for whoever looks back."""

    async def changes_of(self, target_id: str, limit: int) -> tuple[Operation, ...]:
        """The last operations that changed an account, wholly or in part; the one confirmed last comes first."""

    async def waiting_about(self, target_id: str, now: datetime) -> tuple[Operation, ...]:
        """Requests about an account that wait for somebody, oldest first; a few at the most."""

    async def made_to(self, target_id: str, since: datetime) -> tuple[Made, ...]:
        """What Doorman changed of an account since then, or may have changed, alone or by files; in no order."""

    async def known(self, text: str) -> tuple[Person, ...]:
        """People who were changed, asked about or acted here, by UPN, object id or name, whether Entra still knows them or not."""

    async def executions(self, since: datetime) -> Known:
        """The executions in the trail that ended after `since` or have not ended, and from when on the trail is complete."""


class Operations(Deliveries, Trail, Memory, Outbox, Past, Protocol):
    """Operations, and all that belongs to them."""

    async def shown_again(self, operation: Operation) -> None:
        """Has the card brought to its present state once the answer to a repeated press is out."""

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
        results: tuple[Result, ...] = (),
        in_time: bool = False,
        expires_at: datetime | None = None,
        revealed_at: datetime | None = None,
        changes: tuple[Change, ...] = (),
        successor: tuple[Operation, AuditEvent] | None = None,
        version: int | None = None,
        terms: Terms | None = None,
        reason: str = "",
    ) -> Operation | None:
        """Compare-and-set: moves an operation by its requester, its approvers, the engine or the clock.

        Only from the states `TRANSITIONS[verb]` names; with `in_time` only before its time is over, and to expire (or to lose a code)
        only then. `approve`, `BulkJobs.preview` and `BulkFiles.answer` move by the same table. With every move its event and all that
        follows from it (`consequences.after`) are stored in the same transaction.

        Args:
            results: how each of several changes ended.
            expires_at: a new end of its time.
            revealed_at: when its requester was given what it made.
            changes: those that are left of it; empty for all.
            successor: an operation that follows from it, confirmed and agreed to with it.
            version: that somebody saw; None for whichever it is.
            reason: that whoever confirms has given only now.
            terms: of a confirmation for which something has to be proved, or may be: with what stands at this moment `proving.settle` says
                whether it may be confirmed, and where that leads.

        Returns:
            The operation as it now is, or None when somebody was quicker or it was too late.

        Raises:
            Refusal: confirming it would go beyond a limit of the policy, or a proof is missing.
        """

    async def approve(self, operation_id: str, approval: Approval, event: AuditEvent) -> Operation | None:
        """Compare-and-set: counts one more person's agreement, and queues the operation when that was the last one needed.

        Only while it waits for approval, before it expires, for nobody twice, and for nobody whose own account a row of the file
        changes. The event gets how many of how many have agreed.

        Returns:
            The operation as it now is, or None when it was too late or this person's agreement does not count.
        """

    async def renew_target(self, seen: Operation, target: Person, warning: str) -> Operation | None:
        """Stores the target's account as it is now, with what has changed, so that the cards show it before anybody's press counts.

        Returns:
            The operation as it now is, or None when it moved on since it was `seen`.
        """

    async def set_approval_card(self, operation_id: str, card_id: str) -> None:
        """Remembers the activity id of the approvers' card."""

    async def set_manager_card(self, operation_id: str, card_id: str) -> None:
        """Remembers the activity id of the card on which the manager reveals it."""

    async def recovery_closed(self, operation_id: str) -> bool:
        """Whether a recovery needs no further looks."""

    async def close_recovery(self, event: AuditEvent, successor: tuple[Operation, AuditEvent] | None) -> bool:
        """Closes a recovery and begins the operation that tidies up after it, if there is one; that is confirmed and agreed to already.

        Returns:
            False when it was closed before.
        """

    async def awaiting_approval(self, now: datetime) -> tuple[Operation, ...]:
        """Every operation that somebody has to agree to, the next to expire first."""

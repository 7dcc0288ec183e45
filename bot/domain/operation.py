"""Operations: a plan with a life (`life`); nothing moves outside the table there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.bulk import Bulk
from bot.domain.change import Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.life import Fate, State
from bot.domain.need import NO_NEED, Need
from bot.domain.people import Actor, Person
from bot.domain.phone import mask_text
from bot.domain.plan import kinds_of, only_contains
from bot.domain.proof import Proof, ProofKind, ProofState
from bot.domain.recovery import Recovery
from bot.domain.rows import Row, row_operation_id
from bot.domain.said import Said, join, say

#: How it usually ends well.
READ_BACK = say("Done, and read back from Entra ID.")


def cancelled_by(name: str) -> Said:
    """How it ends when its requester cancels it."""
    return say("Cancelled by {actor}. Nothing was changed.", actor=name)


@dataclass(frozen=True, slots=True)
class Approval:
    """One other person's agreement."""

    approver_id: str
    approver_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """How one change of several ended; `why` is a sentence where that is no success."""

    fate: Fate
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request and all that became of it.

    Attributes:
        id: short and speakable.
        command: name of the command that asked for it.
        text: what was typed, with numbers masked.
        outcome: the result in one or two sentences, empty until finished.
        card_id: activity id of the requester's card, empty when Teams has not confirmed it.
        need: the agreement policy demands.
        approvals: who has agreed so far, in order.
        approval_where: the channel where approvers are asked; None for their personal chats (`ports.Chats.asked`).
        approval_card_id: activity id of their card there.
        decided_by: name of whoever confirmed, cancelled or denied.
        request_ids: Graph's request ids of the writes.
        version: counts the moves; an older card is recognised by it.
        numbers_removed: it is so old that its numbers were masked in the store too (`NUMBERS_DAYS`).
        bundle: the kind that stands for all of the changes together, if one does.
        results: one for each change, in their order, once several were carried out. Of a single one `outcome` says it, and there is a
            result only where its request ids do not tell whether it was written.
        revealed_at: when the requester was given the code or password that it made; None when nobody was.
        recovery: what is followed up after it; None for everything but a recovery.
        bulk: the file whose rows are its changes; None for everything but a bulk job, whose `target` is nobody.
        first: its target had no method when it was asked for.
        takes_back: id of the operation whose additions it takes back; empty for every other one.
        told: who was told of what it changed and who could not be, a sentence each; empty until that is over.
        manager: the target's manager, as the directory had them when it was asked for, who reveals what it makes; None for the requester.
        manager_card_id: activity id of the card on which they do.
        capped: its target is privileged, restricted or a VIP, so that what a stolen session proves counts less.
        proofs: of the caller, those that stood or had failed when it was confirmed; before that `ports.Proofs.of` has them.
    """

    id: str
    command: str
    text: str
    requester: Actor
    target: Person
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    ticket: str = ""
    reason: str = ""
    conversation: ConversationRef
    state: State = State.PROPOSED
    created_at: datetime
    expires_at: datetime
    finished_at: datetime | None = None
    outcome: str = ""
    card_id: str = ""
    need: Need = NO_NEED
    approvals: tuple[Approval, ...] = ()
    approval_where: ConversationRef | None = None
    approval_card_id: str = ""
    decided_by: str = ""
    request_ids: tuple[str, ...] = ()
    version: int = 0
    numbers_removed: bool = False
    bundle: ChangeKind | None = None
    results: tuple[Result, ...] = ()
    revealed_at: datetime | None = None
    recovery: Recovery | None = None
    bulk: Bulk | None = None
    first: bool = False
    takes_back: str = ""
    told: tuple[str, ...] = ()
    manager: Person | None = None
    manager_card_id: str = ""
    capped: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def contains(self) -> bool:
        """It only takes access away, so it is one person's and waits for nothing."""
        return only_contains(self.changes, self.bundle, self.takes_back)

    @property
    def by_the_person(self) -> bool:
        """The person themselves said that a change was not theirs, and this takes access away: nobody has to allow it."""
        return self.contains and self.requester.id == self.target.id

    @property
    def provable(self) -> bool:
        """Somebody on the telephone may be proved to be its target: it is about one person, who asked for it through an agent."""
        return self.bulk is None and not self.contains and self.bundle is not ChangeKind.BULK and not self.by_the_person

    @property
    def vouchers(self) -> dict[str, str]:
        """Managers who vouched for the caller: name by object id, in small letters."""
        said = (proof for proof in self.proofs if proof.kind is ProofKind.MANAGER and proof.state is ProofState.GIVEN)
        return {proof.by_id.lower(): proof.by_name for proof in said}

    @property
    def doubted(self) -> bool:
        """A proof of the caller has failed, or agreement stands in for one: whoever agrees has to read more than what is asked for."""
        return self.need.stood_in or any(proof.state is ProofState.FAILED for proof in self.proofs)

    def ended_after(self, at: datetime) -> bool:
        """Whether it ended later than this."""
        return self.finished_at is not None and self.finished_at > at

    @property
    def kinds(self) -> frozenset[ChangeKind]:
        """What policy has to agree to."""
        return kinds_of(self.changes, self.bundle)

    @property
    def may_be_asked_again(self) -> bool:
        """A new card with the same wish makes sense: nothing was done, or a part of a bundle is left."""
        if self.state is State.CANCELLED:  # not after a suspicious call
            return self.outcome == cancelled_by(self.decided_by)
        return self.state in (State.STALE, State.FAILED, State.EXPIRED) or (self.state is State.PARTIAL and self.bundle is not None)

    @property
    def may_be_replaced(self) -> bool:
        """What it made was perhaps not seen, so another one makes sense."""
        return self.once_only and self.state in (State.SUCCEEDED, State.PARTIAL)

    @property
    def agreed(self) -> frozenset[str]:
        """Object ids of those who have agreed."""
        return frozenset(approval.approver_id for approval in self.approvals)

    @property
    def approvers(self) -> str:
        """Names of those who have agreed, in words: "Sam Okafor and Ingrid Lund"."""
        return join(say(" and "), (approval.approver_name for approval in self.approvals))

    @property
    def confirmed(self) -> bool:
        """Its requester has confirmed it, or somebody has decided otherwise."""
        return bool(self.decided_by)

    @property
    def once_only(self) -> bool:
        """It makes something that is seen once: its requester has to press Reveal, and nothing may repeat it.

        Of an operation that changes other things as well, what is seen once becomes an operation of its own (`following`).
        """
        return bool(self.changes) and all(change.once_only for change in self.changes)

    @property
    def handed_over(self) -> bool:
        """What it makes is revealed by the manager, on a card of their own."""
        return self.once_only and self.manager is not None

    @property
    def revealer(self) -> Actor | Person:
        """Who alone reveals what it makes."""
        return self.manager or self.requester

    @property
    def editable(self) -> bool:
        """Its requester may leave some of its changes out when confirming."""
        return self.state is State.PROPOSED and self.recovery is not None and len(self.changes) > 1

    def of_row(self, row: Row) -> Operation:
        """One row of this job, which is about somebody, as the operation that it would be alone."""
        assert row.target is not None, "only rows about somebody are carried out"
        return replace(
            self,
            id=row_operation_id(self.id, row.number),
            target=row.target,
            changes=row.changes,
            results=tuple(map(Result, row.fates)),
            state=row.state or self.state,
            outcome=row.outcome,
            bundle=ChangeKind.BULK,
            bulk=None,
        )

    def following(self, changes: tuple[Change, ...], state: State, expires_at: datetime, note: str) -> Operation:
        """An operation that follows from this one: asked for, confirmed and agreed to with it, so a rule's hours hold as they held then.

        Args:
            expires_at: when its own time is over.
        """
        return Operation(
            id="",
            command=self.command,
            text=self.text,
            requester=self.requester,
            target=self.target,
            changes=changes,
            notes=(note,),
            ticket=self.ticket,
            reason=self.reason,
            conversation=self.conversation,
            state=state,
            created_at=self.created_at,
            expires_at=expires_at,
            need=self.need,
            approvals=self.approvals,
            manager=self.manager,
            decided_by=self.decided_by,
            capped=self.capped,
            proofs=self.proofs,
        )

    @property
    def agreed_state(self) -> State:
        """Where it goes once everybody needed has agreed."""
        return State.READY if self.once_only else State.QUEUED

    def masked(self) -> Operation:
        """The same operation fit for everybody's eyes."""
        return replace(self, changes=tuple(change.masked() for change in self.changes), reason=mask_text(self.reason))

"""Proof that whoever is on the telephone is the person: its kinds, how much each is worth, and whether what stands is enough. Pure.

A proof belongs to one operation, whose changes are frozen. The ladder of tiers is fixed here: policy may demand, and never lift a kind.
Knowledge is no kind, because whoever attacks knows more about a person than the person remembers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce

from bot.domain.said import alternatives, say, say_count, say_each


class ProofKind(StrEnum):
    """How somebody is proved to be themselves. A stored word, and the word of a policy file: never rename one."""

    SIGN_IN = "sign_in"
    FACE_CHECK = "face_check"  # named, and not offered yet
    IN_PERSON = "in_person"
    NUMBER_MATCH = "number_match"
    MANAGER = "manager"
    VIDEO = "video"
    CALL_BACK = "call_back"

    @property
    def in_words(self) -> str:
        """As people say it, in the middle of a sentence."""
        return _IN_WORDS[self]


_IN_WORDS = say_each(
    {
        ProofKind.SIGN_IN: "a fresh sign-in",
        ProofKind.FACE_CHECK: "a face check",
        ProofKind.IN_PERSON: "seen in person",
        ProofKind.NUMBER_MATCH: "a number match in Teams",
        ProofKind.MANAGER: "the manager's word",
        ProofKind.VIDEO: "a video call with a second colleague",
        ProofKind.CALL_BACK: "a call back",
    }
)


class Source(StrEnum):
    """Where a proof comes from; two from one source are not independent of each other."""

    SESSION = "session"  # who holds the person's session gives both
    BODY = "body"
    MANAGER = "manager"
    OLD_NUMBER = "old_number"


TIERS: dict[ProofKind, int] = {
    ProofKind.SIGN_IN: 3,
    ProofKind.FACE_CHECK: 3,
    ProofKind.IN_PERSON: 3,
    ProofKind.NUMBER_MATCH: 2,
    ProofKind.MANAGER: 2,
    ProofKind.VIDEO: 2,
    ProofKind.CALL_BACK: 1,
}
HIGHEST_TIER = max(TIERS.values())
SOURCES: dict[ProofKind, Source] = {
    ProofKind.SIGN_IN: Source.SESSION,
    ProofKind.NUMBER_MATCH: Source.SESSION,
    ProofKind.FACE_CHECK: Source.BODY,
    ProofKind.IN_PERSON: Source.BODY,
    ProofKind.VIDEO: Source.BODY,
    ProofKind.MANAGER: Source.MANAGER,
    ProofKind.CALL_BACK: Source.OLD_NUMBER,
}
#: What a policy may name, and nobody can be asked for yet.
NOT_OFFERED = frozenset({ProofKind.FACE_CHECK})
#: What a stolen session can give is worth no more than this for whoever a thief would choose.
CAPPED_TIER = 1
#: How many independent proofs a policy may demand at the most.
MOST_PROOFS = len(Source)
#: How long a proof counts once it was given, when the policy says nothing, and at the most.
VALID_FOR, LONGEST_VALID = timedelta(minutes=15), timedelta(minutes=60)


def tier_of(kind: ProofKind, *, capped: bool) -> int:
    """How much a proof of this kind is worth.

    Args:
        capped: the person is privileged, restricted or a VIP, whose session is worth stealing.
    """
    return min(TIERS[kind], CAPPED_TIER) if capped and kind is ProofKind.NUMBER_MATCH else TIERS[kind]


class ProofState(StrEnum):
    """How a proof stands. A stored word: never rename one."""

    ASKED = "asked"
    GIVEN = "given"
    FAILED = "failed"
    EXPIRED = "expired"  # nobody answered in time
    WITHDRAWN = "withdrawn"  # its operation has ended, or it could not be asked for: no failure of the person


#: What whoever has to know says: the evidence of a proof that failed by their own word, and not by a slip or by somebody else's doing.
SOMEBODY_ELSE = say("says that it is somebody else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Somebody independent said of one operation that the person is who they say, and wants it; or was asked to.

    Attributes:
        id: 128 random bits, in hexadecimal digits.
        agent_id: the requester of the operation, who asked for it.
        capped: the person was one whose session is worth stealing.
        expires_at: until when it may be answered, while it is asked for; until when it counts, once it was given.
        by_id, by_name: who answered.
        evidence: from a closed vocabulary, never a number; what became of it where it was not given.
        secret: of a number match, with what its number can be told; see `domain.number_match`.
        card_id: activity id of the card on which it is answered; empty where that is the agent's own.
        asked_id, asked_name: who is to answer, where that is not the agent: the person or the manager.
    """

    id: str
    operation_id: str
    target_id: str
    kind: ProofKind
    state: ProofState = ProofState.ASKED
    agent_id: str
    capped: bool = False
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    by_id: str = ""
    by_name: str = ""
    evidence: str = ""
    secret: str = ""
    card_id: str = ""
    asked_id: str = ""
    asked_name: str = ""

    @property
    def tier(self) -> int:
        """How much it is worth."""
        return tier_of(self.kind, capped=self.capped)

    @property
    def source(self) -> Source:
        """Where it comes from."""
        return SOURCES[self.kind]

    @property
    def taken_back(self) -> bool:
        """The agent waited for it no longer, which says nothing of whether it is to be had."""
        return self.state is ProofState.WITHDRAWN and self.by_id == self.agent_id

    @property
    def denied(self) -> bool:
        """Whoever was asked has said that it is somebody else, which there is nothing to add to."""
        return self.state is ProofState.FAILED and self.evidence == SOMEBODY_ELSE

    def counts(self, at: datetime) -> bool:
        """Whether it was given and still counts at this moment."""
        return self.state is ProofState.GIVEN and at < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofNeed:
    """What a policy demands of proofs before a confirmation.

    Attributes:
        tier: each has to be of this tier at least; 0 for any.
        count: so many, independent of one another; 0 demands nothing.
        kinds: only these count; None for every kind.
        valid_for: how long one counts once it was given.
        or_approvals: where none is possible, so many more people and a reason stand in for it; 0 where nothing does.
        rules: names of the rules that demand it.
    """

    tier: int = 0
    count: int = 0
    kinds: frozenset[ProofKind] | None = None
    valid_for: timedelta = VALID_FOR
    or_approvals: int = 0
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it demands anything."""
        return self.count > 0

    @property
    def in_words(self) -> str:
        """As people say it: "2 independent proofs of tier 2 or higher"; empty when nothing is demanded."""
        if not self:
            return ""
        if self.kinds is not None:
            named = alternatives(kind.in_words for kind in ProofKind if kind in self.kinds - NOT_OFFERED and TIERS[kind] >= self.tier)
            return say_count(
                self.count, "a proof of the caller by {kinds}", "{count} independent proofs of the caller by {kinds}", kinds=named
            )
        if not self.tier:
            return say_count(self.count, "a proof of the caller", "{count} independent proofs of the caller")
        tier = say("tier {tier}", tier=self.tier) if self.tier == HIGHEST_TIER else say("tier {tier} or higher", tier=self.tier)
        return say_count(self.count, "a proof of the caller of {tier}", "{count} independent proofs of the caller of {tier}", tier=tier)

    def suits(self, proof: Proof) -> bool:
        """Whether a proof is of a kind and tier that counts for it."""
        return self.takes(proof.kind, capped=proof.capped)

    def takes(self, kind: ProofKind, *, capped: bool) -> bool:
        """Whether a proof of this kind, about such a person, would count for it."""
        return (self.kinds is None or kind in self.kinds) and tier_of(kind, capped=capped) >= self.tier

    def covers(self, other: ProofNeed) -> bool:
        """Whether whatever is enough for this is enough for the other one."""
        if not other:
            return True
        narrower = other.kinds is None or (self.kinds is not None and self.kinds <= other.kinds)
        return self.tier >= other.tier and self.count >= other.count and narrower and self.valid_for <= other.valid_for

    def could_be_met(self, without: Collection[ProofKind] = ()) -> bool:
        """Whether there are kinds of so many sources that it can be met at all.

        Args:
            without: kinds that are not to be had.
        """
        return len({SOURCES[kind] for kind in ProofKind if kind not in without and self.takes(kind, capped=False)}) >= self.count


#: Nothing has to be proved.
NO_PROOF = ProofNeed()


def combined(needs: Iterable[ProofNeed]) -> ProofNeed:
    """What several demand together: the highest tier, the largest count, the shortest life, the kinds that all accept.

    More approvals stand in for it only where every one of them says so, and then as many as the one that wants most.
    """
    demanding = [need for need in needs if need]
    if not demanding:
        return NO_PROOF
    kinds = [need.kinds for need in demanding if need.kinds is not None]
    stand_ins = [need.or_approvals for need in demanding]
    return ProofNeed(
        tier=max(need.tier for need in demanding),
        count=max(need.count for need in demanding),
        kinds=reduce(frozenset.__and__, kinds) if kinds else None,
        valid_for=min(need.valid_for for need in demanding),
        or_approvals=max(stand_ins) if all(stand_ins) else 0,
        rules=tuple(sorted({rule for need in demanding for rule in need.rules})),
    )


def enough(need: ProofNeed, proofs: Collection[Proof], at: datetime) -> bool:
    """Whether the proofs that count at this moment are all that is demanded: so many that suit it, no two from one source.

    A proof counts no longer than this need lets one count, whatever it was given for.
    """
    if not need:
        return True
    suiting = {proof.source for proof in proofs if need.suits(proof) and proof.counts(at) and _fresh(need, proof, at)}
    return len(suiting) >= need.count


def _fresh(need: ProofNeed, proof: Proof, at: datetime) -> bool:
    return proof.answered_at is not None and at < proof.answered_at + need.valid_for


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRules:
    """`[proof]` of the policy file.

    Attributes:
        valid_for: how long a proof counts that no rule demands.
        fails: so many failed proofs in 24 hours lock the person.
        recent_days: a number or manager younger than this is not offered.
    """

    valid_for: timedelta = VALID_FOR
    fails: int = 3
    recent_days: int = 14

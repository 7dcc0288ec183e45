"""What an operation needs from people before it is carried out: proofs of the caller, and the agreement of others. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.proof import NO_PROOF, Proof, ProofNeed, combined, enough
from bot.domain.said import join, say, say_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Eased:
    """Other people, or fewer or more of them, have to agree where this is proved; the other attributes are those of `Need`."""

    proof: ProofNeed
    approvals: int = 0
    groups: frozenset[str] = frozenset()
    group_names: str = ""
    rules: tuple[str, ...] = ()
    deny_reason: bool = False
    valid_for: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What an operation waits for: proofs before its requester can confirm, and after that the agreement of others.

    Attributes:
        approvals: how many other people must agree; 0 for nobody.
        groups: ids of the groups whose members may.
        group_names: the same in words, as the card says them.
        rules: names of the rules that demand that.
        deny_reason: whoever denies has to say why.
        valid_for: how long the approval may take.
        to_manager: the person's manager, and not the requester, reveals what is seen once.
        proof: what has to be proved of the caller before it can be confirmed.
        eased: what else may be proved, so that fewer people have to agree (`or_proof` of a rule); fewest first.
        instead: who has to agree where none of what has to be proved is possible, and a reason is given (`or_approvals`); None for nobody.
        stood_in: nothing could be proved, and those of `instead` agree.
        risky: a signal about the person was bad, or could not be read, when it was asked.
    """

    approvals: int = 0
    groups: frozenset[str] = frozenset()
    group_names: str = ""
    rules: tuple[str, ...] = ()
    deny_reason: bool = False
    valid_for: timedelta = timedelta(hours=1)
    to_manager: bool = False
    proof: ProofNeed = NO_PROOF
    eased: tuple[Eased, ...] = ()
    instead: Eased | None = None
    stood_in: bool = False
    risky: bool = False

    @property
    def in_words(self) -> str:
        """As people say it: "a proof of the caller of tier 2 or higher, and 2 approvals by members of Seniors"; "no approval" for none."""
        approvals = self._approvals or ("" if self.proof else say("no approval"))
        return join(say(", and "), (self.proof.in_words, approvals, self._manager))

    @property
    def after_in_words(self) -> str:
        """What it waits for once it is confirmed; empty when it waits for nobody."""
        return join(say(", and "), (self._approvals, self._manager))

    @property
    def instead_in_words(self) -> str:
        """What stands in for a proof where none is possible; empty when nothing does."""
        if self.instead is None:
            return ""
        return say_count(
            self.instead.approvals,
            "a reason, and {count} approval by members of {groups}",
            "a reason, and {count} approvals by members of {groups}",
            groups=self.instead.group_names,
        )

    @property
    def demanded_by(self) -> tuple[str, ...]:
        """Names of all rules that demand something of it, in alphabetical order."""
        return tuple(sorted({*self.rules, *self.proof.rules}))

    @property
    def _manager(self) -> str:
        return say("the manager to reveal it") if self.to_manager else ""

    @property
    def _approvals(self) -> str:
        if not self.approvals:
            return ""
        approvals = say_count(
            self.approvals,
            "{count} approval by members of {groups}",
            "{count} approvals by members of {groups}",
            groups=self.group_names,
        )
        if not self.eased:
            return approvals
        least = self.eased[0]
        if not least.approvals:
            return say("{approvals}, or instead {proof}", approvals=approvals, proof=least.proof.in_words)
        return say("{approvals} ({count} with {proof})", approvals=approvals, count=least.approvals, proof=least.proof.in_words)

    def proves_no_more(self, than: Need) -> bool:
        """Whether what was proved for another need, and whoever stood in or was spared by that, is enough for this one too."""
        spared = all(any(one.proof.covers(mine.proof) and _asks_no_more(mine, one) for mine in self.eased) for one in than.eased)
        stands_in = than.instead is None or (self.instead is not None and _asks_no_more(self.instead, than.instead))
        return than.proof.covers(self.proof) and (spared or not self.approvals) and (stands_in or not self.proof)

    def with_proofs(self, proofs: Collection[Proof], at: datetime) -> Need:
        """The same with as few approvals as the proofs that count at this moment leave; what has to be proved is still demanded."""
        return next((self._as(eased) for eased in self.eased if enough(eased.proof, proofs, at)), self)

    @property
    def without_proof(self) -> Need:
        """The same where none of what has to be proved is possible, so that more people stand in for it; only with an `instead`."""
        assert self.instead is not None, "somebody stands in for it"
        return replace(self._as(self.instead), proof=NO_PROOF, eased=(), stood_in=True)

    def with_so_few(self, approvers: int) -> Need | None:
        """The same where no more people than these could agree: what spares the others has to be proved then; None where nothing does."""
        if approvers >= self.approvals:
            return replace(self, instead=None)
        for eased in self.eased:
            if eased.approvals <= approvers and (not eased.approvals or eased.groups == self.groups):
                return replace(self._as(eased), proof=combined((self.proof, eased.proof)), eased=(), instead=None)
        return None

    def _as(self, eased: Eased) -> Need:
        return replace(
            self,
            approvals=eased.approvals,
            groups=eased.groups,
            group_names=eased.group_names,
            rules=eased.rules,
            deny_reason=eased.deny_reason,
            valid_for=eased.valid_for,
        )


def _asks_no_more(one: Eased, than: Eased) -> bool:
    """Whether whoever had to agree to the other are enough for this one."""
    return one.approvals <= than.approvals and (not one.approvals or than.groups <= one.groups)


#: The requester's own confirmation is enough.
NO_NEED = Need()

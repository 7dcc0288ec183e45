"""What a policy demands beyond its rules while the threat level is high. How that is applied stands in `domain.threat`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.change import CONTAINING, KINDS, ChangeKind
from bot.domain.proof import ProofNeed
from bot.domain.said import say, say_count, together

#: What the end of a pass is cut to where the policy says "shortest": no tenant gives one as short, so it is the tenant's shortest.
SHORTEST = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class High:
    """What the policy demands beyond its rules while the threat level is high; nothing of it is about what only takes access away.

    Attributes:
        deny: what is refused, whoever asks.
        approvals: so many people have to agree at least.
        proof_tier: without a proof of the caller of this tier nothing goes; 0 for none. Nothing is proved for the people of a file.
        pass_minutes: how long a pass may last at the most; `SHORTEST` for the tenant's shortest.
        target_per_day: as in `Limits`; 0 leaves that as it is.
    """

    deny: frozenset[ChangeKind] = frozenset({ChangeKind.SET_PHONE, ChangeKind.SET_EMAIL, ChangeKind.SMS_SIGN_IN, ChangeKind.BULK})
    approvals: int = 1
    proof_tier: int = 3
    pass_minutes: int = SHORTEST
    target_per_day: int = 1

    @property
    def refuses(self) -> frozenset[ChangeKind]:
        """What nobody gets; never what only takes access away."""
        return self.deny - CONTAINING

    @property
    def in_words(self) -> tuple[tuple[str, str], ...]:
        """As people read it: label and value; the value is empty where nothing is demanded."""
        kinds = together(KINDS[kind].why for kind in ChangeKind if kind in self.refuses)
        passes = (
            say("the shortest that the tenant allows")
            if self.pass_minutes == SHORTEST
            else say("{count} minutes at the most", count=self.pass_minutes)
        )
        people = say_count(self.approvals, "{count} other person agrees at least", "{count} other people agree at least")
        changes = say_count(self.target_per_day, "{count} change in 24 hours", "{count} changes in 24 hours")
        return (
            (say("Refused"), kinds),
            (say("Everything else"), people if self.approvals else ""),
            (say("Before it is confirmed"), ProofNeed(tier=self.proof_tier, count=1).in_words if self.proof_tier else ""),
            (say("Passes"), passes),
            (say("For one person"), changes if self.target_per_day else ""),
            (say("As always"), say("what only takes access away")),
        )

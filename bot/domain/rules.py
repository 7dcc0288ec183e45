"""What policy says: rules for who may ask for what, about whom, and with whose agreement. Pure; time and facts are passed in.

Rules have no order. A deny that matches beats every allow; what no allow covers is refused; and where several allows match, what
they demand adds up (most approvals, only approvers that each of them accepts, the strictest proof, every pattern, every reason).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.high import High
from bot.domain.notice_rules import NoticeRules, NotMeRules
from bot.domain.people import Person, Privileges
from bot.domain.proof import NO_PROOF, ProofNeed, ProofRules
from bot.domain.said import join, say
from bot.domain.stop import Threat


class Ground(StrEnum):
    """What sort of target somebody is. `ORDINARY` and `VIP` apart, each is a ground for protection; somebody may be on several."""

    ORDINARY = "ordinary"
    VIP = "vip"
    PRIVILEGED = "privileged"  # a directory role, held or within reach: see `people.Privileges`
    RESTRICTED = "restricted"  # in a restricted-management administrative unit
    BREAK_GLASS = "break_glass"
    GUEST = "guest"  # guests and external members
    HELPDESK = "helpdesk"  # whoever may ask or approve, and administrators


#: What the word "protected" in a rule stands for.
PROTECTED = frozenset({Ground.PRIVILEGED, Ground.RESTRICTED, Ground.BREAK_GLASS, Ground.GUEST, Ground.HELPDESK})


#: Whose session is worth stealing.
CAPPED = frozenset({Ground.VIP, Ground.PRIVILEGED, Ground.RESTRICTED, Ground.BREAK_GLASS})


#: The action of a rule that is about the report of who has only a phone. It changes nobody, so "*" does not stand for it, neither in a rule
#: that allows nor in one that denies: whoever wrote "*" was thinking of changes.
REPORT = "report"


DAYS = (say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"), say("Saturday"), say("Sunday"))


@dataclass(frozen=True, slots=True)
class Hours:
    """When a rule holds: on these days (0 Monday … 6 Sunday) from `start` until before `end`, in `zone`.

    Over midnight if `end` is not later than `start`; the day is then the one on which it began.
    """

    days: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo

    @property
    def in_words(self) -> str:
        """As people say it: "Monday to Friday, 07:00 to 19:00 (Europe/Amsterdam)"."""
        days = sorted(self.days)
        if days == list(range(7)):
            named = say("every day")
        elif len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
            named = say("{first} to {last}", first=DAYS[days[0]], last=DAYS[days[-1]])
        else:
            named = join(", ", (DAYS[day] for day in days))
        start, end = f"{self.start:%H:%M}", f"{self.end:%H:%M}"
        return say("{days}, {start} to {end} ({zone})", days=named, start=start, end=end, zone=self.zone.key)

    def include(self, at: datetime) -> bool:
        """Whether this moment is among them."""
        local = at.astimezone(self.zone)
        if self.start < self.end:
            return local.weekday() in self.days and self.start <= local.time() < self.end
        began = local if local.time() >= self.start else local - timedelta(days=1)
        return began.weekday() in self.days and (local.time() >= self.start or local.time() < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the policy file.

    Attributes:
        deny: it forbids; only `actions`, `targets`, `ask`, `conversations` and `hours` count then.
        actions: the kinds of change it is about; empty for all.
        targets: the grounds it is about.
        ask: ids of the groups whose members it is about; empty in a deny for everybody.
        approvals: how many other people must agree.
        approve: ids of the groups whose members may agree.
        reason: the requester has to give one.
        ticket: pattern a ticket must match in full; empty when none is needed.
        ticket_example: a ticket as people should type it; empty when the file gives none.
        deny_reason: whoever denies has to say why.
        confirm_for, approve_for: how long the confirmation and the approval may take; None for the default.
        conversations: ids of teams, channels or chats it is limited to; empty for everywhere.
        hours: when it holds; None for always.
        registered: it is about people who have a method already (True), or who have none yet (False); None for both.
        reusable: a pass that is used more than once is allowed by it.
        to_manager: what is seen once is revealed by the person's manager.
        proof: what has to be proved of the caller before it can be confirmed.
        or_proof: `proof` is no demand then, but the alternative to `approvals`.
        if_risk: what has to be proved too while a signal about the person is bad or cannot be read.
    """

    name: str
    deny: bool = False
    actions: frozenset[ChangeKind] = frozenset()
    targets: frozenset[Ground] = frozenset({Ground.ORDINARY})
    ask: frozenset[str] = frozenset()
    approvals: int = 0
    approve: frozenset[str] = frozenset()
    reason: bool = False
    ticket: str = ""
    ticket_example: str = ""
    deny_reason: bool = False
    confirm_for: timedelta | None = None
    approve_for: timedelta | None = None
    conversations: frozenset[str] = frozenset()
    hours: Hours | None = None
    registered: bool | None = None
    reusable: bool = False
    to_manager: bool = False
    proof: ProofNeed = NO_PROOF
    or_proof: bool = False
    if_risk: ProofNeed = NO_PROOF

    def holds_in(self, where: ConversationRef) -> bool:
        """Whether it is about what is asked in this conversation."""
        return not self.conversations or not self.conversations.isdisjoint((where.conversation_id, where.channel_id, where.team_id))

    def holds_at(self, at: datetime) -> bool:
        """Whether it is about what is asked at this moment."""
        return self.hours is None or self.hours.include(at)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much; 0 switches a limit off.

    Attributes:
        target_per_day: changes made or under way for one person in 24 hours.
        agent_per_hour: changes one agent asked for and confirmed in an hour.
        same_number: "refuse", "warn" or "allow" a number that was set for another person before.
        refusals_per_hour: so many refusals of one agent in an hour raise a remark in the log channel.
        team_per_day: so many people changed in one department in 24 hours raise a remark.
        requests_per_hour: requests for somebody's approval that one agent confirmed in an hour, whatever became of them.
        contain_per_hour: operations that only take access away which one agent confirmed in an hour; they count for nothing else.
        freezes_per_hour: people one agent froze by typing in an hour; a suspicious call is neither counted nor refused.
    """

    target_per_day: int = 5
    agent_per_hour: int = 30
    same_number: str = "warn"
    refusals_per_hour: int = 5
    team_per_day: int = 5
    requests_per_hour: int = 20
    contain_per_hour: int = 20
    freezes_per_hour: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything `POLICY_FILE` says, or the built-in default.

    Attributes:
        names: id of a group or conversation -> the name it has in the file, for sentences.
        vip: ids of the groups whose members are VIPs.
        break_glass: object ids of the emergency accounts.
        helpdesk: ids of the groups whose members are protected as colleagues: all who may ask, approve or administer.
        reports: the rules about `REPORT`, of which only `name`, `deny`, `ask`, `conversations` and `hours` count. Apart, so that nobody
            gets a right to a change, or the protection of a colleague, by one.
        full_numbers_in_files: the files of bulk jobs show telephone numbers in full.
        first_day_to_manager: the first pass of somebody new is revealed by the manager, whatever the rules say.
        notices: who is told of a change.
        not_me: what happens when they did not want it.
        proof: how long proofs count, how many failures lock, how young a number may be.
        high: what a high threat level adds (`domain.threat.tightened`).
        unknown_is_high: as long as nobody can say how the threat level stands it counts as high.
        threat: the level for which this policy has been tightened; None for the policy as it was written.
        source: where it comes from, for whoever examines the installation; empty for the built-in one.
    """

    rules: tuple[Rule, ...]
    reports: tuple[Rule, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    vip: frozenset[str] = frozenset()
    break_glass: frozenset[str] = frozenset()
    helpdesk: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    confirm_for: timedelta = timedelta(minutes=10)
    approve_for: timedelta = timedelta(hours=1)
    first_day_to_manager: bool = False
    full_numbers_in_files: bool = False
    notices: NoticeRules = field(default_factory=NoticeRules)
    not_me: NotMeRules = field(default_factory=NotMeRules)
    proof: ProofRules = field(default_factory=ProofRules)
    high: High = field(default_factory=High)
    unknown_is_high: bool = False
    threat: Threat | None = None
    source: str = ""

    @property
    def least_approvals(self) -> int:
        """So many people have to agree to whatever does more than take access away."""
        return self.high.approvals if self.threat else 0

    @property
    def least_tier(self) -> int:
        """Of this tier has a proof to be without which nothing goes that does more than take access away; 0 for none."""
        return self.high.proof_tier if self.threat else 0

    @property
    def longest_pass(self) -> int | None:
        """How many minutes a pass may last; None for as long as the tenant allows."""
        return self.high.pass_minutes if self.threat else None

    def groups(self) -> frozenset[str]:
        """Every group that gives a requester or an approver a right, for asking the directory about."""
        return self.helpdesk | frozenset(group for rule in (*self.rules, *self.reports) for group in rule.ask | rule.approve)

    def asking(self) -> frozenset[str]:
        """The groups some rule lets ask."""
        return frozenset(group for rule in self.rules if not rule.deny for group in rule.ask)

    def approving(self) -> frozenset[str]:
        """The groups some rule lets approve."""
        return frozenset(group for rule in self.rules if not rule.deny for group in rule.approve)

    def reporting(self) -> frozenset[str]:
        """The groups some rule lets see reports."""
        return frozenset(group for rule in self.reports if not rule.deny for group in rule.ask)

    def group_names(self, ids: Iterable[str]) -> str:
        """The groups (or conversations) in words: "Administrators or Seniors"."""
        return join(say(" or "), sorted(self.names.get(one, one) for one in ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request as policy sees it.

    Attributes:
        requester_groups: those of the policy's groups the requester is in now.
        target_groups: every group the target is in, nested ones included.
        where: the conversation, as the message came from.
        containing: those of the kinds that only take access away in this request.
        implied: what the request amounts to beside its kinds, such as a reset by its last step.
        registered: the target has a method already, or counts as if.
        takes_back: it takes back what an operation added.
        risky: a signal about the target was bad, or could not be read, when it was asked.
    """

    kinds: frozenset[ChangeKind]
    requester_id: str
    requester_groups: frozenset[str]
    target: Person
    privileges: Privileges
    target_groups: frozenset[str]
    where: ConversationRef
    at: datetime
    reason: str = ""
    ticket: str = ""
    containing: frozenset[ChangeKind] = frozenset()
    implied: frozenset[ChangeKind] = frozenset()
    registered: bool = True
    takes_back: bool = False
    risky: bool = False

    @property
    def contains(self) -> bool:
        """All of it only takes access away."""
        return not self.more

    @property
    def more(self) -> frozenset[ChangeKind]:
        """Those of the kinds that do more than take access away."""
        return frozenset() if self.takes_back else self.kinds - self.containing


#: How sentences name the groups of the settings.
HELPDESK_NAME, ADMINS_NAME = say("the helpdesk group"), say("the administrators' group")


#: What gives somebody a way in, or another one.
WAYS_IN = frozenset({ChangeKind.SET_PHONE, ChangeKind.SET_EMAIL})
#: What goes with one person's word as long as a strong method stays.
PLAIN_REMOVALS = frozenset({ChangeKind.REMOVE_PHONE, ChangeKind.REMOVE_EMAIL})
#: Changes that need a second person whoever they are about, unless a policy file says otherwise.
GRAVE = frozenset(ChangeKind) - WAYS_IN - PLAIN_REMOVALS - CONTAINING


def default_policy(helpdesk: str, admins: str, confirm_for: timedelta) -> Policy:
    """What holds without a policy file: the helpdesk group may change ordinary people, VIPs are nobody; see docs/security-officer.md."""
    asking, approving = frozenset({helpdesk}), frozenset(filter(None, (helpdesk, admins)))
    return Policy(
        rules=(
            Rule(name=say("Built-in: a first method is one person's work"), actions=WAYS_IN, registered=False, ask=asking),
            Rule(name=say("Built-in: taking access away is one person's work"), actions=CONTAINING | PLAIN_REMOVALS, ask=asking),
            Rule(name=say("Built-in: this needs a second person"), actions=GRAVE, ask=asking, approvals=1, approve=approving),
            # A reset is here once more for removals that amount to one.
            Rule(
                name=say("Built-in: how somebody registered gets in is two people's work"),
                actions=WAYS_IN | {ChangeKind.RESET_MFA},
                registered=True,
                ask=asking,
                approvals=1,
                approve=approving,
            ),
        ),
        names={helpdesk: HELPDESK_NAME, admins: ADMINS_NAME},
        helpdesk=approving,
        confirm_for=confirm_for,
    )

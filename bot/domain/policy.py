"""Who may ask for what, and about whom. Pure functions that return a decision with its reason.

Deny beats allow, and what nothing allows is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

from bot.domain.need import Need
from bot.domain.people import Actor, Standing
from bot.domain.said import join, said_at, say
from bot.domain.stop import Freeze, Stop, because


class Reason(StrEnum):
    """Why; recorded in the audit trail. Append-only."""

    ALLOWED = "allowed"
    OTHER_TENANT = "other_tenant"
    NOT_A_MEMBER = "guest_or_bot"
    DISABLED = "disabled_account"
    NOT_HELPDESK = "not_in_helpdesk_group"
    NOT_ADMIN = "not_in_admin_group"
    OWN_ACCOUNT = "own_account"
    GUEST_TARGET = "guest_target"
    PRIVILEGED_TARGET = "privileged_target"
    PAUSED = "paused"
    FROZEN = "frozen"
    NOT_FREEZER = "not_the_freezer"
    NO_RULE = "no_rule_allows"
    DENIED_BY_RULE = "denied_by_rule"
    NEEDS_REASON = "needs_reason"
    NEEDS_TICKET = "needs_ticket"
    NOT_HERE = "not_in_this_conversation"
    NOT_NOW = "not_at_this_hour"
    NOBODY_CAN_APPROVE = "nobody_can_approve"
    NOT_APPROVER = "not_an_approver"
    OWN_REQUEST = "own_request"
    ABOUT_APPROVER = "about_the_approver"
    COUNTED = "already_counted"
    LIMIT = "limit_reached"
    RESTRICTED_TARGET = "restricted_target"
    BREAK_GLASS_TARGET = "break_glass_target"
    HELPDESK_TARGET = "helpdesk_target"
    VIP_TARGET = "vip_target"
    NOT_ASKER = "not_in_an_asking_group"
    NEEDS_MORE_AGREEMENT = "needs_more_agreement"
    CONTAIN_LIMIT = "containment_limit_reached"
    FREEZE_LIMIT = "freeze_limit_reached"
    SAME_PERSON = "same_person"
    AGREEMENT_LOST = "agreement_lost"
    ONE_TIME_ONLY = "one_time_only"
    THREAT_HIGH = "threat_high"
    NO_MANAGER = "no_manager"
    REVEALS_IT = "reveals_it"
    NEEDS_PROOF = "needs_proof"
    VOUCHED = "vouched_for_the_caller"
    NOBODY_CAN_PROVE = "nobody_can_prove"


#: These pass by themselves, so what they keep back may wait for that.
PASSING = frozenset({Reason.PAUSED, Reason.FROZEN, Reason.LIMIT})


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, why, and the sentence for the person.

    Attributes:
        rules: names of the policy's rules that decided, in alphabetical order; empty when none did.
        need: what has to happen between the confirmation and the change; None when refused.
        confirm_for: how long the confirmation may take; None for the policy's default.
        reusable: every rule that allows a pass allows one that is used more than once.
        wants: the words that are missing, of "ticket" and "reason"; empty where none would help.
    """

    allowed: bool
    reason: Reason
    text: str = ""
    hint: str = ""
    rules: tuple[str, ...] = ()
    need: Need | None = None
    confirm_for: timedelta | None = None
    reusable: bool = False
    wants: tuple[str, ...] = ()


ALLOWED = Decision(True, Reason.ALLOWED)


def identify(actor: Actor, tenant_id: str, *, guest_or_bot: bool) -> Decision:
    """Whether this actor can be anybody to us at all, before anything is looked up."""
    if actor.tenant_id.lower() != tenant_id.lower():
        return Decision(
            False,
            Reason.OTHER_TENANT,
            say("You are signed in to another organisation, and I only work for this one."),
            say("Ask the helpdesk of your own organisation."),
        )
    if guest_or_bot or not actor.id:
        return Decision(
            False,
            Reason.NOT_A_MEMBER,
            say("I only take orders from members of this organisation, not from guests or other apps."),
            say("Sign in to Teams with your own work account."),
        )
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that give rights; empty ids mean the setting is absent and nobody has the right.

    Attributes:
        asking: the groups some rule of the policy lets ask; they are helpdesk too.
        approving: the groups some rule lets approve.
        reporting: the groups some rule lets see reports, and nothing else by that.
        named: whatever else the rules say of a requester, such as a group that is denied something.
    """

    helpdesk: str
    admins: str = ""
    asking: frozenset[str] = frozenset()
    approving: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    reporting: frozenset[str] = frozenset()

    def all(self) -> frozenset[str]:
        """Every group id worth asking the directory about."""
        return frozenset(filter(None, (self.helpdesk, self.admins))) | self.asking | self.approving | self.reporting | self.named


#: For asking about the account alone, whatever its rights.
NO_GROUPS = Groups("")


class Audience(Enum):
    """Who may say something, or press it."""

    EVERYBODY = auto()  # it needs no group (help, whoami)
    HELPDESK = auto()
    STAFF = auto()  # the helpdesk; administrators and approvers who are not in its group too
    ADMINISTRATORS = auto()
    REPORTERS = auto()  # tells about everybody and changes nobody: administrators, and whom the policy's action `report` names


def permit(standing: Standing, groups: Groups, audience: Audience = Audience.HELPDESK) -> Decision:
    """Whether someone with this standing belongs to an audience; of `REPORTERS` only administrators do without a rule of the policy."""
    if standing.person.guest:
        return Decision(
            False,
            Reason.NOT_A_MEMBER,
            say("Guests of this organisation cannot use me."),
            say("Ask a colleague of the helpdesk who is a member here."),
        )
    if not standing.person.enabled:
        return Decision(False, Reason.DISABLED, say("Your account is disabled in Entra ID."), say("Ask your helpdesk to have it enabled."))
    if audience is Audience.EVERYBODY:
        return ALLOWED
    if audience in (Audience.ADMINISTRATORS, Audience.REPORTERS):
        if groups.admins and groups.admins in standing.groups:
            return ALLOWED
        return Decision(
            False,
            Reason.NOT_ADMIN,
            say("Only Doorman's administrators may do this."),
            say("Whoever runs Doorman decides who they are: the group in the setting ADMIN_GROUP_ID."),
        )
    helpdesk = groups.asking | frozenset(filter(None, (groups.helpdesk,)))
    others = groups.approving | frozenset(filter(None, (groups.admins,)))
    if standing.groups & (helpdesk | others if audience is Audience.STAFF else helpdesk):
        return ALLOWED
    return Decision(False, Reason.NOT_HELPDESK, say("You are not in the helpdesk group, so I cannot do this for you."))


def stopped(stop: Stop, now: datetime, agent_id: str) -> Decision:
    """Whether a pause or a freeze forbids a change at this moment; nothing that allows one can outweigh it.

    Args:
        agent_id: whoever asks for the change, and may be who can end the freeze.
    """
    if pause := stop.pause:
        return Decision(
            False,
            Reason.PAUSED,
            say(
                "{name} paused me at {at}{because}: nothing is changed.",
                name=pause.by_name,
                at=said_at(pause.since),
                because=because(pause.reason),
            ),
            say("An administrator ends it with `resume`; looking things up goes on."),
        )
    freeze = stop.freeze
    if freeze and freeze.until > now:
        who = (
            say(": {name} reported a suspicious call", name=freeze.by_name) if freeze.suspicious else say(" by {name}", name=freeze.by_name)
        )
        why = because(freeze.reason)
        return Decision(
            False,
            Reason.FROZEN,
            say(
                "{name} is frozen until {at}{who}{why}. Nobody can change this person until then.",
                name=freeze.name,
                at=said_at(freeze.until),
                who=who,
                why=why,
            ),
            join(
                " ",
                (say("If somebody is calling in this name, do not help them further, and tell your lead."), _who_ends(freeze, agent_id)),
            ),
        )
    return ALLOWED


def _who_ends(freeze: Freeze, agent_id: str) -> str:
    """Who can end a freeze, for an agent whom it stands in the way of; `may_unfreeze` decides."""
    if freeze.shared or freeze.not_by:
        return say("An administrator can end the freeze.")
    if agent_id.lower() == freeze.by_id.lower():
        return say("You can end the freeze with `unfreeze {upn}`.", upn=freeze.upn)
    return say("{by} or an administrator can end the freeze.", by=freeze.by_name)


def may_unfreeze(freeze: Freeze, actor_id: str, *, admin: bool) -> Decision:
    """Whether this person may end this freeze: administrators, and whoever froze alone."""
    if actor_id.lower() in (one.lower() for one in freeze.not_by):
        theirs = say("{name} said that it was not them, and you had a part in it or are this person.", name=freeze.name)
        doubted = say("{name} was frozen because of a caller, and you had a part in it or are this person.", name=freeze.name)
        return Decision(
            False,
            Reason.NOT_FREEZER,
            theirs if freeze.by_id == freeze.target_id else doubted,
            say("Another administrator can end it. It ends by itself on {at}.", at=said_at(freeze.until)),
        )
    if admin or (actor_id.lower() == freeze.by_id.lower() and not freeze.shared):
        return ALLOWED
    if freeze.not_by:
        return Decision(
            False,
            Reason.NOT_FREEZER,
            say(
                "{name} is frozen because of a caller or a change that was not wanted, so only an administrator can end it.",
                name=freeze.name,
            ),
            say("It ends by itself on {at}.", at=said_at(freeze.until)),
        )
    return Decision(
        False,
        Reason.NOT_FREEZER,
        say("{name} was frozen by more than one colleague, so only an administrator can end it.", name=freeze.name)
        if freeze.shared
        else say("{name} was frozen by {by}, so only an administrator or {by} can end it.", name=freeze.name, by=freeze.by_name),
        say("It ends by itself on {at}.", at=said_at(freeze.until)),
    )

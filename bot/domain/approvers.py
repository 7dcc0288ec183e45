"""Who agrees has to be somebody else, and to stay somebody who may. Pure.

`bot.domain.review.may_approve` knows the request. This knows what else an account can have to do with it: it is another account of
whoever asked, a row of the file is about it, or it has lost what its agreement rested on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.operation import Approval, Operation
from bot.domain.people import Standing
from bot.domain.policy import ALLOWED, Decision, Reason
from bot.domain.review import may_approve
from bot.domain.said import join, say, say_each

#: What more accounts than this have is a shared mailbox or a dummy, and does not tell who is behind them.
MOST_HOLDERS = 2


class Attribute(StrEnum):
    """What two accounts of one person tend to have in common."""

    MAIL = "mail"
    OTHER_MAIL = "other_mail"
    PROXY_ADDRESS = "proxy_address"
    EMPLOYEE_ID = "employee_id"
    USER_NAME = "user_name"  # no two accounts have the same, but one may stand among the addresses of another

    @property
    def in_words(self) -> str:
        """As people say it, in the middle of a sentence."""
        return _ATTRIBUTES[self]


_ATTRIBUTES = say_each(
    {
        Attribute.MAIL: "email address",
        Attribute.OTHER_MAIL: "other email address",
        Attribute.PROXY_ADDRESS: "proxy address",
        Attribute.EMPLOYEE_ID: "employee ID",
        Attribute.USER_NAME: "user name",
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One value of one attribute, as the directory has it; never empty."""

    attribute: Attribute
    value: str

    @property
    def key(self) -> str:
        """The same for all that mean the same: addresses are compared with one another, whatever attribute they stand in."""
        value = self.value.strip().casefold()
        return f"id {value}" if self.attribute is Attribute.EMPLOYEE_ID else value.removeprefix("smtp:")


def may_agree(
    operation: Operation, approver_id: str, groups: frozenset[str], *, in_rows: Collection[str], already: frozenset[str]
) -> Decision:
    """Whether this person's agreement (or denial) would count, as far as the request itself can say.

    Args:
        in_rows: object ids of those whose own account a row of the file would change, as far as they were asked about.
        already: who is counted.
    """
    approver = approver_id.lower()
    decision = may_approve(
        operation.need,
        approver,
        groups,
        requester_id=operation.requester.id.lower(),
        target_id=operation.target.id.lower(),
        already=already,
        manager_id=operation.manager.id if operation.manager else "",
    )
    if decision.allowed and approver in operation.vouchers:
        return Decision(False, Reason.VOUCHED, say("You vouched for the caller, so somebody else has to agree."))
    if approver not in in_rows or decision.reason is Reason.OWN_REQUEST:
        return decision
    return Decision(False, Reason.ABOUT_APPROVER, say("A row of this file is about your own account, so somebody else has to agree."))


def about_approver(operation: Operation) -> Decision:
    """Whether the person whom a change is about is none of those who agreed to it: asked once more right before a write."""
    for approval in operation.approvals:
        if approval.approver_id.lower() == operation.target.id.lower():
            text = say("This is about the account of {name}, who agreed to it.", name=approval.approver_name)
            return Decision(False, Reason.ABOUT_APPROVER, text)
    return ALLOWED


def same_person(mark: Mark, name: str) -> Decision:
    """The no to an approver whose account seems to be another one of the person called `name`."""
    return Decision(
        False,
        Reason.SAME_PERSON,
        say(
            "The {attribute} of your account is on the account of {name} as well, so both may be one person's: somebody else has to agree.",
            attribute=mark.attribute.in_words,
            name=name,
        ),
        say("Ask a colleague. If you are two people, whoever looks after the accounts in Entra ID has to put that right there."),
    )


def still_may(operation: Operation, approval: Approval, standing: Standing | None) -> Decision:
    """Whether somebody who has agreed still may.

    Args:
        standing: theirs, read now; None when the account is gone.
    """
    name, groups = approval.approver_name, operation.need.group_names
    if standing is None:
        lost = say("{name} agreed to this, and that account no longer exists in Entra ID.", name=name)
    elif not standing.person.enabled:
        lost = say("{name} agreed to this, and that account is disabled by now.", name=name)
    elif standing.person.guest:
        lost = say("{name} agreed to this, and that account is a guest by now.", name=name)
    elif not standing.groups & operation.need.groups:
        lost = say("{name} agreed to this, and is no member of {groups} any more.", name=name, groups=groups)
    else:
        return ALLOWED
    text = join(" ", (lost, say("So the agreement does not count, and it has to be asked for anew.")))
    return Decision(False, Reason.AGREEMENT_LOST, text)

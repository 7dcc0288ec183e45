"""Which Graph application permissions the commands need, and why: from what they read and from the kinds of change they make.

And which ones Doorman can do without, for what.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.commands import COMMANDS
from bot.domain.change import KINDS


@dataclass(frozen=True, slots=True)
class Extra:
    """What an optional permission is good for.

    Attributes:
        why: what is done with it, as the reasons of `needed_permissions` say it.
        without: what is lost without it, as a sentence.
    """

    why: str
    without: str


#: https://learn.microsoft.com/graph/permissions-reference: the first one comes with RoleManagement.Read.Directory.
OPTIONAL_PERMISSIONS = {
    "RoleEligibilitySchedule.Read.Directory": Extra(
        "recognise who could activate an administrator's role (Privileged Identity Management); comes with RoleManagement.Read.Directory",
        "Somebody who has not activated the role counts as an ordinary person.",
    ),
    "PrivilegedEligibilitySchedule.Read.AzureADGroup": Extra(
        "recognise who could activate membership or ownership of a group that has an administrator's role (Privileged Identity "
        "Management for groups)",
        "Somebody who has not activated it counts as an ordinary person.",
    ),
    "AuditLog.Read.All": Extra(
        "compare the audit trail with Entra's own audit log, read its registration report for `show` and for the report of who has "
        "only a phone, show when a person signed in last, see the last sign-ins of a person on cards that need proof, and tell which "
        "numbers are old enough for a call back; needs Entra ID P1 or P2 as well",
        "Changes made with Doorman's credentials behind its back are not noticed, `show` leaves the report and the last sign-in out, "
        "nobody is told who has only a phone, cards say that sign-ins were not seen, and neither a call back nor the manager's word is "
        "to be had.",
    ),
    "IdentityRiskyUser.Read.All": Extra(
        "see on cards that need proof whether Entra ID Protection holds the person at risk; needs Entra ID P2 as well",
        "Cards say that the risk was not seen, and `if_risk` of a policy holds for everybody.",
    ),
    # It covers every narrower permission for methods, so nobody should have to grant it for one command.
    "UserAuthenticationMethod.ReadWrite.All": Extra(
        "set the default method, for which Graph has no narrower permission",
        "`set default` is refused by Entra ID.",
    ),
}


@dataclass(frozen=True, slots=True)
class OfSetting:
    """A permission that one setting needs, and nothing without it.

    Attributes:
        why: what is done with it, as the reasons of `needed_permissions` say it.
        in_exchange: a role of Exchange for one mailbox instead of a consent in Entra ID, which would open all of them:
            https://learn.microsoft.com/exchange/permissions-exo/application-rbac
    """

    setting: str
    permission: str
    why: str
    in_exchange: bool = False


_OF_CHANGES = {(facts.setting, facts.permission, facts.why): None for facts in KINDS.values() if facts.setting and facts.permission}
SETTING_PERMISSIONS = (
    *(OfSetting(*each) for each in _OF_CHANGES),
    # https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
    OfSetting(
        "TEAMS_CATALOG_APP_ID",
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "install Doorman, and no other app, for whoever is to be told in Teams",
    ),
    OfSetting("PROOF_CONTEXT", "AuthenticationContext.Read.All", "have `doctor` see whether the context is published, and nothing else"),
    OfSetting("PROOF_CONTEXT", "Policy.Read.All", "have `doctor` see whether a policy asks for MFA there, and nothing else"),
    OfSetting("PROOF_CONTEXT", "Application.Read.All", "have `doctor` see whether people can come back from the sign-in, and nothing else"),
    OfSetting("NOTICE_MAILBOX", "Mail.Send", "tell people by mail", in_exchange=True),
)


def needed_permissions(settings: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Permission -> its reasons, in the order in which the commands name them; what reads comes before what writes.

    Args:
        settings: names of those that are on and need more.
    """
    reasons: dict[str, list[str]] = {}
    reads = [read for command in COMMANDS for read in command.reads]
    kinds = [kind for command in COMMANDS for kind in sorted(command.changes)]
    facts = [facts for kind in kinds if not (facts := KINDS[kind]).setting or facts.setting in settings]
    writes = [(one.permission, one.why) for one in facts if one.permission and one.permission not in OPTIONAL_PERMISSIONS]
    reach = [(one.permission, one.why) for one in SETTING_PERMISSIONS if one.setting in settings and not one.in_exchange]
    for permission, why in (*reads, *writes, *reach):
        known = reasons.setdefault(permission, [])
        if why not in known:
            known.append(why)
    return {permission: tuple(why) for permission, why in reasons.items()}

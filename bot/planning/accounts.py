"""The account itself: sign out everywhere, block, unblock."""

from __future__ import annotations

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import AccountState
from bot.domain.methods import Dossier
from bot.domain.plan import Plan
from bot.domain.said import say
from bot.errors import Refusal

#: Until a token of an hour or so runs out, an app may go on: https://learn.microsoft.com/graph/api/user-revokesigninsessions
_LATE = say("Apps and browsers notice within minutes; some go on until their token ends, about an hour at most.")
_KEEPS = say("Sign-in methods and password stay as they are. A lost phone still approves sign-ins until its method is removed.")


def plan_switch(dossier: Dossier, kind: ChangeKind) -> Plan:
    """Signing out, blocking or unblocking an account as it is now.

    Raises:
        Refusal: there is nothing to do.
    """
    person = dossier.person
    if kind is ChangeKind.SIGN_OUT:
        return Plan(person, (Change(kind, None, person.sessions_from, None),), details=(_LATE, _KEEPS))
    if person.enabled == (kind is ChangeKind.UNBLOCK):
        state = say("enabled") if person.enabled else say("blocked")
        text = say("The account of {name} is {state} already: there is nothing to do.", name=person.name, state=state)
        raise Refusal(text, code="nothing_to_do")
    warnings: tuple[str, ...] = ()
    if person.synced:
        warnings = (
            say(
                "This account is synced from the on-premises directory, which wins: the next synchronisation may undo this. Change it "
                "in the on-premises Active Directory as well."
            ),
        )
    if kind is ChangeKind.UNBLOCK:
        return Plan(
            person,
            (Change(kind, None, AccountState.DISABLED, AccountState.ENABLED),),
            details=(say("The person can sign in again with what is registered."),),
            warnings=warnings,
        )
    return Plan(
        person,
        (Change(kind, None, AccountState.ENABLED, AccountState.DISABLED),),
        details=(say("Nobody can sign in to this account until it is unblocked."), _LATE),
        warnings=warnings,
    )

"""The account itself: sign out everywhere, block, unblock."""

from __future__ import annotations

from bot.commands.grammar.arguments import Somebody
from bot.commands.grammar.kinds import Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.change import Change, ChangeKind
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
        return Plan(person, (Change(kind, None, person.sessions_from, None),), (_LATE, _KEEPS))
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
            person, (Change(kind, None, "disabled", "enabled"),), (say("The person can sign in again with what is registered."),), warnings
        )
    return Plan(
        person,
        (Change(kind, None, "enabled", "disabled"),),
        (say("Nobody can sign in to this account until it is unblocked."), _LATE),
        warnings,
    )


def _target(context: Context) -> Dossier:
    assert context.dossier is not None, "dispatch resolves <who>"
    return context.dossier


async def sign_out(invocation: Invocation, context: Context) -> Plan:
    """Ends every session of a person."""
    return plan_switch(_target(context), ChangeKind.SIGN_OUT)


async def block(invocation: Invocation, context: Context) -> Plan:
    """Lets nobody sign in to an account.

    Raises:
        Refusal: it is blocked already.
    """
    return plan_switch(_target(context), ChangeKind.BLOCK)


async def unblock(invocation: Invocation, context: Context) -> Plan:
    """Lets a person sign in again.

    Raises:
        Refusal: it is enabled already.
    """
    return plan_switch(_target(context), ChangeKind.UNBLOCK)


SIGN_OUT = Command(
    name="sign-out",
    topic="Account",
    pattern=(
        Word("sign out", also=("signout", "sign-out", "log out", "logout", "revoke sessions"), near=("kick", "log off", "sign off")),
        Somebody(),
    ),
    summary="Sign a person out everywhere",
    example="sign out omar",
    run=sign_out,
    changes=frozenset({ChangeKind.SIGN_OUT}),
    reads=READS,
)

BLOCK = Command(
    name="block",
    topic="Account",
    pattern=(Word("block", near=("disable account", "suspend")), Somebody()),
    summary="Let nobody sign in to an account",
    example="block omar",
    run=block,
    changes=frozenset({ChangeKind.BLOCK}),
    reads=READS,
)

UNBLOCK = Command(
    name="unblock",
    topic="Account",
    pattern=(Word("unblock", near=("enable account", "unsuspend")), Somebody()),
    summary="Let a person sign in again",
    example="unblock dirk bakker",
    run=unblock,
    changes=frozenset({ChangeKind.UNBLOCK}),
    reads=READS,
    scopes=(),
)

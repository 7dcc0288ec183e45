"""What is seen once: a Temporary Access Pass, a temporary password; and revoking a pass."""

from __future__ import annotations

from datetime import timedelta

from bot.commands.grammar.arguments import FOR, Duration, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.grammar.times import Moment, TimeOfDay, resolve
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.change import ChangeKind
from bot.domain.methods import Dossier
from bot.domain.plan import Plan
from bot.planning.passes import plan_pass, plan_password, plan_revocation
from bot.ports import Directory

READS_POLICY = ("Policy.Read.AuthenticationMethod", "see what the tenant allows for passes")


async def make_pass(invocation: Invocation, context: Context, *, directory: Directory) -> Plan:
    """A pass as the tenant's policy allows it.

    Raises:
        Refusal: it does not, or the start is past.
    """
    dossier, args = _target(context), invocation.args
    time, start = args.get("time"), args.get("start")
    zone = context.actor.zone
    return plan_pass(
        dossier,
        (await directory.pass_terms(dossier.person.id)).at_most(context.installation.longest_pass),
        context.now,
        minutes=max(1, time // timedelta(minutes=1)) if isinstance(time, timedelta) else None,
        reusable=bool(args.get("reusable")),
        start=resolve(start, context.now, zone) if isinstance(start, Moment) else None,
    )


async def revoke_pass(invocation: Invocation, context: Context) -> Plan:
    """Deletes a pass.

    Raises:
        Refusal: there is none.
    """
    return plan_revocation(_target(context))


async def reset_password(invocation: Invocation, context: Context) -> Plan:
    """Gives a temporary password.

    Raises:
        Refusal: the account's password is kept elsewhere.
    """
    return plan_password(_target(context).person)


def _target(context: Context) -> Dossier:
    assert context.dossier is not None, "dispatch resolves <who>"
    return context.dossier


PASS = Command(
    name="pass",
    topic="Getting back in",
    pattern=(
        Word("pass", also=("tap", "temporary access pass", "access pass"), near=("temporary pass", "give pass", "new pass", "create pass")),
        FOR,
        Somebody(),
        Optional((FOR, Duration())),
        Optional((Word("at", also=("from",)), TimeOfDay())),
        Optional((Choice("reusable", ((Word("reusable", also=("multi-use",)), True),)),)),
    ),
    summary="A Temporary Access Pass, seen by you alone; one-time unless you say otherwise",
    example="pass for omar for 60 minutes",
    run=make_pass,
    job="Pass for today",
    changes=frozenset({ChangeKind.CREATE_PASS}),
    reads=(*READS, READS_POLICY),
    scopes=(),
)

REVOKE_PASS = Command(
    name="revoke-pass",
    topic="Getting back in",
    pattern=(Word("revoke pass", also=("revoke tap", "revoke temporary access pass"), near=("cancel pass", "end pass")), FOR, Somebody()),
    summary="Make a person's Temporary Access Pass useless",
    example="revoke pass for wout",
    run=revoke_pass,
    changes=frozenset({ChangeKind.REVOKE_PASS}),
    reads=READS,
    scopes=(),
)

RESET_PASSWORD = Command(
    name="reset-password",
    topic="Getting back in",
    pattern=(
        Word("reset password", also=("reset the password",), near=("new password", "change password", "set password")),
        FOR,
        Somebody(),
    ),
    summary="A temporary password, seen by you alone, that has to be changed at the next sign-in",
    example="reset password for omar",
    run=reset_password,
    job="New password",
    changes=frozenset({ChangeKind.RESET_PASSWORD}),
    reads=READS,
    scopes=(),
)

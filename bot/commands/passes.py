"""What is seen once: a Temporary Access Pass, a temporary password; and revoking a pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.commands.grammar.arguments import FOR, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.grammar.lengths import Duration
from bot.commands.grammar.times import DAY_FIRST, At, Moment, TimeOfDay, in_zone, resolve
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
    plan = plan_pass(
        dossier,
        (await directory.pass_terms(dossier.person.id)).at_most(context.installation.longest_pass),
        context.now,
        minutes=max(1, time // timedelta(minutes=1)) if isinstance(time, timedelta) else None,
        reusable=bool(args.get("reusable")),
        start=resolve(start, context.now, zone, day_first=context.actor.language in DAY_FIRST) if isinstance(start, Moment) else None,
    )
    return with_zone(plan, start, zone)


def with_zone(plan: Plan, start: object, zone: str) -> Plan:
    """The plan with a note on the zone in which a time of day was read, where one was typed."""
    typed = isinstance(start, Moment) and start.later is None
    return replace(plan, notes=(in_zone(zone), *plan.notes)) if typed else plan


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


_PASS = Word(
    "pass",
    also=("tap", "temporary access pass", "access pass"),
    near=("temporary pass", "new pass", *(f"{make}{a} pass" for make in ("give", "make", "create") for a in ("", " a"))),
)
_WHO = Somebody(before_time=True)
_LASTING = Optional((FOR, Duration()))
_FROM = Optional((At("at", also=("from", "on")), TimeOfDay()))
_REUSABLE = Optional((Choice("reusable", ((Word("reusable", also=("multi-use",)), True),)),))

PASS = Command(
    name="pass",
    in_menu=True,
    topic="Getting back in",
    pattern=(_PASS, FOR, _WHO, _LASTING, _FROM, _REUSABLE),
    short=((_PASS, FOR, _WHO, _REUSABLE, _FROM, _LASTING), (_PASS, FOR, _WHO, _LASTING, _REUSABLE, _FROM)),
    summary="A Temporary Access Pass, seen by you alone; one-time unless you say otherwise",
    example="pass for omar for 60 minutes",
    run=make_pass,
    job="Pass for today",
    changes=frozenset({ChangeKind.CREATE_PASS}),
    reads=(*READS, READS_POLICY),
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
)

_PASSWORD = ("password", "passwd", "pwd", "pw", "wachtwoord", "ww", "forgot password", "password forgotten", "wachtwoord vergeten")

RESET_PASSWORD = Command(
    name="reset-password",
    in_menu=True,
    topic="Getting back in",
    pattern=(
        Word("reset password", also=("reset the password",), near=("new password", "change password", "set password", *_PASSWORD)),
        FOR,
        Somebody(),
    ),
    summary="A temporary password, seen by you alone, that has to be changed at the next sign-in",
    example="reset password for omar",
    run=reset_password,
    job="New password",
    changes=frozenset({ChangeKind.RESET_PASSWORD}),
    reads=READS,
)

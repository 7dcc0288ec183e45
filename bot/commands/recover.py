"""`recover`: what has to be done when a phone is lost, new, at home, or has never been there."""

from __future__ import annotations

from bot.commands.grammar.arguments import Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.grammar.times import DAY_FIRST, At, Moment, TimeOfDay, resolve
from bot.commands.passes import READS_POLICY, with_zone
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation, WhatHappened
from bot.domain.change import ChangeKind
from bot.domain.plan import Plan
from bot.domain.recovery import Situation
from bot.domain.reset import RESETS
from bot.domain.said import say
from bot.errors import Refusal
from bot.planning.recover import plan_recovery
from bot.ports import Directory


async def recover(invocation: Invocation, context: Context, *, directory: Directory) -> Plan | WhatHappened:
    """Proposes what belongs to a situation, or asks which one it is.

    Raises:
        Refusal: no pass can be made.
    """
    dossier = context.dossier
    assert dossier is not None, "dispatch resolves <who>"
    said = invocation.args.get("situation") or context.picked
    if not said:
        return WhatHappened()
    situation, start, zone = Situation(str(said)), invocation.args.get("start"), context.actor.zone
    if isinstance(start, Moment) and situation is not Situation.FIRST_DAY:
        text = say("A time is for a first day only: in every other case the pass is needed now.")
        raise Refusal(text, say("Leave out `at …`."), code="no_start")
    plan = plan_recovery(
        situation,
        dossier,
        (await directory.pass_terms(dossier.person.id)).at_most(context.installation.longest_pass),
        context.now,
        start=resolve(start, context.now, zone, day_first=context.actor.language in DAY_FIRST) if isinstance(start, Moment) else None,
        first_day_to_manager=context.installation.first_day_to_manager,
    )
    return with_zone(plan, start, zone)


_LOST = ("phone lost", "phone stolen", *(f"{lost} {whose} phone" for lost in ("lost", "stole") for whose in ("his", "her", "their", "the")))

RECOVER = Command(
    name="recover",
    in_menu=True,
    topic="Getting back in",
    pattern=(
        Word("recover", also=("get back in", "recovery for", "recover account"), near=("rescue", "restore", "recovery")),
        Somebody(before_time=True),
        Optional(
            (
                Choice(
                    "situation",
                    (
                        (Word("lost", also=("stolen", "lost phone", "stolen phone", "lost or stolen"), near=_LOST), Situation.LOST),
                        (Word("new phone", also=("new mobile", "new device")), Situation.NEW_PHONE),
                        (Word("first day", also=("new joiner", "new starter", "starts", "first login")), Situation.FIRST_DAY),
                        (Word("left at home", also=("at home", "forgotten", "forgot phone", "phone at home")), Situation.LEFT_AT_HOME),
                    ),
                    asks=say("What happened (lost, new phone, first day or left at home)"),
                ),
            )
        ),
        Optional((At("at", also=("from", "on")), TimeOfDay())),
    ),
    summary="Get a person back in: lost phone, new phone, first day, phone left at home",
    example="recover diego vega lost",
    run=recover,
    job="Lost or new phone",
    changes=frozenset({ChangeKind.RECOVER, ChangeKind.CREATE_PASS, ChangeKind.SIGN_OUT, *RESETS})
    - {ChangeKind.RESET_MFA, ChangeKind.RESET_EVERYTHING},
    asks=lambda args: frozenset({ChangeKind.RECOVER}),
    reads=(*READS, READS_POLICY),
)

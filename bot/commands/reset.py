"""Resetting MFA: one command for what people have to register again."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.grammar.arguments import FOR, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.change import ChangeKind
from bot.domain.plan import Plan
from bot.domain.reset import RESETS
from bot.planning.reset import plan_reset


async def reset_mfa(invocation: Invocation, context: Context) -> Plan:
    """Removes what a person has registered, all at once.

    Raises:
        Refusal: there is nothing to reset.
    """
    assert context.dossier is not None, "dispatch resolves <who>"
    return plan_reset(context.dossier, _bundle(invocation.args))


def _bundle(args: Mapping[str, object]) -> ChangeKind:
    return ChangeKind.RESET_EVERYTHING if args.get("everything") else ChangeKind.RESET_MFA


RESET_MFA = Command(
    name="reset-mfa",
    in_menu=True,
    topic="Account",
    pattern=(
        Word(
            "reset mfa",
            also=("reset 2fa", "reset methods", "reset authentication methods", "require re-register mfa", "re-register mfa"),
            near=("mfa reset", "clear mfa", "remove mfa", "reset multi-factor", "reset multifactor", "reregister mfa", "mfa", "2fa"),
        ),
        FOR,
        Somebody(),
        Optional((Choice("everything", ((Word("everything", also=("all",)), True),)),)),
    ),
    summary="Have a person register again: phones, Authenticator and codes go; `everything` leaves the password alone",
    example="reset mfa for lotte smit",
    run=reset_mfa,
    changes=RESETS,
    asks=lambda args: frozenset({_bundle(args)}),
    reads=READS,
)

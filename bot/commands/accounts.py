"""The account itself: sign out everywhere, block, unblock."""

from __future__ import annotations

from bot.commands.grammar.arguments import Somebody
from bot.commands.grammar.kinds import Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.change import ChangeKind
from bot.domain.methods import Dossier
from bot.domain.plan import Plan
from bot.planning.accounts import plan_switch


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
        Word(
            "sign out",
            also=("signout", "sign-out", "log out", "logout", "revoke sessions"),
            near=("kick", "kick out", "log off", "sign off"),
        ),
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
    pattern=(
        Word(
            "block",
            also=("block account", "block account of", "block the account of"),
            near=("disable", "disable account", "deactivate", "suspend", "lock out", "turn off", "switch off", "shut out"),
        ),
        Somebody(),
    ),
    summary="Let nobody sign in to an account",
    example="block omar",
    run=block,
    changes=frozenset({ChangeKind.BLOCK}),
    reads=READS,
)

UNBLOCK = Command(
    name="unblock",
    topic="Account",
    pattern=(Word("unblock", near=("unlock", "enable account", "unsuspend")), Somebody()),
    summary="Let a person sign in again",
    example="unblock dirk bakker",
    run=unblock,
    changes=frozenset({ChangeKind.UNBLOCK}),
    reads=READS,
)

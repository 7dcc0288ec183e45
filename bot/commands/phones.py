"""Phones: set, add, update, remove, and SMS sign-in. What a line says becomes a plan; its rules are in `bot.planning.phones`."""

from __future__ import annotations

from bot.commands.grammar.arguments import FOR, PHONE, TO, Number, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.change import ChangeKind, Value
from bot.domain.change_values import Switch
from bot.domain.methods import PhoneType
from bot.domain.plan import Plan
from bot.domain.sign_in import Aspect
from bot.planning.phones import plan_change

READS_SMS_POLICY = ("Policy.Read.AuthenticationMethod", "see whether a number becomes a sign-in name by itself")

SMS_SIGN_IN_WORDS = Word(
    "sms sign-in",
    also=("sms signin", "sms sign in", "sms-sign-in", "sms-signin"),
    near=("sms", "text", "sms login", "sms log-in", "sms logon", "sms sign on", "sms sign-on", "sign-in", "text sign-in"),
)


def _plan(invocation: Invocation, context: Context, kind: ChangeKind, wanted: Value | None) -> Plan:
    assert context.dossier is not None, "dispatch resolves <who>"
    phone = invocation.args.get("phone", PhoneType.MOBILE)
    assert isinstance(phone, PhoneType)
    return plan_change(
        context.dossier,
        kind,
        phone,
        wanted,
        context.installation,
        context.now.date(),
        mode=str(invocation.args.get("mode", "set")),
        private=context.where.kind == "personal",
    )


async def set_phone(invocation: Invocation, context: Context) -> Plan:
    """Registers or changes a phone.

    Raises:
        Refusal, InvalidNumber: it cannot be, and why.
    """
    return _plan(invocation, context, ChangeKind.SET_PHONE, str(invocation.args["number"]))


async def remove_phone(invocation: Invocation, context: Context) -> Plan:
    """Removes a phone.

    Raises:
        Refusal: it cannot be, and why.
    """
    return _plan(invocation, context, ChangeKind.REMOVE_PHONE, None)


async def sms_sign_in(invocation: Invocation, context: Context) -> Plan:
    """Switches SMS sign-in.

    Raises:
        Refusal: it cannot be, and why.
    """
    return _plan(invocation, context, ChangeKind.SMS_SIGN_IN, Switch.of(invocation.args["on"] is True))


SET_PHONE = Command(
    name="set-phone",
    in_menu=True,
    topic="Phones",
    pattern=(
        Choice(
            "mode",
            (
                (Word("set", near=("change", "put", "edit", "modify", "register", "replace", "make", "new")), "set"),
                (Word("add", near=("create",)), "add"),
                (Word("update"), "update"),
            ),
        ),
        PHONE,
        FOR,
        Somebody(before_number=True),
        Optional((TO,)),
        Number(),
    ),
    short=(
        (PHONE, FOR, Somebody(before_number=True), Optional((TO,)), Number()),
        (PHONE, Somebody(before_number=True), Optional((TO,)), Number()),
    ),
    summary="Register or change a phone; `add` only if there is none, `update` only if there is one",
    example="set mobile for noor +31 6 12345678",
    run=set_phone,
    job="New number",
    changes=frozenset({ChangeKind.SET_PHONE}),
    aspects=frozenset({Aspect.SMS_TERMS}),
    reads=(*READS, READS_SMS_POLICY),
)

REMOVE_PHONE = Command(
    name="remove-phone",
    topic="Phones",
    pattern=(
        Choice("", ((Word("remove", near=("clear", "erase", "drop", "unset", "wipe")), True), (Word("delete"), True))),
        PHONE,
        FOR,
        Somebody(),
    ),
    summary="Remove a phone",
    example="remove office for omar",
    run=remove_phone,
    changes=frozenset({ChangeKind.REMOVE_PHONE}),
    reads=READS,
)

SMS_SIGN_IN = Command(
    name="sms-sign-in",
    topic="Phones",
    pattern=(
        Choice(
            "on",
            (
                (Word("enable", near=("activate", "turn on", "switch on", "start", "allow")), True),
                (Word("disable", near=("deactivate", "turn off", "switch off", "stop", "block")), False),
            ),
        ),
        SMS_SIGN_IN_WORDS,
        FOR,
        Somebody(),
    ),
    summary="Let a person sign in with the mobile number and a texted code, or no longer",
    example="enable sms sign-in for omar",
    run=sms_sign_in,
    changes=frozenset({ChangeKind.SMS_SIGN_IN}),
    contains=lambda args: frozenset() if args["on"] else frozenset({ChangeKind.SMS_SIGN_IN}),
    reads=READS,
)

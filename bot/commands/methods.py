"""Sign-in methods other than phones: remove any one of them, and the email for password reset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.commands.grammar.arguments import FOR, TO, Somebody
from bot.commands.grammar.kinds import Choice, Match, Optional, Token, Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation, Several
from bot.domain.change import REMOVALS, ChangeKind
from bot.domain.methods import Family
from bot.domain.plan import Plan
from bot.domain.said import say
from bot.errors import Refusal
from bot.planning.methods import fitting_methods, plan_email, plan_removal

#: Graph's own word for a sort of method, as `show` prints it when we do not know it.
_TYPE = re.compile(r"[a-z][a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+")


@dataclass(frozen=True, slots=True)
class MethodKind(Choice):
    """A family of methods, or Graph's word for a sort that we do not know, which is understood so that the refusal can say why."""

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        found = list(Choice.match(self, tokens, at, near))
        yield from found
        if not found and at < len(tokens) and not tokens[at].quoted and _TYPE.fullmatch(tokens[at].text):
            yield Match(at + 1, (("unknown", tokens[at].text),), (tokens[at].text,))


#: The word for a family and what else people call it. A registration of the older passwordless sort is one of Microsoft Authenticator.
FAMILIES = MethodKind(
    "families",
    (
        (
            Word(
                "authenticator",
                also=("app", "authenticator app", "microsoft authenticator", "ms authenticator", "mfa app"),
                near=("authentication app", "push"),
            ),
            (Family.AUTHENTICATOR, Family.PASSWORDLESS),
        ),
        (
            Word(
                "passkey",
                also=("key", "security key", "fido", "fido2", "fido key", "fido2 key", "yubikey", "usb key"),
                near=("pass key",),
            ),
            (Family.PASSKEY,),
        ),
        (
            Word(
                "otp",
                also=("codes", "code app", "totp", "oath", "software otp", "software oath", "softwareoath", "software token"),
                near=("code", "one-time code", "one time code"),
            ),
            (Family.CODES,),
        ),
        (Word("email", also=("e-mail", "mail", "email address", "mail address"), near=("address",)), (Family.EMAIL,)),
        (
            Word("windows hello", also=("hello", "windows hello for business", "whfb"), near=("windows", "pin", "face", "fingerprint")),
            (Family.WINDOWS_HELLO,),
        ),
        (
            Word("platform credential", also=("platform", "platform sso", "platformcredential"), near=("mac", "secure enclave")),
            (Family.PLATFORM_CREDENTIAL,),
        ),
        (Word("external", also=("external method", "external mfa"), near=("third party", "other provider")), (Family.EXTERNAL,)),
        (Word("qr", also=("qr code", "qrcode", "qr-code", "qrcodepin"), near=("badge",)), (Family.QR_CODE,)),
        (
            Word(
                "hardware token",
                also=("token", "hardware otp", "hardware oath", "hardwareoath", "hardware oath token"),
                near=("key fob", "fob"),
            ),
            (Family.HARDWARE_TOKEN,),
        ),
    ),
    asks=say("What to remove"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An email address, as typed: it is read later."""

    name: str = "address"

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return say("The email address")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at < len(tokens) and tokens[at].mention is None and "@" in tokens[at].text:
            said = tokens[at].text.strip("<>,;:")
            yield Match(at + 1, ((self.name, said),), (said,))

    def wrong(self, found: str) -> str:
        return say("“{found}” is not an email address: type it in full, such as alice@example.net.", found=found)


async def remove_method(invocation: Invocation, context: Context) -> Plan | Several:
    """Removes one method of a family; several are offered, never one of them taken.

    Raises:
        Refusal: there is none, or it is of a sort that we do not know.
    """
    dossier = context.dossier
    assert dossier is not None, "dispatch resolves <who>"
    if unknown := invocation.args.get("unknown"):
        raise Refusal(
            say("I do not know what a method of the sort “{unknown}” does, so I show it and never remove it.", unknown=str(unknown)),
            say("An Entra administrator can remove it in the Entra admin centre, under the person's authentication methods."),
            code="unknown_method",
        )
    families = _families(invocation.args)
    fitting = fitting_methods(dossier, families, context.picked)
    if len(fitting) > 1:
        return Several(families[0].in_words, fitting)
    return plan_removal(dossier, fitting[0])


async def set_email(invocation: Invocation, context: Context) -> Plan:
    """Registers or changes the email for password reset.

    Raises:
        Refusal: the address cannot be used, or it is this one already.
    """
    assert context.dossier is not None, "dispatch resolves <who>"
    return plan_email(context.dossier, str(invocation.args["address"]))


def _families(args: Mapping[str, object]) -> tuple[Family, ...]:
    families = args["families"]
    assert isinstance(families, tuple), "the choice has tuples for values"
    return families


def _asked(args: Mapping[str, object]) -> frozenset[ChangeKind]:
    """The kind for the family that was named; for a sort that we do not know, all."""
    return frozenset({REMOVALS[_families(args)[0]]}) if "families" in args else REMOVE_METHOD.changes


REMOVE_METHOD = Command(
    name="remove-method",
    topic="Account",
    pattern=(
        Choice("", ((Word("remove", near=("clear", "erase", "drop", "unset", "wipe")), True), (Word("delete"), True))),
        FAMILIES,
        FOR,
        Somebody(),
    ),
    summary="Remove a sign-in method; if there are several of that sort, you choose by name and date",
    example="remove authenticator for diego",
    run=remove_method,
    changes=frozenset(REMOVALS[family] for _, families in FAMILIES.options for family in families),  # type: ignore[attr-defined]
    asks=_asked,
    reads=READS,
)

SET_EMAIL = Command(
    name="set-email",
    topic="Account",
    pattern=(
        Word("set", also=("add", "update"), near=("change", "put", "edit", "modify", "register", "replace", "make")),
        Word("email", also=("e-mail", "email address"), near=("mail", "address", "recovery email")),
        FOR,
        Somebody(),
        Optional((TO,)),
        Address(),
    ),
    summary="Register or change the email for self-service password reset",
    example="set email for alice alice.jansen@mail.example",
    run=set_email,
    changes=frozenset({ChangeKind.SET_EMAIL}),
    reads=READS,
)

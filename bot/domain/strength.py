"""How well an account is protected by what is registered, said honestly and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.methods import Dossier, Family
from bot.domain.retirement import Retiring, channels_in_words
from bot.domain.said import join, say, together

#: What nobody can be talked out of: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
_ANYWHERE = (Family.PASSKEY,)
_ON_ONE_DEVICE = (Family.WINDOWS_HELLO, Family.PLATFORM_CREDENTIAL)
#: Apps and tokens by `Method.type`: a second factor that a caller can be talked into using.
_APPS = frozenset({"microsoftAuthenticator", "passwordlessMicrosoftAuthenticator", "softwareOath", "hardwareOath", "external"})


@dataclass(frozen=True, slots=True)
class Strength:
    """The verdict.

    Attributes:
        text: a sentence or two.
        phones: it rests on phones, so the text says until when they serve.
        more: what that means for the person; may be empty.
    """

    text: str
    phones: bool = False
    more: str = ""


def strength(dossier: Dossier, retiring: Retiring) -> Strength | None:
    """How strong the registered methods are; None when they cannot all be seen."""
    methods = dossier.others
    if any(not method.type for method in methods):
        return None
    families = {method.family for method in methods}
    unknown = any(not method.known for method in methods)
    if any(family in families for family in _ANYWHERE):
        return Strength(say("Strong: a passkey withstands phishing."))
    if held := [family.in_words for family in _ON_ONE_DEVICE if family in families]:
        return Strength(say("Strong on the device itself ({methods}); a passkey would be so everywhere.", methods=together(held)))
    if any(method.active and method.type in _APPS for method in methods):
        return Strength(say("Fair: somebody can be talked into approving, or into reading out a code. A passkey withstands that."))
    in_use = any(method.pass_facts and method.pass_facts.usable for method in methods)
    if dossier.phones:
        start = say("Phone, and a method that I cannot judge") if unknown else say("Phone only")
        alone = "" if unknown else retiring.of_phones_alone(dossier.channels)
        return Strength(join(" ", (say("{start}.", start=start), *_phones(dossier, retiring))), phones=True, more=alone)
    if in_use:
        return Strength(say("Nothing lasting: a Temporary Access Pass alone. A method has to be registered before it ends."))
    if unknown:
        return Strength(say("What is registered is nothing that I can judge."))
    return Strength(say("No second method: the password alone, or nothing."))


def _phones(dossier: Dossier, retiring: Retiring) -> tuple[str, ...]:
    """https://learn.microsoft.com/entra/identity/authentication/concept-authentication-phone-options"""
    ends = retiring.of(dossier.channels, sms_sign_in=dossier.signs_in_by_sms, counted=True)
    if not (lasting := retiring.lasting(dossier.channels)):
        return ends
    return *ends, say("{Channels} can be intercepted, and codes talked out of people.", channels=channels_in_words(lasting))

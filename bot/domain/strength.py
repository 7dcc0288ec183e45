"""How well an account is protected by what is registered, said honestly and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.methods import Dossier, Family, SmsSignIn
from bot.domain.said import join, said_day, say, together

#: What nobody can be talked out of: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
_ANYWHERE = (Family.PASSKEY,)
_ON_ONE_DEVICE = (Family.WINDOWS_HELLO, Family.PLATFORM_CREDENTIAL)
#: Apps and tokens by `Method.type`: a second factor that a caller can be talked into using.
_APPS = frozenset({"microsoftAuthenticator", "passwordlessMicrosoftAuthenticator", "softwareOath", "hardwareOath", "external"})
_GLOBAL_ADMINISTRATOR = "Global Administrator"


@dataclass(frozen=True, slots=True)
class Strength:
    """The verdict.

    Attributes:
        text: a sentence or two.
        weak: there is a stronger path worth taking now.
    """

    text: str
    weak: bool = False


def strength(dossier: Dossier, retirement: date | None, today: date) -> Strength | None:
    """How strong the registered methods are; None when they cannot all be seen.

    Args:
        retirement: the day Microsoft's own SMS and voice MFA ends for members; None when not applicable.
    """
    methods = dossier.others
    if any(not method.type for method in methods):
        return None
    families = {method.family for method in methods}
    unknown = any(not method.known for method in methods)
    if any(family in families for family in _ANYWHERE):
        return Strength(say("Strong: a passkey withstands phishing."))
    if held := [family.spoken for family in _ON_ONE_DEVICE if family in families]:
        return Strength(say("Strong on the device itself ({methods}); a passkey would be so everywhere.", methods=together(held)))
    if any(method.active and method.type in _APPS for method in methods):
        return Strength(say("Fair: somebody can be talked into approving, or into reading out a code. A passkey withstands that."))
    in_use = any(method.pass_facts and method.pass_facts.usable for method in methods)
    if dossier.phones:
        start = say("Phone, and a method that I cannot judge") if unknown else say("Phone only")
        return Strength(join(": ", (start, _phones(dossier, retirement, today))), weak=not in_use)
    if in_use:
        return Strength(say("Nothing lasting: a Temporary Access Pass alone. A method has to be registered before it ends."))
    if unknown:
        return Strength(say("What is registered is nothing that I can judge."))
    return Strength(say("No second method: the password alone, or nothing."), weak=True)


def _phones(dossier: Dossier, retirement: date | None, today: date) -> str:
    """https://learn.microsoft.com/entra/identity/authentication/concept-authentication-phone-options"""
    if retirement is None:
        return say("texts and calls can be intercepted, and codes talked out of people.")
    day = said_day(retirement)
    unless = say("unless the organisation has its own telephony provider.")
    if any(phone.sms_sign_in is SmsSignIn.READY for phone in dossier.phones.values()):
        unless = join(" ", (unless, say("SMS sign-in ends even then.")))
    administrator = _GLOBAL_ADMINISTRATOR in dossier.privileges.roles
    later = say("guests") if dossier.person.guest else say("Global Administrators") if administrator else ""
    if later:
        return say(
            "for {later}, text and voice codes stop working for sign-in some months after {day}, {unless}",
            later=later,
            day=day,
            unless=unless,
        )
    if today >= retirement:
        return say("text and voice codes have not worked for sign-in since {day}, {unless}", day=day, unless=unless)
    return say("text and voice codes stop working for sign-in on {day}, {unless}", day=day, unless=unless)

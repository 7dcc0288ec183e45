"""What a person is asked for at sign-in: a part of the `show` card."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.methods import Dossier, Phone
from bot.domain.replies import PersonShown
from bot.domain.said import join, said_day, say, say_each
from bot.domain.sign_in import PassFacts, Preference, Registration
from cards.elements import Element, facts, line, moment, run

#: methodUsabilityReason: https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod
_UNUSABLE = say_each(
    {
        "DisabledByPolicy": "not usable: the tenant's policy does not let this person use it",
        "Expired": "expired",
        "OneTimeUsed": "used up",
    }
)


def elements(shown: PersonShown) -> list[Element]:
    """Default method, per-user MFA and the registration report, as far as they are known; empty when nothing is."""
    dossier = shown.dossier
    rows: list[tuple[str, str | Element]] = []
    if dossier.preference:
        rows.append((say("Default"), line(*_default(dossier, dossier.preference))))
        if dossier.preference.system_preferred:
            rows.append((say("System-preferred"), _system(dossier.preference)))
    if dossier.mfa_state:
        rows.append((say("Per-user MFA"), dossier.mfa_state.in_words))
    if dossier.registration:
        rows.append((say("Registered for"), _registered(dossier.registration)))
    said = facts(rows, spacing="Small")
    if shown.unread:
        said.append(line(run(say("Not shown: {what}.", what=join("; ", shown.unread)), subtle=True)))
    return said


def pass_line(facts: PassFacts) -> Element:
    """When a pass is good, in the reader's own zone."""
    use = say("for one sign-in") if facts.once else say("reusable")
    if facts.usable:
        said = say("Valid until {at}", at=facts.end)
    elif facts.reason == "NotYetValid":
        said = say("Valid from {at}", at=facts.start)
    else:
        said = say("{Reason} · made for {at}", reason=_UNUSABLE.get(facts.reason, say("not usable")), at=facts.start)
    return moment(join(" · ", (said, use)), date=True, spacing="None")


def _default(dossier: Dossier, preference: Preference) -> Iterator[Element]:
    if preference.default is None:
        yield run(say("none chosen"))
        return
    yield run(preference.default.in_words, bold=not preference.system_preferred)
    named = [one.name[:60] for one in dossier.rests_on(preference.default) if not isinstance(one, Phone)]
    if any(named):
        yield run(f" · {', '.join(filter(None, named))}", subtle=True)


def _system(preference: Preference) -> str:
    if not preference.system_method:
        return say("on: Entra ID asks for the strongest method, whatever the default is")
    return say("on: Entra ID asks for the strongest method, now {method}, whatever the default is", method=preference.chosen_by_system)


def _registered(registration: Registration) -> str:
    words = (
        (say("MFA"), registration.mfa),
        (say("sign-in without password"), registration.passwordless),
        (say("password reset"), registration.reset),
    )
    said = join(", ", (join(" ", (word, say("yes") if true else say("no"))) for word, true in words))
    return say("{said} (report of {day})", said=said, day=said_day(registration.as_of)) if registration.as_of else said

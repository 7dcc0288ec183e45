"""What a person is asked for at sign-in, and how strong that is: a part of the `show` card."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.exchange import PersonShown
from bot.domain.methods import Dossier, Phone
from bot.domain.sign_in import PassFacts, Preference, Registration, rests_on
from cards.elements import Element, facts, heading, line, moment, run

#: methodUsabilityReason: https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod
_UNUSABLE = {
    "DisabledByPolicy": "not usable: the tenant's policy does not let this person use it",
    "Expired": "expired",
    "OneTimeUsed": "used up",
}


def elements(shown: PersonShown) -> list[Element]:
    """Strength, default method, per-user MFA and the registration report, as far as they are known; empty when nothing is."""
    dossier = shown.dossier
    rows: list[tuple[str, str | Element]] = []
    if dossier.preference:
        rows.append(("Default", line(*_default(dossier, dossier.preference))))
        if dossier.preference.system_preferred:
            rows.append(("System-preferred", _system(dossier.preference)))
    if dossier.mfa_state:
        rows.append(("Per-user MFA", dossier.mfa_state.value))
    if dossier.registration:
        rows.append(("Registered for", _registered(dossier.registration)))
    said: list[Element] = [heading("At sign-in", size="Medium", spacing="None")]
    if shown.strength:
        said.append(line(run("⚠ " if shown.stronger else "", bold=True), run(shown.strength)))
    said += facts(rows, spacing="Small")
    if shown.unread:
        said.append(line(run(f"Not shown: {'; '.join(shown.unread)}.", subtle=True)))
    return said if len(said) > 1 else []


def pass_line(facts: PassFacts) -> Element:
    """When a pass is good, in the reader's own zone."""
    use = " · for one sign-in" if facts.once else " · reusable"
    if facts.usable:
        return moment("Valid until ", facts.end, use, date=True, spacing="None")
    if facts.reason == "NotYetValid":
        return moment("Valid from ", facts.start, use, date=True, spacing="None")
    reason = _UNUSABLE.get(facts.reason, "not usable")
    return moment(f"{reason[0].upper()}{reason[1:]} · made for ", facts.start, use, date=True, spacing="None")


def _default(dossier: Dossier, preference: Preference) -> Iterator[Element]:
    if preference.default is None:
        yield run("none chosen")
        return
    yield run(preference.default.spoken, bold=not preference.system_preferred)
    named = [one.name[:60] for one in rests_on(preference.default, dossier.phones, dossier.others) if not isinstance(one, Phone)]
    if any(named):
        yield run(f" · {', '.join(filter(None, named))}", subtle=True)


def _system(preference: Preference) -> str:
    chosen = f", now {preference.chosen_by_system}" if preference.system_method else ""
    return f"on: Entra ID asks for the strongest method{chosen}, whatever the default is"


def _registered(registration: Registration) -> str:
    words = (("MFA", registration.mfa), ("sign-in without password", registration.passwordless), ("password reset", registration.reset))
    made = f" (report of {registration.as_of.day} {registration.as_of:%B %Y})" if registration.as_of else ""
    return ", ".join(f"{word} {'yes' if true else 'no'}" for word, true in words) + made

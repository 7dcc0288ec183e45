"""The default method and per-user multifactor authentication."""

from __future__ import annotations

from datetime import date

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Phone
from bot.domain.phone import mask
from bot.domain.plan import Plan
from bot.domain.retirement import Retiring
from bot.domain.said import join, say
from bot.domain.sign_in import DefaultMethod, MfaState, Preference
from bot.errors import Refusal
from bot.planning.installation import Installation
from bot.planning.methods import refuse_hidden
from bot.planning.phones import ending_details, ending_of

#: https://learn.microsoft.com/entra/identity/authentication/concept-system-preferred-multifactor-authentication
OVERRULED = say("System-preferred is on for this person: Entra ID asks for the strongest registered method, whatever the default is.")


def plan_default(dossier: Dossier, wanted: DefaultMethod, installation: Installation, today: date) -> Plan:
    """Another default method, on the account as it is now.

    Raises:
        Refusal: nothing is registered for it, nobody can see whether something is, or it is the default already.
    """
    person, preference = dossier.person, dossier.preference
    assert preference is not None, "read with the account"
    if preference.default is wanted:
        said = say("The default method of {name} is {method} already: there is nothing to do.", name=person.name, method=named(wanted))
        raise Refusal(
            join(" ", (said, _overruled(preference))),
            code="nothing_to_do",
        )
    if not (found := dossier.rests_on(wanted)):
        refuse_hidden(dossier)
        if wanted is DefaultMethod.CODES and any(method.active is None for method in dossier.others):
            raise Refusal(
                say("Entra ID does not say whether the hardware token of {name} is active.", name=person.name),
                say("Look in the Entra admin centre, under the person's authentication methods."),
                code="unknown_state",
            )
        raise Refusal(
            say("{name} has nothing registered for {method}, so it cannot be the default.", name=person.name, method=named(wanted)),
            _offer(dossier),
            code="not_registered",
        )
    retiring = Retiring(installation.retirement, today, dossier.population)
    ends = retiring.of(wanted.channels)
    ending = ending_of(retiring.mark(wanted.channels), ends) if wanted.channels else None
    notes = (say("Entra ID will ask for this first: {methods}.", methods=listed(found)), *((ending.mark,) if ending else ()))
    details = ending_details(ends, person)
    overruled = join(" ", (_overruled(preference), say("It then decides nothing but what may be removed.")))
    warnings = [overruled] if preference.system_preferred else []
    if not person.enabled:
        warnings.append(say("This account is disabled: nobody can sign in to it, whatever the default is."))
    change = Change(ChangeKind.SET_DEFAULT, None, preference.default, wanted)
    return Plan(person, (change,), notes, details, tuple(warnings), ending=ending)


def plan_mfa(dossier: Dossier, wanted: MfaState, installation: Installation) -> Plan:
    """Another state of per-user MFA, on the account as it is now.

    Raises:
        Refusal: the setting is off, or there is nothing to do.
    """
    person, state = dossier.person, dossier.mfa_state
    if not installation.per_user_mfa:
        raise Refusal(
            say("Per-user MFA is not switched on in Doorman, because it needs a very wide permission."),
            say(
                "Conditional Access is the modern way to require MFA. If this tenant still uses per-user MFA, whoever runs Doorman can "
                "set PER_USER_MFA=on and grant Policy.ReadWrite.AuthenticationMethod."
            ),
            code="switched_off",
        )
    assert state is not None, "read with the account"
    if state is wanted or (state is MfaState.ENFORCED and wanted is MfaState.ENABLED):
        text = say("Per-user MFA of {name} is {state} already: there is nothing to do.", name=person.name, state=state.in_words)
        if state is not wanted:
            text = say(
                "Per-user MFA of {name} is {state} already, which is the stricter of the two: there is nothing to do.",
                name=person.name,
                state=state.in_words,
            )
        raise Refusal(text, code="nothing_to_do")
    details = [
        say("This uses the permission Policy.ReadWrite.AuthenticationMethod, which opens the sign-in policy of the whole tenant."),
        say("Conditional Access is the modern way. Where it requires MFA already, leave this disabled: the two do not go together."),
    ]
    if wanted is MfaState.ENABLED:
        details.insert(0, say("If this person has registered a method, Entra ID makes it enforced by itself."))
    warnings = (say("Without Conditional Access the password alone is then enough to sign in."),) if wanted is MfaState.DISABLED else ()
    return Plan(person, (Change(ChangeKind.REQUIRE_MFA, None, state, wanted),), details=tuple(details), warnings=warnings)


def named(default: DefaultMethod) -> str:
    """A default in words, with the word a command knows it by."""
    return say("{word} ({method})", word=default.word, method=default.in_words) if default.word else default.in_words


def listed(found: tuple[object, ...]) -> str:
    """The methods in words; numbers always masked."""
    names = (join(" ", (one.type.noun, mask(one.number))) if isinstance(one, Phone) else getattr(one, "label", "") for one in found)
    return join(", ", names)


def _overruled(preference: Preference) -> str:
    if not preference.system_preferred:
        return ""
    if not preference.system_method:
        return OVERRULED
    return say(
        "System-preferred is on for this person: Entra ID asks for the strongest registered method, whatever the default is "
        "(now {method}).",
        method=preference.chosen_by_system,
    )


def _offer(dossier: Dossier) -> str:
    """What could be the default instead."""
    words = [default.word for default in dossier.possible_defaults]
    if not words:
        return say("Nothing that could be a default is registered: no Authenticator, no app or token with codes, no phone.")
    return say(
        "What is registered allows: {words}. Type `set default for {upn} to {word}`.",
        words=", ".join(words),
        upn=dossier.person.upn,
        word=words[0],
    )

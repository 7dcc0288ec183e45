"""What a person is asked for at sign-in: the default method, and per-user multifactor authentication."""

from __future__ import annotations

from datetime import date

from bot.commands.grammar.arguments import FOR, TO, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.methods import refuse_hidden
from bot.commands.people import READS
from bot.commands.phone_rules import ending_notes
from bot.commands.spec import Command, Context, Facts, Invocation
from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Phone
from bot.domain.notices import Notice
from bot.domain.phone import mask
from bot.domain.plan import Plan
from bot.domain.retirement import Retiring
from bot.domain.said import join, say
from bot.domain.sign_in import STATES, Aspect, DefaultMethod, MfaState, Preference
from bot.errors import Refusal

#: https://learn.microsoft.com/entra/identity/authentication/concept-system-preferred-multifactor-authentication
OVERRULED = say("System-preferred is on for this person: Entra ID asks for the strongest registered method, whatever the default is.")


def plan_default(dossier: Dossier, wanted: DefaultMethod, facts: Facts, today: date) -> Plan:
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
    ends = Retiring(facts.retirement, today, dossier.population).of(wanted.channels)
    notes = (say("Entra ID will ask for this first: {methods}.", methods=listed(found)), *ending_notes(ends, person))
    overruled = join(" ", (_overruled(preference), say("It then decides nothing but what may be removed.")))
    warnings = [overruled] if preference.system_preferred else []
    if not person.enabled:
        warnings.append(say("This account is disabled: nobody can sign in to it, whatever the default is."))
    before = preference.default.value if preference.default else None
    return Plan(person, (Change(ChangeKind.SET_DEFAULT, None, before, wanted.value),), notes, tuple(warnings))


def plan_mfa(dossier: Dossier, wanted: MfaState, facts: Facts) -> Plan:
    """Another state of per-user MFA, on the account as it is now.

    Raises:
        Refusal: the setting is off, or there is nothing to do.
    """
    person, state = dossier.person, dossier.mfa_state
    if not facts.per_user_mfa:
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
        text = say("Per-user MFA of {name} is {state} already: there is nothing to do.", name=person.name, state=STATES[state])
        if state is not wanted:
            text = say(
                "Per-user MFA of {name} is {state} already, which is the stricter of the two: there is nothing to do.",
                name=person.name,
                state=STATES[state],
            )
        raise Refusal(text, code="nothing_to_do")
    notes = [
        say("This uses the permission Policy.ReadWrite.AuthenticationMethod, which opens the sign-in policy of the whole tenant."),
        say("Conditional Access is the modern way. Where it requires MFA already, leave this disabled: the two do not go together."),
    ]
    if wanted is MfaState.ENABLED:
        notes.insert(0, say("If this person has registered a method, Entra ID makes it enforced by itself."))
    warnings = (say("Without Conditional Access the password alone is then enough to sign in."),) if wanted is MfaState.DISABLED else ()
    return Plan(person, (Change(ChangeKind.REQUIRE_MFA, None, state.value, wanted.value),), tuple(notes), warnings)


def named(default: DefaultMethod) -> str:
    """A default in words, with the word a command knows it by."""
    return say("{word} ({method})", word=default.word, method=default.spoken) if default.word else default.spoken


def listed(found: tuple[object, ...]) -> str:
    """The methods in words; numbers always masked."""
    names = (
        join(" ", (one.type.noun, mask(one.number))) if isinstance(one, Phone) else getattr(one, "label", "")
        for one in found
    )
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


def _target(context: Context) -> Dossier:
    assert context.dossier is not None, "dispatch resolves <who>"
    return context.dossier


async def show_default(invocation: Invocation, context: Context) -> Notice:
    """Which method a person is asked for first, and which could be.

    Raises:
        DirectoryError: it cannot be read.
    """
    dossier = _target(context)
    for error in dossier.unread.values():
        raise error
    preference = dossier.preference
    assert preference is not None, "asked for, and no error"
    found = dossier.rests_on(preference.default)
    words = ", ".join(default.word for default in dossier.possible_defaults)
    facts = (
        (say("Default"), named(preference.default) if preference.default else say("none chosen")),
        (say("Registered"), listed(found)),
        (say("System-preferred"), say("on") if preference.system_preferred else say("off")),
        (say("Entra's choice"), preference.chosen_by_system if preference.system_preferred else ""),
        (say("Possible"), words or say("nothing that is registered")),
    )
    first = say("Entra ID asks for the default first; the person may pick another method.")
    others = [one.word for one in dossier.possible_defaults if one is not preference.default]
    hint = say("To change it: `set default for {upn} to {word}`", upn=dossier.person.upn, word=others[0]) if others else ""
    return Notice(
        OVERRULED if preference.system_preferred else first,
        hint,
        title=say("Default method of {name}", name=dossier.person.name),
        facts=tuple(fact for fact in facts if fact[1]),
    )


async def set_default(invocation: Invocation, context: Context) -> Plan:
    """Lets Entra ask for another registered method first.

    Raises:
        Refusal: it cannot be, and why.
    """
    wanted = invocation.args["default"]
    assert isinstance(wanted, DefaultMethod)
    return plan_default(_target(context), wanted, context.facts, context.now.date())


async def require_mfa(invocation: Invocation, context: Context) -> Plan:
    """Switches per-user MFA.

    Raises:
        Refusal: it is off in the settings, or there is nothing to do.
    """
    wanted = invocation.args["state"]
    assert isinstance(wanted, MfaState)
    return plan_mfa(_target(context), wanted, context.facts)


DEFAULT = Command(
    name="default",
    topic="People",
    pattern=(Word("default", also=("default method",), near=("preferred", "default mfa")), FOR, Somebody()),
    summary="Which method a person is asked for first, and which could be",
    example="default for lotte smit",
    run=show_default,
    aspects=frozenset({Aspect.PREFERENCE}),
    reads=READS,
    scopes=(),
)

SET_DEFAULT = Command(
    name="set-default",
    topic="People",
    pattern=(
        Word("set default", also=("set default method",), near=("change default", "make default", "set preferred")),
        FOR,
        Somebody(before_number=True),
        Optional((TO,)),
        Choice(
            "default",
            (
                (Word("push", also=("authenticator", "notification"), near=("app", "approve")), DefaultMethod.PUSH),
                (Word("otp", also=("code", "codes", "totp", "oath"), near=("token",)), DefaultMethod.CODES),
                (Word("sms", also=("text", "text message"), near=("texts", "message")), DefaultMethod.SMS),
                (Word("voice", also=("voice mobile", "call"), near=("phone", "mobile", "phone call")), DefaultMethod.VOICE_MOBILE),
                (Word("voice alternate", also=("voice alternate mobile", "call alternate")), DefaultMethod.VOICE_ALTERNATE_MOBILE),
                (Word("voice office", also=("call office",)), DefaultMethod.VOICE_OFFICE),
            ),
            asks="The method (push, otp, sms, voice, voice alternate or voice office)",
        ),
    ),
    summary="Choose which registered method a person is asked for first",
    example="set default for lotte smit to sms",
    run=set_default,
    changes=frozenset({ChangeKind.SET_DEFAULT}),
    reads=READS,
    scopes=(),
)

REQUIRE_MFA = Command(
    name="require-mfa",
    topic="Account",
    pattern=(
        Word("require mfa", also=("per-user mfa",), near=("mfa", "enforce mfa", "force mfa", "enable mfa", "disable mfa")),
        FOR,
        Somebody(),
        Choice(
            "state",
            (
                (Word("on", also=("enabled",), near=("enable", "true", "yes")), MfaState.ENABLED),
                (Word("off", also=("disabled",), near=("disable", "false", "no")), MfaState.DISABLED),
                (Word("enforced", near=("enforce", "force")), MfaState.ENFORCED),
            ),
            asks="The state (on, off or enforced)",
        ),
    ),
    summary="Switch per-user MFA; only where the setting PER_USER_MFA is on",
    example="require mfa for gert brandt off",
    run=require_mfa,
    changes=frozenset({ChangeKind.REQUIRE_MFA}),
    reads=READS,
    scopes=(),
)

"""What a person is asked for at sign-in: the default method, and per-user multifactor authentication."""

from __future__ import annotations

from bot.commands.grammar.arguments import FOR, TO, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.change import ChangeKind
from bot.domain.methods import Dossier
from bot.domain.plan import Plan
from bot.domain.remarks import Remark
from bot.domain.said import say
from bot.domain.sign_in import Aspect, DefaultMethod, MfaState
from bot.planning.sign_in import OVERRULED, listed, named, plan_default, plan_mfa


def _target(context: Context) -> Dossier:
    assert context.dossier is not None, "dispatch resolves <who>"
    return context.dossier


async def show_default(invocation: Invocation, context: Context) -> Remark:
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
    return Remark(
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
    return plan_default(_target(context), wanted, context.installation, context.now.date())


async def require_mfa(invocation: Invocation, context: Context) -> Plan:
    """Switches per-user MFA.

    Raises:
        Refusal: it is off in the settings, or there is nothing to do.
    """
    wanted = invocation.args["state"]
    assert isinstance(wanted, MfaState)
    return plan_mfa(_target(context), wanted, context.installation)


DEFAULT = Command(
    name="default",
    topic="People",
    pattern=(Word("default", also=("default method",), near=("preferred", "default mfa")), FOR, Somebody()),
    summary="Which method a person is asked for first, and which could be",
    example="default for lotte smit",
    run=show_default,
    aspects=frozenset({Aspect.PREFERENCE}),
    reads=READS,
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
)

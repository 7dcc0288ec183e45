"""What is reset, and what stays."""

from __future__ import annotations

from bot.domain.change import ChangeKind
from bot.domain.methods import Dossier, Family
from bot.domain.plan import Plan
from bot.domain.reset import staying, to_reset
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.planning.methods import refuse_hidden

_TOKENS = say("A hardware token is deactivated, not removed: an administrator can activate it again.")
_NEXT = say("At the next sign-in that needs it, Entra ID asks the person to register anew.")


def plan_reset(dossier: Dossier, bundle: ChangeKind) -> Plan:
    """What a reset would do to the account as it is now.

    Raises:
        Refusal: there is nothing to reset.
    """
    person = dossier.person
    refuse_hidden(dossier)
    changes, left = to_reset(dossier, bundle), staying(dossier, bundle)
    everything = bundle is ChangeKind.RESET_EVERYTHING
    if not changes:
        there = say("Registered: {methods}.", methods=join("; ", left)) if left else say("Nothing is registered besides the password.")
        more = (
            say("For everything but the password type `reset mfa for {upn} everything`.", upn=person.upn) if left and not everything else ""
        )
        raise Refusal(
            say("{name} has nothing to reset.", name=person.name)
            if everything
            else say("{name} has no phone, authenticator or codes to reset.", name=person.name),
            join(" ", (there, more)),
            code="nothing_to_do",
        )
    notes: list[str] = []
    if left:
        notes.append(say("Stays as it is: {methods}.", methods=join("; ", left)))
    if any(change.kind is ChangeKind.DEACTIVATE_TOKEN for change in changes):
        notes.append(_TOKENS)
    warnings = [] if person.enabled else [say("This account is disabled: nobody can sign in to it, whatever is registered.")]
    strong = any(method.family in (Family.PASSKEY, Family.WINDOWS_HELLO, Family.PLATFORM_CREDENTIAL) for method in dossier.others)
    if everything or not strong:
        warnings.append(
            say(
                "The person is left with the password alone and may not be let in to register anew. Make a pass for that afterwards: "
                "type “pass for {upn}”.",
                upn=person.upn,
            )
        )
    return Plan(person, changes, tuple(notes), (_NEXT,), tuple(warnings), bundle)

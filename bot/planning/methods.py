"""Sign-in methods other than phones: taking one away, and the email for password reset."""

from __future__ import annotations

from typing import NoReturn

from bot.domain.change import Change, ChangeKind
from bot.domain.email import parse_address
from bot.domain.methods import Dossier, Family, Method
from bot.domain.plan import Plan
from bot.domain.reset import method_in_words, removal
from bot.domain.said import join, say
from bot.errors import Refusal, Unavailable

_EMAIL_IS_FOR = say("For self-service password reset only: nobody signs in with it, and it is no second factor.")
_NOTES = {
    Family.AUTHENTICATOR: say("In the app on the phone the account stays visible, and no longer works."),
    Family.PASSWORDLESS: say("In the app on the phone the account stays visible, and no longer works."),
    Family.PASSKEY: say("What is stored on the key or phone stays there, and no longer works."),
    Family.WINDOWS_HELLO: say("PIN, face and fingerprint no longer work for this account on that device."),
    Family.EMAIL: _EMAIL_IS_FOR,
    Family.QR_CODE: say("The QR code and its PIN both stop working."),
    Family.HARDWARE_TOKEN: say("The token goes back to the organisation's list, free for somebody else."),
}


def plan_removal(dossier: Dossier, method: Method) -> Plan:
    """Taking one method away from the account as it is now."""
    assert method.family is not None, "only what we know is removed"
    person = dossier.person
    warnings = [] if person.enabled else [say("This account is disabled: nobody can sign in to it, whatever is registered.")]
    if not dossier.phones and all(other.id == method.id or other.family is Family.EMAIL for other in dossier.others):
        warnings.append(
            say("This is the last method besides the password. To let the person in again, type “pass for {upn}”.", upn=person.upn)
        )
    details = (_NOTES[method.family],) if method.family in _NOTES else ()
    return Plan(person, (removal(method),), details=details, warnings=tuple(warnings))


def plan_same_removal(dossier: Dossier, change: Change) -> Plan:
    """Taking that very method away, if it is still there.

    Raises:
        Refusal: it is gone, or nobody can see whether it is.
    """
    refuse_hidden(dossier)
    method = dossier.method(change.method)
    if method is None or method.family is None:
        raise Refusal(
            say("That {label} of {name} is gone already: there is nothing to do.", label=change.label, name=dossier.person.name),
            code="nothing_to_do",
        )
    return plan_removal(dossier, method)


def plan_email(dossier: Dossier, typed: str) -> Plan:
    """Registering or changing the email for password reset.

    Raises:
        Refusal: the address cannot be used, or it is this one already.
    """
    person, address = dossier.person, parse_address(typed)
    refuse_hidden(dossier)
    old = next((method for method in dossier.others if method.family is Family.EMAIL), None)
    if old is not None and old.name.casefold() == address.casefold():
        raise Refusal(say("The email of {name} is this one already: there is nothing to do.", name=person.name), code="nothing_to_do")
    warnings = [] if person.enabled else [say("This account is disabled: nobody can sign in to it, whatever is registered.")]
    domain = address.rpartition("@")[2].casefold()
    if domain in {own.rpartition("@")[2].casefold() for own in (person.upn, person.mail)}:
        warnings.append(say("This is an address at the organisation itself: whoever cannot sign in cannot read mail there."))
    change = Change(ChangeKind.SET_EMAIL, None, old.name if old else None, address, old.id if old else "")
    return Plan(person, (change,), details=(_EMAIL_IS_FOR,), warnings=tuple(warnings))


_GRANT = say("Ask an Entra administrator to grant it to Doorman's app registration, with admin consent.")
_ASK_AGAIN = say("Try again in a minute. If it stays so, an Entra administrator can see them in the Entra admin centre.")


def refuse_hidden(dossier: Dossier) -> None:
    """Raises Refusal when Graph does not let us see the methods, so that nothing is planned on what cannot be seen."""
    for method in dossier.others:
        if not method.id:
            raise Refusal(
                say("I cannot tell which methods {name} has: {method}.", name=dossier.person.name, method=method.name),
                _ASK_AGAIN if isinstance(dossier.hidden, Unavailable) else _GRANT,
                code="methods_hidden",
            )


def fitting_methods(dossier: Dossier, families: tuple[Family, ...], picked: str = "") -> tuple[Method, ...]:
    """The methods that may be meant, one at the least.

    Args:
        families: of which they are; the first is what they are called.
        picked: Graph's id of the one that was picked among several.

    Raises:
        Refusal: there is none, it is gone, or nobody can see what is registered.
    """
    refuse_hidden(dossier)
    fitting = tuple(method for family in families for method in dossier.others if method.family is family)
    if picked:
        fitting = tuple(method for method in fitting if method.id == picked)
        if not fitting:
            raise Refusal(
                say("What you picked is no longer registered."), say("Pick another one, or type the command again."), code="method_gone"
            )
    if not fitting:
        _none(dossier, families[0])
    return fitting


def _none(dossier: Dossier, family: Family) -> NoReturn:
    there = [kind.noun for kind in dossier.phones] + [method_in_words(method) for method in dossier.others]
    hint = say("Registered: {methods}.", methods=join("; ", there)) if there else say("Nothing is registered besides the password.")
    raise Refusal(
        say("{name} has no {family}: there is nothing to remove.", name=dossier.person.name, family=family.in_words),
        hint,
        code="nothing_to_do",
    )

"""What a Temporary Access Pass may be: the wish, clamped to the tenant's policy, and what the person has. Pure.

https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.change import Change, ChangeKind, moment
from bot.domain.change_values import NameAndDay
from bot.domain.effect import pass_id
from bot.domain.methods import Dossier
from bot.domain.pass_terms import SECURITY_INFO, PassTerms, WantedPass, window
from bot.domain.people import Person
from bot.domain.plan import Plan
from bot.domain.said import said_at, say, say_count
from bot.errors import Refusal
from bot.planning.methods import refuse_hidden

_ONE_TIME = say("One-time: good for a single sign-in. A passkey or app that is added with it has to be finished within 10 minutes.")
_REUSABLE = say("Reusable: good for any number of sign-ins until it ends.")
_REUSABLE_RISK = say("A reusable pass is a second password until it ends. One-time is safer: leave out `reusable`.")
_REVOKED = say("Whoever has the code can no longer sign in with it. Sessions that began with it go on.")
_GOOD_FOR = say(
    "Good for signing in without phone or password, and for adding a new method at {page}. The password stays as it is.",
    page=SECURITY_INFO,
)


def plan_pass(
    dossier: Dossier,
    terms: PassTerms,
    now: datetime,
    *,
    minutes: int | None = None,
    reusable: bool = False,
    start: datetime | None = None,
) -> Plan:
    """A pass as wanted, as far as the tenant allows it.

    Args:
        minutes: None for the shortest life the tenant allows.
        start: in the future; None for now.

    Raises:
        Refusal: no pass can be made for this person, or none that is used more than once.
    """
    person = dossier.person
    _require_allowed(dossier, terms)
    if reusable and terms.once:
        raise Refusal(say("The tenant's policy allows one-time passes only."), say("Leave out `reusable`."), code="one_time_only")
    wished = terms.minimum if minutes is None else minutes
    wanted = WantedPass(min(max(wished, terms.minimum), terms.maximum), not reusable, start)
    start, end = window(wanted, now)
    notes: list[str] = []
    details: list[str] = [say("Valid from {start} until {end}.", start=start, end=end)]
    if wanted.start is None:
        least = lasting(terms.minimum)
        details.append(say("The end is fixed. Revealed late, it is still good for {least}, the shortest the tenant allows.", least=least))
    if wanted.minutes != wished:
        allowed = say("{least} to {most}", least=lasting(terms.minimum), most=lasting(terms.maximum))
        notes.append(
            say(
                "You asked for {wished}; the threat level is high, so it is {wanted}.",
                wished=lasting(wished),
                wanted=lasting(wanted.minutes),
            )
            if terms.cut
            else say(
                "You asked for {wished}; the tenant allows {allowed}, so it is {wanted}.",
                wished=lasting(wished),
                allowed=allowed,
                wanted=lasting(wanted.minutes),
            )
        )
    details += [_ONE_TIME if wanted.once else _REUSABLE, _GOOD_FOR]
    held, before = terms.held, None
    warnings = [] if person.enabled else [say("The account is disabled: a pass does not let the person in until it is enabled.")]
    if held is not None:
        until = said_at(held.until)
        before = moment(held.until)
        if held.valid and held.until > now:
            warnings.append(
                say("{name} has a valid pass until {until}. This one replaces it: its code stops working.", name=person.name, until=until)
            )
    if not wanted.once:
        warnings.append(_REUSABLE_RISK)
    change = Change(ChangeKind.CREATE_PASS, None, before, None, held.id if held else "", wanted=wanted)
    return Plan(person, (change,), tuple(notes), tuple(details), tuple(warnings))


def plan_revocation(dossier: Dossier) -> Plan:
    """Deletes the pass there is, valid or not.

    Raises:
        Refusal: there is none, or nobody can see whether there is.
    """
    held = pass_id(dossier)
    if not held:
        refuse_hidden(dossier)
        raise Refusal(say("{name} has no Temporary Access Pass: there is nothing to do.", name=dossier.person.name), code="nothing_to_do")
    change = Change(ChangeKind.REVOKE_PASS, None, NameAndDay(), None, held)
    return Plan(dossier.person, (change,), details=(_REVOKED,))


def plan_password(person: Person) -> Plan:
    """A new temporary password.

    Raises:
        Refusal: the password of this account is kept elsewhere.
    """
    if person.synced:
        raise Refusal(
            say("The account of {name} is synced from the on-premises directory, and its password is kept there.", name=person.name),
            say(
                "A pass gets the person in all the same: `pass for {upn}`. Or reset the password in the on-premises directory.",
                upn=person.upn,
            ),
            code="synced_password",
        )
    if person.guest:
        raise Refusal(
            say("{name} signs in with another organisation, which keeps the password.", name=person.name),
            say("Their own helpdesk can reset it."),
            code="external_password",
        )
    details = (
        say("A temporary password, made by me: it has to be changed at the next sign-in."),
        say("From Reveal on the present password no longer works, and sessions end."),
        say("Sign-in methods stay as they are: a second factor is asked for as before."),
    )
    warnings: list[str] = []
    if not person.enabled:
        warnings.append(say("The account is disabled: a new password does not let the person in until it is enabled."))
    return Plan(person, (Change(ChangeKind.RESET_PASSWORD, None, person.password_changed, None),), (), details, tuple(warnings))


def _require_allowed(dossier: Dossier, terms: PassTerms) -> None:
    person = dossier.person
    if person.guest:
        raise Refusal(
            say("{name} is of another organisation, and Entra ID gives no pass to external guests.", name=person.name),
            say("Their own helpdesk can give them one."),
            code="guest_target",
        )
    if not terms.enabled:
        raise Refusal(
            say("The tenant's policy switches Temporary Access Passes off."),
            say(
                "An Authentication Policy Administrator can switch them on in Entra: Authentication methods, Policies, Temporary "
                "Access Pass."
            ),
            code="passes_off",
        )
    if not terms.cover(dossier.groups):
        raise Refusal(
            say("The tenant's policy for Temporary Access Passes does not include {name}.", name=person.name),
            say("An Authentication Policy Administrator can include a group that the person is in."),
            code="passes_not_for_person",
        )


def lasting(minutes: int) -> str:
    """ "1 hour"."""
    if minutes % 1440 == 0:
        return say_count(minutes // 1440, "{count} day", "{count} days")
    if minutes % 60 == 0:
        return say_count(minutes // 60, "{count} hour", "{count} hours")
    return say_count(minutes, "{count} minute", "{count} minutes")


def plan_same_pass(dossier: Dossier, terms: PassTerms, change: Change, now: datetime) -> Plan:
    """A pass like the one that was asked for, as far as the tenant allows it by now; raises as `plan_pass`."""
    assert change.wanted is not None, "of a new pass alone"
    wanted = change.wanted.due(now)
    return plan_pass(dossier, terms, now, minutes=wanted.minutes, reusable=not wanted.once, start=wanted.start)

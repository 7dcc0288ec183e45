"""What a Temporary Access Pass may be: the wish against the tenant's policy and what the person has. Pure.

https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.commands.times import zone_of
from bot.domain.change import Change, ChangeKind, Plan
from bot.domain.effect import pass_id
from bot.domain.methods import Dossier
from bot.domain.passes import SECURITY_INFO, PassTerms, WantedPass
from bot.domain.people import Person
from bot.errors import Refusal

_ONE_TIME = "One-time: good for a single sign-in. A passkey or app that is added with it has to be finished within 10 minutes."
_REUSABLE = "Reusable: good for any number of sign-ins until it ends."
_REUSABLE_RISK = "A reusable pass is a second password until it ends. One-time is safer: leave out `reusable`."
_GOOD_FOR = f"Good for signing in without phone or password, and for adding a new method at {SECURITY_INFO}. The password stays as it is."
_SEEN_ONCE = "The code is made when you press Reveal, in your personal chat with me. You alone see it, once, and it is kept nowhere."


def plan_pass(
    dossier: Dossier,
    terms: PassTerms,
    now: datetime,
    *,
    minutes: int | None = None,
    reusable: bool = False,
    start: datetime | None = None,
    zone: str = "",
) -> Plan:
    """A pass as wanted, as far as the tenant allows it.

    Args:
        minutes: None for what the tenant usually gives.
        start: in the future; None for the moment it is revealed.
        zone: IANA name of the zone in which times are said.

    Raises:
        Refusal: no pass can be made for this person, or none that is used more than once.
    """
    person = dossier.person
    _require_allowed(dossier, terms)
    if reusable and terms.once:
        raise Refusal("The tenant's policy allows one-time passes only.", "Leave out `reusable`.", code="one_time_only")
    wished = terms.usual if minutes is None else minutes
    wanted = WantedPass(min(max(wished, terms.minimum), terms.maximum), not reusable, start)
    notes = [_validity(wanted, zone)]
    if wanted.minutes != wished:
        allowed = f"{_long(terms.minimum)} to {_long(terms.maximum)}"
        notes.append(f"You asked for {_long(wished)}; the tenant allows {allowed}, so it is {_long(wanted.minutes)}.")
    notes += [_ONE_TIME if wanted.once else _REUSABLE, _GOOD_FOR, _SEEN_ONCE]
    held, before = terms.held, None
    warnings = [] if person.enabled else ["The account is disabled: a pass does not let the person in until it is enabled."]
    if held is not None:
        until = _said(held.until, zone)
        before = f"a pass until {held.until:%Y-%m-%d %H:%M} UTC"
        if held.valid and held.until > now:
            warnings.append(f"{person.name} has a valid pass until {until}. This one replaces it: its code stops working.")
    if not wanted.once:
        warnings.append(_REUSABLE_RISK)
    change = Change(ChangeKind.CREATE_PASS, None, before, wanted.text, pass_id(dossier))
    return Plan(person, (change,), tuple(notes), tuple(warnings))


def plan_revocation(dossier: Dossier) -> Plan:
    """Deletes the pass there is, valid or not.

    Raises:
        Refusal: there is none.
    """
    held = pass_id(dossier)
    if not held:
        raise Refusal(f"{dossier.person.name} has no Temporary Access Pass: there is nothing to do.", code="nothing_to_do")
    change = Change(ChangeKind.REVOKE_PASS, None, "registered", None, held)
    return Plan(dossier.person, (change,), ("Whoever has the code can no longer sign in with it. Sessions that began with it go on.",))


def plan_password(person: Person) -> Plan:
    """A new temporary password.

    Raises:
        Refusal: the password of this account is kept elsewhere.
    """
    if person.synced:
        raise Refusal(
            f"The account of {person.name} is synced from the on-premises directory, and its password is kept there.",
            f"A pass gets the person in all the same: `pass for {person.upn}`. Or reset the password in the on-premises directory.",
            code="synced_password",
        )
    if person.guest:
        raise Refusal(
            f"{person.name} signs in with another organisation, which keeps the password.",
            "Their own helpdesk can reset it.",
            code="external_password",
        )
    notes = (
        "A temporary password, made by me: it has to be changed at the next sign-in.",
        "It is made when you press Reveal, in your personal chat with me. You alone see it, once, and it is kept nowhere.",
        "Sign-in methods stay as they are: a second factor is asked for as before.",
    )
    warnings = ["From Reveal on the present password no longer works, and sessions end."]
    if not person.enabled:
        warnings.append("The account is disabled: a new password does not let the person in until it is enabled.")
    return Plan(person, (Change(ChangeKind.RESET_PASSWORD, None, person.password_changed, None),), notes, tuple(warnings))


def _require_allowed(dossier: Dossier, terms: PassTerms) -> None:
    person = dossier.person
    if person.guest:
        raise Refusal(
            f"{person.name} is of another organisation, and Entra ID gives no pass to external guests.",
            "Their own helpdesk can give them one.",
            code="guest_target",
        )
    if not terms.enabled:
        raise Refusal(
            "The tenant's policy switches Temporary Access Passes off.",
            "An Authentication Policy Administrator can switch them on in Entra: Authentication methods, Policies, Temporary Access Pass.",
            code="passes_off",
        )
    if not terms.cover(dossier.groups):
        raise Refusal(
            f"The tenant's policy for Temporary Access Passes does not include {person.name}.",
            "An Authentication Policy Administrator can include a group that the person is in.",
            code="passes_not_for_person",
        )


def _validity(wanted: WantedPass, zone: str) -> str:
    if wanted.start is None:
        return f"Valid for {_long(wanted.minutes)} from Reveal on."
    return f"Valid from {_said(wanted.start, zone)} until {_said(wanted.start + timedelta(minutes=wanted.minutes), zone)}."


def _said(at: datetime, zone: str) -> str:
    place, spoken = zone_of(zone)
    local = at.astimezone(place)
    return f"{local:%H:%M} on {local.day} {local:%B} ({spoken})" if zone else f"{at.astimezone(UTC):%H:%M} UTC on {at.day} {at:%B}"


def _long(minutes: int) -> str:
    if minutes % 1440 == 0:
        return "1 day" if minutes == 1440 else f"{minutes // 1440} days"
    if minutes % 60 == 0:
        return "1 hour" if minutes == 60 else f"{minutes // 60} hours"
    return f"{minutes} minutes"

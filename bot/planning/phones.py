"""What Graph allows for phones and SMS sign-in, told before the click: a wish and a dossier become a plan or a refusal.

https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NoReturn

from bot.domain.change import Change, ChangeKind, Value
from bot.domain.change_values import Switch
from bot.domain.methods import Dossier, Phone, PhoneType, SmsSignIn
from bot.domain.people import Person
from bot.domain.phone import PhoneNumber, mask, parse_number, region_of
from bot.domain.plan import Plan, Warned
from bot.domain.retirement import Channel, Ending, Retiring
from bot.domain.said import Said, join, say, say_count, say_each
from bot.domain.sms import switches_on
from bot.errors import Refusal
from bot.planning.installation import Installation

_LASTING = say("Stronger and lasting: a Temporary Access Pass, then a passkey.")
#: The warning that a number is changed by which somebody signs in.
SIGN_IN_NUMBER = "sign_in_number"
_GOOD_FOR = say_each(
    {
        frozenset(Channel): "text messages (SMS) and voice calls",
        frozenset({Channel.SMS}): "text messages (SMS) only, not for voice calls",
        frozenset({Channel.VOICE}): "voice calls only, not for text messages",
    }
)


def plan_change(
    dossier: Dossier,
    kind: ChangeKind,
    phone: PhoneType,
    wanted: Value | None,
    installation: Installation,
    today: date,
    *,
    mode: str = "set",
    private: bool = True,
) -> Plan:
    """What one wish would change, on the account as it is now.

    Args:
        phone: which phone; for SMS sign-in the one it would use.
        wanted: a number as typed or as Graph shows it; None to remove; for SMS sign-in how it is to be.
        mode: "set" does what is needed, "add" refuses when there is such a phone already, "update" when there is none.
        private: only the requester reads the answer, so a refusal may show a registered number in full.

    Raises:
        Refusal: Graph would not do it, or there is nothing to do.
        InvalidNumber: the number cannot be registered.
    """
    if kind is ChangeKind.SMS_SIGN_IN:
        return _plan_sms_sign_in(dossier, phone, wanted is Switch.ON, Retiring(installation.retirement, today, dossier.population))
    if phone is PhoneType.OFFICE and dossier.person.synced:
        raise Refusal(
            say(
                "The account of {name} is synced from the on-premises directory, and its office phone is kept there.",
                name=dossier.person.name,
            ),
            say("Change it in the on-premises Active Directory. Mobile and alternate mobile can be set here."),
            code="synced_office_phone",
        )
    if kind is ChangeKind.REMOVE_PHONE or wanted is None:
        return _plan_removal(dossier, phone)
    return _plan_number(dossier, phone, str(wanted), mode, installation, today, private)


def ending_details(ends: tuple[str, ...], person: Person) -> tuple[str, ...]:
    """What ends, as `Retiring` says it, with what lasts; none when nothing ends."""
    if not ends:
        return ()
    if person.guest:  # who gets no pass
        return *ends, say("Stronger and lasting: a passkey.")
    return *ends, _LASTING


def file_notes(numbers: Mapping[PhoneType, int], retiring: Retiring, *, sms_sign_in: bool) -> tuple[str, ...]:
    """What the numbers of a file are good for and what ends, where a command says the same of its one number.

    Args:
        numbers: how many are set, by which phone they are for.
        sms_sign_in: somebody signs in, or will sign in, with such a number.
    """
    served = Counter[Said]()
    for phone, count in numbers.items():
        serving = retiring.serving(phone.channels)
        if serving and serving != frozenset(Channel):
            served[_GOOD_FOR[serving]] += count
    good = (
        say_count(count, "{count} number is good for {good}.", "{count} numbers are good for {good}.", good=good)
        for good, count in served.items()
    )
    ends = retiring.of({channel for phone in numbers for channel in phone.channels}, sms_sign_in=sms_sign_in)
    return *good, *ends, *((_LASTING,) if ends else ())


def _plan_number(dossier: Dossier, phone: PhoneType, typed: str, mode: str, installation: Installation, today: date, private: bool) -> Plan:
    person, old = dossier.person, dossier.phones.get(phone)
    number = parse_number(typed, default_region=installation.default_region, extension_allowed=phone is PhoneType.OFFICE)
    if old is not None and old.has(number.graph):
        _nothing(say("The {phone} of {name} is this number already: there is nothing to do.", phone=phone.noun, name=person.name))
    if mode == "add" and old is not None:
        raise Refusal(
            _has_already(person.name, phone, old.number if private else mask(old.number)),
            say(
                "To replace it, type `update {phone} for {upn} to {what}`.",
                phone=str(phone.in_words),
                upn=person.upn,
                what=number.pretty if private else "<number>",
            ),
            code="phone_exists",
            line=f"update {phone.in_words} for {person.upn} to {number.graph}",
        )
    if mode == "update" and old is None:
        raise Refusal(
            say("{name} has no {phone} yet, so there is nothing to update.", name=person.name, phone=phone.noun),
            say(
                "To register it, type `add {phone} for {upn} {what}`.",
                phone=str(phone.in_words),
                upn=person.upn,
                what=number.pretty if private else "<number>",
            ),
            code="phone_missing",
            line=f"add {phone.in_words} for {person.upn} to {number.graph}",
        )
    if phone is PhoneType.ALTERNATE_MOBILE and PhoneType.MOBILE not in dossier.phones:
        raise Refusal(
            say("{name} has no mobile phone, and Entra ID takes an alternate mobile only beside a mobile.", name=person.name),
            say("First type `set mobile for {upn} <number>`.", upn=person.upn),
            code="mobile_missing",
        )
    change = Change(ChangeKind.SET_PHONE, phone, old.number if old else None, number.graph)
    retiring = Retiring(installation.retirement, today, dossier.population)
    channels = phone.channels - {Channel.SMS} if number.unlikely_sms else phone.channels
    good = _GOOD_FOR.get(retiring.serving(channels), "")
    sms_sign_in = phone is PhoneType.MOBILE and (dossier.signs_in_by_sms or switches_on((change,), dossier))
    ends = retiring.of(phone.channels, sms_sign_in=sms_sign_in)
    details = (*([say("Good for {good}.", good=good)] if good else ()), *ending_details(ends, person))
    ending = ending_of(retiring.mark(phone.channels), ends)
    return _plan(person, change, ending, details, _warned(dossier, phone, old, number))


def ending_of(mark: str, ends: tuple[str, ...]) -> Ending | None:
    """What a card says of what ends; None where it has no mark."""
    return Ending(mark, ends) if mark else None


def _plan(person: Person, change: Change, ending: Ending | None, details: tuple[str, ...], warned: Iterable[Warned]) -> Plan:
    warned, notes = tuple(warned), (ending.mark,) if ending else ()
    return Plan(person, (change,), notes, details, tuple(each.text for each in warned), warned=warned, ending=ending)


def _warned(dossier: Dossier, phone: PhoneType, old: Phone | None, number: PhoneNumber) -> Iterator[Warned]:
    """Worth a second look. No number stands here: warnings are shown to everybody."""
    yield from _disabled(dossier)
    if phone is PhoneType.MOBILE and number.unlikely_sms:
        mark = say("Mobile numbers of Argentina have a 9 behind the country code: if this is one, write it as +54 9 ….")
        unlikely = say("This does not look like a mobile line: text messages are unlikely to arrive.")
        yield Warned("unlikely_sms", join(" ", (unlikely, mark if number.lacks_a_9 else "")))
    if old is not None and (before := region_of(old.number)) and before != number.region:
        said = say("The new number is in another country than the old one: {country}.", country=number.country)
        yield Warned("other_country", said)
    if same := [other.type.in_words for other in dossier.phones.values() if other.type is not phone and other.has(number.graph)]:
        also = join(say(" and "), same)
        yield Warned("no_second_way", say("This is also the {phones} number of this person, so it adds no second way in.", phones=also))
    if old is not None and old.sms_sign_in is SmsSignIn.READY:
        yield Warned(SIGN_IN_NUMBER, say("SMS sign-in is on: the number this person signs in with changes too."))


def _plan_removal(dossier: Dossier, phone: PhoneType) -> Plan:
    person, old = dossier.person, dossier.phones.get(phone)
    if old is None:
        there = join(say(" and "), (other.in_words for other in dossier.phones)) or say("none")
        _nothing(
            say("{name} has no {phone}: there is nothing to remove.", name=person.name, phone=phone.noun),
            say("Phones registered: {there}.", there=there),
        )
    if phone is PhoneType.MOBILE and PhoneType.ALTERNATE_MOBILE in dossier.phones:
        raise Refusal(
            say("Entra ID does not remove the mobile phone of {name} while there is an alternate mobile.", name=person.name),
            say(
                "First type `remove alternate mobile for {upn}`, or give the mobile another number with `update mobile for {upn} to "
                "<number>`.",
                upn=person.upn,
            ),
            code="alternate_exists",
        )
    warned = [*_disabled(dossier)]
    if old.sms_sign_in is SmsSignIn.READY:
        said = say("SMS sign-in is on and goes with the phone: this person can no longer sign in with the number.")
        warned.append(Warned("sign_in_ends", said))
    if len(dossier.phones) == 1 and all("password" in method.kind.lower() for method in dossier.others):
        said = say("This is the last method besides the password: this person may be asked to register again, or be locked out.")
        warned.append(Warned("last_method", said))
    return _plan(person, Change(ChangeKind.REMOVE_PHONE, phone, old.number, None), None, (), warned)


def _plan_sms_sign_in(dossier: Dossier, phone: PhoneType, on: bool, retiring: Retiring) -> Plan:
    person, mobile = dossier.person, dossier.phones.get(PhoneType.MOBILE)
    if phone is not PhoneType.MOBILE:
        raise Refusal(
            say("SMS sign-in works only with the mobile phone."),
            say("Type `enable sms sign-in for {upn}`.", upn=person.upn),
            code="not_mobile",
        )
    if mobile is None:
        if not on:
            _nothing(say("SMS sign-in is off for {name}: there is no mobile phone.", name=person.name))
        raise Refusal(
            say("{name} has no mobile phone, and SMS sign-in needs one.", name=person.name),
            say("First type `set mobile for {upn} <number>`.", upn=person.upn),
            code="mobile_missing",
        )
    state = mobile.sms_sign_in
    if (state is SmsSignIn.READY) == on and state is not SmsSignIn.UNKNOWN:
        _nothing(
            say("SMS sign-in is {what} already for {name}: there is nothing to do.", what=say("on") if on else say("off"), name=person.name)
        )
    if on:
        _refuse_impossible(person.name, state)
    elif state is SmsSignIn.UNKNOWN:
        raise Refusal(
            say("Entra ID does not say whether SMS sign-in is on for {name}.", name=person.name),
            say("Look in the Entra admin centre, under the person's authentication methods."),
            code="unknown_state",
        )
    warned = [*_disabled(dossier)]
    if on and state in (SmsSignIn.NOT_CONFIGURED, SmsSignIn.UNKNOWN):
        said = say("Entra ID says that something is still to be set up for this person, so it may refuse.")
        warned.append(Warned("may_refuse", said))
    if not on:
        warned.append(Warned("sign_in_ends", say("This person can then no longer sign in with the number and a texted code.")))
    details: tuple[str, ...] = ()
    ending = None
    if on:
        replaces, ends = say("The mobile number becomes a sign-in name: a texted code replaces the password."), retiring.of_sms_sign_in()
        details, ending = (replaces, *ending_details(ends, person)), ending_of(retiring.mark_of_sms_sign_in(), ends)
    change = Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, Switch.of(not on), Switch.of(on))
    return _plan(person, change, ending, details, warned)


def _refuse_impossible(name: str, state: SmsSignIn) -> None:
    """https://learn.microsoft.com/entra/identity/authentication/howto-authentication-sms-signin"""
    if state is SmsSignIn.NOT_ALLOWED_BY_POLICY:
        raise Refusal(
            say("The tenant's SMS policy does not let {name} sign in by SMS.", name=name),
            say("An administrator can include them in Entra ID under Authentication methods, SMS, with “Use for sign-in” ticked."),
            code="sms_policy",
        )
    if state is SmsSignIn.NUMBER_NOT_UNIQUE:
        raise Refusal(
            say(
                "Another account signs in with the mobile number of {name} already; a number can be the sign-in name of one account only.",
                name=name,
            ),
            say("Give one of the two another number, or switch SMS sign-in off for the other account."),
            code="number_not_unique",
        )
    if state is SmsSignIn.NOT_SUPPORTED:
        raise Refusal(
            say("Entra ID does not support SMS sign-in on the mobile phone of {name}.", name=name),
            say("Use a Temporary Access Pass or another method instead."),
            code="sms_not_supported",
        )


def _disabled(dossier: Dossier) -> Iterator[Warned]:
    if not dossier.person.enabled:
        yield Warned("disabled", say("This account is disabled: nobody can sign in to it, whatever its phones are."))


def _nothing(text: str, hint: str = "") -> NoReturn:
    raise Refusal(text, hint, code="nothing_to_do")


def _has_already(name: str, phone: PhoneType, number: str) -> str:
    if phone is PhoneType.MOBILE:
        return say("{name} has a mobile phone already: {number}.", name=name, number=number)
    return say("{name} has an {phone} already: {number}.", name=name, phone=phone.noun, number=number)

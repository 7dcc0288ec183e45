"""What a preference rests on, what could be one, and how strong an account is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.methods import Dossier, Family, Method, Phone, PhoneType, SmsSignIn
from bot.domain.people import Person, Privileges
from bot.domain.sign_in import DefaultMethod, PassFacts, Preference, possible, rests_on
from bot.domain.strength import strength

MOBILE = Phone(PhoneType.MOBILE, "+31 612345678")
ALTERNATE = Phone(PhoneType.ALTERNATE_MOBILE, "+31 612345679")
OFFICE = Phone(PhoneType.OFFICE, "+31 201234567")
APP, APP_TOO = (
    Method("Microsoft Authenticator", "Pixel 8", id=id, family=Family.AUTHENTICATOR, type="microsoftAuthenticator") for id in ("1", "2")
)
PASSWORDLESS = Method("Microsoft Authenticator, passwordless", "Pixel 5", id="3", type="passwordlessMicrosoftAuthenticator")
CODES = Method("authenticator app with codes", id="4", family=Family.CODES, type="softwareOath")
TOKEN = Method("hardware token", id="5", type="hardwareOath")
PASSKEY = Method("passkey", "key", id="6", family=Family.PASSKEY, type="fido2")
HELLO = Method("Windows Hello for Business", "LAPTOP", id="7", family=Family.WINDOWS_HELLO, type="windowsHelloForBusiness")
EMAIL = Method("email for password reset", "a@b.example", id="8", family=Family.EMAIL, type="email")
STRANGE = Method("resourceKey", id="9", type="resourceKey", known=False)
HIDDEN = Method("other methods", "not shown")
PASS = Method(
    "Temporary Access Pass", id="10", family=Family.PASS, type="temporaryAccessPass",
    pass_facts=PassFacts(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC), False, True),
)  # fmt: skip
EVERYTHING = (APP, APP_TOO, PASSWORDLESS, CODES, TOKEN, PASSKEY, HELLO, EMAIL, STRANGE, PASS)
PHONES = {phone.type: phone for phone in (MOBILE, ALTERNATE, OFFICE)}
RETIREMENT, BEFORE, AFTER = date(2027, 2, 1), date(2026, 11, 23), date(2027, 2, 1)


@pytest.mark.parametrize(
    ("default", "found"),
    [
        (None, ()),
        (DefaultMethod.PUSH, (APP, APP_TOO, PASSWORDLESS)),
        (DefaultMethod.CODES, (APP, APP_TOO, CODES, TOKEN)),
        (DefaultMethod.SMS, (MOBILE,)),
        (DefaultMethod.VOICE_MOBILE, (MOBILE,)),
        (DefaultMethod.VOICE_ALTERNATE_MOBILE, (ALTERNATE,)),
        (DefaultMethod.VOICE_OFFICE, (OFFICE,)),
        (DefaultMethod.UNKNOWN, ()),
    ],
)
def test_what_a_preference_rests_on(default: DefaultMethod | None, found: tuple[object, ...]) -> None:
    assert rests_on(default, PHONES, EVERYTHING) == found
    assert rests_on(default, {}, ()) == ()


def test_a_deactivated_token_is_no_default_and_no_strength() -> None:
    token = replace(TOKEN, active=False)
    assert rests_on(DefaultMethod.CODES, {}, (token,)) == ()
    verdict = strength(dossier(token), RETIREMENT, BEFORE)
    assert verdict is not None
    assert verdict.weak


def test_what_could_be_the_default() -> None:
    assert possible({}, (PASSKEY, HELLO, EMAIL, STRANGE, PASS)) == ()
    assert possible({PhoneType.OFFICE: OFFICE}, (TOKEN,)) == (DefaultMethod.CODES, DefaultMethod.VOICE_OFFICE)
    assert set(possible(PHONES, EVERYTHING)) == set(DefaultMethod) - {DefaultMethod.UNKNOWN}


@pytest.mark.parametrize(
    ("value", "default"), [(None, None), ("none", None), ("oath", DefaultMethod.CODES), ("fax", DefaultMethod.UNKNOWN)]
)
def test_graphs_words(value: str | None, default: DefaultMethod | None) -> None:
    assert DefaultMethod.of(value) is default


def test_what_the_system_would_choose_in_words() -> None:
    assert Preference(system_method="PhoneAppNotification").chosen_by_system == DefaultMethod.PUSH.spoken
    assert Preference(system_method="Telepathy").chosen_by_system == "Telepathy"


def dossier(*methods: Method, phones: tuple[Phone, ...] = (), guest: bool = False, roles: tuple[str, ...] = ()) -> Dossier:
    person = Person("id", "Alice", "alice@x.nl", guest=guest)
    return Dossier(person, {phone.type: phone for phone in phones}, methods, Privileges(roles=roles))


@pytest.mark.parametrize(
    ("state", "says", "weak"),
    [
        (dossier(PASSKEY, APP, phones=(MOBILE,)), "Strong: a passkey", False),
        (dossier(HELLO, APP), "Strong on the device itself", False),
        (dossier(APP, phones=(MOBILE,)), "Fair", False),
        (dossier(TOKEN), "Fair", False),
        (dossier(phones=(MOBILE,)), "Phone only: text and voice codes stop working for sign-in on 1 February 2027, unless", True),
        (dossier(EMAIL, phones=(OFFICE,)), "Phone only", True),
        (dossier(STRANGE, phones=(OFFICE,)), "Phone, and a method that I cannot judge", True),
        (dossier(PASS, phones=(MOBILE,)), "Phone only", False),
        (dossier(PASS), "Nothing lasting", False),
        (dossier(STRANGE), "nothing that I can judge", False),
        (dossier(EMAIL), "No second method", True),
        (dossier(), "No second method", True),
        (dossier(phones=(MOBILE,), guest=True), "for guests, text and voice codes stop working for sign-in some months after 1 Feb", True),
        (dossier(phones=(MOBILE,), roles=("Global Administrator",)), "for Global Administrators", True),
        (dossier(phones=(replace(MOBILE, sms_sign_in=SmsSignIn.READY),)), "SMS sign-in ends even then", True),
    ],
)
def test_strength(state: Dossier, says: str, weak: bool) -> None:
    verdict = strength(state, RETIREMENT, BEFORE)
    assert verdict is not None
    assert says in verdict.text
    assert verdict.weak is weak


def test_strength_after_the_day_and_with_an_own_provider() -> None:
    after, own = (strength(dossier(phones=(MOBILE,)), day, AFTER) for day in (RETIREMENT, None))
    assert after is not None
    assert "have not worked for sign-in since 1 February 2027" in after.text
    assert own is not None
    assert "2027" not in own.text


def test_nothing_is_judged_that_cannot_be_seen() -> None:
    assert strength(dossier(HIDDEN, phones=(MOBILE,)), RETIREMENT, BEFORE) is None

"""What a preference rests on, what could be one, and how strong an account is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.methods import Dossier, Family, Method, Phone, PhoneType, SmsSignIn
from bot.domain.people import Person, Privileges
from bot.domain.retirement import Channel, Retirement, Retiring
from bot.domain.sign_in import DefaultMethod, PassFacts, Preference
from bot.domain.strength import Strength, strength

SOMEBODY = Person("id", "Alice", "alice@x.nl")
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
ENDS = Retirement(date(2027, 2, 1), date(2027, 7, 1))
BEFORE, AFTER = date(2026, 11, 23), date(2027, 2, 1)


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
    assert Dossier(SOMEBODY, PHONES, EVERYTHING).rests_on(default) == found
    assert Dossier(SOMEBODY, {}).rests_on(default) == ()


def test_a_deactivated_token_is_no_default_and_no_strength() -> None:
    token = replace(TOKEN, active=False)
    assert dossier(token).rests_on(DefaultMethod.CODES) == ()
    verdict = judged(dossier(token))
    assert verdict is not None
    assert verdict.text.startswith("No second method")


def test_what_could_be_the_default() -> None:
    assert dossier(PASSKEY, HELLO, EMAIL, STRANGE, PASS).possible_defaults == ()
    assert Dossier(SOMEBODY, {PhoneType.OFFICE: OFFICE}, (TOKEN,)).possible_defaults == (DefaultMethod.CODES, DefaultMethod.VOICE_OFFICE)
    assert set(Dossier(SOMEBODY, PHONES, EVERYTHING).possible_defaults) == set(DefaultMethod) - {DefaultMethod.UNKNOWN}


@pytest.mark.parametrize(
    ("value", "default"), [(None, None), ("none", None), ("oath", DefaultMethod.CODES), ("fax", DefaultMethod.UNKNOWN)]
)
def test_graphs_words(value: str | None, default: DefaultMethod | None) -> None:
    assert DefaultMethod.of(value) is default


def test_what_the_system_would_choose_in_words() -> None:
    assert Preference(system_method="PhoneAppNotification").chosen_by_system == DefaultMethod.PUSH.in_words
    assert Preference(system_method="Telepathy").chosen_by_system == "Telepathy"


def dossier(*methods: Method, phones: tuple[Phone, ...] = (), upn: str = "alice@x.nl", roles: tuple[str, ...] = ()) -> Dossier:
    person = Person("id", "Alice", upn)
    return Dossier(person, {phone.type: phone for phone in phones}, methods, Privileges(roles=roles))


def judged(state: Dossier, today: date = BEFORE, *provider: Channel, ends: Retirement = ENDS) -> Strength | None:
    return strength(state, Retiring(replace(ends, provider=frozenset(provider)), today, state.population))


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (dossier(PASSKEY, APP, phones=(MOBILE,)), "Strong: a passkey"),
        (dossier(HELLO, APP), "Strong on the device itself"),
        (dossier(APP, phones=(MOBILE,)), "Fair"),
        (dossier(TOKEN), "Fair"),
        (dossier(phones=(MOBILE,)), "Phone only. Microsoft's own texts and calls end on 1 February 2027 (70 days left)"),
        (dossier(phones=(MOBILE,)), "Without anything else, this person then gets in only by registering a passkey."),
        (dossier(EMAIL, phones=(OFFICE,)), "Phone only"),
        (dossier(STRANGE, phones=(OFFICE,)), "Phone, and a method that I cannot judge"),
        (dossier(PASS, phones=(MOBILE,)), "Phone only"),
        (dossier(PASS), "Nothing lasting"),
        (dossier(STRANGE), "nothing that I can judge"),
        (dossier(EMAIL), "No second method"),
        (dossier(), "No second method"),
        (dossier(phones=(OFFICE,)), "Microsoft's own calls end on 1 February 2027 (70 days left)"),
        (dossier(phones=(MOBILE,), upn="a_y.nl#EXT#@x.nl"), "Microsoft's own texts and calls for external users end on 1 July 2027"),
        (dossier(phones=(MOBILE,), roles=("Global Administrator",)), "for Global Administrators end on 1 July 2027 (220 days left)"),
    ],
)
def test_strength(state: Dossier, says: str) -> None:
    verdict = judged(state)
    assert verdict is not None
    assert says in f"{verdict.text} {verdict.more}"


@pytest.mark.parametrize(
    ("phones", "today", "provider", "says"),
    [
        ((MOBILE,), AFTER, (), "Microsoft's own texts and calls ended on 1 February 2027: they serve neither sign-in nor password reset any"
            " more. Without anything else, this person gets in only by registering a passkey."),
        ((MOBILE,), BEFORE, tuple(Channel), "Texts and calls can be intercepted, and codes talked out of people."),
        ((MOBILE, OFFICE), BEFORE, (Channel.SMS,), "Microsoft's own calls end on 1 February 2027 (70 days left): from then on they serve"
            " neither sign-in nor password reset. Texts go on, through the organisation's own telephony provider."
            " Texts can be intercepted, and codes talked out of people."),
        ((OFFICE,), BEFORE, (Channel.VOICE,), "Calls can be intercepted, and codes talked out of people."),
        ((replace(MOBILE, sms_sign_in=SmsSignIn.READY),), BEFORE, tuple(Channel), "SMS sign-in ends on 1 February 2027 (70 days left), with"
            " a telephony provider too. Texts and calls can be intercepted, and codes talked out of people."),
        ((replace(MOBILE, sms_sign_in=SmsSignIn.READY),), AFTER, (Channel.SMS,), "Microsoft's own calls ended on 1 February 2027: they"
            " serve neither sign-in nor password reset any more. Texts go on, through the organisation's own telephony provider. SMS"
            " sign-in ended on 1 February 2027, with a telephony provider too. Texts can be intercepted, and codes talked out of people."),
    ],
)  # fmt: skip
def test_strength_of_phones_in_every_word(phones: tuple[Phone, ...], today: date, provider: tuple[Channel, ...], says: str) -> None:
    verdict = judged(dossier(phones=phones), today, *provider)
    assert verdict is not None
    assert f"{verdict.text} {verdict.more}".strip() == f"Phone only. {says}"
    assert verdict.phones


def test_where_no_day_is_known_none_is_said() -> None:
    verdict = judged(dossier(phones=(MOBILE,)), ends=Retirement())
    assert verdict is not None
    assert verdict.text == "Phone only. Texts and calls can be intercepted, and codes talked out of people."


def test_nothing_is_judged_that_cannot_be_seen() -> None:
    assert judged(dossier(HIDDEN, phones=(MOBILE,))) is None

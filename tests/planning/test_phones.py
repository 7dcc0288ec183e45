"""What Graph would refuse is refused before the click, with what to do instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.methods import Dossier, Method, Phone, PhoneType, SmsSignIn
from bot.domain.people import Person, Privileges
from bot.domain.plan import Plan
from bot.domain.retirement import Channel, Retirement
from bot.domain.sign_in import EVERYBODY, SmsTerms
from bot.errors import InvalidNumber, Refusal
from bot.planning.installation import Installation
from bot.planning.phones import plan_change

MOBILE, ALTERNATE, OFFICE = PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE
SET, REMOVE, SMS = ChangeKind.SET_PHONE, ChangeKind.REMOVE_PHONE, ChangeKind.SMS_SIGN_IN
ALICE = Person("id-alice", "Alice Jansen", "alice@x.nl")
INSTALLATION = Installation("NL", Retirement(date(2027, 2, 1), date(2027, 7, 1)))
TODAY = date(2026, 11, 29)
OLD, NEW = "+31 612345001", "+31 612345678"


def dossier(person: Person = ALICE, sms: SmsSignIn = SmsSignIn.NOT_ENABLED, others: tuple[Method, ...] = (), **numbers: str) -> Dossier:
    types = {"mobile": MOBILE, "alternate": ALTERNATE, "office": OFFICE}
    phones = {
        types[name]: Phone(types[name], number, sms if name == "mobile" else SmsSignIn.NOT_SUPPORTED) for name, number in numbers.items()
    }
    return Dossier(person, phones, others)


def refused(*wish: object, **more: object) -> Refusal:
    with pytest.raises(Refusal) as no:
        plan_change(*wish, **more)  # type: ignore[arg-type]
    return no.value


def test_set_registers_or_changes() -> None:
    assert plan_change(dossier(), SET, MOBILE, NEW, INSTALLATION, TODAY).changes == (Change(SET, MOBILE, None, NEW),)
    assert plan_change(dossier(mobile=OLD), SET, MOBILE, "06-12345678", INSTALLATION, TODAY).changes == (Change(SET, MOBILE, OLD, NEW),)


@pytest.mark.parametrize("mode", ["set", "add", "update"])
def test_the_same_number_again_is_nothing_to_do(mode: str) -> None:
    no = refused(dossier(mobile="+31612345678"), SET, MOBILE, "0031 6 12345678", INSTALLATION, TODAY, mode=mode)
    assert no.code == "nothing_to_do"
    assert "already" in no.text


@pytest.mark.parametrize(("private", "shown"), [(True, OLD), (False, "+31 •••••••01")])
def test_add_says_what_is_there(private: bool, shown: str) -> None:
    no = refused(dossier(mobile=OLD), SET, MOBILE, NEW, INSTALLATION, TODAY, mode="add", private=private)
    assert shown in no.text
    assert "`update mobile for alice@x.nl to " in no.hint
    assert ("12345" in no.text + no.hint) is private


@pytest.mark.parametrize("private", [True, False])
def test_update_needs_something_to_update(private: bool) -> None:
    no = refused(dossier(), SET, MOBILE, NEW, INSTALLATION, TODAY, mode="update", private=private)
    assert no.code == "phone_missing"
    assert "`add mobile for alice@x.nl " in no.hint
    assert ("12345678" in no.hint.replace(" ", "")) is private


def test_an_alternate_mobile_needs_a_mobile() -> None:
    no = refused(dossier(office="+31 201234567"), SET, ALTERNATE, NEW, INSTALLATION, TODAY)
    assert (no.code, "set mobile for alice@x.nl" in no.hint) == ("mobile_missing", True)
    assert plan_change(dossier(mobile=OLD), SET, ALTERNATE, NEW, INSTALLATION, TODAY).changes[0].after == NEW


def test_the_mobile_stays_while_there_is_an_alternate() -> None:
    both = dossier(mobile=OLD, alternate=NEW)
    no = refused(both, REMOVE, MOBILE, None, INSTALLATION, TODAY)
    assert no.code == "alternate_exists"
    assert "remove alternate mobile" in no.hint
    assert "update mobile" in no.hint
    assert plan_change(both, REMOVE, ALTERNATE, None, INSTALLATION, TODAY).changes == (Change(REMOVE, ALTERNATE, NEW, None),)


def test_removing_what_is_not_there_names_what_is() -> None:
    no = refused(dossier(mobile=OLD), REMOVE, OFFICE, None, INSTALLATION, TODAY)
    assert (no.code, no.hint) == ("nothing_to_do", "Phones registered: mobile.")


@pytest.mark.parametrize(("kind", "wanted"), [(SET, "+31 207654321"), (REMOVE, None)])
def test_the_office_phone_of_a_synced_account_is_kept_elsewhere(kind: ChangeKind, wanted: str | None) -> None:
    synced = dossier(replace(ALICE, synced=True), mobile=OLD, office="+31 201234567")
    no = refused(synced, kind, OFFICE, wanted, INSTALLATION, TODAY)
    assert no.code == "synced_office_phone"
    assert "on-premises" in no.hint
    assert plan_change(synced, SET, MOBILE, NEW, INSTALLATION, TODAY).changes


def test_extensions_are_for_the_office() -> None:
    assert plan_change(dossier(), SET, OFFICE, "020 1234567 x12", INSTALLATION, TODAY).changes[0].after == "+31 201234567x12"
    with pytest.raises(InvalidNumber, match="Only an office phone"):
        plan_change(dossier(), SET, MOBILE, "06 12345678 x12", INSTALLATION, TODAY)


def test_a_number_as_graph_shows_it_can_be_wished_again() -> None:
    """The new card after a stale one starts from the stored change."""
    number = "+31 201234567x12"
    assert plan_change(dossier(), SET, OFFICE, number, Installation(), TODAY).changes[0].after == number


@pytest.mark.parametrize(
    ("state", "on", "code"),
    [
        (SmsSignIn.READY, True, "nothing_to_do"),
        (SmsSignIn.NOT_ALLOWED_BY_POLICY, True, "sms_policy"),
        (SmsSignIn.NUMBER_NOT_UNIQUE, True, "number_not_unique"),
        (SmsSignIn.NOT_SUPPORTED, True, "sms_not_supported"),
        (SmsSignIn.NOT_ENABLED, False, "nothing_to_do"),
        (SmsSignIn.NOT_ALLOWED_BY_POLICY, False, "nothing_to_do"),
        (SmsSignIn.NOT_CONFIGURED, False, "nothing_to_do"),
        (SmsSignIn.UNKNOWN, False, "unknown_state"),
    ],
)
def test_sms_sign_in_is_refused_where_entra_would(state: SmsSignIn, on: bool, code: str) -> None:
    assert refused(dossier(sms=state, mobile=OLD), SMS, MOBILE, Switch.of(on), INSTALLATION, TODAY).code == code


@pytest.mark.parametrize(
    ("state", "on", "doubtful"),
    [
        (SmsSignIn.NOT_ENABLED, True, False),
        (SmsSignIn.NOT_CONFIGURED, True, True),
        (SmsSignIn.UNKNOWN, True, True),
        (SmsSignIn.READY, False, False),
    ],
)
def test_sms_sign_in_is_switched(state: SmsSignIn, on: bool, doubtful: bool) -> None:
    plan = plan_change(dossier(sms=state, mobile=OLD), SMS, MOBILE, Switch.of(on), INSTALLATION, TODAY)
    assert plan.changes == (Change(SMS, MOBILE, Switch.of(not on), Switch.of(on)),)
    assert any("may refuse" in warning for warning in plan.warnings) is doubtful
    assert any("1 February 2027" in note for note in plan.notes) is on


def test_sms_sign_in_needs_the_mobile() -> None:
    assert refused(dossier(office="+31 201234567"), SMS, MOBILE, Switch.ON, INSTALLATION, TODAY).code == "mobile_missing"
    assert refused(dossier(), SMS, MOBILE, Switch.OFF, INSTALLATION, TODAY).code == "nothing_to_do"
    assert refused(dossier(office="+31 201234567"), SMS, OFFICE, True, INSTALLATION, TODAY).code == "not_mobile"


@pytest.mark.parametrize(
    ("phone", "good"), [(MOBILE, "text messages (SMS) and voice calls"), (ALTERNATE, "voice calls only"), (OFFICE, "voice calls only")]
)
def test_every_phone_plan_says_what_the_number_is_good_for(phone: PhoneType, good: str) -> None:
    assert good in said(phone)


CALM = replace(dossier(mobile=OLD), sms_terms=SmsTerms(enabled=False))


def said(
    phone: PhoneType = MOBILE,
    *provider: Channel,
    state: Dossier = CALM,
    today: date = TODAY,
    later: date | None = date(2027, 7, 1),
) -> str:
    """The details of a plan for another number."""
    number = "+31 207654321" if phone is OFFICE else NEW
    installation = Installation("NL", Retirement(date(2027, 2, 1), later, frozenset(provider)))
    return " ".join(plan_change(state, SET, phone, number, installation, today).details)


@pytest.mark.parametrize("phone", [ALTERNATE, OFFICE])
def test_a_number_that_is_only_called_serves_until_calls_end(phone: PhoneType) -> None:
    for provider in ((), (Channel.SMS,)):
        assert "Microsoft's own calls end on 1 February 2027" in said(phone, *provider)
        assert "texts" not in said(phone, *provider)
    assert "2027" not in said(phone, Channel.VOICE)
    assert said(phone, today=date(2027, 2, 1)).startswith("Microsoft's own calls ended on 1 February 2027")


def test_a_mobile_serves_as_far_as_a_provider_carries_on() -> None:
    assert "Microsoft's own texts and calls end on 1 February 2027" in said()
    texts, calls, both = said(MOBILE, Channel.SMS), said(MOBILE, Channel.VOICE), said(MOBILE, *Channel)
    assert "own calls end on" in texts
    assert "Texts go on, through" in texts
    assert "own texts end on" in calls
    assert "Calls go on, through" in calls
    assert "2027" not in both
    assert said(MOBILE, Channel.SMS, today=date(2027, 2, 1)).startswith("Good for text messages (SMS) only, not for voice calls. Microsoft")
    assert said(MOBILE, Channel.VOICE, today=date(2027, 2, 1)).startswith("Good for voice calls only, not for text messages. Microsoft")


def test_a_mobile_of_argentina_without_its_9_is_warned_of_with_what_to_write() -> None:
    (warning,) = plan_change(dossier(), SET, MOBILE, "+54 11 6677-3399", INSTALLATION, TODAY).warnings
    assert "does not look like a mobile line" in warning
    assert "write it as +54 9 …" in warning
    assert plan_change(dossier(), SET, MOBILE, "+54 9 11 6677-3399", INSTALLATION, TODAY).warnings == ()


@pytest.mark.parametrize("number", ["+44 70 1234 5678", "+31 20 1234567", "+31 88 123 4567", "+54 11 6677-3399"])
def test_no_texts_are_promised_on_a_line_that_is_no_mobile(number: str) -> None:
    plan = plan_change(dossier(), SET, MOBILE, number, Installation("NL"), TODAY)
    assert "Good for voice calls only, not for text messages." in plan.details


def test_where_texts_go_on_it_is_said_that_sms_sign_in_does_not() -> None:
    signing_in = dossier(sms=SmsSignIn.READY, mobile=OLD)
    ends = "SMS sign-in ends on 1 February 2027, with a telephony provider too."
    assert ends in said(MOBILE, *Channel, state=signing_in)
    assert ends in said(MOBILE, Channel.SMS, state=replace(dossier(), sms_terms=SmsTerms(enabled=True, included={EVERYBODY: True})))
    assert ends not in said(MOBILE, state=signing_in), "it is among the texts that end"
    assert ends not in said(ALTERNATE, *Channel, state=signing_in)
    assert ends not in said(MOBILE, *Channel)


def test_what_lasts_is_what_the_person_can_have() -> None:
    guest = dossier(replace(ALICE, guest=True), mobile=OLD)
    assert "lasting: a Temporary Access Pass, then a passkey" in said()
    assert "lasting: a passkey" in said(state=guest)
    assert "Pass" not in said(state=guest)
    boss = replace(dossier(mobile=OLD), privileges=Privileges(roles=("Global Administrator",)))
    assert "Microsoft's own texts and calls for Global Administrators end on 1 July 2027" in said(state=boss)
    assert "end" not in said(state=boss, later=None)


def warnings(plan: Plan) -> str:
    return " ".join(plan.warnings)


@pytest.mark.parametrize(
    ("state", "kind", "phone", "wanted", "says"),
    [
        (dossier(), SET, MOBILE, "+31 201234567", "does not look like a mobile line"),
        (dossier(), SET, MOBILE, "+44 70 1234 5678", "does not look like a mobile line"),
        (dossier(), SET, MOBILE, "+31 85 123 4567", "does not look like a mobile line"),
        (dossier(mobile=OLD), SET, MOBILE, "+44 7400 123456", "another country than the old one: the United Kingdom"),
        (dossier(replace(ALICE, enabled=False)), SET, MOBILE, NEW, "account is disabled"),
        (dossier(replace(ALICE, enabled=False), mobile=OLD), REMOVE, MOBILE, None, "account is disabled"),
        (dossier(sms=SmsSignIn.READY, mobile=OLD), SET, MOBILE, NEW, "signs in with changes too"),
        (dossier(sms=SmsSignIn.READY, mobile=OLD), REMOVE, MOBILE, None, "no longer sign in with the number"),
        (dossier(mobile=NEW), SET, ALTERNATE, NEW, "also the mobile number"),
        (dossier(mobile=OLD, others=(Method("Password"),)), REMOVE, MOBILE, None, "last method besides the password"),
    ],
)
def test_warns_of_what_is_worth_a_second_look(state: Dossier, kind: ChangeKind, phone: PhoneType, wanted: str | None, says: str) -> None:
    plan = plan_change(state, kind, phone, wanted, INSTALLATION, TODAY)
    assert says in warnings(plan)
    assert not any(char.isdigit() for char in warnings(plan)), "warnings are shown to everybody, so no number stands in them"


def test_an_ordinary_change_has_no_warnings() -> None:
    assert plan_change(dossier(mobile=OLD), SET, MOBILE, NEW, INSTALLATION, TODAY).warnings == ()
    assert plan_change(dossier(mobile=OLD, others=(Method("Passkey"),)), REMOVE, MOBILE, None, INSTALLATION, TODAY).warnings == ()
    assert plan_change(dossier(), SET, OFFICE, "+31 201234567", INSTALLATION, TODAY).warnings == ()

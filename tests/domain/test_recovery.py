"""What is proposed when a phone is lost, new, at home or was never there, and what counts as something new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Family, Method, Phone, PhoneType
from bot.domain.pass_terms import WantedPass
from bot.domain.people import Person
from bot.domain.recovery import SESSIONS, STRONG, Recovery, Situation, recovery, registered_since, strong, unused_passes

ANN = Person("1", "Ann Example", "ann@example.org", language="nl-NL")
PASS = Change(ChangeKind.CREATE_PASS, None, None, None, wanted=WantedPass(60))
MOBILE = Phone(PhoneType.MOBILE, "+31 612345001")


def method(family: Family | None, id: str, name: str = "", *details: str) -> Method:
    return Method(family.value if family else "resourceKey", name=name, id=id, family=family, details=details)


PHONE, OTHER_PHONE = method(Family.AUTHENTICATOR, "a1", "iPhone"), method(Family.AUTHENTICATOR, "a2", "Pixel")
IN_THE_APP = method(Family.PASSKEY, "p1", "iPhone", "Microsoft Authenticator")
KEY = method(Family.PASSKEY, "p2", "Blue key", "YubiKey 5 NFC")
CODES, TOKEN, LAPTOP = method(Family.CODES, "c1"), method(Family.HARDWARE_TOKEN, "h1"), method(Family.WINDOWS_HELLO, "w1", "LAPTOP-01")
OLD_PASS, STRANGE = method(Family.PASS, "t1"), method(None, "u1")
EVERYTHING = Dossier(ANN, {PhoneType.MOBILE: MOBILE}, others=(STRANGE, OLD_PASS, PHONE, CODES, TOKEN, KEY, LAPTOP, IN_THE_APP))


def proposed(situation: Situation, dossier: Dossier) -> list[tuple[ChangeKind, str, bool]]:
    """Kind and method of each change, and whether it is ticked."""
    changes, case = recovery(situation, dossier, PASS)
    return [(change.kind, change.method, tick) for change, tick in zip(changes, case.ticked, strict=True)]


def test_lost_takes_what_the_finder_could_use_and_nothing_besides() -> None:
    assert proposed(Situation.LOST, EVERYTHING) == [
        (ChangeKind.REMOVE_PASSKEY, "p1", True),
        (ChangeKind.REMOVE_CODES, "c1", True),  # nobody knows in which app they are
        (ChangeKind.REMOVE_AUTHENTICATOR, "a1", True),
        (ChangeKind.REMOVE_PHONE, "", True),
        (ChangeKind.SIGN_OUT, "", True),
        (ChangeKind.CREATE_PASS, "", True),
    ]


def test_lost_with_several_devices_asks_which_is_gone() -> None:
    dossier = replace(EVERYTHING, others=(PHONE, OTHER_PHONE, IN_THE_APP, CODES))
    changes, case = recovery(Situation.LOST, dossier, PASS)
    assert all(case.ticked)
    assert case.devices == ("iPhone", "Pixel")
    of = {change.method: case.device(change) for change in changes if change.method}
    assert of == {"a1": "iPhone", "a2": "Pixel", "p1": "iPhone", "c1": ""}  # the passkey names its phone, codes name nothing


@pytest.mark.parametrize("second", ["iPhone", "IPHONE", ""])
def test_what_cannot_be_told_apart_is_one_device(second: str) -> None:
    _, case = recovery(Situation.LOST, Dossier(ANN, {}, others=(PHONE, method(Family.PASSWORDLESS, "l1", second))), PASS)
    assert case.devices == ()
    assert all(case.ticked)


ON_A_PHONE = (
    PHONE,
    CODES,
    IN_THE_APP,
    method(Family.PASSWORDLESS, "l1"),
    method(Family.EXTERNAL, "e1", "Fabrikam ID"),
    method(Family.PASSKEY, "s1", "Passkey", "iCloud Keychain", "synced"),
    method(Family.PASSKEY, "s2", "Passkey", "1Password", "synced"),
    method(Family.PASSKEY, "s3", "Work"),  # of no model that anybody knows
    method(Family.PASSKEY, "s4", "Passkey", "Samsung Pass"),
)
ELSEWHERE = (
    KEY,
    LAPTOP,
    TOKEN,
    STRANGE,
    method(Family.PLATFORM_CREDENTIAL, "m1"),
    method(Family.EMAIL, "o1"),
    method(Family.QR_CODE, "q1"),
)


@pytest.mark.parametrize("each", [*ON_A_PHONE, *ELSEWHERE], ids=lambda each: f"{each.family} {each.id}")
@pytest.mark.parametrize("phones", [(), (PhoneType.MOBILE,), tuple(PhoneType)])
def test_of_a_lost_phone_everything_either_goes_or_is_named_as_staying(each: Method, phones: tuple[PhoneType, ...]) -> None:
    dossier = Dossier(ANN, {kind: Phone(kind, "+31 612345001") for kind in phones}, others=(each,))
    changes, case = recovery(Situation.LOST, dossier, PASS)
    goes = {(change.phone, change.method) for change in changes if change.is_removal}
    stays = {(found.phone, found.method) for found in case.stays(changes)}
    assert goes | stays == {(None, each.id), *((kind, "") for kind in phones)}
    assert goes & stays == set()
    assert (each in ON_A_PHONE) == ((None, each.id) in goes)
    assert {kind for kind, _ in goes if kind} == set(phones) - {PhoneType.OFFICE}
    left = case.stays(())
    assert {(found.phone, found.method) for found in left if found.on_it} == goes | {(None, SESSIONS)}
    assert all(found.name for found in left)


def test_lost_with_nothing_registered_is_a_sign_out_and_a_pass() -> None:
    found = proposed(Situation.LOST, Dossier(ANN, {}))
    assert [kind for kind, _, _ in found] == [ChangeKind.SIGN_OUT, ChangeKind.CREATE_PASS]


@pytest.mark.parametrize("situation", [each for each in Situation if each is not Situation.LOST])
def test_the_others_are_a_pass_alone(situation: Situation) -> None:
    changes, case = recovery(situation, EVERYTHING, PASS)
    assert changes == (PASS,)
    assert case.ticked == (True,)
    assert case.language == "nl-NL"
    assert case.followed == (situation is not Situation.LEFT_AT_HOME)
    later = [change.method for change in case.later]
    assert later == (["p1", "c1", "a1"] if situation is Situation.NEW_PHONE else [])


def test_every_situation_has_its_words() -> None:
    assert len({(each.in_words, each.proposes) for each in Situation}) == len(Situation)


def test_what_was_there_before_is_nothing_new() -> None:
    _, case = recovery(Situation.NEW_PHONE, EVERYTHING, PASS)
    assert strong(EVERYTHING) == case.known == ("a1", "p2", "w1", "p1")
    assert registered_since(case, EVERYTHING) == ()
    gone = replace(EVERYTHING, others=(KEY,))
    assert registered_since(case, gone) == ()


@pytest.mark.parametrize("family", Family)
def test_only_what_is_strong_counts_as_new(family: Family) -> None:
    new = method(family, "new")
    found = registered_since(Recovery(Situation.LOST), Dossier(ANN, {}, others=(new,)))
    assert found == ((new,) if family in STRONG else ())
    weak = {Family.CODES, Family.EMAIL, Family.PASS, Family.QR_CODE, Family.HARDWARE_TOKEN, Family.EXTERNAL}
    assert (family in STRONG) == (family not in weak)


def test_whatever_pass_there_is_is_removed() -> None:
    assert [(change.kind, change.method) for change in unused_passes(EVERYTHING)] == [(ChangeKind.REVOKE_PASS, "t1")]
    assert unused_passes(Dossier(ANN, {})) == ()

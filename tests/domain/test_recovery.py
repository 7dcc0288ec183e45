"""What is proposed when a phone is lost, new, at home or was never there, and what counts as something new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Family, Method, Phone, PhoneType
from bot.domain.people import Person
from bot.domain.recovery import STRONG, Recovery, Situation, recovery, registered_since, strong, unused_passes

ANN = Person("1", "Ann Example", "ann@example.org", language="nl-NL")
PASS = Change(ChangeKind.CREATE_PASS, None, None, "60 minutes, one-time")
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
        (ChangeKind.REMOVE_CODES, "c1", False),  # nobody knows in which app they are
        (ChangeKind.REMOVE_AUTHENTICATOR, "a1", True),
        (ChangeKind.REMOVE_PHONE, "", True),
        (ChangeKind.SIGN_OUT, "", True),
        (ChangeKind.CREATE_PASS, "", True),
    ]


def test_lost_with_several_devices_ticks_none_of_them() -> None:
    found = proposed(Situation.LOST, replace(EVERYTHING, others=(PHONE, OTHER_PHONE, IN_THE_APP)))
    assert [(each, tick) for _, each, tick in found if each] == [("p1", False), ("a1", False), ("a2", False)]
    assert [tick for _, each, tick in found if not each] == [True, True, True]


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
    assert len({(each.spoken, each.proposes) for each in Situation}) == len(Situation)


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

"""Answers that say less than they seem to: a missing field or row, a success that is not the write's own, a no to what was done."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.entra import Fault
from simulator.entra.phones import shown
from simulator.entra.state import PhoneState
from tests.desk import ALICE, HANNA, Desk
from tests.scenarios.passes import PASS, PASSWORD, created, made, ready

METHODS, PASSES = "authentication/methods", "authentication/temporaryAccessPassMethods"


def listed(row: dict[str, Any]) -> Fault:
    """Of the methods Graph lists this one alone."""
    row = {"@odata.type": "#microsoft.graph.phoneAuthenticationMethod"} | row
    return Fault(effect="odd", path=METHODS, method="GET", body={"value": [row]})


async def test_sms_sign_in_of_which_nothing_is_said_is_neither_on_nor_off(desk: Desk) -> None:
    alice = desk.entra.person(ALICE.upn)
    for unsaid in (None, "unknownFutureValue", "newInAugust"):
        alice.phones["mobile"] = PhoneState("+31 612345678", "ready")
        card = await desk.say(HANNA, "disable sms sign-in for alice")
        row = shown("mobile", alice.phones["mobile"]) | {"smsSignInState": unsaid}
        if unsaid is None:
            del row["smsSignInState"]
        desk.entra.faults.add(listed(row))
        before = len(desk.entra.writes)
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "does not show it yet")
        assert len(desk.entra.writes) == before + 1, unsaid
        assert alice.phones["mobile"].sms_sign_in != "ready"
        desk.entra.faults.clear()


async def test_being_signed_out_is_not_read_from_a_field_that_is_missing(desk: Desk) -> None:
    card = await desk.say(HANNA, "sign out alice")
    alice = desk.entra.person(ALICE.upn)
    alice.sign_in.sessions_valid_from = ""
    await desk.press(HANNA, card, "confirm")
    await desk.settled(card, "Done")
    assert [write.what for write in desk.entra.writes] == ["sessions.revoke"]


@pytest.mark.parametrize(
    ("status", "body"), [(200, {}), (202, {"ok": 1}), (200, {"id": "1"}), (201, {"value": True})], ids=["200", "202", "id", "value"]
)
async def test_a_password_is_shown_only_if_entra_took_it(built_in_desk: Desk, status: int, body: dict[str, Any]) -> None:
    own = await ready(built_in_desk, PASSWORD)
    built_in_desk.entra.faults.add(Fault(effect="odd", status=status, body=body, method="PATCH", path="/v1.0/users/"))
    told = await built_in_desk.press(HANNA, own, "reveal")
    (request,) = created(built_in_desk)
    assert request.body["passwordProfile"]["password"] not in str(told.card)
    await built_in_desk.settled(own, "did not say whether it took the new password")
    assert made(built_in_desk) == 0


@pytest.mark.parametrize("body", [{"ok": 1}, {"temporaryAccessPass": "TAPRescue!"}, {"id": "1"}], ids=["ok", "code", "id"])
async def test_a_pass_is_shown_only_if_the_answer_is_a_pass(built_in_desk: Desk, body: dict[str, Any]) -> None:
    own = await ready(built_in_desk, PASS)
    built_in_desk.entra.faults.add(Fault(effect="odd", status=201, body=body, method="POST", path=PASSES))
    assert "TAPRescue!" not in str((await built_in_desk.press(HANNA, own, "reveal")).card)
    await built_in_desk.settled(own, "did not say whether it made the pass")


async def test_other_writes_with_another_success_are_read_back(desk: Desk) -> None:
    for number, (status, body) in enumerate([(200, {}), (202, {"ok": 1}), (200, {"value": True}), (200, {"id": ""})]):
        for after in (True, False):
            desk.entra.faults.add(Fault(effect="odd", status=status, body=body, path="/phoneMethods", after=after, times=1))
            await desk.change(HANNA, f"set office for {('alice', 'omar')[after]} +31 20 12345{number}{int(after)}")
            desk.entra.faults.clear()
    assert len(desk.entra.writes) == 8


@pytest.mark.parametrize(("status", "more"), [(404, {}), (400, {"code": "badRequest"}), (403, {"code": "accessDenied"}), (410, {})])
@pytest.mark.parametrize("done", [True, False], ids=["made", "not made"])
async def test_a_pass_that_was_refused_is_looked_for(built_in_desk: Desk, status: int, more: dict[str, str], *, done: bool) -> None:
    own = await ready(built_in_desk, PASS)
    fault = Fault(effect="odd", status=status, body={"error": {"message": "no"} | more}, method="POST", path=PASSES, after=done)
    built_in_desk.entra.faults.add(fault)
    await built_in_desk.press(HANNA, own, "reveal")
    said = ("Partly done", "may have one whose code nobody saw") if done else ("Failed", "Nothing was changed")
    await built_in_desk.settled(own, *said)
    assert len(created(built_in_desk)) == 1


async def test_a_list_without_even_the_password_makes_nobody_a_newcomer(built_in_desk: Desk) -> None:
    desk = built_in_desk
    desk.entra.faults.add(Fault(effect="odd", path=METHODS, method="GET", body={"value": []}))
    assert "needs 1 approval" in (await desk.say(HANNA, "set mobile for alice +31 6 12345678")).text
    assert "did not list them" in (await desk.say(HANNA, "recover alice lost")).text


@pytest.mark.parametrize("number", [None, "", "-", {}])
async def test_a_phone_without_its_number_is_not_gone(desk: Desk, number: object) -> None:
    alice = desk.entra.person(ALICE.upn)
    alice.phones["mobile"] = PhoneState("+31 612345678")
    card = await desk.say(HANNA, "remove mobile for alice")
    row = shown("mobile", alice.phones["mobile"]) | {"phoneNumber": number}
    fault = desk.entra.faults.add(listed(row))
    await desk.press(HANNA, card, "confirm")
    assert "does not answer properly" in (await desk.say(HANNA, "show alice")).text
    desk.entra.faults.clear()
    await desk.settled(card, "Done")
    assert fault.fired
    assert "mobile" not in alice.phones

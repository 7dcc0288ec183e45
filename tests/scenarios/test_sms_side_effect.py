"""SMS sign-in that comes with a number: known beforehand, said on every card, put to the policy, and off again where it may not stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.change import ChangeKind
from bot.domain.proof import NO_PROOF, ProofNeed
from bot.domain.rules import Policy, Rule
from bot.graph import permissions
from simulator import cast
from simulator.entra import Fault
from simulator.entra.state import PhoneState
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, OMAR, Answer, Desk
from tests.scenarios.approving import approved, approvers_card, built_in
from tests.scenarios.bulking import confirmed
from tests.scenarios.example_policy import PolicyDesk, example_copy

__all__ = ["built_in"]

NOOR, KENJI, VICTORIA, MIA = (cast.person(name) for name in ("Noor Dekker", "Kenji Tanaka", "Victoria Crane", "Mia O'Brien"))
SET_NOOR, SET_ALICE = "set mobile for noor +31 6 12345678", "set mobile for alice +31 6 12345678"
_NOBODY = """[[rule]]
name = "No codes by text"
effect = "deny"
actions = ["sms_sign_in"]
targets = ["*"]
ask = ["helpdesk"]
"""
TWO = ProofNeed(tier=2, count=1)
ON, OFF = "SMS sign-in: off → on", "SMS sign-in: off → stays off"


def said(answer: Answer) -> str:
    """Every word, with one space between two."""
    return " ".join(answer.text.split())


@pytest.fixture
async def example(database_url: str) -> AsyncIterator[PolicyDesk]:
    async with PolicyDesk(database_url) as desk:
        yield desk


def sms(desk: Desk, who: cast.Member) -> str:
    """How SMS sign-in of somebody's mobile phone stands in Entra."""
    return desk.entra.person(who.upn).phones["mobile"].sms_sign_in


def writes(desk: Desk) -> list[str]:
    return [write.what for write in desk.entra.writes]


async def test_one_persons_first_number_is_no_sign_in_name(built_in: Desk) -> None:
    card = await built_in.say(HANNA, SET_NOOR)
    assert OFF in said(card)
    assert "I switch it off again" in card.text
    assert "Set mobile phone for Noor Dekker" in card.text
    await built_in.press(HANNA, card, "confirm")
    done = await built_in.settled(card, "Done", "✓ stays off")
    assert "read back" in done.text
    assert sms(built_in, NOOR) == "notEnabled"
    assert writes(built_in) == ["phone.create", "sms.disable"]
    await built_in.logged("Noor Dekker", "stays off")


async def test_with_two_people_the_card_the_approvers_and_the_log_say_that_it_goes_on(built_in: Desk) -> None:
    card = await built_in.say(HANNA, SET_ALICE)
    assert ON in said(card)
    await built_in.press(HANNA, card, "confirm")
    asked = await approvers_card(built_in, card.operation_id)
    assert ON in said(asked)
    await built_in.press(BRAM, asked, "approve")
    await built_in.settled(card, "Done", "✓ on")
    assert sms(built_in, ALICE) == "ready"
    assert writes(built_in) == ["phone.create"]
    await built_in.logged("Alice Jansen", "SMS sign-in: ", "on")
    facts = next(event.facts for event in built_in.trail() if event.tag == "operation:request:proposed")
    assert "sms_sign_in" in facts


async def test_where_policy_forbids_it_the_number_is_set_and_switching_off_is_never_refused(example: PolicyDesk) -> None:
    card = await example.say(HANNA, "set mobile for victoria crane +44 7400 654321 ticket INC-1 because lost")
    assert OFF in said(card)
    await example.press(HANNA, card, "confirm")
    asked = await approvers_card(example, card.operation_id)
    await example.press(cast.person("Ingrid Lund"), asked, "approve")
    await example.settled(card, "Done", "✓ stays off")
    assert sms(example, VICTORIA) == "notEnabled"
    example.entra.person(VICTORIA.upn).phones["mobile"] = PhoneState("+44 7400654321", "ready")
    assert "denied" not in (await example.change(HANNA, "disable sms sign-in for victoria crane")).text
    assert sms(example, VICTORIA) == "notEnabled"
    refused = await example.say(HANNA, "enable sms sign-in for victoria crane")
    assert "No SMS sign-in for VIPs" in refused.text


@pytest.mark.parametrize("of_the_number", [NO_PROOF, TWO])
async def test_it_never_asks_for_a_proof_that_the_number_does_not_need(database_url: str, of_the_number: ProofNeed) -> None:
    ask = frozenset({cast.group("Helpdesk").id})
    number = Rule(name="Numbers", actions=frozenset({ChangeKind.SET_PHONE}), ask=ask, proof=of_the_number)
    codes = Rule(name="Codes by text", actions=frozenset({ChangeKind.SMS_SIGN_IN}), ask=ask, proof=TWO)
    async with Desk(database_url, Policy(rules=(number, codes), helpdesk=ask)) as desk:
        assert (ON if of_the_number else OFF) in said(await desk.say(HANNA, SET_NOOR))


@pytest.mark.parametrize("why", ["excluded", "off", "on already", "alternate"])
async def test_nothing_is_said_where_nothing_changes(database_url: str, why: str) -> None:
    async with Desk(database_url) as desk:
        who, line = ALICE, SET_ALICE
        if why == "excluded":
            who, line = KENJI, "set mobile for kenji +81 90 8765 4321"
        elif why == "off":
            desk.entra.tenant.sign_in.disabled_methods.add("Sms")
        elif why == "on already":
            who, line = MIA, "set mobile for mia +353 85 765 4321"
            desk.entra.person(MIA.upn).phones["mobile"] = PhoneState("+353 851234567", "ready")
        else:
            who, line = MIA, "set alternate mobile for mia +353 85 765 4321"
        before = who.upn == MIA.upn and sms(desk, who)
        done = await desk.change(HANNA, line)
        assert "SMS sign-in before" not in done.text
        assert sms(desk, who) == (before or "notAllowedByPolicy" if who is not ALICE else "notEnabled")


async def test_a_policy_that_may_not_be_read_is_taken_for_one_that_switches_on(database_url: str) -> None:
    async with Desk(database_url, built_in=True) as desk:
        desk.entra.revoke(cast.GRAPH_APP_ID, permissions.READ_POLICY)
        card = await desk.change(HANNA, SET_NOOR)
        assert "stays off" in card.text
        assert sms(desk, NOOR) == "notEnabled"


@pytest.mark.parametrize("effect", ["unavailable", "forbidden"])
async def test_a_policy_that_cannot_be_read_now_keeps_the_card_back(database_url: str, effect: str) -> None:
    async with Desk(database_url) as desk:
        desk.entra.faults.add(Fault(effect=effect, method="GET", path="authenticationMethodConfigurations/Sms"))
        refused = await desk.say(HANNA, SET_ALICE)
        assert refused.verbs == []
        assert len(refused.text) > 20


@pytest.mark.parametrize("after", [False, True])
async def test_an_answer_lost_between_the_number_and_switching_it_off_leaves_it_off(built_in: Desk, after: bool) -> None:
    built_in.entra.faults.add(Fault(effect="drop", method="POST", path="disableSmsSignIn", after=after, times=1))
    await built_in.change(HANNA, SET_NOOR)
    assert sms(built_in, NOOR) == "notEnabled"


async def test_what_cannot_be_switched_off_is_said(database_url: str) -> None:
    async with Desk(database_url, built_in=True) as desk:
        desk.entra.faults.add(Fault(effect="forbidden", method="POST", path="disableSmsSignIn"))
        card = await desk.say(HANNA, SET_NOOR)
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Partly done", "SMS sign-in is still on for it")
        assert sms(desk, NOOR) == "ready"
        await desk.logged("Noor Dekker", "still on")


async def test_a_number_that_is_refused_switches_nothing(database_url: str) -> None:
    async with Desk(database_url, built_in=True) as desk:
        desk.entra.faults.add(Fault(effect="forbidden", method="POST", path="phoneMethods"))
        card = await desk.say(HANNA, SET_NOOR)
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Nothing was changed")
        assert writes(desk) == []


async def test_a_number_of_somebody_else_is_no_sign_in_name_and_that_is_well(built_in: Desk) -> None:
    built_in.entra.person(OMAR.upn).phones["mobile"] = PhoneState("+31 612345678", "ready")
    card, _ = await approved(built_in, SET_ALICE)
    await built_in.settled(card, "Done", "Entra ID left it off")
    assert sms(built_in, ALICE) == "phoneNumberNotUnique"


async def test_a_new_card_after_a_failure_plans_it_anew(built_in: Desk) -> None:
    built_in.entra.faults.add(Fault(effect="forbidden", method="POST", path="phoneMethods", times=1))
    card = await built_in.say(HANNA, SET_NOOR)
    await built_in.press(HANNA, card, "confirm")
    await built_in.settled(card, "Nothing was changed")
    await built_in.press(HANNA, card, "again")
    await built_in.settled(card, "Waiting for your confirmation", "stays off")


async def test_a_file_says_it_row_by_row_and_its_approvers_how_often(built_in: Desk) -> None:
    lines = "user,mobile", f"{NOOR.upn},+31 6 12345678", f"{OMAR.upn},+31 6 87654321", f"{KENJI.upn},+31 6 22345678"
    _, card, asked = await confirmed(built_in, *lines)
    assert said(card).count("SMS sign-in: off → on") == 2
    for each in (card, asked):
        assert "SMS sign-in goes from off to on for 2 people" in said(each)
    await built_in.press(BRAM, asked, "approve")
    await built_in.settled(card, "3 rows done")
    assert sms(built_in, NOOR) == sms(built_in, OMAR) == "ready"


async def test_a_file_that_may_not_leave_it_on_says_that_it_stays_off(database_url: str, tmp_path: Path) -> None:
    policy = example_copy(tmp_path)
    policy.write_text(f"{policy.read_text()}\n{_NOBODY}")
    async with Desk(database_url, POLICY_FILE=str(policy), APPROVAL_CHANNEL_ID=APPROVALS.id) as desk:
        _, card, asked = await confirmed(desk, "user,mobile", f"{NOOR.upn},+31 6 12345678", f"{OMAR.upn},+31 6 87654321")
        for each in (card, asked):
            assert "SMS sign-in stays off for 2 people" in said(each)
        assert said(card).count("SMS sign-in: off → stays off") == 2

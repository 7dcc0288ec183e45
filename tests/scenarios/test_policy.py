"""The example policy at work: who is refused and why, who has to add something, and what holds until the very write."""

from __future__ import annotations

import pytest

from simulator import cast
from simulator.entra import Fault
from tests.desk import BRAM, HANNA, OSCAR, SAM, Desk
from tests.scenarios.example_policy import PolicyDesk, desk

__all__ = ["desk"]

NOOR, MEI = cast.person("Noor Dekker"), cast.person("Mei Lin")
VIP = "set mobile for victoria crane +44 7400 654321"
SET = "set mobile for noor +31 6 12345678"


async def test_ordinary_people_are_changed_as_ever(desk: Desk) -> None:
    await desk.change(HANNA, SET)
    assert desk.phones(NOOR) == {"mobile": "+31 612345678"}


async def test_a_rule_may_ask_for_a_reason(desk: Desk) -> None:
    card = await desk.say(HANNA, "remove office for mei lin")
    assert "This needs a reason. The policy says so: “Removing a phone needs a reason”." in card.text
    assert card.verbs == ["choose"]
    await desk.press(HANNA, card, "choose", data={"reason": ""})  # an old client lets it through
    assert card.verbs == ["choose"]
    assert "not yours" in str(await desk.press(BRAM, card, "choose", data={"reason": "it is mine"}))
    await desk.press(HANNA, card, "choose", data={"reason": "she left that desk"})
    assert "she left that desk" in card.text
    assert "confirm" in card.verbs
    await desk.press(HANNA, card, "confirm")
    await desk.settled(card, "Done")
    assert "office" not in desk.phones(MEI)


async def test_a_vip_is_not_changed_without_a_ticket_that_the_policy_accepts(desk: Desk) -> None:
    lost = " because she lost it"
    for tail, wants in (("", {"answer", "reason"}), (lost, {"answer"}), (f" ticket REQ-7{lost}", {"answer"})):
        card = await desk.say(HANNA, VIP + tail)
        assert "a ticket such as INC-12345" in card.text
        assert {each["id"] for each in card.card["body"] if each["type"] == "Input.Text"} == wants
        await desk.press(HANNA, card, "choose", data={"answer": "REQ-8", "reason": "she lost it"})
        assert "“REQ-8” is none" in card.text
        await desk.press(HANNA, card, "choose", data={"answer": "INC-4711"})
        assert card.verbs[0] == "confirm"
        assert ("INC-4711" in card.text, "she lost it" in card.text) == (True, True)
    asked = await desk.say(HANNA, VIP + " ticket INC-4711 because she lost it")
    assert "confirm" in asked.verbs
    assert desk.entra.writes == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("set mobile for ada admin +31 6 12345678", "Ada Admin is protected: Global Administrator."),
        ("set mobile for theo roth +31 6 12345678", "Theo Roth is protected: Privileged Role Administrator."),
        ("remove mobile for pia kerr", "Pia Kerr is protected: may activate Exchange Administrator."),
        ("remove mobile for rosa klein", "Rosa Klein is protected: in a restricted-management administrative unit."),
        ("set mobile for emergency access +31 6 12345678", "Emergency Access is protected: an emergency (break-glass) account."),
        ("set mobile for gus taylor +31 6 12345678", "is protected: invited from another organisation, as a guest account"),
        ("set mobile for milan novak +31 6 12345678", "is protected: invited from another organisation, as a guest account or an external"),
        ("set mobile for bram peeters +31 6 12345678", "Bram Peeters is protected: a colleague of the helpdesk."),
        ("enable sms sign-in for victoria crane", "Victoria Crane is a VIP. The policy forbids this: “No SMS sign-in for VIPs”."),
    ],
)
async def test_each_protection_is_said_in_its_own_words(desk: Desk, line: str, words: str) -> None:
    refused = await desk.say(HANNA, line)
    assert words in refused.text.replace("\\", "")
    assert refused.verbs == []
    assert desk.entra.writes == []


async def test_looking_at_somebody_protected_says_so_too(desk: Desk) -> None:
    shown = await desk.say(HANNA, "show bram peeters")
    assert "Bram Peeters is protected: a colleague of the helpdesk." in shown.text
    assert "protected" not in (await desk.say(HANNA, "show victoria crane")).text  # some of it may be changed, with more words


async def test_a_senior_may_ask_what_an_agent_may_not(desk: Desk) -> None:
    refused = await desk.say(HANNA, "set mobile for bram peeters +31 6 12345678")
    assert "Members of Helpdesk seniors may ask for this: ask one of them." in refused.text
    assert "confirm" in (await desk.say(SAM, "set mobile for bram peeters +31 6 12345678")).verbs


async def test_the_target_becomes_a_vip_between_card_and_click(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.tenant.join(desk.entra.group("Executives"), NOOR.id)
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "a ticket such as INC-12345", "Nothing was changed")
    assert desk.entra.writes == []


async def test_also_when_reason_and_ticket_were_given_by_chance(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET + " ticket INC-4711 because she lost it")
    desk.entra.tenant.join(desk.entra.group("Executives"), NOOR.id)
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "1 approval by members of Helpdesk seniors", "Nothing was changed")
    assert desk.entra.writes == []


async def test_the_target_joins_the_helpdesk_between_card_and_click(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.tenant.join(desk.entra.group("Helpdesk evening"), NOOR.id)
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "a colleague of the helpdesk", "Nothing was changed")
    assert desk.entra.writes == []


@pytest.mark.parametrize("how", ["group", "account"])
async def test_the_requester_loses_the_right_between_click_and_write(desk: PolicyDesk, how: str) -> None:
    answer = await desk.say(HANNA, SET)

    def loses() -> None:
        if how == "group":
            desk.entra.tenant.leave(desk.entra.group("Helpdesk"), HANNA.id)
        else:
            desk.entra.person(HANNA.upn).account_enabled = False

    desk.meanwhile = loses
    fault = desk.entra.faults.add(Fault(effect="unavailable", path=f"/users/{NOOR.id}", times=1))  # the execution has to wait
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "None of your groups may" if how == "group" else "account is disabled", "Nothing was changed")
    assert fault.fired
    assert desk.meanwhile is None
    assert desk.entra.writes == []


async def test_whoever_a_rule_lets_ask_may_use_the_helpdesk_commands(desk: Desk) -> None:
    assert "not in the helpdesk group" in (await desk.say(OSCAR, "show alice")).text
    desk.entra.tenant.join(desk.entra.group("Helpdesk seniors"), OSCAR.id)
    desk.clock.forward(minutes=2)
    assert "Alice Jansen" in (await desk.say(OSCAR, "show alice")).text
    assert "None of your groups may" in (await desk.say(OSCAR, SET)).text  # but a senior alone changes no ordinary people
    assert BRAM.upn in (await desk.say(OSCAR, "show bram peeters")).text

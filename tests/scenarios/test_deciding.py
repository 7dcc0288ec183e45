"""Decisions explained: before they happen with `policy test`, afterwards with `why`."""

from __future__ import annotations

import re

from simulator import cast
from simulator.entra import Fault
from tests.desk import BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk
from tests.scenarios.approving import approvers_card
from tests.scenarios.example_policy import PolicyDesk, desk

__all__ = ["desk"]

INGRID, VICTORIA = cast.person("Ingrid Lund"), cast.person("Victoria Crane")
TAIL = " ticket INC-4711 because lost phone"
VIP = "set mobile for victoria crane +44 7400 654321" + TAIL


def reference(answer: Answer) -> str:
    """The id by which `why` explains a refusal."""
    found = re.search(r"why ([34679ACDEFGHJKMNPQRTUVWXY]{4,})", answer.text)
    assert found, answer.text
    return found[1]


#: What is tested, and words of the answer.
TESTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (f"policy test {VIP} as hanna visser",
     ("Hanna Visser could ask for this; it needs 1 approval by members of Helpdesk seniors.", "allowed",
      "“VIPs need a ticket and a senior”", "Ingrid Lund, Sam Okafor", "•••••••21")),
    ("policy test set mobile for victoria crane +44 7400 654321 as hanna visser",
     ("Hanna Visser would be refused: This needs a reason and a ticket such as INC-12345.", "needs ticket")),
    ("policy test set mobile for noor +31 6 12345678 as bram peeters", ("Bram Peeters could do this; nobody else has to agree.",)),
    ("policy test set mobile for alice +31 6 12345678 as bram peeters", ("Bram Peeters could ask for this; it needs 1 approval by",)),
    ("policy test set mobile for ada admin +31 6 12345678 as hanna visser",
     ("Ada Admin is protected: Global Administrator.", "privileged target", "none of the policy's rules")),
    ("policy test remove mobile for gus taylor as hanna visser", ("“Guests have a helpdesk of their own”",)),
    ("policy test remove office for omar because left as oscar outsider",
     ("Oscar Outsider would be refused: You are not in the helpdesk group",)),
    ("policy test set mobile for hanna visser +31 6 12345678 as hanna visser", ("This is your own account",)),
    ("policy test set mobile for ingrid lund +31 6 12345678 as sam okafor",
     ("Sam Okafor would be refused: Nobody can approve this", "add 1 more person")),
    ("policy test set mobile for bram peeters +31 6 12345678 as sam okafor", ("1 approval by members", "Ingrid Lund")),
    ("policy test bulk because new site as hanna visser", ("Hanna Visser could ask for this; it needs 1 approval",
                                                           "Ingrid Lund")),
    ("policy test pass for alice as hanna visser",
     ("it needs a proof of the caller of tier 2 or higher, and 1 approval by members of Helpdesk seniors or the administrators' group, or "
      "instead a proof of the caller by a fresh sign-in, a number match in Teams or the manager's word.",
      "“The caller is proved for a pass, a reset and a recovery”",
      "Where nothing can be proved", "a reason, and 2 approvals by members of Helpdesk seniors")),
    ("policy test recover alice lost phone as hanna visser", ("it needs a proof of the caller of tier 2 or higher", "or instead")),
    ("policy test bulk dry run as oscar outsider", ("Oscar Outsider would be refused: You are not in the helpdesk group",)),
    ("policy test bulk pause 7Q2F as hanna visser", ("Hanna Visser may say this",)),
    ("policy test show alice as hanna visser", ("Hanna Visser may say this, and it changes nothing.",)),
    ("policy test pause as hanna visser", ("Only Doorman's administrators",)),
    ("policy test policy test help as bram peeters as sam okafor", ("Sam Okafor may say this, and it changes nothing.",)),
    ("policy test make coffee as hanna visser", ("Hanna Visser would be refused: I do not understand",)),
    ("policy test remove mobile for jan de vries because lost as hanna visser", ("Several people are meant", "jan.devries2")),
    ("policy test set mobile for \"nobody as such\" +31 6 12345678 as hanna visser", ("I find nobody called “nobody as such”",)),
)  # fmt: skip


async def test_policy_test_says_what_would_happen_and_does_nothing(desk: Desk) -> None:
    for line, words in TESTED:
        answer = await desk.say(SAM, line)
        said = answer.text.replace("\u00a0", " ").replace("\\", "")
        assert [word for word in words if word not in said] == [], line
        assert "Nothing was proposed or changed." in said, line
        assert answer.verbs == [], line
        assert not re.search(r"(?<!\S)(12345678|654321|7400 ?654321)", said), line
    assert [(row.tag, row.actor_name) for row in desk.trail()] == [("chat:command:asked", SAM.name)] * len(TESTED)
    assert desk.entra.writes == []


async def test_policy_test_is_for_administrators(desk: Desk) -> None:
    assert "Only Doorman's administrators" in (await desk.say(HANNA, f"policy test {VIP} as bram peeters")).text


async def test_policy_test_asks_which_person_is_meant_to_ask(desk: Desk) -> None:
    answer = await desk.say(SAM, "policy test show alice as jan de vries")
    assert set(answer.verbs) == {"choose"}
    pressed = await desk.press(SAM, answer, "choose")
    assert "would be refused: You are not in the helpdesk group" in str(pressed.card).replace("\u00a0", " ")


async def test_policy_test_takes_a_mention_on_both_sides(desk: Desk) -> None:
    line = "policy test set mobile for @Oscar Outsider to +31 6 12345678 as @Hanna Visser"
    answer = await desk.say(SAM, line, HELPDESK, mentions=[OSCAR, HANNA])
    assert "Hanna Visser could do this" in answer.text
    assert "12345678" not in answer.text


async def test_why_explains_what_a_request_waits_for_and_how_it_ended(desk: Desk) -> None:
    own = await desk.say(HANNA, VIP)
    operation_id = own.operation_id
    said = (await desk.say(HANNA, f"why {operation_id}")).text
    assert "It waits for Hanna Visser to confirm it, until" in said
    assert "After that it needs 1 approval by members of Helpdesk seniors." in said

    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, operation_id)
    for reader in (HANNA, INGRID, SAM):
        said = (await desk.say(reader, f"why {operation_id}")).text.replace("\u00a0", " ")
        assert "It waits for another member of Helpdesk seniors to approve it, until" in said
        assert "Ingrid Lund, Sam Okafor" in said
        assert "ticket INC-4711" in said
    assert "is not yours to know about" in (await desk.say(BRAM, f"why {operation_id}")).text

    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done")
    said = (await desk.say(HANNA, f"why {operation_id}")).text.replace("\u00a0", " ")
    for words in ("It has ended as succeeded: Done, and read back from Entra ID.", "Approved", "Ingrid Lund", "Confirmed"):
        assert words in said


async def test_why_tells_the_target_of_a_request_nothing_even_as_an_approver(desk: Desk) -> None:
    desk.entra.tenant.join(desk.entra.group("Helpdesk seniors"), BRAM.id)
    desk.clock.forward(minutes=2)
    own = await desk.say(SAM, "set mobile for bram peeters +31 6 12345678")
    assert "is not yours to know about" in (await desk.say(BRAM, f"why {own.operation_id}")).text
    assert "It waits for Sam Okafor to confirm it" in (await desk.say(INGRID, f"why {own.operation_id}")).text


async def test_a_refusal_has_an_id_that_explains_it_to_whoever_was_refused_and_to_administrators(desk: Desk) -> None:
    refused = await desk.say(HANNA, "enable sms sign-in for victoria crane")
    wanted = reference(refused)
    for reader in (HANNA, SAM):
        said = (await desk.say(reader, f"why {wanted.lower()}")).text.replace("\u00a0", " ")
        for words in ("Victoria Crane is a VIP. The policy forbids this", "“No SMS sign-in for VIPs”", "Not allowed", "Hanna Visser"):
            assert words in said
    for reader in (BRAM, INGRID, OSCAR):
        assert "is not yours to know about" in (await desk.say(reader, f"why {wanted}")).text


async def test_also_to_an_outsider(desk: Desk) -> None:
    wanted = reference(await desk.say(OSCAR, VIP))
    assert "You are not in the helpdesk group" in (await desk.say(OSCAR, f"why {wanted}")).text


async def test_what_is_no_matter_of_policy_has_no_id(desk: Desk) -> None:
    for line in ("set mobile for alice 12", "remove mobile for alice because lost", "make coffee", "show nobody-at-all"):
        answer = await desk.say(HANNA, line)
        assert "confirm" not in answer.verbs
        assert "why " not in answer.text


async def test_a_press_that_was_refused_is_explained_under_the_id_of_its_request(desk: Desk) -> None:
    own = await desk.say(HANNA, VIP)
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, own.operation_id)
    told = await desk.press(BRAM, card, "approve")
    assert told.message.endswith(f"(why {own.operation_id})")
    said = (await desk.say(BRAM, f"why {own.operation_id}")).text.replace("\u00a0", " ")
    assert "Only members of Helpdesk seniors can decide this." in said
    assert "Victoria" not in said
    assert "Only members of Helpdesk seniors" not in (await desk.say(INGRID, f"why {own.operation_id}")).text


async def test_why_of_an_unknown_id(desk: Desk) -> None:
    assert "There is no operation 7Q3F" in (await desk.say(HANNA, "why 7Q3F")).text
    assert "never contain 0" in (await desk.say(HANNA, "why 7Q0F")).text


async def test_nobody_can_approve_is_said_at_once(desk: PolicyDesk) -> None:
    refused = await desk.say(SAM, "set mobile for ingrid lund +31 6 12345678")
    assert "Nobody can approve this: it needs 1 approval by members of Helpdesk seniors" in refused.text
    assert "has to add 1 more person" in refused.text
    assert refused.verbs == []
    desk.entra.tenant.join(desk.entra.group("Helpdesk seniors"), BRAM.id)
    assert "confirm" in (await desk.say(SAM, "set mobile for ingrid lund +31 6 12345678")).verbs


async def test_an_approver_whose_account_is_disabled_does_not_count(desk: Desk) -> None:
    for senior in (INGRID, SAM):
        desk.entra.person(senior.upn).account_enabled = False
    assert "Nobody can approve this" in (await desk.say(HANNA, VIP)).text


async def test_when_the_approvers_cannot_be_read_nothing_is_proposed(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="forbidden", path="transitiveMembers"))
    answer = await desk.say(HANNA, VIP)
    assert fault.fired
    assert answer.verbs == []
    assert "Nothing was changed" in answer.text


async def test_a_refusal_in_a_channel_keeps_numbers_masked(desk: Desk) -> None:
    refused = await desk.say(HANNA, "@Doorman " + "set mobile for ada admin +31 6 12345678", HELPDESK)
    assert "Ada Admin is protected" in refused.text
    assert "12345678" not in (await desk.say(SAM, f"why {reference(refused)}")).text

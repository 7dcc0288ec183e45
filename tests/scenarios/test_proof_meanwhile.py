"""What changes between a proof and what it is for: an approver, the threat level, a stop, the person's own word, the policy, Entra ID."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.high import High
from bot.domain.proof import ProofNeed
from bot.domain.rules import ADMINS_NAME
from simulator import cast
from simulator.entra.faults import Fault
from tests.desk import BRAM, HANNA, SAM, Answer, Desk
from tests.scenarios.approving import approvers_card
from tests.scenarios.bulking import query
from tests.scenarios.proving import DIEGO, PROVED, SET, actions, asked, attest, demanding, press, prove
from tests.scenarios.telling import TELLING, notice
from tests.scenarios.test_caller_proof import VICTORIA

HELPDESK, EXECUTIVES, ADMINS = (cast.group(name).id for name in ("Helpdesk", "Executives", "Doorman administrators"))
OFFICE = "set office for diego vega +31 20 5550123"
#: With an administrator, who may pause, and raise the level.
STOPPABLE = replace(demanding(), helpdesk=frozenset({HELPDESK, ADMINS}), names={HELPDESK: "Helpdesk", ADMINS: ADMINS_NAME})
#: A level that refuses no number, and wants more to be proved of whoever rings.
LEVEL = High(deny=frozenset(), approvals=0, proof_tier=3)


async def proved(desk: Desk, line: str = SET, who: cast.Member = HANNA) -> Answer:
    """A request about Diego, who was seen in person."""
    card = await desk.say(who, line)
    await attest(desk, card, "in_person", 0, who=who)
    return await desk.settled(card, "In person: Passport seen")


def proofs(desk: Desk) -> list[tuple[str, str]]:
    """Every proof there is: kind and state."""
    return [(row["kind"], row["state"]) for row in query(desk, "SELECT kind, state FROM proofs ORDER BY asked_at")]


async def vouch(desk: Desk, theirs: Answer, pick: int = 0) -> str:
    """Victoria answers on her card."""
    return str(await desk.teams.press(VICTORIA, theirs.message.id, "vouch", action=theirs.card["actions"][pick]))


async def test_who_vouched_as_the_manager_cannot_agree(database_url: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({HELPDESK, EXECUTIVES}))
    async with Desk(database_url, policy, **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "manager")
        await vouch(desk, await asked(desk, VICTORIA))
        await desk.settled(card, "Ask the manager: Victoria Crane, spoke to them")
        await desk.press(HANNA, card, "confirm")
        theirs = await approvers_card(desk, card.operation_id)
        assert "You vouched for the caller" in str(await desk.press(VICTORIA, theirs, "approve"))
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"
        await desk.press(BRAM, theirs, "approve")
        await desk.settled(card, "Done", "Victoria Crane, spoke to them")


async def test_the_threat_level_rises_before_the_confirmation(database_url: str) -> None:
    async with Desk(database_url, replace(STOPPABLE, high=LEVEL), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await attest(desk, card, "video", 0, answer=BRAM.upn)
        await desk.settled(card, "Video call: in the call with Bram")
        await desk.say(SAM, "threat high because a wave of calls")
        assert proofs(desk) == [("video", "given")]
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "The threat level is high", "asked for without")
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"
        again = await proved(desk)  # of tier 3, as the level wants it
        await desk.press(HANNA, again, "confirm")
        await desk.settled(again, "Done")


@pytest.mark.parametrize(
    ("stop", "says", "go"),
    [("pause because a storm", "aused", "resume"), ("freeze diego vega because odd", "frozen", "unfreeze diego vega")],
)
async def test_a_stop_holds_back_the_confirmation_and_no_proof_is_lost_by_it(database_url: str, stop: str, says: str, go: str) -> None:
    async with Desk(database_url, STOPPABLE, **TELLING) as desk:
        card = await proved(desk)
        await desk.say(SAM, stop)
        assert says in str(await desk.press(HANNA, card, "confirm"))
        assert says in str(await prove(desk, card, "manager"))
        assert proofs(desk) == [("in_person", "given")]
        await desk.say(SAM, go)
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")


async def test_after_a_stop_that_lasts_too_long_it_has_to_be_proved_again(database_url: str) -> None:
    async with Desk(database_url, STOPPABLE, **TELLING) as desk:
        card = await proved(desk)
        await desk.say(SAM, "pause because a storm")
        desk.later(minutes=16)
        await desk.say(SAM, "resume")
        refused = str(await desk.teams.press(HANNA, card.message.id, "confirm", action=press("confirm", card.operation_id)))
        assert "expired" in refused or "is not there" in refused
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"


async def changed(desk: Desk) -> Answer:
    """Something was changed already, of which Diego is told."""
    card = await proved(desk, OFFICE)
    await desk.press(HANNA, card, "confirm")
    await desk.settled(card, "Done")
    return await notice(desk, DIEGO)


async def test_not_me_about_an_earlier_change_takes_back_what_was_proved_since(database_url: str) -> None:
    async with Desk(database_url, STOPPABLE, **TELLING) as desk:
        told = await changed(desk)
        card, other = await proved(desk), await desk.say(BRAM, "pass for diego vega")
        forged = press("confirm", card.operation_id)
        await prove(desk, other, "manager", BRAM)
        theirs = await asked(desk, VICTORIA)
        await desk.press(DIEGO, told, "not_me")
        for each in (card, other):
            await desk.settled(each, "Cancelled", "Diego Vega said that")
        await desk.settled(theirs, "This is not needed any more")
        assert {state for _, state in proofs(desk)} == {"withdrawn"}
        await desk.say(SAM, "unfreeze diego vega")
        assert "did nothing" in str(await desk.teams.press(HANNA, card.message.id, "confirm", action=forged))
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"


async def test_a_proof_that_is_withdrawn_while_it_is_carried_out_carries_nothing(database_url: str) -> None:
    async with Desk(database_url, STOPPABLE, **TELLING) as desk:
        told = await changed(desk)
        card = await proved(desk)
        slow = desk.entra.faults.add(Fault(effect="hold", path=f"/users/{DIEGO.id}/authentication", times=1))
        await desk.press(HANNA, card, "confirm")
        await slow.met.wait()
        before = len(desk.entra.writes)
        await desk.press(DIEGO, told, "not_me")
        query(desk, "DELETE FROM freezes")  # the freeze alone would hold it back; without it the proof has to
        desk.entra.faults.clear()
        await desk.settled(card, "What was proved of the caller is not enough any more")
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"
        assert "phone.add" not in [write.what for write in desk.entra.writes[before:]]


@pytest.mark.storage
async def test_a_policy_that_has_come_to_demand_more_refuses_the_approval(database_url: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({HELPDESK}))
    async with Desk(database_url, policy, **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await attest(desk, card, "video", 0, answer=BRAM.upn)
        await desk.settled(card, "Video call: in the call with Bram")
        await desk.press(HANNA, card, "confirm")
        theirs = await approvers_card(desk, card.operation_id)
        await desk.stop_bot()
        desk.policy = demanding(replace(PROVED, tier=3), approvals=1, approve=frozenset({HELPDESK}))
        await desk.start_bot()
        assert "What was proved of the caller is not enough any more" in str(await desk.press(BRAM, theirs, "approve"))
        await desk.settled(card, "is not allowed any more")
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"


async def test_a_policy_that_has_come_to_demand_more_refuses_what_is_queued(database_url: str) -> None:
    async with Desk(database_url, demanding(ProofNeed(tier=1, count=1)), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await attest(desk, card, "video", 0, answer=BRAM.upn)
        await desk.settled(card, "Video call: in the call with Bram")
        slow = desk.entra.faults.add(Fault(effect="hold", path=f"/users/{DIEGO.id}/authentication", times=1))
        await desk.press(HANNA, card, "confirm")
        await slow.met.wait()
        await desk.stop_bot()
        desk.entra.faults.clear()
        desk.policy = demanding(replace(PROVED, tier=3))
        await desk.start_bot()
        await desk.settled(card, "What was proved of the caller is not enough any more")
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"


async def test_who_cannot_be_reached_in_teams_is_asked_otherwise(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        desk.teams.block(DIEGO)
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "number_match")
        await desk.settled(card, "Number match: Teams lets me write to nobody who has not used it, or has blocked or removed me (403).")
        assert proofs(desk) == [("number_match", "withdrawn")]
        offered = [each["title"] for each in actions(card, "prove")]
        assert "Number match" not in offered
        assert "Ask the manager" in offered
        assert "blocked" in await prove(desk, card, "number_match")
        await attest(desk, card, "in_person", 0)
        await desk.settled(card, "In person: Passport seen")
        assert "confirm" in card.verbs
        assert "proof:request:failed" not in [row.tag for row in desk.trail()]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda person: setattr(person, "manager_id", None), "Entra ID names no manager."),
        (lambda person: setattr(person, "manager_id", cast.person("Priya Raman").id), "Victoria Crane is not the manager any more."),
        (lambda person: setattr(person, "manager_id", HANNA.id), "is a party to this request"),
    ],
    ids=["nobody", "somebody else", "the agent"],
)
async def test_who_is_no_manager_any_more_vouches_for_nobody_and_nothing_has_failed(
    database_url: str, change: Callable[[Any], None], says: str
) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "manager")
        theirs = await asked(desk, VICTORIA)
        change(desk.entra.person(DIEGO.upn))
        assert "This is not needed any more" in await vouch(desk, theirs)
        await desk.settled(card, f"Ask the manager: {says}" if says.startswith("V") else says)
        assert proofs(desk) == [("manager", "withdrawn")]
        assert "confirm" not in card.verbs
        tags = [row.tag.rpartition(":")[2] for row in desk.trail() if row.tag.startswith("proof")]
        assert tags == ["asked", "withdrawn"]


@pytest.mark.parametrize("effect", ["unavailable", "drop"])
async def test_what_entra_cannot_say_is_asked_later_and_leaves_nothing(database_url: str, effect: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        desk.entra.faults.add(Fault(effect=effect, path="/manager"))
        said = str(await prove(desk, card, "manager"))
        assert "Entra ID" in said or "Microsoft Graph" in said, said
        assert proofs(desk) == []
        assert [row for row in desk.trail() if row.tag.startswith("proof")] == []
        desk.entra.faults.clear()
        assert "Victoria Crane, the manager, has a card in Teams" in await prove(desk, card, "manager")
        theirs = await asked(desk, VICTORIA)
        desk.entra.faults.add(Fault(effect=effect, path="/manager"))
        await vouch(desk, theirs)
        assert proofs(desk) == [("manager", "asked")]  # nor is an answer lost, or counted
        desk.entra.faults.clear()
        await vouch(desk, theirs)
        await desk.settled(card, "Ask the manager: Victoria Crane, spoke to them")

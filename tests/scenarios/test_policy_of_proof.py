"""What policies demand of proofs, as people are told it: before they ask, of what waits, of a file, and while the threat level is high."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.change import ChangeKind
from bot.domain.high import High
from bot.domain.proof import ProofNeed
from bot.domain.rules import Policy, Rule
from simulator import cast
from tests.desk import HANNA, SAM, Desk, as_json, one_agent
from tests.scenarios.bulking import begun, drop, many, query

TWO = ProofNeed(tier=2, count=1, or_approvals=1)
HELPDESK = frozenset({cast.group("Helpdesk").id})
REMOVE = "remove mobile for kenji"
EVERY_DAY = one_agent(timedelta(minutes=10), admins=cast.group("Doorman administrators").id)


def with_rule(name: str, proof: ProofNeed, *, file_approvals: int = 1) -> Policy:
    """One agent's work, but for a rule that demands a proof for phones."""
    rules = [replace(rule, actions=rule.actions - {ChangeKind.BULK}) for rule in EVERY_DAY.rules]
    approve = HELPDESK if file_approvals else frozenset[str]()
    files = Rule(name="Files", actions=frozenset({ChangeKind.BULK}), ask=HELPDESK, approvals=file_approvals, approve=approve)
    phones = frozenset({ChangeKind.SET_PHONE, ChangeKind.REMOVE_PHONE})
    more = Rule(name=name, actions=phones, ask=HELPDESK, proof=proof)
    return replace(EVERY_DAY, rules=(*rules, more, files))


async def test_it_is_said_beforehand_and_of_what_waits(database_url: str) -> None:
    async with Desk(database_url, with_rule("Who calls is proved", TWO)) as desk:
        tested = await desk.say(SAM, f"policy test {REMOVE} as hanna")
        assert "Hanna Visser could ask for this; it needs a proof of the caller of tier 2 or higher." in tested.text
        for said in ("“Who calls is proved”", "Where nothing can be proved", "a reason, and 1 approval by members of the helpdesk group"):
            assert said in tested.text
        asked = await desk.say(HANNA, REMOVE)
        explained = (await desk.say(HANNA, f"why {asked.operation_id}")).text
        for said in (
            "Before that it needs a proof of the caller of tier 2 or higher.",
            "“Who calls is proved”",
            "a reason, and 1 approval",
        ):
            assert said in explained
        assert "After that it needs" not in explained


@pytest.mark.parametrize("approvals", [0, 1])
async def test_the_rows_of_a_file_need_the_agreement_to_the_file_instead(database_url: str, approvals: int) -> None:
    async with Desk(database_url, with_rule("Who calls is proved", TWO, file_approvals=approvals)) as desk:
        if approvals:
            _, own = await begun(desk, *many(2))
            await desk.settled(own, "Done")
            assert len(desk.entra.writes) >= 2
            return
        own = await drop(desk, *many(2))
        await desk.settled(own, "nothing to change")
        found = query(desk, "SELECT reason FROM bulk_rows")
        assert len(found) == 2
        for row in found:
            assert "For this the policy demands more than for the file" in as_json(row["reason"])
        assert desk.entra.writes == []


async def test_a_high_level_demands_a_proof_of_its_tier_and_what_waits_without_ends(database_url: str) -> None:
    async with Desk(database_url, replace(EVERY_DAY, high=High(approvals=0, deny=frozenset()))) as desk:
        asked = await desk.say(HANNA, REMOVE)
        await desk.say(SAM, "threat high because a wave of calls")
        assert "a proof of the caller of tier 3" in (await desk.say(SAM, "threat")).text
        await desk.press(HANNA, asked, "confirm")
        await desk.settled(asked, "this needs a proof of the caller of tier 3, and it was asked for without", "Nothing was changed")
        tested = (await desk.say(SAM, f"policy test {REMOVE} as hanna")).text
        assert "it needs a proof of the caller of tier 3." in tested
        assert "“Threat level high”" in tested
        assert "nobody else has to agree" in (await desk.say(SAM, "policy test sign out kenji as hanna")).text
        assert "needs 1 approval" in (await desk.say(SAM, "policy test bulk because new site as hanna")).text
        assert desk.entra.writes == []

"""A file that changes the account of somebody who could agree to it: not theirs to decide, nowhere, and not written if they did."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.change import ChangeKind
from bot.domain.policy import ALLOWED
from bot.domain.rules import Ground, Policy, Rule
from bot.services import approve
from simulator import cast
from simulator.entra import PhoneState
from tests.desk import ALICE, HANNA, SAM, Answer, Desk, as_json
from tests.scenarios.approving import AGENTS, INGRID, SENIORS
from tests.scenarios.bulking import confirmed, drop, query, rows, state

ANYBODY = frozenset({Ground.ORDINARY, Ground.HELPDESK})
POLICY = Policy(
    rules=(
        Rule(name="A senior agrees to files", actions=frozenset({ChangeKind.BULK}), targets=ANYBODY, ask=frozenset({AGENTS}),
             approvals=1, approve=frozenset({SENIORS})),
        Rule(name="Colleagues too", actions=frozenset({ChangeKind.SET_PHONE}), targets=ANYBODY, ask=frozenset({AGENTS})),
    ),
    names={AGENTS: "Helpdesk", SENIORS: "Helpdesk seniors"},
    helpdesk=frozenset({AGENTS}),
    confirm_for=timedelta(minutes=10),
)  # fmt: skip


def lines(*people: cast.Member) -> tuple[str, ...]:
    """A file that registers a mobile phone for each of them."""
    return ("user,mobile", *(f"{person.upn},+31 6 1234567{place}" for place, person in enumerate(people)))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """Seniors agree to files, and may be in them; a file asks after its first row."""
    async with Desk(database_url, POLICY, BULK_CANARY="1") as desk:
        yield desk


async def test_whoever_is_in_the_file_does_not_decide(desk: Desk) -> None:
    job_id, own, card = await confirmed(desk, *lines(ALICE, INGRID))
    for verb in ("approve", "deny"):
        pressed = await desk.press(INGRID, card, verb, action={"type": "Action.Execute", "verb": verb, "data": {"id": job_id}})
        assert "A row of this file is about your own account" in pressed.message
    await desk.teams.refresh(INGRID, card.message.id)
    seen = Answer(desk, card.message, INGRID)
    assert "This is about your own account" in seen.text
    assert "approve" not in seen.verbs
    assert state(desk, job_id) == "awaiting_approval"
    await desk.press(SAM, card, "approve")
    await desk.settled(own, "The first rows are done")


async def test_nobody_asks_them_and_nobody_names_them(desk: Desk) -> None:
    job_id, _, card = await confirmed(desk, *lines(ALICE, INGRID))
    entities = as_json({"entities": card.card["msteams"]["entities"]})
    assert ("Sam Okafor" in entities, "Ingrid Lund" in entities) == (True, False)
    waiting = {who.name: job_id in (await desk.say(who, "pending")).text for who in (SAM, INGRID)}
    assert waiting == {"Sam Okafor": True, "Ingrid Lund": False}
    explained = (await desk.say(HANNA, f"why {job_id}")).text
    assert ("Sam Okafor" in explained, "Ingrid Lund" in explained) == (True, False)
    assert "not yours to know about" in (await desk.say(INGRID, f"why {job_id}")).text
    assert "approve" in (await desk.say(SAM, "pending")).verbs


async def test_a_file_with_everybody_who_could_agree_is_not_proposed(desk: Desk) -> None:
    own = await drop(desk, *lines(ALICE, INGRID, SAM))
    await desk.settled(own, "Nobody can approve this", "Nothing was changed")


async def test_a_row_that_changes_nothing_is_nobodys_concern(desk: Desk) -> None:
    desk.entra.person(INGRID.upn).phones["mobile"] = PhoneState("+31 612345671", "notEnabled")
    job_id, own, card = await confirmed(desk, *lines(ALICE, INGRID))
    assert [row["kind"] for row in rows(desk, job_id).values()] == ["add", "no_change"]
    assert "Ingrid Lund" in as_json({"entities": card.card["msteams"]["entities"]})
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Done", "1 row done.")


async def test_the_transaction_that_counts_an_agreement_looks_for_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id, _, card = await confirmed(desk, *lines(ALICE, INGRID))

    async def blind(*_: object) -> object:
        return ALLOWED

    monkeypatch.setattr(approve, "decision_on", blind)
    await desk.press(INGRID, card, "approve")
    (found,) = query(desk, "SELECT state, approvals FROM operations WHERE id = :job", job=job_id)
    assert (found["state"], _json(found["approvals"])) == ("awaiting_approval", [])


@pytest.mark.parametrize("who", [INGRID, HANNA], ids=["an approver", "the requester"])
async def test_the_row_is_not_written_all_the_same(desk: Desk, who: cast.Member) -> None:
    """Whatever came into the database: asked once more right before the write."""
    job_id, own, card = await confirmed(desk, *lines(ALICE, INGRID, cast.person("Omar Farouk")))
    await desk.press(SAM, card, "approve")
    await desk.settled(own, "The first rows are done: go on?")
    if who is INGRID:
        (found,) = query(desk, "SELECT approvals FROM operations WHERE id = :job", job=job_id)
        agreed = [{**_json(found["approvals"])[0], "id": INGRID.id, "name": INGRID.name}]
        query(desk, "UPDATE operations SET approvals = :approvals WHERE id = :job", job=job_id, approvals=json.dumps(agreed))
    else:
        target = {**_json(rows(desk, job_id)[3]["target"]), "id": HANNA.id, "name": HANNA.name, "upn": HANNA.upn}
        query(desk, "UPDATE bulk_rows SET target = :target, target_id = :id WHERE job = :job AND number = 3", job=job_id, id=HANNA.id,
              target=json.dumps(target))  # fmt: skip
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Finished at", "2 rows done.", "1 row not done")
    row = rows(desk, job_id)[3]
    assert (row["state"], row["code"]) == ("failed", "about_the_approver" if who is INGRID else "own_account")
    assert "Nothing was changed." in row["outcome"]
    assert desk.phones(who) == {}


def _json(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored

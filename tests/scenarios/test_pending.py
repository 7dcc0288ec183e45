"""`pending`: what waits for me, with buttons, and what I wait for."""

from __future__ import annotations

from simulator import cast
from tests.desk import APPROVALS, BRAM, HANNA, OSCAR, SAM, Desk, as_json
from tests.desk import _walk as walked
from tests.scenarios.approving import AGENTS, INGRID, SET_VIP, approvers_card, ask, desk
from tests.scenarios.proving import SET, attest, demanding, press
from tests.scenarios.telling import TELLING

__all__ = ["desk"]


async def test_it_lists_what_i_may_decide_and_what_i_asked(desk: Desk) -> None:
    first, _, _ = await ask(desk)
    second, _, _ = await ask(desk, "set mobile for omar +31 6 23456789", SAM)
    mine = await desk.say(SAM, "pending")
    assert "Waiting for your approval" in mine.text
    assert first in mine.text.split("You asked for")[0]
    assert second in mine.text.split("You asked for")[1]
    assert mine.verbs == ["approve", "deny"]
    assert "12345678" not in as_json(mine.card)
    hers = await desk.say(HANNA, "pending")
    assert hers.verbs == []
    assert "Nothing waits for your approval" in hers.text
    assert first in hers.text
    outsider = await desk.say(OSCAR, "pending")
    assert first not in outsider.text
    assert "Nothing waits for your approval" in outsider.text


async def test_a_press_on_a_row_answers_with_the_list(desk: Desk) -> None:
    first, own, card = await ask(desk)
    second, vip, _ = await ask(desk, SET_VIP)
    mine = await desk.say(INGRID, "pending")
    assert sorted(mine.verbs) == ["approve", "approve", "deny", "view"]  # executives' cards want a reason, and there is no room for it here
    pressed = await desk.press(INGRID, mine, "approve", action={"type": "Action.Execute", "verb": "approve", "data": {"id": first}})
    assert "Nothing" not in as_json(pressed.card)
    assert second in as_json(pressed.card)
    await desk.settled(own, "Done", "Ingrid Lund")
    await desk.settled(card, "Done", "Ingrid Lund")
    await desk.settled(
        mine, f"You agreed: Set mobile phone for Alice Jansen ({first}), asked for by Hanna Visser. Doorman carries it out", second
    )
    assert first not in mine.text.split("Waiting for your approval")[1]
    await desk.press(INGRID, mine, "approve")
    await desk.settled(vip, "1 of 2")
    await desk.settled(mine, "1 of 2 have agreed", "Nothing else waits for your approval")
    late = await desk.press(INGRID, mine, "deny", action={"type": "Action.Execute", "verb": "deny", "data": {"id": first}})
    assert f"Ingrid Lund approved {first} already" in late.message


async def test_fourteen_fit_on_one_card_and_more_are_counted(desk: Desk) -> None:
    for person in cast.CROWD[:22]:
        own = await desk.say(HANNA, f"set mobile for {person.upn} +31 6 12345678")
        await desk.press(HANNA, own, "confirm")
    mine = await desk.say(INGRID, "pending")
    assert mine.verbs == ["approve", "deny"] * 14
    assert "and 8 more" in mine.text
    assert len(as_json(mine.card).encode()) < 25_000
    assert all(f"{person.name}" in mine.text and f"by {HANNA.name}" in mine.text for person in cast.CROWD[:14])
    assert "hour left" in mine.text or "minutes left" in mine.text
    hers = await desk.say(HANNA, "pending")
    assert "and 17 more" in hers.text


async def test_where_a_proof_failed_the_list_says_so_and_leads_to_the_card(database_url: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({AGENTS}))
    async with Desk(database_url, policy, APPROVAL_CHANNEL_ID=APPROVALS.id, **TELLING) as desk:
        own = await desk.say(HANNA, SET)
        await attest(desk, own, "in_person", 4)
        await desk.settled(own, "somebody else stood there")
        await attest(desk, own, "video", 0, SAM.upn)
        await desk.settled(own, "in the call with Sam Okafor")
        await desk.press(HANNA, own, "confirm")
        await approvers_card(desk, own.operation_id)
        mine = await desk.say(BRAM, "pending")
        assert "Proved by: Video call, in the call with Sam Okafor" in mine.text
        assert "Not proved: In person, somebody else stood there" in mine.text
        assert mine.verbs == ["view"]
        before = mine.message.card()
        opened = (await desk.press(BRAM, mine, "view")).card
        assert "somebody else stood there" in as_json(opened)
        assert [each["verb"] for each in walked(opened) if each.get("type") == "Action.Execute"].count("approve") == 1
        assert opened["refresh"]["action"]["data"] == {"id": own.operation_id, "kind": "opened"}
        assert mine.message.card() == before  # the chat keeps the list
        assert desk.trail()[-1].tag != "operation:request:approved"
        agreed = await desk.press(BRAM, mine, "approve", action=press("approve", own.operation_id))
        assert "You agreed: " in as_json(agreed.card)
        await desk.settled(own, "Done", "Bram Peeters")


async def test_a_typed_id_leads_to_the_card_and_agrees_to_nothing(desk: Desk) -> None:
    first, _, _ = await ask(desk)
    for line in (f"approve {first}", f"deny {first.lower()}", f"goedkeuren {first}"):
        card = await desk.say(INGRID, line)
        assert card.verbs == ["approve", "deny", "suspect"]
        assert "for Alice Jansen" in card.text
        assert "12345678" not in as_json(card.card)
    assert (await desk.say(HANNA, f"approve {first}")).verbs == ["cancel", "suspect"]
    assert first in (await desk.say(INGRID, "approve")).text
    for who, id in ((OSCAR, first), (INGRID, "7QXF")):
        refused = await desk.say(who, f"approve {id}")
        assert f"There is no request {id}, or it is not for you to decide." in refused.text
        assert "Alice" not in refused.text
    assert "personal chat" in (await desk.say(INGRID, f"approve {first}", APPROVALS)).text
    own = await desk.say(HANNA, f"status {first}")
    assert "Waiting for approval" in own.text
    listed = await desk.press(INGRID, card, "approve")
    assert f"You agreed: Set mobile phone for Alice Jansen ({first})" in str(listed.card)
    await desk.settled(own, "Done", "Ingrid Lund")
    assert "Done" in (await desk.say(INGRID, f"approve {first}")).text


async def test_whoever_may_not_decide_opens_nothing(desk: Desk) -> None:
    first, _, _ = await ask(desk)
    list_of = await desk.say(OSCAR, "pending")
    for id in (first, "7QXF"):
        shown = await desk.press(OSCAR, list_of, "view", action=press("view", id, kind="opened"))
        assert "Nothing waits for your approval" in as_json(shown.card)
        assert "Alice" not in as_json(shown.card)


async def test_in_a_channel_it_says_where_to_ask(desk: Desk) -> None:
    first, _, _ = await ask(desk)
    answer = await desk.say(INGRID, "pending", APPROVALS)
    assert "personal chat" in answer.text
    assert first not in answer.text

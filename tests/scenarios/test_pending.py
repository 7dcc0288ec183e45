"""`pending`: what waits for me, with buttons, and what I wait for."""

from __future__ import annotations

from simulator import cast
from tests.desk import APPROVALS, HANNA, OSCAR, SAM, Desk, as_json
from tests.scenarios.approving import INGRID, SET_VIP, ask, desk

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
    assert mine.verbs == ["approve", "approve", "deny"]  # executives' cards want a reason, and there is no room for it here
    pressed = await desk.press(INGRID, mine, "approve", action={"type": "Action.Execute", "verb": "approve", "data": {"id": first}})
    assert "Nothing" not in as_json(pressed.card)
    assert first not in as_json(pressed.card)
    assert second in as_json(pressed.card)
    await desk.settled(own, "Done", "Ingrid Lund")
    await desk.settled(card, "Done", "Ingrid Lund")
    await desk.settled(mine, second)
    assert first not in mine.text
    await desk.press(INGRID, mine, "approve")
    await desk.settled(vip, "1 of 2")
    await desk.settled(mine, "Nothing waits for your approval")
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


async def test_in_a_channel_it_says_where_to_ask(desk: Desk) -> None:
    first, _, _ = await ask(desk)
    answer = await desk.say(INGRID, "pending", APPROVALS)
    assert "personal chat" in answer.text
    assert first not in answer.text

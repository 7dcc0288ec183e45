"""What only takes access away works when it matters: past a freeze, a pause and the limits on changes; and Take back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simulator import cast
from simulator.entra.state import PhoneState
from tests.desk import BRAM, HANNA, OSCAR, SAM, Answer, Desk
from tests.scenarios.approving import approved, built_in
from tests.scenarios.example_policy import PolicyDesk

__all__ = ["built_in"]

NOOR, WOUT, MIA = (cast.person(name) for name in ("Noor Dekker", "Wout Wiersma", "Mia O'Brien"))
#: What takes access away, by whom it is tried on; who is blocked comes last.
CONTAINING = ((MIA, ("sign out", "disable sms sign-in for", "block")), (WOUT, ("revoke pass for",)))


@pytest.fixture
async def example(database_url: str) -> AsyncIterator[PolicyDesk]:
    async with PolicyDesk(database_url) as desk:
        yield desk


async def alert(desk: Desk, who: cast.Member, reader: cast.Member = SAM) -> Answer:
    """The red post in the log channel."""
    return Answer(desk, await desk.logged("Suspicious call", who.upn), reader)


async def suspected(desk: Desk, who: cast.Member, by: cast.Member = HANNA) -> Answer:
    """A suspicious call about somebody is reported; the alert."""
    card = await desk.say(by, f"show {who.upn}")
    await desk.press(by, card, "suspect")
    return await alert(desk, who)


@pytest.mark.parametrize("stopped_by", ["freeze", "pause", "limits"])
async def test_nothing_that_stops_changes_stops_taking_access_away(built_in: Desk, stopped_by: str) -> None:
    desk = built_in
    desk.entra.person(MIA.upn).phones["mobile"] = PhoneState("+353 851234567", "ready")
    if stopped_by == "pause":
        await desk.say(SAM, "pause because of an attack")
    for who, lines in CONTAINING:
        if stopped_by == "freeze":
            await suspected(desk, who)
        elif stopped_by == "limits":
            for number in range(5):
                card, _ = await approved(desk, f"set office for {who.upn} +31 20 765432{number}")
                await desk.settled(card, "Done")
            assert "is the limit" in (await desk.say(HANNA, f"set office for {who.upn} +31 20 7654329")).text
        for line in lines:
            done = await desk.change(HANNA, f"{line} {who.upn}")
            assert "approval" not in done.text, line


async def test_a_freeze_still_stops_everything_else(built_in: Desk) -> None:
    await suspected(built_in, MIA)
    changing = ("set mobile for mia +353 85 765 4321", "remove mobile for mia", "unblock mia", "pass for mia", "enable sms sign-in for mia")
    for line in changing:
        assert "is frozen until" in (await built_in.say(HANNA, line)).text, line


async def test_a_rule_that_names_the_action_may_demand_more_and_everything_else_does_not(example: PolicyDesk) -> None:
    await suspected(example, MIA)
    block = await example.say(HANNA, "block mia")
    assert "1 approval by Helpdesk seniors" in block.text
    await example.change(HANNA, "sign out mia")
    await example.change(HANNA, "sign out victoria crane")  # no rule says a word of it
    # For colleagues "*" lets seniors ask, and demands nothing of what takes access away.
    await example.change(SAM, "sign out bram peeters")
    for who in ("ada admin", "gus taylor", "emergency access"):
        assert "is protected" in (await example.say(SAM, f"sign out {who}")).text.replace("\\", "")
    assert "colleague of the helpdesk" in (await example.say(HANNA, "sign out bram peeters")).text


async def test_what_was_given_is_taken_back(built_in: Desk) -> None:
    """A stranger talks an agent into a first number and address; then the call seems odd."""
    await built_in.change(HANNA, "set mobile for noor +31 6 12345678")
    await built_in.change(HANNA, "set email for noor thief@mail.example")
    noor = built_in.entra.person(NOOR.upn)
    sessions = noor.sign_in.sessions_valid_from
    red = await suspected(built_in, NOOR)
    assert red.verbs == ["take_back"]
    pressed = await built_in.press(BRAM, red, "take_back")
    assert "taking back" in (pressed.message or "")
    await built_in.logged("Take back what", "Done")
    assert "email" not in {method.kind for method in noor.holding().methods}
    assert noor.sign_in.sessions_valid_from != sessions
    # The alert named the last request; the one before it has a card of its own.
    earlier = next(each for each in built_in.trail() if "set-phone" in str(each.facts)).operation_id
    forged = await built_in.teams.press(BRAM, red.message.id, "take_back", data={"id": earlier})
    assert "taking back" in (forged.message or "")
    await built_in.teams.wait_for(lambda _: not noor.phones)


async def test_a_pass_that_was_revealed_is_revoked(built_in: Desk) -> None:
    card, _ = await approved(built_in, "pass for mia")
    await built_in.settled(card, "Ready")
    await built_in.press(HANNA, card, "reveal")
    mia = built_in.entra.person(MIA.upn)
    assert mia.sign_in.temporary_pass
    red = await suspected(built_in, MIA)
    await built_in.press(SAM, red, "take_back")
    await built_in.logged("Take back what", "Done")
    assert mia.sign_in.temporary_pass is None
    assert set(mia.phones) == {"mobile"}  # it was hers before


async def test_whoever_reports_the_call_is_offered_it_too(built_in: Desk) -> None:
    await built_in.change(HANNA, "set mobile for noor +31 6 12345678")
    card = await built_in.say(BRAM, "show noor")
    await built_in.press(BRAM, card, "suspect")
    assert "take_back" in card.verbs
    await built_in.press(BRAM, card, "take_back")
    await built_in.logged("Take back what", "Done")
    assert built_in.phones(NOOR) == {}


async def test_what_somebody_changed_since_is_not_taken_back(built_in: Desk) -> None:
    await built_in.change(HANNA, "set mobile for noor +31 6 12345678")
    built_in.entra.person(NOOR.upn).phones["mobile"] = PhoneState("+31 699999999", "notEnabled")
    await built_in.press(BRAM, await suspected(built_in, NOOR), "take_back")
    await built_in.logged("Take back what", "Done")
    assert built_in.phones(NOOR) == {"mobile": "+31 699999999"}


async def test_it_is_offered_only_for_what_gave_something_lately(built_in: Desk) -> None:
    await built_in.change(HANNA, "sign out mia")
    assert (await suspected(built_in, MIA)).verbs == []
    await built_in.change(HANNA, "set mobile for noor +31 6 12345678")
    built_in.clock.forward(hours=25)
    assert (await suspected(built_in, NOOR)).verbs == []


async def test_who_may_not_report_a_call_takes_nothing_back_and_learns_nothing(built_in: Desk) -> None:
    await built_in.change(HANNA, "set mobile for noor +31 6 12345678")
    red = await suspected(built_in, NOOR)
    known = await built_in.press(OSCAR, red, "take_back")
    unknown = await built_in.teams.press(OSCAR, red.message.id, "take_back", data={"id": "ZZZZ"})
    said = [str(answer.message).partition(" (why ")[0] for answer in (known, unknown)]
    assert said[0] == said[1]
    assert "helpdesk group" in said[0]
    assert built_in.phones(NOOR) == {"mobile": "+31 612345678"}


async def test_several_presses_at_once_leave_one_state(built_in: Desk) -> None:
    await built_in.change(HANNA, "set mobile for noor +31 6 12345678")
    red = await suspected(built_in, NOOR)
    await asyncio.gather(*(built_in.press(who, red, "take_back") for who in (HANNA, BRAM, SAM)))
    await built_in.logged("Take back what", "Done")
    await built_in.teams.wait_for(lambda _: built_in.phones(NOOR) == {})
    removals = [write for write in built_in.entra.writes if write.what == "phone.delete"]
    assert len(removals) == 1

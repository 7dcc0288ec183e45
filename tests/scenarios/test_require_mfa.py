"""Per-user MFA: off unless a setting says otherwise, and honest about what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import cast
from simulator.entra import Fault
from tests.desk import BRAM, HANNA, OMAR, Answer, Desk
from tests.scenarios.approving import ask

GERT = cast.person("Gert Brandt")
WIDE = "Policy.ReadWrite.AuthenticationMethod"
REQUIREMENTS = "authentication/requirements"


@pytest.fixture
async def switched_on(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(database_url, PER_USER_MFA="on")
    desk.entra.grant(cast.GRAPH_APP_ID, WIDE)
    async with desk:
        yield desk


def state_of(desk: Desk, who: cast.Member) -> str:
    return desk.entra.person(who.upn).sign_in.per_user_mfa


async def agreed(desk: Desk, line: str) -> Answer:
    """Asked for by Hanna, approved by Bram: her card."""
    _, own, card = await ask(desk, line)
    await desk.press(BRAM, card, "approve")
    return own


async def test_switched_off_it_says_how_to_switch_it_on_and_reads_nothing(desk: Desk) -> None:
    answer = await desk.say(HANNA, "require mfa for omar on")
    assert "PER_USER_MFA=on" in answer.text
    assert "Conditional Access" in answer.text
    assert WIDE in answer.text.replace("\u200b", "")
    assert answer.verbs == []
    await desk.say(HANNA, "show omar")
    assert not any(REQUIREMENTS in request.path for request in desk.entra.requests)


async def test_it_is_shown_switched_with_a_second_persons_agreement_and_read_back(switched_on: Desk) -> None:
    desk = switched_on
    assert "enforced" in (await desk.say(HANNA, "show gert brandt")).text
    answer = await desk.say(HANNA, "require mfa for gert brandt off")
    assert "sign-in policy of the whole tenant" in answer.text
    assert "Conditional Access is the modern way" in answer.text
    assert "the password alone" in answer.text
    await desk.settled(await agreed(desk, "require mfa for gert brandt off"), "Done")
    assert state_of(desk, GERT) == "disabled"


async def test_enabled_becomes_enforced_by_itself_and_that_is_a_success(switched_on: Desk) -> None:
    desk = switched_on
    await desk.settled(await agreed(desk, "require mfa for omar on"), "Done", "read back")
    assert state_of(desk, OMAR) == "enforced"
    assert [write.what for write in desk.entra.writes] == ["mfa.update"]


@pytest.mark.parametrize("line", ["require mfa for gert brandt on", "require mfa for gert brandt enforced", "require mfa for omar off"])
async def test_there_is_nothing_to_do(switched_on: Desk, line: str) -> None:
    answer = await switched_on.say(HANNA, line)
    assert "nothing to do" in answer.text
    assert (answer.verbs, switched_on.entra.writes) == ([], [])


async def test_a_missing_permission_is_named(switched_on: Desk) -> None:
    desk = switched_on
    desk.entra.revoke(cast.GRAPH_APP_ID, WIDE)
    answer = await desk.say(HANNA, "require mfa for omar on")
    assert "Policy.Read.All is missing" in answer.text
    shown = await desk.say(HANNA, "show omar")
    assert "per-user MFA (needs the permission Policy.Read.All)" in shown.text


async def test_throttled_and_cut_off_writes_end_well(switched_on: Desk) -> None:
    desk = switched_on
    desk.entra.faults.add(Fault(effect="throttle", method="PATCH", path=REQUIREMENTS, retry_after=1, times=1))
    desk.entra.faults.add(Fault(effect="drop", method="PATCH", path=REQUIREMENTS, after=True, times=1))
    await desk.settled(await agreed(desk, "require mfa for omar enforced"), "Done")
    assert (state_of(desk, OMAR), len(desk.entra.writes)) == ("enforced", 1)

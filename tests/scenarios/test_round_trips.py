"""How often somebody who waits has to wait for Entra ID, counted in what it is asked at the same time; and what that must not change.

Everything that Graph is asked is held until all that is to be asked beside it is there. Were one thing asked after another, the second
would never come.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot import bootstrap
from bot.services.execute import execute as execute_operation
from simulator import cast
from simulator.entra import Fault
from simulator.entra.state import PhoneState
from tests.desk import ALICE, BRAM, HANNA, OMAR, OSCAR, Answer, Desk, MovableClock
from tests.scenarios.approving import approvers_card
from tests.scenarios.bulking import until
from tests.scenarios.passes import PASS, code, ready

SET, REMOVE = "set office for alice +31 20 7654321", "block omar"
NOT_HELPDESK = "not in the helpdesk group"


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still unless a test moves it, so that no answer grows old on a machine with much to do."""
    began = MovableClock()()
    monkeypatch.setattr(MovableClock, "__call__", lambda clock: began + clock.ahead)


class Rounds:
    """Lets Graph answer round by round; one HTTP request counts as one, whatever is in it."""

    def __init__(self, desk: Desk) -> None:
        self._entra = desk.entra
        self._entra.requests.clear()
        self._counts: list[int] = []
        self._hold()

    def _hold(self) -> None:
        writes = r"/authentication/\w+Methods(/[^/]+)?$|/users/[^/]+$"
        self._held = [self._entra.faults.add(Fault(effect="hold", path="/v1.0/$batch"))]
        self._held += [self._entra.faults.add(Fault(effect="hold", method=method, path=writes, regex=True)) for method in ("POST", "PATCH")]

    async def arrived(self, count: int) -> None:
        """So many are held."""
        await until(lambda: sum(fault.fired for fault in self._held) >= count)

    async def let_through(self, *counts: int) -> None:
        """Rounds of so many requests each, no less."""
        for count in counts:
            await self.arrived(count)
            self._entra.faults.clear()
            self._hold()
            self._counts.append(count)

    def over(self) -> None:
        """Nothing is held any more."""
        self._entra.faults.clear()

    def check(self) -> None:
        """Nothing else was asked."""
        assert [request.path for request in self._entra.requests if not request.in_batch][sum(self._counts) :] == []


def about(desk: Desk, who: cast.Member) -> int:
    return sum(who.id in request.path for request in desk.entra.requests)


def leave(desk: Desk, who: cast.Member) -> None:
    desk.entra.tenant.leave(desk.entra.group("Helpdesk"), who.id)


async def asked(desk: Desk) -> tuple[Answer, Answer]:
    """What waits for Bram, who has looked at what waits for him."""
    own = await desk.say(HANNA, REMOVE)
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, own.operation_id)
    await desk.say(BRAM, "pending")
    return own, card


async def test_from_confirm_to_done_takes_four(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    desk.naps.clear()
    rounds = Rounds(desk)
    press = asyncio.create_task(desk.press(HANNA, own, "confirm"))
    await rounds.let_through(1, 2, 1, 1)  # gate; account and rights; the write; what it did
    await press
    await desk.settled(own, "Done")
    rounds.check()
    assert [nap for nap in desk.naps if nap >= 0.5] == []


async def test_from_the_last_approval_to_done_takes_four(desk: Desk) -> None:
    own, card = await asked(desk)
    rounds = Rounds(desk)
    press = asyncio.create_task(desk.press(BRAM, card, "approve"))
    await rounds.let_through(4)  # gate, requester, account, marks
    await rounds.let_through(3, 1, 1)  # account, requester and approver anew; the write; what it did
    await press
    await desk.settled(own, "Done")
    rounds.check()


async def test_from_the_last_approval_to_reveal_takes_one_and_from_there_to_the_code_two(desk: Desk) -> None:
    own = await desk.say(HANNA, PASS)
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, own.operation_id)
    await desk.say(BRAM, "pending")
    rounds = Rounds(desk)
    press = asyncio.create_task(desk.press(BRAM, card, "approve"))
    await rounds.let_through(4)
    await press
    await desk.settled(own, "Ready: press Reveal")
    rounds.check()
    rounds = Rounds(desk)
    press = asyncio.create_task(desk.press(HANNA, own, "reveal"))
    await rounds.let_through(4, 1)  # gate, account, approver, terms and pass; the pass
    told = await press
    assert code(desk) in str(told.card)
    rounds.check()


async def test_for_a_confirmation_that_is_refused_nothing_is_asked_about_the_account(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    leave(desk, HANNA)
    desk.entra.requests.clear()
    told = await desk.press(HANNA, own, "confirm")
    assert NOT_HELPDESK in told.message
    assert about(desk, ALICE) == 0
    assert own.verbs == ["confirm", "cancel", "suspect"]
    assert desk.entra.writes == []


async def test_a_reveal_that_is_refused_makes_nothing(desk: Desk) -> None:
    own = await ready(desk)
    before = len(desk.trail())
    leave(desk, HANNA)
    desk.entra.faults.add(Fault(effect="hold", path=f"/users/{OMAR.id}"))
    told = await desk.press(HANNA, own, "reveal")
    assert NOT_HELPDESK in told.message
    desk.entra.faults.clear()
    assert [row.tag for row in desk.trail()[before:]] == ["chat:card:refused"]
    assert desk.entra.writes == []


async def test_for_whoever_never_had_rights_nothing_is_asked_of_anybody_else(desk: Desk) -> None:
    own, card = await asked(desk)
    desk.entra.requests.clear()
    forged = {"type": "Action.Execute", "verb": "approve", "data": {"id": own.operation_id}}
    assert "Only members of the helpdesk group" in (await desk.press(OSCAR, card, "approve", action=forged)).message
    assert about(desk, OSCAR)
    assert about(desk, OMAR) == about(desk, HANNA) == 0


async def test_an_account_that_comes_late_is_not_written_with_rights_from_before(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    desk.entra.requests.clear()
    held = desk.entra.faults.add(Fault(effect="hold", path=f"/users/{ALICE.id}"))
    await desk.press(HANNA, own, "confirm")
    await until(lambda: sum("checkMemberGroups" in request.path for request in desk.entra.requests) == 2)  # gate and look
    await desk.say(BRAM, "show omar")  # whatever was answered has been heard by now
    assert held.fired
    leave(desk, HANNA)
    desk.later(seconds=2)
    desk.entra.faults.clear()
    await desk.settled(own, "Failed", "Nothing was changed")
    assert desk.entra.writes == []


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set nothing is carried out that was confirmed."""
    opened = asyncio.Event()

    async def executed(*given: Any) -> None:
        await opened.wait()
        await execute_operation(*given)

    monkeypatch.setattr(bootstrap, "execute", executed)
    return opened


@pytest.mark.parametrize("what", ["rights", "number", "protection"])
async def test_what_begins_late_is_looked_at_anew(desk: Desk, gate: asyncio.Event, what: str) -> None:
    own = await desk.say(HANNA, SET)
    await desk.press(HANNA, own, "confirm")
    await desk.say(BRAM, "show omar")
    match what:
        case "rights":
            leave(desk, HANNA)
        case "number":
            desk.entra.person(ALICE.upn).phones |= {"office": PhoneState("+31 20 1112223")}
        case "protection":
            desk.entra.person(ALICE.upn).management_restricted = True
    desk.later(seconds=2)
    gate.set()
    await desk.settled(own, "Out of date" if what == "number" else "Failed")
    assert desk.entra.writes == []


async def test_the_look_back_says_what_it_could_not_see(desk: Desk) -> None:
    own = await desk.say(HANNA, SET)
    rounds = Rounds(desk)
    press = asyncio.create_task(desk.press(HANNA, own, "confirm"))
    await rounds.let_through(1, 2, 1)
    await press
    await rounds.arrived(1)
    account = desk.entra.tenant.people.pop(ALICE.id)
    rounds.over()
    await desk.settled(own, "Partly done", "I cannot tell whether the change was made")
    desk.entra.tenant.people[ALICE.id] = account
    assert len(desk.entra.writes) == 1


async def test_what_is_written_again_is_looked_at_anew(desk: Desk) -> None:
    """Entra drops the write, and whoever asked loses the right before it is tried again."""
    own = await desk.say(HANNA, SET)
    rounds = Rounds(desk)
    press = asyncio.create_task(desk.press(HANNA, own, "confirm"))
    await rounds.let_through(1, 2)
    dropped = desk.entra.faults.add(Fault(effect="drop", method="POST", path="/phoneMethods", times=1))
    await press
    await until(lambda: bool(dropped.fired))
    leave(desk, HANNA)
    await rounds.let_through(1, 2)
    await desk.settled(own, "Partly done", "I cannot tell whether the change was made")
    rounds.check()
    assert desk.entra.writes == []

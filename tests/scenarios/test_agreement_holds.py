"""Somebody agreed and may not any more: before the next press, Reveal, the change, a file's start, and after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import bootstrap
from bot.domain.audit import Tag
from bot.domain.rules import Ground, Policy, Rule
from bot.services.bulk.crew import Crew
from bot.services.execute import execute as execute_operation
from simulator.entra import Fault
from tests.desk import HANNA, SAM, Answer, Desk
from tests.scenarios.approving import AGENTS, EXECUTIVES, INGRID, SENIORS, approvers_card, told
from tests.scenarios.bulking import confirmed, many, people_of, state, states, until, writes
from tests.scenarios.passes import come

ONE = Rule(name="One senior", ask=frozenset({AGENTS}), approvals=1, approve=frozenset({SENIORS}))
POLICY = Policy(
    rules=(ONE, replace(ONE, name="Two for executives", targets=frozenset({Ground.VIP}), approvals=2)),
    names={AGENTS: "Helpdesk", SENIORS: "Helpdesk seniors"},
    vip=frozenset({EXECUTIVES}),
    helpdesk=frozenset({AGENTS}),
)
LINES = many(6)


def removed(desk: Desk) -> None:
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk seniors"), INGRID.id)


def disabled(desk: Desk) -> None:
    desk.entra.person(INGRID.upn).account_enabled = False


def deleted(desk: Desk) -> None:
    del desk.entra.tenant.people[INGRID.id]


def made_a_guest(desk: Desk) -> None:
    desk.entra.person(INGRID.upn).user_type = "Guest"


#: How Ingrid loses what her agreement rests on, and what is said of it.
LOST: dict[str, tuple[Callable[[Desk], None], str]] = {
    "removed": (removed, "Ingrid Lund agreed to this, and is no member of Helpdesk seniors any more."),
    "disabled": (disabled, "Ingrid Lund agreed to this, and that account is disabled by now."),
    "deleted": (deleted, "Ingrid Lund agreed to this, and that account no longer exists in Entra ID."),
    "guest": (made_a_guest, "Ingrid Lund agreed to this, and that account is a guest by now."),
}
SEND_AGAIN = "has to be asked for anew. Nothing was"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """One senior agrees, two where it is about an executive; a file asks after two rows."""
    async with Desk(database_url, POLICY, BULK_CANARY="2") as desk:
        yield desk


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set nothing is carried out that was agreed to."""
    opened, execute, work = asyncio.Event(), execute_operation, Crew.work

    async def executed(*given: Any) -> None:
        await opened.wait()
        await execute(*given)

    async def worked(crew: Crew) -> None:
        await opened.wait()
        await work(crew)

    monkeypatch.setattr(bootstrap, "execute", executed)
    monkeypatch.setattr(Crew, "work", worked)
    return opened


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Crew]:
    """Gets whoever looked whether a job goes on."""
    looked, look = [], Crew._look

    async def noted(crew: Crew) -> None:
        await look(crew)
        looked.append(crew)

    monkeypatch.setattr(Crew, "_look", noted)
    return looked


async def asked(desk: Desk, line: str) -> tuple[Answer, Answer]:
    """A request that waits for approval: its requester's card and the approvers'."""
    own = await desk.say(HANNA, line)
    operation_id = own.operation_id
    await desk.press(HANNA, own, "confirm")
    return own, await approvers_card(desk, operation_id)


def unreadable(desk: Desk, effect: str = "unavailable", **more: Any) -> Fault:
    """Entra ID cannot say whether Ingrid still may."""
    return desk.entra.faults.add(Fault(effect=effect, path=f"/users/{INGRID.id}", **more))


SET, REMOVE, PASS = "set mobile for victoria +44 7400 654321", "remove office for omar", "pass for omar"
ways = pytest.mark.parametrize(("lose", "said"), LOST.values(), ids=LOST)


@ways
async def test_the_first_of_two_before_the_second_press(desk: Desk, lose: Callable[[Desk], None], said: str) -> None:
    own, card = await asked(desk, SET)
    await desk.press(INGRID, card, "approve")
    fault = unreadable(desk)
    assert "Nothing was changed" in (await desk.press(SAM, card, "approve")).message
    assert fault.fired
    desk.entra.faults.clear()
    lose(desk)
    pressed = await desk.press(SAM, card, "approve", action={"type": "Action.Execute", "verb": "approve", "data": {"id": own.operation_id}})
    assert said in pressed.message
    await desk.settled(own, "Failed", said, SEND_AGAIN)
    await desk.settled(card, "Failed", said)
    await told(desk, HANNA, "Not carried out", said)
    assert [row.tag for row in desk.trail()].count(Tag.OPERATION_WITHDRAWN) == 1
    assert desk.entra.writes == []


@ways
@pytest.mark.parametrize("line", [SET, REMOVE], ids=["the first of two", "the only one"])
async def test_before_the_change(desk: Desk, gate: asyncio.Event, line: str, lose: Callable[[Desk], None], said: str) -> None:
    own, card = await asked(desk, line)
    await desk.press(INGRID, card, "approve")
    if line is SET:
        await desk.press(SAM, card, "approve")
    lose(desk)
    gate.set()
    await desk.settled(own, "Failed", said, SEND_AGAIN)
    await desk.settled(card, "Failed", said)
    await told(desk, HANNA, "Not carried out", said)
    await desk.logged("Failed", said)
    assert desk.entra.writes == []


@pytest.mark.parametrize(("effect", "more"), [("unavailable", {"times": 8}), ("throttle", {"times": 2, "retry_after": 0.1})])
async def test_before_the_change_what_cannot_be_read_is_waited_for(desk: Desk, gate: asyncio.Event, effect: str, more: Any) -> None:
    own, card = await asked(desk, REMOVE)
    await desk.press(INGRID, card, "approve")
    fault = unreadable(desk, effect, **more)
    gate.set()
    await desk.settled(own, "Done", "Ingrid Lund")
    assert fault.fired == more["times"]
    assert len(desk.entra.writes) == 1


async def test_before_the_change_what_can_never_be_read_is_never_done(desk: Desk, gate: asyncio.Event) -> None:
    own, card = await asked(desk, REMOVE)
    await desk.press(INGRID, card, "approve")
    unreadable(desk)
    gate.set()
    await desk.settled(own, "Failed", "does not answer properly", "Nothing was changed")
    assert desk.entra.writes == []


@ways
async def test_before_reveal(desk: Desk, lose: Callable[[Desk], None], said: str) -> None:
    own, card = await asked(desk, PASS)
    await desk.press(INGRID, card, "approve")
    own = await come(desk, own, own.operation_id)
    unreadable(desk)
    assert "Nothing was changed" in (await desk.press(HANNA, own, "reveal")).message
    desk.entra.faults.clear()
    lose(desk)
    pressed = await desk.press(HANNA, own, "reveal")
    assert f"{own.operation_id} has ended. {said}" in pressed.message
    await desk.settled(own, "Failed", said, SEND_AGAIN)
    await desk.settled(card, "Failed", said)
    assert desk.entra.writes == []


async def test_reveal_goes_on_once_entra_can_say(desk: Desk) -> None:
    own, card = await asked(desk, PASS)
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "Ready: press Reveal")
    fault = unreadable(desk)
    assert "Nothing was changed" in (await desk.press(HANNA, own, "reveal")).message
    assert fault.fired
    desk.entra.faults.clear()
    assert (await desk.press(HANNA, own, "reveal")).card is not None
    assert [write.what for write in desk.entra.writes] == ["pass.create"]


@ways
async def test_before_a_file_starts(desk: Desk, gate: asyncio.Event, lose: Callable[[Desk], None], said: str) -> None:
    job_id, own, card = await confirmed(desk, *LINES)
    await desk.press(INGRID, card, "approve")
    lose(desk)
    gate.set()
    await desk.settled(own, "Failed", said, SEND_AGAIN)
    await told(desk, HANNA, job_id, said)
    await desk.logged(job_id, said)
    assert (state(desk, job_id), set(states(desk, job_id))) == ("failed", {"cancelled"})
    assert desk.entra.writes == []


@pytest.mark.parametrize(("effect", "more"), [("unavailable", {}), ("throttle", {"retry_after": 0.1})])
async def test_before_a_file_starts_what_cannot_be_read_is_waited_for(desk: Desk, gate: asyncio.Event, effect: str, more: Any) -> None:
    job_id, own, card = await confirmed(desk, *LINES)
    await desk.press(INGRID, card, "approve")
    fault = unreadable(desk, effect, **more)
    gate.set()
    await until(lambda: fault.fired > 3)
    assert (state(desk, job_id), set(states(desk, job_id)), desk.entra.writes) == ("running", {"queued"}, [])
    desk.entra.faults.clear()
    await desk.settled(own, "The first rows are done: go on?")
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Done", "6 rows done.")


@ways
async def test_after_the_answer_about_the_first_rows(desk: Desk, lose: Callable[[Desk], None], said: str) -> None:
    job_id, own, card = await confirmed(desk, *LINES)
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "The first rows are done: go on?")
    lose(desk)
    await desk.press(HANNA, own, "go_on")
    await desk.settled(own, "Finished at", said, "2 rows done.", "4 rows were stopped")
    await told(desk, HANNA, job_id, said)
    assert states(desk, job_id) == ["succeeded"] * 2 + ["cancelled"] * 4
    assert sum(writes(desk).values()) == 2


@pytest.mark.parametrize("paused", ["the job", "doorman"])
@pytest.mark.parametrize("fate", ["removed", "kept"])
async def test_after_a_pause(desk: Desk, looks: list[Crew], paused: str, fate: str) -> None:
    job_id, own, card = await confirmed(desk, *LINES)
    await desk.press(INGRID, card, "approve")
    await desk.settled(own, "The first rows are done: go on?")
    last = desk.entra.faults.add(Fault(effect="hold", path=f"/users/{people_of(LINES)[-1].id}"))
    await desk.press(HANNA, own, "go_on")
    await until(lambda: bool(last.fired))  # rows are taken, and at least one is not written
    if paused == "the job":
        await desk.press(HANNA, own, "hold")
        await desk.settled(own, "Paused by Hanna Visser")
    else:
        await desk.say(SAM, "pause")
        await desk.settled(own, "Waiting: Doorman is paused")
    looks.clear()
    await until(lambda: len(looks) > 1)  # the crew has seen it
    desk.entra.faults.clear()
    await until(lambda: "running" not in states(desk, job_id))
    before = sum(writes(desk).values())
    fault = unreadable(desk)
    if paused == "the job":
        await desk.press(HANNA, own, "go_on")
    else:
        await desk.say(SAM, "resume")
    await until(lambda: bool(fault.fired))
    assert sum(writes(desk).values()) == before < 6
    if fate == "removed":
        removed(desk)
    desk.entra.faults.clear()
    if fate == "kept":
        await desk.settled(own, "Done", "6 rows done.")
        return
    await desk.settled(own, "Finished at", LOST["removed"][1], f"{before} rows done.", "stopped before")
    assert sum(writes(desk).values()) == before

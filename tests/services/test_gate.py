"""The gate as people meet it: who may order, when that is looked up again, and whose accounts are out of reach."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.people import Actor, Person, Standing
from bot.domain.policy import Groups
from bot.services import asking
from bot.services.gate import Gate
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, NADIA, OMAR, OSCAR, SAM, Desk
from tests.services.conftest import Trail

pytestmark = pytest.mark.asyncio(loop_scope="module")

SET = "set mobile for alice +31 6 12345678"
GUS, ADA, THEO, STRANGER = cast.person("Gus Taylor (Adatum)"), cast.person("Ada Admin"), cast.person("Theo Roth"), cast.STRANGER
NOT_HELPDESK = "not in the helpdesk group"
CHECK = "checkMemberGroups"


def asked(desk: Desk, who: cast.Member) -> int:
    """How often Entra was asked for somebody's groups."""
    return sum(CHECK in request.path and who.id in request.path for request in desk.entra.requests)


def looked_at(desk: Desk, who: cast.Member) -> int:
    """How often anything was asked about somebody."""
    return sum(who.id in request.path for request in desk.entra.requests)


def leave(desk: Desk, who: str, group: str = "Helpdesk") -> None:
    desk.entra.tenant.leave(desk.entra.group(group), who)


async def test_membership_may_be_nested(desk: Desk) -> None:
    assert "Alice Jansen" in (await desk.say(NADIA, "show alice")).text
    leave(desk, desk.entra.group("Helpdesk evening").id)
    desk.clock.forward(seconds=61)
    assert NOT_HELPDESK in (await desk.say(NADIA, "show alice")).text


async def test_membership_is_remembered_for_a_minute_and_no_longer(desk: Desk) -> None:
    for _ in range(3):
        assert "Alice Jansen" in (await desk.say(HANNA, "show alice")).text
        desk.clock.forward(seconds=19)
    assert asked(desk, HANNA) == 1
    leave(desk, HANNA.id)
    assert "Alice Jansen" in (await desk.say(HANNA, "show alice")).text
    desk.clock.forward(seconds=10)
    assert NOT_HELPDESK in (await desk.say(HANNA, "show alice")).text


async def test_a_new_member_gets_in_after_a_minute(desk: Desk) -> None:
    assert NOT_HELPDESK in (await desk.say(OSCAR, "show alice")).text
    desk.entra.tenant.join(desk.entra.group("Helpdesk"), OSCAR.id)
    desk.clock.forward(seconds=61)
    assert "Alice Jansen" in (await desk.say(OSCAR, "show alice")).text


FAULTS: dict[str, dict[str, Any]] = {
    "403": {"effect": "forbidden", "path": CHECK},
    "429": {"effect": "throttle", "path": CHECK, "retry_after": 0.01},
    "503": {"effect": "unavailable", "path": CHECK},
    "504": {"effect": "gateway_timeout", "path": CHECK},
    "401": {"effect": "unauthorized", "path": "/v1.0/"},
    "connection drops": {"effect": "drop", "path": "/v1.0/$batch"},
    "garbage": {"effect": "garbage", "path": "/v1.0/$batch"},
    "empty": {"effect": "empty", "path": "/v1.0/$batch"},
    "empty in the batch": {"effect": "empty", "path": CHECK},
    "garbage in the batch": {"effect": "garbage", "path": CHECK},
}


@pytest.mark.parametrize("name", FAULTS)
async def test_when_entra_cannot_say_nobody_gets_in(desk: Desk, trail: Trail, name: str) -> None:
    fault, before = desk.entra.faults.add(Fault(**FAULTS[name])), looked_at(desk, ALICE)
    answer = await desk.say(HANNA, SET)
    assert fault.fired
    assert "Nothing was changed" in answer.text
    assert answer.verbs == []
    assert looked_at(desk, ALICE) == before
    assert [event[:2] for event in trail()] == [("chat:command:refused", HANNA.id)]


@pytest.mark.parametrize("name", FAULTS)
async def test_when_entra_cannot_say_at_the_press_nothing_is_confirmed(desk: Desk, trail: Trail, name: str) -> None:
    answer = await desk.say(HANNA, SET)
    fault = desk.entra.faults.add(Fault(**FAULTS[name]))
    told = await desk.press(HANNA, answer, "confirm")
    assert fault.fired
    assert "Nothing was changed" in told.message
    assert trail()[-1][:2] == ("chat:card:refused", HANNA.id)
    desk.entra.faults.clear()
    desk.clock.forward(minutes=1)
    await desk.press(HANNA, answer, "cancel")  # the card is still good


async def test_when_entra_is_too_slow_nobody_gets_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST_SECONDS", 0.2)
    desk.entra.faults.add(Fault(effect="hold", path=CHECK))
    answer = await desk.say(HANNA, SET)
    assert "Nothing was changed" in answer.text
    assert answer.verbs == []


@pytest.mark.parametrize("style", ["execute", "submit"])
@pytest.mark.parametrize("verb", ["confirm", "cancel"])
async def test_who_left_the_group_between_card_and_press_is_refused(desk: Desk, trail: Trail, verb: str, style: str) -> None:
    answer = await desk.say(HANNA, SET)
    leave(desk, HANNA.id)
    told = await desk.press(HANNA, answer, verb, style=style)
    assert NOT_HELPDESK in (told.message or str(desk.teams.thread(HANNA)[-1].card()))
    assert trail()[-1] == ("chat:card:refused", HANNA.id, "not_in_helpdesk_group")
    assert answer.verbs == ["confirm", "cancel", "suspect"]
    assert desk.phones(ALICE) == {}
    assert NOT_HELPDESK in (await desk.say(HANNA, "show alice")).text  # and what the press found out holds at once


async def test_who_was_disabled_between_card_and_press_is_refused(desk: Desk, trail: Trail) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.person(HANNA.upn).account_enabled = False
    told = await desk.press(HANNA, answer, "confirm")
    assert "Your account is disabled" in told.message
    assert trail()[-1] == ("chat:card:refused", HANNA.id, "disabled_account")


async def test_whose_account_is_gone_is_refused_at_the_press(desk: Desk, trail: Trail) -> None:
    answer = await desk.say(HANNA, SET)
    account = desk.entra.tenant.people.pop(HANNA.id)
    try:
        told = await desk.press(HANNA, answer, "confirm")
        assert "so I can do nothing for it" in told.message
        assert trail()[-1][:2] == ("chat:card:refused", HANNA.id)
    finally:
        desk.entra.tenant.people[HANNA.id] = account


async def test_a_pick_is_a_press_too(desk: Desk, trail: Trail) -> None:
    answer = await desk.say(HANNA, "set mobile for Jan de Vries +31 6 12345678")
    assert set(answer.verbs) == {"choose"}
    leave(desk, HANNA.id)
    told = await desk.press(HANNA, answer, "choose")
    assert NOT_HELPDESK in told.message
    assert trail()[-1] == ("chat:card:refused", HANNA.id, "not_in_helpdesk_group")


async def test_a_pick_that_entra_cannot_answer_may_be_made_again(desk: Desk) -> None:
    answer = await desk.say(HANNA, "show Jan de Vries")
    desk.entra.faults.add(Fault(effect="unavailable", path="/v1.0/"))
    told = (await desk.press(HANNA, answer, "choose")).message
    assert "does not answer properly" in told
    assert "changed" not in told  # it was only to be shown
    desk.entra.faults.clear()
    assert (await desk.press(HANNA, answer, "choose")).card


@pytest.mark.parametrize(
    ("who", "line", "reason", "code"),
    [
        (OSCAR, SET, NOT_HELPDESK, "not_in_helpdesk_group"),
        (GUS, "help", "Guests of this organisation cannot use me", "guest_or_bot"),
        (HANNA, "log here", "Only Doorman's administrators", "not_in_admin_group"),
        (HANNA, "approvals here", "Only Doorman's administrators", "not_in_admin_group"),
        (HANNA, "set mobile for hanna +31 6 12345678", "nobody changes their own", "own_account"),
        (HANNA, "remove mobile for hanna.visser@fabrikam.example", "nobody changes their own", "own_account"),
        (HANNA, "set mobile for ada +31 6 12345678", "Ada Admin is protected: Global Administrator.", "privileged_target"),
        (HANNA, "enable sms sign-in for ada", "Ada Admin is protected", "privileged_target"),
        (HANNA, "set mobile for theo +31 6 12345678", "Theo Roth is protected: Privileged Role Administrator.", "privileged_target"),
        (HANNA, "set mobile for gus +31 6 12345678", "as a guest account or an external member", "guest_target"),
        (SAM, "set mobile for ada +31 6 12345678", "Ada Admin is protected", "privileged_target"),
    ],
)
async def test_refusals_come_before_any_card_and_are_recorded(
    desk: Desk, trail: Trail, who: cast.Member, line: str, reason: str, code: str
) -> None:
    answer = await desk.say(who, line, HELPDESK if line.endswith(" here") else None)
    assert reason in answer.text
    assert answer.verbs == []
    assert trail() == [("chat:command:refused", who.id, code)]
    assert desk.entra.writes == []


@pytest.mark.parametrize("how", ["role of its own", "role-assignable group", "nested group with a role", "restricted unit"])
async def test_protected_accounts_are_shown_but_not_changed(desk: Desk, how: str) -> None:
    person, tenant = desk.entra.person(OMAR.upn), desk.entra.tenant
    if how == "role of its own":
        person.roles = ["Helpdesk Administrator"]
    elif how == "role-assignable group":
        group = desk.entra.group("Tier 0 operators")
        group.roles, roles = [], group.roles
        tenant.join(group, OMAR.id)
    elif how == "nested group with a role":
        tenant.join(desk.entra.group("Executives"), OMAR.id)
        tenant.join(desk.entra.group("Tier 0 operators"), desk.entra.group("Executives").id)
    else:
        person.management_restricted = True
    try:
        refused = await desk.say(HANNA, "remove office for omar")
        assert "Omar Farouk is protected" in refused.text
        assert refused.verbs == []
        shown = await desk.say(HANNA, "show omar")
        assert OMAR.upn in shown.text
        assert "protected" in shown.text
    finally:
        if how == "role-assignable group":
            desk.entra.group("Tier 0 operators").roles = roles


async def test_what_hides_privileges_counts_as_protection(desk: Desk) -> None:
    """While groups or roles cannot be read, for whatever reason, nobody can tell, so nothing is changed."""
    for path in ("transitiveMemberOf", "roleAssignments"):
        desk.entra.faults.add(Fault(effect="forbidden", path=path))
        answer = await desk.say(HANNA, SET)
        assert answer.verbs == []
        assert "does not answer properly" in answer.text
        desk.entra.faults.clear()


async def test_people_of_another_tenant_are_turned_away(desk: Desk, trail: Trail) -> None:
    message = await desk.teams.say(STRANGER, SET)
    assert message.delivered == 403
    assert [one.by_bot for one in desk.teams.thread(STRANGER)] == [False, True]
    assert "another organisation" in str(desk.teams.thread(STRANGER)[-1].card())
    assert trail() == []
    assert looked_at(desk, STRANGER) == 0


async def test_a_disabled_agent_is_refused(desk: Desk) -> None:
    desk.entra.person(BRAM.upn).account_enabled = False
    assert "Your account is disabled" in (await desk.say(BRAM, "help")).text


async def test_a_card_cannot_be_looked_at_by_guessing_its_id(desk: Desk, trail: Trail) -> None:
    answer = await desk.say(HANNA, SET)
    look = {"type": "Action.Execute", "verb": "refresh", "data": {"id": answer.operation_id}}
    told = await desk.press(OSCAR, answer, "refresh", action=look)
    assert told.card is None
    assert NOT_HELPDESK in told.message
    assert trail()[-1] == ("chat:card:refused", OSCAR.id, "not_in_helpdesk_group")
    colleague = await desk.press(BRAM, answer, "refresh", action=look)
    assert "12345678" not in str(colleague.card).replace(" ", "")
    own = await desk.press(HANNA, answer, "refresh", action=look)
    assert "12345678" in str(own.card).replace(" ", "")


async def test_nor_by_sending_a_press_twice(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    forged = {"type": "Action.Execute", "verb": "confirm", "data": {"id": answer.operation_id}}
    activity = desk.teams.compose(OSCAR, "") | {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": forged}}
    for _ in range(3):
        status, _, body = await desk.teams.post(activity)
        assert status == 200
        assert "Alice" not in body


class SlowDirectory:
    """Says what it knew when it was asked, when it is let."""

    def __init__(self) -> None:
        self.groups = frozenset({"helpdesk"})
        self.gates: list[asyncio.Event] = []

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        known = Standing(Person(object_id, "Hanna", "hanna@x"), self.groups)
        self.gates.append(asyncio.Event())
        await self.gates[-1].wait()
        return known


async def test_a_press_never_takes_an_answer_from_before_it() -> None:
    directory, now = SlowDirectory(), datetime.now(UTC)
    times = iter(now + timedelta(milliseconds=n) for n in range(100))
    gate = Gate(directory, Groups("helpdesk"), "t", lambda: next(times))  # type: ignore[arg-type]
    hanna = Actor("h", "t", "Hanna")
    typed = [asyncio.create_task(gate.standing(hanna)) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    directory.groups = frozenset()
    pressed = asyncio.create_task(gate.standing(hanna, fresh=True))
    await asyncio.sleep(0)
    assert len(directory.gates) == 2  # the three that were typed share one question, the press has its own
    directory.gates[1].set()
    assert not gate.is_helpdesk(await pressed)
    directory.gates[0].set()
    assert all(gate.is_helpdesk(one) for one in await asyncio.gather(*typed))
    assert not gate.is_helpdesk(await gate.standing(hanna))  # the older answer, though later, does not replace the newer

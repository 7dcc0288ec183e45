"""The press on Reveal: who may press, when it counts, and that whatever goes wrong there is never a second pass made in silence."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.domain.audit import Tag
from bot.errors import StoreUnavailable
from bot.graph.directory import GraphDirectory
from bot.store.operations import StoredOperations
from simulator import cast
from simulator.entra.faults import Fault
from simulator.entra.sign_in import TemporaryPass
from simulator.teams import Message
from tests.desk import BRAM, HANNA, SAM, Answer, Desk, as_json
from tests.scenarios.approving import told
from tests.scenarios.bulking import until, words
from tests.scenarios.passes import OMAR, PASS, code, created, made, ready

PASSES = "temporaryAccessPassMethods"
MAY_EXIST = "Entra ID did not say whether it made the pass"


def fails(desk: Desk, effect: str, **more: Any) -> None:
    """Lets the next request for a pass end so."""
    desk.entra.faults.add(Fault(effect=effect, method="POST", path=PASSES, times=1, **more))


async def replaced(desk: Desk, own: Answer) -> Answer:
    """Presses Replace; the new card, which has to be confirmed like any other."""
    pressed = await desk.press(HANNA, own, "replace")
    assert "is below: confirm it there" in pressed.message
    newest = [message for message in desk.teams.thread(HANNA) if message.by_bot][-1]
    return Answer(desk, newest, HANNA)


# ── who, and when ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.storage
async def test_two_presses_at_once_make_one_pass_and_show_it_once(desk: Desk) -> None:
    own = await ready(desk)
    answers = await asyncio.gather(*(desk.press(HANNA, own, "reveal") for _ in range(4)))
    secret = code(desk)  # exactly one request was made
    assert len([answer for answer in answers if secret in f"{as_json(answer.card or {})}{answer.message}"]) == 1
    assert made(desk) == 1


async def test_a_second_press_shows_no_code_and_offers_to_replace(desk: Desk) -> None:
    own = await ready(desk)
    await desk.press(HANNA, own, "reveal")
    again = await desk.press(HANNA, own, "reveal", action={"verb": "reveal", "data": {"id": own.operation_id}})
    assert code(desk) not in as_json(again.card)
    assert "Revealed to Hanna Visser" in own.text
    assert own.verbs == ["replace"]
    assert made(desk) == 1
    explained = (await desk.say(HANNA, f"why {own.operation_id}")).text
    assert explained.count("Revealed to Hanna Visser at") == 1
    assert "kept nowhere. (" not in explained  # the time was said already


@pytest.mark.storage
async def test_a_redelivered_press_makes_nothing_more_and_shows_no_code(desk: Desk) -> None:
    own = await ready(desk)
    press = desk.teams.compose(HANNA, "") | {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "replyToId": own.message.id,
        "value": {"action": {"type": "Action.Execute", "verb": "reveal", "data": {"id": own.operation_id}}, "trigger": "manual"},
    }
    answers = await asyncio.gather(*(desk.teams.post(press) for _ in range(3)))
    answers.append(await desk.teams.post(press))
    secret = code(desk)
    assert [status for status, _, _ in answers] == [200] * 4
    assert len([body for _, _, body in answers if secret in body]) == 1
    assert made(desk) == 1


async def test_a_card_that_comes_late_does_not_take_the_code_away(desk: Desk) -> None:
    asked = await desk.say(HANNA, PASS)
    await desk.press(HANNA, asked, "confirm")
    card = await desk.teams.wait_for(lambda message: message.by_bot and "Needs" in words(message))
    late = desk.teams.faults.add("503", conversation=asked.message.conversation, method="PUT")
    await desk.press(BRAM, Answer(desk, card, BRAM), "approve")
    own = Answer(desk, await desk.teams.wait_for(_offers_reveal), HANNA)
    await until(lambda: late.hits > 0)
    checks = desk.entra.faults.add(Fault(effect="hold", path=f"/v1.0/users/{OMAR.id}"))
    pressing = asyncio.create_task(desk.press(HANNA, own, "reveal"))
    await until(lambda: checks.fired > 0)
    desk.teams.faults.remove(late.id)  # what could not be brought before is brought while the press is being answered
    await until(lambda: "Its card is below" in asked.text)
    desk.entra.faults.clear()
    shown = await pressing
    assert code(desk) in as_json(shown.card)
    await desk.logged("Revealed to Hanna Visser")
    assert code(desk) in as_json(own.message.card(HANNA))
    assert len([message for message in desk.teams.thread(HANNA) if _offers_reveal(message)]) == 1


def _offers_reveal(message: Message) -> bool:
    return message.by_bot and '"reveal"' in as_json(message.card() or {})


@pytest.mark.parametrize("who", [BRAM, SAM, OMAR], ids=lambda who: who.name)
async def test_nobody_else_can_press(desk: Desk, who: cast.Member) -> None:
    own = await ready(desk)
    forged = {"type": "Action.Execute", "verb": "reveal", "data": {"id": own.operation_id}}
    said = "not in the helpdesk group" if who is OMAR else "Only Hanna Visser can reveal"
    assert said in (await desk.press(who, own, "reveal", action=forged)).message
    assert created(desk) == []


@pytest.mark.parametrize("confirmed", [False, True])
async def test_before_everybody_agreed_a_forged_press_makes_nothing(desk: Desk, confirmed: bool) -> None:
    own = await desk.say(HANNA, PASS)
    forged = {"type": "Action.Execute", "verb": "reveal", "data": {"id": own.operation_id}}
    if confirmed:
        await desk.press(HANNA, own, "confirm")
    refused = await desk.press(HANNA, own, "reveal", action=forged)
    assert "this click did nothing" in refused.message
    assert created(desk) == []


async def test_a_forged_press_on_another_kind_of_change_makes_nothing(desk: Desk) -> None:
    own = await desk.say(HANNA, "set mobile for omar +31 6 12345678")
    forged = {"type": "Action.Execute", "verb": "reveal", "data": {"id": own.operation_id}}
    assert "this click did nothing" in (await desk.press(HANNA, own, "reveal", action=forged)).message
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Done")
    refused = await desk.press(HANNA, own, "replace", action=forged | {"verb": "replace"})
    assert "needs no new card" in refused.message


async def test_a_press_after_its_time_makes_nothing(desk: Desk) -> None:
    own = await ready(desk)
    desk.clock.forward(minutes=61)
    assert "expired" in (await desk.press(HANNA, own, "reveal")).message
    assert created(desk) == []


@pytest.mark.storage
async def test_what_nobody_reveals_expires(desk: Desk) -> None:
    own = await ready(desk)
    desk.later(minutes=61)
    await desk.settled(own, "Expired", "Reveal was not pressed in time. Nothing was made or changed.")
    await told(desk, HANNA, "Reveal was not pressed in time")


async def test_it_can_be_cancelled_until_it_is_revealed(desk: Desk) -> None:
    own = await ready(desk)
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, "Cancelled")
    assert created(desk) == []


async def test_who_left_the_group_since_is_refused(desk: Desk) -> None:
    own = await ready(desk)
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk"), HANNA.id)
    assert "not in the helpdesk group" in (await desk.press(HANNA, own, "reveal")).message
    assert created(desk) == []


@pytest.mark.parametrize(("line", "why"), [("freeze omar", "frozen"), ("pause", "paused me")])
async def test_a_stop_between_approval_and_press_holds(desk: Desk, line: str, why: str) -> None:
    own = await ready(desk)
    await desk.say(SAM, line)
    assert why in (await desk.press(HANNA, own, "reveal")).message
    assert created(desk) == []
    await desk.say(SAM, {"freeze omar": "unfreeze omar", "pause": "resume"}[line])
    await desk.press(HANNA, own, "reveal")
    assert made(desk) == 1


async def test_a_suspicious_call_ends_what_could_be_revealed(desk: Desk) -> None:
    own = await ready(desk)
    forged = {"type": "Action.Execute", "verb": "reveal", "data": {"id": own.operation_id}}
    await desk.press(HANNA, own, "suspect")
    await desk.settled(own, "Cancelled")
    assert "cancelled" in (await desk.press(HANNA, own, "reveal", action=forged)).message
    assert created(desk) == []


async def test_a_target_who_became_an_administrator_gets_none(desk: Desk) -> None:
    own = await ready(desk)
    desk.entra.person(OMAR.upn).roles.append("Exchange Administrator")
    assert "Exchange Administrator" in (await desk.press(HANNA, own, "reveal")).message
    assert created(desk) == []


async def test_a_pass_made_by_somebody_else_meanwhile_ends_it(desk: Desk) -> None:
    own = await ready(desk)
    now = desk.clock().timestamp()
    desk.entra.person(OMAR.upn).sign_in.temporary_pass = TemporaryPass("22222222-2222-4222-8222-222222222222", now, now, 60, True)
    assert "was changed by someone else" in (await desk.press(HANNA, own, "reveal")).message
    await desk.settled(own, "Out of date, nothing changed")
    assert created(desk) == []
    pressed = await desk.press(HANNA, own, "again")
    assert "has a valid pass until" in as_json(pressed.card)


@pytest.mark.parametrize(("changed", "said"), [({"state": "disabled"}, "switches Temporary Access Passes off"),
                                               ({"usable_once": True}, "one-time passes only"),
                                               ({"maximum_lifetime": 60}, "60 minutes, reusable")])  # fmt: skip
async def test_the_policy_is_read_again_at_the_press(desk: Desk, changed: dict[str, Any], said: str) -> None:
    own = await ready(desk, "pass for omar for 2 hours reusable")
    for name, value in changed.items():
        setattr(desk.entra.tenant.sign_in.pass_policy, name, value)
    assert said in (await desk.press(HANNA, own, "reveal")).message
    await desk.settled(own, "Out of date, nothing changed", said)
    assert created(desk) == []


async def test_an_old_client_gets_a_sentence_and_no_code(desk: Desk) -> None:
    own = await ready(desk)
    await desk.press(HANNA, own, "reveal", style="submit")
    await told(desk, HANNA, "too old to show you a card that is never stored", f"status {own.operation_id}")
    assert created(desk) == []


# ── what Graph says, or does not ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("effect", "more"),
    [("drop", {"after": True}), ("gateway_timeout", {"after": True}), ("unavailable", {}), ("collision", {"after": True}),
     ("garbage", {"after": True}), ("empty", {"after": True, "status": 201})],
)  # fmt: skip
async def test_a_lost_answer_is_never_repeated_and_is_said(desk: Desk, effect: str, more: dict[str, Any]) -> None:
    own = await ready(desk)
    fails(desk, effect, **more)
    answer = await desk.press(HANNA, own, "reveal")
    assert MAY_EXIST in as_json(answer.card)
    assert len(created(desk)) == 1
    await desk.logged("Partly done", MAY_EXIST)
    await desk.settled(own, "Partly done", "may have one whose code nobody saw", "Not seen?")
    assert own.verbs == ["replace"]
    await desk.press(HANNA, own, "reveal", action={"verb": "reveal", "data": {"id": own.operation_id}})
    assert len(created(desk)) == 1

    card = await replaced(desk, own)
    assert card.verbs == ["confirm", "cancel", "suspect"]
    assert "it needs 1 approval" in card.text
    assert ("has a valid pass until" in card.text) == bool(more)  # it does exist, and this is what is replaced
    assert len(created(desk)) == 1


@pytest.mark.storage
async def test_slow_down_is_a_definite_no_and_the_press_may_be_repeated(desk: Desk) -> None:
    own = await ready(desk)
    fails(desk, "throttle", retry_after=30)
    assert "asks me to slow down" in (await desk.press(HANNA, own, "reveal")).message
    assert made(desk) == 0
    await desk.restart_bot()  # its throttle gate would stay shut for half a minute
    own = await desk.settled(own, "Ready: press Reveal")
    await desk.press(HANNA, own, "reveal")
    assert made(desk) == 1
    tags = [row.tag for row in desk.trail()]
    assert tags.count(Tag.OPERATION_REVEALING) == 2
    assert tags.count(Tag.OPERATION_PUT_BACK) == 1


async def test_a_missing_permission_is_a_definite_no(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "UserAuthMethod-TAP.ReadWrite.All")
    await desk.restart_bot()
    own = await ready(desk)
    answer = await desk.press(HANNA, own, "reveal")
    assert "UserAuthMethod-TAP.ReadWrite.All is missing" in as_json(answer.card)
    await desk.settled(own, "Failed", "Nothing was changed")
    assert own.verbs == ["again"]
    assert made(desk) == 0


# ── the process dies ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """What a process that dies does next: nothing."""


@pytest.mark.storage
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
async def test_a_death_between_intent_and_result_is_reported_and_nothing_is_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    own = await ready(desk)
    issue = GraphDirectory.issue

    async def die(*given: Any) -> Any:
        if after:
            await issue(*given)
        raise Killed

    monkeypatch.setattr(GraphDirectory, "issue", die)
    answer = await desk.press(HANNA, own, "reveal")
    assert answer.card is None
    desk.teams.client_errors.clear()  # "something went wrong" is what a client sees then
    monkeypatch.undo()
    await desk.restart_bot()
    refused = await desk.press(HANNA, own, "reveal")
    assert "has just pressed Reveal" in refused.message
    assert made(desk) == int(after)

    desk.later(seconds=40)
    await desk.settled(own, "Partly done", "may have one whose code nobody saw")
    await told(desk, HANNA, "Nobody saw it", MAY_EXIST)
    await desk.logged("Partly done", MAY_EXIST)
    assert made(desk) == int(after)
    facts = [json.loads(row.facts) for row in desk.trail() if row.tag == Tag.OPERATION_FINISHED]
    assert [fact["state"] for fact in facts] == ["partial"]
    card = await replaced(desk, own)
    assert ("has a valid pass until" in card.text) == after


@pytest.mark.storage
async def test_an_orderly_stop_in_the_middle_is_recorded_before_it_stops(desk: Desk) -> None:
    own = await ready(desk)
    fails(desk, "hold")
    press = asyncio.create_task(desk.press(HANNA, own, "reveal"))
    await desk.teams.wait_for(lambda message: message.id == own.message.id)
    while not created(desk) and not [row for row in desk.trail() if row.tag == Tag.OPERATION_REVEALING]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await desk.stop_bot()
    await press
    desk.teams.client_errors.clear()
    await desk.start_bot()
    await desk.settled(own, "Partly done", MAY_EXIST)


@pytest.mark.storage
async def test_what_could_not_be_recorded_is_reported_as_never_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own = await ready(desk)
    move = StoredOperations.move

    async def gone(self: StoredOperations, operation_id: str, verb: str, *rest: Any, **more: Any) -> Any:
        if verb == "finish":
            raise StoreUnavailable("the disk is full")
        return await move(self, operation_id, verb, *rest, **more)

    monkeypatch.setattr(StoredOperations, "move", gone)
    answer = await desk.press(HANNA, own, "reveal")
    assert "nobody will see it" in answer.message
    monkeypatch.undo()
    desk.later(seconds=40)
    await desk.settled(own, "Partly done", "may have one whose code nobody saw")
    assert made(desk) == 1

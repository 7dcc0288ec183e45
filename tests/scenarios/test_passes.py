"""A Temporary Access Pass: from the line to the code on one person's screen, and what the tenant's policy makes of the wish."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.audit import Tag
from simulator import cast
from simulator.entra.sign_in import TemporaryPass
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, Answer, Desk, as_json
from tests.scenarios.approving import words
from tests.scenarios.passes import OMAR, PASS, code, come, created, made, ready

WOUT, GUS, MILAN = (cast.person(name) for name in ("Wout Wiersma", "Gus Taylor (Adatum)", "Milan Novak (Adatum)"))


def allow(desk: Desk, **changed: Any) -> None:
    """Changes the tenant's policy for passes."""
    desk.entra.tenant.sign_in.pass_policy = replace(desk.entra.tenant.sign_in.pass_policy, **changed)


def amsterdam(timestamp: float) -> str:
    """A time of day where the people of the simulator are."""
    return f"{datetime.fromtimestamp(timestamp, ZoneInfo('Europe/Amsterdam')):%H:%M}"


async def test_a_pass_is_made_at_reveal_and_shown_to_the_requester_alone(desk: Desk) -> None:
    own = await desk.say(HANNA, PASS)
    for said in ("Make a pass for Omar Farouk", "60 minutes, one-time", "Valid from", "The end is fixed",
                 "good for a single sign-in", "aka.ms/mysecurityinfo", "You alone see it, once", "it needs 1 approval"):  # fmt: skip
        assert said in own.text, said
    operation_id = own.operation_id
    await desk.press(HANNA, own, "confirm")
    card = await desk.teams.wait_for(lambda message: message.by_bot and operation_id in words(message) and "Needs" in words(message))
    approvers = Answer(desk, card, BRAM)
    await desk.press(BRAM, approvers, "approve")
    own = await come(desk, own, operation_id)
    assert "Hanna Visser presses Reveal here" in own.text
    assert own.verbs == ["reveal", "cancel", "suspect"]
    await desk.settled(approvers, "It is made when Hanna Visser presses Reveal")
    assert approvers.verbs == []
    assert created(desk) == []

    answer = await desk.press(HANNA, own, "reveal")
    assert code(desk) in as_json(answer.card)
    assert "For your eyes only" in own.text
    assert made(desk) == 1
    (request,) = created(desk)
    assert {name: request.body[name] for name in ("lifetimeInMinutes", "isUsableOnce")} == {"lifetimeInMinutes": 60, "isUsableOnce": True}
    held = desk.entra.person(OMAR.upn).sign_in.temporary_pass
    assert held is not None
    assert (held.lifetime_minutes, held.usable_once) == (60, True)

    await desk.logged("Done", "Omar Farouk", "Revealed to Hanna Visser", "Bram Peeters")
    await desk.settled(approvers, "Done", "Revealed to Hanna Visser")
    assert code(desk) in own.text  # the card is left alone while the code is read
    events = [row.tag for row in desk.trail() if row.operation_id == operation_id and row.tag.startswith("operation:")]
    assert events == [Tag.OPERATION_PROPOSED, Tag.OPERATION_CONFIRMED, Tag.OPERATION_APPROVED, Tag.OPERATION_REVEALING,
                      Tag.OPERATION_FINISHED]  # fmt: skip


async def test_after_some_minutes_the_card_forgets_the_code_and_offers_another_pass(desk: Desk) -> None:
    own = await ready(desk)
    await desk.press(HANNA, own, "reveal")
    await desk.logged("Revealed to Hanna Visser")
    desk.later(minutes=10, seconds=1)
    await desk.settled(own, "Done", "Revealed to Hanna Visser", "Not seen?")
    assert code(desk) not in as_json(own.card)
    assert own.verbs == ["replace"]


async def test_what_the_requester_asks_for_is_what_graph_is_asked_for(desk: Desk) -> None:
    own = await ready(desk, "tap for omar for 2 hours at tomorrow 9:30 reusable because first day")
    assert "A reusable pass is a second password" in own.text
    assert re.search(r"Valid from \{\{DATE\(.*T(07|08):30:00Z", own.text)  # 9:30 in Amsterdam, which each client says in its own zone
    await desk.press(HANNA, own, "reveal")
    held = desk.entra.person(OMAR.upn).sign_in.temporary_pass
    assert held is not None
    assert (held.lifetime_minutes, held.usable_once) == (120, False)
    assert amsterdam(held.start) == "09:30"
    assert held.start > desk.clock().timestamp()


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Mars/Olympus", "", "x" * 5000, None])
async def test_a_zone_that_does_not_exist_counts_as_unknown(desk: Desk, zone: str | None) -> None:
    typed = desk.teams.compose(HANNA, "pass for omar at tomorrow 9:30") | {"localTimezone": zone, "localTimestamp": None, "entities": []}
    await desk.teams.post(typed)
    message = await desk.teams.wait_for(lambda message: message.by_bot and "T09:30:00Z)}} until" in words(message))
    assert "confirm" in Answer(desk, message, HANNA).verbs


@pytest.mark.parametrize(("asked", "given"), [("for 10 minutes", "1 hour"), ("for 10 hours", "8 hours"), ("for 30 days", "8 hours")])
async def test_a_lifetime_the_tenant_does_not_allow_is_clamped_and_said(desk: Desk, asked: str, given: str) -> None:
    own = await desk.say(HANNA, f"pass for omar {asked}")
    assert f"the tenant allows 1 hour to 8 hours, so it is {given}." in own.text


@pytest.mark.parametrize("line", ["pass for omar at 2020-01-01 08:00", "pass for omar at today 00:00"])
async def test_a_start_in_the_past_is_refused(desk: Desk, line: str) -> None:
    assert "is past" in (await desk.say(HANNA, line)).text


async def test_a_start_far_ahead_is_refused(desk: Desk) -> None:
    assert "more than 30 days ahead" in (await desk.say(HANNA, "pass for omar at 2099-01-01 08:00")).text


async def test_a_start_that_passed_while_others_decided_means_at_once(desk: Desk) -> None:
    own = await ready(desk, f"pass for omar at {amsterdam(desk.clock().timestamp() + 120)}")
    desk.clock.forward(minutes=5)
    await desk.press(HANNA, own, "reveal")
    (request,) = created(desk)
    assert "startDateTime" not in request.body


async def test_what_the_policy_forbids_is_refused_with_the_reason(desk: Desk) -> None:
    allow(desk, usable_once=True)
    assert "allows one-time passes only" in (await desk.say(HANNA, "pass for omar reusable")).text
    allow(desk, targets=(cast.group("Executives").id,))
    assert "does not include Omar Farouk" in (await desk.say(HANNA, PASS)).text
    allow(desk, targets=("all_users",), excluded=(cast.group("Executives").id,))
    assert "confirm" in (await desk.say(HANNA, PASS)).verbs
    allow(desk, state="disabled")
    assert "switches Temporary Access Passes off" in (await desk.say(HANNA, PASS)).text
    assert created(desk) == []


@pytest.mark.parametrize("who", [GUS, MILAN], ids=lambda who: who.name)
async def test_guests_get_no_pass(desk: Desk, who: cast.Member) -> None:
    answer = await desk.say(HANNA, f"pass for {who.upn}")
    assert answer.verbs == []
    assert created(desk, who) == []


async def test_a_missing_permission_is_named(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "Policy.Read.AuthenticationMethod", "Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod")
    await desk.restart_bot()  # its token still had them
    assert "Policy.Read.AuthenticationMethod is missing" in (await desk.say(HANNA, PASS)).text


async def test_a_valid_pass_that_would_be_replaced_is_warned_of(desk: Desk) -> None:
    own = await ready(desk, "pass for wout")
    assert "Wout Wiersma has a valid pass until" in own.text
    assert "its code stops working" in own.text
    before = desk.entra.person(WOUT.upn).sign_in.temporary_pass
    await desk.press(HANNA, own, "reveal")
    after = desk.entra.person(WOUT.upn).sign_in.temporary_pass
    assert before is not None
    assert after is not None
    assert before.id != after.id


async def test_a_pass_that_cannot_be_used_is_said_at_once(desk: Desk) -> None:
    own = await ready(desk)
    allow(desk, refuses_creation=False)
    desk.entra.person(OMAR.upn).sign_in.unusable_because = "DisabledByPolicy"
    answer = await desk.press(HANNA, own, "reveal")
    assert "not usable (DisabledByPolicy)" in as_json(answer.card)
    await desk.logged("Partly done", "not usable (DisabledByPolicy)")


async def test_revoking_a_pass(desk: Desk) -> None:
    assert "there is nothing to do" in (await desk.say(HANNA, "revoke pass for alice")).text
    await desk.change(HANNA, "revoke pass for wout")
    assert desk.entra.person(WOUT.upn).sign_in.temporary_pass is None
    now = desk.clock().timestamp()
    ended = TemporaryPass("11111111-1111-4111-8111-111111111111", now - 9000, now - 9000, 60, False)
    desk.entra.person(ALICE.upn).sign_in.temporary_pass = ended
    await desk.change(HANNA, "revoke tap for alice")  # an expired one too
    assert desk.entra.person(ALICE.upn).sign_in.temporary_pass is None


async def test_asked_in_a_channel_it_is_revealed_in_the_personal_chat(desk: Desk) -> None:
    asked = await desk.say(HANNA, PASS, HELPDESK)
    operation_id = asked.operation_id
    await desk.press(HANNA, asked, "confirm")
    card = await desk.teams.wait_for(lambda message: message.by_bot and operation_id in words(message) and "Needs" in words(message))
    await desk.press(BRAM, Answer(desk, card, BRAM), "approve")
    await desk.settled(asked, "Ready: press Reveal", f"typing status {operation_id}")
    assert "reveal" not in asked.verbs
    forged = {"type": "Action.Execute", "verb": "reveal", "data": {"id": operation_id}}
    refused = await desk.press(HANNA, asked, "reveal", action=forged)
    assert "personal chat" in refused.message
    assert created(desk) == []
    own = await desk.say(HANNA, f"status {operation_id}")
    answer = await desk.press(HANNA, own, "reveal")
    assert code(desk) in as_json(answer.card)


async def test_the_log_and_the_trail_name_what_was_asked_for(desk: Desk) -> None:
    own = await ready(desk, "pass for omar for 2 hours")
    await desk.press(HANNA, own, "reveal")
    await desk.logged("120 minutes, one-time")
    (asked,) = [json.loads(row.facts) for row in desk.trail() if row.tag == Tag.OPERATION_PROPOSED]
    assert asked["changes"][0]["after"] == "120 minutes, one-time"

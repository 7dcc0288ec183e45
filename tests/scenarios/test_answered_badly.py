"""Graph that asks to wait, talks nonsense or does not know a new account yet: what a person reads then, and what is made of it."""

from __future__ import annotations

import logging

import pytest
import structlog
from structlog.testing import capture_logs

from simulator.cast import Member
from simulator.entra import Fault
from tests.desk import ALICE, HANNA, Desk
from tests.scenarios.passes import made, ready

SET = "set mobile for alice +31 6 12345678"
PHONES = "authentication/phoneMethods"
NINA = Member(name="Nina New", upn="nina.new@fabrikam.example", mail="nina.new@fabrikam.example")


FAULTS = ("throttle", "unavailable", "gateway_timeout", "conflict", "collision", "unauthorized", "forbidden", "drop", "garbage", "empty",
          "deep")  # fmt: skip


async def test_a_failure_of_whoami_speaks_of_nothing_but_whoami(desk: Desk) -> None:
    for effect in FAULTS:
        desk.entra.faults.add(Fault(effect=effect, path="/v1.0/"))
        text = (await desk.say(HANNA, "whoami")).text
        assert "Entra ID" in text, effect
        assert "changed" not in text, effect
        assert "show" not in text.replace("shows", ""), effect
        desk.entra.faults.clear()
        desk.clock.forward(minutes=2)
        await desk.restart_bot()


async def test_a_long_wait_is_said_with_its_end_and_holds_only_what_shares_its_limit(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="throttle", path="authentication/methods", retry_after=300, times=1))
    for _ in range(2):
        text = (await desk.say(HANNA, "show alice")).text
        assert "asks me to slow down until" in text
        assert "minute" not in text
    assert fault.fired == 1
    assert "Hanna Visser" in (await desk.say(HANNA, "whoami")).text


async def test_a_part_of_a_batch_that_asks_for_two_minutes_is_not_sent_again_while_a_person_waits(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="unavailable", path="roleAssignments", retry_after=120))
    assert "asks me to wait until" in (await desk.say(HANNA, "show alice")).text
    assert fault.fired == 1


@pytest.mark.parametrize("effect", ["garbage", "deep", "empty"])
async def test_a_write_whose_answer_is_nobodys_is_settled_by_reading(desk: Desk, effect: str) -> None:
    for after, line in ((True, SET), (False, "set office for alice +31 20 1234567")):
        desk.entra.faults.add(Fault(effect=effect, method="POST", path=PHONES, after=after, times=1))
        await desk.change(HANNA, line)
        desk.entra.faults.clear()
    assert [write.what for write in desk.entra.writes] == ["phone.create"] * 2
    desk.entra.faults.add(Fault(effect="deep", path="/v1.0/"))
    assert "does not answer properly" in (await desk.say(HANNA, SET)).text


async def test_one_no_to_a_read_that_we_are_let_do_ends_nothing(desk: Desk) -> None:
    """Our own token says that we may read it, so it is no word on a permission: it is asked again."""
    paths = ("/v1.0/users/", "roleAssignments", "transitiveMemberOf", "authentication/methods", "ownedObjects", "eligibilitySchedule")
    for number, path in enumerate(paths):
        who = ("alice", "omar")[number % 2]  # one person is changed five times a day at most
        card = await desk.say(HANNA, f"set mobile for {who} +31 6 1234567{number}")
        fault = desk.entra.faults.add(Fault(effect="forbidden", path=path, method="GET", times=2))
        assert "is missing" not in (await desk.say(HANNA, f"show {who}")).text, path
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")
        assert fault.fired == 2, path


async def test_what_is_to_be_changed_of_a_new_account_waits_for_entra(desk: Desk) -> None:
    nina = desk.entra.hire(NINA, seconds=0, calls=99)
    assert "created this account only minutes ago" in (await desk.say(HANNA, f"show {NINA.upn}")).text
    nina.newness.methods_after = 0  # how many calls that took depends on which of them came first
    card = await desk.say(HANNA, f"set mobile for {NINA.upn} +31 6 12345678")
    nina.newness.methods_after = 3  # a read and its second try, and the write
    await desk.press(HANNA, card, "confirm")
    await desk.settled(card, "Done")
    nina.newness.methods_after, nina.newness.created = 99, None
    assert "no longer knows this account" in (await desk.say(HANNA, f"show {NINA.upn}")).text


async def test_a_pass_for_a_new_account_comes_as_soon_as_entra_can_and_the_approval_stands(desk: Desk) -> None:
    nina = desk.entra.hire(NINA, seconds=0)
    own = await ready(desk, f"pass for {NINA.upn}")
    desk.entra.faults.add(Fault(effect="empty", status=404, method="POST", path="temporaryAccessPassMethods", times=3))
    told = await desk.press(HANNA, own, "reveal")
    assert "created this account only minutes ago" in told.message
    assert "Nothing was changed" in told.message
    own = await desk.settled(own, "Ready: press Reveal")
    desk.entra.faults.add(Fault(effect="empty", status=404, method="POST", path="temporaryAccessPassMethods", times=2))
    await desk.press(HANNA, own, "reveal")
    assert made(desk, NINA) == 1
    assert nina.sign_in.temporary_pass


async def test_the_debug_log_tells_each_call_and_nothing_of_what_was_said(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="unavailable", path="/$batch", times=1))
    usual = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    try:
        with capture_logs() as said:
            await desk.change(HANNA, SET)
    finally:
        structlog.configure(wrapper_class=usual)
    graph, teams = ([line for line in said if line.get("action") == action] for action in ("graph_call", "teams_call"))
    assert {"call": "POST /v1.0/$batch", "status": 503, "attempt": 1} in [
        {key: line.get(key) for key in ("call", "status", "attempt")} for line in graph
    ]
    assert {"POST /v1.0/users/…/authentication/phoneMethods"} <= {line["call"] for line in graph}
    assert teams
    assert all(line["log_level"] == "debug" and line["seconds"] >= 0 and line["attempt"] for line in (*graph, *teams))
    told = str(graph) + str(teams)
    for word in ("12345678", ALICE.id, HANNA.id, ALICE.upn, "Bearer", "Alice"):
        assert word not in told

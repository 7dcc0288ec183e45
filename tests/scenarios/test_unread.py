"""Reads that fail, or are allowed to: whatever decides on what is registered refuses then, or is right all the same.

Each way of asking meets each answer that is none, on each read that it rests on: for this once, for as long as anybody asks, and after
somebody else met it.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.sign_in import TemporaryPass
from simulator.world import World
from tests.desk import BRAM, HANNA, OMAR, SAM, Answer, Desk, as_json, one_agent
from tests.scenarios.approving import approvers_card, told
from tests.scenarios.passes import created, made, ready
from tests.scenarios.recovering import DIEGO, LOTTE, registers, ticks
from tests.scenarios.several import kinds, writes

GERT = cast.person("Gert Brandt")
METHODS, PHONES, PASSES = "/authentication/methods", "/authentication/phoneMethods", "/authentication/temporaryAccessPassMethods"
TOKENS, TERMS = "/authentication/hardwareOathMethods", "/authenticationMethodConfigurations/TemporaryAccessPass"
UNSEEN = "I cannot tell which methods"
#: What is refused when the methods cannot be seen, and what is not because it does not rest on them.
DECIDING = (
    "recover lotte lost", "recover lotte new phone", "recover lotte first day", "recover lotte at home", "reset mfa for lotte",
    "reset mfa for lotte everything", "remove authenticator for lotte", "remove passkey for lotte", "set email for lotte l@mail.example",
    "set default for omar to push", "revoke pass for noor",
)  # fmt: skip
PHONES_ENOUGH = ("set office for lotte +31 20 7654321", "remove mobile for lotte", "set default for lotte to sms", "pass for lotte")


def fails(desk: Desk, status: int, *paths: str, times: int | None = None) -> None:
    """Lets these reads end so; one that is none of `times` goes well."""
    for path in paths:
        effect = "forbidden" if status == 403 else "empty"
        desk.entra.faults.add(Fault(effect=effect, status=status, method="GET", path=f"{path}$", regex=True, times=times))


def refused(answer: Answer) -> bool:
    """No card to confirm, and a sentence."""
    return answer.verbs == [] and len(answer.text) > 20


async def test_what_decides_on_methods_that_cannot_be_read_is_refused(desk: Desk) -> None:
    for status in (403, 404, 500):
        desk.entra.faults.clear()
        fails(desk, status, METHODS)
        for line in DECIDING:
            answer = await desk.say(HANNA, line)
            assert refused(answer), answer.text
            if status != 500:
                assert UNSEEN in answer.text
                assert "there is nothing to" not in answer.text
    assert writes(desk) == []


async def test_one_answer_that_is_none_is_remembered_for_nobody(desk: Desk) -> None:
    for status in (403, 404):
        for line in (*DECIDING, *PHONES_ENOUGH):
            fails(desk, status, METHODS, times=1)
            await desk.say(BRAM, "show kenji")
            assert UNSEEN not in (await desk.say(HANNA, line)).text, (status, line)


async def test_what_rests_on_phones_alone_goes_on(desk: Desk) -> None:
    for status in (403, 404):
        desk.entra.faults.clear()
        fails(desk, status, METHODS)
        for line in PHONES_ENOUGH:
            assert "confirm" in (await desk.say(HANNA, line)).verbs, (status, line)


async def test_without_the_phones_either_nothing_is_decided(desk: Desk) -> None:
    for status in (403, 404, 500):
        desk.entra.faults.clear()
        fails(desk, 403, METHODS)
        fails(desk, status, PHONES)
        for line in (*DECIDING, *PHONES_ENOUGH):
            assert refused(await desk.say(HANNA, line)), (status, line)


async def test_no_pass_is_planned_on_terms_that_cannot_be_read(desk: Desk) -> None:
    for path, status in itertools.product((TERMS, PASSES), (403, 404, 500)):
        desk.entra.faults.clear()
        fails(desk, status, path)
        for line in ("pass for lotte", "recover lotte lost", "recover lotte at home"):
            assert refused(await desk.say(HANNA, line)), (path, status, line)


# ── after it was asked for ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def alone(database_url: str) -> AsyncIterator[Desk]:
    """A desk where nobody has to agree, so that nothing is read between Confirm and the execution."""
    usual = one_agent(timedelta(minutes=10))
    async with Desk(database_url, replace(usual, rules=tuple(replace(rule, approvals=0) for rule in usual.rules))) as desk:
        for who in (LOTTE, DIEGO):
            desk.entra.person(who.upn).sign_in.default = None
        yield desk


CARRIED_OUT = ("recover lotte lost", "recover diego lost", "reset mfa for lotte", "remove authenticator for lotte")


def anew(desk: Desk, who: cast.Member) -> None:
    """Somebody has again what they began with, and what was asked before counts for no limit."""
    person, before = desk.entra.person(who.upn), World().entra.person(who.upn)
    person.strong, person.sign_in = before.strong, before.sign_in
    person.phones.clear()
    person.phones.update(before.phones)
    desk.entra.faults.clear()
    desk.clock.forward(hours=25)


@pytest.mark.parametrize("line", CARRIED_OUT)
async def test_what_is_not_listed_while_it_is_carried_out_is_neither_gone_nor_done(alone: Desk, line: str) -> None:
    who = DIEGO if "diego" in line else LOTTE
    for status in (403, 404, 500):
        anew(alone, who)
        alone.entra.person(who.upn).sign_in.default = None
        registered_before, written = kinds(alone, who), writes(alone)
        own = await alone.say(HANNA, line)
        data = ticks(alone, own) if "recover" in line else {}
        fails(alone, status, METHODS)
        await alone.press(HANNA, own, "confirm", data=data)
        await alone.settled(own, "Failed", "Nothing was changed")
        assert kinds(alone, who) == registered_before, status
        assert writes(alone) == written, status

        pressed = await alone.press(HANNA, own, "again")  # nor is it gone when it is asked for once more
        assert "gone already" not in f"{pressed.message}{as_json(pressed.card or {})}", status
        assert "confirm" not in own.verbs, status
        alone.entra.faults.clear()
        await alone.press(HANNA, own, "again")
        await alone.press(HANNA, own, "confirm", data=ticks(alone, own) if "recover" in line else {})
        await alone.settled(own, "Done, and read back")
        assert kinds(alone, who) == [], status


@pytest.mark.parametrize("line", CARRIED_OUT)
async def test_one_answer_that_is_none_while_it_is_carried_out_is_waited_for(alone: Desk, line: str) -> None:
    who = DIEGO if "diego" in line else LOTTE
    for status, first in itertools.product((403, 404, 500), (True, False)):  # before the write, or after it
        anew(alone, who)
        alone.entra.person(who.upn).sign_in.default = None
        own = await alone.say(HANNA, line)
        data = ticks(alone, own) if "recover" in line else {}
        if first:
            fails(alone, status, METHODS, times=1)
            await alone.press(HANNA, own, "confirm", data=data)
        else:
            held = alone.entra.faults.add(Fault(effect="hold", method="DELETE", path="AuthenticatorMethods/", times=1))
            await alone.press(HANNA, own, "confirm", data=data)
            async with asyncio.timeout(20):
                await held.met.wait()
            fails(alone, status, METHODS, times=1)
            held.cleared.set()
        await alone.settled(own, "Done, and read back")
        assert kinds(alone, who) == [], (status, first)


@pytest.mark.parametrize("line", ["reset mfa for lotte", "recover lotte lost"])
async def test_nobody_agrees_to_what_cannot_be_seen(desk: Desk, line: str) -> None:
    for status in (403, 404, 500):
        anew(desk, LOTTE)
        own = await desk.say(HANNA, line)
        await desk.press(HANNA, own, "confirm", data=ticks(desk, own) if "recover" in line else {})
        approvers = await approvers_card(desk, own.operation_id)
        fails(desk, status, METHODS)
        assert len((await desk.press(SAM, approvers, "approve")).message) > 20, status
        desk.entra.faults.clear()
        await desk.press(SAM, approvers, "approve")  # it waits as before
        await desk.settled(own, "Done, and read back" if "reset" in line else "has a card of its own")


# ── a pass, which is read by itself ──────────────────────────────────────────────────────────────────────────────────────────────────


def pass_made_by_somebody_else(desk: Desk) -> None:
    now = desk.clock().timestamp()
    desk.entra.person(OMAR.upn).sign_in.temporary_pass = TemporaryPass("22222222-2222-4222-8222-222222222222", now, now, 60, True)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_pass_replaces_the_one_that_was_shown_and_no_other(desk: Desk, status: int) -> None:
    for when, before, meanwhile in itertools.product(("planned", "revealed", "both"), (True, False), (True, False)):
        case = (when, before, meanwhile)
        anew(desk, OMAR)
        if before:
            await desk.press(HANNA, await ready(desk), "reveal")
        earlier = len(created(desk))
        if when != "revealed":
            fails(desk, status, METHODS)
        own = await ready(desk)
        assert ("has a valid pass until" in own.text) == before, case
        desk.entra.faults.clear()
        if when != "planned":
            fails(desk, status, METHODS)
        if meanwhile:
            pass_made_by_somebody_else(desk)
        told_at_once = await desk.press(HANNA, own, "reveal")
        desk.entra.faults.clear()
        assert len(created(desk)) - earlier == (0 if meanwhile else 1), case
        if meanwhile:
            assert "was changed by someone else" in told_at_once.message, case


@pytest.mark.parametrize("path", [TERMS, PASSES])
async def test_nothing_is_revealed_on_terms_that_cannot_be_read(desk: Desk, path: str) -> None:
    for done, status in enumerate((403, 404, 500)):
        anew(desk, OMAR)
        own = await ready(desk)
        fails(desk, status, path)
        assert len((await desk.press(HANNA, own, "reveal")).message) > 20, status
        assert len(created(desk)) == done, status
        desk.entra.faults.clear()
        await desk.press(HANNA, own, "reveal")
        assert made(desk) == done + 1, status


# ── the look afterwards, and tokens ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("new", [True, False])
async def test_the_look_afterwards_takes_nothing_hidden_for_gone_or_new(desk: Desk, status: int, new: bool) -> None:
    own = await ready(desk, "recover lotte new phone")
    await desk.press(HANNA, own, "reveal")
    if new:
        registers(desk, LOTTE, "fido2", displayName="Passkey of the new phone")
    desk.entra.person(LOTTE.upn).sign_in.default = None
    fails(desk, status, METHODS)
    desk.later(hours=1)
    await told(desk, HANNA, "I could not look how Lotte Smit is doing")
    assert writes(desk) == ["pass.create"]
    desk.entra.faults.clear()
    desk.later(hours=23)
    await told(desk, HANNA, *(("Back in", "iPhone 15") if new else ("Not back in yet", "24 hours")))


async def test_a_token_of_which_nobody_knows_whether_it_is_active(desk: Desk) -> None:
    desk.entra.person(GERT.upn).sign_in.default = None
    for status in (403, 404):
        desk.entra.faults.clear()
        fails(desk, status, TOKENS)
        answer = await desk.say(HANNA, "set default for gert to otp")
        assert "does not say whether the hardware token of Gert Brandt is active" in answer.text
        assert answer.verbs == []
        assert "Hardware token" in (await desk.say(HANNA, "reset mfa for gert")).text  # it is taken for active where it has to go


async def test_tokens_that_cannot_be_read_now_are_refused(desk: Desk) -> None:
    desk.entra.person(GERT.upn).sign_in.default = None
    fails(desk, 500, TOKENS)
    for line in ("set default for gert to otp", "reset mfa for gert", "recover gert lost"):
        assert refused(await desk.say(HANNA, line)), line

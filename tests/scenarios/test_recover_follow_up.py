"""After a recovery: has something new been registered? What served meanwhile goes then; otherwise whoever asked is reminded."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.audit import Tag
from bot.domain.rules import Hours, Policy, Rule
from bot.services.follow_up import PAUSES
from simulator import cast
from simulator.entra import Fault
from tests.desk import HANNA, Answer, Desk
from tests.scenarios.approving import told
from tests.scenarios.passes import made, ready
from tests.scenarios.recovering import LOTTE, following, named_on, pass_card, recovered, registers, ticks
from tests.scenarios.several import kinds, writes
from tests.scenarios.test_reconcile import reconcile

BACK_IN, NOT_YET = "Back in", "Not back in yet"
NEW_PHONE = "recover lotte new phone"


async def revealed(desk: Desk, line: str = NEW_PHONE) -> Answer:
    """A recovery of one pass, which was revealed."""
    own = await ready(desk, line)
    await desk.press(HANNA, own, "reveal")
    return own


def said(desk: Desk, title: str) -> list[str]:
    """What the bot has said under this title in Hanna's chat."""
    cards = [Answer(desk, message, HANNA).text for message in desk.teams.thread(HANNA) if message.by_bot]
    return [card for card in cards if title in card.split(" Recover")[0]]


def closings(desk: Desk) -> int:
    """How often the trail says that a recovery was closed."""
    return [row.tag for row in desk.trail()].count(Tag.RECOVERY_CLOSED)


@pytest.mark.storage
async def test_something_new_closes_the_case_and_takes_the_unused_pass(desk: Desk, database_url: str) -> None:
    own = await recovered(desk)
    recovery = named_on(own)
    await desk.press(HANNA, await pass_card(desk, own), "reveal")
    registers(desk, LOTTE, displayName="iPhone 17")
    desk.later(hours=1)
    remark = await told(desk, HANNA, BACK_IN, "has registered Microsoft Authenticator iPhone 17", f"The recovery {recovery} is closed")
    assert "Temporary Access Pass (registered" in Answer(desk, remark, HANNA).text
    await desk.logged("Remove Temporary Access Pass for Lotte Smit", "Done")
    assert writes(desk)[-2:] == ["pass.create", "pass.delete"]
    assert kinds(desk, LOTTE) == ["authenticator"]
    assert len(following(desk, recovery)) == 2  # the pass, and its end
    assert closings(desk) == 1

    desk.later(hours=23)  # the second look finds the case closed
    await desk.restart_bot()
    await desk.change(HANNA, "set office for omar +31 20 7654321")
    assert (len(said(desk, BACK_IN)), said(desk, NOT_YET), closings(desk)) == (1, [], 1)
    status, text = await reconcile(desk, database_url, "--since", "48h")
    assert status == 0, text
    assert "Both agree." in text


async def test_what_was_on_the_old_phone_goes_with_the_pass(desk: Desk) -> None:
    own = await revealed(desk)
    recovery = own.operation_id
    registers(desk, LOTTE, "fido2", displayName="Passkey of the new phone")
    desk.entra.person(LOTTE.upn).sign_in.default = None
    desk.later(hours=1)
    gone = ("Microsoft Authenticator (iPhone 15", "Temporary Access Pass (registered")
    await told(desk, HANNA, BACK_IN, "passkey Passkey of the new phone", *gone)
    await told(desk, HANNA, "Done, and read back", "✓ removed")
    assert kinds(desk, LOTTE) == ["fido2"]
    assert writes(desk) == ["pass.create", "pass.delete", "authenticator.delete"]
    assert len(following(desk, recovery)) == 1
    assert desk.phones(LOTTE) == {"mobile": "+31 612345010"}


@pytest.mark.storage
async def test_nothing_new_is_said_twice_and_then_no_more(desk: Desk) -> None:
    own = await revealed(desk)
    desk.later(hours=1)
    await told(desk, HANNA, NOT_YET, f"1 hour after {own.operation_id}", "I look once more 24 hours after it")
    desk.later(hours=23)
    left = ("Still there, to be removed by hand: Microsoft Authenticator (iPhone 15", f"“pass for {LOTTE.upn}”")
    await told(desk, HANNA, NOT_YET, "24 hours after", "I do not look again", *left)
    assert closings(desk) == 0
    assert writes(desk) == ["pass.create"]


async def test_a_phone_number_or_codes_are_nothing_worth_having(desk: Desk) -> None:
    await revealed(desk)
    registers(desk, LOTTE, "otp")
    desk.later(hours=1)
    await told(desk, HANNA, NOT_YET)
    registers(desk, LOTTE, "fido2")
    desk.later(hours=23)
    await told(desk, HANNA, BACK_IN)
    assert closings(desk) == 1


@pytest.mark.storage
async def test_both_looks_at_once_close_it_once(desk: Desk) -> None:
    own = await revealed(desk)
    registers(desk, LOTTE)
    await desk.stop_bot()
    desk.later(hours=30)
    await desk.start_bot()
    await told(desk, HANNA, BACK_IN)
    await told(desk, HANNA, "iPhone 15", "✓ removed")
    await desk.change(HANNA, "set office for omar +31 20 7654321")
    assert closings(desk) == 1
    assert len(said(desk, BACK_IN)) == 1
    assert len(following(desk, own.operation_id)) == 1


async def test_left_at_home_is_not_followed_up(desk: Desk) -> None:
    await revealed(desk, "recover omar at home")
    desk.later(hours=25)
    await desk.restart_bot()
    await desk.change(HANNA, "set office for omar +31 20 7654321")
    assert (said(desk, BACK_IN), said(desk, NOT_YET)) == ([], [])
    assert made(desk) == 1


async def test_a_first_day_is_looked_at_from_its_beginning_on(desk: Desk) -> None:
    own = await ready(desk, "recover omar first day at tomorrow 23:58")  # at least a day ahead, whatever the hour
    assert ", from " in own.text
    await desk.press(HANNA, own, "reveal")
    desk.later(hours=23)
    await desk.change(HANNA, "set office for omar +31 20 7654321")
    assert said(desk, NOT_YET) == []
    desk.later(hours=26)
    await told(desk, HANNA, NOT_YET, "Omar Farouk")


async def test_an_outage_is_waited_for(desk: Desk) -> None:
    await revealed(desk)
    registers(desk, LOTTE)
    desk.entra.faults.add(Fault(effect="unavailable", path=LOTTE.id))
    desk.later(hours=1)
    async with asyncio.timeout(10):
        while max(desk.naps, default=0.0) < PAUSES[0]:  # noqa: ASYNC110 - the nap has no event to wait for
            await asyncio.sleep(0)
    desk.entra.faults.clear()
    await told(desk, HANNA, BACK_IN)
    assert "I could not look" not in " ".join(said(desk, ""))


@pytest.mark.storage
async def test_an_outage_that_lasts_is_said_and_the_next_look_makes_up_for_it(desk: Desk) -> None:
    await revealed(desk)
    registers(desk, LOTTE)
    desk.entra.faults.add(Fault(effect="unavailable", path=LOTTE.id))
    desk.later(hours=1)
    await told(desk, HANNA, "I could not look how Lotte Smit is doing")
    assert closings(desk) == 0
    desk.entra.faults.clear()
    desk.later(hours=23)
    await told(desk, HANNA, BACK_IN)


async def test_an_account_that_is_gone_is_said(desk: Desk) -> None:
    await revealed(desk)
    del desk.entra.tenant.people[desk.entra.person(LOTTE.upn).id]
    desk.later(hours=1)
    await told(desk, HANNA, "I could not look how Lotte Smit is doing")
    assert closings(desk) == 0


@pytest.mark.storage
async def test_a_restart_between_forgets_nothing(desk: Desk) -> None:
    await revealed(desk)
    await desk.stop_bot()
    registers(desk, LOTTE)
    desk.later(hours=1)
    await desk.start_bot()
    await told(desk, HANNA, BACK_IN)
    assert closings(desk) == 1


async def test_a_freeze_keeps_the_tidying_from_writing(desk: Desk) -> None:
    await revealed(desk)
    registers(desk, LOTTE)
    await desk.say(HANNA, "freeze lotte because odd call")
    desk.later(hours=1)
    await told(desk, HANNA, "frozen", "Nothing was changed")
    assert writes(desk) == ["pass.create"]


async def test_what_failed_altogether_is_not_followed_up(desk: Desk) -> None:
    for method, path in (("DELETE", ""), ("POST", "/revokeSignInSessions")):
        desk.entra.faults.add(Fault(effect="forbidden", method=method, path=path))
    await recovered(desk, "recover lotte lost", "Failed")
    desk.later(hours=25)
    await desk.restart_bot()
    await desk.change(HANNA, "set office for omar +31 20 7654321")
    assert said(desk, NOT_YET) == []


async def test_what_follows_is_judged_by_the_hour_of_the_asking(database_url: str) -> None:
    agents, now = cast.group("Helpdesk").id, datetime.now(UTC)
    hours = Hours(frozenset(range(7)), (now - timedelta(minutes=10)).time(), (now + timedelta(minutes=40)).time(), ZoneInfo("UTC"))
    rule = Rule(name="By day", ask=frozenset({agents}), hours=hours)
    async with Desk(database_url, Policy(rules=(rule,), names={agents: "Helpdesk"})) as desk:
        own = await desk.say(HANNA, "recover lotte lost")
        await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
        await desk.settled(own, "Done, and read back")
        card = await pass_card(desk, own)
        desk.later(minutes=50)
        await desk.press(HANNA, card, "reveal")
        assert made(desk, LOTTE) == 1
        registers(desk, LOTTE)
        desk.later(minutes=15)
        await told(desk, HANNA, BACK_IN)
        await desk.logged("Remove Temporary Access Pass for Lotte Smit", "Done")
        assert "may not be asked for at this hour" in (await desk.say(HANNA, "recover lotte lost")).text

"""The end of the audit trail in the log channel: once a day at its hour, after a downtime at once, and compared on the command line."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.desk import HANNA, LOG, SAM, Desk
from tests.scenarios.test_forgetting import until
from tests.scenarios.test_proof import SET, audit

TITLE = "The end of the audit trail"
ZONE = ZoneInfo("Europe/Amsterdam")
DAILY: dict[str, Any] = {"HEAD_HOUR": "6", "TIME_ZONE": "Europe/Amsterdam"}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk in the evening, whose bot posts at six in the morning."""
    desk = Desk(database_url, **DAILY)
    now = desk.clock().astimezone(ZONE)
    desk.clock.forward(seconds=(now.replace(hour=20, minute=0, second=0) - now).total_seconds())
    async with desk:
        yield desk


def at(desk: Desk, hour: int, minute: int = 0) -> None:
    """It is so late on the wall, today or tomorrow."""
    now = desk.clock().astimezone(ZONE)
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    desk.clock.ahead += (then if then > now else then + timedelta(days=1)) - now


async def restart(desk: Desk) -> None:
    await desk.stop_bot()
    await desk.start_bot()


def heads(desk: Desk) -> list[str]:
    """What the log channel was told, oldest first."""
    return [found[0] for text in desk.log() if TITLE in text and (found := re.search(r"\d+:[0-9a-f]{64}", text))]


async def one_more(desk: Desk, count: int) -> str:
    await until(lambda: len(heads(desk)) == count)
    return heads(desk)[-1]


async def test_it_is_posted_once_a_day_and_caught_up_after_a_downtime(desk: Desk, database_url: str) -> None:
    await desk.change(HANNA, SET)
    at(desk, 5, 59)
    await restart(desk)
    yesterday = await one_more(desk, 1)  # this trail is new: the hour of yesterday was missed
    assert (await audit(database_url, "verify", "--head", yesterday)).status == 0
    at(desk, 6, 1)  # it goes on running
    first = await one_more(desk, 2)
    for _ in range(2):
        await restart(desk)
    at(desk, 5, 58)
    await desk.say(SAM, "freeze omar")
    await desk.logged("froze Omar")
    assert len(heads(desk)) == 2
    await desk.stop_bot()
    desk.clock.forward(days=5)
    at(desk, 14)
    await desk.start_bot()
    last = await one_more(desk, 3)
    await desk.say(SAM, "freeze kenji")
    await desk.logged("froze Kenji")
    assert len(heads(desk)) == 3
    known = [argument for head in (yesterday, first, last) for argument in ("--head", head)]
    checked = await audit(database_url, "verify", *known)
    assert checked.status == 0, checked.said
    assert checked.said.count("nothing up to that event was changed or removed since") == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_tail_that_was_cut_off_with_the_head_is_found(desk: Desk, database_url: str) -> None:
    await desk.change(HANNA, SET)
    await restart(desk)
    head = await one_more(desk, 1)
    await desk.stop_bot()
    file = database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as plain:  # the issue's own attack, below what was posted
        kept = int(head.partition(":")[0]) - 2
        plain.execute("DELETE FROM audit_events WHERE number > ?", (kept,))
        plain.execute("UPDATE audit_head SET number = ?, hash = (SELECT hash FROM audit_events WHERE number = ?)", (kept, kept))
    assert (await audit(database_url, "verify")).status == 0
    checked = await audit(database_url, "verify", "--head", head)
    assert checked.status == 1
    assert f"BROKEN at event {kept + 1}" in checked.said
    for wrong, sentence in (("12", "is no head of a trail"), (f"{head} {head}", "is no head of a trail")):
        checked = await audit(database_url, "verify", "--head", wrong)
        assert (checked.status, sentence in checked.said) == (2, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_export_says_the_head_beside_it(desk: Desk, database_url: str) -> None:
    await desk.say(HANNA, SET)
    exported = await audit(database_url, "export")
    head = re.search(r"\d+:[0-9a-f]{64}", exported.said)
    assert head is not None
    assert head[0].split(":")[1].encode() in exported.written
    verified = await audit(database_url, "verify", "--head", head[0])
    assert verified.status == 0
    assert head[0] in verified.said, "it says its own head too"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_without_a_log_channel_the_last_one_waits(database_url: str) -> None:
    async with Desk(database_url, LOG_CHANNEL_ID="", **DAILY) as desk:
        await desk.change(HANNA, SET)
        for _ in range(3):
            desk.clock.forward(days=1)
            await restart(desk)
        await desk.say(SAM, "log here", LOG)
        head = await one_more(desk, 1)
        assert (await audit(database_url, "verify", "--head", head)).status == 0

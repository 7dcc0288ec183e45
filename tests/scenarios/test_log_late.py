"""With the log channel down nothing is lost, and `/metrics` says how late it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import aiohttp
import pytest

from bot import metrics
from tests.desk import HANNA, LOG, Desk


async def test_how_late_the_log_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "REMEMBERED_SECONDS", 0.0)
    desk.teams.down(LOG)
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    desk.clock.forward(seconds=90)
    await shown(desk, "doorman_log_late_seconds", lambda seconds: seconds >= 90)
    desk.teams.up(LOG)
    await desk.logged("Alice")
    await shown(desk, "doorman_log_late_seconds", lambda seconds: seconds == 0)
    await shown(desk, "doorman_log_post_seconds_sum", lambda seconds: seconds >= 90)


async def shown(desk: Desk, name: str, right: Callable[[float], bool]) -> None:
    """Waits until a figure is right."""
    async with asyncio.timeout(10), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{desk.url}/metrics") as answer:
                found = re.search(rf"^{name} (\S+)$", await answer.text(), re.MULTILINE)
            if found and right(float(found[1])):
                return

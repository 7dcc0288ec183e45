"""Entra's own audit log beside the trail: on the command line, and on the schedule of the running bot."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.errors import StoreUnavailable
from bot.settings.environment import ConfigurationError
from bot.terminal import audit
from simulator import cast, doorman
from simulator.entra import Fault
from tests.desk import ALICE, HANNA, OMAR, SAM, Desk, as_json
from tests.forks import Loaded

SET = "set mobile for alice +31 6 12345678"
TITLE = "Entra's audit log and my trail differ"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk whose bot compares once a day."""
    async with Desk(database_url, RECONCILE_HOURS="24") as desk:
        yield desk


async def reconcile(desk: Desk, database_url: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """What `audit reconcile` returns and says, beside the running bot."""
    said: list[str] = []
    parser = argparse.ArgumentParser()
    audit.add_arguments(parser)
    environ = doorman.environment(desk.world, database_url, **environment)
    given = parser.parse_args(["reconcile", *arguments])
    return await asyncio.to_thread(audit.run, given, environ, io.BytesIO(), said.append), "\n".join(said)


async def behind_the_bots_back(desk: Desk, target: cast.Member = OMAR) -> None:
    """Somebody has the credentials of our app registration, and removes a phone."""
    token = desk.entra.issue_token(cast.GRAPH_APP_ID, "https://graph.microsoft.com")
    url = f"{desk.entra.url}/v1.0/users/{target.id}/authentication/phoneMethods/e37fc753-ff3b-4958-9484-eaa9425c82bc"
    async with aiohttp.ClientSession() as session, session.delete(url, headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 204


def comparisons(desk: Desk) -> int:
    """How often the bot has read Entra's log."""
    return sum(request.template == "/auditLogs/directoryAudits" for request in desk.entra.requests)


async def next_turn(desk: Desk) -> None:
    """A day later the bot is started, compares, and is stopped and started again: what it had to post is then in the outbox."""
    await desk.stop_bot()
    desk.clock.forward(hours=25)
    before = comparisons(desk)
    await desk.start_bot()
    async with asyncio.timeout(30):
        while comparisons(desk) == before:  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.02)
    await desk.stop_bot()
    await desk.start_bot()


async def posted(desk: Desk, text: str = "set office for omar +31 20 7654321") -> list[str]:
    """Every post about a difference, once a change made later has been posted too."""
    await desk.change(HANNA, text)
    await desk.logged("Omar Farouk", f"••{text[-2:]}")
    return [card for card in desk.log() if TITLE in card]


async def test_both_agree(desk: Desk, database_url: str, loaded_bot: Loaded) -> None:
    await desk.change(HANNA, SET)
    environ = {"PATH": os.environ["PATH"], **doorman.environment(desk.world, database_url)}
    status, shown, errors = await loaded_bot.run(["app.py", "audit", "reconcile", "--since", "24h"], environ)
    assert status == 0, errors
    assert b"Changes in the trail: 1. Records of Doorman in Entra's log: 1." in errors
    assert b"Both agree." in errors
    assert shown == b""


@pytest.mark.storage
async def test_a_change_behind_the_bots_back_is_listed(desk: Desk, database_url: str) -> None:
    await desk.change(HANNA, SET)
    await behind_the_bots_back(desk)
    status, said = await reconcile(desk, database_url, "--since", "90m")
    assert status == 1
    assert "NOT IN THE TRAIL, but done with Doorman's app registration: 1" in said
    assert f"Admin deleted security info  {OMAR.upn}  success  correlation id" in said
    assert ALICE.upn not in said
    assert "201234567" not in said
    assert "NOT IN ENTRA'S LOG" not in said


@pytest.mark.storage
async def test_a_change_that_entra_does_not_show_is_listed_unless_it_is_recent(desk: Desk, database_url: str) -> None:
    desk.clock.forward(hours=-2)
    card = await desk.change(HANNA, SET)
    desk.clock.forward(hours=2)
    await desk.change(HANNA, "set mobile for omar +31 6 12345679")
    desk.entra.audits.clear()
    status, said = await reconcile(desk, database_url)
    assert status == 1
    assert "Too recent to tell: 1." in said
    assert "NOT IN ENTRA'S LOG, but in the trail: 1" in said
    [line] = [line for line in said.splitlines() if "request ids" in line]
    assert f"{ALICE.upn}  succeeded  request ids {desk.entra.writes[0].request_id}" in line
    assert line.split()[3] in card.text.split()
    status, said = await reconcile(desk, database_url, "--since", "1h")
    assert (status, "Too recent to tell: 1." in said) == (0, True)


async def test_a_write_whose_answer_was_lost_is_known(desk: Desk, database_url: str) -> None:
    desk.entra.faults.add(Fault(effect="drop", path="phoneMethods", method="POST", after=True, times=1))
    await desk.change(HANNA, SET)
    assert (await reconcile(desk, database_url))[0] == 0


async def test_why_it_cannot_be_done(desk: Desk, database_url: str) -> None:
    for since, sentence in (
        ("yesterday", "--since is 'yesterday', which is no time: write it like 90m, 24h or 7d."),
        ("0h", "which is no time"),
        ("31d", "Entra keeps its audit log for 30 days: write 30d or less."),
    ):
        status, said = await reconcile(desk, database_url, "--since", since)
        assert (status, sentence in said) == (2, True), said
    with pytest.raises(StoreUnavailable, match="there is no file /nowhere"):
        await reconcile(desk, "sqlite:////nowhere/doorman.db")
    with pytest.raises(ConfigurationError, match="HELPDESK_GROUP_ID is missing"):
        await reconcile(desk, database_url, HELPDESK_GROUP_ID="")
    status, said = await reconcile(desk, database_url, AZURE_CLIENT_SECRET="wrong")
    assert (status, "Entra ID does not accept Doorman's own sign-in" in said) == (2, True)
    desk.entra.tenant.licence = "Free"
    status, said = await reconcile(desk, database_url)
    assert (status, "only to tenants with a premium licence" in said) == (2, True)
    desk.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    status, said = await reconcile(desk, database_url)
    assert (status, "the application permission AuditLog.Read.All is missing" in said) == (2, True)


@pytest.mark.storage
async def test_the_schedule_posts_what_differs_once(desk: Desk) -> None:
    await desk.change(HANNA, SET)
    await behind_the_bots_back(desk)
    await next_turn(desk)
    card = await desk.logged(TITLE, OMAR.upn, "Admin deleted security info", "replace its secret")
    assert ALICE.upn not in as_json(card.card() or {})
    assert "201234567" not in as_json(card.card() or {})
    await next_turn(desk)
    assert len(await posted(desk)) == 1
    history = await desk.say(SAM, "history")
    assert "found that Entra's audit log and this trail differ" not in history.text, "it is nobody's own"


async def test_the_schedule_posts_a_change_that_entra_does_not_show(desk: Desk) -> None:
    await desk.change(HANNA, SET)
    desk.entra.audits.clear()
    await next_turn(desk)
    await desk.logged(TITLE, "Not in Entra's log:", ALICE.upn)
    assert len(await posted(desk)) == 1


async def test_the_schedule_says_nothing_when_all_agree(desk: Desk) -> None:
    await desk.change(HANNA, SET)
    await next_turn(desk)
    assert await posted(desk) == []


@pytest.mark.storage
async def test_the_schedule_says_nothing_while_the_log_cannot_be_read(desk: Desk) -> None:
    await behind_the_bots_back(desk)
    desk.entra.tenant.licence = "Free"
    await next_turn(desk)
    assert await posted(desk) == []
    desk.entra.tenant.licence = "P1"
    await next_turn(desk)
    [card] = await posted(desk, "set office for omar +31 20 7654322")
    assert "Admin deleted security info" in card, "the next turn looks back far enough, and before the first change in the trail"

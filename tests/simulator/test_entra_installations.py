"""The app installed in somebody's own Teams through Graph: the two simulators together, and every way in which it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulator import cast
from simulator.entra import Fault
from simulator.entra.teamwork import CatalogueApp, Presence
from simulator.teams import identity
from simulator.world import World
from tests.contracts.graph import response_violations, violations
from tests.simulator.entra_client import Client, Clock, Reply, open_tenant
from tests.simulator.teams_bot import TEXT, FakeBot, card

APP = f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{cast.CATALOGUE_APP_ID}"
ALICE, PRIYA, GUS = (cast.person(name) for name in ("Alice Jansen", "Priya Raman", "Gus Taylor (Adatum)"))
BLOCKED = "App is blocked by app permission policy."


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened
        for request in opened.entra.requests:
            assert response_violations(request) == []


def apps(who: cast.Member) -> str:
    return f"/users/{who.id}/teamwork/installedApps"


async def install(client: Client, who: cast.Member = ALICE, app: str = APP) -> Reply:
    return await client.post(apps(who), {"teamsApp@odata.bind": app})


@asynccontextmanager
async def open_world() -> AsyncIterator[tuple[World, Client, FakeBot]]:
    world = World(limits=False)
    await world.start()
    async with aiohttp.ClientSession() as session:
        bot = FakeBot(world.teams, session)
        bot.bearer = f"Bearer {world.entra.issue_token(cast.BOT_APP_ID, 'https://api.botframework.com')}"
        app = web.Application()
        app.router.add_post("/api/messages", bot.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        world.teams.bot_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        try:
            yield world, Client(world.entra, session, Clock()), bot
        finally:
            await world.stop()
            await runner.cleanup()


async def test_installed_by_graph_written_to_by_the_bot(client: Client) -> None:
    async with open_world() as (world, graph, bot):
        creation = {
            "bot": {"id": f"28:{cast.BOT_APP_ID}"},
            "members": [{"id": ALICE.id}],
            "tenantId": cast.TENANT_ID,
            "isGroup": False,
            "channelData": {"tenant": {"id": cast.TENANT_ID}},
        }
        status, refusal, _ = await bot.call("POST", "conversations", creation)
        assert (status, refusal["error"]["message"]) == (403, "Bot is not installed in user's personal scope")
        assert (await graph.get(apps(ALICE))).values == []

        installed = await install(graph)
        assert (installed.status, installed.text) == (201, "")
        await world.teams.delivered()
        update, added = bot.received
        assert (update["type"], update["action"], added["type"]) == ("installationUpdate", "add", "conversationUpdate")
        assert update["from"] == {"id": identity.mri(ALICE), "aadObjectId": ALICE.id}
        made = [await bot.call("POST", "conversations", creation) for _ in range(2)]
        assert [(status, body["id"]) for status, body, _ in made] == [(201, update["conversation"]["id"])] * 2
        chat = made[0][1]["id"]
        sent = await bot.sent(
            chat, {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card("stop")}]}
        )
        bot.answer = lambda _: web.json_response(
            {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Stopped."}
        )
        assert (await world.teams.press(ALICE, sent, "stop")).message == "Stopped."

        again = await install(graph)
        assert (again.status, again.code) == (409, "Conflict")
        world.teams.block(ALICE)
        status, body, _ = await bot.send(chat, TEXT)
        assert (status, "MessageWritesBlocked" in body["message"]) == (403, True)
        assert world.teams.blocks(ALICE)
        world.teams.block(ALICE, False)

        [found] = (await graph.get(f"{apps(ALICE)}?$expand=teamsApp&$filter=teamsApp/externalId eq '{cast.BOT_APP_ID}'")).values
        assert found["teamsApp"]["id"] == cast.CATALOGUE_APP_ID
        assert (await graph.delete(f"{apps(ALICE)}/{found['id']}")).status == 204
        await world.teams.delivered()
        assert [activity.get("action") for activity in bot.received] == ["add", None, None, None, "remove"]
        status, body, _ = await bot.send(chat, TEXT)
        assert (status, body["error"]["code"]) == (403, "BotNotInConversationRoster")
        assert (await graph.delete(f"{apps(ALICE)}/{found['id']}")).code == "NotFound"
        assert [problem for request in world.entra.requests for problem in (*violations(request), *response_violations(request))] == []


async def test_whose_teams_the_app_is_in() -> None:
    """The helpdesk has it, others once they write or somebody installs it; and not those who never opened Teams."""
    async with open_world() as (world, graph, bot):
        teams = world.teams
        assert [teams.presence(name) for name in ("Hanna Visser", "Oscar Outsider", "Alice Jansen", "Priya Raman")] == [
            *("installed", "installed", "absent", "absent")
        ]
        assert (await install(graph, cast.person("Hanna Visser"))).status == 409
        await teams.say(ALICE, "hello")
        assert (teams.presence(ALICE), [activity["type"] for activity in bot.received]) == ("installed", ["message"])
        control = f"{teams.url}/_control/personal"
        async with aiohttp.ClientSession() as session:
            answer = await session.post(control, json={"as": PRIYA.upn, "opened": False, "blocked": True})
            assert await answer.json() == {"presence": "unopened", "blocked": True}
            assert (await session.post(control, json={"as": PRIYA.upn, "colour": True})).status == 400
            assert await (await session.get(control, params={"as": ALICE.upn})).json() == {"presence": "installed", "blocked": False}
        with pytest.raises(ValueError, match="not installed"):
            await teams.say(PRIYA, "hello")
        assert (await install(graph, PRIYA)).status == 404
        teams.open(PRIYA)
        assert (await install(graph, PRIYA)).status == 201


async def test_refused(client: Client) -> None:
    entra = client.entra
    alice = entra.person(ALICE.upn)
    for wrong in (
        "",
        "Doorman",
        f"https://graph.microsoft.com/v1.0/teamsApps/{cast.CATALOGUE_APP_ID}",
        "http://evil.example/v1.0/appCatalogs/teamsApps/x",
    ):
        assert ((refused := await install(client, app=wrong)).status, refused.code) == (400, "BadRequest")
    bodies: tuple[Any, ...] = (None, [], {}, {"teamsApp": {"id": cast.CATALOGUE_APP_ID}}, {"teamsApp@odata.bind": APP, "id": "x"})
    assert {(await client.post(apps(ALICE), body)).status for body in bodies} == {400}
    unknown = await install(client, app=f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{cast.BOT_APP_ID}")
    assert (unknown.status, unknown.code) == (404, "NotFound")
    nobody = await client.post("/users/nobody@fabrikam.example/teamwork/installedApps", {"teamsApp@odata.bind": APP})
    assert (nobody.status, nobody.code) == (404, "NotFound")

    alice.app_blocked = True
    assert ((blocked := await install(client)).status, blocked.code, blocked.message.startswith(BLOCKED)) == (403, "Forbidden", True)
    alice.app_blocked, alice.teams_licence = False, False
    assert "license" in (await install(client)).message
    assert (await install(client, GUS)).status == 403
    state = (await client.raw("POST", f"/_control/people/{ALICE.id}", json={"teamsLicence": True, "appBlocked": False})).body
    assert (state["teamsLicence"], state["appBlocked"]) == (True, False)

    entra.teamwork.app = CatalogueApp(web_application_id=cast.BOT_APP_ID)  # the manifest names another app
    foreign = await install(client)
    assert (foreign.status, "is not allowed to manage the Teams App" in foreign.message) == (403, True)
    entra.teamwork.places.install(ALICE.id)
    assert (await client.get(apps(ALICE))).values == []  # of others it sees nothing
    client.hold("TeamsAppInstallation.ReadWriteForUser.All")
    [seen] = (await client.get(apps(ALICE))).values
    assert (await client.get(f"{apps(ALICE)}/{seen['id']}")).body["id"] == seen["id"]
    client.hold("TeamsAppInstallation.ReadForUser.All")
    assert ((refused := await client.delete(f"{apps(ALICE)}/{seen['id']}")).status, refused.code) == (403, "Forbidden")
    assert (await install(client)).message.startswith("Missing role permissions")

    client.hold("TeamsAppInstallation.ReadWriteSelfForUser.All")
    none = await client.raw("POST", "/_control/teamwork", json={"app": None})
    assert (none.body, (await install(client)).status) == ({"app": None}, 404)
    again = await client.raw("POST", "/_control/teamwork", json={"app": {"version": "1.1.0"}})
    assert again.body["app"]["version"] == "1.1.0"
    assert {
        (await client.raw("POST", "/_control/teamwork", json=wrong)).status for wrong in ({}, {"app": 5}, {"app": {"colour": "x"}})
    } == {400}


async def test_done_although_the_answer_was_lost(client: Client) -> None:
    client.entra.faults.add(Fault(effect="unavailable", path="installedApps", times=1, after=True))
    assert (await install(client)).status == 503
    assert (await install(client)).status == 409
    assert client.entra.teamwork.places.presence(ALICE.id) is Presence.INSTALLED

"""What Doorman answers over HTTP: the activities of the Bot Framework, health and metrics, and the few pages of `PUBLIC_URL`."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.metrics import exposed
from bot.readiness import Readiness
from bot.teams.endpoint import MessagesEndpoint
from bot.web.routes import page_routes

ENDPOINT = web.AppKey("endpoint", MessagesEndpoint)
READY = web.AppKey("ready", Readiness)


def add_routes(app: web.Application, public_url: str) -> None:
    """Adds the routes; what answers them is put into the application once it runs.

    Args:
        public_url: where people outside Teams reach the pages that are for them; empty for nowhere.
    """
    app.add_routes(
        [
            web.post("/api/messages", _messages),
            web.get("/healthz", _alive),
            web.get("/readyz", _ready),
            web.get("/metrics", _metrics),
        ]
    )
    app.add_routes(page_routes(public_url))


async def _messages(request: web.Request) -> web.Response:
    return await request.app[ENDPOINT].post(request)


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="alive\n")


async def _ready(request: web.Request) -> web.Response:
    problem = await request.app[READY].problem()
    return web.Response(status=503 if problem else 200, text=f"{problem or 'ready'}\n")


async def _metrics(_: web.Request) -> web.Response:
    return web.Response(body=exposed(), headers={"Content-Type": CONTENT_TYPE_LATEST})

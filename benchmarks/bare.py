"""(a) The least that can be done, with aiohttp and nothing else: one post in, one post out. `python -m benchmarks.bare <port>`"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
from aiohttp import web


def bare_echo() -> web.Application:
    """Echoes text."""
    session = web.AppKey("session", aiohttp.ClientSession)

    async def running(app: web.Application) -> Any:
        app[session] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100))
        yield
        await app[session].close()

    async def messages(request: web.Request) -> web.Response:
        activity = await request.json()
        url = f"{activity['serviceUrl']}v3/conversations/{activity['conversation']['id']}/activities/{activity['id']}"
        async with request.app[session].post(url, json={"type": "message", "text": f"Echo: {activity['text']}"}) as response:
            await response.read()
        return web.Response()

    app = web.Application()
    app.cleanup_ctx.append(running)
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    web.run_app(bare_echo(), host="127.0.0.1", port=int(sys.argv[1]), print=None)

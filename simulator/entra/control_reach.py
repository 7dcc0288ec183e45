"""The back door to how people are reached: what was sent, and what arrived where; who may send; which app can be installed."""

from __future__ import annotations

from aiohttp import web

from simulator.entra.control import object_in, refused
from simulator.entra.state import Tenant


class ReachControl:
    """The handlers of `/_control/mails`, `/_control/exchange` and `/_control/teamwork`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/_control/mails", self.mails)
        router.add_get("/_control/exchange", self.exchange)
        router.add_post("/_control/exchange", self.change_exchange)
        router.add_get("/_control/teamwork", self.teamwork)
        router.add_post("/_control/teamwork", self.change_teamwork)

    async def mails(self, request: web.Request) -> web.Response:
        """All that were accepted; with `?to=` (an address, or a person) what arrived there."""
        exchange, to = self._tenant.exchange, request.query.get("to")
        found = exchange.mails if to is None else exchange.inbox(self._tenant, to)
        return web.json_response({"value": [mail.as_json() for mail in found]})

    async def exchange(self, _: web.Request) -> web.Response:
        return web.json_response(self._tenant.exchange.described())

    async def change_exchange(self, request: web.Request) -> web.Response:
        """`assigned`, `policy`, `bouncing` and `limits` (with `messages`, `recipients`, `scale`), all of them optional."""
        wanted = await object_in(request)
        try:
            self._tenant.exchange.change(wanted)
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(self._tenant.exchange.described())

    async def teamwork(self, _: web.Request) -> web.Response:
        return web.json_response(self._tenant.teamwork.described())

    async def change_teamwork(self, request: web.Request) -> web.Response:
        """`app`, with the field names of `CatalogueApp`, all of them optional; null for an app that nobody uploaded."""
        wanted = await object_in(request)
        try:
            self._tenant.teamwork.change(wanted)
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(self._tenant.teamwork.described())

"""The back door to Exchange: what was sent, what arrived where, who may send and how much. No authentication, as for `control`."""

from __future__ import annotations

from aiohttp import web

from simulator.entra.control import object_in, refused
from simulator.entra.state import Tenant


class MailControl:
    """The handlers of `/_control/mails` and `/_control/exchange`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/_control/mails", self.mails)
        router.add_get("/_control/exchange", self.exchange)
        router.add_post("/_control/exchange", self.change)

    async def mails(self, request: web.Request) -> web.Response:
        """All that were accepted; with `?to=` (an address, or a person) what arrived there."""
        exchange, to = self._tenant.exchange, request.query.get("to")
        found = exchange.mails if to is None else exchange.inbox(self._tenant, to)
        return web.json_response({"value": [mail.as_json() for mail in found]})

    async def exchange(self, _: web.Request) -> web.Response:
        return web.json_response(self._tenant.exchange.described())

    async def change(self, request: web.Request) -> web.Response:
        """`assigned`, `policy`, `bouncing` and `limits` (with `messages`, `recipients`, `scale`), all of them optional."""
        wanted = await object_in(request)
        try:
            self._tenant.exchange.change(wanted)
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(self._tenant.exchange.described())

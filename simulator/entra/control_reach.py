"""The back door to how people are reached: what was sent, and what arrived where; who may send; which app can be installed.

And to what may be known of them: the log of sign-ins.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.entra import sign_in_log
from simulator.entra.control import object_in, refused
from simulator.entra.state import Tenant


class ReachControl:
    """The handlers of `/_control/mails`, `/_control/exchange`, `/_control/teamwork` and `/_control/sign-ins`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/_control/mails", self.mails)
        router.add_get("/_control/exchange", self.exchange)
        router.add_post("/_control/exchange", self.change_exchange)
        router.add_get("/_control/teamwork", self.teamwork)
        router.add_post("/_control/teamwork", self.change_teamwork)
        router.add_get("/_control/sign-ins", self.sign_ins)
        router.add_post("/_control/sign-ins", self.add_sign_in)

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

    async def sign_ins(self, _: web.Request) -> web.Response:
        return web.json_response({"value": [row.shown("beta") for row in self._tenant.sign_ins]})

    async def add_sign_in(self, request: web.Request) -> web.Response:
        """A sign-in of `user` at this moment; `errorCode` unless it succeeded; `method` is its second factor, as beta says it."""
        wanted: dict[str, Any] = {"errorCode": 0, "method": ""} | await object_in(request)
        user, error, method = wanted.pop("user", ""), wanted.pop("errorCode"), wanted.pop("method")
        if wanted or type(error) is not int or not isinstance(method, str):
            raise refused("a sign-in has a user, an errorCode (a number) and a method (a text)")
        try:
            person = self._tenant.person(str(user))
        except KeyError:
            raise refused("nobody is called so") from None
        row = sign_in_log.row(person, self._tenant.clock(), error, *([(method, "", error == 0)] if method else []))
        self._tenant.sign_ins.append(row)
        return web.json_response(row.shown("beta"), status=201)

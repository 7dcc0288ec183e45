"""The back door for large tests: quotas, latency, a crowd, and what is remembered. No authentication, as for `control`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulator import crowd
from simulator.entra.control import object_in, refused
from simulator.entra.quotas import Quotas

if TYPE_CHECKING:
    from simulator.entra.service import Entra

MOST_PEOPLE = 100_000


class LoadControl:
    """Handlers of `/_control`, for one simulated tenant."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/_control/quotas", self.quotas)
        router.add_post("/_control/quotas", self.set_quotas)
        router.add_delete("/_control/quotas", self.drop_quotas)
        router.add_get("/_control/load", self.load)
        router.add_post("/_control/load", self.set_load)
        router.add_post("/_control/crowd", self.add_crowd)
        router.add_get("/_control/crowd/file", self.crowd_file)

    async def quotas(self, _: web.Request) -> web.Response:
        """The figures; 404 while there are no quotas."""
        return web.json_response(self._in_force().figures())

    async def set_quotas(self, request: web.Request) -> web.Response:
        """New quotas, of which nothing is used; the body has the field names of `Quotas`, all of them optional."""
        wanted = await object_in(request)
        try:
            self._entra.quotas = Quotas(**wanted)
        except (TypeError, ValueError) as error:
            raise refused(str(error)) from None
        return web.json_response(self._entra.quotas.figures(), status=201)

    async def drop_quotas(self, _: web.Request) -> web.Response:
        self._entra.quotas = None
        return web.Response(status=204)

    async def load(self, _: web.Request) -> web.Response:
        entra = self._entra
        return web.json_response(
            {
                "latency": entra.latency,
                "recording": entra.recording,
                "auditing": entra.tenant.auditing,
                "people": len(entra.tenant.people),
            }
        )

    async def set_load(self, request: web.Request) -> web.Response:
        """`latency` in seconds; `recording` of requests and `auditing` of writes on or off."""
        wanted = await object_in(request)
        kinds: dict[str, Callable[[Any], bool]] = {"latency": _seconds, "recording": _switch, "auditing": _switch}
        for name, value in wanted.items():
            if name not in kinds or not kinds[name](value):
                raise refused(f"{name}={value!r} is nothing that can be set: {', '.join(kinds)} can")
        for name, value in wanted.items():
            setattr(self._entra.tenant if name == "auditing" else self._entra, name, value)
        return await self.load(request)

    async def add_crowd(self, request: web.Request) -> web.Response:
        """`people` (how many there are to be) and `mixed`."""
        wanted = await object_in(request)
        people, mixed = wanted.pop("people", crowd.USUAL), wanted.pop("mixed", True)
        if wanted or not _count(people) or not _switch(mixed):
            raise refused(f"people (1 to {MOST_PEOPLE}) and mixed can be said of a crowd")
        self._entra.add_crowd(people, mixed=mixed)
        return web.json_response({"people": len(self._entra.tenant.people)}, status=201)

    async def crowd_file(self, request: web.Request) -> web.Response:
        """A file for the crowd, `?rows=…&damage=true&mixed=false`."""
        usual = {"rows": str(crowd.USUAL), "damage": "false", "mixed": "true"}
        rows, damage, mixed = (request.query.get(name, value) for name, value in usual.items())
        if not rows.isdecimal() or not _count(int(rows[:9])) or {damage, mixed} - {"true", "false"}:
            raise refused(f"rows is 1 to {MOST_PEOPLE}, damage and mixed are true or false")
        content = crowd.csv_file(int(rows), damage=damage == "true", mixed=mixed == "true")
        return web.Response(body=content, content_type="text/csv", charset="utf-8")

    def _in_force(self) -> Quotas:
        if self._entra.quotas is None:
            raise web.HTTPNotFound(text=json.dumps({"error": "there are no quotas"}), content_type="application/json")
        return self._entra.quotas


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_PEOPLE

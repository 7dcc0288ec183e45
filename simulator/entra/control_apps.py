"""The back door to how people sign in to apps: what an app declares, Conditional Access, and what is wrong with ID tokens."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.entra.conditional_access import STATES, AccessPolicy, AuthenticationContext
from simulator.entra.control import object_in, refused
from simulator.entra.login import Login
from simulator.entra.state import Tenant
from simulator.entra.tokens import AppRegistration


class SignInControl:
    """The handlers of `/_control/applications`, `/_control/conditional-access`, `/_control/id-tokens` and `/_control/device-codes`."""

    def __init__(self, login: Login, tenant: Tenant) -> None:
        self._login = login
        self._tenant = tenant
        self._access = tenant.access

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/_control/applications/{app}", self.application)
        router.add_post("/_control/applications/{app}", self.change_application)
        router.add_get("/_control/conditional-access", self.conditional_access)
        router.add_post("/_control/conditional-access", self.change_conditional_access)
        router.add_post("/_control/id-tokens", self.change_id_tokens)
        router.add_get("/_control/device-codes", self.device_codes)
        router.add_post("/_control/device-codes/{code}", self.enter_device_code)

    async def application(self, request: web.Request) -> web.Response:
        return web.json_response(_described(self._app(request)))

    async def change_application(self, request: web.Request) -> web.Response:
        """`redirectUris` and `optionalClaims`, both lists of texts and optional."""
        app, wanted = self._app(request), await object_in(request)
        if not wanted.keys() <= {"redirectUris", "optionalClaims"} or not all(map(_texts, wanted.values())):
            raise refused("redirectUris and optionalClaims can be changed, which are lists of texts")
        if "redirectUris" in wanted:
            app.redirect_uris = list(wanted["redirectUris"])
        if "optionalClaims" in wanted:
            app.optional_claims = set(wanted["optionalClaims"])
        return web.json_response(_described(app))

    async def conditional_access(self, _: web.Request) -> web.Response:
        return web.json_response(self._access.described())

    async def change_conditional_access(self, request: web.Request) -> web.Response:
        """`contexts` (id, name, published) and `policies` (name, contexts, state): lists that take the place of those that are there."""
        wanted = await object_in(request)
        try:
            contexts = [AuthenticationContext(**each) for each in wanted.get("contexts", ())] if "contexts" in wanted else None
            policies = [_policy(**each) for each in wanted.get("policies", ())] if "policies" in wanted else None
        except (TypeError, ValueError) as error:
            raise refused(f"contexts have id, name and published, policies name, contexts and state: {error}") from None
        if contexts is not None:
            self._access.contexts = {each.id: each for each in contexts}
        if policies is not None:
            self._access.policies = policies
        return web.json_response(self._access.described())

    async def change_id_tokens(self, request: web.Request) -> web.Response:
        """`amrInV2` (true or false), `signedInAgo` (seconds), `instead` (claims by name; null for one that is left out)."""
        wanted, codes = await object_in(request), self._login.codes
        amr, ago, instead = (
            wanted.get("amrInV2", codes.amr_in_v2),
            wanted.get("signedInAgo", codes.signed_in_ago),
            wanted.get("instead", {}),
        )
        known = wanted.keys() <= {"amrInV2", "signedInAgo", "instead"}
        if not known or not isinstance(amr, bool) or type(ago) not in (int, float) or not isinstance(instead, dict):
            raise refused("amrInV2 is true or false, signedInAgo a number of seconds, instead an object of claims")
        codes.amr_in_v2, codes.signed_in_ago, codes.instead = amr, float(ago), dict(instead)
        return web.Response(status=204)

    async def device_codes(self, _: web.Request) -> web.Response:
        return web.json_response({"value": self._login.devices.waiting})

    async def enter_device_code(self, request: web.Request) -> web.Response:
        """Somebody enters the code that a client shows: `user`, a name or an id, signs in; null presses Cancel."""
        wanted, code = await object_in(request), request.match_info["code"]
        try:
            if wanted.get("user") is None:
                self._login.devices.refuse(code)
            else:
                self._login.devices.sign_in(code, self._tenant.person(str(wanted["user"])))
        except KeyError as error:
            raise refused(f"{error} is no code that waits, or nobody") from None
        return web.Response(status=204)

    def _app(self, request: web.Request) -> AppRegistration:
        try:
            return self._login.apps[request.match_info["app"].lower()]
        except KeyError:
            raise web.HTTPNotFound(text='{"error": "no such app"}', content_type="application/json") from None


def _policy(*, name: str, contexts: list[str], state: str = "enabled") -> AccessPolicy:
    if state not in STATES or not _texts(contexts):
        raise ValueError(f"state is one of {', '.join(STATES)}, contexts a list of texts")
    return AccessPolicy(name, tuple(contexts), state)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _described(app: AppRegistration) -> dict[str, Any]:
    return {"redirectUris": list(app.redirect_uris), "optionalClaims": sorted(app.optional_claims)}

"""The HTTP edge of Graph: token, quota, body, route, permission, envelope, record. The routes behind it are plain functions."""

from __future__ import annotations

import asyncio
import json
import random
import re
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from multidict import CIMultiDict

from simulator.entra import batch, methods
from simulator.entra.errors import bad_request, denied, envelope, no_such_segment, unauthenticated
from simulator.entra.faults import Dropped, Faults
from simulator.entra.login import Login
from simulator.entra.message import Answer, Call, GraphError, RawError, RecordedRequest
from simulator.entra.quotas import Quotas
from simulator.entra.registering_permissions import BESIDE
from simulator.entra.routes import BATCH, FOREIGN, TAKES_ZIP, Target, resolve
from simulator.entra.state import Tenant
from simulator.entra.tokens import InvalidToken

VERSION = "/{version:v1\\.0|beta}"
_VERSION = re.compile(r"/(v1\.0|beta)(?=/|$)")
MOST_RECORDED = 10_000
_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_UNREADABLE = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
_SECRET = re.compile(r"authorization|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Unread:
    """A body that is not JSON; the complaint waits until the caller has proved who it is."""

    error: GraphError


class GraphEdge:
    """Answers `/v1.0/...` and `/beta/...`; one per simulated tenant.

    Attributes:
        requests: the latest requests; none are added while `recording` is off.
        quotas: limits in force, or None for none.
        latency: seconds that every HTTP request takes besides, half of them before it is looked at and half before its answer leaves.
    """

    def __init__(self, tenant: Tenant, login: Login, faults: Faults, seed: int) -> None:
        self.recording = True
        self.quotas: Quotas | None = None
        self.latency = 0.0
        self.requests: deque[RecordedRequest] = deque(maxlen=MOST_RECORDED)
        self._tenant = tenant
        self._login = login
        self._faults = faults
        self._shuffle = random.Random(seed)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One HTTP request, batch or not."""
        # raw: decoding must happen after splitting; the part before the version is where the app is mounted
        mount, version, raw = _VERSION.split(request.raw_path, maxsplit=1)
        headers = request.headers
        target = resolve(raw, version)
        content_type = headers.get("Content-Type", "")
        body = _parsed(await request.read(), content_type) if request.body_exists else None
        call = self._call(request.method, target, headers, body, f"{request.scheme}://{request.host}{mount}", version)

        async def perform() -> Answer:
            self._authenticate(call, request.host)
            if target.template == BATCH and call.method == "POST":
                return await self._batch(call)
            return self._dispatch(call, target)

        try:
            await self.travel()
            response = _response(await self._answer(call, perform), call)
            await self.travel()
            return response
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Any path outside the versions."""
        version = request.path.split("/")[1]
        call = self._call(
            request.method, Target(request.path, None, (), request.query_string, request.query, {}), request.headers, None, ""
        )

        async def perform() -> Answer:
            raise bad_request(f"Invalid version: {version}")

        return _response(await self._answer(call, perform), call)

    async def travel(self) -> None:
        """One way between client and service."""
        if self.latency:
            await asyncio.sleep(self.latency / 2)

    def _call(self, method: str, target: Target, headers: Mapping[str, str], body: Any, base_url: str, version: str = "") -> Call:
        request_id = str(uuid.uuid4())
        return Call(
            method=method,
            path=target.path,
            template=target.template,
            params=target.params,
            query=target.query,
            raw_query=target.raw_query,
            headers=headers,
            body=body,
            base_url=base_url,
            request_id=request_id,
            client_request_id=headers.get("client-request-id") or request_id,
            version=version,
        )

    def _authenticate(self, call: Call, host: str) -> None:
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated("Access token is empty.")
        try:
            claims = self._login.tokens.verify(token, self._login.graph_audiences(host))
        except InvalidToken as error:
            raise unauthenticated(str(error)) from None
        call.app_id = claims["appid"]
        call.permissions = frozenset(claims.get("roles", ()))
        if "scp" in claims:
            call.scopes, call.user_id = frozenset(claims["scp"].split()), claims["oid"]

    def _dispatch(self, call: Call, target: Target) -> Answer:
        if self.quotas is not None:
            call.told = self.quotas.take(call, self._tenant.id, self._tenant.clock())
        route = target.routes.get(call.method)
        if route is None:
            raise _no_route(target)
        if isinstance(call.body, bytes) and (call.method, target.template) not in TAKES_ZIP:
            raise _wrong_type()
        if isinstance(call.body, _Unread):
            raise call.body.error
        opened = call.permissions & route.permissions or call.scopes & route.scopes
        if not opened and not self._tenant.exchange.opens(call):
            raise denied(call)
        beside = BESIDE.get((call.method, target.template or ""))
        if beside and not beside & (call.permissions | call.scopes):
            raise denied(call)
        return route.handler(self._tenant, call)

    async def _batch(self, outer: Call) -> Answer:
        if isinstance(outer.body, _Unread):
            raise outer.body.error

        async def perform_one(request: dict[str, Any]) -> Answer:
            target = resolve("/" + request["url"].lstrip("/"), outer.version)
            headers = CIMultiDict(request.get("headers") or {})
            headers.setdefault("client-request-id", outer.client_request_id)
            body = request.get("body")
            if body is not None and not headers.get("Content-Type", "").lower().startswith("application/json"):
                body = _Unread(_wrong_type())
            call = self._call(request["method"].upper(), target, headers, body, outer.base_url, outer.version)
            call.in_batch, call.app_id, call.permissions = True, outer.app_id, outer.permissions
            call.scopes, call.user_id = outer.scopes, outer.user_id

            async def perform() -> Answer:
                if target.template == BATCH:
                    raise bad_request("A batch cannot contain a batch.")
                return self._dispatch(call, target)

            try:
                return await self._answer(call, perform)
            except Dropped:  # inside a batch nothing can be dropped but the answer of the back end
                return envelope(GraphError(504, "UnknownError", ""), call.request_id, call.client_request_id, self._tenant.clock())

        return await batch.run(outer.body, perform_one, self._shuffle, together=bool(self._faults.rules))

    async def _answer(self, call: Call, perform: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer under the faults in force, recorded. Raises Dropped when there is to be none."""
        try:
            if self._faults.rules:
                path = f"/{call.version}{call.path}" if call.version else call.path
                answer = await self._faults.around(call.method, path, perform, unquote(call.raw_query))
            else:
                answer = await perform()
        except RawError as error:
            answer = error.answer
        except GraphError as error:
            answer = envelope(error, call.request_id, call.client_request_id, self._tenant.clock())
        except Dropped:
            self._record(call, Answer(0))
            raise
        if call.told:
            answer.headers.update(call.told)
        self._record(call, answer)
        return answer

    def _record(self, call: Call, answer: Answer) -> None:
        if not self.recording:
            return
        self.requests.append(
            RecordedRequest(
                method=call.method,
                path=call.path,
                template=call.template,
                query=call.query,
                headers={name: value for name, value in call.headers.items() if not _secret(name)},
                body=None if isinstance(call.body, _Unread | bytes) else call.body,
                status=answer.status,
                answer=answer.body,
                in_batch=call.in_batch,
                app_id=call.app_id,
                request_id=call.request_id,
                client_request_id=call.client_request_id,
                at=self._tenant.clock(),
                version=call.version,
                scopes=call.scopes,
            )
        )


@lru_cache(maxsize=1024)
def _secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _no_route(target: Target) -> Exception:
    if target.template is None:
        if target.path.split("/")[1].lower() == "me":
            return bad_request("/me request is only valid with delegated authentication flow.")
        return no_such_segment(target.unknown)
    if target.template in FOREIGN:
        return methods.no_such_operation()
    return GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


def _wrong_type() -> GraphError:
    return GraphError(415, "UnsupportedMediaType", "The content type of the request must be application/json.")


def _parsed(data: bytes, content_type: str) -> Any:
    if not data:
        return None
    if content_type.lower() == "application/zip":
        return data
    if not content_type.lower().startswith("application/json"):
        return _Unread(_wrong_type())
    try:
        return json.loads(data)
    except ValueError:
        return _Unread(bad_request(_UNREADABLE))


def _response(answer: Answer, call: Call) -> web.Response:
    headers = {"request-id": call.request_id, "client-request-id": call.client_request_id, "Cache-Control": "no-cache", **answer.headers}
    body = answer.body
    if body is None:
        return web.Response(status=answer.status, headers=headers)
    headers.setdefault("Content-Type", _JSON)
    return web.Response(status=answer.status, body=body if isinstance(body, bytes) else json.dumps(body).encode(), headers=headers)

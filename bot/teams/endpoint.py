"""`POST /api/messages`: every request ends in the right status, and only proven activities become turns."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web
from botbuilder.schema import Activity

from bot.domain.remarks import Refused, Remark, Tone
from bot.domain.said import say
from bot.errors import ChatError
from bot.languages import Readers
from bot.metrics import ACTIVITIES, TURN_SECONDS
from bot.quick_json import dumped, loaded
from bot.services.explain import incident
from bot.settings.hosts import is_loopback, service_url_allowed
from bot.teams.activity import BadActivity, activity_from
from bot.teams.adapter import TeamsAdapter
from bot.teams.attachments import message
from bot.teams.authentication import InboundTokens, KeysUnavailable, TokenRefused
from bot.teams.handler import DoormanHandler, told
from bot.teams.identity import CHANNEL, actor_of, tenant_of, where_of
from bot.teams.outbound import Connector

log = structlog.get_logger()

#: A Teams message is at most about 100 KB; everything larger is not from Teams.
BODY_LIMIT = 256 * 1024
#: And is here at once. Whoever sends byte by byte is not let to hold a connection.
BODY_SECONDS = 10.0


class MessagesEndpoint:
    """The one door for activities.

    Args:
        tokens: validates the caller; None in INSECURE_LOCAL mode.
        allowed: hosts the bot may answer to.
    """

    def __init__(
        self,
        adapter: TeamsAdapter,
        handler: DoormanHandler,
        connector: Connector,
        tokens: InboundTokens | None,
        allowed: tuple[str, ...],
        tenant_id: str,
        readers: Readers,
    ) -> None:
        self._adapter = adapter
        self._handler = handler
        self._connector = connector
        self._tokens = tokens
        self._allowed = allowed
        self._tenant_id = tenant_id
        self._readers = readers

    async def post(self, request: web.Request) -> web.Response:
        """400 malformed, 401 no valid token, 403 other channel, tenant or URL, 408 too slow, 413 too large, 415 not JSON, 503 no keys."""
        try:
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType(text="send application/json")
            await self._let_in(request)  # before a byte of the body is read: it is work and memory for whoever it comes from
            activity = activity_from(await _json(request))
            if self._tokens:
                await self._tokens.verify(request.headers.get("Authorization"), activity.service_url, activity.channel_id)
        except BadActivity as error:
            return _refused(400, str(error))
        except TokenRefused as error:
            return _refused(401, str(error))
        except KeysUnavailable as error:
            log.error("signing keys out of reach", action="keys_unavailable", detail=str(error))
            return _refused(503, "signing keys out of reach")
        if activity.channel_id != CHANNEL:  # a key may be endorsed for several
            return _refused(403, "not a channel that is served")
        if not service_url_allowed(activity.service_url, self._allowed):
            return _refused(403, "service URL is not on the allow-list")
        if tenant_of(activity) != self._tenant_id.lower():
            await self._turn_away(activity)
            return _refused(403, "other tenant")
        self._connector.regions.seen(activity.service_url)
        return await self._turn(activity)

    async def _let_in(self, request: web.Request) -> None:
        if self._tokens:
            await self._tokens.prove(request.headers.get("Authorization"))
        elif not _from_this_machine(request):
            raise TokenRefused("without tokens I serve this machine alone")

    async def _turn(self, activity: Activity) -> web.Response:
        kind = activity.type if activity.type in ("message", "invoke") else "other"
        with TURN_SECONDS.labels(kind).time():
            try:
                answer = await self._adapter.run(activity, self._handler)
            except Exception as error:
                ACTIVITIES.labels(kind, "failed").inc()
                return await self._own_up(activity, error)
        ACTIVITIES.labels(kind, "answered").inc()
        if answer is None:
            return web.Response(status=200)
        return web.Response(body=dumped(answer.body), status=answer.status, content_type="application/json", charset="utf-8")

    async def _own_up(self, activity: Activity, error: Exception) -> web.Response:
        """A defect of ours: whoever waits for an answer gets an incident number, and the log the traceback under it."""
        sorry = Remark(incident(error), say("If it happens again, give that number to whoever runs Doorman."), Tone.PROBLEM)
        if activity.type == "invoke":
            return web.json_response(told(sorry, self._readers.of(actor_of(activity))).body)
        if activity.type == "message":
            await self._say(activity, sorry)
        return web.Response(status=200)

    async def _turn_away(self, activity: Activity) -> None:
        """Somebody of another organisation who typed gets a sentence; nothing else happens."""
        log.warning("activity of another tenant", action="other_tenant", type=activity.type)
        if activity.type != "message":
            return
        await self._say(
            activity,
            Remark(
                say("I only work for people of another organisation, so I cannot help you here."),
                say("Ask your own helpdesk."),
                Tone.REFUSED,
                refused=Refused.NOT_ALLOWED,
            ),
        )

    async def _say(self, activity: Activity, remark: Remark) -> None:
        where = where_of(activity)
        try:
            await self._connector.send(where, message(remark, where, reader=self._readers.of(actor_of(activity))))
        except ChatError as error:
            log.info("remark undeliverable", action="remark_undeliverable", error=str(error))


def _from_this_machine(request: web.Request) -> bool:
    """Whether nobody but a program of this machine can have sent it: a tunnel to a local port names another host or its client."""
    host = request.host.rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    forwarded = any(name.lower() == "forwarded" or name.lower().startswith("x-forwarded-") for name in request.headers)
    return is_loopback(request.remote or "") and is_loopback(host) and not forwarded


async def _json(request: web.Request) -> object:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
    except TimeoutError as error:
        request.content.feed_eof()  # else the server waits some more for the rest
        raise _hang_up(web.HTTPRequestTimeout(text="the body takes too long")) from error
    except web.RequestPayloadError as error:
        request.content.feed_eof()  # else the server goes on unpacking the rest, and logs a traceback when that fails too
        raise _hang_up(web.HTTPBadRequest(text="the body cannot be read")) from error
    except web.HTTPRequestEntityTooLarge as error:
        if "Content-Encoding" in request.headers:
            request.content.feed_eof()  # else the server unpacks the rest of the bomb after its answer
            raise _hang_up(error) from error
        raise
    try:
        return loaded(body)
    except (ValueError, RecursionError) as error:
        raise BadActivity("the body is not JSON") from error


def _hang_up(answer: web.HTTPException) -> web.HTTPException:
    answer.force_close()
    return answer


def _refused(status: int, reason: str) -> web.Response:
    ACTIVITIES.labels("refused", str(status)).inc()
    log.info("activity refused", action="activity_refused", status=status, reason=reason)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return web.json_response({"error": {"code": str(status), "message": reason}}, status=status, headers=headers)

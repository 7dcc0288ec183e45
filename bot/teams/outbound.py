"""Posting to Teams: the Bot Connector's REST interface on one aiohttp session.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from bot.domain.conversations import ConversationRef, Member
from bot.domain.people import Actor
from bot.domain.replies import ApprovalShown, BulkShown, OperationShown, Reply
from bot.domain.stop import GO, Stop
from bot.errors import SERVICE_ERROR, ChatError, ChatRefused, ChatUnavailable, DirectoryError, StoreUnavailable
from bot.languages import Readers
from bot.logs import path_shown
from bot.ports import Sleep
from bot.quick_json import dumped, loaded
from bot.retry import asked_for, spread
from bot.settings.hosts import service_url_allowed
from bot.teams.attachments import message, requester_of
from bot.teams.regions import Regions, is_elsewhere

#: Asking again helps for these: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
TRY_AGAIN = frozenset({412, 429, 500, 502, 503, 504})
#: Tries within one call; who waits longer decides for themselves (`services.announce`).
TRIES = 3
LONGEST_WAIT = 5.0
#: Teams never asks for more than minutes; a figure beyond this is a mistake, and waiting for it would lose the post.
LONGEST_ASKED = 600.0
#: The largest page of a roster that Teams gives, and how much of a large one is read.
PAGE_SIZE = 500
MOST_MEMBERS = 1000
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)

log = structlog.get_logger()


async def _none() -> tuple[str, ...]:
    return ()


class TokenSource(Protocol):
    """`bot.tokens.Tokens.get`: a bearer token; one that the Connector refused is not given again."""

    async def __call__(self, *, refused: str = "") -> str: ...


class Connector:
    """Sends, updates and deletes messages, and asks who is in a conversation.

    Args:
        token: gives a bearer token for the Connector, or None in INSECURE_LOCAL mode.
        allowed: hosts that may ever be posted to.
        targeted: whether messages for one person alone may be tried in a channel.

    Attributes:
        addresses: gives addresses that are known elsewhere than in `regions`, for a conversation that none of those serves.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        token: TokenSource | None,
        allowed: Iterable[str],
        sleep: Sleep = asyncio.sleep,
        *,
        targeted: bool = False,
    ) -> None:
        self.targeted = targeted
        self._session = session
        self._token = token
        self._allowed = frozenset(allowed)
        self._sleep = sleep
        self.regions = Regions()
        self.addresses: Callable[[], Awaitable[tuple[str, ...]]] = _none

    async def send(self, where: ConversationRef, activity: dict[str, Any], *, reply_to: str = "") -> str:
        """Posts a message; returns its activity id. Raises ChatError."""
        answer = await self._call("POST", where, _path_of(where, reply_to), activity)
        return str(answer.get("id") or "")

    async def send_to_one(self, where: ConversationRef, activity: dict[str, Any], user_id: str, *, reply_to: str = "") -> bool:
        """Posts a message in a channel or a group chat that this one person alone sees; whether Teams took it.

        Public preview: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/targeted-messages
        """
        if not self.targeted or where.kind == "personal":
            return False
        try:
            await self._call(
                "POST", where, f"{_path_of(where, reply_to)}?isTargetedActivity=true", activity | {"recipient": {"id": user_id}}
            )
        except ChatError as error:
            log.info("targeted message not taken", action="targeted_refused", error=str(error))
            return False
        return True

    async def update(self, where: ConversationRef, activity_id: str, activity: dict[str, Any]) -> None:
        """Replaces a message. Raises ChatError."""
        path = f"v3/conversations/{quote(where.conversation_id, safe='')}/activities/{quote(activity_id, safe='')}"
        await self._call("PUT", where, path, activity | {"id": activity_id})

    async def delete(self, where: ConversationRef, activity_id: str) -> None:
        """Deletes a message. Raises ChatError."""
        await self._call(
            "DELETE", where, f"v3/conversations/{quote(where.conversation_id, safe='')}/activities/{quote(activity_id, safe='')}"
        )

    async def object_id_of(self, where: ConversationRef, user_id: str) -> str:
        """The Entra object id of a member of a conversation; empty when Teams cannot say."""
        path = f"v3/conversations/{quote(where.conversation_id.partition(';')[0], safe='')}/members/{quote(user_id, safe='')}"
        try:
            member = await self._call("GET", where, path)
        except (ChatRefused, ChatUnavailable):
            return ""
        return str(member.get("aadObjectId") or member.get("objectId") or "").lower()

    async def members(self, where: ConversationRef, most: int = MOST_MEMBERS) -> tuple[Member, ...]:
        """Who is in a conversation; of a large one about the first `most`. Raises ChatError.

        https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#fetch-the-roster-or-user-profile
        """
        path = f"v3/conversations/{quote(where.conversation_id.partition(';')[0], safe='')}/pagedmembers?pageSize={PAGE_SIZE}"
        found: list[Member] = []
        token = ""
        while len(found) < most:
            page = await self._call("GET", where, f"{path}&continuationToken={quote(token, safe='')}" if token else path)
            rows = page.get("members")
            if not isinstance(rows, list):  # whoever is in it must not be taken for nobody
                raise ChatUnavailable("a roster without members")
            found += [member for row in rows if (member := _member(row))]
            token = str(page.get("continuationToken") or "")
            if not token:
                break
        return tuple(found[:most])

    async def personal_chat(self, where: ConversationRef, bot_id: str, user_id: str, tenant_id: str) -> ConversationRef:
        """The one-to-one chat with somebody; made when there is none. Raises ChatError (403: the app is not installed for them)."""
        body = {
            "bot": {"id": bot_id},
            "isGroup": False,
            "members": [{"id": user_id}],
            "tenantId": tenant_id,
            "channelData": {"tenant": {"id": tenant_id}},
        }
        service_url, answer = await self._wherever("POST", where, "v3/conversations", body)
        return ConversationRef(service_url, str(answer.get("id") or ""), "personal")

    async def _call(self, method: str, where: ConversationRef, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        service_url, answer = await self._wherever(method, where, path, body)
        if service_url != where.service_url:
            self.regions.found(where, service_url)
        return answer

    async def _wherever(self, method: str, where: ConversationRef, path: str, body: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
        """Who answers and what, wherever the conversation is served."""
        if not service_url_allowed(where.service_url, self._allowed):
            raise ChatRefused("service URL is not on the allow-list", status=0)
        async for service_url in self._places(where):
            try:
                return service_url, await self._ask(method, service_url, path, body)
            except _ServedElsewhere as error:
                log.info("served elsewhere", action="served_elsewhere", address=service_url, error=str(error))
        raise ChatUnavailable("served in a region that no activity came from yet")

    async def _places(self, where: ConversationRef) -> AsyncIterator[str]:
        """Where to ask for a conversation: what is known here first, then what an earlier life of ours or a replica has seen."""
        known = self.regions.to_try(where)
        for service_url in known:
            yield service_url
        with contextlib.suppress(StoreUnavailable):
            for service_url in dict.fromkeys(await self.addresses()):
                if service_url not in known and service_url_allowed(service_url, self._allowed):
                    yield service_url

    async def _ask(self, method: str, service_url: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        # The path stays exactly as quoted: conversation ids contain `:`, `@` and `;`.
        url = URL(f"{service_url.rstrip('/')}/{path}", encoded=True)
        for attempt in range(1, TRIES + 1):
            try:
                return await self._once(method, url, body, attempt)
            except (ChatUnavailable, _RefusedInPassing) as error:
                asked = error.retry_after if isinstance(error, ChatUnavailable) else None
                wait = asked if asked is not None else 0.3 * 2**attempt
                if attempt == TRIES or wait > LONGEST_WAIT:
                    raise
                await self._sleep(spread(wait, 0, more=0.2))
        raise AssertionError("unreachable")

    async def _once(self, method: str, url: URL, body: dict[str, Any] | None, attempt: int) -> dict[str, Any]:
        content = dumped(body) if body is not None else None
        try:
            token = await self._token() if self._token else ""
            status, retry_after, payload = await self._exchange(method, url, content, token, attempt)
            if status == 401 and self._token:
                # Revoked, or signed with a key that was withdrawn: a new token decides whether we are refused or only the old one was.
                status, retry_after, payload = await self._exchange(method, url, content, await self._token(refused=token), attempt)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ChatUnavailable(type(error).__name__) from error
        except DirectoryError as error:
            raise ChatUnavailable(f"no token: {error}") from error
        if status in TRY_AGAIN:
            raise ChatUnavailable(f"{status} from Teams", retry_after=asked_for(retry_after, LONGEST_ASKED))
        if status >= 300:
            raise _refusal(method, status, payload)
        if payload.lstrip().startswith(b"<") or (method == "GET" and _parsed(payload) is None):
            raise ChatUnavailable(f"{status} and a page that is not of Teams")  # a proxy's: nobody has seen the message
        return _object(payload)

    async def _exchange(self, method: str, url: URL, content: bytes | None, token: str, attempt: int) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and body. Redirects are not followed: they would carry message and token to a host nobody listed."""
        headers = {"Content-Type": "application/json"} if content is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        began, said = time.monotonic(), "no answer"
        try:
            async with self._session.request(
                method, url, data=content, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                payload = await response.read()
                said = str(response.status)
                return response.status, response.headers.get("Retry-After"), payload
        finally:
            if log.is_enabled_for(logging.DEBUG):  # whom it is about, and what was said, stays out of the log
                seconds = round(time.monotonic() - began, 3)
                log.debug("teams call", action="teams_call", call=f"{method} {path_shown(url.path)}", status=said, seconds=seconds,
                          attempt=attempt)  # fmt: skip


class TeamsAnnouncer:
    """`ports.Announcer`: replies posted outside a turn.

    Args:
        answer_is_out: comes back when no press on the card with this activity id is being answered.
        stop: what cards that wait for somebody have to speak of.
    """

    def __init__(
        self, connector: Connector, readers: Readers, answer_is_out: Callable[[str], Awaitable[None]], stop: Callable[[], Awaitable[Stop]]
    ) -> None:
        self._connector = connector
        self._readers = readers
        self._answer_is_out = answer_is_out
        self._stop = stop

    async def send(self, where: ConversationRef, reply: Reply, to: Actor | None = None) -> str:
        """Posts a new message and returns its activity id; raises ChatError."""
        return await self._connector.send(where, await self._said(reply, where, to))

    async def update(self, where: ConversationRef, activity_id: str, reply: Reply, to: Actor | None = None) -> None:
        """Replaces a message in place, after the answer to whoever has just pressed there; raises ChatError."""
        await self.quiet(activity_id)
        await self._connector.update(where, activity_id, await self._said(reply, where, to))

    async def quiet(self, activity_id: str) -> None:
        """See `bot.ports.Announcer`."""
        await self._answer_is_out(activity_id)

    async def _said(self, reply: Reply, where: ConversationRef, to: Actor | None) -> dict[str, Any]:
        """The message that says it: what has ended, and the log, stands there long after a pause or a high threat level is over."""
        waits = isinstance(reply, OperationShown | ApprovalShown | BulkShown) and reply.operation.state.waiting
        return message(reply, where, await self._stop() if waits else GO, self._readers.of(to or requester_of(reply)))

    async def members(self, where: ConversationRef) -> tuple[Member, ...]:
        """Who is in a conversation; raises ChatError."""
        return await self._connector.members(where)


class TeamsDoor:
    """`ports.PersonalDoor`.

    Args:
        bot_id: the bot's app id.
        service_url: the Bot Connector of the cloud, which knows where everybody is served.
    """

    def __init__(self, connector: Connector, bot_id: str, tenant_id: str, service_url: str) -> None:
        self._connector = connector
        self._bot_id = f"28:{bot_id}"
        self._anywhere = ConversationRef(service_url, "", "personal")
        self.tenant_id = tenant_id

    async def open_chat(self, object_id: str) -> ConversationRef:
        """See `bot.ports.PersonalDoor`; https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages"""
        return await self._connector.personal_chat(self._anywhere, self._bot_id, object_id, self.tenant_id)


def _path_of(where: ConversationRef, reply_to: str) -> str:
    """Where a message goes: into the conversation, or below another message there."""
    path = f"v3/conversations/{quote(where.conversation_id, safe='')}/activities"
    return f"{path}/{quote(reply_to, safe='')}" if reply_to else path


def _member(row: Any) -> Member | None:
    """A TeamsChannelAccount; None for what is none, such as an app."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return None
    object_id = str(row.get("aadObjectId") or row.get("objectId") or "").lower()
    return Member(row["id"], str(row.get("name") or ""), object_id) if object_id else None


def _parsed(payload: bytes) -> Any:
    """The JSON in a body; None when it is none."""
    try:
        return loaded(payload)
    except (ValueError, RecursionError):
        return None


def _object(payload: bytes) -> dict[str, Any]:
    answer = _parsed(payload)
    return answer if isinstance(answer, dict) else {}


class _ServedElsewhere(ChatRefused):
    """Not here: another region serves this conversation."""


class _RefusedInPassing(ChatRefused):
    """Teams says no without a reason, and now and then takes the same a moment later (MicrosoftDocs/msteams-docs#7613)."""


def _refusal(method: str, status: int, payload: bytes) -> ChatRefused:
    """Why Teams does not take it. What the chat service behind it says stands deeper down, as text.

    https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
    """
    answer = _object(payload)
    error = answer["error"] if isinstance(answer.get("error"), dict) else answer
    text = str(error.get("message") or "")
    code = str(error.get("subCode") or _object(text.encode()).get("subCode") or error.get("code") or "")[:80]
    if is_elsewhere(code, text):
        return _ServedElsewhere(code, status=status)
    if code == SERVICE_ERROR and method == "POST":  # of an update it means that the message was deleted (BotFramework-Services#269)
        return _RefusedInPassing(code, status=status)
    return ChatRefused(code, status=status)

"""Carries activities to the bot's endpoint, as impatient as Teams."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from simulator.teams.activities import stamp
from simulator.teams.tokens import ChannelTokens

# "If your bot takes longer than 15 seconds the activity is sent again":
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
REDELIVER_AFTER = 15.0
# The client gives up on an invoke: https://github.com/MicrosoftDocs/msteams-docs/issues/6461
INVOKE_TIMEOUT = 15.0
# Mostly an invoke is sent once. Some were seen four times: the same twice, and twice more with another id and time
# (https://github.com/microsoft/botbuilder-dotnet/issues/5005).
INSISTENT = (False, False, True, False)  # whether the id and the time are new ones


@dataclass(frozen=True)
class Undelivered:
    """An activity the bot did not take: `status` is its HTTP answer, 0 when it could not be reached or was too slow every time."""

    activity: dict[str, Any]
    status: int


class Delivery:
    """The HTTP side towards the bot. Every request carries a token for the service URL named in the activity."""

    def __init__(
        self,
        endpoint: Callable[[], str],
        tokens: ChannelTokens,
        service_url: str,
        *,
        redeliver_after: float = REDELIVER_AFTER,
        redeliveries: int = 1,
        invoke_timeout: float = INVOKE_TIMEOUT,
    ) -> None:
        self.insistent = ""  # "later": every invoke is delivered again after its answer, which got lost; "at once": beside it
        self._endpoint = endpoint
        self._tokens = tokens
        self._service_url = service_url
        self._base = service_url.rstrip("/").rpartition("/")[0] + "/"
        self._redeliver_after = redeliver_after
        self._redeliveries = redeliveries
        self._invoke_timeout = invoke_timeout
        self.undelivered: list[Undelivered] = []
        # no limit: the people of a benchmark all speak at once. The longest wait is decided per call below.
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None))

    async def post(self, activity: dict[str, Any] | bytes | str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        """Send once, exactly as given.

        Args:
            activity: an object to be sent as JSON, or a raw body.
            headers: all headers to send; None sends those of Teams. Nothing is added to given ones.

        Returns:
            Status, headers and body of the bot's answer.

        Raises:
            aiohttp.ClientError: the bot could not be reached.
        """
        body = json.dumps(activity) if isinstance(activity, dict) else activity
        if headers is None:
            named = activity.get("serviceUrl") if isinstance(activity, dict) else None
            ours = isinstance(named, str) and named.startswith(self._base)
            bearer = self._tokens.bearer(str(named) if ours else self._service_url)
            headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json; charset=utf-8"}
        raw = body if isinstance(body, bytes) else body.encode()
        async with self.session.post(self._endpoint(), data=raw, headers=headers, skip_auto_headers=("Content-Type",)) as response:
            return response.status, dict(response.headers), (await response.read()).decode("utf-8", "replace")

    async def deliver(self, activity: dict[str, Any]) -> int:
        """Send an event or message, again when the bot is slow.

        Returns:
            The HTTP status; 0 when the bot could not be reached or stayed too slow. Anything but 2xx is noted in `undelivered`.
        """
        status = 0
        for _ in range(1 + self._redeliveries):
            try:
                async with asyncio.timeout(self._redeliver_after):
                    status, _, _ = await self.post(activity)
                break
            except TimeoutError:
                continue
            except aiohttp.ClientError:
                break
        if not 200 <= status < 300:
            self.undelivered.append(Undelivered(activity, status))
        return status

    async def invoke(self, activity: dict[str, Any]) -> tuple[int, Any]:
        """Send an invoke; (status, JSON body), or (0, None) when there was no answer in time. A body that is no JSON is None.

        Of an insistent one it is the last answer that reaches the client.
        """
        if not self.insistent:
            return await self._ask(activity)
        deliveries: list[dict[str, Any]] = []
        for anew in INSISTENT:
            latest = deliveries[-1] if deliveries else activity
            deliveries.append(_renewed(latest) if anew else latest)
        if self.insistent == "at once":
            return (await asyncio.gather(*map(self._ask, deliveries)))[-1]
        return [await self._ask(each) for each in deliveries][-1]

    async def _ask(self, activity: dict[str, Any]) -> tuple[int, Any]:
        try:
            async with asyncio.timeout(self._invoke_timeout):
                status, _, body = await self.post(activity)
        except (TimeoutError, aiohttp.ClientError):
            return 0, None
        try:
            return status, json.loads(body)
        except ValueError:
            return status, None


def _renewed(activity: dict[str, Any]) -> dict[str, Any]:
    """The same invoke, sent half a minute later as if it were another one."""
    later = datetime.fromisoformat(activity["timestamp"]) + timedelta(seconds=30)
    return activity | {"id": f"f:{uuid.uuid4()}", "timestamp": stamp(later)}

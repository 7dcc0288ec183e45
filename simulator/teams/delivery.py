"""Carries activities to the bot's endpoint, as impatient as Teams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulator.teams.tokens import ChannelTokens

# "If your bot takes longer than 15 seconds the activity is sent again":
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
REDELIVER_AFTER = 15.0
# An invoke is never sent again by the service; the client gives up: https://github.com/MicrosoftDocs/msteams-docs/issues/6461
INVOKE_TIMEOUT = 15.0


@dataclass(frozen=True)
class Undelivered:
    """An activity the bot did not take: `status` is its HTTP answer, 0 when it could not be reached or was too slow every time."""

    activity: dict[str, Any]
    status: int


class Delivery:
    """The HTTP side towards the bot. Every request carries a token for the service URL named in the activity."""

    def __init__(self, endpoint: Callable[[], str], tokens: ChannelTokens, service_url: str, *, redeliver_after: float = REDELIVER_AFTER,
                 redeliveries: int = 1, invoke_timeout: float = INVOKE_TIMEOUT) -> None:
        self._endpoint = endpoint
        self._tokens = tokens
        self._service_url = service_url
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
            bearer = self._tokens.bearer(self._service_url)
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
        """Send an invoke once; (status, JSON body), or (0, None) when there was no answer in time. A body that is no JSON is None."""
        try:
            async with asyncio.timeout(self._invoke_timeout):
                status, _, body = await self.post(activity)
        except (TimeoutError, aiohttp.ClientError):
            return 0, None
        try:
            return status, json.loads(body)
        except ValueError:
            return status, None

"""An answer that is not there in time: a message says so at once, is kept true, and becomes the answer when that is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from botbuilder.core import TurnContext

from bot.domain.remarks import Remark, Tone
from bot.domain.replies import Reply
from bot.languages import Readers
from bot.services.asking import Asking
from bot.services.explain import incident
from bot.teams.carrier import Carrier
from bot.teams.identity import actor_of

log = structlog.get_logger()

#: So often what is said meanwhile is looked at; the message is edited when there is something else to say.
LOOK_SECONDS = 3.0
#: When the process ends, so long everybody who waits is told; a second or two is what it takes.
CLOSING_SECONDS = 5.0

#: What a reply is where Teams takes it; see `DoormanHandler`.
Fitted = Callable[[TurnContext, Reply], Awaitable[Reply]]


class StillAsking:
    """The messages that say "still asking", and what they become.

    Args:
        fitted: makes of an answer what can be said where it was asked.
    """

    def __init__(self, carrier: Carrier, readers: Readers, fitted: Fitted) -> None:
        self._carrier = carrier
        self._readers = readers
        self._fitted = fitted
        self._following: dict[Asking, asyncio.Task[None]] = {}

    async def begin(self, context: TurnContext, asking: Asking) -> None:
        """Says that it takes longer, and sees to the answer beside the turn."""
        zone = self._readers.of(actor_of(context.activity)).zone
        said = asking.so_far(zone)
        log.info("still asking", action="still_asking", command=asking.invocation.command.name if asking.invocation else "")
        card_id = await self._carrier.meanwhile(context, said)
        task = self._following[asking] = asyncio.create_task(self._follow(context, asking, said, card_id))
        task.add_done_callback(lambda _: self._following.pop(asking))

    async def close(self) -> None:
        """Ends what is being asked, and says so where that was said; nobody answers there after this."""
        for asking in self._following:
            asking.interrupt()
        if following := list(self._following.values()):
            _, late = await asyncio.wait(following, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()

    async def _follow(self, context: TurnContext, asking: Asking, said: Remark, card_id: str) -> None:
        zone = self._readers.of(actor_of(context.activity)).zone
        try:
            while (reply := await asking.reply(LOOK_SECONDS)) is None:
                if (now := asking.so_far(zone)) != said:
                    said = now
                    await self._carrier.replaced(context, card_id, said)
            reply = await self._fitted(context, reply)
        except Exception as error:  # nobody waits for this task
            reply = Remark(incident(error), tone=Tone.PROBLEM)
        await self._carrier.at_last(context, card_id, reply)

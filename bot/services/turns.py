"""One turn: taken in once, however often it is delivered, and ended with an answer. Every path ends in a reply and an audit event."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from bot.domain.incoming import CardAction, FileConsent, IncomingMessage
from bot.domain.notices import Notice
from bot.domain.stop import Pause
from bot.errors import StoreUnavailable
from bot.ports import Clock, Operations, Stops
from bot.services.posted import Posted
from bot.services.pressed_once import pressed_once
from bot.services.refuse import refuse_file, refuse_message, refuse_press


class Turns:
    """Knows which activities were answered before, and what every answer has to speak of.

    Attributes:
        posted: where the cards stand that replies take the place of.
    """

    def __init__(self, operations: Operations, stops: Stops, clock: Clock) -> None:
        self._operations = operations
        self._stops = stops
        self._clock = clock
        self.posted = Posted(operations, clock)
        self._over: list[str] = []
        self._noting: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """This moment."""
        return self._clock()

    async def is_new(self, key: str) -> bool:
        """Whether this activity is seen for the first time; raises StoreUnavailable."""
        return await self._operations.first_delivery(key, self._clock())

    def pressed_once(self, press: CardAction | FileConsent) -> AbstractAsyncContextManager[bool]:
        """Tries a press that makes something new; see `pressed_once`."""
        return pressed_once(self._operations, press, self._clock)

    def answered(self, key: str) -> None:
        """Notes that the turn is over, beside it: if the note gets lost, a redelivery is answered again, which does no harm."""
        self._over.append(key)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_answered())

    async def _note_answered(self) -> None:
        """One note at a time, for all turns that ended during the one before."""
        while self._over:
            keys, self._over = self._over, []
            with contextlib.suppress(StoreUnavailable):
                await self._operations.answered(keys)

    async def pause(self) -> Pause | None:
        """The pause that every card has to speak of; None when there is none or nobody can say."""
        try:
            return (await self._stops.seen("", self._clock())).pause
        except StoreUnavailable:
            return None

    async def refused(self, what: IncomingMessage | CardAction | FileConsent, error: Exception) -> Notice:
        """The sentence for a turn that came to nothing."""
        match what:
            case IncomingMessage():
                return await refuse_message(self._operations, self._clock, what, error)
            case CardAction():
                return await refuse_press(self._operations, self._clock, what, error)
            case FileConsent():
                return await refuse_file(self._operations, self._clock, what, error)

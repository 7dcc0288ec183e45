"""One turn: taken in once, however often it is delivered, and ended with an answer. Every path ends in a reply and an audit event."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.incoming import CardAction, FileConsent, IncomingMessage
from bot.domain.remarks import Remark
from bot.domain.stop import GO, Stop, Threat
from bot.errors import StoreUnavailable
from bot.ports import Clock, Notices, Operations, Stops
from bot.services.posted import Posted
from bot.services.pressed_once import pressed_once
from bot.services.refuse import refuse_file, refuse_message, refuse_press

#: So long after a press was answered the answer has reached the client. A card that is brought up to date sooner could come first, and
#: the answer, which shows less, would stand over it for good.
ANSWER_TRAVELS = 0.2
#: Whoever presses again and again keeps a card from nobody for longer than this: more seconds than a turn may take.
LONGEST_WAIT = 10.0

#: So long after a notice the events of the installation that it took may come.
INSTALLED_FOR_NOTICE = timedelta(minutes=10)


class Turns:
    """Knows which activities were answered before or are being answered, and what every answer has to speak of.

    Args:
        threat: the level until it is known how it stands; None for normal.

    Attributes:
        posted: where the cards stand that replies take the place of.
    """

    def __init__(self, operations: Operations, stops: Stops, notices: Notices, clock: Clock, threat: Threat | None = None) -> None:
        self._operations = operations
        self._stops = stops
        self._notices = notices
        self._clock = clock
        self._known = threat
        self.posted = Posted(operations, clock)
        self._over: list[str] = []
        self._noting: asyncio.Task[None] | None = None
        self._answering: Counter[str] = Counter()
        self._waiting: dict[str, asyncio.Event] = {}

    def now(self) -> datetime:
        """This moment."""
        return self._clock()

    async def is_new(self, key: str) -> bool:
        """Whether this activity is seen for the first time; raises StoreUnavailable."""
        return await self._operations.first_delivery(key, self._clock())

    async def to_be_welcomed(self, key: str, person_id: str) -> bool:
        """Whether somebody added the app, for the first time; not we, who have something for this person. Raises StoreUnavailable."""
        since = self._clock() - INSTALLED_FOR_NOTICE
        return await self.is_new(key) and not (person_id and await self._notices.in_teams(person_id, since))

    def pressed_once(self, press: CardAction | FileConsent) -> AbstractAsyncContextManager[bool]:
        """Tries a press that makes something new; see `pressed_once`."""
        return pressed_once(self._operations, press, self._clock)

    def answered(self, key: str) -> None:
        """Notes that the turn is over, beside it: if the note gets lost, a redelivery is answered again, which does no harm."""
        self._over.append(key)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_answered())

    @contextlib.contextmanager
    def answering(self, card_id: str) -> Iterator[None]:
        """While a press on this card is being answered, and until the answer is out, `answer_is_out` waits."""
        self._answering[card_id] += 1
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(ANSWER_TRAVELS, self._is_out, card_id)

    def _is_out(self, card_id: str) -> None:
        self._answering[card_id] -= 1
        if not self._answering[card_id]:
            del self._answering[card_id]
            if waits := self._waiting.pop(card_id, None):
                waits.set()

    async def answer_is_out(self, card_id: str) -> None:
        """Comes back when no press on this card is being answered in this process, or none that began a while ago."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT):
                while card_id in self._answering:
                    await self._waiting.setdefault(card_id, asyncio.Event()).wait()

    async def _note_answered(self) -> None:
        """One note at a time, for all turns that ended during the one before."""
        while self._over:
            keys, self._over = self._over, []
            with contextlib.suppress(StoreUnavailable):
                await self._operations.answered(keys)

    async def stop(self) -> Stop:
        """What cards have to speak of: the pause and the threat level. Where nobody can say, the level that was known last."""
        now = self._clock()
        try:
            stop = await self._stops.seen("", now)
        except StoreUnavailable:
            return replace(GO, threat=self._known if self._known and self._known.until > now else None)
        self._known = stop.threat
        return stop

    async def refused(self, what: IncomingMessage | CardAction | FileConsent, error: Exception) -> Remark:
        """The sentence for a turn that came to nothing."""
        match what:
            case IncomingMessage():
                return await refuse_message(self._operations, self._clock, what, error)
            case CardAction():
                return await refuse_press(self._operations, self._clock, what, error)
            case FileConsent():
                return await refuse_file(self._operations, self._clock, what, error)

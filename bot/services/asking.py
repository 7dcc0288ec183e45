"""One typed line on its way to its answer, which may take longer than a turn: then whoever typed it is told so, and it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

from bot.commands.spec import Invocation
from bot.domain.incoming import IncomingMessage
from bot.domain.remarks import Remark
from bot.domain.replies import Reply
from bot.domain.said import say
from bot.errors import Interrupted
from bot.services.turns import Turns
from bot.waiting import Waiting, waiting

#: After so long whoever typed is told that it takes longer: before they type it again, and before Teams delivers it again (10 to 15 s).
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
IN_TIME_SECONDS = 5.0
#: And after so long that it came to nothing: rights that were read at the beginning are no older then than `gate.CACHED_FOR`.
LONGEST_SECONDS = 60.0


class Asking:
    """One typed line, which is being answered from the moment this is made.

    Args:
        answer: makes the answer; may raise whatever has a sentence.
        seconds: how long that may take; None for as long as Entra ID is waited for.

    Attributes:
        message: as far as it has been read.
        began: what was read of whoever typed after this is new enough.
        invocation: what was understood; None as long as nothing is.
        late_since: when the answer was not there in time; None as long as it is not late.
    """

    def __init__(
        self, message: IncomingMessage, answer: Callable[[Asking], Awaitable[Reply]], turns: Turns, seconds: float | None = None
    ) -> None:
        seconds = LONGEST_SECONDS if seconds is None else seconds
        self.message = message
        self.began = turns.now()
        self.invocation: Invocation | None = None
        self.late_since: datetime | None = None
        self._turns = turns
        self._wait = Waiting(seconds, turns.now)
        self._latest = self.began + timedelta(seconds=seconds)
        self._interrupted = False
        self._answering = asyncio.create_task(self._answer(answer, seconds))

    async def in_time(self) -> Reply | None:
        """The answer, or None when whoever typed has to be told that it takes longer."""
        return await self.reply(IN_TIME_SECONDS)

    async def reply(self, within: float | None = None) -> Reply | None:
        """The answer, or None when it is not there within so many seconds; whoever stops waiting for it ends it."""
        try:
            await asyncio.wait({self._answering}, timeout=within)
        except asyncio.CancelledError:
            self._answering.cancel()
            raise
        return self._answering.result() if self._answering.done() else None

    def interrupt(self) -> None:
        """Ends it now: the answer is that it came to nothing."""
        self._interrupted = True
        self._answering.cancel()

    def so_far(self, zone: tzinfo) -> Remark:
        """What there is to say before there is an answer: what was asked for, about whom, and why it takes so long.

        Args:
            zone: of the reader. Clients show times in their own, but none with its seconds.
        """
        who = self.invocation.who if self.invocation else None
        facts = ((say("Asked for"), self.invocation.command.title), (say("About"), who.text if who else "")) if self.invocation else ()
        return Remark(
            self._why(zone),
            say(
                "The answer comes here by itself. If it has not come by {time}, send the command again.",
                time=f"{_minute(self._latest).astimezone(zone):%H:%M %Z}",
            ),
            title=say("Still asking Entra ID …"),
            facts=facts,
        )

    def _why(self, zone: tzinfo) -> str:
        until = self._wait.until
        if until is None or until <= self._turns.now():
            return say("It is slow to answer at the moment.")
        again = f"{_second(until).astimezone(zone):%H:%M:%S %Z}"
        if self._wait.refused:
            return say("Entra ID asks me to wait until {time}.", time=again)
        return say("Entra ID does not answer properly at the moment. I ask it again at {time}.", time=again)

    async def _answer(self, answer: Callable[[Asking], Awaitable[Reply]], seconds: float) -> Reply:
        failure: Exception
        try:
            with waiting(self._wait):
                async with asyncio.timeout(seconds):
                    return await answer(self)
        except asyncio.CancelledError:
            if not self._interrupted:
                raise
            failure = Interrupted()
        except Exception as error:  # the one place where failures of a message become sentences
            failure = error
        return await self._turns.refused(self.message, failure)


def _second(at: datetime) -> datetime:
    """The whole second after it."""
    return (at + timedelta(microseconds=999_999)).replace(microsecond=0)


def _minute(at: datetime) -> datetime:
    """The whole minute after it."""
    return (at + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)

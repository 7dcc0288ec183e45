"""Mails to people whose sign-in was changed: one after the other, at the pace that the mailbox allows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

import structlog

from bot.domain.notice_rules import NoticeRules
from bot.domain.notice_words import notice_text
from bot.domain.notices import MAILS_A_DAY, MAILS_A_MINUTE, TRIED_FOR, Notice, Told
from bot.domain.operation import Operation
from bot.domain.people import Actor
from bot.domain.said import say, speaking, spoken
from bot.errors import DirectoryError, Rejected, Throttled
from bot.languages import Readers, language_of
from bot.ports import Clock, Notices, Reach, Sleep
from bot.services.notify import settle

log = structlog.get_logger()

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: So soon a mail that has just come to be is seen while others wait.
LOOK_AGAIN = timedelta(seconds=5)
#: A mail that was not taken is tried again after this, and later after a quarter of the time it has been tried for.
TRY_AGAIN = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Letter:
    """What mails say beside what happened.

    Attributes:
        zone: in which times are said.
        contact: how the helpdesk is reached.
        page: address of the page that stops everything, without the id behind it; empty for none.
    """

    readers: Readers
    zone: tzinfo
    contact: str = ""
    page: str = ""


class Mailing:
    """Sends the mails that wait.

    Args:
        scale: divides the windows of the mailbox's limits; for benchmarks.
    """

    def __init__(
        self, notices: Notices, reach: Reach, rules: NoticeRules, letter: Letter, clock: Clock, sleep: Sleep, *, scale: float = 1.0
    ) -> None:  # fmt: skip
        self._notices = notices
        self._reach = reach
        self._rules = rules
        self._letter = letter
        self._clock = clock
        self._sleep = sleep
        self._minute, self._day = MINUTE / scale, DAY / scale
        self._sent: deque[datetime] = deque(maxlen=MAILS_A_MINUTE)
        self._held_until: datetime | None = None
        self._left_today = 0

    async def send_all(self) -> None:
        """Sends what waits, what is due before what is not, and comes back when nothing waits any more."""
        self._left_today = 0  # another process may have sent meanwhile
        while found := await self._notices.next_mail(self._clock()):
            notice, due = found
            now = self._clock()
            wait = max(due - now, self._paced(now))
            if wait > timedelta():
                await self._sleep(min(wait, LOOK_AGAIN).total_seconds())
            elif not await self._full(now):
                await self._send(notice)

    def _paced(self, now: datetime) -> timedelta:
        """How long the mailbox has to rest: by its limit of a minute, or because it said so."""
        rests = [until - now for until in (self._held_until,) if until]
        if len(self._sent) == MAILS_A_MINUTE:
            rests.append(self._sent[0] + self._minute - now)
        return max(rests, default=timedelta())

    async def _full(self, now: datetime) -> bool:
        """Whether the limit of a day is reached; then the mailbox rests. Counted again when as many have gone as were left of it."""
        if self._left_today > 0:
            return False
        count, first = await self._notices.mails_since(now - self._day)
        self._left_today = MAILS_A_DAY - count
        if self._left_today > 0 or first is None:
            return False
        self._held_until = first + self._day
        if self._held_until - now > self._minute:  # at the limit a mail may go whenever another one is a day old
            log.warning("the mailbox may send no more today", action="mailbox_full", count=count)
            await self._notices.held_back(now)
        return True

    async def _send(self, notice: Notice) -> None:
        now = self._clock()
        operation = await self._notices.about(notice)
        if not notice.address:
            await self._settle(notice, operation, Told.UNDELIVERABLE, say("Entra ID has no mail address."))
            return
        subject, text = self._written(notice, operation)
        try:
            await self._reach.mail(notice.address, subject, text)
        except DirectoryError as error:
            await self._not_taken(notice, operation, error, now)
            return
        self._sent.append(self._clock())
        self._left_today -= 1
        await self._settle(notice, operation, Told.DELIVERED)

    async def _not_taken(self, notice: Notice, operation: Operation, error: DirectoryError, now: datetime) -> None:
        log.warning("mail not taken", action="mail_refused", operation=notice.operation_id, status=error.status, code=error.code)
        if isinstance(error, Throttled):  # the mailbox is, and not this mail
            self._held_until = now + timedelta(seconds=error.retry_after)
            return
        began = notice.tried_at or now
        if isinstance(error, Rejected):
            why = say("The mailbox refused the address ({status}).", status=error.status or 0)
            await self._settle(notice, operation, Told.UNDELIVERABLE, why)
        elif now - began >= TRIED_FOR:
            await self._settle(notice, operation, Told.UNDELIVERABLE, say("The mailbox did not take it for a day."))
        else:
            await self._notices.put_off(notice, began, now + max(TRY_AGAIN, (now - began) / 4))

    async def _settle(self, notice: Notice, operation: Operation, state: Told, why: str = "") -> None:
        await settle(self._notices, self._rules, replace(notice, state=state, why=why), operation, self._clock())

    def _written(self, notice: Notice, operation: Operation) -> tuple[str, str]:
        """Subject and text, in the language of the one who reads it."""
        link = f"{self._letter.page}{notice.id}" if self._letter.page else ""
        said = notice_text(notice, operation, self._letter.contact, link)
        reader = self._letter.readers.of(Actor(notice.person_id, "", notice.name, language=language_of(notice.language)))
        with speaking(replace(reader, zone=self._letter.zone)):
            changes = "\n".join(f"  {spoken(change)}" for change in said.changes)
            parts = (said.happened, changes, *said.wanted, said.never)
            return spoken(said.subject), "\n\n".join(spoken(part) for part in parts if part) + "\n"

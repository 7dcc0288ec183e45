"""Notices and the ways by which they go out, as services see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.conversations import ConversationRef
from bot.domain.notices import Notice
from bot.domain.operation import Operation
from bot.domain.remarks import LogNote
from bot.domain.stop import Freeze


class Notices(Protocol):
    """Who is told of what, for all replicas. May raise `StoreUnavailable`; each is one transaction."""

    async def of(self, operation_id: str, row: int = 0) -> tuple[Notice, ...]:
        """The notices of an operation, or of one row of a file, in the order in which they came to be."""

    async def in_teams(self, person_id: str, since: datetime) -> bool:
        """Whether somebody has a notice coming in Teams, got one after a moment, or has something to reveal as a manager."""

    async def about(self, notice: Notice) -> Operation:
        """What a notice is about; of a row of a file the row, as the operation that it would be alone."""

    async def next_mail(self, now: datetime) -> tuple[Notice, datetime] | None:
        """The mail to be sent next, and when it is due: of those that are, operations before files. None when no mail waits."""

    async def mails_since(self, since: datetime) -> tuple[int, datetime | None]:
        """How many mails were delivered after a moment, and when the first of them was."""

    async def held_back(self, now: datetime) -> None:
        """The mailbox may send no more for long: the cards of the files whose mails wait say so."""

    async def addressed(self, notice: Notice) -> None:
        """It is known now who it goes to."""

    async def put_off(self, notice: Notice, tried_at: datetime, until: datetime) -> None:
        """It could not be delivered yet."""

    async def settle(self, notice: Notice, event: AuditEvent, *, to_log: bool = False) -> bool:
        """It was delivered, or never will be; once. With the last one of an operation its cards are brought up to date; that of a file
        follows now and then, and with the last one.

        Returns:
            False when it was settled before.
        """


class NotMe(Protocol):
    """What our own memory does when somebody says that a change was not theirs. May raise `StoreUnavailable`."""

    async def notice(self, notice_id: str) -> Notice | None:
        """One notice, or None."""

    async def about(self, notice: Notice) -> Operation:
        """See `Notices.about`."""

    async def press(
        self, notice: Notice, freeze: Freeze, event: AuditEvent, post: Callable[[int], LogNote | None], by: str
    ) -> bool:  # fmt: skip
        """Freezes the person, withdraws whatever waits about them, tells the log channel, and has access taken away; in one transaction.

        Args:
            post: what the log channel is told, given how often somebody said so about this person within a week.
            by: who said so, as the cards of what is withdrawn say it.

        Returns:
            False when it was pressed before, or another notice of the same operation that did as much.
        """

    async def begin(self, notice: Notice, made: Operation, event: AuditEvent) -> bool:
        """Begins the operation that takes access away; once for a notice."""


class Reach(Protocol):
    """People outside the helpdesk, reached through the tenant. Every method may raise `DirectoryError`."""

    async def install(self, object_id: str) -> None:
        """Has the app installed for somebody, so that Doorman can write to them; nothing when it is there."""

    async def mail(self, address: str, subject: str, text: str) -> None:
        """Sends a mail of plain text from the mailbox of notices."""


class PersonalDoor(Protocol):
    """One-to-one chats that Doorman opens by itself, with people of one tenant."""

    tenant_id: str

    async def open_chat(self, object_id: str) -> ConversationRef:
        """The chat with somebody; raises `ChatError` (403: the app is not installed for them)."""

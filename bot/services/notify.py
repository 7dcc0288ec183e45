"""Telling the person whose sign-in was changed, and their manager: in Teams here, by mail in `mailing`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.notice_rules import NoticeRules, Way
from bot.domain.notices import TRIED_FOR, Notice, Recipient, Told, to_manager
from bot.domain.operation import Operation
from bot.domain.outside import NoticeShown
from bot.domain.people import Actor, Person
from bot.domain.personal import PersonalChat
from bot.domain.replies import Reply
from bot.domain.said import say
from bot.errors import ChatError, ChatRefused, ChatUnavailable, DirectoryError, Throttled, Unavailable
from bot.languages import language_of
from bot.ports import Announcer, Chats, Clock, Directory, Notices, Operations, PersonalDoor, Reach, Sleep
from bot.retry import Post, until_all_taken

#: The code of a refusal that comes from the tenant and not from Teams.
NOT_INSTALLED = "not installed"
#: Above a manager who may not be asked stands another one; further up nobody knows the person.
MOST_STEPS = 2


class InTeams:
    """Delivers to somebody's own chat with Doorman, which it opens where there is none.

    Args:
        installs: the app can be installed for people.
        contact: how the helpdesk is reached.
    """

    def __init__(
        self, chats: Chats, announcer: Announcer, door: PersonalDoor, reach: Reach, clock: Clock, *, installs: bool, contact: str
    ) -> None:
        self._chats = chats
        self._announcer = announcer
        self._door = door
        self._reach = reach
        self._clock = clock
        self._installs = installs
        self._contact = contact

    async def deliver(self, notice: Notice, operation: Operation) -> str:
        """Sends it; returns the activity id of the message.

        Raises:
            ChatError: Teams does not take it, now or ever.
        """
        return await self.send(notice.person_id, notice.name, notice.language, NoticeShown(notice, operation, self._contact))

    async def send(self, person_id: str, name: str, language: str, shown: Reply) -> str:
        """Sends anything to somebody's own chat; raises and returns as `deliver`.

        Args:
            language: the person's own, as Entra has it; where they have a chat, that of their Teams.
        """
        for chat in await self._chats.of([person_id.lower()]):
            try:
                return await self._announcer.send(chat.where, shown, chat.reader)
            except ChatRefused as error:
                if not error.gone or not self._installs:
                    raise
        if not self._installs:
            raise ChatRefused("no chat", status=403)
        reader = Actor(person_id.lower(), self._door.tenant_id, name, language=language_of(language))
        return await self._announcer.send(await self._open(reader), shown, reader)

    async def _open(self, reader: Actor) -> ConversationRef:
        """A chat with somebody who has none; the app is installed for them where it is not."""
        try:
            where = await self._door.open_chat(reader.id)
        except ChatRefused as error:
            if error.status != 403:
                raise
            await self._install(reader.id)
            where = await self._door.open_chat(reader.id)
        await self._chats.seen(PersonalChat(reader, where, self._clock()))
        return where

    async def _install(self, person_id: str) -> None:
        try:
            await self._reach.install(person_id)
        except (Throttled, Unavailable) as error:
            raise ChatUnavailable(f"not installed: {error}") from error
        except DirectoryError as error:
            raise ChatRefused(NOT_INSTALLED, status=error.status or 403) from error


async def notify(
    operations: Operations,
    notices: Notices,
    directory: Directory,
    in_teams: InTeams,
    rules: NoticeRules,
    clock: Clock,
    sleep: Sleep,
    operation_id: str,
) -> None:
    """Delivers the notices of an operation in Teams, and finds out who its managers are; comes back when no more is to be done.

    Each is tried for a day from its first attempt on, and none waits for another. Mails are sent by `mailing.Mailing`.
    """
    operation = await operations.get(operation_id)
    if operation is None:
        return

    async def ended(notice: Notice, state: Told, why: str = "", card_id: str = "") -> None:
        await settle(notices, rules, replace(notice, state=state, why=why, card_id=card_id), operation, clock())

    async def post(notice: Notice) -> None:
        if notice.recipient is Recipient.MANAGER and not notice.person_id:
            manager = await manager_to_tell(directory, operation)
            if manager is None:
                await ended(notice, Told.UNDELIVERABLE, say("Entra ID names no manager who had no part in it."))
                return
            notice = to_manager(notice, manager)
            await notices.addressed(notice)
        if notice.way is Way.MAIL:
            return
        try:
            card_id = await in_teams.deliver(notice, operation)
        except ChatRefused as error:
            if error.status == 401:  # our own sign-in: an administrator can put it right within a day
                raise
            await ended(notice, Told.UNDELIVERABLE, why_refused(error))
        else:
            await ended(notice, Told.DELIVERED, card_id=card_id)

    async def tried(notice: Notice) -> None:
        began = notice.tried_at or clock()
        try:
            await post(notice)
        except ChatError:
            if clock() - began >= TRIED_FOR:
                await ended(notice, Told.UNDELIVERABLE, say("Teams did not take it for a day."))
                return
            await notices.put_off(notice, began, clock() + timedelta(seconds=1))
            raise

    async def left() -> Mapping[Hashable, Post]:
        waiting = [notice for notice in await notices.of(operation_id) if notice.state is Told.WAITING]
        ours = [notice for notice in waiting if notice.way is Way.TEAMS or (notice.recipient is Recipient.MANAGER and not notice.person_id)]
        return {notice.id: partial(tried, notice) for notice in ours}

    await until_all_taken(left, sleep)


async def manager_to_tell(directory: Directory, operation: Operation) -> Person | None:
    """The manager who hears of it; not one who asked for it, agreed to it or is a guest, but then the one above.

    Raises:
        ChatUnavailable: Entra ID does not say now.
    """
    involved = {operation.requester.id, operation.target.id, *operation.agreed}
    of = operation.target.id
    try:
        for _ in range(MOST_STEPS):
            manager = await directory.manager(of)
            if manager is None:
                return None
            if manager.id not in involved and manager.enabled and not manager.guest:
                return manager
            of = manager.id
    except (Throttled, Unavailable) as error:
        raise ChatUnavailable(f"manager not known: {error}") from error
    except DirectoryError:
        return None
    return None


async def settle(notices: Notices, rules: NoticeRules, settled: Notice, operation: Operation, at: datetime) -> None:
    """Stores how a notice ended, and has the log channel told of one that cannot be delivered where policy wants that."""
    undelivered = settled.state is Told.UNDELIVERABLE
    await notices.settle(settled, event_of(settled, operation, at), to_log=undelivered and rules.to_log)


def event_of(notice: Notice, operation: Operation, at: datetime) -> AuditEvent:
    """The trail's line on how a notice ended; no address and no number in it."""
    tag = Tag.NOTICE_DELIVERED if notice.state is Told.DELIVERED else Tag.NOTICE_UNDELIVERABLE
    facts = {"recipient": notice.recipient.value, "way": notice.way.value, "target_upn": operation.target.upn, "reason": str(notice.why)}
    return AuditEvent(tag, at, operation_id=operation.id, target_id=operation.target.id, facts=facts)


def why_refused(error: ChatRefused) -> str:
    """Why Teams will never take it, in a sentence."""
    if error.code == NOT_INSTALLED:
        return say("I could not be installed for them ({status}): the doctor says what that may be.", status=error.status)
    if error.gone or error.status in (403, 404):
        return say("Teams lets me write to nobody who has not used it, or has blocked or removed me ({status}).", status=error.status)
    return say("Teams refused it ({status}).", status=error.status)

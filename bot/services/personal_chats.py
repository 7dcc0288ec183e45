"""Whom Doorman knows: everybody whose personal chat with it was seen, so that it can write there of its own accord."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import date
from typing import Any

import structlog

from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor
from bot.domain.personal import PersonalChat
from bot.errors import StoreUnavailable
from bot.ports import Chats, Clock

log = structlog.get_logger()


class PersonalChats:
    """Remembers personal chats beside the turns in which they are seen, so that no turn waits for it.

    What this process has stored today it does not store again.
    """

    def __init__(self, chats: Chats, clock: Clock) -> None:
        self._chats = chats
        self._clock = clock
        self._today: date | None = None
        self._stored: dict[str, PersonalChat] = {}
        self._storing: set[asyncio.Task[None]] = set()

    def seen(self, reader: Actor, where: ConversationRef) -> None:
        """Somebody typed or pressed in their personal chat, or has it since now."""
        now = self._clock()
        if now.date() != self._today:
            self._today, self._stored = now.date(), {}
        before = self._stored.get(reader.id)
        if before and before.where == where and (before.reader.language or not reader.language):
            return
        chat = self._stored[reader.id] = PersonalChat(reader, where, now)
        self._beside(self._store(chat))

    def left(self, person_id: str) -> None:
        """Somebody removed the bot from their personal chat."""
        self._beside(self.lost(person_id))

    async def lost(self, person_id: str) -> None:
        """Teams lets nobody write to this person; what they type next makes them known again. A failure is logged, no more."""
        self._stored.pop(person_id, None)
        try:
            await self._chats.gone(person_id, self._clock())
        except StoreUnavailable as error:
            log.info("personal chat not forgotten", action="personal_chat_kept", error=str(error))

    async def close(self) -> None:
        """Waits for what is being stored."""
        await asyncio.gather(*self._storing)

    async def _store(self, chat: PersonalChat) -> None:
        try:
            await self._chats.seen(chat)
        except StoreUnavailable as error:
            self._stored.pop(chat.reader.id, None)  # the next word from there tries again
            log.info("personal chat not remembered", action="personal_chat_missed", error=str(error))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

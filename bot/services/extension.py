"""The message extension: for the helpdesk alone, asked anew each time Teams asks us."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import AuditEvent, Tag
from bot.domain.extension import FEWEST, FIND
from bot.domain.incoming import IncomingMessage
from bot.domain.limits import HOUR
from bot.domain.people import Person
from bot.domain.phone import mask_text
from bot.domain.remarks import Remark
from bot.errors import Refusal
from bot.ports import Clock, Directory, Operations
from bot.services import explain
from bot.services.allowance import Allowance
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.turns import Turns

#: Teams shows nothing that comes later: https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
ANSWER_SECONDS = 4.0


class ExtensionDesk:
    """Answers whoever looks for somebody outside our own chat.

    Args:
        chat: address that opens the chat with the bot.
    """

    def __init__(self, directory: Directory, operations: Operations, gate: Gate, turns: Turns, clock: Clock, chat: str) -> None:
        self._directory = directory
        self._operations = operations
        self._gate = gate
        self._turns = turns
        self._clock = clock
        self._noted = Allowance(1, clock)
        self._shown: dict[str, tuple[datetime, set[str]]] = {}
        self.chat = chat

    async def find(self, asked: IncomingMessage) -> tuple[Person, ...] | Remark:
        """Whom the text may mean, for a member of the helpdesk; nobody for a text that is too short, a sentence for whoever may not ask."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._let_in(asked)
                found = await self._directory.find(asked.text) if len(asked.text.strip()) >= FEWEST else ()
                await self._record(asked, found)
                return found
        except Exception as error:  # and those of a search
            return await self._refused(asked, error)

    async def open(self, asked: IncomingMessage) -> Remark | None:
        """Why somebody is shown no dialog; None for whoever may begin a job."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._let_in(asked)
        except Exception as error:
            return await self._refused(asked, error)
        return None

    async def _record(self, asked: IncomingMessage, found: Sequence[Person]) -> None:
        """Who looked for whom is in the trail, as with `show`, before anything is shown.

        A client asks with every letter that is typed: what shows nobody who was not shown within the hour is no news. Who is
        found alone is who was looked for, and is named.
        """
        about = found[0] if len(found) == 1 else None
        keys = {person.id for person in found} | ({f"alone {about.id}"} if about else set())
        shown = self._shown_to(asked.actor.id)
        if keys <= shown:
            return
        facts = {"command": FIND, "text": mask_text(asked.text.strip()), "conversation": asked.where.conversation_id}
        facts |= {"target_upn": about.upn} if about else {}
        who = (asked.actor.id, asked.actor.name)
        event = AuditEvent(Tag.CHAT_COMMAND_ASKED, self._clock(), *who, target_id=about.id if about else "", facts=facts)
        await self._operations.record(event)
        shown |= keys

    def _shown_to(self, actor_id: str) -> set[str]:
        """Whom somebody was shown within the hour that began with their first."""
        now = self._clock()
        self._shown = {one: held for one, held in self._shown.items() if now - held[0] < HOUR}
        return self._shown.setdefault(actor_id, (now, set()))[1]

    async def _refused(self, asked: IncomingMessage, error: Exception) -> Remark:
        """The sentence; it is noted once a minute, since a client asks with every letter that is typed."""
        if isinstance(error, Refusal) and self._noted.take(asked.actor.id or asked.actor.chat_id):
            return explain.remark(error)
        return await self._turns.refused(asked, error)

    async def _let_in(self, asked: IncomingMessage) -> None:
        self._gate.admit(asked.actor)
        require(self._gate.identify(asked.actor, guest_or_bot=asked.guest_or_bot))
        require(self._gate.permit(await self._gate.standing(asked.actor)))

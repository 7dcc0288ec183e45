"""The message extension: for the helpdesk alone, asked anew each time Teams asks us."""

from __future__ import annotations

import asyncio

from bot.domain.extension import FEWEST
from bot.domain.incoming import IncomingMessage
from bot.domain.people import Person
from bot.domain.remarks import Remark
from bot.errors import Refusal
from bot.ports import Clock, Directory
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

    def __init__(self, directory: Directory, gate: Gate, turns: Turns, clock: Clock, chat: str) -> None:
        self._directory = directory
        self._gate = gate
        self._turns = turns
        self._noted = Allowance(1, clock)
        self.chat = chat

    async def find(self, asked: IncomingMessage) -> tuple[Person, ...] | Remark:
        """Whom the text may mean, for a member of the helpdesk; nobody for a text that is too short, a sentence for whoever may not ask."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._let_in(asked)
                return await self._directory.find(asked.text) if len(asked.text.strip()) >= FEWEST else ()
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

    async def _refused(self, asked: IncomingMessage, error: Exception) -> Remark:
        """The sentence; it is noted once a minute, since a client asks with every letter that is typed."""
        if isinstance(error, Refusal) and self._noted.take(asked.actor.id or asked.actor.chat_id):
            return explain.remark(error)
        return await self._turns.refused(asked, error)

    async def _let_in(self, asked: IncomingMessage) -> None:
        self._gate.admit(asked.actor)
        require(self._gate.identify(asked.actor, guest_or_bot=asked.guest_or_bot))
        require(self._gate.permit(await self._gate.standing(asked.actor)))

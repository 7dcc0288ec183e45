"""The card on which a manager reveals what was made for somebody in their team: into their own chat, and brought up to date there."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

import structlog

from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.replies import HandedOver
from bot.domain.said import join, say
from bot.errors import ChatRefused
from bot.ports import Announcer, Chats, Clock, Operations, Sleep
from bot.retry import Post, until_all_taken
from bot.services.announce import code_stands
from bot.services.approvers_card import withdraw
from bot.services.notify import InTeams, why_refused
from bot.services.requesters_card import moved_on

log = structlog.get_logger()


class HandOver:
    """Brings managers their cards.

    Args:
        contact: how the helpdesk is reached; empty where no setting says.
    """

    def __init__(
        self, operations: Operations, chats: Chats, announcer: Announcer, in_teams: InTeams, clock: Clock, sleep: Sleep, contact: str
    ) -> None:
        self._operations = operations
        self._chats = chats
        self._announcer = announcer
        self._in_teams = in_teams
        self._clock = clock
        self._sleep = sleep
        self._contact = contact

    async def bring(self, operation_id: str) -> None:
        """Sends the manager the card, or brings it to the operation's present state, and comes back when Teams has it.

        If Teams will never take it, the operation is withdrawn: nobody else may reveal it.
        """

        async def card() -> Mapping[Hashable, Post]:
            operation = await self._operations.get(operation_id)
            if operation is None or not operation.handed_over or code_stands(operation, self._clock()):
                return {}  # while a code is being read another call comes when it has stood long enough
            return {operation.version: partial(self._bring, operation)}

        await until_all_taken(card, self._sleep)

    async def _bring(self, operation: Operation) -> None:
        manager, shown = operation.manager, HandedOver(operation, self._clock(), self._contact)
        assert manager is not None, "it is handed over to somebody"
        if operation.manager_card_id:
            if await moved_on(self._operations, self._announcer, operation, operation.manager_card_id):
                return  # a code may stand there now; the next round brings what does
            for chat in await self._chats.of([manager.id.lower()]):
                await self._announcer.update(chat.where, operation.manager_card_id, shown, chat.reader)
        elif operation.state is State.READY:
            await self._send(operation, manager, shown)

    async def _send(self, operation: Operation, manager: Person, shown: HandedOver) -> None:
        try:
            card_id = await self._in_teams.send(manager.id, manager.name, manager.language, shown)
        except ChatRefused as error:
            if error.status == 401:  # our own sign-in: an administrator can put it right in time
                raise
            log.warning("manager cannot be given a card", action="hand_over_refused", operation=operation.id, status=error.status)
            await withdraw(self._operations, self._clock, operation, _out_of_reach(manager, error), str(error.status))
        else:
            await self._operations.set_manager_card(operation.id, card_id)


def _out_of_reach(manager: Person, error: ChatRefused) -> str:
    return join(
        " ",
        (
            say("{name}, the manager, has not got it.", name=manager.name),
            why_refused(error),
            say("Nothing was made or changed."),
            say("Have {name} open me in Teams and type `hello`, then ask again.", name=manager.name),
        ),
    )

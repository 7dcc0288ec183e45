"""Approvers' cards where there is no channel for them: a copy in the personal chat of each who is asked, all kept up to date in place."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bot.commands.approvals import could_agree
from bot.commands.bulk_shown import first_rows
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.personal import PersonalCard, named, remedy
from bot.domain.replies import ApprovalShown, Viewer
from bot.domain.said import join, say
from bot.errors import ChatError, ChatRefused, ChatUnavailable, DirectoryError
from bot.ports import Announcer, BulkJobs, Chats, Clock, Directory, Operations
from bot.services.approvers_card import conversation_link, withdraw
from bot.services.personal_chats import PersonalChats

log = structlog.get_logger()

#: More people than this are not asked about one request.
MOST_ASKED = 20


class PersonalCards:
    """Brings every copy of an operation's approvers' card to its present state.

    Args:
        teams: address of the Teams client, for links.
    """

    def __init__(
        self,
        operations: Operations,
        jobs: BulkJobs,
        chats: Chats,
        known: PersonalChats,
        announcer: Announcer,
        directory: Directory,
        clock: Clock,
        teams: str,
    ) -> None:
        self._operations = operations
        self._jobs = jobs
        self._chats = chats
        self._known = known
        self._announcer = announcer
        self._directory = directory
        self._clock = clock
        self._teams = teams

    async def bring(self, operation: Operation) -> None:
        """Posts the copies or replaces them, each once for each state. One that Teams refuses stops no other.

        If too few people are left who could be asked, the operation is withdrawn, since nobody could decide it.

        Raises:
            ChatError: Teams does not take all of them now, or Graph does not say who may agree.
        """
        if not operation.need.approvals or operation.state is State.PROPOSED:
            return
        waiting = operation.state is State.AWAITING_APPROVAL
        cards = await self._chats.asked(operation.id)
        if waiting and not cards:
            cards = await self._ask(operation)
        behind = [card for card in cards if not card.refused and card.version != operation.version]
        problems = await asyncio.gather(*(self._bring(operation, card) for card in behind))
        if waiting:
            await self._withdraw_without_people(operation)
        for problem in problems:
            if problem:
                raise problem

    async def _ask(self, operation: Operation) -> tuple[PersonalCard, ...]:
        """Those who may agree and whom Doorman knows; of many, those who were there last."""
        try:
            people = await self._directory.members(operation.need.groups)
        except DirectoryError as error:
            raise ChatUnavailable(f"approvers not known: {error}") from error
        names = {person.id.lower(): person.name for person in await could_agree(self._jobs, operation, people)}
        chats = (await self._chats.of(names))[:MOST_ASKED]
        asked = [replace(chat, reader=replace(chat.reader, name=names[chat.reader.id])) for chat in chats]
        return await self._chats.ask(operation.id, asked, self._clock())

    async def _bring(self, operation: Operation, card: PersonalCard) -> ChatError | None:
        """One copy; returns what has to be tried again."""
        try:
            card = await self._shown(operation, card)
        except ChatRefused as error:
            if error.status == 401:  # our own sign-in: an administrator can put it right in time
                return error
            log.warning("approver cannot be asked", action="personal_card_refused", operation=operation.id, status=error.status)
            card = replace(card, refused=error.status)
            if error.gone:
                await self._known.lost(card.reader.id)
        except ChatError as error:
            return error
        await self._chats.brought(replace(card, version=operation.version))
        return None

    async def _shown(self, operation: Operation, card: PersonalCard) -> PersonalCard:
        """The copy as it stands with Teams afterwards; raises ChatError."""
        viewer = Viewer.AGREED if card.reader.id in operation.agreed else Viewer.ANYBODY
        link, rows = conversation_link(operation, self._teams), await first_rows(self._jobs, operation)
        shown = ApprovalShown(operation, self._clock(), viewer, link, samples=rows)
        waiting = operation.state is State.AWAITING_APPROVAL
        if card.card_id:
            try:
                await self._announcer.update(card.where, card.card_id, shown, card.reader)
            except ChatRefused as error:
                if error.status == 401 or not waiting:
                    raise
                log.info("approver's card cannot be updated", action="personal_card_gone", operation=operation.id, status=error.status)
            else:
                return card
        if not waiting:
            return card
        return replace(card, card_id=await self._announcer.send(card.where, shown, card.reader))

    async def _withdraw_without_people(self, operation: Operation) -> None:
        cards = await self._chats.asked(operation.id)
        refused = [card for card in cards if card.refused]
        within_reach = operation.agreed | {card.reader.id for card in cards if not card.refused}
        if len(within_reach) >= operation.need.approvals:
            return
        why = say(
            "Teams does not let me write to {names} ({status}), so too few people could be asked to agree.",
            names=named(card.reader.name for card in refused),
            status=", ".join(sorted({str(card.refused) for card in refused})),
        )
        nobody = say("None of those who may agree has a personal chat with me any more, so nobody could be asked.")
        said = (why if refused else nobody, say("Nothing was changed."), remedy(card.reader.name for card in refused) if refused else "")
        code = str(refused[0].refused) if refused else "no_approval_channel"
        await withdraw(self._operations, self._clock, operation, join(" ", said), code)

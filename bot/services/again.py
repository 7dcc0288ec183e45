"""The same once more: what came to nothing is planned anew on the account as it is now, and agreed to anew."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.incoming import CardAction, Verb
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.recovery import Situation
from bot.domain.replies import OperationShown
from bot.domain.said import say
from bot.errors import Refusal
from bot.planning.anew import replan_all
from bot.planning.installation import Installation
from bot.ports import Clock, Directory, Operations
from bot.services.agreement import Agreement
from bot.services.gate import as_known
from bot.services.look import look_anew
from bot.services.propose import propose
from bot.services.require import require
from bot.services.review import Reviewer, Wish, wish_of
from bot.services.showing import Showing


class Again:
    """Asks for an operation once more, or for another code in place of one that is gone."""

    def __init__(
        self,
        operations: Operations,
        directory: Directory,
        reviewer: Reviewer,
        agreement: Agreement,
        installation: Installation,
        showing: Showing,
        clock: Clock,
    ) -> None:
        self._operations = operations
        self._directory = directory
        self._reviewer = reviewer
        self._agreement = agreement
        self._installation = installation
        self._showing = showing
        self._clock = clock

    async def press(self, action: CardAction, operation: Operation, standing: Standing) -> OperationShown:
        """The card of the new request.

        Raises:
            Refusal: there is no need for one, or what it asks for cannot be asked for now.
            DirectoryError: Graph cannot say how the account is.
        """
        replacing = action.verb is Verb.REPLACE
        if not (operation.may_be_replaced if replacing else operation.may_be_asked_again):
            hint = say("How it stands is told by `status {id}`.", id=operation.id)
            raise Refusal(say("{id} needs no new card.", id=operation.id), hint, code="too_late")
        if operation.numbers_removed:
            raise Refusal(
                say("{id} is so old that I no longer keep its numbers.", id=operation.id),
                say("Begin anew with `show {upn}`.", upn=operation.target.upn),
                code="too_late",
            )
        # What replaces a code gets a card beside the one on which that was shown; otherwise the new card takes the old one's place.
        known, where = as_known(action.actor, standing), action.where if replacing else operation.conversation
        dossier = await look_anew(self._directory, operation)
        asking = await self._reviewer.called(
            standing,
            dossier,
            where,
            reason=operation.reason,
            ticket=operation.ticket,
            lost=operation.recovery is not None and operation.recovery.situation is Situation.LOST,
        )
        require(self._reviewer.decide(Wish(operation.kinds, containing=wish_of(operation).containing), asking))
        installation = replace(self._installation, longest_pass=self._reviewer.at(asking.case.stop).longest_pass)
        plan = await replan_all(self._directory, dossier, operation, installation, self._clock())
        plan = replace(plan, to_manager=plan.to_manager or operation.manager is not None)  # what replaces it is no more the requester's
        made = await propose(
            self._operations,
            await self._agreement.of(plan, asking, known),
            command=operation.command,
            requester=known,
            where=where,
            now=self._clock(),
            ticket=operation.ticket,
            reason=operation.reason,
        )
        return await self._showing.of(made)

"""What is pressed on the card of an operation, or on what tells of one: who presses, whether they may know, then what its verb says."""

from __future__ import annotations

from bot.domain.incoming import CardAction, Verb
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.policy import Audience
from bot.domain.replies import Reply
from bot.domain.verbs import VERBS, Presser, Thing
from bot.errors import Refusal
from bot.services.about_person import AboutPerson
from bot.services.approve import Approvals
from bot.services.confirm import reveals
from bot.services.gate import Gate
from bot.services.not_me import NotMeDesk
from bot.services.proving import ProofDesk
from bot.services.requester import RequesterPresses
from bot.services.require import require
from bot.services.view import Views, asked_by, unknown

_STAFF = {Presser.HELPDESK: Audience.HELPDESK, Presser.STAFF: Audience.STAFF}


class OperationDesk:
    """What the dispatcher needs of operations, and of the people whom they are about."""

    def __init__(
        self,
        gate: Gate,
        approvals: Approvals,
        requester: RequesterPresses,
        person: AboutPerson,
        not_me: NotMeDesk,
        proofs: ProofDesk,
        views: Views,
    ) -> None:
        self._gate = gate
        self._approvals = approvals
        self._requester = requester
        self._person = person
        self._not_me = not_me
        self._proofs = proofs
        self._views = views
        self.seen_again = views.again

    async def press(self, action: CardAction) -> Reply:
        """Does what was pressed.

        Raises:
            Refusal: there is nothing of that id that the presser may know of, or it cannot be done; the text says why.
            DirectoryError: Graph cannot say whether it can.
        """
        try:
            return await self._press(action)
        except Refusal as error:
            await self._views.offer_anew(action, error)
            raise

    async def _press(self, action: CardAction) -> Reply:
        declared = VERBS[action.verb]
        if Thing.PROOF in declared.names and (answer := await self._proofs.answered(action)):
            return answer
        if Thing.NOTICE in declared.names:  # whoever was told needs no right but that
            return await self._not_me.press(action)
        standing: Standing | None = None
        if declared.presser in _STAFF:  # before anything is said of what there is
            standing = await self._gate.standing(action.actor, fresh=True)
            require(self._gate.permit(standing, _STAFF[declared.presser]))
        operation = await self._views.named(action)
        if Thing.PERSON in declared.names:
            return await self._person.press(action, operation)
        if action.verb is Verb.VIEW:
            return await self._approvals.view(action, operation)
        if declared.presser is Presser.DECIDER:
            return await self._decide(action, operation)
        if standing is None and not asked_by(action.actor, operation) and not reveals(action, operation):
            await self._require_colleague(action)
        if operation is None:
            raise unknown(action.verb)
        return await self._pressed(action, operation, standing)

    async def _decide(self, action: CardAction, operation: Operation | None) -> Reply:
        async with self._approvals.asking(action, operation) as asked:
            standing = await self._gate.standing(action.actor, fresh=True)
            require(self._approvals.may_know(action, operation, standing))
            if operation is None:
                raise unknown(action.verb)
            return await self._approvals.press(action, operation, standing, asked)

    async def _require_colleague(self, action: CardAction) -> None:
        """Whoever did not ask has to be of the helpdesk to hear anything of what an id names, also that it names nothing."""
        looks = VERBS[action.verb].presser is Presser.COLLEAGUE
        require(self._gate.permit(await self._gate.standing(action.actor, fresh=not looks)))

    async def _pressed(self, action: CardAction, operation: Operation, standing: Standing | None) -> Reply:
        """What is pressed on an operation by somebody who may know of it.

        Args:
            standing: the presser's, read now; None where the verb reads it itself.
        """
        match action.verb:
            case Verb.TAKE_BACK if standing:
                return await self._person.take_back(action, operation, standing)
            case Verb.PROVE:
                return await self._proofs.asked(action, operation)
            case Verb.REFRESH:
                return await self._views.own(operation, action.actor)
            case Verb.CONFIRM | Verb.CANCEL | Verb.REVEAL | Verb.AGAIN | Verb.REPLACE:
                return await self._requester.press(action, operation)
        raise AssertionError(f"nobody takes the verb {action.verb}")

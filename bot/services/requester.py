"""What only whoever asked may press: confirm, cancel, have what is seen once, ask once more."""

from __future__ import annotations

from bot.domain.incoming import CardAction, Verb
from bot.domain.operation import Operation
from bot.domain.policy import stopped
from bot.domain.replies import Reply
from bot.ports import Clock, Operations, Stops
from bot.services.again import Again
from bot.services.confirm import cancel, check_presser, confirm
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.reveal import Reveals
from bot.services.view import Views


class RequesterPresses:
    """Takes the presses of those who asked."""

    def __init__(
        self, operations: Operations, stops: Stops, gate: Gate, reveals: Reveals, again: Again, views: Views, clock: Clock
    ) -> None:
        self._operations = operations
        self._stops = stops
        self._gate = gate
        self._reveals = reveals
        self._again = again
        self._views = views
        self._clock = clock

    async def press(self, action: CardAction, operation: Operation) -> Reply:
        """The card as it is then, or a new one.

        Raises:
            Refusal: somebody else pressed, or it cannot be done any more; the text says why.
            DirectoryError: Graph cannot say whether it can.
        """
        check_presser(action, operation)
        if action.verb is Verb.REVEAL:
            return await self._reveals.press(action, operation)
        standing = await self._gate.standing(action.actor, fresh=True)
        require(self._gate.permit(standing))
        if action.verb in (Verb.AGAIN, Verb.REPLACE):
            return await self._again.press(action, operation, standing)
        if action.verb is Verb.CONFIRM and operation.state.waiting and not operation.contains:
            require(stopped(await self._stops.stop(operation.target.id, self._clock()), self._clock()))
        moved = await (confirm if action.verb is Verb.CONFIRM else cancel)(self._operations, action, operation, self._clock)
        return await self._views.after(action, moved)

"""Step 6: a request as its requester's card shows it, with what has been proved of the caller while it waits for its confirmation."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.life import State
from bot.domain.number_match import number_of
from bot.domain.operation import Operation
from bot.domain.proof import ProofKind
from bot.domain.proving import Proving, Terms, proving
from bot.domain.replies import OperationShown
from bot.ports import Clock, Proofs


class Showing:
    """Shows operations about one person."""

    def __init__(self, proofs: Proofs, terms: Terms, clock: Clock) -> None:
        self._proofs = proofs
        self._terms = terms
        self._clock = clock

    def new(self, operation: Operation) -> OperationShown:
        """One that has just come to be, of which nothing has been proved; in full only in the requester's own chat."""
        own, now = operation.conversation.kind == "personal", self._clock()
        asks = operation.state is State.PROPOSED and operation.provable
        return OperationShown(operation, now, own=own, proving=proving(operation, (), self._terms, now) if asks else None)

    async def of(self, operation: Operation, *, own: bool | None = None, call: str = "") -> OperationShown:
        """One as it is now.

        Args:
            own: the reader is its requester; None for whoever reads the conversation.
            call: the number to be called back, for the reader's eyes once.
        """
        new = self.new(operation)
        shown = new if own is None else replace(new, own=own)
        if shown.proving is None:
            return shown
        return replace(shown, proving=await self._how_far(operation, own=bool(own), call=call))

    async def _how_far(self, operation: Operation, *, own: bool, call: str) -> Proving:
        found = proving(operation, await self._proofs.of(operation.id), self._terms, self._clock())
        asked = found.asked
        if not own or asked is None:
            return found
        number = str(number_of(asked.secret, asked.id)) if asked.kind is ProofKind.NUMBER_MATCH else ""
        return replace(found, number=number, call=call if asked.kind is ProofKind.CALL_BACK else "")

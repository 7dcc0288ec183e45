"""Step 6: a request as its requester's card shows it, with what has been proved of the caller while it waits for its confirmation."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.life import State
from bot.domain.number_match import number_of
from bot.domain.operation import Operation
from bot.domain.proof import ProofKind
from bot.domain.proving import FAILED_WITHIN, Proving, Terms, proving
from bot.domain.replies import OperationShown
from bot.ports import Clock, Proofs


class Showing:
    """Shows operations about one person."""

    def __init__(self, proofs: Proofs, terms: Terms, clock: Clock) -> None:
        self._proofs = proofs
        self._terms = terms
        self._clock = clock

    async def of(self, operation: Operation, *, own: bool | None = None, call: str = "", onlooker: bool = False) -> OperationShown:
        """One as it is now.

        Args:
            own: the reader is its requester, who sees it in full; None for whoever reads the conversation.
            onlooker: see `OperationShown`.
            call: the number to be called back, for the reader's eyes once.
        """
        personal = operation.conversation.kind == "personal"
        shown = OperationShown(operation, self._clock(), own=personal if own is None else own, onlooker=onlooker)
        if operation.state is not State.PROPOSED or not operation.provable:
            return shown
        return replace(shown, proving=await self._how_far(operation, own=bool(own), call=call))

    async def _how_far(self, operation: Operation, *, own: bool, call: str) -> Proving:
        now = self._clock()
        found = proving(operation, await self._proofs.of(operation.id, now - FAILED_WITHIN), self._terms, now)
        asked = found.asked
        if not own or asked is None:
            return found
        number = str(number_of(asked.secret, asked.id)) if asked.kind is ProofKind.NUMBER_MATCH else ""
        return replace(found, number=number, call=call if asked.kind is ProofKind.CALL_BACK else "")

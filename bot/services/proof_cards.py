"""The cards of those who are to say whether a caller is the person: into their own chats, and brought up to date there."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import partial

import structlog

from bot.domain.operation import Operation
from bot.domain.outside import ProofShown
from bot.domain.proof import Proof, ProofKind, ProofState
from bot.domain.proving import proof_event
from bot.errors import ChatRefused
from bot.ports import Announcer, Chats, Clock, Operations, Proofs, Sleep
from bot.retry import Post, until_all_taken
from bot.services.notify import InTeams, why_refused

log = structlog.get_logger()

#: Why a workflow looks at a proof whose time is over.
OVER = "over"
#: Clocks of two machines may differ by so many seconds: who is woken up so early waits.
SKEW = 60.0


class ProofCards:
    """Brings them, and ends a proof that nobody answered in time."""

    def __init__(
        self, operations: Operations, proofs: Proofs, chats: Chats, announcer: Announcer, in_teams: InTeams, clock: Clock, sleep: Sleep
    ) -> None:
        self._operations = operations
        self._proofs = proofs
        self._chats = chats
        self._announcer = announcer
        self._in_teams = in_teams
        self._clock = clock
        self._sleep = sleep

    async def bring(self, subject: str, *, pages: str, contact: str) -> None:
        """Sends whoever is asked the card, or brings it to the proof's present state, and comes back when Teams has it.

        If Teams will never take it, the proof is withdrawn, and the agent's card says why.

        Args:
            subject: the proof's id, and `OVER` behind it where its time ought to be over.
            pages: where people sign in, up to the id; empty without such pages.
            contact: how the helpdesk is reached; empty where no setting says.
        """
        proof_id, _, occasion = subject.partition(":")

        async def card() -> Mapping[Hashable, Post]:
            proof = await self._in_time(proof_id, occasion)
            operation = await self._operations.get(proof.operation_id) if proof else None
            if proof is None or operation is None or not proof.asked_id:
                return {}
            link = f"{pages}{proof.id}" if proof.kind is ProofKind.SIGN_IN else ""
            return {proof.state: partial(self._bring, proof, operation, ProofShown(proof, operation, link, contact))}

        await until_all_taken(card, self._sleep)

    async def _in_time(self, proof_id: str, occasion: str) -> Proof | None:
        """The proof as it is; one whose time is over has ended."""
        while (proof := await self._proofs.get(proof_id)) is not None and proof.state is ProofState.ASKED:
            left = (proof.expires_at - self._clock()).total_seconds()
            if left <= 0:
                now = self._clock()
                ended = replace(proof, state=ProofState.EXPIRED, answered_at=now)
                await self._proofs.answer(ended, proof_event(ended, now), now)
            elif occasion == OVER and left <= SKEW:
                await self._sleep(left)
            else:
                break
        return proof

    async def _bring(self, proof: Proof, operation: Operation, shown: ProofShown) -> None:
        if proof.card_id:
            for chat in await self._chats.of([proof.asked_id.lower()]) if proof.state is not ProofState.ASKED else ():
                await self._announcer.update(chat.where, proof.card_id, shown, chat.reader)
        elif proof.state is ProofState.ASKED:
            language = operation.target.language if proof.asked_id == operation.target.id else ""
            try:
                card_id = await self._in_teams.send(proof.asked_id, proof.asked_name, language, shown)
            except ChatRefused as error:
                if error.status == 401:  # our own sign-in: an administrator can put it right in time
                    raise
                log.warning("nobody can be asked for a proof", action="proof_refused", operation=operation.id, status=error.status)
                now = self._clock()
                ended = replace(proof, state=ProofState.WITHDRAWN, answered_at=now, evidence=why_refused(error))
                await self._proofs.answer(ended, proof_event(ended, now), now)
            else:
                await self._proofs.put_card(proof.id, card_id)

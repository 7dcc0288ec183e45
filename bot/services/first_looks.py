"""The first look at an account before it is written to, begun while the gate is still asked about whoever presses Confirm.

Whoever confirms a change that needs nobody else waits for the gate, for this look, for the write and for the look back; gate and look
are asked at the same time, both after the press. What is seen is told to nobody: it waits here for the execution, which takes it if it
begins at once, in this process, and if Doorman did nothing else to this person meanwhile. In every other case the execution looks
itself, and so does every further round of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.policy import ALLOWED, Decision
from bot.ports import Clock, Directory, Past
from bot.services.look import look_again
from bot.services.meanwhile import A_MOMENT, Asked, Meanwhile, meanwhile
from bot.services.still_agreed import agreement

#: What Doorman did to a person is told by the clock of the process that did it, and clocks may differ by so much.
CLOCKS_APART = timedelta(minutes=1)


class Seen(NamedTuple):
    """What stands before a write, read at one moment.

    Attributes:
        dossier: the target as it is now.
        requester: with the rights of now.
        agreed: whether those who agreed still may, where that is to be asked.
    """

    dossier: Dossier
    requester: Standing
    agreed: Decision = ALLOWED


async def see(directory: Directory, groups: frozenset[str], operation: Operation, clock: Clock, *, ask_approvers: bool) -> Seen:
    """Everything that decides about a write.

    Args:
        groups: those that policy knows; the requester's standing is about these.

    Raises:
        DirectoryError: something of it cannot be read.
    """

    async def rights() -> tuple[Standing, Decision]:
        asker = directory.standing(operation.requester.id, groups)
        if not ask_approvers:
            return await asker, ALLOWED
        return await asyncio.gather(asker, agreement(directory, operation))

    async with meanwhile(rights, clock) as asked:
        dossier = await look_again(directory, operation)
        return Seen(dossier, *await asked())  # the rights last: while Entra ID keeps the account back, somebody may lose them


class FirstLooks:
    """Looks that were begun beside the gate.

    Args:
        groups: as of `see`.
    """

    def __init__(self, directory: Directory, past: Past, groups: frozenset[str], clock: Clock) -> None:
        self._directory = directory
        self._past = past
        self._groups = groups
        self._clock = clock
        self._begun: dict[str, tuple[datetime, Meanwhile[Seen]]] = {}

    @asynccontextmanager
    async def beside(self, action: CardAction, operation: Operation) -> AsyncIterator[None]:
        """Looks while its requester confirms an operation that needs nothing else; a press that is refused gives the look up."""
        if action.verb is not Verb.CONFIRM or action.actor.id != operation.requester.id or not _alone(operation):
            yield
            return
        ask = partial(see, self._directory, self._groups, operation, self._clock, ask_approvers=False)
        begun = self._begun[operation.id] = self._clock(), Meanwhile(ask, self._clock)
        try:
            yield
        except BaseException:
            self._forget(operation.id, begun)
            raise
        asyncio.get_running_loop().call_later(2 * A_MOMENT.total_seconds(), self._forget, operation.id, begun)

    async def taken(self, operation: Operation) -> Asked[Seen] | None:
        """What was begun for an operation, once; None where there is nothing, or where it may have been seen too early.

        Args:
            operation: as it was before it began to be carried out, which it has by now: so what else was done to this person is over.
        """
        if (begun := self._begun.get(operation.id)) is None:
            return None
        at, look = begun
        made = await self._past.made_to(operation.target.id, at - CLOCKS_APART)
        untouched = all(one.operation_id == operation.id for one in made)
        if self._begun.pop(operation.id, None) is begun and untouched and operation.state is State.QUEUED:
            return look
        look.give_up()
        return None

    def _forget(self, operation_id: str, begun: tuple[datetime, Meanwhile[Seen]]) -> None:
        if self._begun.get(operation_id) is begun:
            del self._begun[operation_id]
            begun[1].give_up()


def _alone(operation: Operation) -> bool:
    """Whether it is carried out as soon as its requester has confirmed it, as it stands."""
    waits = operation.state is State.PROPOSED and not operation.need.approvals
    return waits and operation.agreed_state is State.QUEUED and not operation.editable and operation.bulk is None

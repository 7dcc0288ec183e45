"""What stands before a write: everything that decides about it, read at one moment."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.policy import ALLOWED, Decision
from bot.ports import Clock, Directory
from bot.services.look import look_again
from bot.services.meanwhile import meanwhile
from bot.services.still_agreed import agreement


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

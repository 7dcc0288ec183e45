"""An account with what a command or a change needs to know besides: all of it read at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from bot.domain.change import KINDS, ChangeKind
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.sign_in import Aspect
from bot.errors import DirectoryError, Unavailable
from bot.ports import Directory

#: How much longer than the account itself anything else may take before it is left out.
GRACE_SECONDS = 1.5


def aspects_of(kinds: Iterable[ChangeKind]) -> frozenset[Aspect]:
    """What has to be read besides the account to compare changes of these kinds."""
    return frozenset(aspect for kind in kinds if (aspect := KINDS[kind].aspect))


async def look(directory: Directory, object_id: str, aspects: Collection[Aspect]) -> Dossier:
    """The account and all of these aspects.

    Raises:
        DirectoryError: anything of it cannot be read.
    """
    return _whole(await _read(directory, object_id, directory.dossier(object_id), aspects, None))


async def look_again(directory: Directory, operation: Operation) -> Dossier:
    """The target of an operation with all that its changes are compared with.

    Raises:
        DirectoryError: as `look`; also when the methods that it is about are hidden, which must not be taken for gone.
    """
    return await _look(directory, operation, directory.dossier(operation.target.id))


async def look_back(directory: Directory, operation: Operation, known: Dossier) -> Dossier:
    """The same where only what was written is looked for: what protects the person is as it was known, and is not asked again.

    So nothing may be written because of what is seen. Raises as `look_again`.
    """
    return await _look(directory, operation, directory.renewed(known))


async def _look(directory: Directory, operation: Operation, reading: Coroutine[Any, Any, Dossier]) -> Dossier:
    aspects = aspects_of(change.kind for change in operation.changes)
    dossier = _whole(await _read(directory, operation.target.id, reading, aspects, None))
    if dossier.hidden and (operation.bundle or any(change.of_method for change in operation.changes)):
        raise dossier.hidden
    return dossier


async def look_anew(directory: Directory, operation: Operation) -> Dossier:
    """The same with all that planning it once more takes; raises as `look`."""
    kinds = operation.kinds
    aspects = aspects_of(kinds) | (frozenset({Aspect.SMS_TERMS}) if ChangeKind.SET_PHONE in kinds else frozenset())
    return await look(directory, operation.target.id, aspects)


async def glance(directory: Directory, object_id: str, aspects: Collection[Aspect]) -> Dossier:
    """The account, and those of the aspects that can be read in good time; `unread` says why the others are not there.

    A portrait is what there is of it when all the rest is there.

    Raises:
        DirectoryError: the account itself cannot be read.
    """
    known = [aspect for aspect in aspects if aspect is not Aspect.PORTRAIT]
    if Aspect.PORTRAIT in aspects:
        directory.ahead(object_id)
    dossier = await _read(directory, object_id, directory.dossier(object_id), known, GRACE_SECONDS)
    return replace(dossier, portrait=await directory.portrait(object_id)) if Aspect.PORTRAIT in aspects else dossier


def _whole(dossier: Dossier) -> Dossier:
    """The dossier; raises DirectoryError when anything of it could not be read."""
    for error in dossier.unread.values():
        raise error
    return dossier


async def _read(
    directory: Directory, object_id: str, account: Coroutine[Any, Any, Dossier], aspects: Collection[Aspect], grace: float | None
) -> Dossier:
    if not aspects:
        return await account
    reading = {asyncio.create_task(_attempt(_readers(directory)[aspect], object_id)): aspect for aspect in aspects}
    try:
        dossier = await account
        done, late = await asyncio.wait(reading, timeout=grace)
    finally:
        for task in reading:
            task.cancel()
    found: dict[Aspect, Any] = {reading[task]: task.result() for task in done}
    found |= {reading[task]: Unavailable("it took too long") for task in late}
    unread = {aspect: value for aspect, value in found.items() if isinstance(value, DirectoryError)}
    return replace(dossier, unread=unread, **{aspect.value: value for aspect, value in found.items() if aspect not in unread})


def _readers(directory: Directory) -> dict[Aspect, Callable[[str], Awaitable[Any]]]:
    return {
        Aspect.PREFERENCE: directory.preference,
        Aspect.MFA_STATE: directory.mfa_state,
        Aspect.REGISTRATION: directory.registration,
        Aspect.SMS_TERMS: lambda _: directory.sms_terms(),
    }


async def _attempt(read: Callable[[str], Awaitable[Any]], object_id: str) -> Any:
    try:
        return await read(object_id)
    except DirectoryError as error:
        return error

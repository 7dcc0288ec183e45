"""A person's dossier out of Graph's answers: which reads it takes, and what their answers make together.

The reads of several people may share a batch. What follows them (further pages, the names of hardware tokens) is read for the person
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.methods import Dossier, Family, Method, Methods
from bot.domain.people import Unseen
from bot.domain.said import say
from bot.errors import DirectoryError, NotAuthorised, NotFound, Rejected, Unavailable
from bot.graph import permissions, reads
from bot.graph.accounts import id_in, person_in, role_assignable_in, roles_in
from bot.graph.answers import Answer
from bot.graph.batch import read_all, require_parts
from bot.graph.beta import with_tokens
from bot.graph.errors import translate
from bot.graph.memory import Memory
from bot.graph.methods import others_in, phones_in
from bot.graph.protection import Protection, Reach
from bot.graph.reader import Reader
from bot.graph.reads import Read

#: Shown instead of the other methods when the app may read phones alone, and when Entra does not list them although it may.
HIDDEN = Method("other methods", say("not shown, because the permission {permission} is missing", permission=permissions.READ_METHODS))
UNLISTED = Method("other methods", say("not shown, because Entra ID did not list them"))


@dataclass(frozen=True, slots=True)
class Asked:
    """The reads for one dossier, in the order of their answers.

    Attributes:
        account: of what decides about protection, what the person has.
        methods: all methods, or the phones alone.
        reach: of what decides about protection, what the person could get.
    """

    user_id: str
    account: tuple[Read, Read, Read, Read]
    methods: Read
    reach: Reach

    @property
    def reads(self) -> tuple[Read, ...]:
        """All of them."""
        return (*self.account, self.methods, *self.reach.reads)


class Dossiers:
    """Dossiers through one reader.

    Args:
        reader: for what follows the first answers.
        memory: what is known of the tenant.
        many: as of `Protection`.
    """

    def __init__(self, reader: Reader, memory: Memory, *, many: bool = False) -> None:
        self._reader = reader
        self._grants = memory.grants
        self._protection = Protection(reader, memory, many=many)

    async def foresee(self) -> None:
        """Begins to read what everybody's dossier takes; raises DirectoryError."""
        await self._protection.foresee()

    async def unseen(self) -> tuple[Unseen, ...]:
        """What nobody lets us look for; raises DirectoryError."""
        return await self._protection.unseen()

    async def ask(self, user_id: str) -> Asked:
        """What has to be read about somebody, by object id; raises DirectoryError when there is no token."""
        return Asked(
            user_id,
            (reads.account(user_id), reads.roles_held(user_id), reads.assignments(user_id), reads.groups_held(user_id)),
            await self.ask_methods(user_id),
            await self._protection.ask(user_id),
        )

    async def ask_methods(self, user_id: str) -> Read:
        """What has to be read about somebody's methods."""
        return reads.phones(user_id) if await self._grants.lacks(permissions.READ_METHODS) else reads.methods(user_id)

    async def made_of(self, asked: Asked, answers: Sequence[Answer]) -> Dossier:
        """The dossier in the answers.

        Raises:
            DirectoryError: a part that decides about protection, or the methods, could not be read.
        """
        require_parts(asked.account, answers)
        account, roles_held, assigned, groups_held, methods = answers[:5]
        rows, hidden = await self._method_rows(asked.user_id, asked.methods, methods)
        groups = await self._reader.pages(groups_held, asked.account[3])
        ids = frozenset(id_in(group) for group in groups)
        privileges = replace(
            await self._protection.within_reach(asked.reach, answers[5:], ids),
            roles=roles_in(await self._reader.pages(roles_held, asked.account[1]), await self._reader.pages(assigned, asked.account[2])),
            groups=role_assignable_in(groups),
            restricted=bool(account.fields.get("isManagementRestricted")),
        )
        found = await self._methods(asked.user_id, rows, hidden)
        return Dossier(person_in(account.fields), found.phones, found.others, privileges, ids, hidden=hidden)

    async def renewed(self, dossier: Dossier, user_id: str) -> Dossier:
        """The same with account and methods as they are now; raises DirectoryError when these cannot be read."""
        asked = reads.account(user_id), await self.ask_methods(user_id)
        account, methods = answers = await read_all(self._reader.client, asked, self._reader.patience)
        require_parts(asked[:1], answers)
        rows, hidden = await self._method_rows(user_id, asked[1], methods)
        found = await self._methods(user_id, rows, hidden)
        return replace(dossier, person=person_in(account.fields), phones=found.phones, others=found.others, hidden=hidden)

    async def methods_of(self, user_id: str, read: Read, answer: Answer) -> Methods:
        """The methods in the answer to `ask_methods`; raises DirectoryError."""
        return await self._methods(user_id, *await self._method_rows(user_id, read, answer))

    async def _method_rows(self, user_id: str, read: Read, answer: Answer) -> tuple[list[dict[str, Any]], DirectoryError | None]:
        """The methods as Graph lists them, and why they are the phones alone; None when they are all."""
        if read == reads.phones(user_id):
            if not answer.ok:
                raise translate(answer, permissions.READ_METHODS)
            return await self._reader.pages(answer, read), _missing()
        if answer.status not in (403, 404):
            if not answer.ok:
                raise translate(answer, read.permission)
            rows = await self._reader.pages(answer, read)
            return rows, None if rows else Unavailable("not even the password is listed, which everybody has", request_id=answer.request_id)
        # Only the granular permission for phones is granted, or (in China's cloud) there is no list of all methods.
        phones = reads.phones(user_id)
        try:
            rows = await self._reader.pages(await self._reader.get(phones), phones)
        except NotAuthorised:
            raise translate(answer, permissions.READ_METHODS) from None
        if answer.status == 403 and await self._grants.lacks(permissions.READ_METHODS):
            return rows, _missing()
        return rows, Unavailable("the methods are not listed", status=answer.status, request_id=answer.request_id)

    async def _methods(self, user_id: str, rows: list[dict[str, Any]], hidden: DirectoryError | None) -> Methods:
        if hidden is None:
            return Methods(phones_in(rows), await self._with_tokens(user_id, others_in(rows)))
        return Methods(phones_in(rows), (HIDDEN if isinstance(hidden, NotAuthorised) else UNLISTED,))

    async def _with_tokens(self, user_id: str, others: tuple[Method, ...]) -> tuple[Method, ...]:
        """The methods, hardware tokens by name; where beta does not say, by their date alone, and nobody knows whether they are active."""
        if not any(method.family is Family.HARDWARE_TOKEN for method in others):
            return others
        read = reads.tokens(user_id)
        try:
            return with_tokens(others, await self._reader.pages(await self._reader.get(read), read))
        except (NotAuthorised, NotFound, Rejected, Unavailable) as error:
            if isinstance(error, Unavailable) and error.status != 403:
                raise
            return tuple(replace(method, active=None) if method.family is Family.HARDWARE_TOKEN else method for method in others)


def _missing() -> NotAuthorised:
    return NotAuthorised("all methods", permission=permissions.READ_METHODS, status=403)

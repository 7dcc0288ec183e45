"""`bot.ports.Directory` on Microsoft Graph. Each method is one HTTP request, unless a collection has more pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain import near_names
from bot.domain.approvers import MOST_HOLDERS, Mark
from bot.domain.change import KINDS, Change, ChangeKind
from bot.domain.methods import Dossier
from bot.domain.pass_terms import PassTerms
from bot.domain.people import Group, Person, Standing
from bot.domain.portrait import Portrait
from bot.domain.reconcile import DirectoryAudit
from bot.domain.secret import Issued, temporary_password
from bot.domain.sign_in import MfaState, Preference, Registration, SmsTerms
from bot.errors import NotAuthorised, NotFound
from bot.graph import finding, permissions, reads
from bot.graph.accounts import audit_in, group_in, id_in, person_in
from bot.graph.batch import read_all, require_parts
from bot.graph.beta import mfa_state_in, preference_in
from bot.graph.client import GraphClient
from bot.graph.dossiers import Dossiers
from bot.graph.errors import translate
from bot.graph.marks import holding, marks_in
from bot.graph.memory import Memory
from bot.graph.methods import client_request_id, sms_terms_in
from bot.graph.newness import may_be_new
from bot.graph.reader import Reader
from bot.graph.reads import Read
from bot.graph.seen_once import issued_in, terms_in
from bot.graph.throttle import BACKGROUND, INTERACTIVE, Patience, Priority
from bot.ports import FIND_LIMIT, MEMBERS_LIMIT, MOST_IN_A_GROUP, NEAR_LIMIT

AT_ONCE = Patience(3.0, Priority.HIGH)  # for a write whose answer a person is waiting for
AUDITS_PAUSE = 2.0  # seconds between pages: 5 requests in 10 s are allowed, https://learn.microsoft.com/graph/throttling-limits


class GraphDirectory:
    """The tenant through one `GraphClient`.

    Args:
        client: shared by all directories of the process.
        patience: how long a read may take; writes always have the patience of the background.
        memory: what is known of the tenant; one of its own when None.
    """

    def __init__(self, client: GraphClient, *, patience: Patience = INTERACTIVE, memory: Memory | None = None) -> None:
        self.memory = memory or Memory(client)
        self._client = client
        self._patience = patience
        self._reader = Reader(client, patience)
        self._dossiers = Dossiers(self._reader, self.memory)
        self._background: GraphDirectory | None = None

    def in_background(self) -> GraphDirectory:
        """The same tenant for work that nobody watches: it waits longer when Graph is busy."""
        self._background = self._background or GraphDirectory(self._client, patience=BACKGROUND, memory=self.memory)
        return self._background

    def to_show(self) -> GraphDirectory:
        """The same tenant for what is shown and decides nothing: what somebody is asked for first may be a second old."""
        return _Shown(self._client, patience=self._patience, memory=self.memory)

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(object_id)
        asked = {group.lower(): group for group in sorted(groups)}
        await self._dossiers.foresee()  # whoever is let in asks about somebody next
        wanted = [reads.person(user_id), *reads.check_groups(user_id, list(asked))]
        account, *checks = answers = await read_all(self._client, wanted, self._patience)
        require_parts(wanted, answers)
        found = {group.lower() for check in checks for group in check.texts}
        return Standing(person_in(account.fields), frozenset(asked[group] for group in found if group in asked))

    async def person(self, object_id: str) -> Person:
        """See `bot.ports.Directory`."""
        return person_in((await self._reader.get(reads.person(reads.object_id(object_id)))).fields)

    async def find(self, text: str) -> tuple[Person, ...]:
        """See `bot.ports.Directory`."""
        wanted = finding.tidy(text)
        if user_id := reads.as_object_id(wanted):
            try:
                return (await self.person(user_id),)
            except NotFound:
                return ()
        if not wanted:
            return ()
        if "@" in wanted:
            rows = (await self._reader.get(finding.by_address(wanted))).rows
            people = [person_in(row) for row in rows]
            return tuple(sorted(people, key=lambda one: (one.upn.casefold() != wanted.casefold(), one.upn))[:FIND_LIMIT])
        answers = await self._reader.read(*finding.by_name(wanted))
        complete = all("@odata.nextLink" not in answer.fields for answer in answers)
        return finding.choose(wanted, (person_in(row) for answer in answers for row in answer.rows), complete=complete)

    async def near(self, text: str) -> tuple[Person, ...]:
        """See `bot.ports.Directory`."""
        asked = finding.by_beginnings(finding.tidy(text))
        answers = await self._reader.read(*asked) if asked else []
        people = (person_in(row) for answer in answers for row in answer.rows)
        return near_names.nearest(text, people, NEAR_LIMIT)

    async def dossier(self, object_id: str) -> Dossier:
        """See `bot.ports.Directory`. Raises when any part that decides about protection cannot be read."""
        asked = await self._dossiers.ask(reads.object_id(object_id))
        async with may_be_new(self._reader, asked.user_id):
            return await self._dossiers.made_of(asked, await read_all(self._client, asked.reads, self._patience))

    async def renewed(self, dossier: Dossier) -> Dossier:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(dossier.person.id)
        async with may_be_new(self._reader, user_id):
            return await self._dossiers.renewed(dossier, user_id)

    async def marks(self, object_ids: Sequence[str]) -> list[tuple[Mark, ...]]:
        """See `bot.ports.Directory`."""
        asked = [reads.marks(reads.object_id(object_id)) for object_id in object_ids]
        answers = await read_all(self._client, asked, self._patience)
        for read, answer in zip(asked, answers, strict=True):
            if not answer.ok:
                raise translate(answer, read.permission)
        return [marks_in(answer.fields) for answer in answers]

    async def holders(self, marks: Sequence[Mark]) -> list[frozenset[str]]:
        """See `bot.ports.Directory`."""
        asked = [holding(mark) for mark in marks]
        answers = await self._reader.read(*asked) if asked else []
        found = [await self._reader.pages(answer, read, most=MOST_HOLDERS + 1) for read, answer in zip(asked, answers, strict=True)]
        return [frozenset(id_in(row, "id") for row in rows) for rows in found]

    async def preference(self, object_id: str) -> Preference:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(object_id)
        async with may_be_new(self._reader, user_id):
            return preference_in((await self._reader.get(reads.preferences(user_id))).fields)

    async def mfa_state(self, object_id: str) -> MfaState:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(object_id)
        async with may_be_new(self._reader, user_id):
            return mfa_state_in((await self._reader.get(reads.requirements(user_id))).fields)

    async def registration(self, object_id: str) -> Registration:
        """See `bot.ports.Directory`."""
        return await self.memory.report.row(reads.object_id(object_id))

    async def members(self, group_ids: Collection[str]) -> tuple[Person, ...]:
        """See `bot.ports.Directory`."""
        asked = [reads.members(group_id) for group_id in sorted({reads.as_object_id(group_id) for group_id in group_ids} - {""})]
        people: dict[str, Person] = {}
        for read, answer in zip(asked, await read_all(self._client, asked, self._patience), strict=True):
            if answer.status == 404:
                continue
            if not answer.ok:
                raise translate(answer, read.permission)
            found = (person_in(row) for row in await self._reader.pages(answer, read, most=MEMBERS_LIMIT))
            people |= {person.id: person for person in found if person.enabled}
        return tuple(sorted(people.values(), key=lambda person: (person.name.casefold(), person.upn)))[:MEMBERS_LIMIT]

    async def groups(self, text: str) -> tuple[Group, ...]:
        """See `bot.ports.Directory`."""
        wanted = finding.tidy(text)
        if not wanted:
            return ()
        by = "id" if reads.as_object_id(wanted) else "displayName"
        rows = (await self._reader.get(reads.groups(f"{by} eq {finding.literal(wanted)}"))).rows
        return tuple(sorted((group_in(row) for row in rows), key=lambda group: (group.name, group.id)))[:FIND_LIMIT]

    async def people_in(self, group_id: str) -> frozenset[str]:
        """See `bot.ports.Directory`."""
        read = reads.people_in(reads.object_id(group_id))
        rows = await self._reader.pages(await self._reader.get(read), read, most=MOST_IN_A_GROUP + 1)
        return frozenset(map(id_in, rows))

    async def audits(self, since: datetime) -> tuple[DirectoryAudit, ...]:
        """See `bot.ports.Directory`."""
        app_id = permissions.app_in(await self._client.tokens.get())
        read = reads.audits(app_id, since)
        found = [audit_in(row) for row in await self._reader.pages(await self._reader.get(read), read, pause=AUDITS_PAUSE)]
        return tuple(audit for audit in found if audit.app_id == app_id)

    async def apply(self, target_id: str, change: Change, operation_id: str) -> str:
        """See `bot.ports.Directory`."""
        try:
            return await write(self._client, BACKGROUND, target_id, change, operation_id)
        finally:
            self.memory.preferences.forget(target_id.lower())

    async def manager(self, object_id: str) -> Person | None:
        """See `bot.ports.Directory`."""
        try:
            return person_in((await self._reader.get(reads.manager(reads.object_id(object_id)))).fields)
        except NotFound:
            return None

    def ahead(self, object_id: str) -> None:
        """See `bot.ports.Directory`."""
        self.memory.portraits.ahead(reads.object_id(object_id))

    async def portrait(self, object_id: str) -> Portrait:
        """See `bot.ports.Directory`."""
        return await self.memory.portraits.of(reads.object_id(object_id))

    async def sms_terms(self) -> SmsTerms | None:
        """See `bot.ports.Directory`."""
        return await sms_terms(self._reader, self.memory)

    async def pass_terms(self, object_id: str) -> PassTerms:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(object_id)
        async with may_be_new(self._reader, user_id):
            policy, passes = await self._reader.read(reads.PASS_POLICY, reads.passes(user_id))
        return terms_in(policy.fields, passes.rows)

    async def issue(self, target_id: str, change: Change, operation_id: str) -> Issued:
        """See `bot.ports.Directory`."""
        user_id, password, writing = reads.object_id(target_id), temporary_password(), self._client.writing
        if change.kind is ChangeKind.RESET_PASSWORD:
            request = writing.new_password(user_id, password)
        else:
            assert change.wanted is not None, "a new pass"
            request = writing.new_pass(user_id, change.wanted)
        async with may_be_new(Reader(self._client, AT_ONCE), user_id):
            answer = await writing.send(
                request, AT_ONCE, permission=KINDS[change.kind].permission, request_id=client_request_id(operation_id, change)
            )
        return Issued(password, request_id=answer.request_id) if change.kind is ChangeKind.RESET_PASSWORD else issued_in(answer)

    async def ready(self) -> None:
        """Whether Graph answers us at all; DirectoryError when not."""
        await self._reader.get(Read(reads.ONE_ID, permissions.READ_USERS))

    async def check_permissions(self) -> tuple[str, ...]:
        """The application permissions that are needed and not in our token; DirectoryError when there is no token."""
        return permissions.missing(permissions.roles_in(await self._client.tokens.get()))

    async def close(self) -> None:
        """Closes the connections, of every directory on the same client."""
        await self.memory.role_groups.close()
        self.memory.portraits.close()
        await self._client.close()


class _Shown(GraphDirectory):
    async def preference(self, object_id: str) -> Preference:
        return await self.memory.preferences.of(reads.object_id(object_id), super().preference)


async def sms_terms(reader: Reader, memory: Memory) -> SmsTerms | None:
    """See `bot.ports.Directory.sms_terms`. Only where our token may not read it, or (in some clouds) there is none, is it unknown."""
    try:
        return sms_terms_in((await reader.get(reads.SMS_POLICY)).fields)
    except NotFound:
        return None
    except NotAuthorised as error:
        if await memory.grants.learn(error):
            return None
        raise


async def write(client: GraphClient, patience: Patience, target_id: str, change: Change, operation_id: str) -> str:
    """Makes one change as `bot.ports.Directory.apply` says, with the patience given for its turn; returns Graph's request id."""
    user_id, writing = reads.object_id(target_id), client.writing
    async with may_be_new(Reader(client, patience), user_id):
        answer = await writing.send(
            writing.change(user_id, change),
            patience,
            permission=KINDS[change.kind].permission,
            request_id=client_request_id(operation_id, change),
        )
    return answer.request_id

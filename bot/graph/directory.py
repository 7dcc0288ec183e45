"""`bot.ports.Directory` on Microsoft Graph. Each method is one HTTP request, unless a collection has more pages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.domain.change import KINDS, Change, ChangeKind
from bot.domain.methods import Dossier, Family, Method
from bot.domain.passes import PassTerms, WantedPass
from bot.domain.people import Person, Privileges, Standing
from bot.domain.reconcile import DirectoryAudit
from bot.domain.secret import Issued, temporary_password
from bot.domain.sign_in import MfaState, Preference, Registration
from bot.errors import NotAuthorised, NotFound, NotLicensed, Rejected, Unavailable
from bot.graph import finding, permissions, reads
from bot.graph.accounts import audit_in, defined_in, person_in, role_assignable_in, roles_in
from bot.graph.answers import Answer
from bot.graph.batch import read_all
from bot.graph.beta import beta_request, mfa_state_in, preference_in, with_tokens
from bot.graph.client import GraphClient
from bot.graph.errors import translate
from bot.graph.methods import client_request_id, others_in, phones_in, write_request
from bot.graph.passes import issued_in, pass_request, password_request, terms_in
from bot.graph.reads import Read
from bot.graph.report import RegistrationReport
from bot.graph.throttle import BACKGROUND, INTERACTIVE, Patience
from bot.ports import FIND_LIMIT, MEMBERS_LIMIT

MOST_PAGES = 50
REMEMBERED_SECONDS = 600.0  # how long it is remembered that something cannot be read
AT_ONCE = Patience(3.0, urgent=True)  # for a write whose answer a person is waiting for
AUDITS_PAUSE = 2.0  # seconds between pages: 5 requests in 10 s are allowed, https://learn.microsoft.com/graph/throttling-limits

#: Shown instead of the other methods when the app may read phones alone.
HIDDEN = Method("other methods", f"not shown, because the permission {permissions.READ_METHODS} is missing")


class GraphDirectory:
    """The tenant through one `GraphClient`.

    Args:
        client: shared by all directories of the process.
        patience: how long a read may take; writes always have the patience of the background.
    """

    def __init__(self, client: GraphClient, *, patience: Patience = INTERACTIVE) -> None:
        self._client = client
        self._patience = patience
        self._phones_only_until = 0.0
        self._no_eligible_until = 0.0
        self._background: GraphDirectory | None = None
        self._report = RegistrationReport(client)

    def in_background(self) -> GraphDirectory:
        """The same tenant for work that nobody watches: it waits longer when Graph is busy."""
        self._background = self._background or GraphDirectory(self._client, patience=BACKGROUND)
        return self._background

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(object_id)
        asked = {group.lower(): group for group in sorted(groups)}
        account, *checks = await self._read(reads.person(user_id), *reads.check_groups(user_id, list(asked)))
        found = {str(group).lower() for check in checks for group in check.fields.get("value") or ()}
        return Standing(person_in(account.fields), frozenset(asked[group] for group in found if group in asked))

    async def person(self, object_id: str) -> Person:
        """See `bot.ports.Directory`."""
        return person_in((await self._get(reads.person(reads.object_id(object_id)))).fields)

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
            rows = (await self._get(finding.by_address(wanted))).rows
            people = [person_in(row) for row in rows]
            return tuple(sorted(people, key=lambda one: (one.upn.casefold() != wanted.casefold(), one.upn))[:FIND_LIMIT])
        answers = await self._read(*finding.by_name(wanted))
        complete = all("@odata.nextLink" not in answer.fields for answer in answers)
        return finding.choose(wanted, (person_in(row) for answer in answers for row in answer.rows), complete=complete)

    async def dossier(self, object_id: str) -> Dossier:
        """See `bot.ports.Directory`. Raises when any part that decides about protection cannot be read."""
        user_id = reads.object_id(object_id)
        now = self._client.gate.clock()
        phones_only, no_eligible = now < self._phones_only_until, now < self._no_eligible_until
        asked = [
            reads.account(user_id),
            reads.roles_held(user_id),
            reads.assignments(user_id),
            reads.groups_held(user_id),
            reads.phones(user_id) if phones_only else reads.methods(user_id),
            *([] if no_eligible else [reads.eligibilities(user_id)]),
        ]
        answers = await read_all(self._client, asked, self._patience)
        for read, answer in zip(asked[:4], answers, strict=False):
            if not answer.ok:
                raise translate(answer, read.permission)
        account, roles_held, assigned, groups_held, methods = answers[:5]
        if not phones_only and methods.status in (403, 404):
            # Only the granular permission for phones is granted, or (in China's cloud) there is no list of all methods.
            try:
                methods = await self._get(reads.phones(user_id))
            except NotAuthorised:
                raise translate(methods, permissions.READ_METHODS) from None
            self._phones_only_until = self._client.gate.clock() + REMEMBERED_SECONDS
            phones_only = True
        elif not methods.ok:
            raise translate(methods, asked[4].permission)
        rows = await self._pages(methods, asked[4])
        groups = await self._pages(groups_held, asked[3])
        privileges = Privileges(
            roles=roles_in(await self._pages(roles_held, asked[1]), await self._pages(assigned, asked[2])),
            eligible=() if no_eligible else await self._eligible(answers[5], asked[5]),
            groups=role_assignable_in(groups),
            restricted=bool(account.fields.get("isManagementRestricted")),
        )
        return Dossier(
            person_in(account.fields),
            phones_in(rows),
            (HIDDEN,) if phones_only else await self._with_tokens(user_id, others_in(rows)),
            privileges,
            frozenset(str(group.get("id")).lower() for group in groups),
        )

    async def preference(self, object_id: str) -> Preference:
        """See `bot.ports.Directory`."""
        return preference_in((await self._get(reads.preferences(reads.object_id(object_id)))).fields)

    async def mfa_state(self, object_id: str) -> MfaState:
        """See `bot.ports.Directory`."""
        return mfa_state_in((await self._get(reads.requirements(reads.object_id(object_id)))).fields)

    async def registration(self, object_id: str) -> Registration:
        """See `bot.ports.Directory`."""
        return await self._report.row(reads.object_id(object_id))

    async def members(self, group_ids: Collection[str]) -> tuple[Person, ...]:
        """See `bot.ports.Directory`."""
        asked = [reads.members(group_id) for group_id in sorted({reads.as_object_id(group_id) for group_id in group_ids} - {""})]
        people: dict[str, Person] = {}
        for read, answer in zip(asked, await read_all(self._client, asked, self._patience), strict=True):
            if answer.status == 404:
                continue
            if not answer.ok:
                raise translate(answer, read.permission)
            found = (person_in(row) for row in await self._pages(answer, read, most=MEMBERS_LIMIT))
            people |= {person.id: person for person in found if person.enabled}
        return tuple(sorted(people.values(), key=lambda person: (person.name.casefold(), person.upn)))[:MEMBERS_LIMIT]

    async def audits(self, since: datetime) -> tuple[DirectoryAudit, ...]:
        """See `bot.ports.Directory`."""
        app_id = permissions.app_in(await self._client.tokens.get())
        read = reads.audits(app_id, since)
        found = [audit_in(row) for row in await self._pages(await self._get(read), read, pause=AUDITS_PAUSE)]
        return tuple(audit for audit in found if audit.app_id == app_id)

    async def apply(self, target_id: str, change: Change, operation_id: str) -> str:
        """See `bot.ports.Directory`."""
        user_id = reads.object_id(target_id)
        request = beta_request(self._client.beta_url, user_id, change) or write_request(self._client.builders, user_id, change)
        answer = await self._client.send(
            request,
            BACKGROUND,
            permission=KINDS[change.kind].permission,
            request_id=client_request_id(operation_id, change),
        )
        return answer.request_id

    async def manager(self, object_id: str) -> Person | None:
        """See `bot.ports.Directory`."""
        try:
            return person_in((await self._get(reads.manager(reads.object_id(object_id)))).fields)
        except NotFound:
            return None

    async def pass_terms(self, object_id: str) -> PassTerms:
        """See `bot.ports.Directory`."""
        policy, passes = await self._read(reads.PASS_POLICY, reads.passes(reads.object_id(object_id)))
        return terms_in(policy.fields, passes.rows)

    async def issue(self, target_id: str, change: Change, operation_id: str) -> Issued:
        """See `bot.ports.Directory`."""
        user_id, password = reads.object_id(target_id), temporary_password()
        if change.kind is ChangeKind.RESET_PASSWORD:
            request = password_request(self._client.builders, user_id, password)
        else:
            request = pass_request(self._client.builders, user_id, WantedPass.of(change.after))
        answer = await self._client.send(
            request, AT_ONCE, permission=KINDS[change.kind].permission, request_id=client_request_id(operation_id, change)
        )
        return Issued(password, request_id=answer.request_id) if change.kind is ChangeKind.RESET_PASSWORD else issued_in(answer)

    async def ready(self) -> None:
        """Whether Graph answers us at all; DirectoryError when not."""
        await self._get(Read(reads.ONE_ID, permissions.READ_USERS))

    async def check_permissions(self) -> tuple[str, ...]:
        """The application permissions that are needed and not in our token; DirectoryError when there is no token."""
        return permissions.missing(permissions.roles_in(await self._client.tokens.get()))

    async def close(self) -> None:
        """Closes the connections, of every directory on the same client."""
        await self._client.close()

    async def _eligible(self, answer: Answer, read: Read) -> tuple[str, ...]:
        """Roles that could be activated, where that can be read: the permission is optional, and without the licence nobody has any."""
        if not answer.ok:
            error = translate(answer, read.permission)
            if answer.status != 403 and not isinstance(error, NotLicensed):
                raise error
            self._no_eligible_until = self._client.gate.clock() + REMEMBERED_SECONDS
            return ()
        return defined_in(await self._pages(answer, read))

    async def _with_tokens(self, user_id: str, others: tuple[Method, ...]) -> tuple[Method, ...]:
        """The methods, hardware tokens by name; where beta does not say, by their date alone."""
        if not any(method.family is Family.HARDWARE_TOKEN for method in others):
            return others
        read = reads.tokens(user_id)
        try:
            return with_tokens(others, await self._pages(await self._get(read), read))
        except (NotAuthorised, NotFound, Rejected):
            return others

    async def _get(self, read: Read) -> Answer:
        """One read; a 2xx answer."""
        url = (self._client.beta_url if read.beta else self._client.base_url) + read.url
        return await self._client.read(url, self._patience, permission=read.permission, eventual=read.eventual)

    async def _read(self, *asked: Read) -> list[Answer]:
        """Several reads in one request; 2xx answers."""
        if len(asked) == 1:
            return [await self._get(asked[0])]
        answers = await read_all(self._client, asked, self._patience)
        for read, answer in zip(asked, answers, strict=True):
            if not answer.ok:
                raise translate(answer, read.permission)
        return answers

    async def _pages(self, answer: Answer, read: Read, most: int | None = None, pause: float = 0.0) -> list[dict[str, Any]]:
        """All rows of a collection, following its links; with `most`, no further than that many need; with a pause before each link."""
        rows = list(answer.rows)
        for _ in range(MOST_PAGES):
            link = answer.fields.get("@odata.nextLink")
            if not link or (most is not None and len(rows) >= most):
                return rows
            if pause:
                await self._client.gate.pause(pause)
            answer = await self._client.read(str(link), self._patience, permission=read.permission, eventual=read.eventual)
            rows += answer.rows
        raise Unavailable("a collection does not end")

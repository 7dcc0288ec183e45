"""`bot.ports.proof.Signs` on Microsoft Graph: what may be known of whoever is said to be calling, by permissions that nobody has to give.

It decorates a card, so nobody waits for it: each part is asked at the same time, counted against Graph's limit before it is sent, and
left out when it is late, refused or too much. https://learn.microsoft.com/graph/throttling-limits
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.methods import Dossier, Family
from bot.domain.people import Person
from bot.domain.reconcile import CLOCKS_APART, MOST_LOOK_BACK
from bot.domain.signals import OldNumber, Signals
from bot.errors import DirectoryError, NotAuthorised, NotFound, Throttled
from bot.graph import permissions, sign_reads
from bot.graph.answers import Answer
from bot.graph.client import GraphClient
from bot.graph.lately import Asking, Lately
from bot.graph.memory import Memory
from bot.graph.phone_changes import changes_in, manager_changed_by, standing
from bot.graph.quota import Quota
from bot.graph.reader import Reader
from bot.graph.reads import Read, as_object_id, object_id
from bot.graph.sign_ins import by_phone_in, failed_in, risk_in
from bot.graph.throttle import INTERACTIVE, Patience, Priority, ThrottleGate

#: How long a card waits for all signals together.
GRACE_SECONDS = 1.5
#: A little longer, so that what came too late for one card is there for the next.
PATIENCE = Patience(3.0, Priority.HIGH)
#: https://learn.microsoft.com/graph/throttling-limits#identity-and-access-reports-service-limits
LOG_CALLS, LOG_SECONDS = 5, 10.0
#: Of these, so many are left for old numbers, for which somebody does wait, and for the registration report.
LOG_LEFT = 2
#: https://learn.microsoft.com/graph/throttling-limits#identity-protection-and-conditional-access-service-limits
RISK_CALLS, RISK_SECONDS = 1, 1.0
FAILED_WITHIN = timedelta(hours=24)
PHONE_WITHIN = timedelta(hours=24)
REGISTERED_WITHIN = timedelta(days=7)
MOST_PAGES = 4


class GraphSigns:
    """One for the process: it counts the process's calls.

    Args:
        client: shared by all directories of the process.
        memory: what is known of the tenant.
        seconds: how long `signals` may take.
    """

    def __init__(self, client: GraphClient, memory: Memory, *, seconds: float = GRACE_SECONDS) -> None:
        self._client = client
        self._seconds = seconds
        self._grants = memory.grants
        self._log_gate = memory.report.gate  # one limit holds for the report and the logs
        self._risk_gate = ThrottleGate(clock=client.gate.clock, sleep=client.gate.pause)
        clock = client.gate.clock
        self._log_quota, risk_quota = Quota(LOG_CALLS, LOG_SECONDS, clock), Quota(RISK_CALLS, RISK_SECONDS, clock)
        shown = partial(self._log_quota.take, leaving=LOG_LEFT)
        self._risk = Lately(Asking(permission=permissions.READ_RISK, read=self._read_risk, allowed=risk_quota.take), self._grants, clock)
        self._failed = Lately(Asking(permission=permissions.READ_AUDITS, read=self._read_failed, allowed=shown), self._grants, clock)
        self._by_phone = Lately(Asking(permission=permissions.READ_AUDITS, read=self._read_by_phone, allowed=shown), self._grants, clock)

    def ahead(self, person: Person) -> None:
        """See `bot.ports.proof.Signs`."""
        if user_id := as_object_id(person.id):
            self._risk.ahead(user_id)
            self._failed.ahead(user_id)

    async def signals(self, dossier: Dossier, *, lost: bool = False) -> Signals:
        """See `bot.ports.proof.Signs`.

        `registered` counts the methods whose own date says so: Graph dates hardly any phone, and a pass is none that somebody registers.

        `lost_active` means that within 24 hours a sign-in succeeded with a step that a telephone takes. Graph tells neither which device
        is lost nor since when; and of several telephones one cannot tell by a sign-in which it was. So it is a reason to ask when the
        phone was lost, and no proof that a thief has it. Sign-ins that went on with what an earlier one had satisfied do not count.
        """
        registered = None if dossier.hidden else _registered(dossier, self._client.now())
        user_id = as_object_id(dossier.person.id)
        if not user_id:
            return Signals(registered=registered)
        risk, failed, by_phone = await self._in_good_time(
            self._risk.of(user_id), self._failed.of(user_id), self._by_phone.of(user_id) if lost else _nothing()
        )
        return Signals(risk=risk, failed_sign_ins=failed, registered=registered, lost_active=by_phone)

    async def old_numbers(self, dossier: Dossier, since: datetime) -> tuple[OldNumber, ...]:
        """See `bot.ports.proof.Signs`.

        It covers what Entra's audit log has from that moment on, whoever did it, Doorman included. Not covered: what was changed within the
        last minutes, because the log is late (so what Doorman itself wrote lately is the caller's to look up in its own trail), and what is
        older than the log. A change that cannot be told apart counts against every number that it may have been.

        Raises:
            DirectoryError: the log or the profile cannot be read, or the log does not go back so far.
        """
        user_id = object_id(dossier.person.id)
        changed = changes_in(await self._records(user_id, since))
        profile = await Reader(self._client, INTERACTIVE).get(sign_reads.profile_phones(user_id))
        return standing(dossier.phones, profile.fields, changed, since)

    async def manager_changed(self, person_id: str, since: datetime) -> bool:
        """See `bot.ports.proof.Signs`; raises as `old_numbers`."""
        return manager_changed_by(await self._records(object_id(person_id), since))

    async def close(self) -> None:
        """Stops what is still being read."""
        for one in (self._risk, self._failed, self._by_phone):
            one.close()

    async def _in_good_time(self, *parts: Awaitable[Any]) -> list[Any]:
        """What is there when the time is over; None for the others."""
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            await asyncio.wait(tasks, timeout=self._seconds)
        finally:
            for task in tasks:
                task.cancel()
        return [task.result() if task.done() and not task.cancelled() else None for task in tasks]

    async def _read_risk(self, user_id: str) -> str | None:
        read = sign_reads.risk(user_id)
        try:
            return risk_in((await self._read(read, self._risk_gate)).fields)
        except NotFound as error:
            if not error.code:  # somebody else's 404: there is no such service here
                return None
            return "none"

    async def _read_failed(self, user_id: str) -> int | None:
        return failed_in((await self._read(sign_reads.sign_ins(user_id, self._client.now() - FAILED_WITHIN), self._log_gate)).rows)

    async def _read_by_phone(self, user_id: str) -> bool | None:
        return by_phone_in(
            (await self._read(sign_reads.steps_of_sign_ins(user_id, self._client.now() - PHONE_WITHIN), self._log_gate)).rows
        )

    async def _records(self, user_id: str, since: datetime) -> list[dict[str, Any]]:
        """Every row of the log about somebody.

        Raises:
            DirectoryError: it cannot be read; none of those that pass where the log does not go back so far, or tells more than we look at.
        """
        if since < self._client.now() - MOST_LOOK_BACK - CLOCKS_APART:
            raise DirectoryError("the audit log does not go back so far")
        read = sign_reads.audits_about(user_id, since)
        if closed := await self._grants.closed(read.permission):
            raise closed.with_traceback(None)
        rows: list[dict[str, Any]] = []
        url = self._client.base_url + read.url
        for _ in range(MOST_PAGES):
            if not self._log_quota.take():
                raise Throttled("the log was read as often as it may be", retry_after=self._log_quota.wait)
            try:
                answer = await self._client.read(url, PATIENCE, permission=read.permission, gate=self._log_gate)
            except NotAuthorised as error:
                await self._grants.learn(error)
                raise
            rows += answer.rows
            url = str(answer.fields.get("@odata.nextLink") or "")
            if not url:
                return rows
        raise DirectoryError("more was changed than is looked at")

    async def _read(self, read: Read, gate: ThrottleGate) -> Answer:
        base = self._client.beta_url if read.beta else self._client.base_url
        try:
            return await self._client.read(base + read.url, PATIENCE, permission=read.permission, gate=gate)
        except NotAuthorised as error:
            await self._grants.learn(error)
            raise


async def _nothing() -> None:
    return None


def _registered(dossier: Dossier, now: datetime) -> int:
    since = f"{now - REGISTERED_WITHIN:%Y-%m-%d}"
    methods = [method.created for method in dossier.others if method.family is not Family.PASS]
    return sum(created >= since for created in (*methods, *(phone.created for phone in dossier.phones.values())) if created)

"""Who is registered how: read from Entra by night, kept, and told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.domain.report import Listed, PhoneOnlyReport, Registered, ReportRow, Reread, Scope
from bot.domain.retirement import Population


class RegistrationReports(Protocol):
    """Who is registered how, as it was read from Entra last, and how many on each day before. Every method may raise StoreUnavailable."""

    async def read_at(self) -> datetime | None:
        """When the last whole reading was made; None when there was none."""

    async def departments(self) -> Sequence[str]:
        """The names of all departments."""

    async def report(self, scope: Scope) -> PhoneOnlyReport | None:
        """What the last reading says of these people; None when nothing was read yet."""

    def phone_only(self, scope: Scope) -> AsyncIterator[Registered]:
        """Who of them has nothing but a phone, by department and name, so many at a time that memory stays flat."""


class Registrations(RegistrationReports, Protocol):
    """The same, and how they come to be."""

    async def read_now(self) -> Reread:
        """Has Entra read, which takes minutes: one reading at a time, and not again within `report.SOONEST_AGAIN` of the last."""

    async def trouble(self) -> str:
        """Why Entra could not be read the last time, a sentence for people; empty when it could."""


class RegistrationSource(Protocol):
    """The tenant as the report needs it: everybody, in pages, never one by one. May raise `DirectoryError` and `StoreUnavailable`."""

    async def global_admins(self) -> frozenset[str]:
        """Object ids of those who hold the role, through a group too; of those who could activate it nothing is said."""

    def people(self) -> AsyncGenerator[Sequence[Listed], None]:
        """Everybody whose account is enabled, a page at a time."""

    def rows(self) -> AsyncGenerator[Sequence[ReportRow], None]:
        """Entra's registration report, a page at a time, slowly: others read it too.

        Raises:
            NotAuthorised: the permission AuditLog.Read.All is missing; NotLicensed: the tenant may not read the report.
        """


class Readings(Protocol):
    """How the report is read from Entra and kept, for all replicas. Every method may raise `StoreUnavailable`.

    What is read belongs to a run, and nobody sees any of it before the run is finished.
    """

    async def schedule(self, night: date, at: datetime) -> None:
        """Has the report read by one replica; the same night again does nothing."""

    async def begin(self, reading_id: str, at: datetime) -> str:
        """A new run, and the end of any that was cut off; empty when this reading is over already."""

    async def add(self, run: str, people: Sequence[tuple[Listed, Population]]) -> None:
        """Takes in people of whom the report has not been asked."""

    async def judge(self, run: str, rows: Sequence[ReportRow]) -> None:
        """Takes in what the report says of people who were added; whoever else it knows has left, or is disabled."""

    async def finish(self, reading_id: str, run: str, day: date, at: datetime) -> int | None:
        """The run is what there is to see from now on; how many people that is, None when it was no longer this reading's."""

    async def fail(self, reading_id: str, run: str, why: str, at: datetime, again_in: timedelta | None) -> None:
        """What there is to see stays; with `again_in`, the same is tried once more then."""

    async def forget(self, now: datetime, days: int) -> None:
        """Removes what is older; with 0 days nothing."""

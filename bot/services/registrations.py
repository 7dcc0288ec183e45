"""Entra's registration report, read whole: once a night, and when somebody asks for it. What was read before stays until then."""

from __future__ import annotations

from contextlib import aclosing
from datetime import date, timedelta, tzinfo

import structlog

from bot.domain.heads import due_day
from bot.domain.report import population
from bot.domain.said import join, say
from bot.errors import DirectoryError, NotAuthorised, NotLicensed, Unavailable
from bot.metrics import READING_SECONDS, READINGS, REGISTERED
from bot.ports import Clock, Readings, RegistrationSource
from bot.services.asked import LOOK
from bot.services.explain import directory_sentence

log = structlog.get_logger()

#: How soon a night's reading is tried again, each time; then it is the next night's turn.
AGAIN = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 120))


class NightlyReading:
    """Asked again and again, has the report read when its hour has struck; after a downtime that of the last such night, at once.

    Args:
        hour: of the day, by the wall clock of the zone; None for never.
    """

    def __init__(self, readings: Readings, hour: int | None, zone: tzinfo, clock: Clock) -> None:
        self._readings = readings
        self._hour = hour
        self._zone = zone
        self._clock = clock
        self._looked_at: date | None = None

    async def look(self) -> None:
        """Schedules the reading that is due, unless this or another process has; raises StoreUnavailable when nobody can say."""
        if self._hour is None:
            return
        now = self._clock()
        night = due_day(now, self._hour, self._zone)
        if night != self._looked_at:
            await self._readings.schedule(night, now)
            self._looked_at = night


async def read_registrations(readings: Readings, source: RegistrationSource, zone: tzinfo, clock: Clock, reading_id: str) -> None:
    """Makes one reading, or notes why it could not be made.

    Args:
        zone: of the day it counts for.
        reading_id: what `Readings` named it by.

    Raises:
        StoreUnavailable: it has to be made again.
    """
    began = clock()
    run = await readings.begin(reading_id, began)
    if not run:
        return
    try:
        await _read(readings, source, run)
    except DirectoryError as error:
        READINGS.labels("failed").inc()
        again_in = _again_in(reading_id, error)
        await readings.fail(reading_id, run, sentence(error), clock(), again_in)
        log.warning(
            "registration report not read",
            action="registrations_not_read",
            error=type(error).__name__,
            status=error.status,
            code=error.code,
            request_id=error.request_id,
            again_in=again_in.total_seconds() if again_in else None,
        )
        return
    ended = clock()
    people = await readings.finish(reading_id, run, began.astimezone(zone).date(), ended)
    if people is None:  # another process took this one for dead, and reads
        return
    seconds = (ended - began).total_seconds()
    READINGS.labels("whole").inc()
    READING_SECONDS.set(seconds)
    REGISTERED.set(people)
    log.info("registration report read", action="registrations_read", people=people, seconds=round(seconds, 1))


async def _read(readings: Readings, source: RegistrationSource, run: str) -> None:
    """Everybody, and then what the report says of them. Its first page comes before, because it may be refused."""
    global_admins = await source.global_admins()
    async with aclosing(source.rows()) as rows, aclosing(source.people()) as people:
        first = await anext(rows, ())
        async for accounts in people:
            await readings.add(run, [(account, population(account, global_admins)) for account in accounts])
        if not first:  # or everybody would seem to have nothing
            raise Unavailable("the registration report is empty")
        await readings.judge(run, first)
        async for page in rows:
            await readings.judge(run, page)


def _again_in(reading_id: str, error: DirectoryError) -> timedelta | None:
    """When a night's reading is to be tried again; nobody grants a permission in the night, and whoever asked can ask again."""
    attempt = reading_id.partition(".")[2]
    if not attempt or (isinstance(error, NotAuthorised) and error.status == 403) or int(attempt) > len(AGAIN):
        return None
    return AGAIN[int(attempt) - 1]


def sentence(error: DirectoryError) -> str:
    """Why the report could not be read, and what to do."""
    if isinstance(error, NotLicensed):
        needed = say("Entra's registration report needs a licence for Entra ID P1 or P2, and Entra ID says that this tenant has none.")
        return join(" ", (needed, directory_sentence(error, LOOK)[1]))
    if isinstance(error, NotAuthorised) and error.permission:
        return say(
            "Entra's registration report needs the application permission {permission} and a licence for Entra ID P1: ask an Entra "
            "administrator to grant the permission to Doorman's app registration, with admin consent.",
            permission=error.permission,
        )
    return join(" ", directory_sentence(error, LOOK))

"""The files of a job for whoever may see them: every row before it is done, and after. Made anew each time, kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import copy_context
from pathlib import Path

from bot.domain.audit import AuditEvent, Tag
from bot.domain.file_said import found_said
from bot.domain.incoming import FileConsent, FileKind
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.policy import Audience
from bot.domain.replies import FileOffered, FileStored
from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import BulkJobs, Clock, Files, Operations, Sheets
from bot.services.gate import Gate
from bot.services.given_file import pieces, temporary
from bot.services.require import require

TEMPLATE_NAME = "doorman-template.csv"
#: Teams shows a size before it is asked for; the file is made afterwards.
BYTES_A_ROW = 160
#: A file names every column and every sheet.
ALL_NAMES = 1000


class Giving:
    """Offers files, and hands them over once Teams says that they are wanted."""

    def __init__(self, operations: Operations, jobs: BulkJobs, gate: Gate, files: Files, sheets: Sheets, clock: Clock) -> None:
        self._operations = operations
        self._jobs = jobs
        self._gate = gate
        self._files = files
        self._sheets = sheets
        self._clock = clock

    def template(self) -> FileOffered:
        """A file to fill in."""
        text = say("An empty file with the columns I read; fill it in and drop it here.")
        return FileOffered(FileKind.TEMPLATE, "", TEMPLATE_NAME, text, len(self._sheets.template()))

    async def examined(self, job_id: str, standing: Standing) -> Operation:
        """The job whose files somebody wants, and may have: its requester, whoever may approve it, administrators.

        Raises:
            Refusal: not this person, who hears nothing of whether there is one.
        """
        job = await self._operations.get(job_id)
        if job and job.bulk:
            if standing.person.id.lower() == job.requester.id.lower():
                require(self._gate.permit(standing))
                return job
            if self._gate.is_admin(standing) or job.need.groups & standing.groups:
                return job
        raise Refusal(
            say("There is no bulk job {id}, or its files are not for you.", id=job_id),
            say("They are for whoever dropped the file, its approvers and administrators. Look at the id on its card."),
            code="not_ones_own",
        )

    async def offer(self, kind: FileKind, job: Operation) -> FileOffered:
        """The offer of one, for a personal chat: Teams takes no files elsewhere.

        Raises:
            Refusal: there is nothing to show yet.
        """
        assert job.bulk is not None, "it is a job"
        _checked(job)
        rows = sum(job.bulk.counts.values())
        if kind is FileKind.PREVIEW:
            text = say("What each of the rows of {file} would do; numbers are masked.", file=job.bulk.file)
        else:
            text = say("What became of each of the rows of {file}; numbers are masked.", file=job.bulk.file)
        return FileOffered(kind, job.id, _name(kind, job), text, max(1, rows) * BYTES_A_ROW)

    async def consented(self, consent: FileConsent, standing: Standing) -> FileStored:
        """Hands a file over.

        Raises:
            Refusal: not to this person, or it cannot be handed over.
        """
        if consent.kind is FileKind.TEMPLATE:
            require(self._gate.permit(standing, Audience.STAFF))
            template = self._sheets.template()
            await self._files.upload(consent.upload_url, _once(template), len(template))
            return FileStored(consent.name or TEMPLATE_NAME, consent.content_url, consent.unique_id, consent.file_type)
        job = await self.examined(consent.id, standing)
        _checked(job)
        path = temporary()
        try:
            await self.save(job, consent.kind, path)
            await self._files.upload(consent.upload_url, pieces(path), path.stat().st_size)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        actor = consent.actor
        facts = {"file": consent.kind.value}
        event = AuditEvent(Tag.BULK_FILE_GIVEN, self._clock(), actor.id, actor.name, job.id, job.target.id, facts)
        await self._operations.record(event)
        return FileStored(consent.name or _name(consent.kind, job), consent.content_url, consent.unique_id, consent.file_type)

    async def save(self, job: Operation, kind: FileKind, path: Path) -> None:
        """Writes a job's file to this machine, in the language of whoever is spoken to here."""
        here, result = copy_context(), kind is FileKind.RESULT  # the thread that reads the rows knows nobody by itself
        notes = found_said(job.bulk, ALL_NAMES) if job.bulk else ()
        delimiter = job.bulk.found.delimiter if job.bulk and job.bulk.found else ""
        await self._jobs.with_rows(
            job.id,
            lambda rows: here.run(_write, path, self._sheets.lines(rows, job.id, result=result, delimiter=delimiter, notes=notes)),
        )


def _checked(job: Operation) -> None:
    if not (job.bulk and job.bulk.counts):
        raise Refusal(say("{id} is not checked yet, so there is nothing to show.", id=job.id), code="too_early")


def _name(kind: FileKind, job: Operation) -> str:
    return f"{job.id}-{kind.value}.csv"


def _write(path: Path, lines: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(lines)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

"""A file comes in: who sent it and whether they may, its bytes once, its rows into the database. Then crews look at it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import structlog

from bot.commands.bulk_shown import bulk_shown
from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import MOST_BYTES, Bulk
from bot.domain.change import ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.file_found import NO_ANSWERS, Answers, Found, Question, telling
from bot.domain.incoming import IncomingFile
from bot.domain.life import NOT_DONE, State
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person, Standing
from bot.domain.phone import mask_text
from bot.domain.replies import BulkShown
from bot.domain.said import join, say
from bot.errors import Refusal, StoreUnavailable
from bot.ports import BulkFiles, Download, Files, Sheets
from bot.services import explain
from bot.services.bulk.check import Checking, job_decision, preview
from bot.services.bulk.kept import fetched, keep
from bot.services.confirm import too_late

log = structlog.get_logger()

#: So soon it is noticed that nobody wants a file's rows any more.
LOOK_SECONDS = 0.5
FILE_NAME_LIMIT = 120
#: A check may be cancelled for so long; it ends by itself far sooner.
CHECK_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants done with a file.

    Attributes:
        actor: as Entra knows them.
        answers: what they say of the file beforehand.
    """

    actor: Actor
    standing: Standing
    where: ConversationRef
    dry_run: bool = False
    ticket: str = ""
    reason: str = ""
    answers: Answers = NO_ANSWERS


class Receiving:
    """Takes in files.

    Args:
        wake: called when there is something for the crews.
    """

    def __init__(self, checking: Checking, kept: BulkFiles, files: Files, sheets: Sheets, wake: Callable[[], None]) -> None:
        self._checking = checking
        self._kept = kept
        self._files = files
        self._sheets = sheets
        self.wake = wake
        self._reading: set[asyncio.Task[None]] = set()

    async def receive(self, request: Request, file: IncomingFile) -> BulkShown:
        """Fetches a file from where Teams keeps it and begins a job.

        Raises:
            Refusal: policy says no, the file cannot be had, or as many jobs as one person may have are under way.
        """
        if request.where.kind != "personal":
            raise Refusal(
                say("I take files in a personal chat alone, where Teams lets me have them."),
                say("Open a chat with me and drop it there."),
                code="file_elsewhere",
            )
        await self.permitted(request)
        # Fetched at once, since the address is good for a moment, and beside the turn, which Teams does not let last so long.
        return await self._started(request, file.name, lambda: self._files.download(file.url, MOST_BYTES))

    async def begin(self, request: Request, name: str, download: Download) -> BulkShown:
        """Begins a job with a file that is on this machine, and removes that once it is read.

        Raises:
            Refusal: as many jobs as one person may have are under way.
        """

        async def there() -> Download:
            return download

        try:
            return await self._started(request, name, there)
        except BaseException:
            download.path.unlink(missing_ok=True)
            raise

    async def _started(self, request: Request, name: str, fetch: Callable[[], Awaitable[Download]]) -> BulkShown:
        operation = await self._begin(request, name, "")
        self._start(operation, fetch, name)
        return await bulk_shown(self._checking.jobs, operation, self._checking.clock())

    def _start(self, operation: Operation, fetch: Callable[[], Awaitable[Download]], name: str) -> None:
        task = asyncio.create_task(self._read_while_wanted(operation, fetch, name))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def answered(self, job: Operation, question: Question, answers: Answers, actor: Actor) -> BulkShown:
        """Reads a file anew with what its sender has said.

        Args:
            job: as it was when they said it.

        Raises:
            Refusal: somebody was quicker, or it is too late; the text says which.
        """
        assert job.bulk is not None, "it is a job"
        now, checking = self._checking.clock(), self._checking
        answer = getattr(answers, question.value)
        said = ("yes" if answer else "no") if isinstance(answer, bool) else mask_text(answer)
        facts = {"question": question.value, "answer": said}
        event = AuditEvent(Tag.BULK_FILE_ANSWERED, now, actor.id, actor.name, job.id, job.target.id, facts)
        moved = await self._kept.answer(job, job.bulk.answered(answers), event, now + CHECK_FOR)
        if moved is None:
            moved = await too_late(checking.operations, job, checking.clock)
        self._start_again(moved)
        return await bulk_shown(checking.jobs, moved, now)

    async def again(self, job_id: str, *, alone: bool) -> bool:
        """Reads a kept file instead of a process that died over it; False when there is none, or others are at it."""
        if (job := await self._kept.again(job_id, alone=alone)) is None:
            return False
        self._start_again(job)
        return True

    def _start_again(self, job: Operation) -> None:
        assert job.bulk is not None, "it is a job"
        sha256 = job.bulk.sha256
        self._start(job, lambda: fetched(self._kept, job.id, sha256), job.bulk.file)

    async def retry(self, request: Request, of: Operation) -> BulkShown:
        """Begins a job with the rows of another one that were not done.

        Raises:
            Refusal: policy says no, there are none, their numbers are not kept any more, or too many jobs of this person are under way.
        """
        assert of.bulk is not None, "it is a job"
        if of.numbers_removed:
            text = say("{id} is so old that I no longer keep its numbers.", id=of.id)
            raise Refusal(text, say("Send the file again."), code="too_late")
        await self.permitted(request)
        jobs = self._checking.jobs
        if NOT_DONE.isdisjoint(map(State, await jobs.states(of.id))):
            raise Refusal(say("No row of {id} failed, so there is nothing to retry.", id=of.id), code="nothing_to_do")
        operation = await self._begin(request, of.bulk.file, of.bulk.sha256, retry_of=of.id)
        assert operation.bulk is not None, "it is a job"
        count = await jobs.retry(operation.id, of.id)
        await jobs.rows_read(operation.id, replace(operation.bulk, rows=count, answers=of.bulk.answers))
        self.wake()
        latest = await self._checking.operations.get(operation.id) or operation
        return await bulk_shown(jobs, latest, self._checking.clock())

    async def close(self) -> None:
        """Gives up what is being read; whoever sent it is told by the next life."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def permitted(self, request: Request) -> None:
        """Raises Forbidden when policy does not let this person begin a job here and now."""
        await job_decision(self._checking, self._operation(request, "", ""), request.standing)

    async def _begin(self, request: Request, name: str, sha256: str, retry_of: str = "") -> Operation:
        operation = self._operation(request, name, sha256, retry_of)
        assert operation.bulk is not None, "it is a job"
        facts = {
            "command": operation.command,
            "file": operation.bulk.file,
            "sha256": sha256,
            "ticket": request.ticket,
            "reason": mask_text(request.reason),
        } | telling(None, request.answers)
        actor = request.actor
        event = AuditEvent(Tag.OPERATION_PROPOSED, operation.created_at, actor.id, actor.name, target_id=operation.target.id, facts=facts)
        begun = await self._checking.jobs.begin(operation, event)
        if isinstance(begun, Operation):
            return begun
        ids = join(", ", begun)
        raise Refusal(
            say("{count} of your files are under way: {ids}. I take no more of one person at a time.", count=len(begun), ids=ids),
            say("Wait until one is done, or cancel one. A file that waits for approval does not count."),
            code="too_many_files",
        )

    def _operation(self, request: Request, name: str, sha256: str, retry_of: str = "") -> Operation:
        now, name = self._checking.clock(), " ".join(name.split())[:FILE_NAME_LIMIT] or "file"
        return Operation(
            id="",
            command="bulk",
            text=f"bulk {name}",
            requester=request.actor,
            target=Person(uuid4().hex, name, ""),  # nobody: the people are in the rows
            changes=(),
            bundle=ChangeKind.BULK,
            ticket=request.ticket,
            reason=request.reason,
            conversation=request.where,
            state=State.CHECKING,
            created_at=now,
            expires_at=now + CHECK_FOR,
            bulk=Bulk(file=name, sha256=sha256, dry_run=request.dry_run, retry_of=retry_of, answers=request.answers),
        )

    async def _read_while_wanted(self, operation: Operation, fetch: Callable[[], Awaitable[Download]], name: str) -> None:
        """Reads a file until somebody cancels its job, here or in another process: then its reader ends, wherever in the file it is."""
        reading = asyncio.create_task(self._read(operation, fetch, name))
        try:
            while not (await asyncio.wait({reading}, timeout=LOOK_SECONDS))[0]:
                with contextlib.suppress(StoreUnavailable):
                    latest = await self._checking.operations.get(operation.id)
                    if latest is None or latest.state is not State.CHECKING:
                        return
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, operation: Operation, fetch: Callable[[], Awaitable[Download]], name: str) -> None:
        jobs, rows, path, bulk = self._checking.jobs, 0, None, operation.bulk
        assert bulk is not None, "it is a job"
        try:
            download = await fetch()
            path = download.path
            found = Found()
            async with contextlib.aclosing(self._sheets.read(path, name, bulk.answers)) as said:
                async for chunk in said:
                    if isinstance(chunk, Found):
                        found = chunk
                        continue
                    rows += len(chunk)
                    if not await jobs.add_rows(operation.id, chunk):
                        return  # cancelled meanwhile
                    await jobs.show_progress(operation.id, self._checking.clock())
            read = replace(bulk, rows=rows, sha256=download.sha256, found=found)
            if not rows and not read.asks:
                raise Refusal(say("There are no rows in this file."), say("`bulk` offers a template to fill in."), code="empty_file")
            if not bulk.sha256 and not await keep(self._kept, operation.id, path):
                return  # cancelled meanwhile
            if read.asks:
                now = self._checking.clock()
                await self._kept.ask(operation.id, read, now, now + self._checking.reviewer.policy.confirm_for)
                return
            await jobs.rows_read(operation.id, read)
            self.wake()
        except Refusal as refusal:
            await self._failed(operation, join(" ", (refusal.text, refusal.hint, say("Nothing was changed."))))
        except StoreUnavailable as error:
            log.warning("a file could not be stored", action="bulk_store", job=operation.id, error=str(error))
            await self._failed(operation, say("I could not store the rows of this file. Nothing was changed. Send it again in a minute."))
        except Exception as error:  # a defect of ours must end in a sentence
            await self._failed(operation, join(" ", (explain.incident(error), say("Nothing was changed."))))
        finally:
            if path:
                path.unlink(missing_ok=True)

    async def _failed(self, operation: Operation, outcome: str) -> None:
        try:
            await preview(self._checking, operation, State.FAILED, outcome)
        except StoreUnavailable as error:
            log.error("a job cannot be ended", action="bulk_store", job=operation.id, error=str(error))

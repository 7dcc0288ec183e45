"""`python app.py bulk check|run FILE --as <upn>`: a bulk job without chat, for the first large migration. The same policy, the same trail.

The bot itself is built as for serving, but listens to nobody; on PostgreSQL its running replicas share the work.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from bot import bootstrap
from bot.domain.bulk import MOST_BYTES, Hold, Progress
from bot.domain.conversations import ConversationRef
from bot.domain.file_found import Question
from bot.domain.file_said import found_said
from bot.domain.incoming import FileKind, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.said import say
from bot.errors import DirectoryError, Refusal, StoreUnavailable
from bot.ports import Download
from bot.services.bulk.desk import BulkDesk
from bot.services.bulk.give import ALL_NAMES
from bot.services.bulk.receive import Request
from bot.services.explain import directory_sentence
from bot.settings.environment import Settings
from bot.terminal import bulk_questions
from bot.terminal.bulk_questions import Ask, Say

#: Asked in a terminal, so there is no conversation to answer in.
NOWHERE = ConversationRef("", "")
LOOK_SECONDS = 0.5
TOLD_LOOKS = 20  # how often it is looked whether the log channel knows how a job ended
BAR = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`check` and `run`."""
    parser.add_argument("what", choices=("check", "run"), help="check: look at every row and change nothing; run: and then do it")
    parser.add_argument("file", type=Path, help="a CSV or Excel file")
    parser.add_argument("--as", dest="upn", required=True, help="user principal name of whoever asks; policy applies to them")
    parser.add_argument("--ticket", default="", help="ticket, where policy wants one")
    parser.add_argument("--reason", default="", help="reason, where policy wants one")
    parser.add_argument("--yes", action="store_true", help="do not ask in the terminal; approvals are asked for all the same")
    bulk_questions.add_arguments(parser)
    parser.add_argument("--result", type=Path, help="where to write what became of each row")


def run(given: argparse.Namespace, environment: Mapping[str, str], say: Say) -> int:
    """Runs the command; returns the exit status: 0 when everything that was asked was done."""
    return asyncio.run(_run(given, environment, say))


async def _run(given: argparse.Namespace, environment: Mapping[str, str], say: Say) -> int:
    app = bootstrap.build(Settings.from_env(environment))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        show, asked = _in_place if sys.stderr.isatty() else say, sys.stdin.isatty() and not given.yes
        return await Terminal(app[bootstrap.BULK], say, show, _answer, asked=asked).carry_out(given)
    except Refusal as refusal:
        say(" ".join(filter(None, (refusal.text, refusal.hint))))
        return 1
    except DirectoryError as error:
        say(" ".join(directory_sentence(error)))
        return 1
    finally:
        await runner.cleanup()


async def _answer(question: str) -> str:
    with contextlib.suppress(EOFError):
        return await asyncio.to_thread(input, f"{question} ")
    return ""


def _in_place(line: str) -> None:
    """Takes the place of the line before: https://en.wikipedia.org/wiki/ANSI_escape_code#CSI_(Control_Sequence_Introducer)_sequences"""
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()


class Terminal:
    """One job from beginning to end.

    Args:
        say: a line for the person.
        show: how far it is, in place of what it said before if there is a place.
        ask: a question.
        asked: somebody is there who can say what the file means.
    """

    def __init__(self, desk: BulkDesk, say: Say, show: Say, ask: Ask, *, asked: bool) -> None:
        self._desk = desk
        self._say = say
        self._show_line = show
        self._ask = ask
        self._asked = asked
        self._said = ""

    async def carry_out(self, given: argparse.Namespace) -> int:
        """Does what was asked; returns the exit status.

        Raises:
            Refusal: policy says no, nobody is called so, or the file cannot be used.
            DirectoryError: Graph does not answer.
        """
        actor, standing = await self._desk.known(given.upn)
        flags, dry_run = bulk_questions.answers_of(given), given.what == "check"
        request = Request(actor, standing, NOWHERE, dry_run=dry_run, ticket=given.ticket, reason=given.reason, answers=flags)
        await self._desk.receiving.permitted(request)
        download = await asyncio.to_thread(_taken, given.file)  # last, so that whoever is refused leaves no copy behind
        job = (await self._desk.receiving.begin(request, given.file.name, download)).operation
        checked = await self._checked(job.id, request)
        if checked is None:
            return await self._cancel(job.id, request)
        if dry_run and checked.state is State.PROPOSED:
            checked = await self._closed(job.id, request)
        if checked.state is not State.PROPOSED:
            self._say(str(checked.outcome))
            return 0 if checked.state is State.SUCCEEDED or (checked.bulk and checked.bulk.looked_at) else 1
        if not (checked.bulk and checked.bulk.to_change):
            self._say("No row of this file changes anything as it was read.")
            return await self._cancel(job.id, request)
        if not given.yes and not bulk_questions.yes(await self._ask(f"{_question(checked)} [y/N]")):
            return await self._cancel(job.id, request)
        await self._desk.confirmed(checked, actor)
        return await self._follow(job.id, given, request)

    async def _checked(self, job_id: str, request: Request) -> Operation | None:
        """The job once all its rows are checked and nothing is left to be said of its file; None when that was not wanted.

        Raises:
            Refusal: nobody is there to say what the file means; the job is cancelled.
        """
        flags, asked = request.answers, set[Question]()
        while True:
            job = await self._until(job_id, lambda one: one.state is not State.CHECKING or bool(one.bulk and one.bulk.asks))
            try:
                bulk_questions.require_sheet(job, flags.sheet)
                if job.state is State.CHECKING and not self._asked:
                    raise bulk_questions.unanswered(job)
            except Refusal:
                with contextlib.suppress(Refusal):  # a dry run is over already
                    await self._desk.steer(Verb.STOP, job_id, request.actor, request.standing, NOWHERE)
                raise
            self._say("")
            if job.state is State.CHECKING:
                if (said := await bulk_questions.answer(job, flags, self._ask, self._say)) is None:
                    return None
            else:
                await self._tell(job)
                if job.state is not State.PROPOSED or not self._asked:
                    return job
                if (said := await bulk_questions.otherwise(job, flags, self._ask, self._say, asked)) is None:
                    return job
            await self._desk.receiving.answered(job, *said, request.actor)

    async def _closed(self, job_id: str, request: Request) -> Operation:
        """A dry run of whose file nothing more is said."""
        await self._desk.steer(Verb.STOP, job_id, request.actor, request.standing, NOWHERE)
        return (await self._desk.of(job_id)).operation

    async def _cancel(self, job_id: str, request: Request) -> int:
        await self._desk.steer(Verb.STOP, job_id, request.actor, request.standing, NOWHERE)
        self._say("Cancelled; nothing was changed.")
        return 1

    async def _follow(self, job_id: str, given: argparse.Namespace, request: Request) -> int:
        while True:
            try:
                job = await self._until(job_id, lambda one: one.state.finished, asking=True)
            except asyncio.CancelledError:
                await self._leave(job_id, request)
                raise
            if job.state is State.AWAITING_APPROVAL:
                self._say(f"\n{job_id} waits for approval, and nobody can press Approve while this runs on SQLite.")
                self._say("Start the bot (python app.py): the job runs there once it is agreed to, and its card tells how it ends.")
                return 0
            if job.state.finished:
                break
            go_on = given.yes or bulk_questions.yes(await self._ask("Go on with the rest? [y/N]"))
            await self._desk.steer(Verb.GO_ON if go_on else Verb.STOP, job_id, request.actor, request.standing, NOWHERE)
        self._say("")
        self._say(str(job.outcome))
        if given.result:
            await self._desk.giving.save(job, FileKind.RESULT, given.result)
            self._say(f"What became of each row is in {given.result}.")
        await self._told()
        return 0 if job.state is State.SUCCEEDED else 1

    async def _told(self) -> None:
        """Stays until the log channel knows how it ended: nobody is left to post it afterwards."""
        for _ in range(TOLD_LOOKS):
            if not await self._desk.untold():
                return
            await asyncio.sleep(LOOK_SECONDS)
        self._say("The log channel has not taken the result yet: the bot posts it when it runs next (python app.py).")

    async def _leave(self, job_id: str, request: Request) -> None:
        """Whoever runs it wants to go: what is under way stands still, what waits goes on waiting."""
        try:
            await self._desk.steer(Verb.HOLD, job_id, request.actor, request.standing, NOWHERE)
        except (Refusal, StoreUnavailable):
            self._say(f"\n{job_id} stays as it is: `status {job_id}` in chat tells how it stands.")
        else:
            self._say(f"\nPaused. `bulk resume {job_id}` in chat goes on, `bulk cancel {job_id}` ends it.")

    async def _until(self, job_id: str, over: Callable[[Operation], bool], *, asking: bool = False) -> Operation:
        """Looks until it is over, or until the job asks something."""
        while True:
            shown = await self._desk.of(job_id)
            job, progress = shown.operation, shown.progress
            self._show(job, progress)
            if over(job) or (asking and progress.hold in (Hold.CANARY, Hold.FAILING)):
                return job
            if job.state is State.AWAITING_APPROVAL and self._desk.alone:
                return job
            await asyncio.sleep(LOOK_SECONDS)

    def _show(self, job: Operation, progress: Progress) -> None:
        """A line that says how far it is, when that has changed."""
        line = progress_line(job, progress)
        if line and line != self._said:
            self._said = line
            self._show_line(line)

    async def _tell(self, job: Operation) -> None:
        assert job.bulk is not None, "it is a job"
        for kind, count in job.bulk.counts.items():
            self._say(f"  {count:>7} {kind.in_words}")
        for said in found_said(job.bulk, ALL_NAMES):
            self._say(f"  {said}")
        for sample in await self._desk.samples(job):
            for row in sample.rows:
                self._say(f"  row {row.number}: {sample.kind.in_words}: {row.user} {row.reason}".rstrip())


def progress_line(job: Operation, progress: Progress) -> str:
    """How far a job is, in one line with a bar."""
    assert job.bulk is not None, "it is a job"
    hindered = f" – {progress.hindrance.in_words}" if progress.hindrance else ""
    if job.state is State.CHECKING:
        if not job.bulk.read:
            return f"{job.id} reading the file"
        return f"{job.id} checking: {progress.checked} of {job.bulk.rows} rows{hindered}"
    if job.state is State.AWAITING_APPROVAL:
        return f"{job.id} waits for approval by {job.need.group_names}"
    if job.state not in (State.QUEUED, State.RUNNING) or not job.bulk.to_change:
        return ""
    done, all_of_them = progress.done, job.bulk.to_change
    filled = done * BAR // all_of_them
    held = f" – stands still: {progress.hold.value} {progress.held_why}".rstrip() if progress.hold is not Hold.NONE else hindered
    failed = done - progress.ended.get(State.SUCCEEDED, 0)
    return f"{job.id} [{'#' * filled}{'.' * (BAR - filled)}] {done} of {all_of_them}, {failed} failed, {progress.rate:.0f} a minute{held}"


def _question(job: Operation) -> str:
    count = job.bulk.to_change if job.bulk else 0
    return f"Change {count} {'person' if count == 1 else 'people'}?"


def _taken(path: Path) -> Download:
    """A copy of the file that is nobody else's, as one that came by chat is."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            most = MOST_BYTES // 1024 // 1024
            raise Refusal(say("The file is larger than {most} MB.", most=most), say("Divide it into several files."), code="too_large")
        with tempfile.NamedTemporaryFile(prefix="doorman-", suffix=".part", delete=False) as copy, path.open("rb") as file:
            shutil.copyfileobj(file, copy)
    except OSError as error:
        raise Refusal(say("{file} cannot be read: {why}.", file=str(path), why=error.strerror or ""), code="unreadable") from None
    return Download(Path(copy.name), hashlib.sha256(Path(copy.name).read_bytes()).hexdigest(), size)

"""Where bulk jobs meet the chat: a file dropped, a button pressed, a file wanted."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.commands.bulk import BULK, DRY_RUN, TEMPLATE
from bot.commands.bulk_shown import SAMPLE_ROWS, bulk_job, bulk_shown
from bot.commands.parser import parse
from bot.commands.spec import Invocation
from bot.domain.file_found import Question
from bot.domain.incoming import CardAction, FileConsent, IncomingMessage, Verb
from bot.domain.operation import Operation
from bot.domain.people import Actor, Standing
from bot.domain.replies import BulkShown, FileStored, Reply
from bot.domain.rows import Sample
from bot.domain.said import say
from bot.domain.verbs import VERBS, Presser
from bot.errors import Refusal
from bot.ports import BulkFiles, Files, Sheets
from bot.services.bulk.check import Checking
from bot.services.bulk.crews import Crews
from bot.services.bulk.give import Giving
from bot.services.bulk.questions import answered
from bot.services.bulk.receive import Receiving, Request
from bot.services.bulk.steer import Steering
from bot.services.confirm import check_presser, confirm
from bot.services.gate import Gate
from bot.services.require import require


class BulkDesk:
    """What the dispatcher, and whoever works in a terminal, needs of bulk jobs."""

    def __init__(
        self,
        gate: Gate,
        checking: Checking,
        kept: BulkFiles,
        files: Files,
        sheets: Sheets,
        crews: Crews,
    ) -> None:
        operations, jobs, clock = checking.operations, checking.jobs, checking.clock
        self.receiving = Receiving(checking, kept, files, sheets, crews.wake)
        self.giving = Giving(operations, jobs, gate, files, sheets, clock)
        self._steering = Steering(operations, jobs, checking.reviewer, gate, self.receiving, self.giving, clock)
        self._operations = operations
        self._reviewer = checking.reviewer
        self._resolve = checking.bulk_directory.resolve
        self._tickets = checking.installation.tickets
        self._jobs = jobs
        self._gate = gate
        self._clock = clock
        self._crews = crews
        self.alone = crews.alone
        self.wake = crews.wake
        self.steer = self._steering.steer

    def start(self) -> None:
        """Begins to look for jobs."""
        self._crews.start(self.receiving.again)

    async def close(self) -> None:
        """Leaves everything as it is; what is half done is taken up by the next life, or by others."""
        await self.receiving.close()
        await self._crews.close()

    async def file(self, message: IncomingMessage) -> Reply:
        """Takes in a file; what was typed with it may say `bulk dry run`, a ticket and a reason.

        Raises:
            Refusal: not this file, not from this person, or not with these words.
        """
        standing = await self._gate.standing(message.actor, fresh=True)
        require(self._gate.permit(standing))
        if len(message.files) > 1:
            raise Refusal(
                say("I read one file at a time, so that what is agreed to is one file."),
                say("Drop them one after the other."),
                code="several_files",
            )
        said = self._said(message)
        actor = replace(message.actor, upn=standing.person.upn)
        dry_run = said.args.get("how") == DRY_RUN
        request = Request(actor, standing, message.where, dry_run, self._tickets.number(said.ticket), said.reason)
        return await self.receiving.receive(request, message.files[0])

    def _said(self, message: IncomingMessage) -> Invocation:
        invocation = parse(message.text if message.text.strip() else BULK.name, message.mentions)
        if invocation.command is not BULK or invocation.args.get("how") == TEMPLATE:
            raise Refusal(
                say("You sent a file, and something else with it: I do neither, to be sure."),
                say("Send the file alone, or with `bulk`, `bulk dry run` or `bulk because …`."),
                code="file_and_command",
            )
        return invocation

    async def press(self, action: CardAction) -> Reply:
        """A button of a job's card.

        Raises:
            Refusal: it is not theirs to press, or it makes no sense now.
        """
        standing = await self._gate.standing(action.actor, fresh=True)
        actor = replace(action.actor, upn=standing.person.upn)
        if VERBS[action.verb].presser is Presser.REQUESTER:
            require(self._gate.permit(standing))
            job = await bulk_job(self._operations, action.id)
            check_presser(action, job)
            return await self.answered(job, Question(action.verb.value), actor, pick=action.pick, word=action.answer)
        return await self._steering.steer(action.verb, action.id, actor, standing, action.where)

    async def answered(self, job: Operation, question: Question, actor: Actor, *, pick: int | None = None, word: str = "") -> BulkShown:
        """The sender of a file says what it means, and it is read anew; see `questions.answered`.

        Raises:
            Refusal: it is no answer, or it is too late for one.
        """
        said = await asyncio.to_thread(answered, job, question, pick, word)  # the first name of a country loads those of all
        return await self.receiving.answered(job, question, said, actor)

    async def consented(self, consent: FileConsent) -> FileStored:
        """Somebody wants a file that was offered.

        Raises:
            Refusal: it is not for them, or cannot be handed over.
        """
        return await self.giving.consented(consent, await self._gate.standing(consent.actor, fresh=True))

    async def known(self, upn: str) -> tuple[Actor, Standing]:
        """Somebody who asks without chat, by exact user principal name, and may ask.

        Raises:
            Refusal: nobody is called so, or policy says no.
        """
        found = [person for people in await self._resolve([upn]) for person in people if person.upn.casefold() == upn.casefold()]
        if not found:
            raise Refusal(say("Nobody in Entra ID has the user principal name {upn}.", upn=upn), code="no_such_person")
        actor = Actor(found[0].id, "", found[0].name, upn=found[0].upn)
        standing = await self._gate.standing(actor, fresh=True)
        require(self._gate.permit(standing))
        return actor, standing

    async def confirmed(self, job: Operation, actor: Actor) -> None:
        """The requester has seen what would happen, elsewhere than on a card, and wants it.

        Raises:
            Refusal: it is too late, Doorman is paused, or the threat level does not allow it.
        """
        require(await self._reviewer.kept_back(job))
        plan = job.bulk.mark if job.bulk else ""
        await confirm(self._operations, CardAction("", actor, Verb.CONFIRM, job.id, job.conversation, plan=plan), job, self._clock)
        self.wake()

    async def of(self, job_id: str) -> BulkShown:
        """A job as it is now; Refusal when there is none."""
        return await self.shown(await bulk_job(self._operations, job_id))

    async def untold(self) -> bool:
        """Whether the log channel has something still to come."""
        return bool(await self._operations.undelivered_log_posts(1))

    async def samples(self, job: Operation) -> tuple[Sample, ...]:
        """The first rows of each kind."""
        return await self._jobs.samples(job.id, SAMPLE_ROWS)

    async def shown(self, operation: Operation) -> BulkShown:
        """A job as its card shows it."""
        return await bulk_shown(self._jobs, operation, self._clock())

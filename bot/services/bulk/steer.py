"""What people press and type about a job: pause, go on, stop the rest, retry the failures, have its files."""

from __future__ import annotations

from bot.commands.bulk_shown import bulk_job, bulk_shown
from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import Hold
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import FileKind, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Actor, Standing
from bot.domain.policy import Audience
from bot.domain.replies import BulkShown, Reply
from bot.domain.said import say
from bot.domain.verbs import VERBS, Presser
from bot.errors import Refusal
from bot.ports import BulkJobs, Clock, Operations
from bot.services.bulk.give import Giving
from bot.services.bulk.receive import Receiving, Request
from bot.services.confirm import how_cancelled
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.review import Reviewer

_UNDER_WAY = frozenset({State.QUEUED, State.RUNNING})


class Steering:
    """What the verbs of jobs do, said or pressed; `VERBS` says for whom each of them is."""

    def __init__(
        self, operations: Operations, jobs: BulkJobs, reviewer: Reviewer, gate: Gate, receiving: Receiving, giving: Giving, clock: Clock
    ) -> None:
        self._operations = operations
        self._jobs = jobs
        self._reviewer = reviewer
        self._gate = gate
        self._receiving = receiving
        self._giving = giving
        self._clock = clock

    async def steer(self, verb: Verb, job_id: str, actor: Actor, standing: Standing, where: ConversationRef) -> Reply:
        """Does what the verb says; the answer is the card as it is then, or the file.

        Raises:
            Refusal: it is not theirs to say, or it makes no sense now; the text says why.
        """
        presser = VERBS[verb].presser
        if presser is Presser.EXAMINER:
            kind = FileKind.PREVIEW if verb is Verb.PREVIEW else FileKind.RESULT
            return await self._giving.offer(kind, await self._giving.examined(job_id, standing))
        require(self._gate.permit(standing, Audience.STAFF))
        if verb is Verb.TEMPLATE:
            return self._giving.template()
        job = await self._steered(job_id, standing, all_of_it=presser is Presser.OWNER)
        match verb:
            case Verb.HOLD:
                await self._hold(job, actor)
            case Verb.GO_ON:
                await self._go_on(job, actor)
            case Verb.RETRY:
                return await self._retry(job, actor, standing, where)
            case _:
                await self._stop(job, actor)
        return await self.view(job)

    async def view(self, job: Operation) -> BulkShown:
        """Its card as it is now."""
        latest = await self._operations.get(job.id) or job
        return await bulk_shown(self._jobs, latest, self._clock())

    async def _steered(self, job_id: str, standing: Standing, *, all_of_it: bool) -> Operation:
        """The job that somebody wants to steer, and may; of `all_of_it` only the helpdesk hears whose it is, or that there is none.

        Raises:
            Refusal: there is none, or it is somebody else's.
        """
        if not all_of_it or self._gate.is_helpdesk(standing) or self._gate.is_admin(standing):
            job = await bulk_job(self._operations, job_id)
            if not all_of_it or self._may_decide(job, standing):
                return job
            raise Refusal(
                say("{id} is the job of {name}.", id=job.id, name=job.requester.name),
                say("Anybody in the helpdesk may pause it; the rest is for {name} and administrators.", name=job.requester.name),
                code="not_ones_own",
            )
        found = await self._operations.get(job_id)
        if found and found.bulk and self._may_decide(found, standing):
            return found
        raise Refusal(
            say("There is no bulk job {id}, or it is not yours.", id=job_id),
            say("It is for whoever dropped the file, and for administrators."),
            code="not_ones_own",
        )

    def _may_decide(self, job: Operation, standing: Standing) -> bool:
        return standing.person.id.lower() == job.requester.id.lower() or self._gate.is_admin(standing)

    async def _hold(self, job: Operation, actor: Actor) -> None:
        if job.state not in _UNDER_WAY:
            raise _not_running(job)
        event = self._event(Tag.BULK_JOB_HELD, job, actor, Hold.PAUSED)
        if not await self._jobs.hold(job.id, Hold.PAUSED, event):
            raise Refusal(say("{id} stands still already.", id=job.id), code="too_late")

    async def _go_on(self, job: Operation, actor: Actor) -> None:
        if job.state not in _UNDER_WAY:
            raise _not_running(job)
        now = self._clock()
        require(await self._reviewer.kept_back(job))
        hold = (await self._jobs.progress(job.id, now)).hold
        if hold is Hold.ENDING:
            raise _not_running(job)
        if hold is Hold.NONE or not await self._jobs.go_on(job.id, hold, self._event(Tag.BULK_JOB_RESUMED, job, actor, hold)):
            raise Refusal(say("{id} is running already.", id=job.id), code="too_late")
        self._receiving.wake()

    async def _stop(self, job: Operation, actor: Actor) -> None:
        if job.state.waiting or job.state is State.CHECKING:
            now = self._clock()
            event = AuditEvent(Tag.OPERATION_CANCELLED, now, actor.id, actor.name, job.id, job.target.id)
            outcome = how_cancelled(actor.name, job)
            if await self._operations.move(job.id, "cancel", State.CANCELLED, event, at=now, outcome=outcome, decided_by=actor.name):
                return
        if not await self._jobs.cancel_rest(job.id, self._event(Tag.BULK_JOB_STOPPED, job, actor, Hold.NONE)):
            raise _not_running(job)
        self._receiving.wake()

    async def _retry(self, job: Operation, actor: Actor, standing: Standing, where: ConversationRef) -> Reply:
        if not job.state.finished:
            raise Refusal(say("{id} is not finished, so it is not known what will be left.", id=job.id), code="too_early")
        if where.kind != "personal" or not where.conversation_id:
            raise Refusal(say("Ask me in a personal chat: there its card belongs."), code="file_elsewhere")
        request = Request(actor, standing, where, ticket=job.ticket, reason=job.reason)
        return await self._receiving.retry(request, job)

    def _event(self, tag: Tag, job: Operation, actor: Actor, hold: Hold) -> AuditEvent:
        return AuditEvent(tag, self._clock(), actor.id, actor.name, job.id, job.target.id, {"code": hold.value})


def _not_running(job: Operation) -> Refusal:
    return Refusal(say("{id} is not running.", id=job.id), say("Type `status {id}` to see how it stands.", id=job.id), code="too_late")

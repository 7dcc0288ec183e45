"""Before anything changes: every row of a job is looked at, and what all of them would do becomes one request.

Rows are read from Graph together; nothing here writes. What cannot be read now is looked at again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import DRY_RUN_DONE, BulkRules, first_rows_note
from bot.domain.change import ChangeKind
from bot.domain.life import State
from bot.domain.limits import said_before
from bot.domain.methods import Dossier, PhoneType
from bot.domain.need import NO_NEED
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.plan import Plan, Warned
from bot.domain.policy import Decision
from bot.domain.retirement import Retiring
from bot.domain.review import still_enough
from bot.domain.rows import Row, RowKind
from bot.domain.said import Said, join, say
from bot.domain.sign_in import SmsTerms
from bot.domain.sms import file_notes
from bot.errors import DirectoryError, NotFound, Refusal, Throttled, Unavailable
from bot.planning.installation import Installation
from bot.planning.phones import SIGN_IN_NUMBER
from bot.planning.phones import file_notes as number_notes
from bot.planning.rows import kinds_wanted, plan_row, refused
from bot.ports import BulkDirectory, BulkJobs, Clock, Operations
from bot.services import explain
from bot.services.agreement import Agreement
from bot.services.bulk.whose import disagreements, named_otherwise
from bot.services.propose import Proposal
from bot.services.require import require
from bot.services.review import Reviewer, Wish


@dataclass(frozen=True, slots=True)
class Checking:
    """What a check needs."""

    operations: Operations
    jobs: BulkJobs
    bulk_directory: BulkDirectory
    reviewer: Reviewer
    agreement: Agreement
    installation: Installation
    rules: BulkRules
    clock: Clock


async def check_rows(checking: Checking, operation: Operation, standing: Standing, rows: Sequence[Row]) -> list[Row]:
    """The rows with their kinds.

    Raises:
        Throttled, Unavailable: Graph does not answer now; none of them is known.
    """
    job = await job_decision(checking, operation, standing)
    people = await checking.bulk_directory.resolve([row.user for row in rows])
    known = [(row, found[0]) for row, found in zip(rows, people, strict=True) if len(found) == 1]
    found_dossiers, terms, others = await asyncio.gather(
        checking.bulk_directory.dossiers([person.id for _, person in known]),
        _sms_terms(checking, [row for row, _ in known]),
        disagreements(checking.bulk_directory, known),
    )
    dossiers = dict(zip([row.number for row, _ in known], (_with(terms, one) for one in found_dossiers), strict=True))
    checked = []
    for row, found in zip(rows, people, strict=True):
        if not found:
            text = say("Nobody in Entra ID has this user name, address or object id.")
            checked.append(replace(row, kind=RowKind.NOT_FOUND, reason=text))
        elif len(found) > 1:
            text = say("Several accounts have this address: {names}. Give the user principal name.", names=", ".join(o.upn for o in found))
            checked.append(replace(row, kind=RowKind.AMBIGUOUS, reason=text))
        elif row.number in others:
            checked.append(replace(row, kind=RowKind.CONFLICT, target=found[0], reason=others[row.number]))
        else:
            checked.append(await _check(checking, operation, standing, row, dossiers[row.number], job))
    return checked


async def _sms_terms(checking: Checking, rows: Sequence[Row]) -> SmsTerms | None:
    """What the tenant allows, where a row sets a mobile number and the answer matters."""
    wanted = any(wish.phone is PhoneType.MOBILE and wish.value for row in rows for wish in row.wishes)
    return await checking.bulk_directory.sms_terms() if wanted else None


def _with(terms: SmsTerms | None, dossier: Dossier | DirectoryError) -> Dossier | DirectoryError:
    return replace(dossier, sms_terms=terms) if isinstance(dossier, Dossier) else dossier


async def _check(
    checking: Checking, operation: Operation, standing: Standing, row: Row, dossier: Dossier | DirectoryError, job: Decision
) -> Row:
    match dossier:
        case Throttled() | Unavailable():
            raise dossier
        case NotFound():
            return replace(row, kind=RowKind.NOT_FOUND, reason=say("Entra ID no longer knows this account."))
        case DirectoryError():
            text, hint = explain.directory_sentence(dossier)
            return replace(row, kind=RowKind.REFUSED, reason=join(" ", (text, hint)))
    where, reason, ticket = operation.conversation, operation.reason, operation.ticket
    asking = await checking.reviewer.asking(standing, dossier, where, reason=reason, ticket=ticket)
    if not (verdict := _covered(job, checking.reviewer.decide(Wish(kinds_wanted(row)), asking))).allowed:
        return refused(row, dossier, verdict)
    other = named_otherwise(row, dossier.person)
    if other and not (operation.bulk and operation.bulk.answers.names):
        return other
    planned = plan_row(row, dossier, checking.installation, checking.clock().date())
    if other:  # included: whoever agrees to it sees which
        planned = replace(planned, warned=(Warned("other_name", other.reason), *planned.warned))
    if not planned.changes:
        return planned
    plan, verdict = checking.reviewer.settle(Plan(dossier.person, planned.changes, bundle=ChangeKind.BULK), asking)
    if not (verdict := _covered(job, verdict)).allowed:
        return refused(row, dossier, verdict)
    return replace(planned, changes=plan.changes)


def _covered(job: Decision, verdict: Decision) -> Decision:
    """Policy's word on a row, where what was asked for the job as such is all that it demands."""
    if not verdict.allowed:
        return verdict
    need = job.need or NO_NEED
    if (covered := still_enough(need, need.approvals, verdict)).allowed:
        return covered
    more = say("For this the policy demands more than for the file: {need}.", need=(verdict.need or NO_NEED).in_words)
    return replace(covered, text=more, hint=say("Ask for it alone."))


async def job_decision(checking: Checking, operation: Operation, standing: Standing) -> Decision:
    """Policy's word on the job as such, with what it needs; raises Forbidden when it says no."""
    nobody = Dossier(operation.target, {})
    decision = await checking.reviewer.request(
        standing, nobody, Wish(frozenset({ChangeKind.BULK})), operation.conversation, reason=operation.reason, ticket=operation.ticket
    )
    require(decision)
    return decision


async def conclude(checking: Checking, operation: Operation, standing: Standing, rate: float) -> None:
    """All rows are known: finds what contradicts itself, and shows the whole to its requester.

    Args:
        rate: writes a second that the tenant allows.
    """
    jobs = checking.jobs
    assert operation.bulk is not None, "it is a job"
    twice, same = await jobs.doubles(operation.id)
    said: dict[int, str] = {number: _same_number(other) for number, other in same.items()}
    said |= {number: say("Row {other} is about the same person.", other=str(other)) for number, other in twice.items()}
    await jobs.leave_out(operation.id, RowKind.CONFLICT, said)
    await _mind_numbers(checking, operation.id)
    counts, repaired, digest = await jobs.totals(operation.id)
    bulk = replace(operation.bulk, counts=counts, repaired=repaired, plan=digest.hex(), warned=dict(digest.warned))
    bulk = replace(bulk, rows=sum(counts.values()), seconds=round(digest.writes / max(rate, 0.1)) + 1)
    to, outcome, proposal = State.PROPOSED, Said("", {}), None
    if bulk.answerable and (bulk.dry_run or bulk.may_yet_change):
        pass  # its sender may say that it is otherwise, and there is nothing to confirm
    elif bulk.dry_run:
        to, outcome = State.SUCCEEDED, DRY_RUN_DONE
    elif not bulk.to_change:
        to, outcome = State.SUCCEEDED, say("There is nothing to change, so nothing was changed.")
    else:
        try:
            proposal = await _propose(checking, operation, standing)
        except Refusal as refusal:
            to, outcome = State.FAILED, join(" ", (refusal.text, refusal.hint, say("Nothing was changed.")))
    retiring = Retiring(checking.installation.retirement, checking.clock().date())
    numbers = number_notes(digest.numbers, retiring, sms_sign_in=digest.signs_in_by_sms or SIGN_IN_NUMBER in digest.warned)
    notes = (*file_notes(digest.follow, digest.asked_on), *await _unseen(checking), *numbers)
    await preview(checking, replace(operation, bulk=bulk), to, outcome, proposal, notes)


async def _unseen(checking: Checking) -> tuple[str, ...]:
    return tuple(each.in_words for each in await checking.bulk_directory.unseen())


async def _mind_numbers(checking: Checking, job_id: str) -> None:
    """What policy says of numbers that were set for somebody else before: such rows are left out, or warned of."""
    wanted = checking.reviewer.policy.limits.same_number
    if wanted == "allow":
        return
    before = {number: said_before(each) for number, each in (await checking.jobs.set_before(job_id)).items()}
    if wanted == "refuse":
        alone = say("Ask for it alone.")
        await checking.jobs.leave_out(job_id, RowKind.REFUSED, {number: join(" ", (said, alone)) for number, said in before.items()})
        return
    await checking.jobs.warn(job_id, {number: Warned("set_before", said) for number, said in before.items()})


async def preview(
    checking: Checking, operation: Operation, to: State, outcome: str, proposal: Proposal | None = None, notes: Iterable[str] = ()
) -> None:
    """The check is over, whatever came of it."""
    now = checking.clock()
    bulk = operation.bulk
    assert bulk is not None, "it is a job"
    need, confirm_for = NO_NEED, checking.reviewer.policy.confirm_for
    if proposal:
        need, confirm_for = proposal.decision.need or NO_NEED, proposal.decision.confirm_for or confirm_for
    facts = {
        "state": to.value,
        "file": bulk.file,
        "sha256": bulk.sha256,
        "plan": bulk.plan,
        "counts": {kind.value: count for kind, count in bulk.counts.items()},
        "outcome": str(outcome),
    }
    event = AuditEvent(Tag.BULK_FILE_CHECKED, now, operation_id=operation.id, target_id=operation.target.id, facts=facts)
    await checking.jobs.preview(
        operation.id,
        bulk,
        to,
        event,
        need=need,
        expires_at=now + confirm_for,
        approvals_in=proposal.approvals_in if proposal else None,
        notes=tuple(filter(None, [*notes, first_rows_note(checking.rules.canary, bulk.to_change)])) if proposal else (),
        outcome=outcome,
    )


async def _propose(checking: Checking, operation: Operation, standing: Standing) -> Proposal:
    decision = await job_decision(checking, operation, standing)
    plan = Plan(operation.target, (), bundle=ChangeKind.BULK)
    now = checking.clock()
    return await checking.agreement.complete(plan, decision, operation.requester, operation.conversation, now, job_id=operation.id)


def _same_number(other: int) -> str:
    return say("Row {other} has the same number, and a number is one person's.", other=str(other))

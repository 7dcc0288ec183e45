"""What policy decides, explained: before it happens (policy test) and afterwards (why)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.commands.approvals import could_agree, decision_on
from bot.commands.grammar.arguments import AS, AnyLine, Line, OperationId, Somebody
from bot.commands.grammar.kinds import Word
from bot.commands.operations import OPERATION_LIMIT, misread, unknown
from bot.commands.people import READS
from bot.commands.spec import Audience, Command, Context, Invocation, Rehearsal, Rehearse
from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import DRY_RUN_DONE
from bot.domain.difference import difference_text
from bot.domain.hand_over import the_manager
from bot.domain.life import State
from bot.domain.need import NO_NEED
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.phone import mask_text
from bot.domain.proof import ProofKind
from bot.domain.refusals import quoted
from bot.domain.refused import in_words
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import Reply
from bot.domain.said import Said, join, said_at, say, say_count, say_each
from bot.domain.stop import because
from bot.errors import Refusal
from bot.ports import BulkJobs, Directory, Operations

#: Names that a list of people may have on a card.
MOST_NAMES = 10
#: How it ended, in the middle of a sentence.
_ENDED = say_each(
    {
        State.SUCCEEDED: "succeeded",
        State.PARTIAL: "partial",
        State.FAILED: "failed",
        State.STALE: "stale",
        State.CANCELLED: "cancelled",
        State.DENIED: "denied",
        State.EXPIRED: "expired",
    }
)
_REFUSALS = frozenset({Tag.CHAT_COMMAND_REFUSED, Tag.CHAT_CARD_REFUSED})
#: What somebody did to an operation, in the past tense; the rest of its events is the bot's own work.
_DEEDS = say_each(
    {
        Tag.OPERATION_PROPOSED: "Asked for",
        Tag.OPERATION_CONFIRMED: "Confirmed",
        Tag.OPERATION_APPROVED: "Approved",
        Tag.OPERATION_DENIED: "Denied",
        Tag.OPERATION_CANCELLED: "Cancelled",
        Tag.CHAT_CALL_SUSPECTED: "Suspected",
    }
)


#: What became of proofs of the caller; whoever answered has no part in the request by that.
_PROOFS = say_each(
    {
        Tag.PROOF_ASKED: "Proof asked for",
        Tag.PROOF_GIVEN: "Proved",
        Tag.PROOF_FAILED: "Not proved",
        Tag.PROOF_EXPIRED: "Not answered",
        Tag.PROOF_WITHDRAWN: "Not possible, or not needed",
    }
)


async def policy_test(invocation: Invocation, context: Context) -> Rehearse:
    """Asks what would happen if a person typed a line here and now."""
    assert context.dossier is not None, "dispatch resolves <who>"
    line = invocation.args["command"]
    assert isinstance(line, Line)
    return Rehearse(line, context.dossier.person)


def policy_tested(person: Person, found: Rehearsal) -> Remark:
    """What would happen, and which rule says so. Nothing was done."""
    return Remark(_verdict(person, found), say("Nothing was proposed or changed."), Tone.INFO, say("Policy test"), _rehearsed(found))


async def why(invocation: Invocation, context: Context, *, operations: Operations, jobs: BulkJobs, directory: Directory) -> Reply:
    """What a request waits for or how it ended, or why something was refused, to whoever was involved.

    Raises:
        Refusal: the id is unknown, or the actor has nothing to do with it.
    """
    wanted = str(invocation.args["id"]).upper()
    operation = await operations.get(wanted)
    # What others did is read once it is clear that this person may know of it.
    mine = "" if context.admin else context.actor.id
    events = await operations.events(operation_id=wanted, actor_id=mine, limit=OPERATION_LIMIT)
    if operation and await _involved(operation, events, context, jobs):
        events = await operations.events(operation_id=wanted, limit=OPERATION_LIMIT) if mine else events
        could = await _could_decide(operation, jobs, directory)
        return _explained(operation, tuple(reversed(events)), _refusals_of(context.actor.id, events), could)
    if told := _refusals_of(mine, events):
        return _refused(wanted, told[-1])
    if context.admin:
        raise unknown(wanted)
    hint = say("It is explained to whoever asked, to those who may or did decide it, and to Doorman's administrators.")
    raise Refusal(
        say("There is no operation {wanted}, or it is not yours to know about.", wanted=wanted),
        join(" ", (misread(wanted) if context.helpdesk else "", hint)),
        code="not_ones_own",
    )


def _refusals_of(actor_id: str, newest_first: Sequence[AuditEvent]) -> list[AuditEvent]:
    """What one person, or with an empty id anybody, was refused; the last one comes last."""
    told = [event for event in reversed(newest_first) if event.tag in _REFUSALS and event.facts.get("text")]
    return [event for event in told if not actor_id or event.actor_id.lower() == actor_id.lower()]


def _verdict(person: Person, found: Rehearsal) -> str:
    if not found.allowed:
        return say("{name} would be refused: {found}", name=person.name, found=mask_text(found.text))
    if found.need is None:
        return say("{name} may say this, and it changes nothing.", name=person.name)
    if found.need == NO_NEED:
        return say("{name} could do this; nobody else has to agree.", name=person.name)
    return say("{name} could ask for this; it needs {need}.", name=person.name, need=found.need.in_words)


def _rehearsed(found: Rehearsal) -> tuple[tuple[str, str], ...]:
    changes = [difference_text(change) for change in found.changes]
    verdict = say("allowed") if found.allowed else say("refused ({code})", code=found.code.replace("_", " "))
    need = found.need.in_words if found.need else ""
    return (
        (say("Verdict"), verdict),
        (say("Rule"), quoted(found.rules) if found.rules else say("none of the policy's rules decided this")),
        (say("Would change"), join("; ", changes)),
        (say("Needs"), need),
        (say("Where nothing can be proved"), found.need.instead_in_words if found.need else ""),
        (say("Could approve"), _named(found.approvers)),
        (say("Revealed by"), the_manager(found.manager)),
        (say("And then"), mask_text(found.hint)),
    )


async def _involved(operation: Operation, events: Sequence[AuditEvent], context: Context, jobs: BulkJobs) -> bool:
    """Whoever asked, acted on it, may decide it, or administers."""
    me = context.actor.id.lower()
    acted = any(event.actor_id.lower() == me and event.tag in _DEEDS for event in events)
    mine = operation.requester.id.lower() == me
    return context.admin or mine or acted or (await decision_on(jobs, operation, context.standing, frozenset())).allowed


async def _could_decide(operation: Operation, jobs: BulkJobs, directory: Directory) -> tuple[Person, ...] | None:
    """Those who could decide it now; None when nobody has to, or no more."""
    if operation.state not in (State.PROPOSED, State.AWAITING_APPROVAL) or not operation.need.approvals:
        return None
    return await could_agree(jobs, operation, await directory.members(operation.need.groups))


def _explained(
    operation: Operation, events: Sequence[AuditEvent], own: Sequence[AuditEvent], could_decide: tuple[Person, ...] | None
) -> Remark:
    told = _DEEDS | _PROOFS
    facts = [(told[event.tag], _proof(event) if event.tag in _PROOFS else _deed(event)) for event in events if event.tag in told]
    if rules := operation.need.demanded_by:
        facts.append((say("Rule"), quoted(rules)))
    if operation.state is State.PROPOSED and operation.need.instead:
        facts.append((say("Where nothing can be proved"), operation.need.instead_in_words))
    if operation.manager:
        facts.append((say("Revealed by"), the_manager(operation.manager)))
    if could_decide is not None:
        facts.append((say("Could decide"), _named(could_decide)))
    if operation.told:
        facts.append((say("Told"), join(" ", operation.told)))
    if own:
        facts.append((say("Your last click"), say("{said} ({at})", said=_said(own[-1].facts), at=own[-1].at)))
    return Remark(_state(operation), "", Tone.INFO, say("{id} for {target}", id=operation.id, target=operation.target.name), tuple(facts))


def _state(operation: Operation) -> str:
    """How it is doing, and what has to happen next."""
    if operation.bulk and operation.bulk.looked_at:
        return DRY_RUN_DONE
    until = said_at(operation.expires_at)
    missing = operation.need.approvals - len(operation.approvals)
    if operation.state is State.PROPOSED:
        need = operation.need
        before = say("Before that it needs {proof}.", proof=need.proof.in_words) if need.proof else ""
        then = say("After that it needs {need}.", need=need.after_in_words) if need.after_in_words else ""
        waits = say("It waits for {name} to confirm it, until {until}.", name=operation.requester.name, until=until)
        return join(" ", (waits, before, then))
    if operation.state is State.AWAITING_APPROVAL:
        agreed = say("{count} of {needed} have agreed.", count=len(operation.approvals), needed=operation.need.approvals)
        waits = say_count(
            missing,
            "It waits for another member of {groups} to approve it, until {until}.",
            "It waits for {count} members of {groups} to approve it, until {until}.",
            groups=operation.need.group_names,
            until=until,
        )
        return join(" ", (waits, agreed if operation.approvals else ""))
    if operation.state is State.READY:
        name = operation.revealer.name
        return say("Everything it needed is there. It waits for {name} to press Reveal, until {until}.", name=name, until=until)
    if not operation.state.finished:
        return say("Everything it needed is there, and it is being carried out.")
    timed = isinstance(operation.outcome, Said) and operation.outcome.timed  # it says the time itself
    ended = say("({at})", at=operation.finished_at) if operation.finished_at and not timed else ""
    state = _ENDED.get(operation.state, operation.state.value)
    return join(" ", (say("It has ended as {state}: {outcome}", state=state, outcome=mask_text(operation.outcome)), ended))


def _refused(wanted: str, event: AuditEvent) -> Remark:
    rules = event.facts.get("rules")
    names = tuple(map(str, rules)) if isinstance(rules, list | tuple) else ()
    facts = (
        (say("Refused"), say("{name}, {at}", name=event.actor_name or say("somebody"), at=event.at)),
        (say("Because"), in_words(str(event.facts.get("code", "")))),
        (say("Rule"), quoted(names)),
    )
    return Remark(_said(event.facts), "", Tone.INFO, say("Why {wanted} was refused", wanted=wanted), facts)


def _deed(event: AuditEvent) -> str:
    reason, ticket = str(event.facts.get("reason") or ""), str(event.facts.get("ticket") or "")
    words = say("{name}, {at}{because}", name=event.actor_name, at=event.at, because=because(mask_text(reason)))
    return join(", ", (words, say("ticket {ticket}", ticket=ticket) if ticket else ""))


def _proof(event: AuditEvent) -> str:
    kind, evidence = str(event.facts.get("kind") or ""), mask_text(str(event.facts.get("evidence") or ""))
    named = ProofKind(kind).in_words if kind in set(ProofKind) else ""
    when = say("{name}, {at}", name=event.actor_name, at=event.at) if event.actor_name else said_at(event.at)
    return join(", ", (named, evidence, when))


def _said(facts: Mapping[str, object]) -> str:
    return mask_text(str(facts.get("text", "")))


def _named(people: Sequence[Person]) -> str:
    names = [person.name for person in people[:MOST_NAMES]]
    more = len(people) - len(names)
    return join(" ", (join(", ", names), say("and {count} more", count=more) if more else ""))


POLICY_TEST = Command(
    name="policy-test",
    topic="Administration",
    pattern=(Word("policy test", near=("test policy", "test", "simulate", "policy check")), AnyLine(), AS, Somebody()),
    summary="What would happen if somebody typed a command, and which rule says so; nothing is done",
    example="policy test set mobile for victoria +44 7400 654321 as hanna",
    run=policy_test,
    audience=Audience.ADMINISTRATORS,
    nested=True,
    reads=READS,
)

WHY = Command(
    name="why",
    topic="Looking back",
    pattern=(Word("why", near=("explain",)), OperationId()),
    summary="What a request waits for or how it ended, or why you were refused",
    example="why 7QXF",
    run=why,
    # Whoever was refused for want of a group may ask why; everybody hears of what concerns them and of nothing else.
    audience=Audience.EVERYBODY,
)

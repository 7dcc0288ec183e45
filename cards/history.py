"""Past events, newest first: who did what to whom, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import Hold
from bot.domain.difference import difference_text
from bot.domain.file_found import Question
from bot.domain.incoming import FileKind, Verb
from bot.domain.life import State
from bot.domain.notice_rules import Way
from bot.domain.notices import Recipient, whom_by
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.proof import ProofKind
from bot.domain.refused import in_words
from bot.domain.replies import History
from bot.domain.rows import RowKind
from bot.domain.said import join, said_at, say, say_count, say_each, spoken, ticket_link
from cards.bulk_words import counts_text, file_name, short
from cards.buttons import button, unfold
from cards.elements import Element, box, card, folded, heading, line, moment, run
from cards.happened import happened
from cards.retold import retold
from cards.size import size
from cards.tickets import linked
from cards.wording import BADGES

#: Bytes that the events of one card may take. When they do not fit they are said more shortly, and what still does not fit is counted.
ROOM = 22_000

#: What each tag says after the name of whoever acted. A new tag needs a line here; a test holds that.
SAID = say_each(
    {
        Tag.ANNOUNCE_RESULT_DELIVERED: "told the requester the result",
        Tag.ANNOUNCE_RESULT_UNDELIVERABLE: "could not tell the requester the result",
        Tag.BULK_FILE_ANSWERED: "said what the file means",
        Tag.BULK_FILE_CHECKED: "checked the rows of the file",
        Tag.BULK_FILE_GIVEN: "took the rows as a file",
        Tag.BULK_JOB_FINISHED: "finished the job",
        Tag.BULK_JOB_HELD: "held the job",
        Tag.BULK_JOB_RESUMED: "let the job go on",
        Tag.BULK_JOB_STARTED: "started the job",
        Tag.BULK_JOB_STOPPED: "stopped the rest of the job",
        Tag.BULK_ROW_FINISHED: "finished a row of a file",
        Tag.BULK_ROW_LEFT: "left a row of a file alone, since it changes nothing",
        Tag.BULK_ROW_PUT_BACK: "put a row of a file back, and nothing was written",
        Tag.BULK_ROW_STARTED: "started a row of a file",
        Tag.CHAT_APPROVAL_CHANNEL_SET: "chose the approval channel",
        Tag.CHAT_CALL_SUSPECTED: "reported a suspicious call",
        Tag.CHAT_CARD_REFUSED: "pressed a button and was refused",
        Tag.CHAT_CHANGES_PAUSED: "paused every change",
        Tag.CHAT_CHANGES_RESUMED: "ended the pause",
        Tag.CHAT_COMMAND_ASKED: "asked",
        Tag.CHAT_COMMAND_REFUSED: "asked and was refused",
        Tag.CHAT_FORM_OPENED: "opened a form",
        Tag.CHAT_THREAT_LOWERED: "lowered the threat level",
        Tag.CHAT_THREAT_RAISED: "raised the threat level",
        Tag.CHAT_THREAT_WORDED: "wanted the threat level lowered",
        Tag.CHAT_LIMITS_LIFTED: "lifted the limits of this person",
        Tag.CHAT_LOG_CHANNEL_SET: "chose the log channel",
        Tag.CHAT_PERSON_FROZEN: "froze this person",
        Tag.CHAT_PERSON_UNFROZEN: "unfroze this person",
        Tag.LOG_POST_DELIVERED: "posted the result in the log channel",
        Tag.NOTICE_DELIVERED: "told somebody of the change",
        Tag.NOTICE_UNDELIVERABLE: "could not tell somebody of the change",
        Tag.NOT_ME_APPROVER_TOLD: "was told that what they agreed to was not wanted",
        Tag.NOT_ME_PRESSED: "said that the change was not wanted",
        Tag.OPERATION_APPROVED: "approved the change",
        Tag.OPERATION_CANCELLED: "cancelled the change",
        Tag.OPERATION_CONFIRMED: "confirmed the change",
        Tag.OPERATION_DENIED: "denied the change",
        Tag.OPERATION_EXPIRED: "let the card expire, nothing was changed",
        Tag.OPERATION_FINISHED: "finished the change",
        Tag.OPERATION_STALE: "ended the request, which was out of date",
        Tag.OPERATION_PROPOSED: "asked for a change",
        Tag.OPERATION_PUT_BACK: "was told by Entra ID to press Reveal again later, and nothing was made",
        Tag.OPERATION_REVEALING: "pressed Reveal",
        Tag.OPERATION_STARTED: "started the change",
        Tag.OPERATION_WITHDRAWN: "ended the request, which could not go on as it was",
        Tag.PROOF_ASKED: "asked for a proof of the caller",
        Tag.PROOF_EXPIRED: "waited in vain for a proof of the caller",
        Tag.PROOF_FAILED: "did not prove the caller",
        Tag.PROOF_GIVEN: "proved the caller",
        Tag.PROOF_WITHDRAWN: "needed no answer about the caller any more",
        Tag.REPORT_LIST_GIVEN: "took the list of who has only a phone, as a file",
        Tag.REPORT_SHOWN: "saw the report of who has only a phone",
        Tag.TRAIL_CHECKPOINT: "removed old events, as the setting says",
        Tag.RECOVERY_CLOSED: "closed the recovery, because something new was registered",
        Tag.TRAIL_DIFFERS: "found that Entra's audit log and this trail differ",
    }
)

#: Why a job was held, as far as "held" does not say it.
HELD = say_each({
    Hold.PAUSED: "",
    Hold.CANARY: "the first rows are done",
    Hold.FAILING: "too many rows failed for one reason",
    Hold.ALL_PAUSED: "Doorman was paused",
    Hold.ENDING: "",
    Hold.ASKING: "",
})  # fmt: skip

#: What the sender of a file said something about.
ANSWERED = say_each({
    Question.SHEET: "the sheet",
    Question.COLUMNS: "without the columns that are not used",
    Question.HIDDEN: "with what is hidden",
    Question.REGION: "the country",
    Question.NAMES: "with other names",
})  # fmt: skip
_YES_NO = say_each({"yes": "yes", "no": "no"})
_OF_JOBS = frozenset({Tag.BULK_JOB_HELD, Tag.BULK_JOB_RESUMED, Tag.BULK_JOB_STOPPED})
_REFUSALS = frozenset({Tag.CHAT_COMMAND_REFUSED, Tag.CHAT_CARD_REFUSED})
#: Refusals that belong to no request share a row, the last one.
_REFUSED = "refused"
#: Files that are made of a job, which have no name in the trail.
FILES = say_each({FileKind.PREVIEW.value: "preview", FileKind.RESULT.value: "result"})


def render(history: History) -> tuple[Element, str]:
    """The card and its summary."""
    body: list[Element] = [heading(mask_text(history.title) or say("History"), size="Medium")]
    known, actions = len(history.events) + history.more, []
    if history.requests is not None:
        rows, shown, ids = _by_request(history)
        actions = [unfold(say("Details"), *ids)] if ids else []
        actions += [button(say("Older"), Verb.CHOOSE, history.older, pick=0)] if history.older else []
    else:
        rows = _fitting(box(_event(event), line_above=True, spacing="Small") for event in history.events)
        if len(rows) < len(history.events):
            rows = _fitting(_shortly(event) for event in history.events)
        shown = len(rows)
    body += rows
    if not rows:
        body.append(line(say("Nothing has happened yet.")))
    if older := known - shown:
        body.append(
            line(run(say_count(older, "{count} older event not shown.", "{count} older events not shown."), subtle=True), spacing="Medium")
        )
    summary = join(": ", (history.title or say("History"), say_count(known, "{count} event", "{count} events")))
    return card(body, fallback=summary, actions=actions), summary


def _by_request(history: History) -> tuple[list[Element], int, list[str]]:
    """A sentence for each request, its events folded away below; how many events that is, and the ids of what is folded."""
    requests = {operation.id: operation for operation in history.requests or ()}
    of: dict[str, list[AuditEvent]] = {}
    refused = [event for event in history.events if event.tag in _REFUSALS and event.operation_id.partition("-")[0] not in requests]
    apart = refused if len(refused) > 1 else []
    for number, event in enumerate(history.events):
        id = event.operation_id.partition("-")[0]
        if event not in apart:
            of.setdefault(id if id in requests else f"event {number}", []).append(event)
    of = dict(sorted(of.items(), key=lambda one: _when(one[1], requests.get(one[0])), reverse=True))
    if apart:
        of[_REFUSED] = apart
    rows: list[Element] = []
    for in_full in (True, False):
        rows = _fitting([_request(id, events, requests.get(id), in_full=in_full) for id, events in of.items()])
        if len(rows) == len(of):
            break
    taken = list(of.items())[: len(rows)]
    return rows, sum(len(events) for _, events in taken), [folds["id"] for row in rows for folds in row["items"][1:]]


def _request(id: str, events: list[AuditEvent], operation: Operation | None, *, in_full: bool) -> Element:
    """What became of a request in a sentence, and folded away what happened to it; so too what belongs to none."""
    first = events[0]
    if id == _REFUSED:
        refused = line(run(say_count(len(events), "and {count} line that was refused", "and {count} lines that were refused"), subtle=True))
        told = [part for event in events for part in (_event(event, code=True) if in_full else (_shortly(event),))]
        return box([refused, folded(box(told, spacing="None"), "of-refused")], line_above=True, spacing="Small")
    who = _who(first)
    what = retold(operation) if operation else happened(first, who) or join(" ", (who, _done(first)))
    if operation and (unwanted := next((event for event in events if event.tag is Tag.NOT_ME_PRESSED), None)):
        what = say("{told}; {who} said later that it was not wanted", told=what, who=_who(unwanted))
    at = said_at(_when(events, operation))
    sentence = moment(join(" · ", (at, mask_text(what), first.operation_id if operation is None else id)), date=True, spacing="None")
    if (operation is None and not (first.tag in _REFUSALS or _details(first))) or first.tag is Tag.CHAT_COMMAND_ASKED:
        return box([sentence | {"isSubtle": False}], line_above=True, spacing="Small")
    told = [part for event in events for part in (_event(event, code=True) if in_full else (_shortly(event),))]
    hidden = folded(box(told, spacing="None"), f"of-{id.replace(' ', '-')}")
    return box([sentence | {"isSubtle": False}, hidden], line_above=True, spacing="Small")


def _when(events: list[AuditEvent], operation: Operation | None) -> datetime:
    """When it came to its end, whatever was told or said of it later."""
    return operation.finished_at if operation and operation.finished_at else events[0].at


def _fitting(rows: Iterable[Element]) -> list[Element]:
    """As many of the first rows as one card has room for."""
    taken: list[Element] = []
    left = ROOM
    for row in rows:
        left -= size(row)
        if left < 0:
            break
        taken.append(row)
    return taken


def _shortly(event: AuditEvent) -> Element:
    """An event on one line."""
    details = mask_text(_details(event))
    done = join(" ", (_who(event), _done(event)))
    return moment(join(" · ", (said_at(event.at), done, event.operation_id, spoken(details)[:60])), date=True)


def past_change(operation: Operation) -> Element:
    """An operation that changed an account, on one line: when, what was changed, and by whom."""
    changed = [change for change, result in zip(operation.changes, operation.results, strict=False) if result.fate.written]
    changed = changed or [*operation.changes]
    changes = join("; ", map(difference_text, changed[:3]))
    more = say(" and {count} more", count=len(changed) - 3) if len(changed) > 3 else ""
    partly = spoken(BADGES[operation.state].word).lower() if operation.state is State.PARTIAL else ""
    said = mask_text(join(" · ", (f"{spoken(changes)[:160]}{more}", partly, operation.requester.name[:40], operation.id)))
    return moment(join(" · ", (said_at(operation.finished_at or operation.created_at), said)), date=True, spacing="None")


def _who(event: AuditEvent) -> str:
    if event.tag is Tag.NOT_ME_PRESSED and not event.actor_id:
        return say("Whoever got the mail")  # whose link anybody may press
    return event.actor_name[:80] or ("Doorman" if not event.actor_id else say("somebody without a name"))


def _done(event: AuditEvent) -> str:
    """What was done, after the name of whoever did it; of a notice to whom and how."""
    recipient, way = event.facts.get("recipient"), event.facts.get("way")
    if recipient in set(Recipient) and way in set(Way):
        whom = whom_by(Recipient(str(recipient)), Way(str(way)))
        if event.tag is Tag.NOTICE_DELIVERED:
            return say("told of the change: {whom}", whom=whom)
        if event.tag is Tag.NOTICE_UNDELIVERABLE:
            return say("could not tell of the change: {whom}", whom=whom)
    return SAID[event.tag]


def _event(event: AuditEvent, *, code: bool = False) -> Iterable[Element]:
    """Who did what, with the facts and the time; `code`: also that of a refusal, which is for whoever looks it up."""
    about = [run(" · "), run(event.operation_id, mono=True)] if event.operation_id else []
    result = _state(_words(event.facts.get("state"))) or _words(event.facts.get("approvals"))
    yield line(
        run(_who(event), limit=80, bold=True), run(f" {_done(event)}{result and f': {spoken(result).lower()}'}"), *about, spacing="None"
    )
    url = ticket_link(ticket := _words(event.facts.get("ticket")))
    if details := join(
        " · ", (_details(event, ticket=not url), _words(event.facts.get("code")) if code and event.tag in _REFUSALS else "")
    ):
        yield line(run(mask_text(details), subtle=True), spacing="None")
    if url:
        yield linked(say("Ticket {ticket}", ticket=ticket), "ticket", url, subtle=True, spacing="None")
    yield moment(said_at(event.at), date=True, spacing="None")


def _details(event: AuditEvent, *, ticket: bool = True) -> str:
    """The facts a person wants to know, in words, with the request ids by which Graph and Entra know a write.

    Args:
        ticket: the ticket is among them.
    """
    facts = event.facts
    found = {key: _words(value) for key, value in facts.items()}
    number, reason, request_ids = found.get("ticket") if ticket else "", found.get("reason"), found.get("request_ids")
    parts = (
        found.get("target_upn", ""),
        *_of_files(facts),
        *_of_proofs(facts),
        found.get("changes") or (f"“{found['text']}”" if found.get("text") else ""),
        found.get("outcome", ""),
        _code(event),
        say("ticket {ticket}", ticket=number) if number else "",
        say("reason: {reason}", reason=reason) if reason and event.tag is not Tag.NOTICE_UNDELIVERABLE else reason or "",
        say("Graph request {ids}", ids=request_ids) if request_ids else "",
    )
    return join(" · ", parts)


def _code(event: AuditEvent) -> str:
    code = event.facts.get("code")
    if event.tag in _REFUSALS:
        return in_words(str(code))
    if event.tag not in _OF_JOBS:
        return _words(code).replace("_", " ")
    return HELD[Hold(code)] if event.tag is Tag.BULK_JOB_HELD and isinstance(code, str) and code in set(Hold) else ""


def _of_files(facts: Mapping[str, object]) -> Iterable[str]:
    """What is told of a bulk job: its file, how many rows there are of each kind, and the digests that agreements are bound to."""
    file, counts, kind = facts.get("file"), facts.get("counts"), facts.get("kind")
    if isinstance(file, str):
        yield FILES.get(file) or file_name(file)
    if (question := facts.get("question")) in set(Question):
        answer = str(facts.get("answer", ""))
        yield say("{what}: {answer}", what=ANSWERED[Question(str(question))], answer=_YES_NO.get(answer, mask_text(answer)))
    if isinstance(counts, Mapping):
        yield counts_text({each: int(counts[each]) for each in RowKind if str(counts.get(each, "")).isdecimal()})
    if kind in set(RowKind):
        yield RowKind(str(kind)).in_words
    for label, digest in ((say("file"), facts.get("sha256")), (say("plan"), facts.get("plan"))):
        if isinstance(digest, str):
            yield say("{what} {digest} (SHA-256)", what=label, digest=short(digest))


def _of_proofs(facts: Mapping[str, object]) -> Iterable[str]:
    """What kind of proof it is, what it is worth, and what whoever answered went by."""
    if (kind := facts.get("kind")) in set(ProofKind):
        yield ProofKind(str(kind)).in_words
        yield say("tier {tier}", tier=str(facts.get("tier", "")))
        yield _words(facts.get("evidence"))


def _state(state: str) -> str:
    return BADGES[State(state)].word if state in State._value2member_map_ else ""


def _words(value: object) -> str:
    """A fact as text: codes such as `not_in_helpdesk_group` lose their underscores, lists their brackets."""
    match value:
        case str():
            return value.replace("_", " ") if value.replace("_", "").isalpha() and value.islower() and "_" in value else value
        case list() | tuple():
            return "; ".join(filter(None, map(_words, value)))
        case Mapping():
            label, before, after = (_words(value.get(key)) for key in ("label", "before", "after"))
            change = f"{before or 'none'} → {after or 'none'}" if before or after else ""
            return ": ".join(filter(None, (label or _words(value.get("kind")), change)))
        case _:
            return ""

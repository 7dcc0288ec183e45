"""Bulk jobs in every state, for the golden files and the properties; `card_samples` puts them beside the other cards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import Bulk, Hold, Progress, Telling, first_rows_note
from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.conversations import ConversationRef, Member
from bot.domain.file_found import Answers, Doubt, Found, Sheet, Unused
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.methods import PhoneType
from bot.domain.need import Need
from bot.domain.operation import Approval, Operation
from bot.domain.people import Person
from bot.domain.replies import ApprovalShown, BulkExplained, BulkShown, History, LogEntry, OperationShown, Pending, Reply, Viewer
from bot.domain.rows import Row, RowKind, Sample, Wish

COUNTS = {
    RowKind.ADD: 8120,
    RowKind.UPDATE: 3412,
    RowKind.REMOVE: 8,
    RowKind.NO_CHANGE: 311,
    RowKind.CONFLICT: 4,
    RowKind.NOT_FOUND: 97,
    RowKind.AMBIGUOUS: 2,
    RowKind.PROTECTED: 12,
    RowKind.REFUSED: 21,
    RowKind.UNREADABLE: 13,
}
BULK = Bulk(
    file="people.csv",
    sha256=hashlib.sha256(b"file").hexdigest(),
    rows=12_000,
    read=True,
    counts=COUNTS,
    repaired=204,
    plan=hashlib.sha256(b"plan").hexdigest(),
    seconds=3000,
)
NEED = Need(approvals=1, groups=frozenset({"helpdesk"}), group_names="the helpdesk group", valid_for=timedelta(hours=4))


ASKED = Progress(hold=Hold.ASKING)
_SHEETS = ("Mobiles", "Leavers", "Old", "Lookup", "Oslo", "Bonn", "Rome")
MANY_SHEETS = tuple(Sheet(name, people=True, hidden=name == "Old") for name in _SHEETS)
FOUND = Found(
    sheet="Mobiles",
    sheets=MANY_SHEETS[:2],
    unused=(Unused("Department"), Unused("Skip", Doubt.BRAKE, "yes"), Unused("Tenant", Doubt.TENANT, "contoso.example"),
            Unused("New number", Doubt.NUMBERS, "+31 •••••••78"), *(Unused(f"Column {letter}") for letter in "ABCDEFGH")),
    hidden_rows=12,
    hidden_columns=("Office", "Country"),
    hidden_matter=("Country",),
    national=37,
    region="NL",
)  # fmt: skip


def job(proposed: Operation, state: State, bulk: Bulk = BULK, outcome: str = "") -> Operation:
    """A bulk job after the moves that lead there."""
    asked = state in (State.CHECKING, State.PROPOSED)
    return replace(
        proposed,
        command="bulk",
        text="bulk people.csv",
        bundle=ChangeKind.BULK,
        target=Person("", bulk.file, ""),
        changes=(),
        notes=tuple(filter(None, (first_rows_note(10, bulk.to_change),))),
        ticket="CHG0031337",
        reason="the old MFA server goes",
        need=NEED,
        approval_where=ConversationRef("https://smba.example/emea/", "19:approvals@thread.tacv2", "channel"),
        bulk=bulk,
        state=state,
        decided_by="" if asked else proposed.requester.name,
        approvals=() if asked or state is State.AWAITING_APPROVAL else (Approval("77", "Sam Okafor", proposed.created_at),),
        finished_at=proposed.created_at + timedelta(minutes=52) if state.finished else None,
        outcome=outcome,
    )


def _row(number: int, name: str, kind: RowKind, *changes: Change, reason: str = "", repaired: tuple[str, ...] = ()) -> Row:
    user = f"{name.lower().replace(' ', '.')}@fabrikam.example"
    target = Person(f"id-{number}", name, user) if changes or kind in (RowKind.NO_CHANGE, RowKind.PROTECTED, RowKind.REFUSED) else None
    wishes = (Wish(PhoneType.MOBILE, "+31 612345678"),)
    return Row(number=number, user=user, wishes=wishes, repaired=repaired, kind=kind, reason=reason, target=target, changes=changes)


def samples() -> tuple[Sample, ...]:
    """As many first rows as a card takes at the most."""
    mobile, other = PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE
    add = Change(ChangeKind.SET_PHONE, mobile, None, "+31 612345678")
    alternate = Change(ChangeKind.SET_PHONE, other, None, "+31 612345679")
    update = Change(ChangeKind.SET_PHONE, mobile, "+31 612345001", "+31 612345678")
    remove = Change(ChangeKind.REMOVE_PHONE, other, "+31 612345002", None)
    sms = Change(ChangeKind.SMS_SIGN_IN, mobile, Switch.OFF, Switch.ON)
    spoilt = ("The mobile had lost its leading zero.",)
    rows = (
        (RowKind.ADD, _row(2, "Alice Jansen", RowKind.ADD, add, alternate), _row(3, "Dirk Bakker", RowKind.ADD, add, repaired=spoilt),
         _row(5, "Mia O'Brien", RowKind.ADD, add)),
        (RowKind.UPDATE, _row(4, "Sofia Rossi", RowKind.UPDATE, update), _row(9, "Łukasz Żółć", RowKind.UPDATE, update, sms)),
        (RowKind.REMOVE, _row(7, "Sam Okafor", RowKind.REMOVE, remove)),
        (RowKind.NO_CHANGE, _row(6, "Ingrid Lund", RowKind.NO_CHANGE), _row(8, "Jan de Vries", RowKind.NO_CHANGE)),
        (RowKind.CONFLICT, _row(10, "Jan de Vries", RowKind.CONFLICT, reason="Row 8 is about the same person.")),
        (RowKind.NOT_FOUND, _row(11, "Alise Jansen", RowKind.NOT_FOUND)),
        (RowKind.AMBIGUOUS, _row(12, "Jan", RowKind.AMBIGUOUS, reason="Two accounts have this mail address.")),
        (RowKind.PROTECTED, _row(13, "Ada Admin", RowKind.PROTECTED, reason="Ada Admin is protected: Global Administrator.")),
        (RowKind.REFUSED, _row(14, "Wim Bos", RowKind.REFUSED, reason="The office phone is synced from on-premises.")),
        (RowKind.UNREADABLE, _row(12_001, "Piet", RowKind.UNREADABLE, reason="3.16E+10 is no number any more: Excel has cut it.")),
    )  # fmt: skip
    return tuple(Sample(kind, tuple(found)) for kind, *found in rows)


REASONS = (
    ("Entra ID refused: another account signs in with this number.", 31),
    ("Somebody else changed the account after the check.", 9),
    ("The account was not there any more.", 3),
)
TWELVE = (REASONS[0][0], 12)
HALF = Progress(
    checked=12_000, ended={State.SUCCEEDED: 3391, State.FAILED: 12, State.STALE: 9}, running=20, codes=(TWELVE, REASONS[1]), rate=231.4
)
ALL = Progress(checked=12_000, ended={State.SUCCEEDED: 11_497, State.PARTIAL: 3, State.FAILED: 31, State.STALE: 9}, codes=REASONS)
TELLING = Telling(told=10_000, untold=10, waiting=1530, held_until=datetime(2026, 9, 15, 9, 30, tzinfo=UTC))
STOPPED = Progress(checked=12_000, ended={State.SUCCEEDED: 3391, State.FAILED: 12, State.CANCELLED: 8137}, codes=(TWELVE,))
FAILING = "4 of the last rows ended so: another account signs in with this number."


def bulk_jobs(proposed: Operation, link: str) -> dict[str, Reply]:
    """The requester's card through its life, the approvers' card, and every list in which a job stands."""
    now = proposed.created_at

    def shown(state: State, progress: Progress | None = None, bulk: Bulk = BULK, outcome: str = "") -> BulkShown:
        seen = samples() if bulk.counts else ()
        return BulkShown(job(proposed, state, bulk, outcome), progress or Progress(checked=bulk.rows), now, seen)

    nothing = replace(BULK, counts={RowKind.NO_CHANGE: 11_950, RowKind.NOT_FOUND: 50}, repaired=0, seconds=0)
    same = tuple(each for each in samples() if each.kind in nothing.counts)
    unread = replace(BULK, rows=8000, read=False, counts={}, plan="", sha256="", repaired=0)
    named = replace(BULK, counts=COUNTS | {RowKind.OTHER_NAME: 5}, found=FOUND, answers=Answers("Mobiles", columns=True, hidden=False))
    included = replace(named, answers=Answers("Mobiles", True, True, "BE", True))
    few = replace(BULK, counts={RowKind.UPDATE: 1}, rows=1, repaired=1, seconds=20, retry_of="9KPM")
    first = Progress(checked=12_000, ended={State.SUCCEEDED: 9, State.FAILED: 1}, codes=((REASONS[0][0], 1),))
    waiting = job(proposed, State.AWAITING_APPROVAL)
    half = "11,497 of 11,540 people were changed and checked. 43 were not."
    partial = job(proposed, State.PARTIAL, outcome=half)
    return {
        "bulk-explained": BulkExplained("Drop a file of people into this chat, and I show what it would do."),
        "bulk-reading": shown(State.CHECKING, Progress(), unread),
        "bulk-asking-sheet": shown(State.CHECKING, ASKED, replace(unread, found=Found(sheets=MANY_SHEETS[:4]))),
        "bulk-asking-many-sheets": shown(State.CHECKING, ASKED, replace(unread, found=Found(sheets=MANY_SHEETS))),
        "bulk-asking-hidden": shown(State.CHECKING, ASKED, replace(unread, found=FOUND, answers=Answers("Mobiles"))),
        "bulk-asking-columns": shown(State.CHECKING, ASKED, replace(unread, found=FOUND, answers=Answers("Mobiles", hidden=False))),
        "bulk-checking": shown(State.CHECKING, Progress(checked=3400), replace(BULK, counts={}, plan="", repaired=0)),
        "bulk-checking-silent": shown(
            State.CHECKING,
            Progress(checked=3400, hindrance=Hindrance(now, silent=True)),
            replace(BULK, counts={}, plan="", repaired=0),
        ),
        "bulk-proposed": shown(State.PROPOSED),
        "bulk-proposed-found": BulkShown(job(proposed, State.PROPOSED, named), Progress(checked=12_000), now, samples()[:3]),
        "bulk-proposed-included": BulkShown(job(proposed, State.PROPOSED, included), Progress(checked=12_000), now, samples()[:3]),
        "bulk-proposed-one": BulkShown(job(proposed, State.PROPOSED, few), Progress(checked=1), now, samples()[1:2]),
        "bulk-proposed-nothing": BulkShown(job(proposed, State.PROPOSED, nothing), Progress(checked=12_000), now, same),
        "bulk-dry-run": shown(State.SUCCEEDED, bulk=replace(BULK, dry_run=True)),
        "bulk-dry-run-open": shown(State.PROPOSED, bulk=replace(named, dry_run=True)),
        "bulk-dry-run-closed": shown(State.CANCELLED, bulk=replace(BULK, dry_run=True), outcome="This was a dry run: nothing was changed."),
        "bulk-awaiting-approval": shown(State.AWAITING_APPROVAL),
        "bulk-queued": shown(State.QUEUED),
        "bulk-running": shown(State.RUNNING, HALF),
        "bulk-slow": shown(State.RUNNING, replace(HALF, hindrance=Hindrance(now))),
        "bulk-silent": shown(State.RUNNING, replace(HALF, hindrance=Hindrance(now, silent=True))),
        "bulk-paused": shown(State.RUNNING, replace(HALF, hold=Hold.PAUSED, held_by="Sam Okafor", rate=0)),
        "bulk-canary": shown(State.RUNNING, replace(first, hold=Hold.CANARY)),
        "bulk-failing": shown(State.RUNNING, replace(HALF, hold=Hold.FAILING, held_why=FAILING)),
        "bulk-ending": shown(State.RUNNING, replace(HALF, hold=Hold.ENDING, held_by="Sam Okafor", rate=0)),
        "bulk-stopped": shown(State.RUNNING, replace(HALF, hold=Hold.ALL_PAUSED, held_why="Sam Okafor has paused Doorman.")),
        "bulk-succeeded": shown(State.SUCCEEDED, Progress(checked=12_000, ended={State.SUCCEEDED: 11_540})),
        "bulk-telling": shown(State.SUCCEEDED, Progress(checked=12_000, ended={State.SUCCEEDED: 11_540}, telling=TELLING)),
        "bulk-partial": shown(State.PARTIAL, ALL, outcome=half),
        "bulk-failed": shown(State.FAILED, outcome="The file could not be read again: the disk is full.", bulk=replace(BULK, counts={})),
        "bulk-stale": shown(State.STALE),
        "bulk-cancelled": shown(State.CANCELLED),
        "bulk-cancelled-midway": shown(State.CANCELLED, STOPPED),
        "bulk-denied": shown(State.DENIED, outcome="Ingrid Lund denied 7QXF because nobody announced it. Nothing was changed."),
        "bulk-expired": shown(State.EXPIRED),
        "bulk-in-channel": OperationShown(job(proposed, State.RUNNING), now, own=False),
        "bulk-in-channel-proposed": OperationShown(job(proposed, State.PROPOSED), now, own=False),
        "approval-bulk-waiting": ApprovalShown(waiting, now, link=link, refreshing=("29:hanna",)),
        "approval-bulk-running": ApprovalShown(job(proposed, State.RUNNING), now, link=link),
        "approval-bulk-partial": ApprovalShown(partial, now, link=link),
        "log-bulk": LogEntry(partial),
        "log-bulk-stopped": LogEntry(job(proposed, State.CANCELLED, outcome="10 rows done. 462 rows were stopped.")),
        "log-bulk-silent": LogEntry(job(proposed, State.SUCCEEDED)),
        "pending-bulk": Pending((waiting,), (waiting,), now),
        "history-bulk": History("History of 7QXF", _events(proposed)),
    }


def _events(proposed: Operation) -> tuple[AuditEvent, ...]:
    at, who = proposed.created_at, proposed.requester
    checked = {
        "file": "people.csv",
        "sha256": BULK.sha256,
        "counts": {kind.value: count for kind, count in COUNTS.items()},
        "plan": BULK.plan,
    }
    asked = {"file": "people.csv", "text": "bulk people.csv", "ticket": "CHG0031337", "reason": "the old MFA server goes"}
    changes = ["Mobile phone: not registered → +31 •••••••78"]
    ended = {"changes": changes, "state": "succeeded", "outcome": "Changed and checked.", "request_ids": ["8c1e"], "code": ""}
    left = {"kind": "not_found", "outcome": "Nobody is called so."}
    told: tuple[tuple[Tag, str, Mapping[str, object]], ...] = (
        (Tag.BULK_JOB_FINISHED, "", {"state": "partial", "outcome": "11,497 rows done."}),
        (Tag.BULK_FILE_GIVEN, who.name, {"file": "result"}),
        (Tag.BULK_ROW_LEFT, "", left),
        (Tag.BULK_ROW_FINISHED, "", ended),
        (Tag.BULK_ROW_STARTED, "", {"changes": changes}),
        (Tag.BULK_ROW_PUT_BACK, "", {}),
        (Tag.BULK_JOB_STOPPED, who.name, {"code": ""}),
        (Tag.BULK_JOB_RESUMED, who.name, {"code": "canary"}),
        (Tag.BULK_JOB_HELD, "", {"code": "canary"}),
        (Tag.BULK_JOB_HELD, who.name, {"code": "paused"}),
        (Tag.BULK_JOB_STARTED, "", {}),
        (Tag.BULK_FILE_CHECKED, "", checked),
        (Tag.OPERATION_PROPOSED, who.name, asked),
    )
    return tuple(
        AuditEvent(tag, at + timedelta(seconds=60 - second), name and who.id, name, "7QXF-2" if ":row:" in tag else "7QXF", facts=facts)
        for second, (tag, name, facts) in enumerate(told)
    )


def hostile_jobs(text: str, operation: Operation, link: str) -> dict[str, Reply]:
    """A job in every state and held for every reason, with `text` wherever somebody else's words can stand."""
    bulk = replace(BULK, file=text, retry_of=text)
    who = Person("1", text, text, text, text, text)
    change = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, text, text)
    row = Row(number=12_000, user=text, repaired=(text,) * 4, kind=RowKind.ADD, reason=text, target=who, changes=(change,) * 4)
    sheets = tuple(Sheet(text, people=True, hidden=hidden) for hidden in (False, False, True)) * 8
    columns = tuple(Unused(text, doubt, text) for doubt in Doubt) * 20
    hidden = {"hidden_rows": 9, "hidden_columns": (text,) * 50, "hidden_matter": (text,) * 50}
    found = Found(sheet="x", sheets=sheets, unused=columns, national=9, **hidden)  # type: ignore[arg-type]
    unread = replace(bulk, read=False, counts={})
    seen = tuple(Sample(kind, (row, replace(row, target=None, changes=())) * 3) for kind in RowKind)
    need = replace(NEED, group_names=text[:200], rules=(text[:200],) * 3)
    now = operation.created_at
    asked = replace(operation, bulk=bulk, target=Person("", text, ""), changes=(), need=need, approvals=(Approval("9", text, now),))
    waiting = replace(asked, state=State.AWAITING_APPROVAL)
    seniors, crowd = (Member("29:x", text, "9"),) * 20, ("29:" + "x" * 70,) * 60
    facts = {"file": text, "sha256": text, "plan": text, "kind": text, "counts": {text: 3, "add": text}}
    progress = Progress(checked=9, ended={State.FAILED: 99_999, State.SUCCEEDED: 1}, codes=((text, 9),) * 9, held_by=text, held_why=text)
    states = {
        f"bulk {state} {said}": BulkShown(
            replace(asked, state=state, finished_at=now if state.finished else None, outcome=text if said else ""), progress, now, seen
        )
        for state in State
        for said in (True, False)
    }
    running = replace(asked, state=State.RUNNING)
    return {
        "bulk explained": BulkExplained(text),
        **states,
        **{f"bulk {hold.name}": BulkShown(running, replace(progress, hold=hold), now, seen) for hold in Hold},
        "bulk dry": BulkShown(replace(asked, bulk=replace(bulk, dry_run=True), state=State.SUCCEEDED), progress, now, seen),
        **{
            f"bulk asking {called}": BulkShown(replace(asked, bulk=replace(unread, found=each), state=State.CHECKING), progress, now, ())
            for called, each in (("sheet", found), ("hidden", replace(found, sheets=())), ("columns", Found(unused=columns)))
        },
        "bulk found": BulkShown(replace(asked, bulk=replace(bulk, found=found), state=State.PROPOSED), progress, now, seen),
        "bulk elsewhere": OperationShown(running, now, own=False),
        "approval bulk": ApprovalShown(waiting, now, Viewer.ANYBODY, link, seniors, crowd),
        "pending bulk": Pending((asked,) * 30, (asked,) * 30, now),
        "log bulk": LogEntry(replace(asked, state=State.PARTIAL, finished_at=now)),
        "history bulk": History(text, (AuditEvent(Tag.BULK_FILE_GIVEN, now, "1", text, "7QXF", facts=facts),) * 60),
    }

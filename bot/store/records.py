"""Operations as rows and back. The shapes here are stored for years: add keys, never rename them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row

from bot.domain.audit import AuditEvent
from bot.domain.bulk import Bulk
from bot.domain.change import KINDS, Change, ChangeKind, Value, moment, recorded
from bot.domain.change_values import AccountState, NameAndDay, Switch, TokenState
from bot.domain.conversations import ConversationRef
from bot.domain.file_found import NO_ANSWERS, Answers, Doubt, Sheet, Unused
from bot.domain.file_found import Found as FileFound
from bot.domain.life import Fate, State
from bot.domain.methods import Family, PhoneType
from bot.domain.need import Need
from bot.domain.operation import Approval, Operation, Result
from bot.domain.pass_terms import WantedPass
from bot.domain.people import Actor, Person
from bot.domain.plan import Warned
from bot.domain.proof import Proof, ProofKind, ProofState
from bot.domain.recovery import Found, Recovery, Situation
from bot.domain.rows import Mode, RowKind, Wish
from bot.domain.rows import Row as BulkRow
from bot.domain.said import from_store, to_store
from bot.domain.sign_in import DefaultMethod, MfaState
from bot.store.needs import need, need_row

#: What the words before and after a change of a kind are; of every other kind they are text.
_STORED_AS: dict[ChangeKind, Callable[[Any], Value]] = {
    ChangeKind.SMS_SIGN_IN: Switch,
    ChangeKind.BLOCK: AccountState,
    ChangeKind.UNBLOCK: AccountState,
    ChangeKind.SET_DEFAULT: DefaultMethod,
    ChangeKind.REQUIRE_MFA: MfaState,
    ChangeKind.DEACTIVATE_TOKEN: TokenState,
}
_PROOF_TIMES = ("asked_at", "expires_at", "answered_at")
#: What a new pass will be, and the one that it replaces.
_WANTED = re.compile(r"(?P<minutes>\d{1,5}) minutes, (?P<use>one-time|reusable)(?:, from (?P<start>\d{4}-\d\d-\d\d \d\d:\d\d) UTC)?")
_HELD = re.compile(r"a pass until (?P<until>\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


def with_id(operation: Operation, operation_id: str) -> Operation:
    """The same operation under its real id."""
    return replace(operation, id=operation_id)


def about(event: AuditEvent, operation_id: str) -> AuditEvent:
    """The same event, about this operation."""
    return replace(event, operation_id=operation_id)


def row(operation: Operation) -> dict[str, Any]:
    """Column values of a new operation."""
    return {
        "id": operation.id,
        "state": operation.state.value,
        "version": operation.version,
        "command": operation.command,
        "requester_id": operation.requester.id,
        "target_id": operation.target.id,
        "created_at": operation.created_at,
        "expires_at": operation.expires_at,
        "card_id": operation.card_id,
        "request_ids": [],
        "results": [],
        "decided_by": operation.decided_by,
        "approvals": [approval_row(one) for one in operation.approvals],
        "department": operation.target.department.strip(),
        "approval_where": asdict(operation.approval_where) if operation.approval_where else None,
        "bulk": asdict(operation.bulk) if operation.bulk else None,
        "contains": operation.contains,
        "request": {
            "text": operation.text,
            "requester": asdict(operation.requester),
            "target": asdict(operation.target),
            "changes": [change_row(change) for change in operation.changes],
            "notes": [to_store(note) for note in operation.notes],
            "details": [to_store(detail) for detail in operation.details],
            "warnings": [to_store(warning) for warning in operation.warnings],
            "bundle": operation.bundle,
            "ticket": operation.ticket,
            "reason": operation.reason,
            "conversation": asdict(operation.conversation),
            "need": need_row(operation.need),
            "recovery": _recovery_row(operation.recovery) if operation.recovery else None,
            "first": operation.first,
            "takes_back": operation.takes_back,
            "manager": asdict(operation.manager) if operation.manager else None,
            **({"capped": True} if operation.capped else {}),
            **_proofs_row(operation.proofs),
        },
    }


def operation(found: Row[Any]) -> Operation:
    """The operation in a row of the `operations` table."""
    request = found.request
    return Operation(
        id=found.id,
        command=found.command,
        text=request["text"],
        requester=Actor(**request["requester"]),
        target=Person(**request["target"]),
        changes=tuple(map(change, request["changes"])),
        notes=tuple(map(from_store, request["notes"])),
        details=tuple(map(from_store, request.get("details", ()))),
        warnings=tuple(map(from_store, request["warnings"])),
        ticket=request["ticket"],
        reason=request["reason"],
        conversation=ConversationRef(**request["conversation"]),
        state=State(found.state),
        created_at=found.created_at,
        expires_at=found.expires_at,
        finished_at=found.finished_at,
        outcome=from_store(found.outcome),
        card_id=found.card_id,
        need=need(request["need"]),
        approvals=tuple(Approval(one["id"], one["name"], datetime.fromisoformat(one["at"])) for one in found.approvals),
        approval_where=ConversationRef(**found.approval_where) if found.approval_where else None,
        approval_card_id=found.approval_card_id,
        decided_by=found.decided_by,
        request_ids=tuple(found.request_ids or ()),
        version=found.version,
        numbers_removed=found.numbers_removed,
        bundle=ChangeKind(request["bundle"]) if request.get("bundle") else None,
        results=tuple(Result(Fate(one["fate"]), from_store(one["why"])) for one in found.results),
        revealed_at=found.revealed_at,
        recovery=_recovery(request["recovery"]) if request.get("recovery") else None,
        bulk=bulk(found.bulk) if found.bulk else None,
        first=request.get("first", False),
        takes_back=request.get("takes_back", ""),
        told=tuple(map(from_store, found.told or ())),
        manager=Person(**request["manager"]) if request.get("manager") else None,
        manager_card_id=found.manager_card_id,
        capped=request.get("capped", False),
        proofs=tuple(map(_proof, request.get("proofs", ()))),
    )


def bulk(stored: dict[str, Any]) -> Bulk:
    """A job in the column of its operation."""
    counts = {RowKind(kind): count for kind, count in stored["counts"].items()}
    answers = Answers(**stored["answers"]) if stored.get("answers") else NO_ANSWERS
    return Bulk(**(stored | {"counts": counts, "answers": answers, "found": _found_file(stored.get("found"))}))


def _found_file(stored: dict[str, Any] | None) -> FileFound | None:
    if stored is None:
        return None
    sheets = tuple(Sheet(**each) for each in stored["sheets"])
    unused = tuple(Unused(**(each | {"doubt": Doubt(each["doubt"])})) for each in stored["unused"])
    hidden = {"hidden_columns": tuple(stored["hidden_columns"]), "hidden_matter": tuple(stored["hidden_matter"])}
    return FileFound(**(stored | hidden | {"sheets": sheets, "unused": unused}))


def previewed(request: dict[str, Any], wanted: Need, notes: Iterable[str]) -> dict[str, Any]:
    """What a bulk job asked for, with what policy demands now that its rows are known, and what is worth knowing."""
    return request | {"need": need_row(wanted), "notes": [to_store(note) for note in notes]}


def proved(request: dict[str, Any], need: Need, proofs: tuple[Proof, ...]) -> dict[str, Any]:
    """What was asked, with what is left to be agreed to once these proofs stand."""
    return request | {"need": need_row(need)} | _proofs_row(proofs)


def _proofs_row(proofs: tuple[Proof, ...]) -> dict[str, Any]:
    """Nothing without proofs; and never what a number can be found from."""
    return {"proofs": [_proof_row(proof) for proof in proofs]} if proofs else {}


def _proof_row(proof: Proof) -> dict[str, Any]:
    times = {name: at.isoformat() for name in _PROOF_TIMES if (at := getattr(proof, name))}
    return asdict(replace(proof, secret="")) | dict.fromkeys(_PROOF_TIMES) | times


def _proof(stored: dict[str, Any]) -> Proof:
    times = {name: datetime.fromisoformat(at) for name in _PROOF_TIMES if (at := stored[name])}
    return Proof(**(stored | times | {"kind": ProofKind(stored["kind"]), "state": ProofState(stored["state"])}))


def bulk_row(found: Row[Any]) -> BulkRow:
    """The row of a job in a row of the `bulk_rows` table."""
    return BulkRow(
        number=found.number,
        user=found.user,
        mode=Mode(found.mode),
        wishes=tuple(Wish(PhoneType(phone) if phone else None, value) for phone, value in found.wishes),
        repaired=tuple(map(from_store, found.repaired)),
        name=found.name,
        also=tuple(found.also or ()),
        warned=tuple(Warned(code, from_store(text)) for code, text in found.warned or ()),
        kind=RowKind(found.kind) if found.kind else None,
        reason=from_store(found.reason),
        target=Person(**found.target) if found.target else None,
        changes=tuple(map(change, found.changes)),
        state=State(found.state) if found.state else None,
        outcome=from_store(found.outcome),
        code=found.code,
        fates=tuple(map(Fate, found.fates or ())),
    )


def _recovery_row(recovery: Recovery) -> dict[str, Any]:
    found = [asdict(one) | {"name": to_store(one.name)} for one in recovery.found]
    return asdict(recovery) | {"later": [change_row(one) for one in recovery.later], "found": found}


def _recovery(stored: dict[str, Any]) -> Recovery:
    later = tuple(map(change, stored["later"]))
    return Recovery(
        Situation(stored["situation"]),
        stored["language"],
        tuple(stored["ticked"]),
        tuple(stored["known"]),
        later,
        stored["followed"],
        tuple(map(_found, stored.get("found", ()))),
    )


def _found(stored: dict[str, Any]) -> Found:
    phone = PhoneType(stored["phone"]) if stored["phone"] else None
    return Found(from_store(stored["name"]), phone, stored["method"], stored["device"], stored["on_it"])


def change(stored: dict[str, Any]) -> Change:
    """The change that is stored so."""
    phone = PhoneType(stored["phone"]) if stored["phone"] else None
    before, after = stored["before"], stored["after"]
    kind, method, follows = ChangeKind(stored["kind"]), stored.get("method", ""), stored.get("follows", False)
    if kind is ChangeKind.CREATE_PASS:
        return Change(kind, phone, before and _held(before), None, method, follows, _wanted(after))
    return Change(kind, phone, before and _before(kind, before), after and _STORED_AS.get(kind, from_store)(after), method, follows)


def _before(kind: ChangeKind, stored: Any) -> Value | NameAndDay:
    family = KINDS[kind].family
    named = kind is ChangeKind.DEACTIVATE_TOKEN or (family is not None and family is not Family.EMAIL)
    return _name_and_day(stored) if named else _STORED_AS.get(kind, from_store)(stored)


def _name_and_day(stored: Any) -> NameAndDay:
    """What `NameAndDay.in_words` came to, taken apart again: a sentence stands in the store with its parts, and the day is one of them."""
    match stored:
        case {"say": "{0}{1}{2}", "with": {"0": str(name), "2": {"with": {"day": {"with": {"day": {"day": day}}}}}}}:
            return NameAndDay(name, date.fromisoformat(day))
        case {"say": "registered {day}", "with": {"day": {"with": {"day": {"day": day}}}}}:
            return NameAndDay(day=date.fromisoformat(day))
        case {"say": "{0}", "with": {"0": str(name)}}:
            return NameAndDay(name)
        case "registered" | {"say": "registered"}:
            return NameAndDay()
    return NameAndDay(from_store(stored))  # in one piece, as it was stored before sentences had parts


def _held(text: str) -> str:
    if (found := _HELD.fullmatch(text)) is None:
        raise ValueError("not a pass that is held")
    return moment(_utc(found["until"]))


def _wanted(text: str | None) -> WantedPass:
    if (found := _WANTED.fullmatch(text or "")) is None:
        raise ValueError("not a wanted pass")
    return WantedPass(int(found["minutes"]), found["use"] == "one-time", _utc(found["start"]) if found["start"] else None)


def _utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def change_row(change: Change) -> dict[str, Any]:
    """A change as it is stored."""
    facts = recorded(change)
    return facts | {"before": facts["before"] and to_store(facts["before"])}


def result_row(result: Result) -> dict[str, Any]:
    """How one change ended, as it is stored in `operations.results`."""
    return {"fate": result.fate.value, "why": to_store(result.why)}


def approval_row(approval: Approval) -> dict[str, str]:
    """One agreement as it is stored in `operations.approvals`."""
    return {"id": approval.approver_id, "name": approval.approver_name, "at": approval.at.isoformat()}


def renewed(request: dict[str, Any], target: Person, warning: str) -> dict[str, Any]:
    """What was asked, about the same person as the account is now, with what has changed as a further warning."""
    return request | {"target": asdict(target), "warnings": [*request["warnings"], to_store(warning)]}


def reduced(request: dict[str, Any], changes: tuple[Change, ...]) -> dict[str, Any]:
    """What was asked, with these changes alone."""
    return request | {"changes": [change_row(change) for change in changes]}

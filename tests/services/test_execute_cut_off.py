"""An execution that was cut off and is run again, and one that Entra keeps waiting: what they may claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.change import Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.life import State
from bot.domain.methods import Dossier, Phone, PhoneType, SmsSignIn
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person, Privileges, Standing
from bot.domain.stop import GO, Freeze, Stop
from bot.errors import Unavailable
from bot.services.execute import execute
from bot.services.review import Reviewer
from tests.desk import one_agent

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALICE = Person(id="alice", name="Alice", upn="alice@fabrikam.example")
OPERATION = Operation(
    id="7QXF", command="set-phone", text="", requester=Actor("hanna", "Hanna", "tenant"), target=ALICE,
    changes=(Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678"),),
    conversation=ConversationRef("https://smba", "chat", "personal"), created_at=NOW, expires_at=NOW, state=State.QUEUED,
)  # fmt: skip


class OneOperation:
    """`ports.Operations` with a single operation in it."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    async def get(self, _: str) -> Operation:
        return self.operation

    async def move(self, _id: str, _verb: str, to: State, _event: Any, **more: Any) -> Operation:
        self.operation = replace(self.operation, state=to, outcome=more.get("outcome", ""))
        return self.operation

    async def made_to(self, _target: str, _since: datetime) -> tuple[()]:
        return ()


class Stopping:
    """`ports.Stops` in which something holds, or nothing."""

    def __init__(self, held: Stop) -> None:
        self.held = held

    async def stop(self, _target: str, _now: datetime) -> Stop:
        return self.held


class Account:
    """`ports.Directory` with a single account; reads answer what `shown` says in turn, its last word for ever."""

    def __init__(self, *shown: str | Exception | None) -> None:
        self.shown = list(shown)
        self.written: list[Change] = []

    async def dossier(self, _: str) -> Dossier:
        said = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        if isinstance(said, Exception):
            raise said
        phones = {PhoneType.MOBILE: Phone(PhoneType.MOBILE, said, SmsSignIn.READY)} if said else {}
        return Dossier(ALICE, phones, (), Privileges())

    async def renewed(self, _: Dossier) -> Dossier:
        return await self.dossier("")

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        return Standing(Person(object_id, "Hanna", "hanna@fabrikam.example"), groups)

    async def apply(self, _target: str, change: Change, _operation: str) -> str:
        self.written.append(change)
        return "request"


async def _run(operation: Operation, account: Account, held: Stop = GO) -> Operation:
    operations: Any = OneOperation(operation)
    directory: Any = account
    stops: Any = Stopping(held)
    reviewer = Reviewer(one_agent(timedelta(minutes=10)), stops, operations, operations, operations, lambda: NOW)

    async def at_once(_: float) -> None: ...

    await execute(operations, reviewer, directory, lambda: NOW, at_once, operation.id)
    ended: Operation = operations.operation
    return ended


async def test_a_run_that_was_cut_off_does_not_claim_that_nothing_was_written() -> None:
    account = Account("+31 699999999")  # somebody gave another number since

    ended = await _run(replace(OPERATION, state=State.RUNNING), account)

    assert ended.state is State.PARTIAL
    assert "Nothing was written" not in ended.outcome
    assert account.written == []


async def test_a_first_run_that_finds_another_number_wrote_nothing_and_says_so() -> None:
    ended = await _run(OPERATION, Account("+31 699999999"))

    assert ended.state is State.STALE
    assert "Nothing was written" in ended.outcome


async def test_a_write_accepted_late_and_not_seen_is_said_to_be_accepted() -> None:
    account = Account(*[Unavailable("503")] * 6, None)  # six failed looks leave too few for the usual number after an answer

    ended = await _run(OPERATION, account)

    assert len(account.written) == 1
    assert ended.state is State.PARTIAL
    assert ended.outcome.startswith("Entra ID accepted the change but does not show it yet.")


FROZEN = Stop(freeze=Freeze("alice", "Alice", ALICE.upn, "bram", "Bram", NOW, NOW + timedelta(hours=1)))


async def test_a_run_that_was_cut_off_writes_nothing_more_once_the_person_is_frozen_and_claims_nothing() -> None:
    account = Account(None)

    ended = await _run(replace(OPERATION, state=State.RUNNING), account, FROZEN)

    assert account.written == []
    assert ended.state is State.PARTIAL
    assert "frozen" in ended.outcome
    assert "Nothing was changed" not in ended.outcome


async def test_a_freeze_does_not_hide_that_the_change_is_in_effect_already() -> None:
    ended = await _run(replace(OPERATION, state=State.RUNNING), Account("+31 612345678"), FROZEN)

    assert ended.state is State.SUCCEEDED

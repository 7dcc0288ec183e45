"""The services that ask for proofs, take answers and confirm, on a real database, once for each replica; the tenant is a few people."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection

from bot.domain.approvers import Mark
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import CardAction
from bot.domain.limits import NO_LIMITS
from bot.domain.methods import Dossier, Phone, PhoneType
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person, Standing
from bot.domain.policy import Groups
from bot.domain.proving import Terms
from bot.domain.replies import Reply
from bot.domain.rules import Policy
from bot.domain.signals import OldNumber
from bot.errors import Unavailable
from bot.ports import BulkJobs, Directory, Signs
from bot.services.gate import Gate
from bot.services.proof_answers import ProofAnswers
from bot.services.proof_cards import ProofCards
from bot.services.proving import ProofDesk
from bot.services.requester import RequesterPresses
from bot.services.review import Reviewer
from bot.services.showing import Showing
from bot.services.witnesses import Witnesses
from bot.store.operations import StoredOperations
from bot.store.proofs import StoredProofs
from bot.store.stops import StoredStops
from bot.store.transactions import Transactions

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HELPDESK, SENIORS, VIPS = "helpdesk", "seniors", "vips"
WHERE = ConversationRef("https://teams", "chat", "personal")


class Died(Exception):
    """The process that was at work is gone; whatever it had not committed is gone with it."""


class Clock:
    """A clock that moves when somebody moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        """Moves on."""
        self.now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Whoever waits finds that it is later."""
        self.forward(seconds)


@dataclass
class Tenant:
    """The directory and its signs, as far as proofs ask them.

    Attributes:
        groups: of each person, by object id.
        managers: of each person, by object id.
        slow: what passes while the directory is asked for a manager or a colleague.
        down: it answers nothing.
    """

    clock: Clock
    people: dict[str, Person]
    groups: dict[str, frozenset[str]]
    managers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    down: bool = False

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        """See `ports.Directory`."""
        return Standing(self.people[object_id], self.groups.get(object_id, frozenset()) & groups)

    async def manager(self, object_id: str) -> Person | None:
        """See `ports.Directory`."""
        self._asked()
        found = self.managers.get(object_id)
        return self.people[found] if found else None

    async def find(self, text: str) -> tuple[Person, ...]:
        """See `ports.Directory`."""
        self._asked()
        return (self.people[text],) if text in self.people else ()

    async def near(self, text: str) -> tuple[Person, ...]:
        """Nobody has a name like another."""
        return ()

    async def dossier(self, object_id: str) -> Dossier:
        """See `ports.Directory`."""
        person = self.people[object_id]
        phone = Phone(PhoneType.MOBILE, "+31 612345678")
        return Dossier(person, {PhoneType.MOBILE: phone}, groups=self.groups.get(object_id, frozenset()))

    async def marks(self, object_ids: Sequence[str]) -> tuple[tuple[Mark, ...], ...]:
        """Nobody has anything in common with anybody."""
        return ((),) * len(object_ids)

    async def holders(self, marks: Sequence[Mark]) -> tuple[frozenset[str], ...]:
        return (frozenset(),) * len(marks)

    async def old_numbers(self, dossier: Dossier, since: datetime) -> tuple[OldNumber, ...]:
        """See `ports.Signs`."""
        return (OldNumber(number="+31 201234567", phone=None, since=since),)

    async def manager_changed(self, person_id: str, since: datetime) -> bool:
        """See `ports.Signs`."""
        return False

    def _asked(self) -> None:
        self.clock.forward(self.slow)
        if self.down:
            raise Unavailable("nobody answers")


class _Cards:
    """Where people's cards go; each gets an id."""

    def __init__(self) -> None:
        self.shown: dict[str, Reply] = {}

    async def send(self, _person_id: str, _name: str, _language: str, shown: Reply) -> str:
        """See `notify.InTeams`."""
        return f"card-{id(shown)}"

    async def of(self, _people: Any) -> tuple[()]:
        """See `ports.Chats`."""
        return ()


class _Views:
    """What is shown after a press is nothing that this looks at."""

    async def after(self, _: CardAction, operation: Operation) -> Operation:
        """See `services.view.Views`."""
        return operation


class Replica:
    """One process of Doorman.

    Args:
        deaths: how likely it dies at any work that it starts.
    """

    def __init__(self, writer: Transactions, tenant: Tenant, policy: Policy, dice: random.Random, deaths: float) -> None:
        clock, terms = tenant.clock, Terms(policy.proof)

        def enqueue(
            connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = ""
        ) -> None:
            if dice.random() < deaths:
                raise Died

        self.transactions = writer
        self.operations = StoredOperations(writer, enqueue, NO_LIMITS)
        self.stops = StoredStops(writer, enqueue, NO_LIMITS)
        self.proofs = StoredProofs(writer, enqueue, self.stops.look_anew)
        self.enqueue: Callable[..., None] = enqueue
        directory, signs = cast(Directory, tenant), cast(Signs, tenant)
        groups = Groups(HELPDESK, asking=policy.asking(), approving=policy.approving(), named=policy.groups())
        gate = Gate(directory, groups, "tenant", clock, policy)
        self.reviewer = Reviewer(policy, self.stops, self.operations, self.proofs, signs, clock)
        witnesses = Witnesses(directory, cast(BulkJobs, tenant), signs, self.operations, gate, terms, clock)
        showing = Showing(self.proofs, terms, clock)
        self.answers = ProofAnswers(self.operations, self.proofs, gate, witnesses, showing, terms, clock, "")
        self.desk = ProofDesk(self.operations, self.proofs, gate, self.reviewer, witnesses, showing, self.answers, terms)
        cards: Any = _Cards()
        self.cards = ProofCards(self.operations, self.proofs, cards, cards, cards, clock, clock.sleep)
        unused: Any = None
        views: Any = _Views()
        self.requester = RequesterPresses(self.operations, self.reviewer, gate, unused, unused, views, clock, terms)


def actor(person: Person) -> Actor:
    """Somebody as a validated activity names them."""
    return Actor(person.id, "tenant", person.name)

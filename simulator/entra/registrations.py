"""What the registration report knows of people: rows hours old, and whole editions of them that are read page by page.

A row lives as long as `RegistrationReport.age` whatever happens to the person; then it is made anew, or is gone with the account or because
the account is disabled. Who came since is not in an edition. Knows nothing of HTTP.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from simulator.entra.state import Person, Tenant

AGE = 3 * 3600.0
_KEPT_QUERIES = 8
Query = tuple[str | None, ...]


class Row(NamedTuple):
    """A person as they were at a moment; `kinds` are phone types and kinds of methods."""

    id: str
    upn: str
    name: str | None
    guest: bool
    admin: bool
    kinds: tuple[str, ...]
    default: str
    system_preferred: bool
    made: float


@dataclass(eq=False)
class Edition:
    """Everybody's rows. What a query found is kept with them, so that its pages cost no more than what is on them."""

    name: str
    made: float  # of its oldest row
    rows: Sequence[Row]
    _found: dict[Query, Sequence[Row]] = field(default_factory=dict)

    def found(self, query: Query, find: Callable[[Sequence[Row]], Sequence[Row]]) -> Sequence[Row]:
        """The rows that this query finds."""
        if query not in self._found:
            if len(self._found) == _KEPT_QUERIES:
                self._found.clear()
            self._found[query] = find(self.rows)
        return self._found[query]


class RegistrationReport:
    """The report of one tenant. `age` is after how many seconds a row is made anew; tests make it a very old report with that."""

    def __init__(self) -> None:
        self.age = AGE
        self._rows: dict[str, Row] = {}
        self._editions: deque[Edition] = deque(maxlen=2)  # the one before still has readers
        self._made = 0

    def forget(self) -> None:
        """Everything is made anew at the next look."""
        self._rows.clear()
        self._editions.clear()

    def row(self, tenant: Tenant, person_id: str) -> Row | None:
        """What the report says of one person, who is not in it (yet) when there is an edition without them."""
        now = tenant.clock()
        held = self._rows.get(person_id)
        if self._fresh(now) is not None or (held is not None and now - held.made < self.age):
            return held
        self._rows.pop(person_id, None)
        person = tenant.people.get(person_id)
        if person is None or not person.account_enabled:
            return None
        groups = tenant.transitive_groups(person_id).values()
        self._rows[person_id] = row = _made(person, now, admin=bool(person.roles) or any(group.roles for group in groups))
        return row

    def edition(self, tenant: Tenant, name: str = "") -> Edition | None:
        """The edition of today, made when there is none; or the one with this name, None when it is kept no longer."""
        if name:
            return next((edition for edition in self._editions if edition.name == name), None)
        now = tenant.clock()
        edition = self._fresh(now)
        if edition is None:
            self._rows = self._all(tenant, now)
            rows = tuple(self._rows.values())
            self._made += 1
            edition = Edition(str(self._made), min((row.made for row in rows), default=now), rows)
            self._editions.append(edition)
        return edition

    def _fresh(self, now: float) -> Edition | None:
        latest = self._editions[-1] if self._editions else None
        return latest if latest is not None and now - latest.made < self.age else None

    def _all(self, tenant: Tenant, now: float) -> dict[str, Row]:
        """Everybody's row: the one there is until it is too old, in the order in which the accounts came; who left comes last."""
        kept = {row.id: row for row in self._rows.values() if now - row.made < self.age}
        admins = {person.id for group in tenant.groups.values() if group.roles for person in tenant.transitive_people(group)}
        rows: dict[str, Row] = {}
        for person in tenant.people.values():
            row = kept.pop(person.id, None)
            if row is not None:
                rows[person.id] = row
            elif person.account_enabled:
                rows[person.id] = _made(person, now, admin=bool(person.roles) or person.id in admins)
        return rows | kept


def _made(person: Person, now: float, *, admin: bool) -> Row:
    return Row(
        person.id,
        person.upn,
        person.display_name,
        person.guest,
        admin,
        (*person.phones, *person.strong, *(method.kind for method in person.sign_in.methods)),
        person.sign_in.default or "none",
        person.sign_in.system_preferred,
        now,
    )

"""The front door's shared bot, and a tenant that is put back in order after each test."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.domain.audit import Tag
from tests.desk import Desk
from tests.teams.conftest import door, no_crash, shared_desk

__all__ = ["door", "no_crash", "shared_desk"]

Trail = Callable[[], list[tuple[str, str, str]]]


@pytest.fixture
def desk(shared_desk: Desk, no_crash: object) -> Iterator[Desk]:
    """A shared desk on which nobody's standing is cached; accounts and groups are as they were afterwards."""
    tenant, untouched = shared_desk.entra.tenant, ("phones", "_hidden_changes")
    people = {key: {n: copy.copy(v) for n, v in vars(one).items() if n not in untouched} for key, one in tenant.people.items()}
    members, parents = {key: set(group.members) for key, group in tenant.groups.items()}, copy.deepcopy(tenant._parents)
    shared_desk.clock.forward(minutes=2)
    yield shared_desk
    shared_desk.entra.faults.clear()
    for key, attributes in people.items():
        vars(tenant.people[key]).update(attributes)
    for key, group in tenant.groups.items():
        group.members = members[key]
    tenant._parents = parents
    shared_desk.check_conduct()


@pytest.fixture
def trail(desk: Desk) -> Trail:
    """What the audit trail says: (tag, actor's object id, code) of each event that came during the test, oldest first.

    Without posts to the log channel: one of an earlier test may be delivered during this one.
    """
    file = desk._database_url.removeprefix("sqlite:///")

    def events(after: int = 0) -> list[Any]:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            query = "SELECT number, tag, actor_id, json_extract(facts, '$.code') FROM audit_events WHERE number > ? ORDER BY number"
            return connection.execute(query, (after,)).fetchall()

    before = events()[-1][0] if events() else 0
    return lambda: [(tag, actor, code) for _, tag, actor, code in events(before) if tag != Tag.LOG_POST_DELIVERED]

"""Every address we read exists in Graph's own description, with its method, options and properties, and its permission opens it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from bot.graph import permissions, reads, sign_reads
from bot.graph.reads import GROUPS_PER_CHECK, ONE_ID, Read
from tests.contracts.graph import violations

AN_ID = "4bb9c4a1-2f0e-4c8c-9d58-0c1f60e3a7d1"
#: What the functions are given, by the names of their parameters.
GIVEN: dict[str, Any] = {
    "user_id": AN_ID,
    "group_id": AN_ID,
    "role_id": AN_ID,
    "principal_id": AN_ID,
    "app_id": AN_ID,
    "group_ids": [AN_ID] * (GROUPS_PER_CHECK + 1),
    "expression": "displayName eq 'O''Neill & Søn + 1'",
    "most": 25,
    "since": datetime(2026, 9, 14, 8, tzinfo=UTC),
}
#: Whoever reads accounts is shown that there are roles, but which ones only with the permission that the read names; of the last sign-in
#: the description of the property says so.
OPENED_BY = {"roles_held": permissions.READ_USERS, "last_sign_in": permissions.READ_USERS}


class Asked:
    """A read as the contract is asked about it; nothing was answered."""

    def __init__(self, read: Read) -> None:
        address = urlsplit(read.url)
        self.method = str(read.as_part(1)["method"])
        self.path = unquote(address.path)
        self.query: Any = dict(parse_qsl(address.query))
        self.body: Any = read.body
        self.version = "beta" if read.beta else "v1.0"
        self.status = 200
        self.answer: Any = None


def every_read() -> Iterator[tuple[str, Read]]:
    """What the modules have: their constants, and what each function makes of what it is given."""
    yield "ONE_ID", Read(ONE_ID, permissions.READ_USERS)
    modules = (reads, sign_reads)
    for name, found in (each for module in modules for each in vars(module).items()):
        if isinstance(found, Read):
            yield name, found
        elif inspect.isfunction(found) and found.__module__.startswith("bot.graph") and "Read" in found.__annotations__["return"]:
            made = found(**{parameter: GIVEN[parameter] for parameter in inspect.signature(found).parameters})
            yield from ((name, read) for read in (made if isinstance(made, list) else [made]))


READS = sorted(every_read(), key=lambda named: named[0])


@pytest.mark.parametrize(("name", "read"), READS, ids=[name for name, _ in READS])
def test_it_is_in_the_contract(name: str, read: Read) -> None:
    assert violations(Asked(read), frozenset({OPENED_BY.get(name, read.permission)})) == []


def test_a_text_stays_one_text_in_an_address() -> None:
    for read in (reads.filtered(GIVEN["expression"]), reads.holders(GIVEN["expression"]), reads.groups(GIVEN["expression"])):
        assert Asked(read).query["$filter"] == GIVEN["expression"]
    assert Asked(reads.searched(GIVEN["expression"])).query["$search"] == GIVEN["expression"]

"""What the scenarios about the report share: a desk whose bot has read who is registered how, and what the tenant says of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.bootstrap import REGISTRATIONS
from bot.domain.audit import Tag
from bot.domain.report import Class, Reread
from bot.domain.rules import Policy, Rule
from bot.ports import Registrations
from simulator import cast
from simulator.entra.state import GroupState, Person
from tests.desk import Desk, one_agent
from tests.scenarios.bulking import allowed, as_rows, offered, said_to
from tests.scenarios.registered import class_of

LINE = "report phone-only"
EXECUTIVES = cast.group("Executives")
ADMINS = cast.group("Doorman administrators")


def policy(*reports: Rule) -> Policy:
    """One agent changes ordinary people, and these are the rules about reports."""
    usual = one_agent(timedelta(minutes=10), admins=ADMINS.id)
    return Policy(
        rules=usual.rules,
        reports=reports,
        names={**usual.names, EXECUTIVES.id: EXECUTIVES.name},
        helpdesk=usual.helpdesk,
        confirm_for=usual.confirm_for,
    )


async def read(desk: Desk) -> None:
    """The bot reads the tenant as it is now."""
    before = await read_at(desk)
    assert await kept(desk).read_now() is Reread.STARTED
    await read_since(desk, before)


def kept(desk: Desk) -> Registrations:
    """What the running bot knows."""
    assert desk._runner
    return desk._runner.app[REGISTRATIONS]


async def read_at(desk: Desk) -> datetime | None:
    """When it was read last."""
    return await kept(desk).read_at()


async def read_since(desk: Desk, before: datetime | None) -> None:
    """Waits until a later reading is over."""
    async with asyncio.timeout(20):
        while await read_at(desk) == before:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk whose bot has read everybody."""
    async with Desk(database_url) as desk:
        await read(desk)
        yield desk


def people(desk: Desk, department: str = "", of: GroupState | None = None) -> list[Person]:
    """Those whose account is enabled: of everybody, a department or a group."""
    everybody = desk.entra.tenant.transitive_people(of) if of else desk.entra.tenant.people.values()
    return [person for person in everybody if person.account_enabled and department in ("", person.department)]


def phone_only(found: Collection[Person]) -> list[Person]:
    """Those of them who have nothing but a phone."""
    return [person for person in found if class_of(person) is Class.PHONE_ONLY]


def headline(found: Collection[Person]) -> str:
    """What the card says of these people."""
    count = len(phone_only(found))
    return f"{count:,} of {len(found):,} people {'has' if count == 1 else 'have'} only a phone"


def new_group(desk: Desk, name: str, *members: str) -> GroupState:
    """A group that the tenant did not have."""
    group = GroupState(cast.Group(name=name))
    desk.entra.tenant.groups[group.id] = group
    for member in members:
        desk.entra.tenant.join(group, member)
    return group


async def listed(desk: Desk, who: cast.Member, answer: Any) -> list[dict[str, str]]:
    """Presses for the list, allows the file, and reads it."""
    since = len(said_to(desk, who))
    await desk.press(who, answer, "list")
    return as_rows(await allowed(desk, who, await offered(desk, who, since)))


def recorded(desk: Desk, tag: Tag) -> list[tuple[str, str, int]]:
    """Who saw or took what: name, of whom, and how many people."""
    found = [(row.actor_name, json.loads(row.facts) if isinstance(row.facts, str) else row.facts) for row in desk.trail() if row.tag == tag]
    return [(name, facts["text"], facts["count"]) for name, facts in found]

"""The tenant's role-assignable groups, and who could get into one without anybody's help: their owners, and those whom Privileged
Identity Management lets activate membership or ownership.

Read for the whole tenant and remembered for a moment, because most people are in several groups, and each of these may be eligible.
https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import DirectoryError, NotFound, Unavailable
from bot.graph import reads
from bot.graph.accounts import Row, id_in, kind_in
from bot.graph.answers import Answer
from bot.graph.batch import MOST_PARTS, read_all
from bot.graph.client import GraphClient
from bot.graph.errors import translate
from bot.graph.grants import Grants
from bot.graph.permissions import READ_GROUP_ELIGIBLE as _ELIGIBLE
from bot.graph.reader import Reader
from bot.graph.reads import Read
from bot.graph.shape import of_graph
from bot.graph.throttle import INTERACTIVE

REMEMBERED_SECONDS = 300.0
#: From this age on they are read anew while the remembered ones are still used, so that whoever asks often enough never waits.
AGEING_SECONDS = 200.0


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Who could get into which role-assignable group, by lower-case object id.

    Attributes:
        names: of the groups themselves.
        owners: of people -> names of the groups they own.
        eligible: of people, and of groups for everybody in them -> names of the groups they could get into.
        complete: eligibility was looked for; it is not where the permission or the licence is missing.
    """

    names: Mapping[str, str]
    owners: Mapping[str, frozenset[str]]
    eligible: Mapping[str, frozenset[str]]
    complete: bool

    def owned_by(self, user_id: str) -> frozenset[str]:
        """Names of the groups somebody owns."""
        return self.owners.get(user_id, frozenset())

    def open_to(self, ids: Iterable[str]) -> frozenset[str]:
        """Names of the groups that any of these could get into: a person, the groups the person is in, and those the person owns."""
        return frozenset().union(*(self.eligible.get(each, ()) for each in ids))


@dataclass(frozen=True, slots=True)
class _Holders:
    """Who could get into a group.

    Attributes:
        owners: who owns it.
        eligible: who is eligible for it, and the groups inside it: whoever gets into one of these is in.
        groups: which of the latter are groups.
    """

    owners: frozenset[str]
    eligible: frozenset[str]
    groups: frozenset[str]


class RoleGroups:
    """Ways into role-assignable groups, read through one client and remembered for everybody who asks through it.

    Args:
        client: shared by all directories of the process.
        grants: what may be read.
    """

    def __init__(self, client: GraphClient, grants: Grants) -> None:
        self._reader = Reader(client, INTERACTIVE)
        self._clock = client.gate.clock
        self._grants = grants
        self._known: WaysIn | None = None
        self._known_from = 0.0
        self._reading: asyncio.Task[WaysIn] | None = None

    def freshen(self) -> None:
        """Begins to read, unless what is known is young enough; nobody waits for it."""
        if self._known is None or self._clock() - self._known_from >= AGEING_SECONDS:
            self._read()

    async def ways_in(self) -> WaysIn:
        """What is known, at most `REMEMBERED_SECONDS` old.

        Raises:
            DirectoryError: it cannot be read now. That is remembered for nobody.
        """
        known = self._known
        if known and self._clock() - self._known_from < REMEMBERED_SECONDS and (known.complete or await self._grants.closed(_ELIGIBLE)):
            self.freshen()
            return known
        return await asyncio.shield(self._read())

    async def close(self) -> None:
        """Stops reading."""
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _read(self) -> asyncio.Task[WaysIn]:
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read_anew(self._clock()))
            self._reading.add_done_callback(self._over)
        return self._reading

    def _over(self, task: asyncio.Task[WaysIn]) -> None:
        self._reading = None
        if not task.cancelled():
            task.exception()  # seen, also when nobody waited for it

    async def _read_anew(self, now: float) -> WaysIn:
        rows = await self._reader.pages(await self._reader.get(reads.ROLE_GROUPS), reads.ROLE_GROUPS)
        names = {id_in(row, "id"): str(row.get("displayName") or row["id"]) for row in rows}
        complete = await self._grants.closed(_ELIGIBLE) is None
        found: dict[str, _Holders] = {}
        while due := ({each for one in found.values() for each in one.groups} | names.keys()) - found.keys():
            found |= await self._holders(sorted(due), names, eligible=complete)
        self._known, self._known_from = _ways_in(names, found, complete=complete), now
        return self._known

    async def _holders(self, group_ids: Sequence[str], names: Container[str], *, eligible: bool) -> dict[str, _Holders]:
        asked = [tuple(_asked_of(each, assignable=each in names, eligible=eligible)) for each in group_ids]
        flat = [read for one in asked for read in one]
        batches = (flat[start : start + MOST_PARTS] for start in range(0, len(flat), MOST_PARTS))
        parts = await asyncio.gather(*(read_all(self._reader.client, batch, self._reader.patience) for batch in batches))
        answers = iter([answer for part in parts for answer in part])
        return {each: await self._held([(read, next(answers)) for read in one]) for each, one in zip(group_ids, asked, strict=True)}

    async def _held(self, answered: Sequence[tuple[Read, Answer]]) -> _Holders:
        (owners, their), *rest = answered
        owning = frozenset(id_in(row, "id") for row in await self._rows(owners, their))
        eligible, groups = set[str](), set[str]()
        for read, answer in rest:
            for row in await self._rows(read, answer):
                inside = read.permission != _ELIGIBLE
                who, group = (id_in(row), kind_in(row) == "group") if inside else _principal_in(row)
                if group or not inside:  # who is inside already is no way in
                    eligible.add(who)
                if group:
                    groups.add(who)
        return _Holders(owning, frozenset(eligible), frozenset(groups))

    async def _rows(self, read: Read, answer: Answer) -> list[Row]:
        if answer.ok:
            return await self._reader.pages(answer, read)
        error: DirectoryError = translate(answer, read.permission)
        if await self._grants.learn(error) and read.permission == _ELIGIBLE:
            return []
        if isinstance(error, NotFound):  # the list is a little behind; of the person who is asked about it says nothing
            error = Unavailable("a role-assignable group that is listed is not there", request_id=answer.request_id)
        raise error


def _asked_of(group_id: str, *, assignable: bool, eligible: bool) -> Iterator[Read]:
    """What has to be read of a group: its owners first."""
    yield reads.owners(group_id)
    if eligible:
        yield reads.eligible_for(group_id)
    if (
        not assignable
    ):  # no group can be in one of the others: https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept
        yield reads.contents(group_id)


@of_graph
def _principal_in(row: Row) -> tuple[str, bool]:
    """The id of whoever is eligible, and whether it is a group; Unavailable when that is not said."""
    return id_in(row, "principalId"), kind_in(row.get("principal") or {}) == "group"


def _ways_in(names: Mapping[str, str], found: Mapping[str, _Holders], *, complete: bool) -> WaysIn:
    """From each role-assignable group down: who is eligible, and who owns a group that is, or one inside it."""
    owners: dict[str, set[str]] = defaultdict(set)
    eligible: dict[str, set[str]] = defaultdict(set)
    for group_id, name in names.items():
        below = [group_id]
        for each in below:
            for one in found[each].owners:
                (owners if each == group_id else eligible)[one].add(name)
            for one in found[each].eligible:
                eligible[one].add(name)
            below += [one for one in found[each].groups if one not in below]
    return WaysIn(names, _frozen(owners), _frozen(eligible), complete)


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {each: frozenset(found) for each, found in sets.items()}

"""Who is an administrator, or could become one without anybody's help: what has to be read, and what the answers make together.

What is left out is what our own token may not read, or the tenant has no licence for. Any other read that fails is no answer, and whoever
it is about is refused. What nobody but the person decides (owning, activating) can be read in two ways, of which one is enough: by the
person, and by the groups that matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.people import Privileges, Unseen
from bot.errors import DirectoryError, Unavailable
from bot.graph import reads
from bot.graph.accounts import defined_in, joinable_in, owned_in
from bot.graph.answers import Answer
from bot.graph.batch import read_all
from bot.graph.errors import translate
from bot.graph.memory import Memory
from bot.graph.permissions import READ_ELIGIBLE, READ_GROUP_ELIGIBLE
from bot.graph.reader import Reader
from bot.graph.reads import Read
from bot.graph.role_groups import WaysIn


@dataclass(frozen=True, slots=True)
class Reach:
    """What has to be read of what somebody could get by themselves; None for what is not asked of this person alone.

    Attributes:
        eligible: roles that could be activated.
        owned: what the person owns.
        joinable: groups of which membership or ownership could be activated.
    """

    user_id: str
    eligible: Read | None
    owned: Read | None
    joinable: Read | None

    @property
    def reads(self) -> tuple[Read, ...]:
        """All of them."""
        return tuple(read for read in (self.eligible, self.owned, self.joinable) if read)


class Protection:
    """Asks through one reader.

    Args:
        reader: for what follows the first answers.
        memory: what is known of the tenant.
        many: people are asked about by the hundred, so what can be known of the tenant as a whole is not asked of each.
    """

    def __init__(self, reader: Reader, memory: Memory, *, many: bool) -> None:
        self._reader = reader
        self._grants = memory.grants
        self._role_groups = memory.role_groups
        self._many = many

    async def foresee(self) -> bool:
        """Begins to read what anybody's protection will take, and says whether it takes eligibility for groups; raises DirectoryError."""
        closed = await self._grants.closed(READ_GROUP_ELIGIBLE) is not None
        if self._many or not closed:
            self._role_groups.freshen()
        return not closed

    async def ask(self, user_id: str) -> Reach:
        """What has to be read about somebody, by object id."""
        joinable = await self.foresee()
        eligible = await self._grants.closed(READ_ELIGIBLE) is None
        return Reach(
            user_id,
            reads.eligibilities(user_id) if eligible else None,
            None if self._many else reads.owned(user_id),
            reads.group_eligibilities(user_id) if joinable and not self._many else None,
        )

    async def unseen(self) -> tuple[Unseen, ...]:
        """What nobody lets us look for."""
        return tuple([each for each in Unseen if await self._grants.lacks(each.value)])

    async def within_reach(self, reach: Reach, answers: Sequence[Answer], groups: frozenset[str]) -> Privileges:
        """What somebody could get, in the answers to `ask`.

        Args:
            groups: ids of every group the person is in.

        Raises:
            DirectoryError: something of it cannot be read in any way.
        """
        given = dict(zip((read.url for read in reach.reads), answers, strict=True))
        eligible, owned, joinable = (given.get(read.url) if read else None for read in (reach.eligible, reach.owned, reach.joinable))
        looked_for = self._many or await self._grants.closed(READ_GROUP_ELIGIBLE) is None
        ways = await self._ways() if looked_for or (owned and not owned.ok) else None
        owns, owned_ids = await self._owned(reach.user_id, owned, ways)
        return Privileges(
            eligible=await self._eligible(reach.eligible, eligible) if reach.eligible and eligible else (),
            owns=tuple(sorted(owns)),
            joinable=tuple(sorted(await self._joinable(reach.user_id, joinable, groups, owned_ids, ways))),
            unseen=await self.unseen(),
        )

    async def _eligible(self, read: Read, answer: Answer) -> tuple[str, ...]:
        if answer.ok:
            return defined_in(await self._reader.pages(answer, read))
        error = translate(answer, read.permission)
        if await self._grants.learn(error):
            return ()
        raise error

    async def _owned(self, user_id: str, answer: Answer | None, ways: WaysIn | None) -> tuple[frozenset[str], frozenset[str]]:
        """Names of the role-assignable groups that somebody owns, and ids of their other groups where those were read.

        Where they were not, `ways` is known, in which whoever owns a group that leads further is found by the person's own id.
        """
        known = ways.owned_by(user_id) if ways else frozenset[str]()
        if answer is None and ways:
            return known, frozenset()
        try:
            names, others = owned_in(await self._rows(reads.owned(user_id), answer), ways.names if ways else None)
        except DirectoryError:
            if not ways:
                raise
            return known, frozenset()
        return names | known, others

    async def _joinable(
        self, user_id: str, answer: Answer | None, held: frozenset[str], owned: frozenset[str], ways: WaysIn | None
    ) -> frozenset[str]:
        """Names of the role-assignable groups that somebody could get into, by themselves or through a group they are in or own."""
        if await self._grants.closed(READ_GROUP_ELIGIBLE):
            return frozenset()
        if answer is None and ways:
            return ways.open_to({user_id, *held, *owned})
        try:
            rows = await self._rows(reads.group_eligibilities(user_id), answer)
            names, others = joinable_in(rows, ways.names if ways else None)
        except DirectoryError as error:
            if await self._grants.learn(error):
                return frozenset()
            if not ways:
                raise
            return ways.open_to({user_id, *held, *owned})
        if ways:
            return names | ways.open_to({user_id, *held, *owned, *others})
        return names or await self._climb(held, owned | others)

    async def _climb(self, held: frozenset[str], others: frozenset[str]) -> frozenset[str]:
        """The same for groups, one by one and upwards.

        Args:
            held: groups the person is in, those around them included.
            others: groups the person could get into; Graph does not say what they are inside of.

        Raises:
            DirectoryError: one of them cannot be read, or none leads further by itself and what they are inside of might.
        """
        names: frozenset[str] = frozenset()
        due, seen = held | others, set[str]()
        while due := due - seen:
            seen |= due
            asked = [reads.group_eligibilities(each) for each in sorted(due)]
            answers = await read_all(self._reader.client, asked, self._reader.patience)
            for read, answer in zip(asked, answers, strict=True):
                found, further = joinable_in(await self._rows(read, answer), None)
                names, due = names | found, due | further
        if not names and seen - held:
            raise Unavailable("what a group is inside of cannot be read now")
        return names

    async def _rows(self, read: Read, answer: Answer | None) -> list[dict[str, object]]:
        """All rows of a read, which is asked now if it was not; DirectoryError when they cannot be read."""
        if answer is None:
            (answer,) = await read_all(self._reader.client, [read], self._reader.patience)
        if not answer.ok:
            raise translate(answer, read.permission)
        return await self._reader.pages(answer, read)

    async def _ways(self) -> WaysIn | None:
        try:
            return await self._role_groups.ways_in()
        except DirectoryError:  # there is another way; who needs both fails for want of the other
            return None

"""Whom a report is about: what somebody typed, or what a button names, as a department or a group that there is.

For people who may see reports only: nobody else is told what there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.commands.grammar.cleaning import normalise
from bot.domain.people import Group
from bot.domain.report import Scope
from bot.domain.report_about import EVERYBODY, department_in, folded, group_in, of_department, of_group
from bot.domain.said import join, number, say, say_count, together
from bot.errors import Refusal
from bot.ports import MOST_IN_A_GROUP, Directory, Registrations

#: What may stand before a name that is both; also in Dutch.
_DEPARTMENT, _GROUP = frozenset({"department", "afdeling"}), frozenset({"group", "groep"})
MOST_NEAR = 3
#: Ids of namesakes on a card.
MOST_IDS = 5


@dataclass(frozen=True, slots=True)
class About:
    """Whom a report is about; everybody when neither is given."""

    department: str = ""
    group: Group | None = None

    @property
    def reference(self) -> str:
        """By which buttons name it."""
        if self.group:
            return of_group(self.group.id)
        return of_department(self.department) if self.department else EVERYBODY


class Abouts:
    """Finds departments in the last reading, and groups in Entra ID."""

    def __init__(self, registrations: Registrations, directory: Directory) -> None:
        self._registrations = registrations
        self._directory = directory

    async def typed(self, text: str) -> About:
        """What somebody typed: the name of a department or group, or the object id of a group; empty for everybody.

        Raises:
            Refusal: nothing is called so, or more than one thing.
        """
        if not text:
            return About()
        departments = await self._registrations.departments()
        word, _, rest = text.partition(" ")
        named = _called(text, departments)
        if not named and word.casefold() in _DEPARTMENT and (inner := _called(rest, departments)):
            return About(inner)
        if not named and word.casefold() in _GROUP and (found := await self._directory.groups(rest)):
            return About(group=_only(rest, found))
        groups = await self._directory.groups(text)
        if named and groups:
            raise Refusal(
                say("“{name}” is a department and a group.", name=named),
                say("Type `report phone-only for department …` or `report phone-only for group …` with the name behind it."),
                code="several_meant",
            )
        if named or groups:
            return About(named) if named else About(group=_only(text, groups))
        raise _nothing(rest if rest and word.casefold() in _DEPARTMENT | _GROUP else text, departments)

    async def named(self, reference: str) -> About:
        """What a button names.

        Raises:
            Refusal: it is no longer there.
        """
        if reference == EVERYBODY:
            return About()
        if group_id := group_in(reference):
            if found := await self._directory.groups(group_id):
                return About(group=found[0])
        elif department := department_in(reference, await self._registrations.departments()):
            return About(department)
        raise Refusal(say("The department or group of this card is no longer there."), say("Type the command again."), code="unknown_card")

    async def scope(self, about: About) -> Scope:
        """The people themselves.

        Raises:
            Refusal: more than can be read while somebody waits.
        """
        if about.group is None:
            return Scope(about.department)
        members = await self._directory.people_in(about.group.id)
        if len(members) > MOST_IN_A_GROUP:
            most = number(MOST_IN_A_GROUP)
            raise Refusal(
                say("There are more than {most} people in this group, and I cannot read all of them while you wait.", most=most),
                say("Ask for a department, for a smaller group, or for everybody."),
                code="group_too_large",
            )
        return Scope(group=about.group.name or about.group.id, members=members)


def _called(text: str, departments: Iterable[str]) -> str:
    """The department of this name; empty when there is none. Refusal when several are written almost so, and none exactly."""
    wanted = _as_typed(text)
    found = [name for name in departments if name and _as_typed(name) == wanted] if wanted else []
    if len(found) > 1 and text not in found:
        names = together(f"“{name}”" for name in sorted(found))
        raise Refusal(
            say("Several departments are written almost so: {names}.", names=names),
            say("Type it exactly as it is written there."),
            code="several_meant",
        )
    return text if text in found else "".join(found)


def _as_typed(name: str) -> str:
    """A name as it is looked for when somebody has typed it: the line has lost what Teams takes for markup, and its typographic quotes."""
    return folded(normalise(name))


def _only(text: str, groups: tuple[Group, ...]) -> Group:
    if len(groups) == 1:
        return groups[0]
    raise Refusal(
        say_count(len(groups), "{count} group is called “{name}”.", "{count} groups are called “{name}”.", name=text),
        say("Give the object id of the one you mean: {ids}.", ids=join(", ", [group.id for group in groups[:MOST_IDS]])),
        code="several_groups",
    )


def _nothing(text: str, departments: Iterable[str]) -> Refusal:
    by_name = {_as_typed(name): name for name in departments if name}
    wanted = _as_typed(text)
    near = [*get_close_matches(wanted, by_name, MOST_NEAR), *(name for name in by_name if wanted and wanted in name)]
    like = [f"“{by_name[name]}”" for name in dict.fromkeys(near)][:MOST_NEAR]
    return Refusal(
        say("I find no department and no group called “{name}”.", name=text),
        say("Departments that read like it: {names}.", names=together(like))
        if like
        else say("Check the spelling, or give the object id of the group."),
        code="no_such_scope",
    )

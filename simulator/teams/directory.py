"""The people picker of a card: whom Teams offers while somebody types.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
"""

from __future__ import annotations

from simulator import cast
from simulator.cast import Member

#: The whole organisation; the other one the page names, the members of the conversation, is not played here.
DATASET = "graph.microsoft.com/users"
OFFERED = 8


def pick(dataset: str, typed: str) -> list[Member]:
    """The accounts of the tenant whose name, address or one of the names' parts begins so; guests are in it, like in Teams.

    Raises:
        ValueError: Teams knows no such dataset.
    """
    if dataset != DATASET:
        raise ValueError(f"Teams knows no dataset {dataset!r}")
    wanted = typed.strip().lower()
    people = (*cast.HELPDESK, *cast.PEOPLE, *cast.RECOVERY, *cast.CROWD)
    return [member for member in people if wanted and not member.other_tenant and _begins(member, wanted)][:OFFERED]


def _begins(member: Member, wanted: str) -> bool:
    parts = member.name.lower().split()
    names = [" ".join(parts[index:]) for index in range(len(parts))]
    return any(text.lower().startswith(wanted) for text in (*names, member.upn, member.mail or ""))

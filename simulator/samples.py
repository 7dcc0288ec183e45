"""Files to try bulk changes with, made when somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator import cast

_NUMBERS = 5


def _few_people() -> bytes:
    """A handful of people, as a spreadsheet saves them."""
    people = [member for member in cast.PEOPLE if member.enabled and member.user_type != "Guest" and not member.roles][:_NUMBERS]
    rows = [f"{member.upn};+31 6 1234 567{number}" for number, member in enumerate(people)]
    return ("\r\n".join(["user;mobile", *rows]) + "\r\n").encode("utf-8-sig")


#: Name of the file → its bytes.
SAMPLES: Mapping[str, Callable[[], bytes]] = {"five people.csv": _few_people}

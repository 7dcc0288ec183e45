"""By what two accounts can be told to be one person's: the properties of an account, and who else has one of their values.

https://learn.microsoft.com/graph/api/resources/user#properties
"""

from __future__ import annotations

from typing import Any

from bot.domain.approvers import Attribute, Mark
from bot.errors import Unavailable
from bot.graph.finding import any_address, literal
from bot.graph.reads import MARKS, Read, holders
from bot.graph.shape import of_graph


@of_graph
def marks_in(row: dict[str, Any]) -> tuple[Mark, ...]:
    """The marks in a row with the properties of `reads.MARKS`, each value once.

    Raises:
        Unavailable: it is not all of them, so that nobody knows whose the account is. Graph keeps back what an app may not see:
            https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
    """
    if missing := [name for name in MARKS if name not in row]:
        raise Unavailable(f"an account without {', '.join(missing)}")
    if not row["userPrincipalName"]:
        raise Unavailable("an account without user principal name")
    for name in ("otherMails", "proxyAddresses"):
        if not isinstance(row[name] or [], list):
            raise Unavailable(f"{name} is no list")
    held = [
        (Attribute.MAIL, row["mail"]),
        *((Attribute.OTHER_MAIL, value) for value in row["otherMails"] or ()),
        *((Attribute.PROXY_ADDRESS, value) for value in row["proxyAddresses"] or ()),
        (Attribute.EMPLOYEE_ID, row["employeeId"]),
        (Attribute.USER_NAME, row["userPrincipalName"]),
    ]
    marks: dict[str, Mark] = {}
    for attribute, value in held:
        if value and str(value).strip():
            mark = Mark(attribute, str(value))
            marks.setdefault(mark.key, mark)
    return tuple(marks.values())


def holding(mark: Mark) -> Read:
    """The accounts that have this value; an address wherever it may stand."""
    if mark.attribute is Attribute.EMPLOYEE_ID:
        return holders(f"employeeId eq {literal(mark.value)}")
    kind, _, rest = mark.value.partition(":")
    if not rest or kind.casefold() == "smtp":
        return holders(any_address(rest or mark.value))
    return holders(f"proxyAddresses/any(p:p eq {literal(mark.value)})")  # SIP:, X500: and the like are no mail addresses

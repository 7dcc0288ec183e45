"""By what two accounts can be told to be one person's: the properties of an account, and who else has one of their values.

https://learn.microsoft.com/graph/api/resources/user#properties
"""

from __future__ import annotations

from typing import Any

from bot.domain.approvers import Attribute, Mark
from bot.graph.finding import any_address, literal
from bot.graph.reads import Read, holders
from bot.graph.shape import of_graph


@of_graph
def marks_in(row: dict[str, Any]) -> tuple[Mark, ...]:
    """The marks in a row with the properties of `reads.MARKS`, each value once."""
    held = [
        (Attribute.MAIL, row.get("mail")),
        *((Attribute.OTHER_MAIL, value) for value in row.get("otherMails") or ()),
        *((Attribute.PROXY_ADDRESS, value) for value in row.get("proxyAddresses") or ()),
        (Attribute.EMPLOYEE_ID, row.get("employeeId")),
        (Attribute.USER_NAME, row.get("userPrincipalName")),
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

"""`$filter` of the logs: clauses joined by "and", each of a property of which the resource's page says that it can be filtered so.

https://learn.microsoft.com/graph/api/resources/directoryaudit and signin
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.entra.errors import bad_request

Test = Callable[[dict[str, Any]], bool]

_CLAUSE = re.compile(
    r"\s*(?:(?P<name>[\w/]+)\s+(?P<operator>\w+)\s+(?P<value>'(?:[^']|'')*'|[^\s']+)"
    r"|(?i:startswith)\(\s*(?P<begins>[\w/]+)\s*,\s*(?P<start>'(?:[^']|'')*')\s*\)"
    r"|targetResources/any\(\s*(?P<variable>\w+)\s*:\s*(?P=variable)/(?P<part>id|displayName)\s+eq\s+(?P<target>'(?:[^']|'')*')\s*\))\s*"
)
_AND = re.compile(r"and(?=\s)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
_NUMBER = re.compile(r"-?\d{1,9}")


@dataclass(frozen=True, kw_only=True)
class Filterable:
    """What can be filtered: the moment by eq, ge and le; texts and numbers by eq; beginnings by startsWith; targets by any()."""

    moment: str
    equals: frozenset[str]
    begins: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    targets: bool = False


def compiled(text: str, by: Filterable) -> list[Test]:
    """The clauses, all of which have to hold.

    Raises:
        GraphError: 400, anything that is not documented to be supported.
    """
    tests, position = [], 0
    while True:
        clause = _CLAUSE.match(text, position)
        if clause is None:
            raise bad_request("Invalid filter clause.")
        tests.append(_test(clause, by))
        if clause.end() == len(text):
            return tests
        joint = _AND.match(text, clause.end())
        if joint is None:
            raise bad_request("Invalid filter clause.")
        position = joint.end()


def _test(clause: re.Match[str], by: Filterable) -> Test:
    if clause["target"] and by.targets:
        part, of_target = clause["part"], _text(clause["target"])
        return lambda body: any((target[part] or "").casefold() == of_target for target in body["targetResources"])
    if clause["begins"]:
        name, start = clause["begins"], _text(clause["start"])
        if name not in by.begins:
            raise bad_request(f"Invalid filter clause: startswith is not supported for '{name}'.")
        return lambda body: _folded(body, name).startswith(start)
    name, operator, value = clause["name"] or "", clause["operator"], clause["value"] or ""
    if name == by.moment and _MOMENT.fullmatch(value) and operator in ("eq", "ge", "le"):
        moment = datetime.fromisoformat(value)
        compare = {"eq": moment.__eq__, "ge": moment.__le__, "le": moment.__ge__}[operator]
        return lambda body: bool(compare(datetime.fromisoformat(body[name])))
    if name in by.equals and operator == "eq" and value.startswith("'"):
        wanted = _text(value)
        return lambda body: _folded(body, name) == wanted
    if name in by.numbers and operator == "eq" and _NUMBER.fullmatch(value):
        figure = int(value)
        return lambda body: bool(_value(body, name) == figure)
    raise bad_request(f"Invalid filter clause: '{operator}' with this value is not supported for '{name}'.")


def _text(literal: str) -> str:
    return literal[1:-1].replace("''", "'").casefold()


def _value(body: dict[str, Any], path: str) -> Any:
    """What stands at a path such as initiatedBy/app/appId; None where there is nothing."""
    found: Any = body
    for name in path.split("/"):
        found = (found or {}).get(name)
    return found


def _folded(body: dict[str, Any], path: str) -> str:
    return str(_value(body, path) or "").casefold()

"""`$filter` of directory objects, compiled to a predicate; what the types allow.

Two engines exist and this module says which one a query needs: https://learn.microsoft.com/graph/aad-advanced-queries
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from simulator.entra.errors import bad_request, unsupported
from simulator.entra.message import GraphError
from simulator.entra.people import Hint

Predicate = Callable[[Any], bool]
Getter = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Schema:
    """Properties of one entity type and what each allows. Compared by identity, so compiled queries can be cached per schema.

    By those in `exact` and `beginning` an index finds the items, see `people`. `flags` are compared with true and false alone. A `plain`
    schema knows eq, startsWith and any() with eq, and nothing else.
    """

    type_name: str
    getters: dict[str, Getter]
    equals: frozenset[str]
    starts_with: frozenset[str]
    advanced_only: frozenset[str] = field(default_factory=frozenset)
    searchable: frozenset[str] = field(default_factory=frozenset)
    tokenized: frozenset[str] = field(default_factory=frozenset)
    collections: frozenset[str] = field(default_factory=frozenset)
    exact: frozenset[str] = field(default_factory=frozenset)
    beginning: frozenset[str] = field(default_factory=frozenset)
    flags: frozenset[str] = field(default_factory=frozenset)
    plain: bool = False

    def known(self, name: str) -> None:
        """Raises GraphError 400 when the type has no such property."""
        if name not in self.getters:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{self.type_name}'.")


@dataclass(frozen=True)
class Compiled:
    """A predicate, whether only the advanced engine can answer it, and the properties it looks at.

    With `hints`, what passes has one of them; None when there is nothing to go by.
    """

    test: Predicate
    advanced: bool
    properties: frozenset[str]
    hints: tuple[Hint, ...] | None = None


class Part(NamedTuple):
    """A part of a query: its predicate, and the hints as in `Compiled`."""

    test: Predicate
    hints: tuple[Hint, ...] | None = None


_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([()/,:])|([^\s()/,:']+))")


_MOST_TOKENS = 200  # the service limits clauses as well; here it also bounds the recursion


@lru_cache(maxsize=1024)
def compile_filter(text: str, schema: Schema) -> Compiled:
    """Compiles a `$filter` expression.

    Raises:
        GraphError: 400, syntax error, unknown property or an operator the property does not support.
    """
    return _FilterParser(text, schema).run()


class _FilterParser:
    """Recursive descent: or, and, not, comparison, startsWith/endsWith, in, any()."""

    def __init__(self, text: str, schema: Schema) -> None:
        self.schema = schema
        self.advanced = False
        self.properties: set[str] = set()
        self.tokens: list[str] = []
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                raise self.broken(position)
            self.tokens.append(match[1] or match[2] or match[3])
            position = match.end()
        if len(self.tokens) > _MOST_TOKENS:
            raise unsupported("Too many child clauses specified in search filter expression.")
        self.at = 0

    def broken(self, position: int | None = None) -> GraphError:
        return bad_request(f"Invalid filter clause: syntax error at position {self.at if position is None else position}.")

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or (expected is not None and token != expected):
            raise self.broken()
        self.at += 1
        return token

    def run(self) -> Compiled:
        part = self.either()
        if self.peek():
            raise self.broken()
        return Compiled(part.test, self.advanced, frozenset(self.properties), part.hints)

    def either(self) -> Part:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else any_part(parts)

    def both(self) -> Part:
        parts = [self.one()]
        while self.peek() == "and":
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else all_parts(parts)

    def one(self) -> Part:
        token = self.take()
        if token == "not":
            self.beyond_plain(token)
            self.advanced = True
            denied = self.one().test
            return Part(lambda item: not denied(item))
        if token == "(":
            inner = self.either()
            self.take(")")
            return inner
        if token.lower() in ("startswith", "endswith"):
            return self.affix(token.lower(), None)
        if self.peek() == "/":
            return self.any_of(token)
        get = self.getter(token)
        operator = self.take()
        if operator == "in":
            return self.membership(token, get)
        return self.comparison(token, get, operator)

    def getter(self, name: str) -> Getter:
        self.schema.known(name)
        self.properties.add(name)
        if name in self.schema.advanced_only:
            self.advanced = True
        return self.schema.getters[name]

    def comparison(self, name: str, get: Getter, operator: str) -> Part:
        if operator not in ("eq", "ne"):
            raise unsupported("Unsupported or invalid query filter clause specified for property '" + name + "'.")
        self.check(name, self.schema.equals)
        wanted = _folded(self.literal())
        if self.schema.plain and isinstance(wanted, bool) != (name in self.schema.flags):
            raise bad_request("Invalid filter clause: A binary operator with incompatible types was detected.")
        if operator == "ne":
            self.beyond_plain(operator)
            self.advanced = True
            return Part(lambda item: _folded(get(item)) != wanted)
        return Part(lambda item: _folded(get(item)) == wanted, self.hints(name, [wanted]))

    def membership(self, name: str, get: Getter) -> Part:
        self.beyond_plain("in")
        self.check(name, self.schema.equals)
        self.take("(")
        wanted = [_folded(self.literal())]
        while self.peek() == ",":
            self.take()
            wanted.append(_folded(self.literal()))
        self.take(")")
        return Part(lambda item: _folded(get(item)) in wanted, self.hints(name, wanted))

    def hints(self, name: str, wanted: list[Any]) -> tuple[Hint, ...] | None:
        """By what to find the items whose property is one of these."""
        if not all(wanted) or not all(isinstance(value, str) for value in wanted):
            return None
        if name in self.schema.exact:
            return tuple(Hint(value) for value in wanted)
        return tuple(Hint(value, begins=True) for value in wanted) if name in self.schema.beginning else None

    def affix(self, function: str, variable: str | None, values: Getter | None = None) -> Part:
        """startsWith(property,'x'), or startsWith(variable,'x') inside any()."""
        self.take("(")
        name = self.take()
        if variable is None:
            get = self.getter(name)
            self.check(name, self.schema.starts_with)
        elif name != variable:
            raise self.broken()
        self.take(",")
        wanted = _folded(self.literal())
        if not isinstance(wanted, str):
            raise self.broken()
        self.take(")")
        hints = None
        if function == "endswith":
            self.beyond_plain(function)
            self.advanced = True
            method = str.endswith
        else:
            method = str.startswith
            hints = (Hint(wanted, begins=True),) if wanted and name in self.schema.beginning else None
        if values is not None:
            return Part(lambda item: any(method(_folded(value), wanted) for value in values(item)))
        return Part(lambda item: method((get(item) or "").casefold(), wanted), hints)

    def any_of(self, name: str) -> Part:
        """name/any(p:p eq 'x') or name/any(p:startsWith(p,'x'))."""
        values = self.getter(name)
        if name not in self.schema.collections:
            raise self.broken()
        for expected in ("/", "any", "("):
            self.take(expected)
        variable = self.take()
        self.take(":")
        token = self.take()
        if token.lower() in ("startswith", "endswith"):
            self.beyond_plain(token)
            part = self.affix(token.lower(), variable, values)
        elif token == variable:
            self.take("eq")
            wanted = _folded(self.literal())
            part = Part(lambda item: wanted in [_folded(value) for value in values(item)], self.hints(name, [wanted]))
        else:
            raise self.broken()
        self.take(")")
        return part

    def beyond_plain(self, operator: str) -> None:
        """Raises GraphError 400 for an operator that not every type has."""
        if self.schema.plain:
            raise unsupported(f"The operator '{operator}' is not supported for 'microsoft.graph.{self.schema.type_name}'.")

    def check(self, name: str, allowed: frozenset[str]) -> None:
        if name not in allowed:
            raise unsupported("The request uses a filter property that is not indexed")

    def literal(self) -> Any:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token in ("true", "false"):
            return token == "true"
        if token == "null":
            return None
        raise self.broken()


def any_part(parts: list[Part]) -> Part:
    """At least one of them; something to go by only if every one has it."""
    hints = [hint for part in parts for hint in part.hints or ()]
    return Part(some([part.test for part in parts]), None if any(part.hints is None for part in parts) else tuple(hints))


def all_parts(parts: list[Part]) -> Part:
    """All of them; what to go by may come from any."""
    return Part(every([part.test for part in parts]), next((part.hints for part in parts if part.hints is not None), None))


def some(tests: list[Predicate]) -> Predicate:
    """True of what passes at least one."""

    def test(item: Any) -> bool:
        for one in tests:  # noqa: SIM110 (a third faster than any(), and it runs for every account of the tenant)
            if one(item):
                return True
        return False

    return test


def every(tests: list[Predicate]) -> Predicate:
    """True of what passes all."""

    def test(item: Any) -> bool:
        for one in tests:  # noqa: SIM110 (as above)
            if not one(item):
                return False
        return True

    return test


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value

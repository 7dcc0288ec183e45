"""`$filter` of directory objects, compiled to a predicate; what the types allow.

Two engines exist and this module says which one a query needs: https://learn.microsoft.com/graph/aad-advanced-queries
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from simulator.entra.errors import bad_request, unsupported
from simulator.entra.message import GraphError

Predicate = Callable[[Any], bool]
Getter = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Schema:
    """Properties of one entity type and what each allows. Compared by identity, so compiled queries can be cached per schema."""

    type_name: str
    getters: dict[str, Getter]
    equals: frozenset[str]
    starts_with: frozenset[str]
    advanced_only: frozenset[str] = field(default_factory=frozenset)
    searchable: frozenset[str] = field(default_factory=frozenset)
    tokenized: frozenset[str] = field(default_factory=frozenset)
    collections: frozenset[str] = field(default_factory=frozenset)

    def known(self, name: str) -> None:
        """Raises GraphError 400 when the type has no such property."""
        if name not in self.getters:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{self.type_name}'.")


@dataclass(frozen=True)
class Compiled:
    """A predicate, whether only the advanced engine can answer it, and the properties it looks at."""

    test: Predicate
    advanced: bool
    properties: frozenset[str]


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
        test = self.either()
        if self.peek():
            raise self.broken()
        return Compiled(test, self.advanced, frozenset(self.properties))

    def either(self) -> Predicate:
        tests = [self.both()]
        while self.peek() == "or":
            self.take()
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else some(tests)

    def both(self) -> Predicate:
        tests = [self.one()]
        while self.peek() == "and":
            self.take()
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else every(tests)

    def one(self) -> Predicate:
        token = self.take()
        if token == "not":
            self.advanced = True
            inner = self.one()
            return lambda item: not inner(item)
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

    def comparison(self, name: str, get: Getter, operator: str) -> Predicate:
        if operator not in ("eq", "ne"):
            raise unsupported("Unsupported or invalid query filter clause specified for property '" + name + "'.")
        self.check(name, self.schema.equals)
        wanted = _folded(self.literal())
        if operator == "ne":
            self.advanced = True
            return lambda item: _folded(get(item)) != wanted
        return lambda item: _folded(get(item)) == wanted

    def membership(self, name: str, get: Getter) -> Predicate:
        self.check(name, self.schema.equals)
        self.take("(")
        wanted = [_folded(self.literal())]
        while self.peek() == ",":
            self.take()
            wanted.append(_folded(self.literal()))
        self.take(")")
        return lambda item: _folded(get(item)) in wanted

    def affix(self, function: str, variable: str | None, values: Getter | None = None) -> Predicate:
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
        if function == "endswith":
            self.advanced = True
            method = str.endswith
        else:
            method = str.startswith
        if values is not None:
            return lambda item: any(method(_folded(value), wanted) for value in values(item))
        return lambda item: method((get(item) or "").casefold(), wanted)

    def any_of(self, name: str) -> Predicate:
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
            test = self.affix(token.lower(), variable, values)
        elif token == variable:
            self.take("eq")
            wanted = _folded(self.literal())

            def test(item: Any) -> bool:
                return wanted in [_folded(value) for value in values(item)]
        else:
            raise self.broken()
        self.take(")")
        return test

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

"""`$search` of directory objects, compiled to a predicate. Neither case nor accents count, unlike in `$filter`.

https://learn.microsoft.com/graph/search-query-parameter
"""

from __future__ import annotations

import re
from functools import lru_cache

from simulator.entra.errors import unsupported
from simulator.entra.message import GraphError
from simulator.entra.people import WORD, Hint, plain, words
from simulator.entra.query import Compiled, Part, Schema, all_parts, any_part

_CLAUSE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(AND|OR)\b|([()]))')


@lru_cache(maxsize=1024)
def compile_search(text: str, schema: Schema) -> Compiled:
    """Compiles a `$search` expression: quoted clauses joined by AND or OR, AND binding tighter.

    Raises:
        GraphError: 400, not that syntax or a property that cannot be searched.
    """
    tokens: list[tuple[str | None, str | None]] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _CLAUSE.match(stripped, position)
        if match is None or match[3]:
            raise GraphError(
                400, "Request_BadRequest", f"Syntax error: character '{stripped[position]}' is not valid at position {position}."
            )
        tokens.append((match[1], match[2]))
        position = match.end()
    properties: set[str] = set()
    alternatives: list[list[Part]] = [[]]
    for index, (clause, joiner) in enumerate(tokens):
        if (index % 2 == 0) != (clause is not None):
            raise GraphError(400, "Request_BadRequest", "Clauses must be joined with AND or OR.")
        if clause is not None:
            alternatives[-1].append(_clause(clause, schema, properties))
        elif joiner == "OR":
            alternatives.append([])
    if len(tokens) % 2 == 0:
        raise GraphError(400, "Request_BadRequest", "A search clause is missing.")
    found = any_part([all_parts(parts) for parts in alternatives])
    return Compiled(found.test, True, frozenset(properties), found.hints)


def _clause(clause: str, schema: Schema, properties: set[str]) -> Part:
    name, colon, value = re.sub(r"\\(.)", r"\1", clause).partition(":")
    if not colon:
        raise unsupported("A search clause must name a property.")
    schema.known(name)
    if name not in schema.searchable:
        raise unsupported(f"Property '{name}' is not searchable.")
    properties.add(name)
    get = schema.getters[name]
    if name in schema.tokenized:
        wanted = tuple(word.casefold() for word in WORD.findall(plain(value)))
        hints = (Hint(max(wanted, key=len), begins=True),) if wanted and name in schema.beginning else None
        return Part(lambda item: bool(wanted) and _all_begin(wanted, get(item) or ""), hints)
    prefix = plain(value).casefold()
    hints = (Hint(prefix, begins=True),) if prefix and name in schema.beginning else None
    return Part(lambda item: plain(get(item) or "").casefold().startswith(prefix), hints)


@lru_cache(maxsize=16384)
def _all_begin(wanted: tuple[str, ...], text: str) -> bool:
    """Whether each wanted beginning begins a word of the text. Remembered, as it is asked for every account of the tenant."""
    present = words(text)
    return all(any(word.startswith(start) for word in present) for start in wanted)

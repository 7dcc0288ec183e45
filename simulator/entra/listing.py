"""What every directory collection does with `$filter`, `$search`, `$orderby`, `$top`, `$count`, `$select` and pages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from simulator.entra.errors import bad_request, unsupported
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.people import Hint
from simulator.entra.query import Compiled, Schema, compile_filter
from simulator.entra.search import compile_search

_NO_HEADER = "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"
DEFAULT_PAGE = 100
LARGEST_PAGE = 999


@lru_cache(maxsize=1024)
def selection(text: str | None, schema: Schema, default: tuple[str, ...]) -> tuple[str, ...]:
    """The property names of a `$select`, the default ones without it.

    Raises:
        GraphError: 400, empty or naming an unknown property.
    """
    if text is None:
        return default
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise bad_request("Parsing OData Select and Expand failed: Term is empty.")
    for name in names:
        try:
            schema.known(name)
        except GraphError as error:
            raise bad_request(f"Parsing OData Select and Expand failed: {error.message}") from None
    return names


def allow_only(call: Call, *names: str) -> None:
    """Raises GraphError 400 when the call has another query option."""
    for name in call.query:
        if name not in names:
            raise bad_request(f"The query parameter '{name}' is not supported.")


def matched(
    call: Call, items: Iterable[Any], schema: Schema, find: Callable[[Sequence[Hint]], list[Any]] | None = None
) -> tuple[list[Any], set[str]]:
    """The items that pass `$filter` and `$search`, ordered; and the properties the query looked at.

    Args:
        find: an index of the items, which saves looking at all of them.

    Raises:
        GraphError: 400, broken query, or one that needs `ConsistencyLevel: eventual` (and `$count=true`).
    """
    tests: list[Compiled] = []
    if "$search" in call.query:
        if not call.advanced:
            raise unsupported(_NO_HEADER)
        tests.append(compile_search(call.query["$search"], schema))
    order = call.query.get("$orderby")
    if "$filter" in call.query:
        compiled = compile_filter(call.query["$filter"], schema)
        searched = "$search" in call.query
        if (compiled.advanced or order) and not (call.advanced and (call.counted or searched)):
            raise unsupported()
        tests.append(compiled)
    used = {name for compiled in tests for name in compiled.properties}
    hints = next((compiled.hints for compiled in tests if compiled.hints is not None), None)
    found = list(items) if find is None or hints is None else find(hints)
    for compiled in tests:
        found = [item for item in found if compiled.test(item)]
    if order:
        if "$search" in call.query:
            raise unsupported("Sorting not supported for current query.")
        name, _, direction = order.strip().partition(" ")
        schema.known(name)
        if name not in schema.starts_with:  # the sortable properties among the texts
            raise unsupported(f"Unsupported sort property '{name}'.")
        if direction not in ("", "asc", "desc"):
            raise bad_request("Syntax error in $orderby.")
        used.add(name)
        get = schema.getters[name]
        found.sort(key=lambda item: (get(item) or "").casefold(), reverse=direction == "desc")
    return found, used


def page(call: Call, found: list[Any], render: Callable[[Any], dict[str, Any]], context: str) -> Answer:
    """One page of a collection, with count and link to the next page where they belong.

    Raises:
        GraphError: 400, `$top` outside 1..999 or a `$skiptoken` that is none of ours.
    """
    size = _page_size(call)
    start = _offset(call)
    body: dict[str, Any] = {"@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{context}"}
    if call.counted and call.advanced and start == 0:
        body["@odata.count"] = len(found)
    if start + size < len(found):
        body["@odata.nextLink"] = _next_link(call, start + size)
    body["value"] = [render(item) for item in found[start : start + size]]
    return Answer(200, body)


def _page_size(call: Call) -> int:
    text = call.query.get("$top")
    if text is None:
        return DEFAULT_PAGE
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise bad_request(f"Invalid value '{text}' for $top query option found.")
    size = int(text)
    if not 1 <= size <= LARGEST_PAGE:
        raise GraphError(
            400, "Request_BadRequest", f"Invalid page size specified: '{size}'. Must be between 1 and {LARGEST_PAGE} inclusive."
        )
    return size


def _offset(call: Call) -> int:
    token = call.query.get("$skiptoken")
    if token is None:
        return 0
    try:
        label, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if label != "page":
            raise ValueError(label)
        return int(number)
    except (binascii.Error, ValueError):
        raise GraphError(400, "Directory_ExpiredPageToken", "The specified page token value has expired or is invalid.") from None


def _next_link(call: Call, offset: int) -> str:
    options = [(name, value) for name, value in parse_qsl(call.raw_query, keep_blank_values=True) if name != "$skiptoken"]
    options.append(("$skiptoken", base64.urlsafe_b64encode(f"page:{offset}".encode()).decode()))
    return f"{call.base_url}/v1.0{quote(call.path)}?{urlencode(options, safe='$', quote_via=quote)}"

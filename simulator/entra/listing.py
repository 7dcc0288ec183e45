"""What every directory collection does with `$filter`, `$search`, `$orderby`, `$top`, `$count`, `$select` and pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from simulator.entra.errors import bad_request, unsupported
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.people import Hint
from simulator.entra.query import Compiled, Schema, compile_filter
from simulator.entra.search import compile_search

_NO_HEADER = "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"
DEFAULT_PAGE = 100
LARGEST_PAGE = 999
_SEAL = secrets.token_bytes(16)  # tokens of another start are foreign ones
_SEAL_BYTES = 12


class Position(NamedTuple):
    """Where a page begins, and in which edition of what is listed; empty for what has none."""

    offset: int = 0
    edition: str = ""


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
    call: Call, items: Sequence[Any], schema: Schema, find: Callable[[Sequence[Hint]], list[Any]] | None = None
) -> tuple[Sequence[Any], set[str]]:
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
    found = items if find is None or hints is None else find(hints)
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
        found = sorted(found, key=lambda item: (get(item) or "").casefold(), reverse=direction == "desc")
    return found, used


def page(call: Call, found: Sequence[Any], render: Callable[[Any], dict[str, Any]], context: str, edition: str = "") -> Answer:
    """One page of a collection, with count and link to the next page where they belong.

    Args:
        edition: what `position` tells of the next page.

    Raises:
        GraphError: 400, `$top` outside 1..999 or a `$skiptoken` that was not given for this query.
    """
    size = _page_size(call)
    start = position(call).offset
    body: dict[str, Any] = {"@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{context}"}
    if call.counted and call.advanced and start == 0:
        body["@odata.count"] = len(found)
    if start + size < len(found):
        body["@odata.nextLink"] = _next_link(call, Position(start + size, edition))
    body["value"] = [render(item) for item in found[start : start + size]]
    return Answer(200, body)


def position(call: Call) -> Position:
    """Where the page that is asked for begins. A token goes with the link it came in, and with nothing else:
    https://learn.microsoft.com/graph/paging

    Raises:
        GraphError: 400, a `$skiptoken` that is none of ours, or not of this query.
    """
    token = call.query.get("$skiptoken")
    if token is None:
        return Position()
    try:
        offset, _, edition = base64.urlsafe_b64decode(token)[_SEAL_BYTES:].decode().partition(" ")
        found = Position(int(offset), edition)
    except ValueError:
        raise expired_page() from None
    if token != _token(call, found):
        raise expired_page()
    return found


def expired_page() -> GraphError:
    """Of a page that cannot be given, or no longer."""
    return GraphError(400, "Directory_ExpiredPageToken", "The specified page token value has expired or is invalid.")


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


def _options(call: Call) -> list[tuple[str, str]]:
    """The query without its `$skiptoken`."""
    return [(name, value) for name, value in parse_qsl(call.raw_query, keep_blank_values=True) if name != "$skiptoken"]


def _token(call: Call, where: Position) -> str:
    """What stands for a position in the answers to one query."""
    sealed = repr((call.base_url, call.path, sorted(_options(call)), where))
    seal = hmac.digest(_SEAL, sealed.encode(), hashlib.sha256)[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(seal + f"{where.offset} {where.edition}".encode()).decode()


def _next_link(call: Call, where: Position) -> str:
    query = urlencode([*_options(call), ("$skiptoken", _token(call, where))], safe="$", quote_via=quote)
    return f"{call.base_url}/{call.version}{quote(call.path)}?{query}"

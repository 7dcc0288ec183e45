"""JSON between bytes and objects by pydantic's own parser and writer, in a half to a third of the time that Python's take.

What they do not take (half a character, an uncommon encoding) is left to Python's, so nothing is refused or let in because of them.
https://docs.pydantic.dev/latest/api/pydantic_core/
"""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json, to_json


def loaded(content: bytes | str) -> Any:
    """What the JSON says.

    Raises:
        ValueError: it is none, or nested without end.
    """
    try:
        return from_json(content, cache_strings="keys")  # no value (a number, a code) is kept by the parser for later
    except ValueError as error:
        if "recursion limit" in str(error):  # Python's would go on to the end of the stack, where whatever is cleaned up fails as well
            raise
        return json.loads(content)


def dumped(value: Any) -> bytes:
    """As UTF-8, as short as can be; half a character becomes a question mark."""
    try:
        return to_json(value)
    except ValueError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

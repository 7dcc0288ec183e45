"""The size of a card, kept below what every route to Teams takes.

A bot's message may have about 100 KB, connectors and older pages say 28 KB; 25 KB passes everywhere.
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

from __future__ import annotations

import json
from typing import Any

from bot.quick_json import dumped

#: Bytes, counted in the longest encoding there is: plain ASCII JSON.
LIMIT = 25_000

# What people wrote stands in these. Ids, verbs and values are ours, and shortening one would change its meaning.
_WORDS = frozenset({"text", "title", "tooltip", "fallbackText"})


def size(card: dict[str, Any]) -> int:
    """Bytes on the wire."""
    return len(json.dumps(card))


def fit(card: dict[str, Any]) -> dict[str, Any]:
    """The same card, with its longest texts cut further and further until it fits. Ordinary cards come back as they are."""
    if at_most(card) <= LIMIT:
        return card
    most = 256
    while size(card) > LIMIT and most > 4:
        card = _cut(card, most)
        most //= 2
    return card


def at_most(card: dict[str, Any]) -> int:
    """A figure that `size` does not exceed, in a fifth of its time: in ASCII a character takes at most four bytes more for each byte that
    UTF-8 gives it beyond the first, and behind a comma or a colon there may be a blank."""
    written = dumped(card)
    return len(written) + 4 * (len(written) - len(written.decode())) + written.count(b",") + written.count(b":")


def _cut(thing: Any, most: int) -> Any:
    if isinstance(thing, dict):
        return {
            key: _shorter(value, most) if key in _WORDS and isinstance(value, str) else _cut(value, most) for key, value in thing.items()
        }
    if isinstance(thing, list):
        return [_cut(each, most) for each in thing]
    return thing


def _shorter(text: str, most: int) -> str:
    # A time function and a mention are cut by no one: half of one would be shown as it is.
    return text if len(text) <= most or "{{" in text or "<at>" in text else text[: most - 1].rstrip() + "…"

"""The head of the audit trail, said where whoever can write to the database cannot: once a day in the log channel, and at every export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from bot.domain.chain import Head
from bot.domain.remarks import LogNote
from bot.domain.said import say

_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


def due_day(now: datetime, hour: int, zone: tzinfo) -> date:
    """The last day on which this hour has struck, by the wall clock of the zone: the one whose head is to be posted by now."""
    local = now.astimezone(zone)
    struck = local.replace(tzinfo=None) >= datetime(local.year, local.month, local.day, hour)  # noqa: DTZ001 - as the clock on the wall
    return local.date() if struck else local.date() - timedelta(days=1)


def heads_of(texts: Iterable[str]) -> dict[int, str]:
    """Number and hash of each head, as `Head.said` says them.

    Raises:
        ValueError: one is none, or two contradict each other.
    """
    found: dict[int, str] = {}
    for number, hash_ in map(_head_of, texts):
        if found.setdefault(number, hash_) != hash_:
            raise ValueError(f"two heads of event {number} differ, so one of them is not from this trail: compare with one at a time.")
    return found


def _head_of(text: str) -> tuple[int, str]:
    """Whatever blanks and invisible marks were copied with it."""
    plain = "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")
    found = _HEAD.fullmatch(plain.lower())
    if found is None:
        raise ValueError(f"{text[:100]!r} is no head of a trail: write it like 4711:ab12…, a number and 64 letters and digits.")
    return int(found[1]), found[2]


def remark(head: Head, at: datetime) -> LogNote:
    """The post of a day. A card shows a text with a head in it so that it can be copied."""
    return LogNote(
        say("The end of the audit trail"),
        say("The last event and its hash: {head}", head=head.said),
        say("Nobody can change an earlier event without changing this hash. Compare: python app.py audit verify --head NUMBER:HASH"),
        at,
    )

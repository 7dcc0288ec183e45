"""The audit trail as a hash chain: how an event is sealed, and how the whole is checked. Pure; works on the text as it is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Tag

#: Made once: `json.dumps` makes one at each call when it is given options.
_FACTS = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_FIELDS = json.JSONEncoder(separators=(",", ":"))

#: What the first event of all follows.
GENESIS = "0" * 64
#: No earlier head was kept.
NOTHING_KNOWN: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the trail, letter for letter: nothing is parsed, so that no two spellings of a value count as the same.

    Attributes:
        number: place in the chain, counted from 1 without gaps.
        at: when, as the database holds it.
        facts: JSON.
        previous: hash of the event before, or GENESIS.
        hash: what `seal` gave for everything above.
    """

    number: int
    at: str
    tag: str
    actor_id: str
    actor_name: str
    operation_id: str
    target_id: str
    facts: str
    previous: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends and where it begins, kept beside it so that a cut is seen.

    Attributes:
        number, hash: of the last event; 0 and GENESIS when there is none.
        removed, removed_hash: of the last event that was removed by age; 0 and GENESIS when none was.
    """

    number: int = 0
    hash: str = GENESIS
    removed: int = 0
    removed_hash: str = GENESIS

    @property
    def said(self) -> str:
        """As people keep it: NUMBER:HASH."""
        return f"{self.number}:{self.hash}"


class Fault(StrEnum):
    """What can be wrong with a trail."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    WRONG_PREVIOUS = "wrong previous"
    WRONG_HEAD = "wrong head"
    NO_CHECKPOINT = "no checkpoint"
    OTHER_HEAD = "other head"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the trail is not what was written.

    Attributes:
        number: the event's place in the chain.
        at: its time as stored; empty when there is no such event.
        text: what is wrong, in a sentence.
    """

    number: int
    at: str
    fault: Fault
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        count: events found in order, up to the break if there is one.
        head: what the head row said.
        untold: numbers of the known heads that nothing can be said of, because the events were removed by age.
    """

    count: int
    head: Head
    broken: Break | None = None
    untold: tuple[int, ...] = ()


def canonical(value: object) -> str:
    """The one way a value is written in the trail: JSON, keys in order, plain ASCII, no blanks."""
    return _FACTS.encode(value)


def seal(event: StoredEvent, number: int | None = None) -> str:
    """SHA-256 over every stored field but the hash itself, as if the event stood at `number` (by default where it stands)."""
    place = event.number if number is None else number
    fields = (
        place, event.at, event.tag, event.actor_id, event.actor_name, event.operation_id, event.target_id, event.facts, event.previous,
    )  # fmt: skip
    return hashlib.sha256(_FIELDS.encode(fields).encode()).hexdigest()


def verify(
    events: Iterable[StoredEvent],
    head: Head,
    place_of: Callable[[str], int | None] = lambda _: None,
    *,
    partial: bool = False,
    known: Mapping[int, str] = NOTHING_KNOWN,
) -> Verdict:
    """Checks a trail from its beginning to its head, holding one event at a time.

    Args:
        events: in the order of their numbers.
        place_of: number of the event with this hash; asked once, after a break, to tell a moved event from a changed one.
        partial: `head` is not that of the trail but of its older part, which need not hold the newest checkpoint.
        known: numbers and hashes of earlier heads, kept elsewhere.
    """
    number, last, count = head.removed, head.removed_hash, 0
    confirmed: tuple[Any, Any] = (0, GENESIS)
    for event in events:
        if broken := _broken(event, number + 1, last, place_of) or _other(event.number, event.hash, known, event.at):
            return Verdict(count, head, broken)
        if event.tag == Tag.TRAIL_CHECKPOINT:
            confirmed = _confirmed(event.facts)
            if broken := _other(*confirmed, known):
                return Verdict(count, head, broken)
        number, last, count = event.number, event.hash, count + 1
    broken = _wrong_ends(head, number, last, (head.removed, head.removed_hash) if partial else confirmed) or _cut_off(number, known)
    return Verdict(count, head, broken, tuple(sorted(place for place in known if place <= head.removed)))


def _other(number: Any, hash_: Any, known: Mapping[int, str], at: str = "") -> Break | None:
    """Whether an earlier head says something else of this event."""
    if known.get(number, hash_) == hash_:
        return None
    text = "its hash is not the one that was kept, so the trail up to it is not the one that was there: it was written anew"
    return Break(number, at, Fault.OTHER_HEAD, text)


def _cut_off(last: int, known: Mapping[int, str]) -> Break | None:
    """Whether an earlier head is of an event that comes after all that there are."""
    end = max(known, default=0)
    if end <= last:
        return None
    return Break(last + 1, "", Fault.MISSING, f"the trail ends before it, but it once ended with event {end}: what came last was cut off")


def _broken(event: StoredEvent, expected: int, last: str, place_of: Callable[[str], int | None]) -> Break | None:
    found = event.number
    if found != expected:
        if not isinstance(found, int) or found < expected:
            return Break(expected, event.at, Fault.REORDERED, f"an event numbered {found} stands before it, where none belongs")
        gap = f"event {expected} is" if found == expected + 1 else f"events {expected} to {found - 1} are"
        return Break(expected, "", Fault.MISSING, f"{gap} missing; event {found} of {event.at} comes next")
    genuine = seal(event) == event.hash
    if genuine and event.previous == last:
        return None
    if genuine:
        return Break(found, event.at, Fault.WRONG_PREVIOUS, "it does not follow the event before it, which was replaced, or it was itself")
    before = place_of(event.previous) if event.previous != last else None
    meant = 1 if event.previous == GENESIS else before + 1 if before is not None else None
    if meant not in (None, found) and seal(event, meant) == event.hash:
        return Break(found, event.at, Fault.REORDERED, f"this is event {meant}, moved or copied to another place")
    return Break(found, event.at, Fault.CHANGED, "its number or another field is not what was sealed")


def _confirmed(facts: str) -> tuple[Any, Any]:
    """The last event that a checkpoint says was removed, with its hash."""
    try:
        said = json.loads(facts)
        return said["last"], said["last_hash"]
    except (ValueError, TypeError, KeyError):  # sealed, but by somebody else
        return None, None


def _wrong_ends(head: Head, number: int, last: str, confirmed: tuple[Any, Any]) -> Break | None:
    """What only the two ends can show: events cut off behind, or in front without a checkpoint that says so."""
    if number < head.number:
        return Break(number + 1, "", Fault.MISSING, f"the trail ends before it, but its head is event {head.number}")
    if (number, last) != (head.number, head.hash):
        return Break(number, "", Fault.WRONG_HEAD, f"it is the last event, but not the head of the trail, which is event {head.number}")
    if (head.removed, head.removed_hash) != confirmed:
        return Break(head.removed + 1, "", Fault.NO_CHECKPOINT, "the trail begins with it, and the last checkpoint says otherwise")
    return None

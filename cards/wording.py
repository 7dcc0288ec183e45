"""How operations are said: states, titles, changes and times in words. Shared by every card that shows one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.change import Change, ChangeKind
from bot.domain.operation import Operation, State
from bot.domain.people import Person
from cards.elements import Colour, Element, Style, columns, line, run
from cards.untrusted import hide_numbers


@dataclass(frozen=True, slots=True)
class Look:
    """A state in an icon, a word and a colour; the word alone says it all."""

    icon: str
    word: str
    style: Style
    colour: Colour


LOOKS: dict[State, Look] = {
    State.PROPOSED: Look("?", "Waiting for confirmation", "accent", "Accent"),
    State.AWAITING_APPROVAL: Look("?", "Waiting for approval", "accent", "Accent"),
    State.QUEUED: Look("…", "Working", "accent", "Accent"),
    State.RUNNING: Look("…", "Working", "accent", "Accent"),
    State.SUCCEEDED: Look("✓", "Done", "good", "Good"),
    State.PARTIAL: Look("⚠", "Partly done", "warning", "Warning"),
    State.FAILED: Look("✗", "Failed", "attention", "Attention"),
    State.STALE: Look("⚠", "Out of date, nothing changed", "warning", "Warning"),
    State.CANCELLED: Look("–", "Cancelled", "emphasis", "Default"),
    State.DENIED: Look("✗", "Denied", "emphasis", "Default"),
    State.EXPIRED: Look("–", "Expired", "emphasis", "Default"),
}


def private(operation: Operation) -> Operation:
    """The operation fit for everybody's eyes: numbers masked in the changes and wherever else somebody wrote one."""
    masked = operation.masked()
    return replace(
        masked,
        text=hide_numbers(masked.text),
        notes=tuple(map(hide_numbers, masked.notes)),
        warnings=tuple(map(hide_numbers, masked.warnings)),
        reason=hide_numbers(masked.reason),
        outcome=hide_numbers(masked.outcome),
        # Some ticket systems count beyond nine digits; only what is surely a telephone number goes.
        ticket=hide_numbers(masked.ticket) if "+" in masked.ticket else masked.ticket,
    )


def named(person: Person) -> str:
    """What to call somebody."""
    return person.name.strip() or person.upn or "somebody without a name"


def task(changes: tuple[Change, ...]) -> str:
    """What is asked for, starting a sentence: "Set mobile phone"."""
    if len(changes) == 1:
        return _task_of(changes[0])
    return f"Make {len(changes)} changes" if changes else "Change nothing"


def _task_of(change: Change) -> str:
    if change.kind is ChangeKind.SMS_SIGN_IN:
        return f"Switch {'on' if change.after == 'on' else 'off'} SMS sign-in"
    verb = "Remove" if change.kind is ChangeKind.REMOVE_PHONE else "Set" if change.before is None else "Change"
    return f"{verb} {change.phone.spoken} phone"


def title(operation: Operation) -> str:
    """The operation as a sentence: "Set mobile phone for Alice Jansen"."""
    return f"{task(operation.changes)} for {named(operation.target)[:60]}"


def difference(change: Change) -> tuple[str, str]:
    """Before and after, in words where there is no number."""
    if change.kind is ChangeKind.SMS_SIGN_IN:
        return change.before or "unknown", change.after or "off"
    return change.before or "not registered", change.after or "removed"


def difference_line(change: Change, *, label: bool = False) -> Element:
    """One line: before → after, with words for readers who neither see colour nor strike-through."""
    before, after = difference(change)
    gone = change.kind is not ChangeKind.SMS_SIGN_IN and change.before is not None
    start = (run(f"{change.label}: ", bold=True),) if label else ()
    return line(
        *start,
        run("before ", subtle=True),
        run(before, limit=60, strike=gone, subtle=not gone),
        run(" → after ", subtle=True),
        run(after, limit=60, bold=True),
    )


def difference_text(change: Change) -> str:
    """The same in plain text, always masked."""
    before, after = difference(change.masked())
    return f"{change.label}: {before} → {after}"


def many(number: int, thing: str) -> str:
    """ "1 minute", "2 minutes"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def time_left(now: datetime, until: datetime) -> str:
    """ "10 minutes left", to the nearest minute."""
    seconds = (until - now).total_seconds()
    if seconds <= 0:
        return "no time left"
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    return f"{many(minutes, 'minute')} left" if minutes < 120 else f"{many(round(minutes / 60), 'hour')} left"


def identity(person: Person, *, name: bool = True) -> list[Element]:
    """Who this is: name, address, work, and what sets the account apart, in words."""
    shown = [line(run(named(person), limit=80, bold=True), *marks(person), spacing="None")] if name else []
    shown.append(line(run(person.upn or "no user name", limit=128), spacing="None"))
    if work := " · ".join(filter(None, (person.job_title[:60], person.department[:60]))):
        shown.append(line(run(work, subtle=True), spacing="None"))
    if not name and person.marks:
        shown.append(line(*marks(person), spacing="None"))
    return shown


def marks(person: Person) -> list[Element]:
    """What sets the account apart; nothing for an ordinary one."""
    colours: dict[str, Colour] = {"disabled": "Attention", "guest": "Warning"}
    return [
        run(f" ({mark})", colour=colours.get(mark, "Default"), subtle=mark not in colours, bold=mark in colours) for mark in person.marks
    ]


def bullets(texts: Iterable[str], *, most: int = 6, limit: int = 300) -> list[Element]:
    """One line each; what goes beyond `most` is counted."""
    listed = list(texts)
    shown = [
        columns(("auto", [line("•", spacing="None")]), ("stretch", [line(run(each, limit=limit), spacing="None")]))
        for each in listed[:most]
    ]
    if len(listed) > most:
        shown.append(line(run(f"and {len(listed) - most} more", subtle=True)))
    return shown

"""How operations are said: states, titles, changes and times in words. Shared by every card that shows one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.change import KINDS, Change, ChangeKind
from bot.domain.operation import Fate, Operation, Result, State
from bot.domain.people import Person
from bot.domain.phone import mask_text
from bot.domain.sign_in import DefaultMethod
from cards.elements import Colour, Element, Style, address, columns, line, run


@dataclass(frozen=True, slots=True)
class Look:
    """A state in an icon, a word and a colour; the word alone says it all."""

    icon: str
    word: str
    style: Style
    colour: Colour


LOOKS: dict[State, Look] = {
    State.PROPOSED: Look("◔", "Waiting for confirmation", "accent", "Accent"),
    State.AWAITING_APPROVAL: Look("◔", "Waiting for approval", "accent", "Accent"),
    State.READY: Look("◔", "Ready: press Reveal", "accent", "Accent"),
    State.REVEALING: Look("…", "Being revealed", "accent", "Accent"),
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

#: Something is switched, nothing registered goes.
_SWITCHES = frozenset(
    {
        ChangeKind.SMS_SIGN_IN,
        ChangeKind.SIGN_OUT,
        ChangeKind.BLOCK,
        ChangeKind.UNBLOCK,
        ChangeKind.SET_DEFAULT,
        ChangeKind.REQUIRE_MFA,
        ChangeKind.RESET_PASSWORD,
    }
)
#: The change will be, or was, made as the card shows it.
_AS_SHOWN = frozenset(
    {State.PROPOSED, State.AWAITING_APPROVAL, State.READY, State.REVEALING, State.QUEUED, State.RUNNING, State.SUCCEEDED}
)


def private(operation: Operation) -> Operation:
    """The operation fit for everybody's eyes: numbers masked in the changes and wherever else somebody wrote one."""
    masked = operation.masked()
    return replace(
        masked,
        text=mask_text(masked.text),
        notes=tuple(map(mask_text, masked.notes)),
        warnings=tuple(map(mask_text, masked.warnings)),
        reason=mask_text(masked.reason),
        outcome=mask_text(masked.outcome),
        # Some ticket systems count beyond nine digits; only what is surely a telephone number goes.
        ticket=mask_text(masked.ticket) if "+" in masked.ticket else masked.ticket,
    )


def approved_by(operation: Operation) -> str:
    """Who has agreed, and how many of how many when more than one has to: "Sam Okafor (1 of 2)"."""
    if not operation.approvals:
        return ""
    count = f" ({len(operation.approvals)} of {operation.need.approvals})" if operation.need.approvals > 1 else ""
    return f"{operation.approvers}{count}"


def needed(operation: Operation) -> str:
    """What policy demands, in words: "2 approvals by Seniors (VIPs need a senior's agreement)"."""
    need = operation.need
    rules = f" ({'; '.join(need.rules)})" if need.rules else ""
    return f"{many(need.approvals, 'approval')} by {need.group_names or 'somebody else'}{rules}"


def named(person: Person) -> str:
    """What to call somebody."""
    return person.name.strip() or person.upn or "somebody without a name"


def task(changes: tuple[Change, ...], bundle: ChangeKind | None = None) -> str:
    """What is asked for, starting a sentence: "Set mobile phone"."""
    if bundle:
        return KINDS[bundle].task
    if len(changes) == 1:
        return _task_of(changes[0])
    return f"Make {len(changes)} changes" if changes else "Change nothing"


def _task_of(change: Change) -> str:
    if change.kind is ChangeKind.SMS_SIGN_IN:
        return f"Switch {'on' if change.after == 'on' else 'off'} SMS sign-in"
    if not change.phone:
        facts = KINDS[change.kind]
        return facts.task or ("Set" if change.before is None else "Change") + " email for password reset"
    verb = "Remove" if change.kind is ChangeKind.REMOVE_PHONE else "Set" if change.before is None else "Change"
    return f"{verb} {change.phone.spoken} phone"


def title(operation: Operation) -> str:
    """The operation as a sentence: "Set mobile phone for Alice Jansen"."""
    if operation.recovery and operation.bundle:
        return f"Recover {named(operation.target)[:60]}: {operation.recovery.situation.spoken}"
    return f"{task(operation.changes, operation.bundle)} for {named(operation.target)[:60]}"


def difference(change: Change) -> tuple[str, str]:
    """Before and after, in words where there is no number."""
    match change.kind:
        case ChangeKind.SMS_SIGN_IN:
            return change.before or "unknown", change.after or "off"
        case ChangeKind.SIGN_OUT:
            return "signed in wherever they are", "signed out everywhere"
        case ChangeKind.BLOCK:
            return "enabled", "blocked"
        case ChangeKind.UNBLOCK:
            return "blocked", "enabled"
        case ChangeKind.SET_DEFAULT:
            before, after = DefaultMethod.of(change.before), DefaultMethod.of(change.after)
            return before.spoken if before else "none", after.spoken if after else "none"
        case ChangeKind.REQUIRE_MFA:
            return change.before or "unknown", change.after or "unknown"
        case ChangeKind.CREATE_PASS:
            return change.before or "none", change.after or "none"
        case ChangeKind.RESET_PASSWORD:
            return "the present one", "a temporary one, to be changed at the next sign-in"
    return change.before or "not registered", change.after or "removed"


def change_label(change: Change, state: State, *, told: bool = False) -> str:
    """What changes; "asked for" when it did not, or not surely, so that nobody reads the line as done. `told`: its own result follows."""
    return change.label if told or state in _AS_SHOWN else f"{change.label}, asked for"


def difference_line(change: Change, state: State, *, label: bool = False) -> Element:
    """One line: before → after, with words for readers who neither see colour nor strike-through."""
    before, after = difference(change)
    gone = change.before is not None and change.kind not in _SWITCHES
    words = ("before ", " → after ") if state in _AS_SHOWN else ("from ", " → to ")
    start = (run(f"{change_label(change, state)}: ", bold=True),) if label else ()
    return line(
        *start,
        run(words[0], subtle=True),
        run(before, limit=60, strike=gone, subtle=not gone, whole="•" in before),
        run(words[1], subtle=True),
        run(after, limit=60, bold=True, whole="•" in after),
    )


def result_text(change: Change, result: Result) -> str:
    """How one change of several ended, in words: "✓ removed", "✗ refused: …"."""
    match result.fate:
        case Fate.DONE:
            return "✓ removed" if change.is_removal else f"✓ {change.after or 'done'}" if not change.is_private else "✓ done"
        case Fate.ALREADY:
            return "✓ was gone already" if change.is_removal else "✓ was so already"
        case Fate.HANDED_ON:
            return "→ has a card of its own"
    said = {
        Fate.CHANGED: "⚠ left alone",
        Fate.REFUSED: "✗ still there" if change.is_removal else "✗ refused",
        Fate.LEFT: "⚠ still shown",
        Fate.UNKNOWN: "⚠ not known",
    }[result.fate]
    return f"{said}: {result.why}" if result.why else said


def result_line(change: Change, result: Result) -> Element:
    """The same as a line below the change."""
    return line(run(result_text(change, result), limit=500, bold=not result.fate.good), spacing="None")


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
    """Who this is: name (unless it stands above already), address, work, and what sets the account apart, in words."""
    shown = [line(run(named(person), limit=80, bold=True), spacing="None")] if name else []
    shown.append(address(person.upn or "no user name"))
    if work := " · ".join(filter(None, (person.job_title[:60], person.department[:60]))):
        shown.append(line(run(work, subtle=True), spacing="None"))
    if person.marks or not name:
        shown.append(line(*_account(person), spacing="None"))
    return shown


def _account(person: Person) -> list[Element]:
    """The state of the account; what ought to make the reader stop comes first and bold."""
    said = [run("Account enabled", subtle=True) if person.enabled else run("✗ Account disabled", bold=True, colour="Attention")]
    if person.guest:
        said.append(run("⚠ guest", bold=True, colour="Warning"))
    if person.synced:
        said.append(run("synced from on-premises", subtle=True))
    return [each for index, one in enumerate(said) for each in ((run(" · ", subtle=True), one) if index else (one,))]


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

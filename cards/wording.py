"""How operations are said: states, titles, changes and times in words. Shared by every card that shows one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import read_back
from bot.domain.change import KINDS, Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.difference import difference
from bot.domain.life import Fate, State
from bot.domain.need import Need
from bot.domain.operation import Operation, Result
from bot.domain.pass_terms import window
from bot.domain.people import Person
from bot.domain.phone import mask_text
from bot.domain.said import Said, join, say, say_count
from bot.domain.sms import asked_for
from cards.bulk_words import bulk_title, file_name
from cards.elements import Colour, Element, Style, address, columns, line, run, woven


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in an icon, a word and a colour; the word alone says it all."""

    icon: str
    word: str
    style: Style
    colour: Colour


BADGES: dict[State, Badge] = {
    State.CHECKING: Badge("…", say("Checking"), "accent", "Accent"),
    State.PROPOSED: Badge("◔", say("Waiting for confirmation"), "accent", "Accent"),
    State.AWAITING_APPROVAL: Badge("◔", say("Waiting for approval"), "accent", "Accent"),
    State.READY: Badge("◔", say("Ready: press Reveal"), "accent", "Accent"),
    State.REVEALING: Badge("…", say("Being revealed"), "accent", "Accent"),
    State.QUEUED: Badge("…", say("Working"), "accent", "Accent"),
    State.RUNNING: Badge("…", say("Working"), "accent", "Accent"),
    State.SUCCEEDED: Badge("✓", say("Done"), "good", "Good"),
    State.PARTIAL: Badge("⚠", say("Partly done"), "warning", "Warning"),
    State.FAILED: Badge("✗", say("Failed"), "attention", "Attention"),
    State.STALE: Badge("⚠", say("Out of date, nothing changed"), "warning", "Warning"),
    State.CANCELLED: Badge("–", say("Cancelled"), "emphasis", "Default"),
    State.DENIED: Badge("✗", say("Denied"), "emphasis", "Default"),
    State.EXPIRED: Badge("–", say("Expired"), "emphasis", "Default"),
}

#: A bulk job that was agreed to and then ended by somebody: what was done stays done.
_STOPPED = Badge("⚠", say("Stopped before the end"), "warning", "Warning")
#: Everybody needed has agreed, and the manager has the button.
_FOR_THE_MANAGER = Badge("◔", say("Waiting for the manager"), "accent", "Accent")


def badge_of(operation: Operation) -> Badge:
    """How an operation stands, for whoever does not see how far it came."""
    stopped = operation.state is State.CANCELLED and operation.bulk and len(operation.approvals) >= operation.need.approvals
    if operation.handed_over and operation.state is State.READY:
        return _FOR_THE_MANAGER
    return _STOPPED if stopped else BADGES[operation.state]


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
_AS_SHOWN = frozenset({State.PROPOSED, State.AWAITING_APPROVAL, State.READY, State.REVEALING, State.QUEUED, State.RUNNING, State.SUCCEEDED})


def private(operation: Operation) -> Operation:
    """The operation fit for everybody's eyes: numbers masked in the changes and wherever else somebody wrote one."""
    masked = operation.masked()
    if masked.bulk:  # whose target is the file
        file = file_name(masked.bulk.file)
        masked = replace(masked, bulk=replace(masked.bulk, file=file), target=replace(masked.target, name=file))
    return replace(
        masked,
        text=mask_text(masked.text),
        notes=tuple(map(mask_text, masked.notes)),
        details=tuple(map(mask_text, masked.details)),
        warnings=tuple(map(mask_text, masked.warnings)),
        reason=mask_text(masked.reason),
        outcome=mask_text(masked.outcome),
        # Some ticket systems count beyond nine digits; only what is surely a telephone number goes.
        ticket=mask_text(masked.ticket.replace("＋", "+")) if set("+＋") & set(masked.ticket) else masked.ticket,
    )


def approved_by(operation: Operation) -> str:
    """Who has agreed, and how many of how many when more than one has to: "Sam Okafor (1 of 2)"."""
    if not operation.approvals:
        return ""
    if operation.need.approvals == 1:
        return operation.approvers
    return say("{names} ({count} of {needed})", names=operation.approvers, count=len(operation.approvals), needed=operation.need.approvals)


def approvals_by(need: Need) -> str:
    """ "2 approvals by Seniors"."""
    return say_count(need.approvals, "{count} approval by {groups}", "{count} approvals by {groups}",
                     groups=need.group_names or say("somebody else"))  # fmt: skip


def needed(operation: Operation) -> str:
    """What policy demands, in words: "2 approvals by Seniors (VIPs need a senior's agreement)"."""
    need = operation.need
    return say("{approvals} ({rules})", approvals=approvals_by(need), rules=join("; ", need.rules)) if need.rules else approvals_by(need)


def waiting_for(operation: Operation) -> str:
    """Who has to agree, and where they can."""
    approvals = approvals_by(operation.need)
    if operation.approval_where:
        return say("Waiting for {approvals}, who can decide in the approval channel.", approvals=approvals)
    return say("Waiting for {approvals}, who can decide in their personal chats with me.", approvals=approvals)


def named(person: Person) -> str:
    """What to call somebody."""
    return person.name.strip() or person.upn or say("somebody without a name")


def task(changes: tuple[Change, ...], bundle: ChangeKind | None = None) -> str:
    """What is asked for, starting a sentence: "Set mobile phone"."""
    if bundle:
        return KINDS[bundle].task
    changes = asked_for(changes)
    if len(changes) == 1:
        return _task_of(changes[0])
    return say("Make {count} changes", count=len(changes)) if changes else say("Change nothing")


def _task_of(change: Change) -> str:
    if change.kind is ChangeKind.SMS_SIGN_IN:
        return say("Switch on SMS sign-in") if change.after is Switch.ON else say("Switch off SMS sign-in")
    if not change.phone:
        email = say("Set email for password reset") if change.before is None else say("Change email for password reset")
        return KINDS[change.kind].task or email
    phone = change.phone.noun
    if change.kind is ChangeKind.REMOVE_PHONE:
        return say("Remove {phone}", phone=phone)
    return say("Set {phone}", phone=phone) if change.before is None else say("Change {phone}", phone=phone)


def title(operation: Operation) -> str:
    """The operation as a sentence: "Set mobile phone for Alice Jansen"."""
    if operation.bulk:
        return bulk_title(operation.bulk)
    if operation.takes_back:
        return say("Take back what {id} gave {name}", id=operation.takes_back, name=named(operation.target)[:60])
    if operation.recovery and operation.bundle:
        return say("Recover {name}: {situation}", name=named(operation.target)[:60], situation=operation.recovery.situation.in_words)
    return say("{Task} for {name}", task=task(operation.changes, operation.bundle), name=named(operation.target)[:60])


def change_label(change: Change, state: State, *, told: bool = False) -> str:
    """What changes; "asked for" when it did not, or not surely, so that nobody reads the line as done. `told`: its own result follows."""
    label = change.phone.alone if change.is_number and change.phone else change.label  # beside a number it is clear what it is
    return label if told or state in _AS_SHOWN else say("{label}, asked for", label=label)


def read_out(change: Change) -> tuple[str, str]:
    """Before and after, in words; numbers as they are read out and read back."""
    before, after = difference(change)
    return (read_back.number(before), read_back.number(after)) if change.is_number else (before, after)


def difference_line(change: Change, state: State, *, label: bool = False, told: bool = False) -> Element:
    """One line: before → after. `told`: its own result follows."""
    before, after = read_out(change)
    gone = change.before is not None and change.kind not in _SWITCHES
    start = (run(say("{label}: ", label=change_label(change, state, told=told)), bold=True),) if label else ()
    return line(
        *start,
        *woven(
            say("{before} → {after}", before=before, after=after),
            subtle=True,
            before={"limit": 60, "strike": gone, "subtle": not gone, "whole": "•" in before},
            after={"limit": 60, "bold": True, "whole": "•" in after},
        ),
    )


def window_lines(operation: Operation) -> Iterable[Element]:
    """Of passes that are still to be made: until when they are agreed to. What is made says its own times."""
    if not (operation.state.waiting or operation.state is State.REVEALING):
        return
    for wanted in filter(None, (change.wanted for change in operation.changes)):
        start, end = window(wanted, operation.created_at)
        said = say("From {start} until {end}; later only where the tenant gives no pass as short.", start=start, end=end)
        yield line(run(said, subtle=True), spacing="None")


def result_text(change: Change, result: Result) -> str:
    """How one change of several ended, in words: "✓ removed", "✗ refused: …"."""
    match result.fate:
        case Fate.DONE if change.follows and result.why:
            return say("✓ {why}", why=result.why)
        case Fate.DONE:
            if change.is_removal:
                return say("✓ removed")
            tells = bool(change.after or change.wanted) and not change.is_private
            return say("✓ {after}", after=difference(change)[1]) if tells else say("✓ done")
        case Fate.ALREADY:
            return say("✓ was gone already") if change.is_removal else say("✓ was so already")
        case Fate.HANDED_ON:
            return say("has a card of its own")
    said = {
        Fate.STALE: say("⚠ left alone"),
        Fate.REFUSED: say("✗ still there") if change.is_removal else say("✗ refused"),
        Fate.LEFT: say("⚠ still shown"),
        Fate.UNKNOWN: say("⚠ not known"),
    }[result.fate]
    return join(": ", (said, result.why))


def result_line(change: Change, result: Result) -> Element:
    """The same as a line below the change."""
    return line(run(result_text(change, result), limit=500, bold=not result.fate.good), spacing="None")


def time_left(now: datetime, until: datetime) -> str:
    """ "10 minutes left", to the nearest minute."""
    seconds = (until - now).total_seconds()
    if seconds <= 0:
        return say("no time left")
    if seconds < 60:
        return say("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 120:
        return say_count(minutes, "{count} minute left", "{count} minutes left")
    return say_count(round(minutes / 60), "{count} hour left", "{count} hours left")


def expires(operation: Operation, now: datetime) -> Said:
    """Until when somebody can press."""
    return say("Expires at {at} · {left}", at=operation.expires_at, left=time_left(now, operation.expires_at))


def identity(person: Person, *, name: bool = True, work: bool = True) -> list[Element]:
    """Who this is: name (unless it stands above already), address, work (if wanted), and what sets the account apart, in words."""
    shown = [line(run(named(person), limit=80, bold=True), spacing="None")] if name else []
    shown.append(address(person.upn or say("no user name")))
    if work and (does := work_of(person)):
        shown.append(line(run(does, subtle=True), spacing="None"))
    if person.marks:
        shown.append(line(*_account(person), spacing="None"))
    return shown


def work_of(person: Person) -> str:
    """Job and department."""
    return " · ".join(filter(None, (person.job_title[:60], person.department[:60])))


def _account(person: Person) -> list[Element]:
    """The state of the account; what ought to make the reader stop comes first and bold."""
    said = [] if person.enabled else [run(say("✗ Account disabled"), bold=True, colour="Attention")]
    if person.guest:
        said.append(run(say("⚠ guest"), bold=True, colour="Warning"))
    if person.synced:
        said.append(run(say("synced from on-premises"), subtle=True))
    return [each for index, one in enumerate(said) for each in ((run(" · ", subtle=True), one) if index else (one,))]


def bullets(texts: Iterable[str], *, most: int = 6, limit: int = 300) -> list[Element]:
    """One line each; what goes beyond `most` is counted."""
    listed = list(texts)
    shown = [
        columns(("auto", [line("•", spacing="None")]), ("stretch", [line(run(each, limit=limit), spacing="None")]))
        for each in listed[:most]
    ]
    if len(listed) > most:
        shown.append(line(run(say("and {count} more", count=len(listed) - most), subtle=True)))
    return shown

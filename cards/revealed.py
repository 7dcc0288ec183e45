"""A code for one pair of eyes: the answer to a press on Reveal. One line carries it as it was made, and a few spell it to be read out;
neither summary nor fallback has any of it."""

from __future__ import annotations

from bot.domain import read_back
from bot.domain.change import ChangeKind
from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.pass_terms import window
from bot.domain.replies import Revealed
from bot.domain.said import join, say, spoken
from cards.buttons import button
from cards.elements import (
    Element,
    band,
    card,
    details,
    heading,
    line,
    moment,
    run,
)
from cards.for_ticket import copying, for_ticket
from cards.instructions import steps
from cards.wording import bullets, identity, named, title

#: Longer than any: passes have at most 48 characters, https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
LONGEST = 64
#: Of what ends later than this the day is said too.
SOON_MINUTES = 12 * 60


def render(revealed: Revealed) -> tuple[Element, str]:
    """The card and its summary."""
    operation = revealed.operation
    warned = operation.state is not State.SUCCEEDED
    code = run(revealed.secret.value, limit=LONGEST, bold=True, mono=True, whole=True, size="ExtraLarge")
    body: list[Element] = [
        band("⚠" if warned else "✓", say("For your eyes only"), "warning" if warned else "good", operation.id),
        heading(_heading(operation), size="Medium"),
        *identity(operation.target, name=False, work=False),
        *([line(run(join("", (say("⚠ Warning: "), operation.outcome)), bold=True), spacing="Medium")] if warned else []),
        line(code),
        *_spelled(revealed),
        *_to_do(revealed),
        *([] if operation.handed_over else [for_ticket(operation)]),
    ]
    summary = say("{title}: shown to whoever pressed Reveal. {id}", title=title(operation), id=operation.id)
    return card(body, fallback=summary, actions=[] if operation.handed_over else [replace_button(operation.id), copying()]), summary


def _heading(operation: Operation) -> str:
    """What it is and whose, in as few words as there are."""
    name = named(operation.target)[:60]
    if any(change.kind is ChangeKind.CREATE_PASS for change in operation.changes):
        return say("Pass for {name}", name=name)
    return say("Password for {name}", name=name)


def _spelled(revealed: Revealed) -> list[Element]:
    """A pass in groups, each with its spelling. A password is made of syllables, to be read out as it is."""
    if any(change.kind is not ChangeKind.CREATE_PASS for change in revealed.operation.changes):
        return []
    return [
        line(run(group, bold=True, mono=True, size="Large"), run(f"  {spoken(words)}"), spacing="Small")
        for group, words in read_back.spelling(revealed.secret.value)
    ]


def _to_do(revealed: Revealed) -> list[Element]:
    """Until when it is good; how to go about it is the same every time, but for somebody who gets it from their manager."""
    operation = revealed.operation
    told = [*bullets(_hints(revealed)), line(run(_what_next(operation), bold=True), spacing="Medium")]
    times = [line(run(revealed.times, bold=True), spacing="Medium")] if revealed.times else []
    if operation.handed_over or operation.recovery:
        return [*times, *told]
    until = _until(revealed)
    return details([*(times if until else ()), *told], *(until or times), spacing="Medium")


def _until(revealed: Revealed) -> list[Element]:
    """The end of a pass that is good already and ends soon; of any other from when until when is said in full."""
    wanted = revealed.operation.changes[0].wanted
    if wanted is None or wanted.start is None or wanted.start > revealed.now or wanted.minutes > SOON_MINUTES:
        return []
    return [moment(say("Valid until {at}", at=window(wanted, wanted.start)[1]), spacing="None")]


def _what_next(operation: Operation) -> str:
    """What to do with it before it is gone."""
    if operation.handed_over:
        name = operation.target.name
        return say("Give it to {name} now, face to face or at a number that you know: it is kept nowhere, and this card forgets it within "
                   "minutes.", name=name)  # fmt: skip
    return say("Read it out now: it is kept nowhere, and this card forgets it within minutes.")


def _hints(revealed: Revealed) -> tuple[str, ...]:
    """What to tell the person: in a recovery in the person's own language, step by step."""
    operation = revealed.operation
    if operation.recovery:
        return steps(operation.recovery.situation, operation.target.upn, operation.recovery.language)
    return revealed.hints


def replace_button(id: str) -> Element:
    """What to press when a code was not seen."""
    tooltip = say("Shows a new card: what it makes takes the place of this one")
    return button(say("Not seen? Replace it"), Verb.REPLACE, id, tooltip=tooltip)

"""A code for one pair of eyes: the answer to a press on Reveal. Neither summary nor fallback nor anything but one line carries it."""

from __future__ import annotations

from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import Revealed
from bot.domain.said import join, say
from cards.buttons import button
from cards.elements import (
    Element,
    band,
    box,
    card,
    heading,
    line,
    run,
)
from cards.instructions import steps
from cards.wording import bullets, identity, title

#: Longer than any: passes have at most 48 characters, https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
LONGEST = 64


def render(revealed: Revealed) -> tuple[Element, str]:
    """The card and its summary."""
    operation = revealed.operation
    warned = operation.state is not State.SUCCEEDED
    code = run(revealed.secret.value, limit=LONGEST, bold=True, mono=True, whole=True, size="Large")
    body: list[Element] = [
        band("⚠" if warned else "✓", say("For your eyes only"), "warning" if warned else "good", operation.id),
        heading(title(operation)),
        *identity(operation.target, name=False),
        *([line(run(join("", (say("⚠ Warning: "), operation.outcome)), bold=True), spacing="Medium")] if warned else []),
        box([line(code, spacing="None")], style="emphasis", spacing="Medium"),
        *([line(run(revealed.times, bold=True), spacing="Medium")] if revealed.times else []),
        *bullets(_hints(revealed)),
        line(run(_what_next(operation), bold=True), spacing="Medium"),
    ]
    summary = say("{title}: shown to whoever pressed Reveal. {id}", title=title(operation), id=operation.id)
    return card(body, fallback=summary, actions=[] if operation.handed_over else [replace_button(operation.id)]), summary


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

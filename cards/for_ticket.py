"""What a person copies from a finished card into a ticket: selectable words behind a button, with no number and no code in them."""

from __future__ import annotations

from bot.domain.operation import Operation
from bot.domain.said import join, said_at, say
from cards.bulk_words import counts_text
from cards.buttons import unfold
from cards.elements import Element, box, folded, moment
from cards.retold import retold
from cards.wording import private

_ID = "for-ticket"


def for_ticket(operation: Operation) -> Element:
    """The words, folded away. Not an input: those are neither read aloud as text nor copied on a telephone."""
    masked = private(operation)
    at = said_at(masked.finished_at or masked.created_at)
    upn = "" if masked.bulk else masked.target.upn[:120]
    said = join(" · ", (f"Doorman {masked.id}", masked.ticket[:80], retold(operation), upn, masked.reason[:200], at))
    counts = [moment(counts_text(masked.bulk.counts))] if masked.bulk else []
    return folded(box([moment(said, date=True), *counts], style="emphasis"), _ID)


def copied(operation: Operation) -> tuple[list[Element], list[Element]]:
    """The words and the button, of what is finished; of anything else neither."""
    return ([for_ticket(operation)], [copying()]) if operation.state.finished else ([], [])


def copying() -> Element:
    """The button that shows them."""
    return unfold(say("Copy for ticket"), _ID)

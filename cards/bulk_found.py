"""What a file was found to hold beside its rows, on the cards of bulk jobs: the facts, the questions, and what else may be answered."""

from __future__ import annotations

from bot.domain.bulk import Bulk
from bot.domain.file_said import found_said
from cards.elements import Element, line, run

#: Characters of one fact; the preview file has the whole of it.
FACT_LIMIT = 400


def found_facts(bulk: Bulk) -> list[Element]:
    """What was read, left out and answered, a line each, for whoever decides; nothing where there is nothing to say."""
    return [line(run(said, limit=FACT_LIMIT), spacing="Medium" if not index else "Small") for index, said in enumerate(found_said(bulk))]

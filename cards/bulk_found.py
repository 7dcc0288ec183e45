"""What a file was found to hold beside its rows, on the cards of bulk jobs: the facts, the questions, and what else may be answered."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.bulk import Bulk
from bot.domain.file_found import Question, Sheet
from bot.domain.file_said import DOUBTS, called, found_said, not_shown_said, quoted
from bot.domain.incoming import Verb
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.said import join, say, say_count, spoken
from cards.buttons import (
    ask_then,
    button,
    buttons,
    without_inputs,
)
from cards.elements import (
    Element,
    box,
    choices,
    line,
    one_line,
    run,
)
from cards.untrusted import plain

#: Characters of one fact; the preview file has the whole of it.
FACT_LIMIT = 400
#: More sheets than this are a list, no buttons: Teams shows no more than six.
MOST_BUTTONS = 5
#: Columns and sheets on a card.
MOST_SHOWN = 10
NAME_LIMIT = 40
#: Characters of a button, on the narrowest phone.
BUTTON_LIMIT = 20


def found_facts(bulk: Bulk) -> list[Element]:
    """What was read, left out and answered, a line each, for whoever decides; nothing where there is nothing to say."""
    return [line(run(said, limit=FACT_LIMIT), spacing="Small" if index else "Medium") for index, said in enumerate(found_said(bulk))]


def asking(bulk: Bulk) -> list[Element]:
    """What has to be answered before anything is checked, one question at a time, with what it is about."""
    return _ASKING[bulk.asks[0]](bulk)


def answers(operation: Operation) -> list[Element]:
    """The buttons with which that is answered."""
    bulk, id = _file(operation), operation.id
    match bulk.asks[0]:
        case Question.SHEET if _listed(bulk):
            return [button(say("Read this sheet"), Verb.SHEET, id, style="positive")]
        case Question.SHEET:
            return [button(_titled(sheet), Verb.SHEET, id, pick=index) for index, sheet in enumerate(_sheets(bulk))]
        case Question.HIDDEN:
            with_them = button(say("With what is hidden"), Verb.HIDDEN, id, pick=1)
            return [with_them, button(say("Without it"), Verb.HIDDEN, id, pick=0)]
        case _:
            several = len(bulk.found.doubtful) if bulk.found else 1
            return [button(say_count(several, "Go on without it", "Go on without them"), Verb.COLUMNS, id)]


def cancelling(bulk: Bulk, cancel: Element) -> Element:
    """Cancel beside a question, for which no sheet has to be picked."""
    return without_inputs(cancel) if bulk.asks[0] is Question.SHEET and _listed(bulk) else cancel


def offers(operation: Operation) -> list[Element]:
    """The facts once the file is checked, and below them what its sender may say otherwise; it is read and checked anew then."""
    bulk = _file(operation)
    said = [_OFFERS[question](operation.id, bulk) for question in bulk.answerable if question in _OFFERS]
    return [*found_facts(bulk), *([buttons(*said)] if said else [])]


def _ask_sheet(bulk: Bulk) -> list[Element]:
    asked = say("More than one sheet has people in it, and I read one: which one do you mean?")
    if not _listed(bulk):
        return [_question(asked)]
    missing = say("Pick the sheet that you mean.")
    return [_question(asked), choices("pick", say("The sheet"), map(_titled, _sheets(bulk)), missing)]


def _ask_hidden(bulk: Bulk) -> list[Element]:
    assert bulk.found is not None, "it was read"
    named = bulk.found.hidden_matter
    what = join(", ", map(quoted, named[:MOST_SHOWN]))
    return [
        _question(say("The file has something that it does not show, and that changes what its rows mean.")),
        line(run(say_count(len(named), "It is the column {names}.", "They are the columns {names}.", names=what), limit=FACT_LIMIT)),
        line(run(not_shown_said(bulk), limit=FACT_LIMIT)),
        line(run(say("Should I read what is hidden, or leave it out?"))),
    ]


def _ask_columns(bulk: Bulk) -> list[Element]:
    assert bulk.found is not None, "it was read"
    doubtful = bulk.found.doubtful
    shown = []
    for column in doubtful[:MOST_SHOWN]:
        example = say(", such as “{cell}”", cell=mask_text(column.example)) if column.example else ""
        why = join("", (DOUBTS[column.doubt], example))
        shown.append(line(run(called(column), bold=True, limit=90), run(" · "), run(why, limit=200)))
    if (more := len(doubtful) - MOST_SHOWN) > 0:
        shown.append(line(run(say("and {count} more", count=more), subtle=True)))
    return [
        _question(
            say_count(
                len(doubtful),
                "I do not use this, and it looks as if it mattered:",
                "I do not use these, and they look as if they mattered:",
            )
        ),
        box(shown, style="emphasis", spacing="Small"),
        line(
            run(
                say_count(
                    len(doubtful),
                    "If it says what is to happen, cancel, put the file right and send it again.",
                    "If they say what is to happen, cancel, put the file right and send it again.",
                )
            )
        ),
    ]


_ASKING: dict[Question, Callable[[Bulk], list[Element]]] = {
    Question.SHEET: _ask_sheet,
    Question.HIDDEN: _ask_hidden,
    Question.COLUMNS: _ask_columns,
}


def _offer_sheet(id: str, bulk: Bulk) -> Element:
    asked = choices("pick", say("The sheet"), map(_titled, _sheets(bulk)), say("Pick the sheet that you mean."))
    return ask_then(say("Another sheet"), asked, button(say("Read this sheet"), Verb.SHEET, id))


def _offer_region(id: str, bulk: Bulk) -> Element:
    label = say("The country of numbers that do not say theirs, such as Belgium, BE or +32")
    asked = one_line("answer", label, 40, say("Write the country."))
    title = say("Another country") if bulk.found and bulk.found.region else say("Say which country")
    return ask_then(title, asked, button(say("Read them so"), Verb.REGION, id))


def _offer_hidden(id: str, bulk: Bulk) -> Element:
    found = bulk.found
    hidden = found is None or bool(found.hidden_rows or found.hidden_columns)
    struck = found is not None and bool(found.struck_rows)
    if bulk.answers.hidden:
        leave = say("Leave out struck") if not hidden else say("Leave out both") if struck else say("Leave out hidden")
        return button(leave, Verb.HIDDEN, id, pick=0)
    include = say("Include struck") if not hidden else say("Include both") if struck else say("Include hidden")
    return button(include, Verb.HIDDEN, id, pick=1)


def _offer_names(id: str, bulk: Bulk) -> Element:
    if bulk.answers.names:
        return button(say("Without other names"), Verb.NAMES, id, pick=0)
    return button(say("Include other names"), Verb.NAMES, id, pick=1)


_OFFERS: dict[Question, Callable[[str, Bulk], Element]] = {
    Question.SHEET: _offer_sheet,
    Question.HIDDEN: _offer_hidden,
    Question.REGION: _offer_region,
    Question.NAMES: _offer_names,
}


def _question(text: str) -> Element:
    return line(run(text, bold=True), spacing="Medium")


def _sheets(bulk: Bulk) -> list[Sheet]:
    return [sheet for sheet in bulk.found.sheets if sheet.people] if bulk.found else []


def _listed(bulk: Bulk) -> bool:
    """Whether the sheets are too many, or their names too long, for buttons."""
    sheets = _sheets(bulk)
    return len(sheets) > MOST_BUTTONS or any(len(spoken(_titled(sheet))) > BUTTON_LIMIT for sheet in sheets)


def _titled(sheet: Sheet) -> str:
    """A sheet on a button or in a list."""
    name = plain(mask_text(sheet.name), NAME_LIMIT) or say("without a name")
    return say("{sheet} (hidden)", sheet=name) if sheet.hidden else name


def _file(operation: Operation) -> Bulk:
    assert operation.bulk is not None, "it is a job"
    return operation.bulk

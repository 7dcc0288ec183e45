"""What the sender of a file says about it: a press on the card, or an answer in a terminal, becomes `Answers`."""

from __future__ import annotations

from bot.domain.file_found import Answers, Question, Sheet
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.said import say
from bot.errors import Refusal
from bot.languages.countries import region_called


def sheets_to_read(job: Operation) -> tuple[Sheet, ...]:
    """The sheets with people, in the order in which a card counts them."""
    found = job.bulk.found if job.bulk else None
    return tuple(sheet for sheet in found.sheets if sheet.people) if found else ()


def answered(job: Operation, question: Question, pick: int | None, word: str) -> Answers:
    """The answers of a job with one more.

    Args:
        pick: which sheet, counted from 0; otherwise 1 for yes and 0 for no.
        word: of a region, its name or code as somebody typed it.

    Raises:
        Refusal: it is too late for that, the file does not ask for it, it was answered so already, or it is no answer.
    """
    bulk = job.bulk
    assert bulk is not None, "it is a job"
    if not job.state.undecided:
        raise Refusal(
            say("{id} is decided, so nothing about its file can be said any more. Nothing was changed by this click.", id=job.id),
            say("Send the file again to have it read otherwise."),
            code="too_late",
        )
    if question not in bulk.answerable:
        if bulk.found is None:
            raise Refusal(say("The file of {id} is being read: look at its card in a moment.", id=job.id), code="too_early")
        raise Refusal(say("The card of {id} does not ask that, so this click did nothing.", id=job.id), code="nothing_asked")
    answers = bulk.answers.answering(question, _answer(job, question, pick, word))
    if answers == bulk.answers or (question is Question.REGION and bulk.found and answers.region == bulk.found.region):
        raise Refusal(say("The file of {id} was read so already, so this click did nothing.", id=job.id), code="answered_already")
    return answers


def _answer(job: Operation, question: Question, pick: int | None, word: str) -> str | bool:
    match question:
        case Question.SHEET:
            sheets = sheets_to_read(job)
            if pick is None or pick >= len(sheets):
                raise Refusal(say("There is no such sheet in the file."), say("Pick one on the card."), code="bad_pick")
            return sheets[pick].name
        case Question.REGION:
            if not (region := region_called(word)):
                text = say("I know no country called “{word}”.", word=mask_text(word)) if word else say("You did not say which country.")
                raise Refusal(text, say("Write its name, or a code such as BE or +32."), code="bad_pick")
            return region
        case Question.COLUMNS:
            return True
    if pick not in (0, 1):
        raise Refusal(say("I do not know which one you picked."), say("Pick one on the card."), code="bad_pick")
    return bool(pick)

"""What a file means, said in a terminal: by flags, or one question after the other."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.file_found import Answers, Found, Question
from bot.domain.file_said import DOUBTS, called, country_said, hidden_said, names_said, national_said, quoted
from bot.domain.operation import Operation
from bot.domain.rows import RowKind
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.languages.countries import region_called
from bot.services.bulk.questions import sheets_to_read

Say = Callable[[str], None]
#: Asks for a line; empty when nobody types one.
Ask = Callable[[str], Awaitable[str]]

_FLAGS = {Question.SHEET: "--sheet NAME", Question.HIDDEN: "--include-hidden", Question.COLUMNS: "--ignore-columns"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("--region", default="", help="country of numbers that do not say theirs, such as BE; instead of DEFAULT_REGION")
    parser.add_argument("--sheet", default="", help="name of the sheet to read, where more than one has people")
    hidden = "read the rows and columns that the file does not show, or strikes through"
    parser.add_argument("--include-hidden", action="store_true", help=hidden)
    parser.add_argument("--include-names", action="store_true", help="include rows that have another name than the account")
    parser.add_argument("--ignore-columns", action="store_true", help="go on without the columns that look as if they mattered")


def answers_of(given: argparse.Namespace) -> Answers:
    """What the flags say.

    Raises:
        Refusal: there is no such country.
    """
    region = region_called(given.region)
    if given.region and not region:
        raise Refusal(say("I know no country called “{word}”.", word=given.region), say("Write its name, or a code such as BE or +32."))
    return Answers(given.sheet, given.ignore_columns, True if given.include_hidden else None, region, given.include_names)


def yes(line: str) -> bool:
    """Whether a line says yes."""
    return line.strip().lower() in ("y", "yes")


def require_sheet(job: Operation, wanted: str) -> None:
    """Raises Refusal when another sheet than the one of the flag was read, or would be."""
    found = job.bulk.found if job.bulk else None
    sheets = [sheet.name for sheet in sheets_to_read(job)]
    if not wanted or found is None or wanted == found.sheet or (not found.sheet and wanted in sheets):
        return
    there = join(", ", map(quoted, sheets or filter(None, [found.sheet])))
    text = say("The file has no sheet “{name}” with people in it. Nothing was changed.", name=wanted)
    raise Refusal(text, say("It has: {sheets}.", sheets=there) if there else say("It is no workbook."), code="no_such_sheet")


def unanswered(job: Operation) -> Refusal:
    """Nobody can be asked: what the flag for the first question is called."""
    assert job.bulk is not None, "it is a job"
    assert job.bulk.found is not None, "it was read"
    question = job.bulk.asks[0]
    flag = _FLAGS[question]
    about = {
        Question.SHEET: join(", ", (quoted(sheet.name) for sheet in sheets_to_read(job))),
        Question.HIDDEN: join(", ", map(quoted, job.bulk.found.hidden_matter)),
        Question.COLUMNS: join(", ", map(called, job.bulk.found.doubtful)),
    }[question]
    text = {
        Question.SHEET: say("More than one sheet has people in it: {names}. Nothing was changed.", names=about),
        Question.HIDDEN: say("The file does not show columns that change what its rows mean: {names}. Nothing was changed.", names=about),
        Question.COLUMNS: say("What looks as if it mattered would not be used: {names}. Nothing was changed.", names=about),
    }[question]
    return Refusal(text, say("Run it in a terminal to be asked, or with {flag}.", flag=flag), code="unanswered")


async def answer(job: Operation, flags: Answers, ask: Ask, tell: Say) -> tuple[Question, Answers] | None:
    """Asks the first open question; None when whoever runs it does not want to go on."""
    bulk = job.bulk
    assert bulk is not None, "it is a job"
    assert bulk.found is not None, "it was read"
    question = bulk.asks[0]
    match question:
        case Question.SHEET:
            if (name := await _sheet(job, ask, tell)) is None:
                return None
            return question, replace(flags, sheet=name)
        case Question.HIDDEN:
            tell(f"The file does not show what changes the meaning of its rows: {_listed(bulk.found)}.")
            line = (await ask("Read what is hidden? [y: with it, n: without it, otherwise cancel]")).strip().lower()
            return (question, replace(bulk.answers, hidden=line.startswith("y"), names=flags.names)) if line[:1] in ("y", "n") else None
        case _:
            for column in bulk.found.doubtful:
                tell(f"  {called(column)}: {DOUBTS[column.doubt]}{f', such as “{column.example}”' if column.example else ''}")
            wanted = yes(await ask("These are not used. Go on without them? [y/N]"))
            return (question, replace(bulk.answers, columns=True)) if wanted else None


def _listed(found: Found) -> str:
    return join(", ", map(quoted, found.hidden_matter))


async def _sheet(job: Operation, ask: Ask, tell: Say) -> str | None:
    sheets = sheets_to_read(job)
    tell("More than one sheet has people in it:")
    for number, sheet in enumerate(sheets, 1):
        tell(f"  {number}. {quoted(sheet.name)}{' (hidden)' if sheet.hidden else ''}")
    line = (await ask("Which one? [its number, otherwise cancel]")).strip()
    return sheets[int(line) - 1].name if line.isascii() and line.isdigit() and 1 <= int(line) <= len(sheets) else None


async def otherwise(job: Operation, flags: Answers, ask: Ask, tell: Say, asked: set[Question]) -> tuple[Question, Answers] | None:
    """Asks once the file is checked whether it is right how it was read; None when it is.

    Args:
        asked: what needs not be asked any more; what is asked is added.
    """
    bulk = job.bulk
    assert bulk is not None, "it is a job"
    for question in bulk.answerable:
        if question in asked:
            continue
        asked.add(question)
        if question is Question.REGION and not flags.region and bulk.found:
            tell(national_said(bulk.found))
            line = (await ask("Another country? [its name or code; Enter to leave it so]")).strip()
            if line and not (region := region_called(line)):
                tell(f"I know no country called “{line}”: write its name, or a code such as BE or +32.")
                asked.discard(question)
                return await otherwise(job, flags, ask, tell, asked)
            if line and region != bulk.found.region:
                tell(f"They are read as numbers of {country_said(region)}.")
                return question, replace(bulk.answers, region=region)
        elif question is Question.HIDDEN and bulk.answers.hidden is None:
            tell(hidden_said(bulk))
            if yes(await ask("Include it? [y/N]")):
                return question, replace(bulk.answers, hidden=True, columns=flags.columns)
        elif question is Question.NAMES and bulk.counts.get(RowKind.OTHER_NAME):
            tell(names_said(bulk))
            if yes(await ask("Include them? [y/N]")):
                return question, replace(bulk.answers, names=True)
    return None

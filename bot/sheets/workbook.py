"""Excel workbooks: of all the parts that one may have, the few are read that say what stands in its sheets, each as a stream.

What a library for spreadsheets would make of the rest (themes, properties, links, pivots, a tree of every sheet) is never made. See
docs/decisions/0017-workbooks-without-a-library.md.
"""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from bot.domain import file_found
from bot.domain.file_found import Answers
from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.appearance import Appearances
from bot.sheets.archive import MOST_STRINGS, MOST_UNPACKED, Archive
from bot.sheets.cells import EXAMPLE_USER, MOST_OF_A_NAME, Comment, Record, Source
from bot.sheets.comments import Comments, comments
from bot.sheets.header import begun
from bot.sheets.markup import damaged
from bot.sheets.package import Named, NamedSheet, comments_of, named
from bot.sheets.secrets import look_for_secrets, secrets_of
from bot.sheets.sheet import Sheet
from bot.sheets.strings import SharedStrings, Strings
from bot.sheets.styles import Dates, Styles
from bot.sheets.table import names_people

#: Pieces of each sheet (`markup`) in which its first people are looked for.
LOOKED_AT = 2


@contextmanager
def opened(path: Path, answers: Answers) -> Iterator[Source]:
    """The sheet that is meant, whose records have a formula as its text, which begins with `=`.

    It is the one that was answered, or the one sheet with people that is shown; without people, the first that is shown.

    Raises:
        Refusal: it is no workbook, or none that is safe to read, or it has no such sheet; reading its records raises the same.
    """
    with ExitStack() as stack:
        with _damage():
            archive = Archive(stack.enter_context(zipfile.ZipFile(path)), path.stat().st_size)
            parts = named(archive)
            strings = Strings(stack.enter_context(TemporaryFile()))
            if parts.strings:
                with archive.open(parts.strings, MOST_STRINGS) as stream:
                    SharedStrings(stream, strings).read()
            dates, appearances = _styles(archive, parts)
            sheets = tuple(file_found.Sheet(each.name, _people(archive, each, strings, dates), each.hidden) for each in parts.sheets)
            match _meant(sheets, answers):
                case []:
                    source = Source(iter(()), sheets=sheets)
                case [meant]:
                    stream = stack.enter_context(archive.open(parts.sheets[meant].part, MOST_UNPACKED))
                    sheet = Sheet(stream, strings, dates, appearances)
                    said = _comments(archive, parts.sheets[meant].part)
                    source = Source(_records(sheet), sheet.hidden, sheets[meant].name, sheets, merged=sheet.merged, comments=said)
                case _:
                    source = Source(None, sheets=sheets)
        yield source


def _records(sheet: Sheet) -> Iterator[Record]:
    with _damage():
        yield from sheet.records()


#: Z_MEM_ERROR: https://docs.python.org/3/library/zlib.html and https://www.zlib.net/manual.html#Constants
_ZLIB_NO_MEMORY = "Error -4 "


@contextmanager
def _damage() -> Iterator[None]:
    """Whatever a damaged file makes of whoever reads it is a sentence."""
    try:
        yield
    except (Refusal, MemoryError):
        raise
    except Exception as problem:
        if _lacks_memory(problem):
            raise MemoryError from problem
        raise damaged() from problem


def _lacks_memory(problem: BaseException | None) -> bool:
    """Whether this is how a library says that no memory was left; such an answer may also have become another error on its way."""
    if problem is None:
        return False
    if isinstance(problem, zlib.error) and str(problem).startswith(_ZLIB_NO_MEMORY):
        return True
    if isinstance(problem, OSError) and problem.errno == errno.ENOMEM:
        return True
    return isinstance(problem, MemoryError) or _lacks_memory(problem.__cause__ or problem.__context__)


def _meant(sheets: Sequence[file_found.Sheet], answers: Answers) -> list[int]:
    """The sheet to read; several while nobody has said which, and none of a workbook that shows none."""
    if answers.sheet:
        if answers.sheet not in (names := [sheet.name for sheet in sheets]):
            there = ", ".join(f"“{name}”" for name in names[:12]) + (" …" if len(names) > 12 else "")
            raise Refusal(
                say("There is no sheet “{name}” in this workbook.", name=answers.sheet[:MOST_OF_A_NAME]),
                say("It has {sheets}.", sheets=there) if names else say("It has no sheets at all."),
                code="file_no_sheet",
            )
        return [names.index(answers.sheet)]
    visible = [index for index, sheet in enumerate(sheets) if not sheet.hidden]
    return [index for index in visible if sheets[index].people] or visible[:1]


def _people(archive: Archive, part: NamedSheet, strings: Strings, dates: Dates) -> bool:
    """Whether a sheet names people, as far as its first pieces tell; one that cannot be read does not.

    Raises:
        Refusal: there are passwords beside the people, so the file must not be sent by chat at all.
    """
    header = None
    with archive.open(part.part, MOST_UNPACKED) as stream:
        sheet = Sheet(stream, strings, dates)
        try:
            header, _, below = begun(sheet.records(LOOKED_AT))
            if header is None or not names_people(header.cells, sheet.hidden):
                return False
            secrets, people = secrets_of(header.cells), False
            for row in below:
                look_for_secrets(secrets, row.cells)
                people = people or (not row.blank and EXAMPLE_USER not in row.cells)
            return people or not sheet.ended
        except MemoryError:
            raise
        except Exception as problem:
            if isinstance(problem, Refusal) and problem.code == "file_secrets":
                raise
            return header is not None  # it can be seen whom it names, and whoever reads it will hear what is wrong


def _comments(archive: Archive, part: str) -> tuple[Comment, ...]:
    with ExitStack() as stack:
        return comments(Comments(stack.enter_context(archive.open(name))) for name in comments_of(archive, part))


def _styles(archive: Archive, parts: Named) -> tuple[Dates, Appearances]:
    if not parts.styles:
        return Dates(frozenset(), frozenset(), from_1904=parts.from_1904), Appearances()
    with archive.open(parts.styles) as stream:
        styles = Styles(stream)
        styles.read()
    return styles.dates(from_1904=parts.from_1904), styles.appearances()

"""What is said of a file beside its rows: what was read and what was not, in the words of both cards, the preview file and the terminal."""

from __future__ import annotations

from collections.abc import Iterable

import phonenumbers

from bot.domain.bulk import Bulk
from bot.domain.countries import COUNTRIES
from bot.domain.file_found import FILE_NAME, SHEET_NAME, Doubt, Found, Sheet, Unused
from bot.domain.phone import mask_text
from bot.domain.rows import RowKind
from bot.domain.said import join, say, say_count, say_each, together

#: Names in one sentence on a card; files name all.
MOST_NAMES = 8

#: Why a column that is not used is asked about.
DOUBTS = say_each({
    Doubt.BRAKE: "it looks as if it held rows back, or wanted something else",
    Doubt.TENANT: "it names an organisation",
    Doubt.COUNTRIES: "it has countries, and numbers were read without them",
    Doubt.NUMBERS: "it has telephone numbers",
    Doubt.COMMENTS: "a comment may say what is to happen",
    Doubt.ELSEWHERE: "it names another country than the one that numbers were read for",
})  # fmt: skip
#: What readers call a place that is no letter and no number.
_NAMES = say_each({SHEET_NAME: "the name of the sheet", FILE_NAME: "the name of the file"})


def found_said(bulk: Bulk, most: int = MOST_NAMES) -> tuple[str, ...]:
    """What was read, what was left out and what its sender answered, one sentence each; nothing for a file that is its rows alone.

    Args:
        most: names in one sentence; what goes beyond is counted.
    """
    found = bulk.found
    if found is None:
        return ()
    columns = tuple(each for each in found.unused if each.is_column)
    beside = tuple(each for each in found.unused if not each.is_column)
    said = (
        sheets_said(found, most),
        national_said(found, bulk.answers.region),
        hidden_said(bulk, most),
        unused_said(columns, most),
        beside_said(beside, most),
        names_said(bulk),
    )
    return tuple(filter(None, said))


def sheets_said(found: Found, most: int = MOST_NAMES) -> str:
    """Which sheet was read and which were not; empty where there is only one."""
    others = [_sheet(sheet) for sheet in found.sheets if sheet.name != found.sheet]
    if not found.sheet or not others:
        return ""
    return say("Read is the sheet {sheet}; not read: {others}.", sheet=quoted(found.sheet), others=_names(others, most))


def national_said(found: Found, answered: str = "") -> str:
    """For which country's the numbers without one were taken; empty where there are none.

    Args:
        answered: the country that their sender said; told where no number could be read so, too.
    """
    if not found.national:
        if not answered:
            return ""
        return say("Numbers that do not say of which country they are were read as those of {country}.", country=country_said(answered))
    if not found.region:
        return say_count(
            found.national,
            "{count} number does not say of which country it is, so I cannot read it.",
            "{count} numbers do not say of which country they are, so I cannot read them.",
        )
    return say_count(
        found.national,
        "{count} number does not say of which country it is and was taken for one of {country}.",
        "{count} numbers do not say of which country they are and were taken for those of {country}.",
        country=country_said(found.region),
    )


def country_said(region: str) -> str:
    """A country with its code: "the Netherlands (+31)"."""
    code = phonenumbers.country_code_for_region(region)
    return say("{country} (+{code})", country=COUNTRIES.get(region, region), code=str(code))


def hidden_said(bulk: Bulk, most: int = MOST_NAMES) -> str:
    """What is not shown in the file or is struck through, and whether it was read; empty where there is nothing of the kind."""
    if bulk.found is None:
        return ""
    said, struck = [], bulk.found.struck_rows
    if what := _hidden(bulk.found, most):
        said.append(
            say("Read too, though the file does not show it: {what}.", what=what)
            if bulk.answers.hidden
            else say("Left out, since the file does not show it: {what}.", what=what)
        )
    if struck:
        said.append(
            say_count(struck, "Read too, though it is struck through: {count} row.", "Read too, though struck through: {count} rows.")
            if bulk.answers.hidden
            else say_count(struck, "Left out, since it is struck through: {count} row.", "Left out, since struck through: {count} rows.")
        )
    return join(" ", said)


def not_shown_said(bulk: Bulk, most: int = MOST_NAMES) -> str:
    """The same while its sender is asked whether it is to be read."""
    return say("Not shown in the file: {what}.", what=_hidden(bulk.found, most)) if bulk.found else ""


def _hidden(found: Found, most: int) -> str:
    rows, named = found.hidden_rows, found.hidden_columns
    columns = say_count(len(named), "the column {names}", "the columns {names}", names=_names(map(quoted, named), most)) if named else ""
    parts = [say_count(rows, "{count} row", "{count} rows") if rows else "", columns]
    return together(list(filter(None, parts))) if any(parts) else ""


def unused_said(unused: tuple[Unused, ...], most: int = MOST_NAMES) -> str:
    """The columns that were not used, those first that were asked about."""
    if not unused:
        return ""
    names = _names([_column(each) for each in sorted(unused, key=lambda each: not each.doubt)], most)
    return say_count(len(unused), "Column not used: {names}.", "Columns not used: {names}.", names=names)


def beside_said(beside: tuple[Unused, ...], most: int = MOST_NAMES) -> str:
    """What stands beside the table and was asked about."""
    return say("Passed over: {names}.", names=_names(map(_column, beside), most)) if beside else ""


def names_said(bulk: Bulk) -> str:
    """What becomes of rows that call the person otherwise."""
    if bulk.answers.names:
        return say("Rows that have another name than the account are included: who sent the file has said so.")
    if not (count := bulk.counts.get(RowKind.OTHER_NAME, 0)):
        return ""
    return say_count(
        count,
        "{count} row has another name than the account and is left out; look at it in the preview file.",
        "{count} rows have another name than the account and are left out; look at them in the preview file.",
    )


def quoted(name: str) -> str:
    """A name out of a file: untrusted, and people name things after telephones, too."""
    return say("“{name}”", name=mask_text(name) or say("without a name"))


def called(unused: Unused) -> str:
    """What is not used: a column by its name or its letters, a row, comments, a name."""
    place = unused.place
    if unused.doubt is Doubt.COMMENTS and place.isdigit():
        return say_count(int(place), "{count} cell with a comment", "{count} cells with a comment")
    if place.isdigit():
        return say("row {row}", row=place)
    if place in _NAMES:
        return _NAMES[place]
    return say("column {letter}", letter=place) if place else quoted(unused.name)


def _sheet(sheet: Sheet) -> str:
    return say("{sheet} (hidden)", sheet=quoted(sheet.name)) if sheet.hidden else quoted(sheet.name)


def _column(unused: Unused) -> str:
    if not unused.doubt:
        return called(unused)
    return say("{column} ({why})", column=called(unused), why=DOUBTS[unused.doubt])


def _names(names: Iterable[str], most: int) -> str:
    all_of_them = list(names)
    more = len(all_of_them) - most
    return join(", ", (*all_of_them[:most], say("and {count} more", count=more) if more > 0 else ""))

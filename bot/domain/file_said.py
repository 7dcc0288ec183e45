"""What is said of a file beside its rows: what was read and what was not, in the words of both cards, the preview file and the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

from bot.domain.bulk import Bulk, RowKind
from bot.domain.countries import COUNTRIES
from bot.domain.file_found import Doubt, Found, Sheet, Unused
from bot.domain.phone import mask_text
from bot.domain.said import join, say, say_count, say_each, together

#: Names in one sentence on a card; files name all.
MOST_NAMES = 8

#: How readers call what has no name of its own.
_PLACED = re.compile(r"row ([0-9]{1,7})|column ([A-Z]{1,3})")
#: Why a column that is not used is asked about.
DOUBTS = say_each({
    Doubt.BRAKE: "it looks as if it held rows back, or wanted something else",
    Doubt.TENANT: "it names an organisation",
    Doubt.COUNTRIES: "it has countries, and numbers were read without them",
    Doubt.NUMBERS: "it has telephone numbers",
})  # fmt: skip


def found_said(bulk: Bulk, most: int = MOST_NAMES) -> tuple[str, ...]:
    """What was read, what was left out and what its sender answered, one sentence each; nothing for a file that is its rows alone.

    Args:
        most: names in one sentence; what goes beyond is counted.
    """
    found = bulk.found
    if found is None:
        return ()
    said = (
        sheets_said(found, most),
        national_said(found, bulk.answers.region),
        hidden_said(bulk, most),
        unused_said(found.unused, most),
        held_said(found.unused, most),
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
    """What is not shown in the file, and whether it was read; empty where everything is."""
    if bulk.found is None or not (what := _hidden(bulk.found, most)):
        return ""
    if bulk.answers.hidden:
        return say("Read too, though the file does not show it: {what}.", what=what)
    return say("Left out, since the file does not show it: {what}.", what=what)


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
    columns = [each for each in unused if not _is_line(each)]
    if not columns:
        return ""
    names = _names([_column(each) for each in sorted(columns, key=lambda each: not each.doubt)], most)
    return say_count(len(columns), "Column not used: {names}.", "Columns not used: {names}.", names=names)


def held_said(unused: tuple[Unused, ...], most: int = MOST_NAMES) -> str:
    """The lines about nobody that look as if they held others back."""
    lines = [each for each in unused if _is_line(each)]
    names = _names([say("{column} (“{cell}”)", column=quoted(each.name), cell=mask_text(each.example)) for each in lines], most)
    return say_count(len(lines), "Line not used: {names}.", "Lines not used: {names}.", names=names) if lines else ""


def _is_line(unused: Unused) -> bool:
    found = _PLACED.fullmatch(unused.name)
    return bool(found and found[1])


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
    return say("“{name}”", name=_placed(name) or mask_text(name) or say("without a name"))


def _placed(name: str) -> str:
    """What has no name of its own and is called after its place (`Unused`)."""
    if not (found := _PLACED.fullmatch(name)):
        return ""
    return say("row {place}", place=found[1]) if found[1] else say("column {place}", place=found[2])


def _sheet(sheet: Sheet) -> str:
    return say("{sheet} (hidden)", sheet=quoted(sheet.name)) if sheet.hidden else quoted(sheet.name)


def _column(unused: Unused) -> str:
    if not unused.doubt:
        return quoted(unused.name)
    return say("{column} ({why})", column=quoted(unused.name), why=DOUBTS[unused.doubt])


def _names(names: Iterable[str], most: int) -> str:
    all_of_them = list(names)
    more = len(all_of_them) - most
    return join(", ", (*all_of_them[:most], say("and {count} more", count=more) if more > 0 else ""))

"""Files to try bulk changes with, made when somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator import cast, crowd, odd_files

_NUMBERS = 5
_DAMAGED = 100
_SITE = 500


def _few_people() -> bytes:
    """A handful of people, as a spreadsheet saves them."""
    people = [member for member in cast.PEOPLE if member.enabled and member.user_type != "Guest" and not member.roles][:_NUMBERS]
    rows = [f"{member.upn};+31 6 1234 567{number}" for number, member in enumerate(people)]
    return ("\r\n".join(["user;mobile", *rows]) + "\r\n").encode("utf-8-sig")


def _damaged() -> bytes:
    """Every kind of damage that a file can have, as Excel saves it in the Netherlands."""
    return crowd.csv_file(_DAMAGED, damage=True, delimiter=";", encoding="cp1252")


def _site() -> bytes:
    """A site full of people, with nothing wrong in the file."""
    return crowd.csv_file(_SITE, delimiter=";")


def _whole_crowd() -> bytes:
    """The whole crowd, with as much damage as such files have."""
    return crowd.csv_file(crowd.USUAL, damage=True)


#: Name of the file → its bytes. The people in all but the first are those that `Entra.add_crowd` adds.
SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "five people.csv": _few_people,
    "old MFA server.csv": _damaged,
    "new site.csv": _site,
    "12,000 people.csv": _whole_crowd,
    "a country for each row.csv": odd_files.country_column,
    "numbers of another country.csv": odd_files.another_country,
    "not everybody.csv": odd_files.brakes,
    "names sorted alone.csv": odd_files.sorted_alone,
    "gaps that closed.csv": odd_files.short_rows,
    "worth a warning.csv": odd_files.warnings,
    "MFA Server export.csv": odd_files.mfa_server_export,
    "a row for each phone.csv": odd_files.a_row_for_each_phone,
    "filtered.xlsx": odd_files.hidden,
    "two sheets.xlsx": odd_files.two_sheets,
}

"""Files that say more, or something else, than whoever sends them sees: one of each kind that people have met."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from simulator import crowd
from simulator.crowd.people import special

#: Ordinary people, none of whom has a name in common with another.
_FOUND = (crowd.member(number, mixed=True) for number in range(40, 300, 11) if not special(number))
_PEOPLE = list({person.name.split()[0]: person for person in _FOUND if not person.synced}.values())
_UPNS = [person.upn for person in _PEOPLE]


def country_column() -> bytes:
    """National numbers, each of the country beside it; of two rows nothing says which."""
    rows = [
        f"{_UPNS[0]};NL;06 55000140",
        f"{_UPNS[1]};France;06 55 00 01 41",
        f"{_UPNS[2]};België;0470 55 01 42",
        f"{_UPNS[3]};DEU;01512 5500143",
        f"{_UPNS[4]};;06 55000144",
        f"{_UPNS[5]};Atlantis;06 55000145",
    ]
    return _csv("UPN;Country;Mobile", rows)


def another_country() -> bytes:
    """A Swedish list without a word about Sweden."""
    rows = [f"{upn};Register mobile phone number for MFA;070-123 45 {number}" for number, upn in enumerate(_UPNS[:6], 60)]
    return _csv("E-mail;Mfa;Phone", rows)


def brakes() -> bytes:
    """Columns by which somebody wanted rows held back."""
    rows = [
        f"{_UPNS[0]};+31 6 55000150;no;;Utrecht",
        f"{_UPNS[1]};+31 6 55000151;yes;on leave;Utrecht",
        f"{_UPNS[2]};+31 6 55000152;no;wrong number - do not use;Breda",
    ]
    return _csv("UPN;Mobile;Skip;Remarks;Site", rows)


def sorted_alone() -> bytes:
    """The column of names was sorted, and the others were not."""
    people = _PEOPLE[:6]
    names = sorted((person.name for person in people), reverse=True)
    rows = [f"{name};{person.upn};+31 6 5500016{place}" for place, (name, person) in enumerate(zip(names, people, strict=True))]
    return _csv("DisplayName;UPN;Mobile", rows)


def short_rows() -> bytes:
    """Rows with a gap that closed: what stands behind it has moved to the left."""
    rows = [
        f"{_UPNS[0]};Logistics;+31 6 55000170;+31 20 5550170",
        f"{_UPNS[1]};+31 6 55000171;+31 20 5550171",
        f"{_UPNS[2]};Logistics;+31 6 55000172",
    ]
    return _csv("UPN;Department;Mobile;Office", rows)


def warnings() -> bytes:
    """What is warned of when it is typed: another country than before, a landline, somebody disabled, the last method."""
    rows = [
        "omar.farouk@fabrikam.example;+44 7400 123456;",
        f"{_UPNS[0]};+31 30 2345678;",
        "dirk.bakker@fabrikam.example;+31 6 20000003;",
        "sofia.rossi@fabrikam.example;x;remove",
        f"{_UPNS[1]};+31 6 55000181;",
    ]
    return _csv("UPN;Mobile;Action", rows)


def mfa_server_export() -> bytes:
    """As the MFA Server writes its users."""
    rows = [f'"{upn}","{upn}","31","0655000{number}",""' for number, upn in enumerate(_UPNS[:4], 190)]
    return _csv('"Username","Email","Primary Country Code","Primary Phone","Primary Extension"', rows)


def a_row_for_each_phone() -> bytes:
    """Long instead of wide."""
    rows = [
        f"{_UPNS[0]},mobile,+31 6 55000200",
        f"{_UPNS[0]},office,+31 20 5550200",
        f"{_UPNS[1]},mobile,+31 6 55000201",
    ]
    return _csv("UPN,PhoneType,PhoneNumber", rows)


def hidden() -> bytes:
    """A filter hides a site, and somebody hid a column."""
    book, sheet = _book("People", ["UPN", "Mobile", "Office", "Site"])
    for number, upn in enumerate(_UPNS[:6]):
        sheet.append([upn, f"+31 6 5500021{number}", f"+31 20 555021{number}", "Utrecht" if number % 2 else "Breda"])
        sheet.row_dimensions[number + 2].hidden = bool(number % 2)
    sheet.column_dimensions["C"].hidden = True
    return _saved(book)


def two_sheets() -> bytes:
    """People on two sheets, and a third that explains them."""
    book, sheet = _book("Utrecht", ["UPN", "Mobile"])
    for number, upn in enumerate(_UPNS[:3]):
        sheet.append([upn, f"+31 6 5500022{number}"])
    other = book.create_sheet("Breda")
    other.append(["UPN", "Mobile"])
    for number, upn in enumerate(_UPNS[3:6], 3):
        other.append([upn, f"+31 6 5500022{number}"])
    book.create_sheet("Read me").append(["Ask HR"])
    return _saved(book)


def _csv(header: str, rows: Sequence[str]) -> bytes:
    return ("\r\n".join([header, *rows]) + "\r\n").encode("utf-8-sig")


def _book(title: str, header: list[str]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None, "a new workbook has one"
    sheet.title = title
    sheet.append(header)
    return book, sheet


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

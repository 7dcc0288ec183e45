"""Files that were made to do harm: small to send, and dear to whoever reads them as they ask to be read."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping

from tests.sheets.conftest import MAIN, by_hand, inline, table

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ROWS = table(("UPN", "Mobile"), ("a@b.example", "06 12345678"))
#: What cannot be packed: with it a file unpacks to no suspicious multiple of its size.
PADDING = {"xl/media/photo.jpg": random.Random(1).randbytes(400_000)}
_START = f'<sheetData><row r="1">{inline("A1", "UPN")}{inline("B1", "Mobile")}</row>'


def named(target: str, content: bytes, kind: str = "worksheet", **more: str) -> bytes:
    """A workbook whose sheet (or another part) is called so."""
    parts = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"} | {kind: target}
    each = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{k}" Target="{t}"/>' for n, (k, t) in enumerate(parts.items(), 1))
    rels = f'<Relationships xmlns="{PACKAGE}">{each}</Relationships>'.encode()
    return by_hand(ROWS, more={"xl/_rels/workbook.xml.rels": rels, f"xl/{target}": content, **PADDING})


def sheet(inside: str) -> bytes:
    """A part that is a sheet."""
    return f'<worksheet xmlns="{MAIN}">{inside}</worksheet>'.encode()


def padded(inside: str, **more: bytes) -> bytes:
    """A workbook with this in its sheet."""
    return by_hand(inside, more={**PADDING, **more})


def twice() -> bytes:
    """Two sheets of one name: which of them is read?"""
    out = io.BytesIO(by_hand(ROWS))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/worksheets/SHEET1.xml", sheet(table(("UPN", "Mobile"), ("c@b.example", "06 87654321"))))
    return out.getvalue()


def entities(count: int = 9) -> str:
    """Entities of entities."""
    each = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(count))
    return f"<!DOCTYPE x [{each}]>"


def many_parts(count: int) -> bytes:
    """A directory that is the file."""
    return by_hand(ROWS, more={f"xl/media/{number}": b"" for number in range(count)})


#: Elements that are more than a part may have, `markup.MOST_ELEMENTS`.
MANY = 300_000

#: What each is, how it is made with so many elements, and the code of the refusal; an empty one where the rows are read all the same.
HOSTILE: Mapping[str, tuple[Callable[[int], bytes], str]] = {
    "rows with one empty far cell": (
        lambda many: padded(_START + "".join(f"<row><c r='XFD{n}'/></row>" for n in range(2, many // 10)) + "</sheetData>"),
        "file_too_wide",
    ),
    "rows of empty cells": (lambda many: padded(_START + f"<row>{'<c/>' * 150}</row>" * (many // 10) + "</sheetData>"), "file_empty"),
    "a row of a cell too many": (lambda _: padded(f"{_START}<row>{'<c/>' * 201}</row></sheetData>"), "file_too_wide"),
    "empty elements outside rows": (lambda many: padded(ROWS + "<a/>" * 7 * many), "file_damaged"),
    "empty elements between rows": (lambda many: padded(ROWS.replace("</sheetData>", "<a/>" * many + "</sheetData>")), "file_damaged"),
    "empty elements in a row": (lambda _: padded(f"{_START}<row>{'<a/>' * 100_000}</row></sheetData>"), "file_damaged"),
    "empty elements in a cell": (lambda _: padded(f"{_START}<row><c>{'<is/>' * 100_000}</c></row></sheetData>"), "file_damaged"),
    "runs in a cell": (lambda _: padded(f"{_START}<row><c t='inlineStr'><is>{'<r/>' * 9_000}</is></c></row></sheetData>"), "file_damaged"),
    "a row beyond the last": (lambda _: padded("<sheetData><row r='1048577'/></sheetData>"), "file_damaged"),
    "deep": (lambda _: padded("<a>" * 5_000 + "</a>" * 5_000 + ROWS), "file_damaged"),
    "sheet1.bin, deep": (lambda _: named("worksheets/sheet1.bin", sheet("<a>" * 5_000 + "</a>" * 5_000 + ROWS)), "file_damaged"),
    "sheet1.bin, elements": (lambda many: named("worksheets/sheet1.bin", sheet(ROWS + "<a/>" * many)), "file_damaged"),
    "a picture as sheet, far cells": (
        lambda _: named("media/a.png", sheet("<sheetData><row><c r='ZZ1'/></row></sheetData>")),
        "file_too_wide",
    ),
    "strings.dat, entities": (lambda _: named("strings.dat", f"{entities()}<sst>&l8;</sst>".encode(), "sharedStrings"), "file_damaged"),
    "strings.dat, empty texts": (lambda many: named("s.dat", b"<sst>" + b"<si/>" * 7 * many + b"</sst>", "sharedStrings"), "file_damaged"),
    "strings.dat, runs": (lambda _: named("s.dat", b"<sst><si>" + b"<r/>" * 9_000 + b"</si></sst>", "sharedStrings"), "file_damaged"),
    "strings.dat, elements": (lambda many: named("s.dat", b"<sst>" + b"<a/>" * many + b"</sst>", "sharedStrings"), "file_damaged"),
    "strings.dat, a long text": (
        lambda _: named("s.dat", b"<sst><si><t>" + b"x" * 70_000 + b"</t></si></sst>", "sharedStrings"),
        "file_row_too_long",
    ),
    "styles.dat, formats": (lambda many: named("s.dat", b"<s><cellXfs>" + b"<xf/>" * many + b"</cellXfs></s>", "styles"), "file_damaged"),
    "styles.dat, deep": (lambda _: named("s.dat", b"<a>" * 5_000 + b"</a>" * 5_000, "styles"), "file_damaged"),
    "styles.dat, entities": (lambda _: named("s.dat", f"{entities()}<s/>".encode(), "styles"), "file_damaged"),
    "styles.dat, no numbers": (lambda _: named("s.dat", b"<s><cellXfs><xf numFmtId='x'/></cellXfs></s>", "styles"), "file_damaged"),
    "relationships without end": (
        lambda many: by_hand(ROWS, more={**PADDING, "xl/_rels/workbook.xml.rels": b"<R>" + b"<Relationship/>" * many + b"</R>"}),
        "file_damaged",
    ),
    "a workbook without end": (
        lambda many: by_hand(ROWS, more={**PADDING, "xl/workbook.xml": b"<w>" + b"<sheet/>" * many + b"</w>"}),
        "file_damaged",
    ),
    "a document type in relationships": (
        lambda _: by_hand(ROWS, more={"xl/_rels/workbook.xml.rels": f'{entities()}<Relationships xmlns="{PACKAGE}"/>'.encode()}),
        "file_damaged",
    ),
    "a file of this machine as sheet": (lambda _: named("../../../../../../etc/passwd", b"x"), "file_empty"),
    "itself as sheet": (lambda _: named("workbook.xml", sheet("<sheetData/>")), "file_empty"),
    "attributes": (lambda _: padded(_START + "<row " + " ".join(f"a{n}=''" for n in range(20_000)) + "/></sheetData>"), "file_damaged"),
    "namespaces": (
        lambda many: padded(_START + "".join(f"<a xmlns:n{n}='u{n}'/>" for n in range(many)) + "</sheetData>"),
        "file_damaged",
    ),
    "a long tag": (lambda _: padded(f"{_START}<row x='{'y' * (3 << 20)}'/></sheetData>"), "file_damaged"),
    "a long number": (lambda _: padded(f"{_START}<row><c/><c><v>{'9' * 5_000}</v></c></row></sheetData>"), "file_damaged"),
    "an unknown encoding": (
        lambda _: named("worksheets/sheet2.xml", b'<?xml version="1.0" encoding="zlib"?>' + sheet(ROWS)),
        "file_damaged",
    ),
    "two sheets of one name": (lambda _: twice(), "file_damaged"),
    "parts without end": (lambda _: many_parts(5_000), "file_bomb"),
    "zeros": (lambda _: by_hand(ROWS, more={"xl/worksheets/sheet9.xml": bytes(40 << 20)}), "file_bomb"),
    "macros under another name": (lambda _: named("programs.dat", b"...", "vbaProject"), "file_macros"),
    "blank lines": (lambda _: b"upn,mobile" + b"\n" * 1_100_000, "file_too_large"),
    "one line": (lambda _: b"upn,mobile\n" + b"x" * 2_000_000, "file_row_too_long"),
    "a quotation mark": (lambda _: b'upn,mobile\n"' + b"\n" * 200_000, "file_row_too_long"),
    "a part that nobody reads": (lambda _: by_hand(ROWS, more={"docProps/core.xml": b"<a>" * 9_000}), ""),
}


def endless() -> bytes:
    """A workbook that is within every bound and still takes its reader a minute, without any row."""
    row = f"<row>{'<c/>' * 199}</row>".encode()
    start = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    padding = {"xl/media/photo.jpg": random.Random(1).randbytes(2 << 20)}
    return by_hand("", more={**padding, "xl/worksheets/sheet1.xml": start + row * 230_000 + b"</sheetData></worksheet>"})

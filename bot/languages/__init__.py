"""The catalogue: `nl.po` holds every text of the bot in Dutch, with the English one as its key. English itself needs no file.

PO is what translators and their tools read: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
Dutch that is read stands elsewhere: what may be typed in `commands.grammar.dutch`, headings of columns in `sheets.vocabulary`.

Of the format we use comments, `msgid`, `msgid_plural`, `msgstr` and `msgstr[0]`, `msgstr[1]`, so reading it takes a few lines.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.people import Actor
from bot.domain.said import ENGLISH, Catalogue, Reader
from bot.domain.tickets import NO_TICKETS, Tickets

_FOLDER = Path(__file__).parent
_LINE = re.compile(r'(?P<key>msgid|msgid_plural|msgstr|msgstr\[0\]|msgstr\[1\]) (?P<text>".*")')

#: Codes of the languages there are; the first one is where nothing else is known.
LANGUAGES = ("en", *sorted(file.stem for file in _FOLDER.glob("*.po")))

#: What each calls itself.
NAMES = {"en": "English", "nl": "Nederlands"}


def language_of(locale: str | None) -> str:
    """The language for a locale such as `nl-NL`; empty for one that we do not speak, and for none."""
    code = (locale or "").replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else ""


@cache
def catalogue(language: str) -> Catalogue:
    """The texts of a language; those of one that we do not speak are English."""
    file = _FOLDER / f"{language}.po"
    return read_po(file.read_text(encoding="utf-8")) if language in LANGUAGES and language != "en" else ENGLISH


class Readers:
    """Who reads what.

    Args:
        usual: the language of what many people read, and of whoever's language we do not speak.
        tickets: where tickets are read.
    """

    def __init__(self, usual: str, tickets: Tickets = NO_TICKETS) -> None:
        self._usual = usual
        self._tickets = tickets

    def of(self, person: Actor | None = None) -> Reader:
        """This one person, or everybody."""
        if person is None:
            return Reader(catalogue(self._usual), tickets=self._tickets)
        zone = ZoneInfo(person.zone) if person.zone else UTC
        return Reader(catalogue(person.language or self._usual), zone, self._tickets)


def read_po(text: str) -> dict[str, str]:
    """English text -> translation; of a plural both forms.

    Raises:
        ValueError: a line is none of the subset we use, or a text stands there twice.
    """
    found: dict[str, str] = {}
    entry: dict[str, str] = {}
    key = ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.startswith('"') and key:
            entry[key] += json.loads(line)
        elif matched := _LINE.fullmatch(line):
            key = matched["key"]
            entry[key] = json.loads(matched["text"])
        elif line.strip():
            raise ValueError(f"line {number} is not understood: {line}")
        elif entry:
            _add(found, entry, number)
            entry, key = {}, ""
    return found


def _add(found: dict[str, str], entry: dict[str, str], number: int) -> None:
    """One entry; the one without an id is the file's heading."""
    pairs = [(entry["msgid"], entry.get("msgstr", entry.get("msgstr[0]", "")))]
    if "msgid_plural" in entry:
        pairs.append((entry["msgid_plural"], entry["msgstr[1]"]))
    for english, translated in pairs:
        if english in found:
            raise ValueError(f"before line {number}: “{english}” stands there twice")
        if english and translated:
            found[english] = translated

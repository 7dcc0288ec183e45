"""A table that was pasted into the chat instead of being sent as a file."""

from __future__ import annotations

import re

from bot.domain.said import say
from bot.errors import UsageError

_MARKUP = re.compile(r"<t[dh]\b", re.IGNORECASE)
#: Nobody types one: Teams' field for messages takes the key to leave it.
_TAB = re.compile(r"\S *\t+ *\S")
_LINE_ENDS = re.compile(r"\r\n?|\n|<br\s*/?>|</(?:p|div|li|pre)>", re.IGNORECASE)


def is_table(text: str) -> bool:
    """Whether a message, as it was sent, is rows of cells: of HTML, with tabs between, or several lines with the same mark between."""
    if _MARKUP.search(text) or _TAB.search(text):
        return True
    lines = _LINE_ENDS.split(text)
    return any(sum(mark in line for line in lines) > 1 for mark in "|;")


def no_table() -> UsageError:
    """What to do with it."""
    return UsageError(
        say("That looks like a table, and I read tables from files only. I have done nothing."),
        say("Paste it into Excel, save it as a workbook (.xlsx) or CSV, and drop that file into our personal chat; `bulk` says more."),
    )

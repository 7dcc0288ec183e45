"""Whom a report is about, as the buttons of its card name it: short, without a name in it, and the same at every press.

A card carries an id and nothing else. Nothing has to be stored for this one: a department is named by a digest of its name, which is looked
for among the departments there are, and a group by its object id. Whoever presses may see any report, so a forged reference opens nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

#: Everybody.
EVERYBODY = "all"
_DEPARTMENT, _GROUP = "d", "g"
_DIGITS = 24
_IS_GROUP = re.compile(f"{_GROUP}[0-9a-f]{{32}}")
#: What may be one at all.
REFERENCE = re.compile(f"{EVERYBODY}|{_DEPARTMENT}[0-9a-f]{{{_DIGITS}}}|{_IS_GROUP.pattern}")


def folded(name: str) -> str:
    """A name as it is looked for: case does not count, nor do blanks, quotation marks and a final stop, which a line loses."""
    return unicodedata.normalize("NFC", " ".join(name.replace('"', "").split()).rstrip(".!?,;:…").casefold())


def of_department(name: str) -> str:
    """The reference of a department."""
    return _DEPARTMENT + hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]


def of_group(group_id: str) -> str:
    """The reference of a group; ValueError when this is no object id."""
    return _GROUP + UUID(group_id).hex


def group_in(reference: str) -> str:
    """The object id of the group that a reference names; empty when it names none."""
    return str(UUID(reference[1:])) if _IS_GROUP.fullmatch(reference) else ""


def department_in(reference: str, departments: Iterable[str]) -> str:
    """The department that a reference names; empty when it is none of these."""
    return next((name for name in departments if name and of_department(name) == reference), "")

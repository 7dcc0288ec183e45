"""Words in cells: actions, yes and no, and signs of nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain.rows import Mode
from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.cells import word_set

_MODES: Mapping[Mode, str] = {
    Mode.SET: "set change put edit modify register replace zet zetten instellen wijzig wijzigen vervang vervangen registreer",
    Mode.ADD: "add create new insert toevoegen nieuw",
    Mode.UPDATE: "update bijwerken",
    Mode.REMOVE: "remove delete clear erase drop unset wipe del verwijder verwijderen wis wissen",
}
_ACTIONS = {word: mode for mode, words in _MODES.items() for word in words.split()} | {"voeg toe": Mode.ADD, "werk bij": Mode.UPDATE}
_YES = word_set("on yes y true 1 x aan ja j waar enable enabled ready")
_NO = word_set("off no n false 0 uit nee onwaar disable disabled")
#: Of a row that is to be left alone.
_NO_ACTION = word_set("nothing skip ignore keep leave noop nop niets overslaan negeren behouden laten") | {
    "no action", "no change", "do nothing", "geen actie", "geen wijziging", "niets doen", "niet wijzigen",
}  # fmt: skip
#: In a phone's cell of a row that removes.
_REMOVE = _YES | word_set("remove delete clear removed none - – — verwijder verwijderen wis leeg geen")
#: What programs and people write where there is nothing: reports, databases, PowerShell. `#N/A` is an error and may hide a number.
_NOTHING = word_set("0 none null nil nan undefined empty blank unknown n/a n.a. n.a na geen leeg onbekend nvt n.v.t. n.v.t nb n.b. n.b") | {
    "not set", "not available", "not applicable", "no number", "geen nummer", "niet van toepassing", "niet bekend",
}  # fmt: skip
_NOTHING_OF_MARKS = re.compile(r"[-‐‑‒–—−_.?*/\s]+|[\"'“”‘’`]+|\{\s*\}|\[\s*\]")
#: What PowerShell writes of a list, and of an object that has no text.
_TYPE_NAME = re.compile(r"(?:System|Microsoft)\.[\w.`+]+(?:\[[\w.,`\[\] ]*\])?")


def is_nothing(cell: str) -> bool:
    """Whether a cell with something in it says that there is nothing; not in a column where it says what to do."""
    word = cell.casefold().strip("()<>[]{} ") or cell
    return word in _NOTHING or _NOTHING_OF_MARKS.fullmatch(word) is not None or _TYPE_NAME.fullmatch(cell) is not None


def read_mode(cell: str) -> Mode:
    """The action; an empty cell sets.

    Raises:
        Refusal: it is none, or says that nothing is to be done.
    """
    if not cell:
        return Mode.SET
    if mode := _ACTIONS.get(cell.casefold()):
        return mode
    if is_nothing(cell) or cell.casefold() in _NO_ACTION:
        raise Refusal(
            say("Its action is “{action}”, so nothing is done.", action=cell[:40]),
            say("Write set, add, update or remove if something is to be done; an empty cell sets."),
        )
    raise Refusal(say("I do not know the action “{action}”.", action=cell[:40]), say("Write set, add, update or remove."))


def is_switch(cell: str) -> bool:
    """Whether a cell says on or off."""
    return cell.casefold() in _YES | _NO


def read_switch(cell: str) -> bool:
    """On or off.

    Raises:
        Refusal: neither.
    """
    if is_switch(cell):
        return cell.casefold() in _YES
    raise Refusal(say("“{word}” is neither on nor off.", word=cell[:40]), say("Write on or off, or leave the cell empty."))


def read_forced(cell: str) -> bool:
    """A switch of the old script's; an empty cell is no.

    Raises:
        Refusal: neither yes nor no.
    """
    return read_switch(cell) if cell else False


def read_removal(cell: str) -> bool:
    """Whether the phone of this cell is to go, in a row that removes: the number itself or a yes says so; empty or a no leaves it.

    Raises:
        Refusal: neither.
    """
    word = cell.casefold()
    if not word or word in _NO:
        return False
    if word not in _REMOVE and is_nothing(cell):
        return False
    if word in _REMOVE or sum(map(str.isdigit, word)) >= 6:
        return True
    raise Refusal(
        say("I cannot tell from “{word}” whether this phone is to be removed.", word=cell[:40]),
        say("Write x, or the number that goes; leave the cell empty to keep the phone."),
    )

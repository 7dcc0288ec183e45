"""The inputs of forms: words to choose from, a switch, a line to fill in, a person to pick.

Like the elements, each cleans what it is given. Labels always stand there, for whoever hears the card instead of seeing it.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.said import say, spoken
from cards.elements import Element
from cards.untrusted import inert, plain


def words_to_choose(id: str, label: str, words: Iterable[str], *, missing: str, value: str = "") -> Element:
    """One of a few words of ours, as a list of radio buttons; with `missing`, which is said when none was chosen, one has to be."""
    made: Element = {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": spoken(label),
        "style": "expanded",
        "choices": [{"title": spoken(word), "value": str(word)} for word in words],
    }
    if value:
        made["value"] = value
    return made | {"isRequired": True, "errorMessage": spoken(missing)} if missing else made


def switch(id: str, title: str, *, on: bool, label: str = "") -> Element:
    """Yes or no; its value is "true" or "false"."""
    value = "true" if on else "false"
    made: Element = {"type": "Input.Toggle", "id": id, "title": inert(spoken(title), 240), "value": value, "wrap": True}
    return made | {"label": spoken(label)} if label else made


def text_input(id: str, label: str, *, limit: int, missing: str = "", telephone: bool = False, value: str = "") -> Element:
    """One line to fill in; with `missing`, which is said when nothing was, it has to be."""
    made: Element = {"type": "Input.Text", "id": id, "label": inert(spoken(label), 120), "maxLength": limit}
    if telephone:
        made["style"] = "Tel"
    if value:
        made["value"] = plain(value, limit)
    return made | {"isRequired": True, "errorMessage": spoken(missing)} if missing else made


def people_picker(id: str, label: str, picked: str, name: str) -> Element:
    """Somebody of the whole directory, by typing a part of the name; the value is the account's object id.

    Clients without it show an empty list. `picked` and `name` fill it in beforehand:
    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
    """
    made: Element = {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": inert(spoken(label), 120),
        "choices": [],
        "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"},
    }
    if picked:
        made |= {"choices": [{"title": inert(name, 120) or spoken(say("somebody")), "value": picked}], "value": picked}
    return made

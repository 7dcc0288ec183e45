"""The vocabulary of our cards: a few builders, and nothing but these and `cards.buttons` makes Adaptive Card JSON.

Every builder says the words it is given in the reader's language and cleans them, so no caller can forget to. `run()` keeps words as
they are because no client reads a TextRun as Markdown; `heading()`, `address()` and `choices()` stand where Markdown may be read and go
through `inert()`; the functions `{{DATE}}` and `{{TIME}}` are emitted for the moments in sentences alone. Colours and container styles are
the semantic ones, which follow the reader's theme (light, dark, high contrast), and never say anything that a word does not say too.

Elements and properties: https://adaptivecards.io/explorer/ and the 1.5 schema in tests/contracts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from bot.domain.characters import in_quotation_marks
from bot.domain.incoming import Verb
from bot.domain.said import Said, pieces, say, spoken
from bot.domain.said import woven as woven_words
from cards.untrusted import inert, plain

Spacing = Literal["None", "Small", "Default", "Medium", "Large"]
Style = Literal["default", "emphasis", "good", "attention", "warning", "accent"]
Colour = Literal["Default", "Accent", "Good", "Warning", "Attention"]
Size = Literal["Small", "Default", "Medium", "Large", "ExtraLarge"]

#: A mentioned name stands in a card three times, cannot be cut afterwards, and there may be twenty.
MOST_NAME_BYTES = 90

#: One piece of card JSON.
Element = dict[str, Any]

#: More people than this are not asked to refresh: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/overview
MOST_VIEWERS = 60


def run(
    text: str,
    *,
    limit: int = 300,
    bold: bool = False,
    subtle: bool = False,
    strike: bool = False,
    mono: bool = False,
    whole: bool = False,
    unbroken: bool = False,
    size: Size = "Default",
    colour: Colour = "Default",
) -> Element:
    """Words on a line, whoever wrote them; `whole` ones stay on one line, and in `unbroken` ones each masked number does.

    Nobody should want to copy those: their blanks do not break.
    """
    if _is_ours(text):
        shown = _run_of_ours(spoken(text), limit, whole, unbroken)
    else:
        shown = _shown(text, lambda words: _cleaned(words, limit, whole, unbroken), date=True)
    made: Element = {"type": "TextRun", "text": shown}
    if bold:
        made["weight"] = "Bolder"
    if subtle:
        made["isSubtle"] = True
    if strike:
        made["strikethrough"] = True
    if mono:
        made["fontType"] = "Monospace"
    if size != "Default":
        made["size"] = size
    if colour != "Default":
        made["color"] = colour
    return made


def woven(text: Said, /, *, subtle: bool = False, **looks: dict[str, Any]) -> list[Element]:
    """A sentence as runs; parts named in `looks` are made with these arguments of `run`."""
    return [run(part, **looks.get(name, {"subtle": subtle})) for name, part in woven_words(text)]


def line(*runs: Element | str, spacing: Spacing = "Small", align: Literal["Left", "Right"] = "Left") -> Element:
    """A paragraph of runs; a bare string is an ordinary run. With a moment or an overlong word in it, it is one plain text instead."""
    inlines = [run(each) if isinstance(each, str) else each for each in runs]
    made: Element
    if any("{{" in each["text"] for each in inlines) or _overlong(inlines):
        made = _as_text(inlines, spacing)
    else:
        made = {"type": "RichTextBlock", "inlines": inlines, "spacing": spacing}
    if align != "Left":
        made["horizontalAlignment"] = align
    return made


def heading(text: str, *, limit: int = 160, size: Size = "Large", spacing: Spacing = "Default") -> Element:
    """A title that screen readers announce as one. A TextBlock, since a RichTextBlock cannot be a heading."""
    return {
        "type": "TextBlock",
        "text": _heading_of_ours(spoken(text), limit) if _is_ours(text) else inert(spoken(text), limit),
        "style": "heading",
        "size": size,
        "weight": "Bolder",
        "wrap": True,
        "spacing": spacing,
    }


def address(text: str, *, limit: int = 128) -> Element:
    """A user principal name, to read and to copy: wraps anywhere, and no character of an honest address is touched."""
    return {"type": "TextBlock", "text": inert(spoken(text), limit), "wrap": True, "spacing": "None"}


def moment(text: Said, *, date: bool = False, spacing: Spacing = "Small", align: Literal["Left", "Right"] = "Left") -> Element:
    """A quiet line with times in the reader's own zone, after their dates if asked for."""
    made: Element = {
        "type": "TextBlock",
        "text": _shown(text, lambda words: keep_edges(words, inert(words)), date=date),
        "isSubtle": True,
        "wrap": True,
        "spacing": spacing,
    }
    if align != "Left":
        made["horizontalAlignment"] = align
    return made


def box(
    items: Iterable[Element], *, style: Style = "default", spacing: Spacing = "Default", line_above: bool = False, bleed: bool = False
) -> Element:
    """Things that belong together."""
    made: Element = {"type": "Container", "items": list(items), "spacing": spacing}
    if style != "default":
        made["style"] = style
    if line_above:
        made["separator"] = True
    if bleed:
        made["bleed"] = True
    return made


def unfolding(shown: Iterable[Element], rest: Iterable[Element], id: str, *, spacing: Spacing = "Small") -> list[Element]:
    """Things of which a touch shows the rest, and another one folds it away again; as they are where there is no rest."""
    hidden, made = list(rest), box(shown, spacing=spacing)
    if not hidden:
        return [made]
    touched = {"type": "Action.ToggleVisibility", "title": spoken(say("Details")), "targetElements": [id]}
    return [{**made, "selectAction": touched}, folded(box(hidden, spacing="Small"), id)]


def details(rest: Iterable[Element], *beside: Element, spacing: Spacing = "Small") -> list[Element]:
    """What is the same on every card of its kind, folded away behind a word; what stands `beside` that is always there."""
    hidden = list(rest)
    if not hidden:
        return list(beside)
    word = line(run(say("Details"), colour="Accent", bold=True), spacing="None")
    row = [columns(("stretch", beside), ("auto", [word]), spacing="None")] if beside else [word]
    return unfolding(row, hidden, "details", spacing=spacing)


def folded(element: Element, id: str) -> Element:
    """An element that is not shown until a press does."""
    return {**element, "id": id, "isVisible": False}


def columns(*parts: tuple[str, Iterable[Element]], spacing: Spacing = "Small", middle: bool = False, line_above: bool = False) -> Element:
    """Things side by side; each part is a width ("auto", "stretch" or pixels such as "96px") and its elements."""
    made = [{"type": "Column", "width": width, "items": list(items)} for width, items in parts]
    if middle:
        for column in made:
            column["verticalContentAlignment"] = "Center"
    row: Element = {"type": "ColumnSet", "columns": made, "spacing": spacing}
    return row | {"separator": True} if line_above else row


def facts(pairs: Iterable[tuple[str, str | Element]], *, spacing: Spacing = "Medium") -> list[Element]:
    """Label and value, one pair a row; empty values are left out.

    Not a FactSet: its values are read as Markdown, and what stands here was often typed by somebody.
    """
    rows: list[Element] = []
    for label, value in pairs:
        if not value:
            continue
        shown = value if isinstance(value, dict) else line(value)
        rows.append(columns(("100px", [line(run(label, subtle=True))]), ("stretch", [shown]), spacing="Small" if rows else spacing))
    return rows


def band(icon: str, word: str, style: Style, aside: str = "") -> Element:
    """The strip on top that says in an icon, a word and a colour how things stand; `aside` stands at its right."""
    left = line(run(f"{icon} ", bold=True), run(word, bold=True), spacing="None")
    if not aside:
        return box([left], style=style, bleed=True)
    right = line(run(aside, mono=True), spacing="None", align="Right")
    return box([columns(("stretch", [left]), ("auto", [right]), spacing="None", middle=True)], style=style, bleed=True)


def question(id: str, label: str, *, limit: int, missing: str = "") -> Element:
    """A line or two to fill in; with `missing`, which is said when nothing was, it has to be."""
    made: Element = {"type": "Input.Text", "id": id, "label": spoken(label), "maxLength": limit, "isMultiline": True}
    return made | {"isRequired": True, "errorMessage": spoken(missing)} if missing else made


def one_line(id: str, label: str, limit: int, missing: str) -> Element:
    """A few words that have to be filled in."""
    return {**question(id, label, limit=limit, missing=missing), "isMultiline": False}


def mentions(people: Iterable[tuple[str, str]], after: str) -> tuple[Element, list[Element]]:
    """A line that notifies people, given as Teams id and name, and the entities that the card needs for it.

    In a card only a TextBlock or a FactSet may mention, and the text of each entity must stand in it letter by letter:
    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
    """
    entities: list[Element] = []
    for id, name in people:
        shown = inert(name, 60) or spoken(say("approver"))
        while len(json.dumps(shown)) > MOST_NAME_BYTES:
            shown = shown[:-1].rstrip()
        entities.append({"type": "mention", "text": f"<at>{shown}</at>", "mentioned": {"id": id, "name": shown}})
    named, after = ", ".join(str(entity["text"]) for entity in entities), spoken(after)
    return {"type": "TextBlock", "text": f"{named}{keep_edges(after, inert(after))}", "wrap": True, "spacing": "Medium"}, entities


def choices(id: str, label: str, titles: Iterable[str], missing: str) -> Element:
    """One of many, as a list of radio buttons; the value is the index. `missing` is said when nothing was picked."""
    return {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": spoken(label),
        "style": "expanded",
        "isRequired": True,
        "errorMessage": spoken(missing),
        "wrap": True,
        "choices": [{"title": inert(spoken(title), 320), "value": str(index)} for index, title in enumerate(titles)],
    }


def refresh(id: str, people: tuple[str, ...], verb: Verb = Verb.REFRESH, kind: str = "") -> Element:
    """Makes the clients of these people (Teams user ids) ask for the card as it is now."""
    action = {"type": "Action.Execute", "verb": verb.value, "data": {"id": id} | ({"kind": kind} if kind else {})}
    return {"type": "Refresh", "action": action, "userIds": list(dict.fromkeys(people))[:MOST_VIEWERS]}


def card(
    body: Iterable[Element],
    *,
    fallback: str,
    actions: Iterable[Element] = (),
    refreshing: Element | None = None,
    mentioning: Iterable[Element] = (),
) -> Element:
    """The whole card. `fallback` is what clients below 1.5 show; `mentioning` are the entities of `mentions`."""
    made: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": inert(spoken(fallback), 400),
        "msteams": {"width": "Full"},  # https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
        "body": list(body),
    }
    if entities := list(mentioning):
        made["msteams"]["entities"] = entities
    if refreshing:
        made["refresh"] = refreshing
    if pressed := list(actions):
        made["actions"] = pressed
    return made


def _is_ours(text: str) -> bool:
    """Whether nobody else's words are in it: then it need not be cleaned anew for each card, and may be remembered."""
    return isinstance(text, Said) and not text.parts


@lru_cache(2048)
def _run_of_ours(words: str, limit: int, whole: bool, unbroken: bool) -> str:
    return _cleaned(words, limit, whole, unbroken)


@lru_cache(256)
def _heading_of_ours(words: str, limit: int) -> str:
    return inert(words, limit)


def _cleaned(words: str, limit: int, whole: bool, unbroken: bool) -> str:
    """The words of a run. What is to be typed stands in quotation marks, where it has no run of its own."""
    shown = plain(in_quotation_marks(words), limit)
    if unbroken:
        shown = shown.replace(" •", "\u00a0•")
    return keep_edges(words, shown.replace(" ", "\u00a0") if whole else shown)


#: A RichTextBlock breaks at blanks and hyphens alone (seen in adaptivecards 3.0.6), so a longer word would run out of the card. Nothing is
#: put into it, since such words (addresses above all) are copied.
_LONG_WORD = re.compile(r"[^\s\u2010-]{33,}")


def _overlong(inlines: list[Element]) -> bool:
    """Whether a word is too long for a line, and may be broken: a code that stands alone may not."""
    alone = len(inlines) == 1 and "fontType" in inlines[0]
    return not alone and any(len(each["text"]) > 32 and _LONG_WORD.search(each["text"]) for each in inlines)


_FUNCTION = re.compile(r"(\{\{(?:DATE|TIME)\([^)]*\)\}\})")


def _shown(text: str, cleaned: Callable[[str], str], *, date: bool) -> str:
    """The words in the reader's language, cleaned, and each moment as functions that a client shows in the reader's zone.

    The functions need exactly this format: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
    """
    if not (isinstance(text, Said) and text.timed):
        return cleaned(spoken(text))
    shown = ""
    for piece in pieces(text):
        if isinstance(piece, datetime):
            stamp = f"{piece.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            shown += (f"{{{{DATE({stamp},SHORT)}}}}, " if date else "") + f"{{{{TIME({stamp})}}}}"
        else:
            shown += cleaned(piece)
    return shown


def _as_text(inlines: list[Element], spacing: Spacing) -> Element:
    """A paragraph as a TextBlock: in it alone every client is known to carry out the functions of time, and it breaks words anywhere.

    What is to be typed stands in quotation marks there.
    """
    parts = _FUNCTION.split("".join(f"“{each['text']}”" if "fontType" in each else each["text"] for each in inlines))
    text = "".join(part if index % 2 else keep_edges(part, inert(part, 800)) for index, part in enumerate(parts))
    made: Element = {"type": "TextBlock", "text": text, "wrap": True, "spacing": spacing}
    if all(each.get("isSubtle") for each in inlines):
        made["isSubtle"] = True
    if all(each.get("weight") == "Bolder" for each in inlines):
        made["weight"] = "Bolder"
    return made


def keep_edges(text: str, cleaned: str) -> str:
    """Runs follow one another without a gap, so a blank at their edge is meant."""
    return (" " if text[:1] == " " else "") + cleaned + (" " if cleaned and text[-1:] == " " else "")

"""Is this a card that Teams understands? The official 1.5 schema, and a stricter look that names the place of the mistake.

The schema: microsoft/AdaptiveCards schemas/1.5.0/adaptive-card.json, here tests/contracts/adaptive-card-1.5.json. Charts are no part of
it: each is held against a schema of its own (tests/contracts/teams-charts.json), and what stands in its place elsewhere against the
official one, as if every client saw that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft6Validator

CONTRACTS = Path(__file__).parent.parent / "contracts"
SCHEMA = json.loads((CONTRACTS / "adaptive-card-1.5.json").read_text())
_VALIDATOR = Draft6Validator(SCHEMA)
_CHARTS = Draft6Validator(json.loads((CONTRACTS / "teams-charts.json").read_text()))

#: What Teams adds to the root: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
TEAMS_ROOT = {"msteams": {"width": "Full"}}
#: What Teams adds to an input, exactly so: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
TEAMS_PICKER = {"choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}}
#: Types that may go without saying `type`, by the key they stand under.
_UNNAMED = {"facts": "Fact", "choices": "Input.Choice", "columns": "Column", "refresh": "Refresh"}
#: The schema writes `type: object` for these without naming properties: they belong to the bot.
_OURS = frozenset({"data", "requires", "msteams"})


def problems(card: dict[str, Any]) -> list[str]:
    """Everything wrong with the card, or an empty list."""
    whole = {key: value for key, value in card.items() if key not in TEAMS_ROOT}
    found = [f"{chart['type']}: {error.message[:300]}" for chart in charts(whole) for error in _CHARTS.iter_errors(chart)]
    bare = _without_pickers(without_charts(whole))
    found += list(_misspelt(bare, "AdaptiveCard", "card"))
    found += [f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in _VALIDATOR.iter_errors(bare)]
    found += list(_mentions(card))
    found += list(_rules(bare, "card"))
    return found


def charts(card: dict[str, Any]) -> list[dict[str, Any]]:
    """The charts of a card."""
    return [each for each in elements(card) if str(each.get("type")).startswith("Chart.")]


def without_charts(thing: Any) -> Any:
    """The card as a client shows it that knows no charts: what stands in their place, or nothing."""
    if isinstance(thing, list):
        return [without_charts(shown) for each in thing if (shown := _in_place_of(each)) is not None]
    if not isinstance(thing, dict):
        return thing
    return {key: without_charts(value) for key, value in thing.items()}


def _in_place_of(thing: Any) -> Any:
    chart = isinstance(thing, dict) and str(thing.get("type")).startswith("Chart.")
    return thing.get("fallback") if chart else thing


def _without_pickers(thing: Any) -> Any:
    """The card without what makes a choice a people picker; anything that is not exactly that stays, and is found by the schema."""
    if isinstance(thing, list):
        return [_without_pickers(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    picker = thing.get("type") == "Input.ChoiceSet" and thing.get("choices.data") == TEAMS_PICKER["choices.data"]
    return {key: _without_pickers(value) for key, value in thing.items() if not (picker and key in TEAMS_PICKER)}


def _mentions(card: dict[str, Any]) -> Iterator[str]:
    """The width, and entities that each stand letter by letter in a TextBlock."""
    root = dict(card.get("msteams", {}))
    texts = [each["text"] for each in elements(card.get("body", [])) if each.get("type") == "TextBlock"]
    for entity in root.pop("entities", ()):
        mentioned = entity["mentioned"]
        if set(entity) != {"type", "text", "mentioned"} or entity["type"] != "mention" or set(mentioned) != {"id", "name"}:
            yield f"msteams: {entity!r} is no mention"
        if entity["text"] != f"<at>{mentioned.get('name')}</at>" or not any(entity["text"] in text for text in texts):
            yield f"msteams: {entity['text']!r} is not in the card"
    if "msteams" in card and root != TEAMS_ROOT["msteams"]:
        yield f"msteams: {root!r}"


def _misspelt(thing: Any, unnamed: str, path: str) -> Iterator[str]:
    """Properties that the schema does not list for the element's type, and types that it does not know."""
    if isinstance(thing, list):
        for index, each in enumerate(thing):
            yield from _misspelt(each, unnamed, f"{path}[{index}]")
        return
    if not isinstance(thing, dict):
        return
    kind = thing.get("type", unnamed)
    known = _properties(kind)
    if known is None:
        yield f"{path}: unknown type {kind!r}"
        return
    for key, value in thing.items():
        if key not in known:
            yield f"{path}: {kind} has no property {key!r}"
        elif key not in _OURS:
            yield from _misspelt(value, _UNNAMED.get(key, ""), f"{path}.{key}")


def _properties(kind: str) -> set[str] | None:
    definition = SCHEMA["definitions"].get(kind)
    if definition is None:
        return None
    return {key for shape in [definition, *definition.get("anyOf", ())] for key in shape.get("properties", ())}


def _rules(thing: Any, path: str) -> Iterator[str]:
    """What we hold on top of the schema."""
    if isinstance(thing, list):
        for index, each in enumerate(thing):
            yield from _rules(each, f"{path}[{index}]")
    if not isinstance(thing, dict):
        return
    kind = str(thing.get("type", ""))
    if kind == "TextBlock" and thing.get("wrap") is not True:
        yield f"{path}: text that does not wrap is cut off on a phone"
    if kind == "RichTextBlock" and not thing["inlines"]:
        yield f"{path}: empty"
    if kind == "Image" and not thing.get("altText"):
        yield f"{path}: an image without altText"
    if kind.startswith("Input.") and kind != "Input.Choice" and not thing.get("label"):
        yield f"{path}: an input without label"
    for key, value in thing.items():
        if key not in _OURS:
            yield from _rules(value, f"{path}.{key}")


def elements(thing: Any) -> Iterator[dict[str, Any]]:
    """Every object of the card."""
    if isinstance(thing, dict):
        yield thing
        for value in thing.values():
            yield from elements(value)
    elif isinstance(thing, list):
        for each in thing:
            yield from elements(each)


def strings(thing: Any) -> Iterator[str]:
    """Every string of the card."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from strings(value)
    elif isinstance(thing, list):
        for each in thing:
            yield from strings(each)

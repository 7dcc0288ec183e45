"""Every sentence the source can say: what stands in calls of `say` and its kin, and what declarations make sayable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.commands import COMMANDS
from bot.commands.forms import fields
from bot.domain.change import KINDS
from bot.domain.countries import COUNTRIES
from bot.domain.said import Said

ROOT = Path(__file__).parents[2]
SAYING = ("say", "say_count", "say_each")
PLACE = re.compile(r"\{(\w+)\}")
#: Without a word, and yet every language has its own: the sign between thousands.
SIGNS = ("{thousands},{rest}",)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each call of `say`, `say_count` and `say_each`, with where it stands."""
    for file in sorted((*(ROOT / "bot").rglob("*.py"), *(ROOT / "cards").rglob("*.py"))):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "bot.domain.said"]
        ours = {name.name for node in froms for name in node.names} if file.name != "said.py" else set(SAYING)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours.intersection(SAYING):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def written_in(call: ast.Call) -> list[str]:
    """The templates that stand in a call."""
    name = call.func.id  # type: ignore[attr-defined]
    parts: list[ast.expr | None] = list(call.args[1:3] if name == "say_count" else call.args[:1])
    if name == "say_each" and isinstance(call.args[0], ast.Dict):
        parts = list(call.args[0].values)
    return [
        leaf.value
        for part in parts
        if part is not None
        for leaf in ast.walk(part)
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
    ]


def declared() -> Iterator[str]:
    """What commands, forms, kinds of change and countries are called."""
    for command in COMMANDS:
        yield from (*_in(command.topic), *_in(command.summary), *_in(command.title), *_in(command.job), *_in(command.example))
        for field in fields(command):
            yield from _in(field.label)
            for option in field.options:
                yield from _in(option)
    for kind in KINDS.values():
        yield from (*_in(kind.why), *_in(kind.task))
    for country in COUNTRIES.values():
        yield from _in(country)


def _in(text: object) -> Iterator[str]:
    if isinstance(text, Said):
        yield text.template
        for part in text.parts.values():
            yield from _in(part)


def has_words(template: str) -> bool:
    """Whether there is anything to translate."""
    return template in SIGNS or any(char.isalpha() for char in PLACE.sub("", template))


def all_templates() -> set[str]:
    """Every template with words in it."""
    found = {template for _, call in calls() for template in written_in(call)} | set(declared())
    return {template for template in found if has_words(template)}


def places(template: str) -> set[str]:
    """Names of the parts; a capital only says how one begins."""
    return {name[:1].lower() + name[1:] for name in PLACE.findall(template)}

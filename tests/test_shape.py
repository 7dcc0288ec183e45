"""The shape of the house: what one place takes from others, and how long a file may be.

A *collaborator* is something that acts: a port, a service, a clock, whatever can be called. Values are not counted: text, numbers, times,
enumerations, exceptions, whatever `bot.domain` declares (it does nothing but tell), dataclasses of values, and containers of them. A
dataclass of collaborators is one collaborator, and may itself hold no more than anybody else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_COLLABORATORS = 7
MOST_LINES = 350
#: Longer for now; what is taken out of this list never comes back.
STILL_LONGER: frozenset[str] = frozenset()

#: What holds or describes other things, and is what they are.
_HOLDERS = frozenset({
    "tuple", "list", "dict", "set", "frozenset", "Sequence", "Mapping", "Collection", "Iterable", "Iterator", "type", "Literal", "ClassVar",
})  # fmt: skip
_VALUES = frozenset({
    "str", "int", "float", "bool", "bytes", "bytearray", "None", "object", "Any", "datetime", "date", "time", "timedelta", "tzinfo",
    "ZoneInfo", "Path", "Exception", "BaseException",
})  # fmt: skip
_OF_VALUES = frozenset({"Enum", "StrEnum", "IntEnum", "Exception", "BaseException", "NamedTuple", "TypedDict"})


def sources(*roots: str) -> Iterator[tuple[str, ast.Module, int]]:
    for root in roots:
        for path in sorted((ROOT / root).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(ROOT).as_posix(), ast.parse(text), text.count("\n")


@cache
def declared() -> tuple[dict[str, list[ast.ClassDef]], dict[str, list[ast.expr]]]:
    """Every class of the bot and every name that stands for a type, by name; those of the domain are left out."""
    classes: dict[str, list[ast.ClassDef]] = {}
    names: dict[str, list[ast.expr]] = {}
    for path, module, _ in sources("bot"):
        if path.startswith("bot/domain/"):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, []).append(node)
        for node in module.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id[0].isupper():
                names.setdefault(node.targets[0].id, []).append(node.value)
    return classes, names


def fields(node: ast.ClassDef) -> list[tuple[str, ast.expr]]:
    stated = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    return [(each.target.id, each.annotation) for each in stated if isinstance(each.target, ast.Name)]


def is_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(each) for each in node.decorator_list)


@cache
def of_domain() -> frozenset[str]:
    stated = [node for _, module, _ in sources("bot/domain") for node in module.body]
    aliases = [node.targets[0] for node in stated if isinstance(node, ast.Assign)]
    return frozenset(node.name for node in stated if isinstance(node, ast.ClassDef)) | {ast.unparse(alias) for alias in aliases}


@cache
def acts(name: str) -> bool:
    """Whether what has this name for its type is a collaborator; what is not ours and no plain value counts as one."""
    if name in _VALUES or name in of_domain():
        return False
    classes, names = declared()
    if name in classes:
        return any(_class_acts(node) for node in classes[name])
    if name in names:
        return any(is_collaborator(value, seen=frozenset({name})) for value in names[name])
    return True


def _class_acts(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base).split(".")[-1].split("[")[0] for base in node.bases} - {node.name}
    if bases & _OF_VALUES or any(not acts(base) for base in bases if base in declared()[0]):
        return False
    return not is_dataclass(node) or any(is_collaborator(kind, seen=frozenset({node.name})) for _, kind in fields(node))


def is_collaborator(annotation: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
    match annotation:
        case ast.Constant(value=str() as text):
            return is_collaborator(ast.parse(text, mode="eval").body, seen)
        case ast.Constant():
            return False
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name not in seen and acts(name)
        case ast.BinOp(left=left, right=right):
            return is_collaborator(left, seen) or is_collaborator(right, seen)
        case ast.Subscript(value=ast.Name(id=holder) | ast.Attribute(attr=holder), slice=inner) if holder in _HOLDERS:
            return holder != "Literal" and is_collaborator(inner, seen)
        case ast.Subscript(value=value):  # Callable[…], Awaitable[…], and generics of others
            return is_collaborator(value, seen)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(is_collaborator(part, seen) for part in parts)
    return True


def collaborators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [name for name, kind in fields(node) if is_collaborator(kind)] if is_dataclass(node) else []
    taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [each.arg for each in taken if each.annotation and is_collaborator(each.annotation)]


def test_nothing_takes_more_than_seven_collaborators() -> None:
    found = {
        f"{path}:{node.lineno} {node.name}": names
        for path, module, _ in sources("bot")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if len(names := collaborators(node)) > MOST_COLLABORATORS
    }
    assert not found


def test_no_file_is_long() -> None:
    long = {path: lines for path, _, lines in sources("bot", "cards") if lines > MOST_LINES and path not in STILL_LONGER}
    assert not long


def test_what_counts_as_a_collaborator() -> None:
    def counted(annotation: str) -> bool:
        return is_collaborator(ast.parse(annotation, mode="eval").body)

    acting = "Clock Sleep Operations Gate Reviewer Crewing Ports 'Directory' Callable[[str],str] Directory|None tuple[Gate,...] Connection"
    assert [each for each in acting.split() if not counted(each)] == []
    values = (
        "str Person Operation Decision Installation Policy BulkRules frozenset[ChangeKind] Mapping[str,State] datetime|None Refusal tzinfo"
    )
    assert [each for each in values.split() if counted(each)] == []

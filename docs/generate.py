"""Writes every part of the documentation that can be derived from the code. Run by `make docs`; a test fails when it was forgotten.

Generated: the blocks of the pages between `<!-- generated: name -->` and `<!-- /generated -->`, `.env.example`, `manifest/manifest.json`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands import COMMANDS
from bot.commands.grammar.dutch import DUTCH
from bot.commands.needs import OPTIONAL_PERMISSIONS, SETTING_PERMISSIONS, needed_permissions
from bot.commands.spec import Audience
from bot.domain.life import TRANSITIONS, State
from bot.settings.environment import Settings
from manifest import package

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
#: The pages with generated blocks.
PAGES = tuple(DOCS / f"{name}.md" for name in ("commands", "settings", "install-by-hand", "architecture"))
#: What nobody can do without; in `.env.example` these are the lines that are not commented out.
REQUIRED = ("MicrosoftAppId", "MicrosoftAppPassword", "MicrosoftAppTenantId", "HELPDESK_GROUP_ID")
_AUDIENCES = {
    Audience.EVERYBODY: "everybody",
    Audience.HELPDESK: "helpdesk",
    Audience.STAFF: "helpdesk, administrators",
    Audience.ADMINISTRATORS: "administrators",
    Audience.REPORTERS: "administrators, whom the policy names",
}
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def commands() -> str:
    """What can be said, by topic, and who may say it."""
    rows = [(f"`{command.syntax}`", command.summary, f"`{command.example}`", _AUDIENCES[command.audience]) for command in COMMANDS]
    return _table(("Say", "What it does", "Example", "Who"), rows)


def dutch() -> str:
    """What can be typed in Dutch instead."""
    return _table(("English", "Dutch"), [(f"`{english}`", ", ".join(f"`{way}`" for way in ways)) for english, ways in DUTCH.items()])


def settings() -> str:
    """Every setting, in the order of the code."""
    return _table(
        ("Variable", "Default", "Meaning"), [(f"`{name}`", default and f"`{default}`", meaning) for name, default, meaning in _settings()]
    )


def _settings() -> list[tuple[str, str, str]]:
    return [(str(field.validation_alias), _as_typed(field.default), str(field.description)) for field in Settings.model_fields.values()]


def _as_typed(value: Any) -> str:
    """A default as one would write it in the environment; empty when there is none."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None or value == () else str(value)


def options() -> str:
    """The variables of `app.py package`."""
    return _table(
        ("Variable", "Default", "Meaning"),
        [(f"`{option.variable}`", option.default and f"`{option.default}`", option.meaning) for option in package.OPTIONS],
    )


def permissions() -> str:
    """Each Graph application permission with its reasons."""
    return _table(("Application permission", "Why"), [(f"`{name}`", "; ".join(reasons)) for name, reasons in needed_permissions().items()])


def optional() -> str:
    """Each permission that can be left out, and what that costs."""
    rows = [(f"`{name}`", extra.why, extra.without) for name, extra in OPTIONAL_PERMISSIONS.items()]
    return _table(("Optional permission", "Why", "Without it"), rows)


def with_setting() -> str:
    """Each permission that one setting needs, and where it is granted."""
    rows = [
        (f"`{one.setting}`", f"`{one.permission}`", one.why, "in Exchange, for that mailbox alone" if one.in_exchange else "in Entra ID")
        for one in SETTING_PERMISSIONS
    ]
    return _table(("With the setting", "Application permission", "Why", "Granted"), rows)


def states() -> str:
    """The life of an operation as a diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.PROPOSED}", f"    [*] --> {State.CHECKING}: a file"]
    for verb, (before, after) in TRANSITIONS.items():
        lines += [f"    {old} --> {new}: {verb}" for old in State if old in before for new in State if new in after]
    lines += [f"    {state} --> [*]" for state in State if state.finished]
    return "\n".join(["```mermaid", *lines, "```", ""])


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") or "–" for cell in line) + " |\n" for line in lines)


BLOCKS = {
    "commands": commands,
    "dutch": dutch,
    "settings": settings,
    "options": options,
    "permissions": permissions,
    "optional": optional,
    "with_setting": with_setting,
    "states": states,
}


def filled(text: str) -> str:
    """A page with its generated blocks as the code says.

    Raises:
        KeyError: a block is called something nobody generates.
    """
    return _BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}{found[3]}", text)


def example() -> str:
    """`.env.example`: every setting with its meaning; optional ones are commented out, with their default."""
    lines = [
        "# Copy to .env and fill in. Written by `make docs`; docs/settings.md says where to find each value.",
        "# A shell wants quotes around values with blanks or signs of its own; `docker run --env-file` wants none.",
        "",
    ]
    for name, default, meaning in _settings():
        lines += [f"# {meaning}", f"{'' if name in REQUIRED else '# '}{name}={default}", ""]
    lines += ["# For `make package` alone:", ""]
    known = {name for name, _, _ in _settings()}
    for option in (one for one in package.OPTIONS if one.variable not in known):
        lines += [f"# {option.meaning}", f"# {option.variable}={option.default}", ""]
    return "\n".join(lines)


def outputs() -> dict[Path, str]:
    """Every generated file with the content it should have."""
    return {
        **{page: filled(page.read_text(encoding="utf-8")) for page in PAGES},
        ROOT / ".env.example": example(),
        package.HERE / "manifest.json": package.as_text(package.generate()),
    }


if __name__ == "__main__":
    for path, content in outputs().items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            sys.stderr.write(f"wrote {path.relative_to(ROOT)}\n")

"""What the pages name is there: commands, settings, files, permissions, targets of make, and what links lead to."""

from __future__ import annotations

import re
from dataclasses import fields as fields_of
from pathlib import Path

import pytest

from bot import metrics
from bot.commands import COMMANDS
from bot.commands.grammar.dutch import DUTCH
from bot.commands.grammar.kinds import Word
from bot.commands.needs import OPTIONAL_PERMISSIONS, SETTING_PERMISSIONS, needed_permissions
from bot.commands.parser import parse
from bot.domain.high import High
from bot.domain.rules import Limits
from bot.errors import Incomplete, Meant, UsageError
from bot.settings.environment import Settings
from docs.generate import README, ROOT
from manifest import package
from tests.documents.pages import LINKING, PAGES, anchors, blocks, prose, spans, text_of

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)

#: What stands for something in a line, and something that may stand there.
_FILLED = {
    "<who>": "omar", "<number>": "+31 6 12345678", "<id>": "7QXF", "<time>": "2 hours", "<14:00>": "14:00", "<address>": "a@mail.example",
    "<reason>": "a lost phone", "<group or department>": "Sales", "<topic or command>": "pass", "<a colleague>": "omar",
    "<command>": "show omar", "because …": "because of a lost phone", "…": "",
}  # fmt: skip
_WORDS = [command.pattern[0] for command in COMMANDS] + [short[0] for command in COMMANDS for short in command.short]
_FIRST = frozenset(
    way.split()[0]
    for part in _WORDS
    for word in ([part] if isinstance(part, Word) else [word for word, _ in getattr(part, "options", ())])
    for way in (word.text, *word.also, *DUTCH.get(word.text, ()))
)
#: Words that begin commands and are other things as well: of policies, of files, of Graph.
_ALSO_OTHER = frozenset({"add", "update", "remove", "set", "report", "bulk", "log"})
#: Of other programs.
_THEIRS = frozenset({"UV_DEFAULT_INDEX", "HTTPS_PROXY"})
_TOP = frozenset(path.name for path in ROOT.iterdir())


def filled(line: str) -> str:
    for sign, something in _FILLED.items():
        line = line.replace(sign, something)
    return line.strip()


def said(page: Path) -> list[str]:
    """The lines between backticks that are meant to be typed to Doorman."""
    tables = re.sub(r"<!-- generated: (\w+) -->.*?<!-- /generated -->", "", prose(page), flags=re.DOTALL)
    written = [found.removeprefix("@Doorman ") for found in spans(page) if found in tables.replace("\\|", "|").replace("\n", " ")]
    lines = [line for line in written if not re.search(r"[\[\]|={}]|^\W|_|\.py|^python|^make", line)]
    return [line for line in lines if filled(line).split(" ")[0].casefold() in _FIRST]


@by_page
def test_what_can_be_typed_is_read(page: Path) -> None:
    wrong = []
    for line in said(page):
        try:
            parse(filled(line))
        except Incomplete:
            pass  # a form asks for the rest
        except UsageError as error:
            asked = error.line if isinstance(error, Meant) else ""
            if asked not in spans(page) and line.split()[0] not in _ALSO_OTHER:  # or the page says what is asked then
                wrong.append((line, str(error)))
    assert wrong == []


def test_there_is_something_to_read() -> None:
    assert sum(len(said(page)) for page in PAGES) > 150


@by_page
def test_settings_are_settings(page: Path) -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()} | {option.variable for option in package.OPTIONS}
    named = {
        name for span in spans(page) for name in re.findall(r"(?<![\w$/.-])([A-Z][A-Z0-9]*_[A-Z0-9_]+|MicrosoftApp\w+)(?![\w.*-])", span)
    }
    assert named - known - _THEIRS == set()


@by_page
def test_files_are_there(page: Path) -> None:
    named = {span.rstrip("/") for span in spans(page) if re.fullmatch(r"\.?[\w.-]+(?:/[\w.-]+)*/?", span)}
    inside = {name for name in named if name.split("/")[0] in _TOP and "/" in name and not name.startswith("build/")}
    assert [name for name in sorted(inside) if not (ROOT / name).exists()] == []
    programs = {name for span in spans(page) for name in re.findall(r"-m ((?:benchmarks|tests|docs)\.[\w.]+)", span)}
    programs |= {name for name in named if re.fullmatch(r"benchmarks\.\w+", name)}
    assert [name for name in programs if not (ROOT / (name.replace(".", "/") + ".py")).exists()] == []


@by_page
def test_permissions_are_those_of_the_table(page: Path) -> None:
    table = {*needed_permissions(), *OPTIONAL_PERMISSIONS, *(one.permission for one in SETTING_PERMISSIONS)}
    named = set(re.findall(r"\b[A-Z][\w-]+\.(?:Read|ReadWrite|Send|RevokeSessions|EnableDisable)\w*(?:\.[\w-]+)*", text_of(page)))
    if page.stem == "install":  # those of the administrator who sets it up
        table |= {
            name for name in named if any(f'"{name}"' in text_of(source) for source in (ROOT / "bot" / "terminal" / "setup").glob("*.py"))
        }
    assert named - table == set()


@by_page
def test_targets_of_make_are_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for span in spans(page) if span.startswith("make ") for word in span.split()[1:] if word.islower()}
    named |= {word for block in blocks(page) for word in re.findall(r"^make (\w+)", block.text, re.MULTILINE)}
    assert named - targets == set()


@pytest.mark.parametrize("page", LINKING, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_links_lead_somewhere(page: Path) -> None:
    for target, place in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", prose(page)):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not place or place in anchors(there), f"{target}#{place}"


def test_every_page_is_in_the_index_and_every_picture_on_a_page() -> None:
    index = text_of(ROOT / "docs" / "README.md")
    assert [page.name for page in PAGES[1:] if page.name != "README.md" and f"]({page.name})" not in index] == []
    pictured = "".join(map(text_of, PAGES))
    assert [picture.name for picture in (ROOT / "docs" / "pictures").iterdir() if f"pictures/{picture.name})" not in pictured] == []


def test_the_front_page_is_read_in_one_go() -> None:
    assert text_of(README).count("\n") <= 200
    assert (ROOT / "docs" / "pictures" / "demo.gif").stat().st_size < 1_500_000


def test_figures_of_the_metrics_page_are_on_its_table() -> None:
    shown = {line.split()[2] for line in metrics.exposed().decode().splitlines() if line.startswith("# TYPE doorman_")}
    shown = {name for name in shown if not name.endswith("_created")}
    assert set(re.findall(r"`(doorman_\w+)`", text_of(ROOT / "docs" / "operations.md"))) == shown


@by_page
def test_blocks_say_what_they_are(page: Path) -> None:
    assert [(block.line, block.text) for block in blocks(page) if not block.language] == []
    assert text_of(page).count("<!-- not run here: ") == sum(bool(block.not_run) for block in blocks(page)) + (
        "`<!-- not run" in text_of(page)
    )


def test_the_numbers_of_the_policy_page_are_those_of_the_code() -> None:
    page = text_of(ROOT / "docs" / "policy.md")
    rows = dict(re.findall(r"^\| `([\w.]+)` \| `[^|]+` \| ([^|]+) \|", page, re.MULTILINE))
    for field in fields_of(Limits):
        assert rows[field.name] == (f'`"{field.default}"`' if isinstance(field.default, str) else str(field.default))
    assert rows["high.approvals"] == str(High().approvals)
    assert rows["high.proof_tier"] == str(High().proof_tier)

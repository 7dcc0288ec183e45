"""What the documentation says about the code is what the code says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot import VERSION
from bot.commands import COMMANDS
from bot.commands.needs import OPTIONAL_PERMISSIONS, needed_permissions
from bot.commands.parser import parse
from bot.domain.life import TRANSITIONS, State
from bot.domain.notice_rules import NoticeRules, NotMeRules
from bot.errors import Meant
from bot.settings.environment import Settings
from bot.settings.policy_people import not_me_rules, notice_rules
from bot.settings.policy_values import Values
from docs import generate


def page(name: str) -> str:
    """The text of one of the pages."""
    return (generate.DOCS / f"{name}.md").read_text(encoding="utf-8")


ARCHITECTURE = page("architecture")


@pytest.mark.parametrize("path", generate.outputs(), ids=lambda path: path.name)
def test_generated_parts_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.outputs()[path], "run `make docs`"


def test_every_block_stands_on_one_page_once() -> None:
    pages = "".join(file.read_text(encoding="utf-8") for file in (generate.README, *generate.DOCS.rglob("*.md")))
    pages = pages.replace("<!-- generated: … -->", "")  # where that is explained
    assert sorted(re.findall(r"<!-- generated: (\w+) -->", pages)) == sorted(generate.BLOCKS)
    assert pages.count("<!-- /generated -->") == len(generate.BLOCKS)


def test_what_the_page_on_lines_says_is_so() -> None:
    how = page("commands")
    meanings = how.partition("## What was probably meant")[2].partition("## Names")[0]
    for typed, asked in re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", meanings, re.MULTILINE):
        with pytest.raises(Meant) as meant:
            parse(typed)
        assert meant.value.line == asked
    times = how.partition("## Times")[2].partition("## What")[0]
    for kind, ways in re.findall(r"^\| (a time of day|with a day|from now|a length) \| (.+) \|$", times, re.MULTILINE):
        for way in re.findall("`([^`]+)`", ways):
            said = parse(f"pass for omar {'for' if kind == 'a length' else 'at'} {way}" if kind != "from now" else f"pass for omar {way}")
            assert said.args["time" if kind == "a length" else "start"], way


def test_every_command_is_on_its_page() -> None:
    for command in COMMANDS:
        syntax = command.syntax.replace("|", "\\|")
        assert f"| `{syntax}` | {command.summary} |" in page("commands")


def test_every_setting_is_on_its_page_and_in_the_example() -> None:
    example = (generate.ROOT / ".env.example").read_text(encoding="utf-8")
    for field in Settings.model_fields.values():
        assert f"| `{field.validation_alias}` |" in page("settings")
        assert re.search(rf"^(# )?{field.validation_alias}=", example, re.MULTILINE)
        assert field.description


def test_the_example_shows_no_secret_and_asks_for_what_is_required() -> None:
    example = (generate.ROOT / ".env.example").read_text(encoding="utf-8")
    open_lines = [line for line in example.splitlines() if line and not line.startswith("#")]
    assert open_lines == [f"{name}=" for name in ("MicrosoftAppId", "MicrosoftAppPassword", "MicrosoftAppTenantId", "HELPDESK_GROUP_ID")]


def test_every_permission_has_a_reason() -> None:
    for name, reasons in needed_permissions().items():
        assert f"| `{name}` | {'; '.join(reasons)} |" in page("install-by-hand")
        assert all(reasons)


def test_every_optional_permission_says_what_is_lost_without_it() -> None:
    for name, extra in OPTIONAL_PERMISSIONS.items():
        assert f"| `{name}` | {extra.why} | {extra.without} |" in page("install-by-hand")


def test_every_state_and_verb_is_in_the_diagram() -> None:
    diagram = generate.states()
    assert all(str(state) in diagram for state in State)
    assert all(f": {verb}\n" in diagram for verb in TRANSITIONS)


def test_decisions_named_in_the_code_exist() -> None:
    for source in [*(generate.ROOT / "bot").rglob("*.py"), *(generate.ROOT / "manifest").glob("*.py")]:
        for named in re.findall(r"docs/decisions/[\w.-]+\.md", source.read_text(encoding="utf-8")):
            assert (generate.ROOT / named).exists(), f"{source.name}: {named}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{VERSION}]" in (generate.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_page_of_decisions_lists_each_of_them_once() -> None:
    folder = generate.ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(page.name for page in folder.glob("0*.md"))


def test_every_file_named_on_the_page_of_the_architecture_exists() -> None:
    named = re.findall(r"`((?:bot|cards|simulator|tests|docs)(?:/[\w.-]+)*|[\w.-]+\.(?:py|toml))`", ARCHITECTURE)
    assert len(named) > 100
    assert [name for name in named if not (generate.ROOT / name).exists()] == []


def test_every_name_beside_a_file_on_that_page_stands_in_the_file() -> None:
    named = re.findall(r"`([\w/]+\.py)` \(`(\w+)`\)", ARCHITECTURE)
    assert named
    assert [(file, name) for file, name in named if f"def {name}(" not in (generate.ROOT / file).read_text(encoding="utf-8")] == []


def test_what_policy_is_said_to_be_about_notices_is_what_it_is_without_a_word() -> None:
    example = (generate.ROOT / "policy.example.toml").read_text(encoding="utf-8")
    (on_the_page,) = re.findall(r"```toml\n(.*?)```", page("notices"), re.DOTALL)
    sections = re.findall(r"^# (\[(?:notices|not_me)\]\n(?:# .*\n)+)", example, re.MULTILINE)
    in_the_example = "\n".join(re.findall(r"^(?:# )?(\[\w+\]|\w+ = .*)$", "".join(sections), re.MULTILINE))
    for text in (on_the_page, in_the_example):
        said, values = tomllib.loads(text), Values("", {})
        assert notice_rules(said["notices"], values) == NoticeRules()
        assert not_me_rules(said["not_me"], values) == NotMeRules()
        assert values.problems == []
        assert (len(said["notices"]), len(said["not_me"])) == (6, 4)

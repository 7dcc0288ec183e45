"""The page of the policy file: each key of the reader is there, and each of its examples is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.change import ChangeKind
from bot.domain.rules import Ground, Policy
from bot.settings.policy_file import ADMINISTRATORS, HELPDESK, load
from bot.settings.policy_proof import PROVING
from bot.settings.policy_values import Place, Values
from docs.generate import DOCS
from tests.documents.pages import PAGES, Block, blocks, text_of

POLICY = DOCS / "policy.md"
KNOWN = {HELPDESK: "11111111-1111-4111-8111-111111111111", ADMINISTRATORS: "22222222-2222-4222-8222-222222222222"}
NAMES = """[groups]
"Helpdesk seniors" = "4303a0a2-112f-5c5d-a23c-4506240ea86b"
"Executives" = "d39dc889-d65c-5086-8fed-5cbf8a4fe0e6"

[conversations]
"Helpdesk channel" = "19:c88b99f562fb51399cd358de5a9c5d89@thread.tacv2"
"""
#: A rule in which every example may take the place of a line, or come beside them.
RULE = {
    "name": 'name = "One"',
    "effect": 'effect = "allow"',
    "actions": 'actions = ["*"]',
    "targets": 'targets = ["ordinary"]',
    "ask": 'ask = ["helpdesk"]',
    "approvals": "approvals = 1",
    "approve": 'approve = ["Helpdesk seniors"]',
    "ticket": "ticket = 'INC-[0-9]+'",
    "proof": "proof = { tier = 2 }",
    "conversations": 'conversations = ["Helpdesk channel"]',
}
Reading = Callable[[str], Policy]


def rows() -> list[tuple[str, str, str]]:
    """Table, key and example of each row of the page."""
    found, table = [], ""
    for line in text_of(POLICY).splitlines():
        if head := re.match(r"## `\[+([\w.]+)\]+`", line):
            table = head[1]
        elif line.startswith("## "):
            table = ""
        elif table and (row := re.match(r"\| `([\w.]+)` \| `([\w.]+ = [^`]+)` \|", line)):
            found.append((table, row[1], row[2]))
    return found


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    def reading(text: str) -> Policy:
        (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
        return load(tmp_path / "policy.toml", KNOWN, timedelta(minutes=10))

    return reading


def whole_file(table: str, key: str, example: str) -> str:
    """A file in which this example stands in its place."""
    rule, tables = dict(RULE), {"targets": {"vip": 'vip = ["Executives"]'}}
    if table == "rule":
        rule[key] = example
    else:
        inner, _, name = key.rpartition(".")
        tables.setdefault(f"{table}.{inner}" if inner else table, {})[name] = example
    text = "".join(f"[{name}]\n" + "\n".join(lines.values()) + "\n" for name, lines in tables.items())
    return NAMES + text + "[[rule]]\n" + "\n".join(rule.values()) + "\n"


@pytest.mark.parametrize(("table", "key", "example"), rows(), ids=lambda part: part if " " not in part else "")
def test_each_example_is_read_and_says_something(read: Reading, table: str, key: str, example: str) -> None:
    assert example.startswith(f"{key.rpartition('.')[2]} = ")
    without = read(whole_file("rule", "name", RULE["name"]))
    assert read(whole_file(table, key, example)) != without or example in {*RULE.values(), 'vip = ["Executives"]', "reusable = true"}


def test_each_key_of_the_reader_is_on_the_page(read: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: dict[str, set[str]] = {}
    check = Values.unknown_keys

    def noted(values: Values, found: Mapping[str, Any], known: Collection[str], place: Place) -> None:
        keys.setdefault(place.table, set()).update(known)
        check(values, found, known, place)

    monkeypatch.setattr(Values, "unknown_keys", noted)
    read(whole_file("rule", "name", RULE["name"]))
    tables = keys.pop("")
    keys["threat"] = (keys["threat"] - {"high"}) | {f"high.{key}" for key in keys.pop("threat.high")}
    assert set(keys) == tables - {"groups", "conversations"}  # whose keys are names of one's own
    told: dict[str, set[str]] = {}
    for table, key, _ in rows():
        told.setdefault(table, set()).add(key)
    assert told == keys
    assert set(PROVING) <= keys["rule"]


def test_each_action_and_each_kind_of_target_is_on_the_page() -> None:
    page = text_of(POLICY)
    actions, targets = page.partition("### Actions")[2].partition("### Targets of a rule")[::2]
    first = re.compile(r"^\| ((?:`[\w\"*]+`(?:, )?)+) \|", re.MULTILINE)
    words = {word for cells in first.findall(actions) for word in re.findall(r"`(\w+)`", cells)}
    assert words == {*ChangeKind, "report"}
    kinds = {word for cells in first.findall(targets.partition("## `")[0]) for word in re.findall(r"`(\w+)`", cells)}
    assert kinds == {*Ground, "protected"}


@pytest.mark.parametrize(
    "block", [block for page in PAGES for block in blocks(page) if block.language == "toml"], ids=lambda b: f"{b.page}:{b.line}"
)
def test_each_piece_of_a_policy_on_these_pages_is_read(read: Reading, block: Block) -> None:
    text = block.text
    if "[groups]" not in text and "Helpdesk seniors" in text:
        text = NAMES.partition('"Executives"')[0] + text
    if "[[rule]]" not in text:
        text += "\n[[rule]]\n" + "\n".join(RULE[key] for key in ("name", "effect", "actions", "targets", "ask"))
    assert read(text).rules

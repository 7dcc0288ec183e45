"""The policy file: what it means, and every problem at once, with where it stands and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import bootstrap
from bot.domain.change import ChangeKind
from bot.domain.high import High
from bot.domain.proof import ProofKind, ProofRules
from bot.domain.rules import PROTECTED, REPORT, Ground, Hours, Limits, Policy, default_policy
from bot.settings.environment import ConfigurationError, Settings
from bot.settings.policy_file import (
    ADMINISTRATORS,
    HELPDESK,
    load,
    policy_of,
)
from bot.settings.policy_proof import PROVING
from bot.settings.policy_values import slow
from simulator import cast
from tests.test_config import GOOD

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "policy.example.toml"
HELPDESK_ID, ADMINS_ID = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SENIORS_ID, VIPS_ID = "33333333-3333-4333-8333-33333333333A", "44444444-4444-4444-8444-444444444444"
KNOWN = {HELPDESK: HELPDESK_ID, ADMINISTRATORS: ADMINS_ID}
TEN = timedelta(minutes=10)
_WORDS = sorted([*ChangeKind, REPORT])
ACTIONS = ", ".join(("*", *_WORDS[:-1])) + f" or {_WORDS[-1]}"
Reading = Callable[..., Policy]  # of a text, and of what groups the settings name
Finding = Callable[..., list[str]]
REPORT_RULE = '[[rule]]\nname = "Two"\neffect = "allow"\nactions = ["report"]\nask = ["helpdesk"]\n'
RULE = '[[rule]]\nname = "One"\neffect = "allow"\nactions = ["*"]\ntargets = ["ordinary"]\nask = ["helpdesk"]\n'


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    """Loads a policy from its text."""

    def reading(text: str, known: dict[str, str] = KNOWN) -> Policy:
        (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
        return load(tmp_path / "policy.toml", known, TEN)

    return reading


@pytest.fixture
def problems(read: Reading) -> Finding:
    """The problems of a policy text, without the name of the file."""

    def finding(text: str, known: dict[str, str] = KNOWN) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            read(text, known)
        first, *lines = str(caught.value).splitlines()
        assert re.match("One thing needs" if len(lines) == 1 else f"{len(lines)} things need", first)
        assert all(line.startswith("  - policy.toml") and line.endswith(".") for line in lines)
        return [line.removeprefix("  - policy.toml") for line in lines]

    return finding


def test_what_a_high_threat_level_demands(read: Reading) -> None:
    assert read(RULE).high == High()
    policy = read("[threat]\nunknown = 'high'\n[threat.high]\ndeny = []\napprovals = 2\npass_minutes = 30\n" + RULE)
    assert policy.high == High(deny=frozenset(), approvals=2, pass_minutes=30)
    assert policy.unknown_is_high


def test_the_example_loads_and_says_what_the_built_in_limits_are() -> None:
    known = {HELPDESK: cast.group("Helpdesk").id, ADMINISTRATORS: cast.group("Doorman administrators").id}
    policy = load(EXAMPLE, known, TEN)
    assert (policy.limits, policy.proof) == (Limits(), ProofRules())
    assert (policy.high, policy.unknown_is_high) == (High(), False)
    assert (policy.confirm_for, policy.approve_for) == (Policy(rules=()).confirm_for, Policy(rules=()).approve_for)
    assert policy.break_glass == {cast.person("Emergency Access").id}
    assert policy.vip == {cast.group("Executives").id}
    assert policy.helpdesk == {*known.values(), cast.group("Helpdesk seniors").id}
    assert policy.source == str(EXAMPLE)


def test_the_example_names_every_key_action_target_and_limit() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    words = [
        "conversations",
        "hours",
        "deny_reason",
        "ticket_example",
        "approve_minutes",
        *ChangeKind,
        *Ground,
        REPORT,
        *PROVING,
        *ProofKind,
    ]
    assert [word for word in words if not re.search(rf"\b{word}\b", text)] == []
    assert [limit.name for limit in fields(Limits) if f"\n{limit.name} = " not in text] == []


def test_the_page_for_the_security_officer_quotes_the_example() -> None:
    page = (ROOT / "docs" / "security-officer.md").read_text(encoding="utf-8")
    quoted = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert quoted
    assert all(block in EXAMPLE.read_text(encoding="utf-8") for block in quoted)


def test_everything_a_file_can_say(read: Reading) -> None:
    policy = read(f"""
[groups]
Seniors = "{SENIORS_ID}"
"Very important" = '{VIPS_ID}'
[conversations]
Desk = "19:desk@thread.tacv2"
[targets]
vip = ["Very important"]
break_glass = ["AAAAAAAA-1111-4111-8111-111111111111"]
[limits]
target_per_day = 0
same_number = "refuse"
[defaults]
confirm_minutes = 5
approve_minutes = 90
[[rule]]
name = "Everything"
effect = "allow"
actions = ["set_phone", "create_pass"]
targets = ["vip", "protected"]
ask = ["helpdesk", "administrators"]
approvals = 2
approve = ["Seniors", "administrators"]
reason = true
ticket = 'INC-[0-9]+'
ticket_example = "INC-1"
deny_reason = true
confirm_minutes = 3
approve_minutes = 30
reveal = "manager"
conversations = ["Desk"]
hours = {{ days = ["mon", "fri"], from = "07:00", to = "19:30", zone = "Europe/Amsterdam" }}
[[rule]]
name = "Nothing at all"
effect = "deny"
actions = ["*"]
targets = ["*"]
""")
    rule, deny = policy.rules
    assert (rule.actions, rule.targets) == (frozenset({ChangeKind.SET_PHONE, ChangeKind.CREATE_PASS}), PROTECTED | {Ground.VIP})
    assert (rule.ask, rule.approvals, rule.approve) == (
        frozenset({HELPDESK_ID, ADMINS_ID}), 2, frozenset({SENIORS_ID.lower(), ADMINS_ID}),
    )  # fmt: skip
    assert (rule.reason, rule.ticket, rule.ticket_example, rule.deny_reason) == (True, "INC-[0-9]+", "INC-1", True)
    assert (rule.to_manager, deny.to_manager) == (True, False)
    assert (rule.confirm_for, rule.approve_for) == (timedelta(minutes=3), timedelta(minutes=30))
    assert rule.conversations == {"19:desk@thread.tacv2"}
    assert rule.hours == Hours(frozenset({0, 4}), time(7), time(19, 30), ZoneInfo("Europe/Amsterdam"))
    assert (deny.deny, deny.actions, deny.targets, deny.ask) == (True, frozenset(), frozenset(Ground), frozenset())
    assert policy.vip == {VIPS_ID}
    assert policy.break_glass == {"aaaaaaaa-1111-4111-8111-111111111111"}
    assert policy.helpdesk == {HELPDESK_ID, ADMINS_ID, SENIORS_ID.lower()}
    assert (policy.limits.target_per_day, policy.limits.same_number, policy.limits.agent_per_hour) == (0, "refuse", 30)
    assert (policy.confirm_for, policy.approve_for) == (timedelta(minutes=5), timedelta(minutes=90))
    assert policy.group_names(rule.approve) == "Seniors or the administrators' group"
    assert policy.group_names(rule.conversations) == "Desk"


def test_a_rule_about_reports_gives_no_right_to_a_change_and_protects_nobody(read: Reading) -> None:
    policy = read(f"""
[groups]
Managers = "{SENIORS_ID}"
"Works council" = "{VIPS_ID}"
[conversations]
Desk = "19:desk@thread.tacv2"
{RULE}
[[rule]]
name = "Managers see reports"
effect = "allow"
actions = ["report"]
ask = ["Managers"]
conversations = ["Desk"]
hours = {{ days = ["mon"], from = "07:00", to = "19:00", zone = "Europe/Amsterdam" }}
[[rule]]
name = "Not so the council"
effect = "deny"
actions = ["report"]
ask = ["Works council"]
""")
    managers = SENIORS_ID.lower()
    assert [rule.name for rule in policy.rules] == ["One"]
    assert [(rule.name, rule.deny, rule.ask) for rule in policy.reports] == [
        ("Managers see reports", False, frozenset({managers})), ("Not so the council", True, frozenset({VIPS_ID})),
    ]  # fmt: skip
    assert policy.reports[0].conversations == {"19:desk@thread.tacv2"}
    assert policy.reports[0].hours is not None
    assert policy.asking() == {HELPDESK_ID}
    assert policy.helpdesk == {HELPDESK_ID, ADMINS_ID}
    assert policy.reporting() == {managers}
    assert policy.groups() == {HELPDESK_ID, ADMINS_ID, managers, VIPS_ID}


def test_without_defaults_the_settings_count(read: Reading) -> None:
    policy = read("\ufeff" + RULE)  # some editors begin a file with a mark
    assert (policy.confirm_for, policy.approve_for, policy.limits) == (TEN, timedelta(hours=1), Limits())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": the file: there is no [[rule]], so nobody could do anything: copy the first rule of policy.example.toml."),
        ("[limit]\n" + RULE, ":1: the file, limit: there is no such table (did you mean limits?)."),
        ("x = 2\n" + RULE, ":1: the file, x: there is no such table."),
        ("limits = 5\n" + RULE, ":1: [limits]: this has to be a table: write [limits] on a line of its own."),
        ("[rule]\nname = 'x'\n", ":1: rule 1: rules are written with double brackets: [[rule]]."),
        ("[groups]\nTeam = 'seniors'\n" + RULE.replace("helpdesk", "Team"),
         ":2: [groups], Team: 'seniors' is not an id like 00000000-0000-0000-0000-000000000000: copy the object id of the group from "
         "the Entra admin centre."),
        (f"[groups]\nTeam = '{VIPS_ID}'\n" + RULE,
         ":2: [groups], Team: nothing in the file uses it: use it in a rule or a target class, or remove it."),
        (f"[groups]\nHelpdesk = '{VIPS_ID}'\n" + RULE,
         ":2: [groups], Helpdesk: `helpdesk` stands for the setting HELPDESK_GROUP_ID: use it in rules without declaring it."),
        (f"[groups]\nTeam = '{HELPDESK_ID}'\n" + RULE.replace("helpdesk", "Team"),
         ":2: [groups], Team: this is the group of HELPDESK_GROUP_ID, which a rule calls `helpdesk`: keep one name for it."),
        (f"[groups]\nA = '{VIPS_ID}'\nB = '{VIPS_ID}'\n" + RULE.replace('"helpdesk"', '"A", "B"'),
         ":3: [groups], B: this is the group of “A” too: keep one name for it."),
        ("[conversations]\nDesk = 'Helpdesk'\n" + RULE + 'conversations = ["Desk"]',
         ":2: [conversations], Desk: this is no id of a team, channel or chat: those look like 19:…@thread.tacv2 (in the link to the "
         "channel)."),
        ("[conversations]\nhelpdesk = '19:a@thread.v2'\n" + RULE + 'conversations = ["helpdesk"]',
         ":2: [conversations], helpdesk: a group is called so already: choose another name."),
        (RULE + 'conversations = ["Desk"]',
         ":7: rule 1 (“One”), conversations: no conversation is called “Desk”: declare it in [conversations]."),
        ("[targets]\nvips = []\n" + RULE, ":2: [targets], vips: there is no such key (did you mean vip?)."),
        ("[targets]\nvip = ['helpdeks']\n" + RULE,
         ":2: [targets], vip: no group is called “helpdeks” (did you mean helpdesk?): declare it in [groups]."),
        ("[targets]\nbreak_glass = ['emergency@x.nl']\n" + RULE,
         ":2: [targets], break_glass: 'emergency@x.nl' is not an id like 00000000-0000-0000-0000-000000000000: copy the object id of the "
         "account from the Entra admin centre."),
        ("[targets]\nbreak_glass = 5\n" + RULE,
         ':2: [targets], break_glass: this has to be a list in square brackets, such as ["one", "other"].'),
        ("[limits]\ntarget_per_week = 5\n" + RULE, ":2: [limits], target_per_week: there is no such key (did you mean target_per_day?)."),
        ("[limits]\nagent_per_hour = -1\n" + RULE,
         ":2: [limits], agent_per_hour: -1 is no number from 0 to 1,000,000; 0 switches the limit off."),
        ("[limits]\nagent_per_hour = true\n" + RULE,
         ":2: [limits], agent_per_hour: True is no number from 0 to 1,000,000; 0 switches the limit off."),
        ("[threat]\nlow = 1\n" + RULE, ":2: [threat], low: there is no such key."),
        ("[threat]\nhigh = 1\n" + RULE, ":2: [threat], high: this has to be a table: write [threat.high] on a line of its own."),
        ("[threat]\nunknown = 'low'\n" + RULE, ":2: [threat], unknown: 'low' is none of high or normal."),
        ("[threat.high]\napproval = 1\n" + RULE, ":2: [threat.high], approval: there is no such key (did you mean approvals?)."),
        ("[threat.high]\nproof_tier = 4\n" + RULE, ":2: [threat.high], proof_tier: 4 is no number from 0 to 3."),
        ("[threat.high]\npass_minutes = 5\n" + RULE,
         ":2: [threat.high], pass_minutes: 5 is neither “shortest” nor a number from 10 to 43,200."),
        ("[threat.high]\ndeny = ['block']\n" + RULE,
         ":2: [threat.high], deny: block only takes access away, and that is never denied: remove it."),
        ("[threat.high]\ndeny = 'bulk'\n" + RULE,
         ":2: [threat.high], deny: this has to be a list in square brackets, such as [\"one\", \"other\"]."),
        ("[limits]\nsame_number = 'no'\n" + RULE, ":2: [limits], same_number: 'no' is none of refuse, warn or allow."),
        ("[defaults]\nconfirm_minutes = 0\n" + RULE, ":2: [defaults], confirm_minutes: 0 is no number of minutes from 1 to 1,440."),
        ("[defaults]\nminutes = 5\n" + RULE, ":2: [defaults], minutes: there is no such key (did you mean confirm_minutes?)."),
        (RULE.replace("One", ""),
         ":2: rule 1, name: a rule needs a name of one line, 80 characters at most, because people are told it."),
        (RULE + "\n" + RULE, ":9: rule 2 (“One”), name: rule 1 is called so too: every rule needs its own name."),
        (RULE.replace('"allow"', '"permit"'), ':3: rule 1 (“One”), effect: say effect = "allow" or effect = "deny".'),
        (RULE.replace('"*"', '"set_phones"'),
         f":4: rule 1 (“One”), actions: 'set_phones' is none of {ACTIONS} (did you mean set_phone?)."),
        (RULE.replace('["*"]', "[]"), f":4: rule 1 (“One”), actions: say which, from {ACTIONS}."),
        (RULE.replace("ordinary", "normal"),
         ":5: rule 1 (“One”), targets: 'normal' is none of *, break_glass, guest, helpdesk, ordinary, privileged, protected, restricted or "
         "vip."),
        (RULE.replace("ordinary", "*"),
         ":5: rule 1 (“One”), targets: a rule that allows names whom it is about, one class after the other: “*” would take in the "
         "protected."),
        (RULE.replace('ask = ["helpdesk"]', ""),
         ':1: rule 1 (“One”), ask: nobody could ask for this: name the groups that may, such as ask = ["helpdesk"].'),
        (RULE.replace('["helpdesk"]', '"helpdesk"'),
         ':6: rule 1 (“One”), ask: this has to be a list in square brackets, such as ["one", "other"].'),
        (RULE + "reveal = 'boss'", ":7: rule 1 (“One”), reveal: 'boss' is none of agent or manager."),
        (RULE.replace('"*"', '"set_phone"') + "reveal = 'manager'",
         ":7: rule 1 (“One”), reveal: nothing here is seen once: this goes with create_pass, recover or reset_password, so remove it."),
        (RULE.replace('"allow"', '"deny"') + "reveal = 'agent'",
         ":7: rule 1 (“One”), reveal: this counts in rules that allow, and this one denies: remove it."),
        (RULE + "approvals = 1", ':7: rule 1 (“One”), approvals: nobody could approve this: name the groups that may, as approve = ["…"].'),
        (RULE + "approvals = 6\napprove = ['helpdesk']", ":7: rule 1 (“One”), approvals: 6 is no number from 0 to 5."),
        (RULE + "approvals = 1.5", ":7: rule 1 (“One”), approvals: 1.5 is no number from 0 to 5."),
        (RULE + "approve = ['helpdesk']",
         ":7: rule 1 (“One”), approve: nothing has to be approved here: add approvals = 1, or remove this."),
        (RULE.replace("allow", "deny") + "reason = true",
         ":7: rule 1 (“One”), reason: this counts in rules that allow, and this one denies: remove it."),
        (RULE + "reason = 'yes'", ":7: rule 1 (“One”), reason: 'yes' is neither true nor false."),
        (RULE + "ticket = '['",
         ":7: rule 1 (“One”), ticket: '[' is no pattern (unterminated character set at position 0): write one such as 'INC-[0-9]+', in "
         "single quotation marks."),
        (RULE + "ticket = '([A-Z]+)+'",
         ":7: rule 1 (“One”), ticket: this pattern could take too long: repeat characters, not groups, and 5 times at most."),
        (RULE + "ticket = '[0-9]*'",
         ":7: rule 1 (“One”), ticket: this pattern is content with no ticket at all: let it ask for one character at least."),
        (RULE + "ticket = 'INC-[0-9]+'\nticket_example = 'INC-'",
         ":8: rule 1 (“One”), ticket_example: 'INC-' does not match the pattern INC-[0-9]+."),
        (RULE + "ticket_example = 'INC-1'",
         ":7: rule 1 (“One”), ticket_example: this goes with a pattern: add ticket = '…', or remove it."),
        (RULE + "approve_minutes = 5\napprovals = 1\napprove = ['helpdesk']\nconfirm_minutes = 'ten'",
         ":10: rule 1 (“One”), confirm_minutes: 'ten' is no number of minutes from 1 to 1,440."),
        (RULE + "hours = 'daytime'",
         ':7: rule 1 (“One”), hours: write hours = { days = ["mon", "tue"], from = "07:00", to = "19:00", zone = "Europe/Amsterdam" }.'),
        (RULE + "hours = { days = ['monday'], from = '07:00', to = '19:00', zone = 'Europe/Amsterdam' }",
         ":7: rule 1 (“One”), hours: days: 'monday' is none of mon, tue, wed, thu, fri, sat or sun."),
        (RULE + "hours = { days = [], from = '07:00', to = '19:00', zone = 'Europe/Amsterdam' }",
         ":7: rule 1 (“One”), hours: days: choose from mon, tue, wed, thu, fri, sat or sun."),
        (RULE + "hours = { days = ['mon'], from = '7', to = '19:00', zone = 'Europe/Amsterdam' }",
         ":7: rule 1 (“One”), hours: from: '7' is no time of day: those look like 07:00."),
        (RULE + "hours = { days = ['mon'], from = '07:00', to = '24:00', zone = 'Europe/Amsterdam' }",
         ":7: rule 1 (“One”), hours: to: '24:00' is no time of day: those look like 07:00."),
        (RULE + "hours = { days = ['mon'], from = '07:00', to = '19:00', zone = 'Amsterdam' }",
         ":7: rule 1 (“One”), hours: zone: 'Amsterdam' is no time zone: those look like Europe/Amsterdam."),
        (RULE + REPORT_RULE.replace('["report"]', '["report", "set_phone"]'),
         ":10: rule 2 (“Two”), actions: “report” changes nobody, so it stands alone: give it a rule of its own."),
        (RULE + REPORT_RULE.replace('["report"]', '["report", "*"]'),
         ":10: rule 2 (“Two”), actions: “report” changes nobody, so it stands alone: give it a rule of its own."),
        (RULE + REPORT_RULE + 'targets = ["ordinary"]',
         ":12: rule 2 (“Two”), targets: this counts for changes, and “report” makes none: remove it."),
        (RULE + REPORT_RULE + "approvals = 1",
         ":12: rule 2 (“Two”), approvals: this counts for changes, and “report” makes none: remove it."),
        (RULE + REPORT_RULE.replace('ask = ["helpdesk"]', ""),
         ':7: rule 2 (“Two”), ask: nobody could see a report by this: name the groups that may, such as ask = ["helpdesk"].'),
        (RULE + REPORT_RULE.replace("helpdesk", "managers"),
         ":11: rule 2 (“Two”), ask: no group is called “managers”: declare it in [groups]."),
        (RULE + REPORT_RULE.replace("Two", "One"), ":8: rule 2 (“One”), name: rule 1 is called so too: every rule needs its own name."),
        (RULE + REPORT_RULE + "reasons = true", ":12: rule 2 (“Two”), reasons: there is no such key (did you mean reason?)."),
        (RULE + "tickets = true", ":7: rule 1 (“One”), tickets: there is no such key (did you mean ticket?)."),
    ],
)  # fmt: skip
def test_each_problem_says_where_it_is_and_what_to_do(problems: Finding, text: str, said: str) -> None:
    assert problems(text) == [said]


@pytest.mark.parametrize("value", ["5", "true", "1.5", "2026-01-01", "[[1]]", "{ a = 1 }", "[{}]", "''", "nan", "[1, 'a']"])
@pytest.mark.parametrize("key", ["name", "effect", "actions", "targets", "ask", "conversations", "hours", "approvals", "approve",
                                 "reason", "ticket", "ticket_example", "deny_reason", "confirm_minutes", "approve_minutes"])  # fmt: skip
def test_no_value_of_a_wrong_kind_gets_through_or_crashes(read: Reading, key: str, value: str) -> None:
    kept = "".join(f"{line}\n" for line in RULE.splitlines() if not line.startswith(f"{key} ="))
    harmless = {("name", "'x'"), ("ticket", "''"), ("ticket_example", "''"), ("approvals", "5"), ("confirm_minutes", "5")}
    flags = {(flag, "true") for flag in ("reason", "deny_reason")}
    if (key, value) in harmless | flags and key not in ("approvals", "deny_reason"):
        read(kept + f"{key} = {value}\n")
        return
    with pytest.raises(ConfigurationError, match=key):
        read(kept + f"{key} = {value}\n")


def test_a_group_of_a_setting_that_is_absent(problems: Finding) -> None:
    absent = {HELPDESK: HELPDESK_ID, ADMINISTRATORS: ""}
    assert problems(RULE.replace('"helpdesk"', '"helpdesk", "administrators"'), absent) == [
        ":6: rule 1 (“One”), ask: `administrators` stands for the setting ADMIN_GROUP_ID, which is not set."
    ]


def test_every_problem_is_told_at_once_in_the_order_of_the_file(problems: Finding) -> None:
    text = "[limits]\nwhat = 1\n[[rule]]\nname = 'A'\neffect = 'no'\nactions = ['x']\n\n[[rule]]\nname = 'A'\nhours = 1\n"
    said = problems(text)
    assert [line.partition(": ")[0] for line in said] == sorted((line.partition(": ")[0] for line in said), key=lambda at: int(at[1:]))
    assert [line for line in said if line.startswith((":2:", ":5:", ":6:", ":9:", ":10:"))] == [
        ":2: [limits], what: there is no such key.",
        ":5: rule 1 (“A”), effect: say effect = \"allow\" or effect = \"deny\".",
        f":6: rule 1 (“A”), actions: 'x' is none of {ACTIONS}.",
        ":9: rule 2 (“A”), name: rule 1 is called so too: every rule needs its own name.",
        ':10: rule 2 (“A”), hours: write hours = { days = ["mon", "tue"], from = "07:00", to = "19:00", zone = "Europe/Amsterdam" }.',
    ]  # fmt: skip
    assert len(said) == 11


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory): correct the path, or remove it."),
        (b"[[rule]\n", "is not TOML: Expected ']]' at the end of an array declaration (at line 1, column 7)"),
        (b"\xff\xfe[", "is not UTF-8 text: save it as UTF-8."),
        (b"#" * 200_001, "is larger than 200,000 bytes"),
    ],
)
def test_what_is_no_policy_file_at_all(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        policy_of(Settings.from_env({**GOOD, "POLICY_FILE": str(path)}))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_the_bot_does_not_start_with_a_policy_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="there is no"):
        bootstrap.build(Settings.from_env({**GOOD, "POLICY_FILE": str(tmp_path / "policy.toml")}))


def test_without_a_file_the_built_in_policy_holds() -> None:
    settings = {**GOOD, "ADMIN_GROUP_ID": ADMINS_ID, "CONFIRM_MINUTES": "7"}
    built_in = default_policy(GOOD["HELPDESK_GROUP_ID"], ADMINS_ID, timedelta(minutes=7))
    assert policy_of(Settings.from_env(settings)) == built_in


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-09-14T05:00:00+00:00", True),  # Monday 07:00 in Amsterdam
        ("2026-09-14T04:59:59+00:00", False),
        ("2026-09-14T16:59:59+00:00", True),
        ("2026-09-14T17:00:00+00:00", False),
        ("2026-09-13T12:00:00+00:00", False),  # Sunday
        ("2026-12-14T06:00:00+00:00", True),  # in winter it is an hour later in UTC
        ("2026-12-14T05:59:59+00:00", False),
    ],
)
def test_hours_are_those_of_their_zone(at: str, inside: bool) -> None:
    hours = Hours(frozenset(range(5)), time(7), time(19), ZoneInfo("Europe/Amsterdam"))
    assert hours.include(datetime.fromisoformat(at)) is inside
    assert hours.in_words == "Monday to Friday, 07:00 to 19:00 (Europe/Amsterdam)"


@pytest.mark.parametrize(
    ("at", "inside"),
    [("2026-09-14T23:00", True), ("2026-09-15T05:59", True), ("2026-09-15T06:00", False), ("2026-09-15T23:00", False)],
)
def test_hours_over_midnight_belong_to_the_day_they_began(at: str, inside: bool) -> None:
    hours = Hours(frozenset({0}), time(22), time(6), ZoneInfo("UTC"))
    assert hours.include(datetime.fromisoformat(at).replace(tzinfo=UTC)) is inside
    assert hours.in_words == "Monday, 22:00 to 06:00 (UTC)"


@pytest.mark.parametrize("pattern", ["INC-[0-9]+", "(INC|REQ)-?[0-9]{5,7}", "(?i)inc-\\d+", "[A-Z]{3}-[0-9]{4}(-[0-9]+)?", r"\(\+\)[+*]x"])
def test_patterns_people_need_are_quick(pattern: str) -> None:
    assert not slow(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*b", "(a+){9}", "a?" * 30 + "a" * 30, ".*" * 6 + "x", "[0-9]" * 50, "(?:x*)*"])
def test_patterns_that_search_for_long_are_refused(pattern: str) -> None:
    assert slow(pattern)

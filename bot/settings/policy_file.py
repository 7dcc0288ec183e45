"""`POLICY_FILE` read and checked: TOML in, a policy out, or every problem at once with where it stands and what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.change import ChangeKind
from bot.domain.rules import ADMINS_NAME, HELPDESK_NAME, PROTECTED, REPORT, Ground, Limits, Policy, Rule, default_policy
from bot.settings.environment import ConfigurationError, Settings
from bot.settings.policy_people import not_me_rules, notice_rules, revealed_by_manager
from bot.settings.policy_proof import PROVING, Proving, proof_rules
from bot.settings.policy_values import (
    Place,
    Values,
    is_number,
    line_numbers,
    listed,
    meant,
)
from bot.settings.sign_in import no_sign_in
from bot.settings.threat_level import threat_level

#: Names of groups that come from the settings; a file uses them without declaring them.
HELPDESK, ADMINISTRATORS = "helpdesk", "administrators"
_SETTINGS = {HELPDESK: "HELPDESK_GROUP_ID", ADMINISTRATORS: "ADMIN_GROUP_ID"}

LARGEST_FILE = 200_000
LONGEST_NAME = 80
MOST_APPROVALS = 5
LONGEST_CONFIRMATION, LONGEST_APPROVAL = 1_440, 10_080  # minutes: a day, a week

_TABLES = ("groups", "conversations", "targets", "limits", "defaults", "proof", "notices", "not_me", "threat", "rule")
_ALLOW_ONLY = (
    "approvals", "approve", "reason", "ticket", "ticket_example", "deny_reason", "confirm_minutes", "approve_minutes", "reusable", "reveal",
    *PROVING,
)  # fmt: skip
_ABOUT_SOMEBODY = ("targets", "registered", *_ALLOW_ONLY)
_REPORT_RULE = ("name", "effect", "actions", "ask", "conversations", "hours")
_RULE = (*_REPORT_RULE, *_ABOUT_SOMEBODY)
_EVERYTHING, _PROTECTED = "*", "protected"
_TARGETS = tuple(sorted([*Ground, _PROTECTED]))
_SAME_NUMBER = ("refuse", "warn", "allow")


def policy_of(settings: Settings) -> Policy:
    """The policy of an installation: that of the file, or the built-in one.

    Raises:
        ConfigurationError: the file cannot be used; the text lists every problem.
    """
    confirm_for = timedelta(minutes=settings.confirm_minutes)
    if not settings.policy_file:
        return default_policy(settings.helpdesk_group_id, settings.admin_group_id, confirm_for)
    known = {HELPDESK: settings.helpdesk_group_id, ADMINISTRATORS: settings.admin_group_id}
    return load(Path(settings.policy_file), known, confirm_for, pages=not no_sign_in(settings))


def load(path: Path, known: Mapping[str, str], confirm_for: timedelta, *, pages: bool = True) -> Policy:
    """Reads a policy file.

    Args:
        known: the groups of the settings, name -> id; an empty id for a setting that is absent.
        confirm_for: how long a confirmation may take when the file does not say.
        pages: there is a page on which people sign in for a proof.

    Raises:
        ConfigurationError: the file cannot be used; the text lists every problem.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"POLICY_FILE: {path} cannot be read ({error.strerror}): correct the path, or remove it.") from None
    if len(raw) > LARGEST_FILE:
        raise ConfigurationError(f"POLICY_FILE: {path} is larger than {LARGEST_FILE:,} bytes, so it is hardly a policy: correct the path.")
    try:
        text = raw.decode("utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError:
        raise ConfigurationError(f"POLICY_FILE: {path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"POLICY_FILE: {path} is not TOML: {error}. See policy.example.toml for how it is written.") from None
    values = Values(path.name, line_numbers(text))
    policy = _Reader(values, known, Proving(values, pages=pages)).policy(content, confirm_for, str(path))
    if values.problems:
        count = "One thing needs" if len(values.problems) == 1 else f"{len(values.problems)} things need"
        lines = "\n".join(f"  - {problem}" for _, problem in sorted(values.problems, key=lambda found: found[0]))
        raise ConfigurationError(f"{count} your attention in the policy file {path}:\n{lines}")
    return policy


@dataclass
class _Reader:
    """Reads a parsed file table by table.

    Attributes:
        known: the groups of the settings, name -> id.
        used: names of groups and conversations that something in the file speaks of.
        reports: the rules that are about reports.
    """

    _values: Values
    known: Mapping[str, str]
    _proving: Proving
    groups: dict[str, str] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    reports: list[Rule] = field(default_factory=list)

    def policy(self, content: Mapping[str, Any], confirm_for: timedelta, source: str) -> Policy:
        """The whole file."""
        self._values.unknown_keys(content, _TABLES, Place(""))
        self.groups = self._group_table(self._table(content, "groups"))
        self.conversations = self._conversation_table(self._table(content, "conversations"))
        targets = self._table(content, "targets")
        self._values.unknown_keys(targets, ("vip", "break_glass"), Place("targets"))
        vip = self._group_ids(targets, "vip", Place("targets"))
        break_glass = self._account_ids(targets)
        limits = self._limits(self._table(content, "limits"))
        high, unknown_is_high = threat_level(self._values, self._table(content, "threat"))
        defaults, place = self._table(content, "defaults"), Place("defaults")
        self._values.unknown_keys(defaults, ("confirm_minutes", "approve_minutes", "first_day_to_manager", "full_numbers_in_files"), place)
        self._proving.rules = proof_rules(self._table(content, "proof"), self._values)
        rules = tuple(self._rules(content))
        for name in sorted((set(self.groups) | set(self.conversations)) - self.used):
            table = "groups" if name in self.groups else "conversations"
            self._values.problem(Place(table, key=name), "nothing in the file uses it: use it in a rule or a target class, or remove it")
        standard = Policy(rules=())
        spoken = {HELPDESK_NAME: self.known[HELPDESK], ADMINS_NAME: self.known[ADMINISTRATORS]}
        colleagues = frozenset(filter(None, self.known.values()))
        return Policy(
            rules=rules,
            reports=tuple(self.reports),
            names={one: name for names in (spoken, self.groups, self.conversations) for name, one in names.items()},
            vip=vip,
            break_glass=break_glass,
            helpdesk=colleagues | frozenset(group for rule in rules if not rule.deny for group in rule.ask | rule.approve),
            limits=limits,
            confirm_for=self._values.minutes(defaults, "confirm_minutes", LONGEST_CONFIRMATION, place) or confirm_for,
            approve_for=self._values.minutes(defaults, "approve_minutes", LONGEST_APPROVAL, place) or standard.approve_for,
            first_day_to_manager=self._values.yes_or_no(defaults, "first_day_to_manager", place),
            full_numbers_in_files=self._values.yes_or_no(defaults, "full_numbers_in_files", place),
            notices=notice_rules(self._table(content, "notices"), self._values),
            not_me=not_me_rules(self._table(content, "not_me"), self._values),
            proof=self._proving.rules,
            high=high,
            unknown_is_high=unknown_is_high,
            source=source,
        )

    def _table(self, content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = content.get(name, {})
        if isinstance(table, dict):
            return table
        self._values.problem(Place(name), f"this has to be a table: write [{name}] on a line of its own")
        return {}

    def _group_table(self, table: Mapping[str, Any]) -> dict[str, str]:
        groups: dict[str, str] = {}
        taken = {one: f"{_SETTINGS[name]}, which a rule calls `{name}`" for name, one in self.known.items() if one}
        for name, given in table.items():
            place = Place("groups", key=name)
            if (setting := name.lower()) in self.known:
                what = f"`{setting}` stands for the setting {_SETTINGS[setting]}: use it in rules without declaring it"
                self._values.problem(place, what)
                continue
            groups[name] = self._values.object_id(given, place, "the object id of the group")
            if groups[name] in taken:
                self._values.problem(place, f"this is the group of {taken[groups[name]]}: keep one name for it")
            elif groups[name]:
                taken[groups[name]] = f"“{name}” too"
        return groups

    def _conversation_table(self, table: Mapping[str, Any]) -> dict[str, str]:
        for name, given in table.items():
            if not isinstance(given, str) or not re.fullmatch(r"(?:19|a):\S+", given) or ";" in given:
                what = "this is no id of a team, channel or chat: those look like 19:…@thread.tacv2 (in the link to the channel)"
                self._values.problem(Place("conversations", key=name), what)
            if name in self.groups or name in self.known:
                self._values.problem(Place("conversations", key=name), "a group is called so already: choose another name")
        return {name: given for name, given in table.items() if isinstance(given, str)}

    def _account_ids(self, targets: Mapping[str, Any]) -> frozenset[str]:
        place = Place("targets", key="break_glass")
        given = self._values.words(targets, place)
        return frozenset(self._values.object_id(one, place, "the object id of the account") for one in given) - {""}

    def _limits(self, table: Mapping[str, Any]) -> Limits:
        known = {one.name: one.default for one in fields(Limits)}
        self._values.unknown_keys(table, known, Place("limits"))
        good: dict[str, Any] = {}
        for key, standard in known.items():
            given, place = table.get(key, standard), Place("limits", key=key)
            if isinstance(standard, str) and given not in _SAME_NUMBER:
                self._values.problem(place, f"{given!r} is none of {listed(_SAME_NUMBER)}")
            elif isinstance(standard, int) and not is_number(given, 0, 1_000_000):
                self._values.problem(place, f"{given!r} is no number from 0 to 1,000,000; 0 switches the limit off")
            else:
                good[key] = given
        return Limits(**good)

    def _rules(self, content: Mapping[str, Any]) -> Iterator[Rule]:
        tables = content.get("rule", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self._values.problem(Place("rule", 1), "rules are written with double brackets: [[rule]]")
            return
        if not tables:
            self._values.problem(Place(""), "there is no [[rule]], so nobody could do anything: copy the first rule of policy.example.toml")
        seen: dict[str, int] = {}
        for number, table in enumerate(tables, 1):
            name = table.get("name", "")
            place = Place("rule", number, name=name if isinstance(name, str) else "")
            given = table.get("actions")
            reports = isinstance(given, list) and REPORT in given
            rule = (self._report_rule if reports else self._rule)(table, place)
            if rule.name and (first := seen.setdefault(rule.name, number)) != number:
                place = Place("rule", number, "name", rule.name)
                self._values.problem(place, f"rule {first} is called so too: every rule needs its own name")
            if reports:
                self.reports.append(rule)
            else:
                yield rule

    def _begun(self, table: Mapping[str, Any], place: Place) -> tuple[str, bool]:
        """Name, and whether it denies."""
        self._values.unknown_keys(table, _RULE, place)
        name = table.get("name")
        if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            what = f"a rule needs a name of one line, {LONGEST_NAME} characters at most, because people are told it"
            self._values.problem(place.at("name"), what)
        if table.get("effect") not in ("allow", "deny"):
            self._values.problem(place.at("effect"), 'say effect = "allow" or effect = "deny"')
        return str(name or "").strip(), table.get("effect") == "deny"

    def _report_rule(self, table: Mapping[str, Any], place: Place) -> Rule:
        """A rule about reports: who may see them, where and when."""
        name, deny = self._begun(table, place)
        if self._actions(table, place) or _EVERYTHING in table["actions"]:
            what = f"“{REPORT}” changes nobody, so it stands alone: give it a rule of its own"
            self._values.problem(place.at("actions"), what)
        for key in _ABOUT_SOMEBODY:
            if key in table:
                self._values.problem(place.at(key), f"this counts for changes, and “{REPORT}” makes none: remove it")
        if not deny and not table.get("ask"):
            self._values.problem(place.at("ask"), 'nobody could see a report by this: name the groups that may, such as ask = ["helpdesk"]')
        return Rule(
            name=name,
            deny=deny,
            ask=self._group_ids(table, "ask", place),
            conversations=self._conversation_ids(table, place),
            hours=self._values.hours(table, place),
        )

    def _rule(self, table: Mapping[str, Any], place: Place) -> Rule:
        name, deny = self._begun(table, place)
        if deny:
            for key in _ALLOW_ONLY:
                if key in table:
                    self._values.problem(place.at(key), "this counts in rules that allow, and this one denies: remove it")
        ask, approve = self._group_ids(table, "ask", place), self._group_ids(table, "approve", place)
        approvals = table.get("approvals", 0)
        if not is_number(approvals, 0, MOST_APPROVALS):
            self._values.problem(place.at("approvals"), f"{approvals!r} is no number from 0 to {MOST_APPROVALS}")
            approvals = 0
        elif not deny:
            self._check_people(table, place, approvals)
        actions = self._actions(table, place)
        rule = Rule(
            name=name,
            deny=deny,
            actions=actions,
            targets=self._targets(table, place, deny=deny),
            ask=ask,
            approvals=approvals,
            approve=approve,
            reason=self._values.yes_or_no(table, "reason", place),
            ticket=self._values.pattern(table, place),
            ticket_example=self._values.ticket_example(table, place),
            deny_reason=self._values.yes_or_no(table, "deny_reason", place),
            confirm_for=self._values.minutes(table, "confirm_minutes", LONGEST_CONFIRMATION, place),
            approve_for=self._values.minutes(table, "approve_minutes", LONGEST_APPROVAL, place),
            conversations=self._conversation_ids(table, place),
            hours=self._values.hours(table, place),
            registered=self._values.yes_or_no(table, "registered", place) if "registered" in table else None,
            reusable=self._values.yes_or_no(table, "reusable", place),
            to_manager=revealed_by_manager(table, place, actions, self._values),
        )
        return self._proving.told_by(rule, table, place)

    def _check_people(self, table: Mapping[str, Any], place: Place, approvals: int) -> None:
        if not table.get("ask"):
            self._values.problem(place.at("ask"), 'nobody could ask for this: name the groups that may, such as ask = ["helpdesk"]')
        if approvals and not table.get("approve"):
            self._values.problem(place.at("approvals"), 'nobody could approve this: name the groups that may, as approve = ["…"]')
        for key in ("approve", "approve_minutes", "deny_reason"):
            if not approvals and table.get(key):
                self._values.problem(place.at(key), "nothing has to be approved here: add approvals = 1, or remove this")

    def _actions(self, table: Mapping[str, Any], place: Place) -> frozenset[ChangeKind]:
        words = self._values.required_words(table, place.at("actions"), (*ChangeKind, REPORT, _EVERYTHING)) - {REPORT}
        return frozenset() if _EVERYTHING in words else frozenset(map(ChangeKind, words))

    def _targets(self, table: Mapping[str, Any], place: Place, *, deny: bool) -> frozenset[Ground]:
        place = place.at("targets")
        words = self._values.required_words(table, place, (*_TARGETS, _EVERYTHING))
        if _EVERYTHING in words:
            if not deny:
                what = "a rule that allows names whom it is about, one class after the other: “*” would take in the protected"
                self._values.problem(place, what)
            return frozenset(Ground)
        return frozenset(Ground(word) for word in words - {_PROTECTED}) | (PROTECTED if _PROTECTED in words else frozenset())

    def _group_ids(self, table: Mapping[str, Any], key: str, place: Place) -> frozenset[str]:
        ids = set()
        for name in self._values.words(table, place.at(key)):
            if name in self.groups:
                ids.add(self.groups[name])
            elif self.known.get(name):
                ids.add(self.known[name])
            elif name in self.known:
                self._values.problem(place.at(key), f"`{name}` stands for the setting {_SETTINGS[name]}, which is not set")
            else:
                what = f"no group is called “{name}”{meant(name, [*self.groups, *self.known])}: declare it in [groups]"
                self._values.problem(place.at(key), what)
            self.used.add(name)
        return frozenset(ids) - {""}

    def _conversation_ids(self, table: Mapping[str, Any], place: Place) -> frozenset[str]:
        place, ids = place.at("conversations"), set()
        for name in self._values.words(table, place):
            if name in self.conversations:
                ids.add(self.conversations[name])
            else:
                what = f"no conversation is called “{name}”{meant(name, self.conversations)}: declare it in [conversations]"
                self._values.problem(place, what)
            self.used.add(name)
        return frozenset(ids)

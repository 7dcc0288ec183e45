"""What the policy file says about the people around a change: who is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.change import ChangeKind
from bot.domain.notice_rules import NoticeRules, Way
from bot.settings.policy_values import Place, Values, listed, meant

_NOTICES = ("person", "manager", "manager_for", "old_address", "undeliverable", "bulk")
_UNDELIVERABLE = ("record", "log")
_BULK = (Way.MAIL.value, "none")


def notice_rules(table: Mapping[str, Any], values: Values) -> NoticeRules:
    """`[notices]`; what it does not say is as without a file."""
    place, usual = Place("notices"), NoticeRules()
    values.unknown_keys(table, _NOTICES, place)
    return NoticeRules(
        person=_ways(table, "person", usual.person, values),
        manager=_ways(table, "manager", usual.manager, values),
        manager_for=_kinds(table, usual.manager_for, values),
        old_address=values.yes_or_no(table, "old_address", place) if "old_address" in table else usual.old_address,
        to_log=_one_of(table, "undeliverable", _UNDELIVERABLE, values) == "log",
        bulk=_one_of(table, "bulk", _BULK, values) != "none",
    )


def _ways(table: Mapping[str, Any], key: str, usual: frozenset[Way], values: Values) -> frozenset[Way]:
    if key not in table:
        return usual
    return frozenset(map(Way, _known(table, key, [way.value for way in Way], values)))


def _kinds(table: Mapping[str, Any], usual: frozenset[ChangeKind], values: Values) -> frozenset[ChangeKind]:
    if "manager_for" not in table:
        return usual
    return frozenset(map(ChangeKind, _known(table, "manager_for", [kind.value for kind in ChangeKind], values)))


def _known(table: Mapping[str, Any], key: str, known: list[str], values: Values) -> set[str]:
    place = Place("notices", key=key)
    words = set(values.words(table, place))
    for word in sorted(words - set(known)):
        values.problem(place, f"{word!r} is none of {listed(sorted(known))}{meant(word, known)}")
    return words & set(known)


def _one_of(table: Mapping[str, Any], key: str, words: tuple[str, ...], values: Values) -> str:
    given = table.get(key, words[0])
    if given not in words:
        values.problem(Place("notices", key=key), f"{given!r} is neither {' nor '.join(words)}")
    return str(given)

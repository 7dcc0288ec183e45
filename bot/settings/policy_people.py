"""What the policy file says about the people around a change: who is told of it, and what happens when they did not want it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.change import ChangeKind
from bot.domain.hand_over import SEEN_ONCE
from bot.domain.notice_rules import NoticeRules, NotMeRules, Way
from bot.domain.stop import LONGEST_FREEZE
from bot.settings.policy_values import Place, Values, is_number, listed, meant

_NOTICES = ("person", "manager", "manager_for", "old_address", "undeliverable", "bulk")
_UNDELIVERABLE = ("record", "log")
_BULK = (Way.MAIL.value, "none")
_UNDO = ("new_methods", "nothing")
_ALERT = ("log", "approvers")
_REVEAL = ("agent", "manager")


def notice_rules(table: Mapping[str, Any], values: Values) -> NoticeRules:
    """`[notices]`; what it does not say is as without a file."""
    place, usual = Place("notices"), NoticeRules()
    values.unknown_keys(table, _NOTICES, place)
    return NoticeRules(
        person=_ways(table, "person", usual.person, values),
        manager=_ways(table, "manager", usual.manager, values),
        manager_for=_kinds(table, usual.manager_for, values),
        old_address=values.yes_or_no(table, "old_address", place) if "old_address" in table else usual.old_address,
        to_log=_one_of(table, place.at("undeliverable"), _UNDELIVERABLE, values) == "log",
        bulk=_one_of(table, place.at("bulk"), _BULK, values) != "none",
    )


def not_me_rules(table: Mapping[str, Any], values: Values) -> NotMeRules:
    """`[not_me]`; what it does not say is as without a file."""
    place, usual = Place("not_me"), NotMeRules()
    values.unknown_keys(table, ("freeze_hours", "end_sessions", "undo", "alert"), place)
    hours = table.get("freeze_hours", usual.freeze_for // timedelta(hours=1))
    if not is_number(hours, 1, LONGEST_FREEZE // timedelta(hours=1)):
        values.problem(place.at("freeze_hours"), f"{hours!r} is no number of hours from 1 to {LONGEST_FREEZE // timedelta(hours=1)}")
        hours = 24
    alert = _known(table, place.at("alert"), _ALERT, values) if "alert" in table else set(_ALERT)
    return NotMeRules(
        freeze_for=timedelta(hours=hours),
        end_sessions=values.yes_or_no(table, "end_sessions", place) if "end_sessions" in table else usual.end_sessions,
        undo=_one_of(table, place.at("undo"), _UNDO, values) != "nothing",
        log="log" in alert,
        approvers="approvers" in alert,
    )


def revealed_by_manager(table: Mapping[str, Any], place: Place, actions: frozenset[ChangeKind], values: Values) -> bool:
    """`reveal` of a rule: whether the manager sees what is seen once.

    Args:
        actions: of that rule; empty for all.
    """
    given, place = table.get("reveal", _REVEAL[0]), place.at("reveal")
    if given not in _REVEAL:
        values.problem(place, f"{given!r} is none of {listed(_REVEAL)}")
    if "reveal" in table and actions and SEEN_ONCE.isdisjoint(actions):
        values.problem(place, f"nothing here is seen once: this goes with {listed(sorted(SEEN_ONCE))}, so remove it")
    return bool(given == "manager")


def _ways(table: Mapping[str, Any], key: str, usual: frozenset[Way], values: Values) -> frozenset[Way]:
    if key not in table:
        return usual
    return frozenset(map(Way, _known(table, Place("notices", key=key), [way.value for way in Way], values)))


def _kinds(table: Mapping[str, Any], usual: frozenset[ChangeKind], values: Values) -> frozenset[ChangeKind]:
    if "manager_for" not in table:
        return usual
    return frozenset(map(ChangeKind, _known(table, Place("notices", key="manager_for"), [kind.value for kind in ChangeKind], values)))


def _known(table: Mapping[str, Any], place: Place, known: Sequence[str], values: Values) -> set[str]:
    words = set(values.words(table, place))
    for word in sorted(words - set(known)):
        values.problem(place, f"{word!r} is none of {listed(sorted(known))}{meant(word, known)}")
    return words & set(known)


def _one_of(table: Mapping[str, Any], place: Place, words: tuple[str, ...], values: Values) -> str:
    given = table.get(place.key, words[0])
    if given not in words:
        values.problem(place, f"{given!r} is neither {' nor '.join(words)}")
    return str(given)

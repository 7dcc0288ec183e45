"""The table [threat] of the policy file: what a high threat level demands, and how it counts while nobody can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.high import SHORTEST, High
from bot.settings.policy_values import Place, Values, is_number, listed, meant

_LEVELS = ("high", "normal")
_SHORTEST = "shortest"
#: https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration: 10 minutes to 30 days
_PASS_MINUTES = (10, 43_200)
#: Lowest and highest value of each number.
_NUMBERS = {"approvals": (0, 5), "proof_tier": (0, 3), "target_per_day": (0, 1_000_000)}


def threat_level(values: Values, table: Mapping[str, Any]) -> tuple[High, bool]:
    """What a high level demands, and whether an unknown level counts as high; what is wrong is noted with the values."""
    values.unknown_keys(table, ("unknown", "high"), Place("threat"))
    unknown = table.get("unknown", "normal")
    if unknown not in _LEVELS:
        values.problem(Place("threat", key="unknown"), f"{unknown!r} is none of {listed(_LEVELS)}")
    high = table.get("high", {})
    if isinstance(high, dict):
        return _high(values, high), unknown == "high"
    values.problem(Place("threat", key="high"), "this has to be a table: write [threat.high] on a line of its own")
    return High(), False


def _high(values: Values, table: Mapping[str, Any]) -> High:
    place, good = Place("threat.high"), dict[str, Any]()
    values.unknown_keys(table, [one.name for one in fields(High)], place)
    for key, (least, most) in _NUMBERS.items():
        if key in table and not is_number(table[key], least, most):
            values.problem(place.at(key), f"{table[key]!r} is no number from {least} to {most:,}")
        elif key in table:
            good[key] = table[key]
    if (minutes := table.get("pass_minutes", _SHORTEST)) == _SHORTEST:
        good["pass_minutes"] = SHORTEST
    elif is_number(minutes, *_PASS_MINUTES):
        good["pass_minutes"] = minutes
    else:
        least, most = _PASS_MINUTES
        values.problem(place.at("pass_minutes"), f"{minutes!r} is neither “{_SHORTEST}” nor a number from {least} to {most:,}")
    if "deny" in table:
        good["deny"] = _kinds(values, table, place.at("deny"))
    return High(**good)


def _kinds(values: Values, table: Mapping[str, Any], place: Place) -> frozenset[ChangeKind]:
    known = sorted(frozenset(ChangeKind) - CONTAINING)
    words = values.words(table, place)
    for word in words:
        if word in CONTAINING:
            values.problem(place, f"{word} only takes access away, and that is never denied: remove it")
        elif word not in known:
            values.problem(place, f"{word!r} is none of {listed(known)}{meant(word, known)}")
    return frozenset(ChangeKind(word) for word in words if word in known)

"""What the policy file says of proofs of the caller: the table [proof], and `proof`, `or_proof` and `if_risk` of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.domain.change import ChangeKind
from bot.domain.proof import HIGHEST_TIER, LONGEST_VALID, MOST_PROOFS, NO_PROOF, NOT_OFFERED, ProofKind, ProofNeed, ProofRules
from bot.domain.rules import Rule
from bot.settings.policy_values import Place, Values, is_number, listed, meant

#: What a rule that allows may say of proofs.
PROVING = ("proof", "or_proof", "if_risk")
_KEYS = ("tier", "count", "kinds", "minutes", "or_approvals")
_LONGEST = LONGEST_VALID // timedelta(minutes=1)
#: Lowest and highest value of each number.
_NUMBERS = {"tier": (1, HIGHEST_TIER), "count": (1, MOST_PROOFS), "minutes": (1, _LONGEST), "or_approvals": (1, 5)}
_RULES = {"minutes": (1, _LONGEST), "fails": (1, 100), "recent_days": (0, 3650)}
#: What is proved on a page of ours.
_ON_PAGES = frozenset({ProofKind.SIGN_IN})


def proof_rules(table: Mapping[str, Any], values: Values) -> ProofRules:
    """`[proof]`; what it does not say is as without a file."""
    values.unknown_keys(table, _RULES, Place("proof"))
    good = _numbers(table, _RULES, Place("proof"), values)
    if "minutes" in good:
        good["valid_for"] = timedelta(minutes=good.pop("minutes"))
    return replace(ProofRules(), **good)


@dataclass
class Proving:
    """Reads what rules say of proofs; what is wrong is noted with the values.

    Attributes:
        pages: there is a page on which people sign in.
        rules: `[proof]`, for what a rule does not say.
    """

    _values: Values
    pages: bool
    rules: ProofRules = field(default_factory=ProofRules)

    def told_by(self, rule: Rule, table: Mapping[str, Any], place: Place) -> Rule:
        """The rule with the proofs of its table."""
        if rule.deny:
            return rule  # what it says of proofs is wrong already
        proof, at_risk = self._need(table, place.at("proof")), self._need(table, place.at("if_risk"))
        or_proof = self._values.yes_or_no(table, "or_proof", place)
        if or_proof and not ("proof" in table and rule.approvals):
            what = "the proof of this rule is to stand in for its approvals, so it needs both: add proof = { tier = 2 } and approvals = 1"
            self._values.problem(place.at("or_proof"), what)
        for key in ("proof", "if_risk"):
            if or_proof and isinstance(table.get(key), dict) and "or_approvals" in table[key]:
                what = "or_approvals: with or_proof the approvals of the rule stand in for its proof already: remove one of the two"
                self._values.problem(place.at(key), what)
            if key in table and rule.actions == {ChangeKind.BULK}:
                what = "nobody is on the telephone for the rows of a file: they need the agreement to the file instead, so add approvals"
                self._values.problem(place.at(key), f"{what} and remove this")
        return replace(rule, proof=proof, or_proof=or_proof, if_risk=at_risk)

    def _need(self, table: Mapping[str, Any], place: Place) -> ProofNeed:
        if place.key not in table:
            return NO_PROOF
        given = table[place.key]
        if not isinstance(given, dict) or not given.keys() & {"tier", "count", "kinds"}:
            self._values.problem(place, f"say what has to be proved, such as {place.key} = {{ tier = 2 }}")
            return NO_PROOF
        for key in given:
            if key not in _KEYS:
                self._values.problem(place, f"{key}: there is no such key{meant(key, _KEYS)}")
        good, kinds = _numbers(given, _NUMBERS, place, self._values), self._kinds(given, place)
        minutes = good.pop("minutes", None)
        valid_for = timedelta(minutes=minutes) if minutes else self.rules.valid_for
        need = replace(ProofNeed(count=1, kinds=kinds, valid_for=valid_for), **good)
        if all(key in good for key in ("tier", "count") if key in given) and (kinds or "kinds" not in given):
            self._check(need, place)
        return need

    def _kinds(self, given: Mapping[str, Any], place: Place) -> frozenset[ProofKind] | None:
        if "kinds" not in given:
            return None
        words, known = given["kinds"], [kind.value for kind in ProofKind]
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            self._values.problem(place, f'kinds: write a list of some of {listed(known)}, such as kinds = ["{known[0]}"]')
            return None
        unknown = sorted(set(words) - set(known))
        for word in unknown:
            self._values.problem(place, f"kinds: {word!r} is none of {listed(known)}{meant(word, known)}")
        return None if unknown else frozenset(map(ProofKind, words))

    def _check(self, need: ProofNeed, place: Place) -> None:
        """Whether it can be met at all, and here."""
        higher = "" if need.tier == HIGHEST_TIER else " or higher"
        if not need.could_be_met() and need.count == 1:
            self._values.problem(place, f"nothing can meet this: none of these kinds is of tier {need.tier}{higher}")
        elif not need.could_be_met():
            tier = f" of tier {need.tier}{higher}" if need.tier else ""
            what = f"nothing can meet this: of the kinds it accepts, no {need.count}{tier} are independent of one another"
            self._values.problem(place, what)
        elif not need.could_be_met(NOT_OFFERED):
            self._values.problem(place, f"{listed(sorted(NOT_OFFERED))} is not built yet: name another kind that is enough without it")
        elif not self.pages and not need.could_be_met(NOT_OFFERED | _ON_PAGES):
            page = f"{listed(sorted(_ON_PAGES))} needs a page of Doorman's"
            what = f"{page}: set PUBLIC_URL and PROOF_CONTEXT, or name other kinds that are enough without it"
            self._values.problem(place, what)


def _numbers(table: Mapping[str, Any], known: Mapping[str, tuple[int, int]], place: Place, values: Values) -> dict[str, Any]:
    """Those that are within their bounds."""
    good = {}
    for key, (least, most) in known.items():
        if key in table and not is_number(table[key], least, most):
            what = f"{table[key]!r} is no number from {least} to {most:,}"
            values.problem(*((place, f"{key}: {what}") if place.key else (place.at(key), what)))
        elif key in table:
            good[key] = table[key]
    return good

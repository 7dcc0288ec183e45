"""Where a policy demands less agreement than the built-in one. Pure; for whoever examines an installation, so in English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.rules import Ground, Policy, Rule

_ABOUT = {
    (False,): "for somebody without any sign-in method",
    (True,): "for somebody registered",
    (False, True): "whoever it is about",
}


def looser(policy: Policy, built_in: Policy) -> tuple[str, ...]:
    """What fewer people have to agree to than without a policy file, as far as ordinary people are concerned: one sentence each.

    Rules that hold at certain hours or in certain conversations count as if they always did: who finds the gap uses it then and there.
    """
    found: dict[tuple[tuple[bool, ...], int, int], list[ChangeKind]] = {}
    for kind in ChangeKind:
        if kind in CONTAINING:
            continue
        for registered in (False, True):
            least, usual = _least(policy, kind, registered), _least(built_in, kind, registered)
            if least is not None and usual is not None and least < usual:
                found.setdefault(((registered,), least, usual), []).append(kind)
    said = [_said(kinds, *key) for key, kinds in _merged(found).items()]
    if not any(_covers(rule, ChangeKind.RESET_MFA, True) and rule.registered and rule.approvals for rule in policy.rules):
        said.append(
            "removing method after method until none is left that is strong: no rule with registered = true is about reset_mfa, so the "
            "last step is as free as the first; built in, it amounts to a reset"
        )
    return tuple(said)


def _least(policy: Policy, kind: ChangeKind, registered: bool) -> int | None:
    """How many must agree for whoever finds it easiest to ask; None where nobody may ask."""
    rules = [rule for rule in policy.rules if _covers(rule, kind, registered)]
    askers = frozenset(group for rule in rules for group in rule.ask)
    return min((_demanded(rules, group) for group in askers), default=None)


def _demanded(rules: Iterable[Rule], group: str) -> int:
    return max(rule.approvals for rule in rules if group in rule.ask)


def _covers(rule: Rule, kind: ChangeKind, registered: bool) -> bool:
    about = not rule.actions or kind in rule.actions
    return not rule.deny and about and Ground.ORDINARY in rule.targets and rule.registered in (None, registered)


def _merged(
    found: dict[tuple[tuple[bool, ...], int, int], list[ChangeKind]],
) -> dict[tuple[tuple[bool, ...], int, int], list[ChangeKind]]:
    """What is so for everybody is said once."""
    merged: dict[tuple[tuple[bool, ...], int, int], list[ChangeKind]] = {}
    for (registered, least, usual), kinds in found.items():
        other = found.get(((not registered[0],), least, usual), [])
        both = [kind for kind in kinds if kind in other]
        if both:
            merged[(False, True), least, usual] = both
        if alone := [kind for kind in kinds if kind not in other]:
            merged[registered, least, usual] = alone
    return merged


def _said(kinds: Sequence[ChangeKind], registered: tuple[bool, ...], least: int, usual: int) -> str:
    people = "nobody else has to agree" if not least else f"{least} must agree"
    return f"{', '.join(kinds)} {_ABOUT[registered]}: {people}; built in, {usual} must"

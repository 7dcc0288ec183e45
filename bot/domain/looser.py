"""Where a policy demands less agreement than the built-in one. Pure; for whoever examines an installation, so in English."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.change import CONTAINING, KINDS, ChangeKind
from bot.domain.rules import Ground, Policy, Rule

#: What may be the last step of a reset.
_STEPS = {kind for kind, facts in KINDS.items() if facts.family} - CONTAINING | {ChangeKind.REMOVE_PHONE, ChangeKind.DEACTIVATE_TOKEN}
_ABOUT = {
    (False,): "for somebody without any sign-in method",
    (True,): "for somebody registered",
    (False, True): "whoever it is about",
}


def looser(policy: Policy, built_in: Policy) -> tuple[str, ...]:
    """What fewer people have to agree to than without a policy file, as far as ordinary people are concerned: one sentence each.

    A rule for certain hours or conversations demands nothing at another hour or elsewhere: who finds the gap uses it then and there.
    """
    found: dict[tuple[tuple[bool, ...], int, int], list[ChangeKind]] = {}
    for kind in ChangeKind:
        if kind in CONTAINING:
            continue
        for registered in (False, True):
            least, usual = (_least(_about(one, kind, registered)) for one in (policy, built_in))
            if least is not None and usual is not None and least < usual:
                found.setdefault(((registered,), least, usual), []).append(kind)
    said = [_said(kinds, *key) for key, kinds in _merged(found).items()]
    if any(_least(_about(policy, kind, True)) == 0 for kind in _STEPS) and not _least(_resetting(policy)):
        said.append(
            "removing method after method until none is left that is strong: no rule with registered = true is about reset_mfa, so the "
            "last step is as free as the first; built in, it amounts to a reset"
        )
    return tuple(said)


def _about(policy: Policy, kind: ChangeKind, registered: bool) -> list[Rule]:
    """The rules that allow this to ordinary people."""
    return [
        rule
        for rule in policy.rules
        if not rule.deny
        and (not rule.actions or kind in rule.actions)
        and Ground.ORDINARY in rule.targets
        and rule.registered in (None, registered)
    ]


def _resetting(policy: Policy) -> list[Rule]:
    """The rules that are about a removal too which amounts to a reset."""
    return [rule for rule in _about(policy, ChangeKind.RESET_MFA, True) if rule.registered]


def _least(rules: Sequence[Rule]) -> int | None:
    """How many must agree for whoever finds it easiest to ask; None where nobody may ask."""
    askers = frozenset(group for rule in rules for group in rule.ask)
    return min((_demanded([rule for rule in rules if group in rule.ask]) for group in askers), default=None)


def _demanded(rules: Sequence[Rule]) -> int:
    """What these rules demand when the fewest of them hold."""
    if always := [rule.approvals for rule in rules if not rule.hours and not rule.conversations]:
        return max(always)
    return min(rule.approvals for rule in rules)


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

"""What an operation needs, as it is stored with it and back. The shapes here are stored for years: add keys, never rename them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot.domain.need import Eased, Need
from bot.domain.proof import NO_PROOF, ProofKind, ProofNeed
from bot.domain.said import from_store, to_store


def need_row(need: Need) -> dict[str, Any]:
    """A need as it is stored; what it does not demand has no key, because the version before knows no such key."""
    more = {
        "to_manager": need.to_manager,
        "proof": _proof_row(need.proof) if need.proof else None,
        "eased": list(map(_eased_row, need.eased)),
        "instead": _eased_row(need.instead) if need.instead else None,
        "stood_in": need.stood_in,
        "risky": need.risky,
    }
    return _agreement_row(need) | {key: value for key, value in more.items() if value}


def need(stored: dict[str, Any]) -> Need:
    """The need that is stored so."""
    return Need(
        **_agreement(stored),
        to_manager=stored.get("to_manager", False),
        proof=_proof(stored["proof"]) if stored.get("proof") else NO_PROOF,
        eased=tuple(map(_eased, stored.get("eased", ()))),
        instead=_eased(stored["instead"]) if stored.get("instead") else None,
        stood_in=stored.get("stood_in", False),
        risky=stored.get("risky", False),
    )


def _eased_row(eased: Eased) -> dict[str, Any]:
    return _agreement_row(eased) | {"proof": _proof_row(eased.proof)}


def _eased(stored: dict[str, Any]) -> Eased:
    return Eased(**_agreement(stored), proof=_proof(stored["proof"]))


def _agreement_row(of: Need | Eased) -> dict[str, Any]:
    return {
        "approvals": of.approvals,
        "groups": sorted(of.groups),
        "group_names": to_store(of.group_names),
        "rules": _rules_row(of.rules),
        "deny_reason": of.deny_reason,
        "valid_for": of.valid_for.total_seconds(),
    }


def _agreement(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "approvals": stored["approvals"],
        "groups": frozenset(stored["groups"]),
        "group_names": from_store(stored["group_names"]),
        "rules": _rules(stored["rules"]),
        "deny_reason": stored["deny_reason"],
        "valid_for": timedelta(seconds=stored["valid_for"]),
    }


def _proof_row(proof: ProofNeed) -> dict[str, Any]:
    return {
        "tier": proof.tier,
        "count": proof.count,
        "kinds": None if proof.kinds is None else sorted(proof.kinds),
        "valid_for": proof.valid_for.total_seconds(),
        "or_approvals": proof.or_approvals,
        "rules": _rules_row(proof.rules),
    }


def _proof(stored: dict[str, Any]) -> ProofNeed:
    return ProofNeed(
        tier=stored["tier"],
        count=stored["count"],
        kinds=None if stored["kinds"] is None else frozenset(map(ProofKind, stored["kinds"])),
        valid_for=timedelta(seconds=stored["valid_for"]),
        or_approvals=stored["or_approvals"],
        rules=_rules(stored["rules"]),
    )


def _rules_row(rules: Iterable[str]) -> list[Any]:
    return [to_store(rule) for rule in rules]


def _rules(stored: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(from_store, stored))

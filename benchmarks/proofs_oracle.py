"""Whether what was confirmed was proved: told from what people really pressed and from the rows of the database, by no rule of the bot.

What follows is the contract once more, in plain words, so that a mistake in `bot.domain.proof` or `bot.domain.proving` cannot hide here.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.domain.audit import Tag
from bot.domain.need import Eased, Need
from bot.domain.proof import ProofNeed
from bot.store.tables import audit_events, operations, proofs

#: What each kind is worth, what it rests on, and how many minutes somebody has for an answer.
KINDS = {
    "sign_in": (3, "session", 10),
    "in_person": (3, "body", 15),
    "number_match": (2, "session", 2),
    "manager": (2, "manager", 30),
    "video": (2, "body", 15),
    "call_back": (1, "number", 15),
}
#: How long a proof counts where no rule says.
USUAL_LIFE = timedelta(minutes=15)
#: The states that an operation comes to only when everybody has agreed who has to.
AGREED = frozenset({"queued", "ready", "revealing", "running", "succeeded", "partial"})


@dataclass(frozen=True)
class Wanted:
    """An operation as it was proposed.

    Attributes:
        need: what policy demanded then.
        capped: what a stolen session proves counts less.
    """

    id: str
    need: Need
    capped: bool
    parties: frozenset[str]


@dataclass
class Given:
    """A proof that the database says was given.

    Attributes:
        withdrawn: when it was seen to count no more.
    """

    operation_id: str
    kind: str
    by: str
    at: datetime
    withdrawn: datetime | None = None

    def fits(self, need: ProofNeed, *, capped: bool) -> bool:
        """Whether it is of a kind and worth that a need takes."""
        tier = 1 if capped and self.kind == "number_match" else KINDS[self.kind][0]
        named = need.kinds is None or self.kind in {each.value for each in need.kinds}
        return named and tier >= need.tier

    def counts(self, need: ProofNeed, *, capped: bool, at: datetime) -> bool:
        """Whether it counts for a need at a moment."""
        stands = self.withdrawn is None or self.withdrawn >= at
        return self.fits(need, capped=capped) and stands and self.at <= at < self.at + need.valid_for


@dataclass
class Oracle:
    """Watches the operations of one case.

    Attributes:
        right: the moments at which somebody who was asked said yes to a proof, in time, by its id.
        figures: what was seen, so that nobody mistakes an empty run for a good one.
    """

    right: dict[str, list[datetime]] = field(default_factory=dict)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    _states: dict[str, str] = field(default_factory=dict)
    _confirmed: set[str] = field(default_factory=set)

    def pressed(self, proof_id: str, at: datetime) -> None:
        """Somebody who was asked is about to say yes."""
        self.right.setdefault(proof_id, []).append(at)

    def look(self, connection: Connection, now: datetime) -> None:
        """Compares everything with what may be."""
        ids = list(self.wanted)
        rows = connection.execute(select(proofs).where(proofs.c.operation_id.in_(ids))).all()
        for row in rows:
            self._look_at_proof(row, now)
        answers = audit_events.c.tag.in_((Tag.PROOF_GIVEN.value, Tag.PROOF_FAILED.value))
        said = connection.execute(select(func.count()).where(audit_events.c.operation_id.in_(ids), answers)).scalar_one()
        answered = sum(bool(row.by_id) + _denied(row) for row in rows)  # who says no is heard after any answer
        self._must(said <= answered, f"{said} answers to {len(rows)} proofs")
        asked = connection.execute(select(proofs.c.target_id).where(proofs.c.operation_id.in_(ids), proofs.c.state == "asked",
                                                                    proofs.c.expires_at > now)).scalars()  # fmt: skip
        for target_id, many in Counter(asked).items():
            self._must(many == 1, f"{many} proofs about {target_id} are asked for at once")
        for row in connection.execute(select(operations).where(operations.c.id.in_(ids))):
            if row.confirmed_at and row.id not in self._confirmed:
                self._in_order(connection, row)
            self._look_at_operation(row)

    def _in_order(self, connection: Connection, row: Any) -> None:
        """Whoever pressed Confirm while an answer was on its way was right if that was in the trail first, whatever their clocks say."""
        events = select(audit_events.c.tag, audit_events.c.facts).where(
            audit_events.c.operation_id == row.id, audit_events.c.tag.in_((Tag.PROOF_GIVEN.value, Tag.OPERATION_CONFIRMED.value))
        )
        kinds = [json.loads(each.facts).get("kind") for each in connection.execute(events.order_by(audit_events.c.number))]
        confirmed = kinds.index(None)
        earlier = set(kinds[:confirmed]) - set(kinds[confirmed:])
        for one in self.given.values():
            if one.operation_id == row.id and one.kind in earlier:
                one.at = min(one.at, row.confirmed_at)

    def proved(self, wanted: Wanted, need: ProofNeed, at: datetime) -> bool:
        """Whether so many proofs that rest on different things counted at a moment."""
        rests = {KINDS[one.kind][1] for one in self._of(wanted) if one.counts(need, capped=wanted.capped, at=at)}
        return len(rests) >= need.count

    def agreements(self, wanted: Wanted, at: datetime) -> list[int]:
        """How many people's agreement is enough, by each of the ways that are open but that of standing in for a proof."""
        if not self.proved(wanted, wanted.need.proof, at):
            return []
        return [wanted.need.approvals, *(one.approvals for one in wanted.need.eased if self.proved(wanted, one.proof, at))]

    def may_go_on(self, connection: Connection, wanted: Wanted, now: Need) -> bool:
        """Whether what was agreed to may still be carried out, by what nobody has withdrawn of the proofs that it was confirmed with.

        Args:
            now: what policy demands by now, which may be more than it was asked for with.
        """
        row = connection.execute(select(operations).where(operations.c.id == wanted.id)).one()
        asked = (wanted.need.proof, *(one.proof for one in wanted.need.eased))

        def life(given: Given) -> timedelta:
            return max((need.valid_for for need in asked if need and given.fits(need, capped=wanted.capped)), default=USUAL_LIFE)

        standing = [one for one in self._of(wanted) if one.at <= row.confirmed_at < one.at + life(one) and not one.withdrawn]

        def covered(need: ProofNeed) -> bool:
            fits = [one for one in standing if one.fits(need, capped=wanted.capped)]
            return len({KINDS[one.kind][1] for one in fits}) >= need.count

        agreement: Need | Eased | None = now
        if covered(now.proof):
            agreement = next((one for one in now.eased if covered(one.proof)), now)
        else:
            agreement = now.instead if row.request["need"].get("stood_in") else None
        if agreement is None or len(row.approvals) < agreement.approvals:
            return False
        return not agreement.approvals or set(row.request["need"]["groups"]) <= agreement.groups

    def _of(self, wanted: Wanted) -> list[Given]:
        return [one for one in self.given.values() if one.operation_id == wanted.id]

    def _look_at_proof(self, row: Any, now: datetime) -> None:
        before, state = self._states.get(row.id, "asked"), row.state
        self._states[row.id] = state
        if state != before:
            self.figures[f"proofs {state}"] += 1
            allowed = _denied(row) or before == "asked" or (before, state) == ("given", "withdrawn")
            self._must(allowed, f"proof {row.kind} went from {before} to {state}")
        if state == "given" and row.id not in self.given:
            ends = row.asked_at + timedelta(minutes=KINDS[row.kind][2])
            pressed = [at for at in self.right.get(row.id, ()) if row.asked_at <= at < ends]
            self._must(bool(pressed), f"{row.kind} of {row.operation_id} was given, and nobody who was asked said yes in time")
            self._must(row.answered_at < ends, f"{row.kind} of {row.operation_id} was answered at {row.answered_at}, asked until {ends}")
            self.given[row.id] = Given(row.operation_id, row.kind, row.by_id, row.answered_at)
        if state in ("withdrawn", "failed") and row.id in self.given and self.given[row.id].withdrawn is None:
            self.given[row.id].withdrawn = now

    def _look_at_operation(self, row: Any) -> None:
        wanted = self.wanted[row.id]
        if row.confirmed_at is None:
            self._must(row.state in ("proposed", "cancelled", "expired", "failed"), f"{row.id} is {row.state} and was never confirmed")
            return
        enough = self.agreements(wanted, row.confirmed_at)
        stood_in = bool(row.request["need"].get("stood_in"))
        if not enough:
            instead = wanted.need.instead
            reasoned = instead is not None and instead.approvals > 0 and stood_in and bool(row.request["reason"])
            self._must(reasoned, f"{row.id} is {row.state}, and {wanted.need} was not proved: {self._of(wanted)}")
            enough = [instead.approvals] if instead else [99]
        if row.id not in self._confirmed:
            self._confirmed.add(row.id)
            self.figures["confirmed"] += 1
            self.figures["confirmed with proofs"] += bool(wanted.need.proof and not stood_in)
            self.figures["confirmed with more people instead"] += stood_in
            self.figures["confirmed with fewer people"] += row.request["need"]["approvals"] < wanted.need.approvals
        if row.state in AGREED:
            agreed = {one["id"] for one in row.approvals}
            vouched = self._vouched(wanted, row.confirmed_at)
            self._must(len(agreed) == len(row.approvals) >= min(enough), f"{row.id} is {row.state} with the agreement of {agreed}")
            self._must(not agreed & (wanted.parties | vouched), f"{row.id} was agreed to by a party to it: {agreed}")

    def _vouched(self, wanted: Wanted, at: datetime) -> set[str]:
        """Whose word as a manager counted when it was confirmed."""
        needs = [need for need in (wanted.need.proof, *(one.proof for one in wanted.need.eased)) if need]
        found = [one for one in self._of(wanted) if one.kind == "manager"]
        return {one.by for one in found if any(one.counts(need, capped=wanted.capped, at=at) for need in needs)}

    def _must(self, holds: bool, said: str) -> None:
        if not holds:
            self.violations.append(said)


def _denied(row: Any) -> bool:
    """Whether somebody who was asked said that it is somebody else."""
    return row.state == "failed" and bool(row.asked_id) and row.by_id == row.asked_id and "says that it is somebody else" in row.evidence

"""Tables of what a policy says, cell by cell: action × target × asker, with the people of the demo company.

In a table, `yes` is: nobody else has to agree; `1-senior`: one member of Helpdesk seniors has to; `1-colleague`: one of the helpdesk or
of its seniors; `1-lead`: a senior or an administrator; `1-anybody`: any of all three; `proof2+` before it: and a proof of tier 2; `/proof`
behind it: or a proof; everything else is the reason of a refusal. Several targets stand beside each other with commas between. The rules
are those that decide for everybody who gets beyond the groups: `A+B` together; `A,B` one after the other, and a refusal for want of a group
names the first, and after a bar what applies at other hours alone. A dash is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypedDict

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.need import Need
from bot.domain.people import Person, Privileges
from bot.domain.policy import Decision
from bot.domain.review import may_approve, review
from bot.domain.rules import Ask, Policy
from bot.domain.stop import GO, Stop
from bot.settings.policy_file import load
from simulator import cast

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
TEN = timedelta(minutes=10)
#: The example as it is, and as it was before rules could tell who is registered.
EXAMPLE = Path(__file__).parents[2] / "policy.example.toml"
BEFORE = Path(__file__).parent / "policies" / "before_registered.toml"
HELPDESK, SENIORS, ADMINS, EXECUTIVES = (
    cast.group(name).id for name in ("Helpdesk", "Helpdesk seniors", "Doorman administrators", "Executives")
)
EMERGENCY = cast.person("Emergency Access").id
RESET = frozenset({ChangeKind.RESET_MFA})
NOTHING: frozenset[ChangeKind] = frozenset()

#: Who asks, or approves: object id and groups.
PEOPLE = {
    "agent": ("hanna", {HELPDESK}),
    "senior": ("ingrid", {HELPDESK, SENIORS}),
    "administrator": ("adam", {ADMINS}),
    "outsider": ("oscar", set()),
}
#: Who is meant: object id, privileges, groups, guest.
TARGETS = {
    "ordinary": ("alice", Privileges(), set(), False),
    "vip": ("victoria", Privileges(), {EXECUTIVES}, False),
    "role": ("ada", Privileges(roles=("Global Administrator",)), set(), False),
    "eligible": ("pia", Privileges(eligible=("Exchange Administrator",)), set(), False),
    "assignable": ("theo", Privileges(groups=("Tier 0 operators",)), set(), False),
    "restricted": ("rosa", Privileges(restricted=True), set(), False),
    "emergency": (EMERGENCY, Privileges(), set(), False),
    "guest": ("gus", Privileges(), set(), True),
    "colleague": ("bram", Privileges(), {HELPDESK}, False),
    "colleague-vip": ("bea", Privileges(), {HELPDESK, EXECUTIVES}, False),
    "vip-role": ("vera", Privileges(roles=("User Administrator",)), {EXECUTIVES}, False),
    "vip-guest": ("vik", Privileges(), {EXECUTIVES}, True),
    "themselves": ("", Privileges(), {HELPDESK}, False),
}
_WHO = {
    frozenset({SENIORS}): "senior",
    frozenset({HELPDESK, SENIORS}): "colleague",
    frozenset({SENIORS, ADMINS}): "lead",
    frozenset({HELPDESK, SENIORS, ADMINS}): "anybody",
    frozenset({ADMINS}): "administrator",
}


class Cell(NamedTuple):
    """One cell: who asks for what about whom, and what the table says of it."""

    action: str
    target: str
    asker: str
    says: str
    rules: tuple[str, ...]
    line: dict[str, str]


def policy_in(path: Path) -> Policy:
    """The policy of a file of the demo company."""
    return load(path, {"helpdesk": HELPDESK, "administrators": ADMINS}, TEN)


def lines(table: str) -> list[dict[str, str]]:
    """The lines of a table by their heads."""
    heads, *rest = (line.split() for line in table.strip().splitlines())
    return [dict(zip(heads, line, strict=True)) for line in rest]


def cells(table: str, alike: Mapping[str, Iterable[str]], rules: Mapping[str, str]) -> list[Cell]:
    """A table spelled out: one cell for every action, target and asker.

    Args:
        alike: words of the table that stand for several actions.
        rules: the names of the rules by the letters of the table.
    """
    return [
        Cell(action, target, asker, line[asker], _named(line["rules"], line[asker], rules), line)
        for line in lines(table)
        for action in sorted(alike.get(line["action"], [line["action"]]))
        for target in line["target"].split(",")
        for asker in PEOPLE
    ]


def _goes_on(says: str) -> bool:
    return says == "yes" or says.startswith(("1-", "proof"))


def _named(letters: str, says: str, rules: Mapping[str, str]) -> tuple[str, ...]:
    steps = [step.partition("|") for step in letters.split(",")]
    deciding = [now for now, _, _ in steps] if _goes_on(says) else [steps[0][0], steps[0][2]]
    return tuple(sorted(rules[letter] for letter in "+".join(filter(None, deciding)).split("+") if letter != "-"))


def asked(
    policy: Policy,
    actions: str | Iterable[str],
    target: str = "ordinary",
    asker: str = "agent",
    *,
    registered: bool = True,
    implied: frozenset[ChangeKind] = NOTHING,
    containing: frozenset[ChangeKind] | None = None,
    reason: str = "lost phone",
    ticket: str = "INC-12345",
    at: datetime = NOW,
    stop: Stop = GO,
    risky: bool = False,
) -> Decision:
    """What policy says to one request, with a reason and a good ticket unless told otherwise."""
    kinds = frozenset(map(ChangeKind, [actions] if isinstance(actions, str) else actions))
    object_id, groups = PEOPLE[asker]
    target_id, privileges, target_groups, guest = TARGETS[target]
    ask = Ask(
        kinds=kinds,
        requester_id=object_id,
        requester_groups=frozenset(groups),
        target=Person(target_id or object_id, target.title(), f"{target}@fabrikam.example", guest=guest),
        privileges=privileges,
        target_groups=frozenset(target_groups),
        where=ConversationRef("https://teams.example/", "a:1"),
        at=at,
        reason=reason,
        ticket=ticket,
        containing=kinds & CONTAINING if containing is None else containing,
        implied=implied,
        registered=registered,
        risky=risky,
    )
    return review(policy, ask, stop, at)


def verdict(decision: Decision) -> str:
    """As the tables write it; on the way every decision shows that it is fit for a person."""
    if decision.allowed:
        need = decision.need
        assert need is not None
        proof = f"proof{need.proof.tier}+" if need.proof else ""
        either = "/proof" if need.eased and not need.eased[0].approvals else ""
        return f"{proof}{need.approvals}-{_WHO[need.groups]}{either}" if need.approvals else f"{proof}yes"
    assert decision.text.endswith(".")
    assert decision.hint.endswith(".")
    assert decision.need is None
    return decision.reason.value


def wrong(cell: Cell, decision: Decision) -> list[tuple[Cell, str, tuple[str, ...]]]:
    """The cell with what was said instead, if it was not as the table has it."""
    said = verdict(decision), decision.rules
    return [] if said == (cell.says, cell.rules) else [(cell, *said)]


class Words(TypedDict, total=False):
    """What was typed beside a request, where it is not the good of `asked`."""

    reason: str
    ticket: str


def missing(cell: Cell, said: Mapping[tuple[str, str], list[str]]) -> list[tuple[Words, str]]:
    """The words that may be missing, and what is said then: of a refusal, or once nothing more is wanted, what the table has.

    Args:
        said: by action and target, with neither reason nor ticket, with a reason alone, and with a reason and another kind of ticket.
    """
    wanting = said.get((cell.action, cell.target), []) if _goes_on(cell.says) else []
    words: tuple[Words, ...] = ({"reason": "", "ticket": ""}, {"ticket": ""}, {"ticket": "REQ-7"})
    return list(zip(words, [*wanting, *[cell.says] * 3], strict=False))


def judged(need: Need, approver: str) -> dict[str, str]:
    """What somebody's agreement counts for, by the heads of a table of approvers."""
    object_id, groups = PEOPLE[approver]

    def count(requester_id: str, target_id: str, already: frozenset[str] = frozenset()) -> str:
        return may_approve(need, object_id, frozenset(groups), requester_id=requester_id, target_id=target_id, already=already).reason.value

    return {
        "approver": approver,
        "somebody-else-asked": count("somebody", "alice"),
        "asked-it-themselves": count(object_id.upper(), "alice"),
        "it-is-about-them": count("somebody", object_id.upper()),
        "agreed-already": count("somebody", "alice", frozenset({object_id})),
    }

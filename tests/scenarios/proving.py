"""What the scenarios of proofs share: a desk at which one has to be given, and the cards of those who are asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.proof import ProofNeed
from bot.domain.rules import Policy
from simulator import cast
from tests.desk import HANNA, Answer, Desk, _walk, one_agent
from tests.scenarios.bulking import told

MINUTES = timedelta(minutes=10)
DIEGO, SET = cast.person("Diego Vega"), "set mobile for diego vega +31 6 12345678"
PROVED = ProofNeed(tier=2, count=1, rules=("One agent changes ordinary people",))
NEVER = "We never ask for a code or a password"


def demanding(need: ProofNeed = PROVED, **more: Any) -> Policy:
    """The usual policy with a proof demanded by its first rule."""
    usual = one_agent(MINUTES)
    return replace(usual, rules=(replace(usual.rules[0], proof=need, **more), *usual.rules[1:]))


async def prove(desk: Desk, card: Answer, kind: str, who: cast.Member = HANNA) -> str:
    """Presses for a proof of this kind; what the presser's client then shows."""
    return str(await desk.teams.press(who, card.message.id, "prove", action=press("prove", card.operation_id, kind=kind)))


def press(verb: str, id: str, **more: Any) -> dict[str, Any]:
    """A button, as any client may make one."""
    return {"type": "Action.Execute", "verb": verb, "data": {"id": id, **more}}


async def asked(desk: Desk, who: cast.Member, *words: str) -> Answer:
    """Waits for the card on which somebody is asked."""
    return Answer(desk, await told(desk, who, NEVER, *words), who)


def titles(card: Answer) -> list[str]:
    """What can be pressed at the bottom of a card."""
    return [str(action["title"]) for action in card.card.get("actions", [])]


def actions(card: Answer, verb: str) -> list[dict[str, Any]]:
    """The buttons of a verb on a card, in order."""
    return [each for each in _walk(card.card) if each.get("type") == "Action.Execute" and each.get("verb") == verb]


async def attest(desk: Desk, card: Answer, kind: str, pick: int, answer: str = "", who: cast.Member = HANNA) -> str:
    """Asks for a proof that is the agent's own word, and gives it; without a kind it was asked for already."""
    if kind:
        await prove(desk, card, kind, who)
    button = actions(card, "attest")[pick]
    return str(await desk.teams.press(who, card.message.id, "attest", action=button | {"data": button["data"] | {"answer": answer}}))

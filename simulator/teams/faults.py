"""Misfortunes of the Bot Connector, ordered by tests and by the demo page."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass, field
from typing import Any

LATENCY = "latency"
DROP_BEFORE = "drop_before"  # the connection closes, nothing was accepted
DROP_AFTER = "drop_after"  # the message was accepted, then the connection closes
LOSE_ANSWER = "lose_answer"  # the message was accepted, the answer is a gateway's 504
_KINDS = frozenset({LATENCY, DROP_BEFORE, DROP_AFTER, LOSE_ANSWER})
_CODES = {
    "400": "BadArgument",
    "401": "Unauthorized",
    "403": "ConversationBlockedByUser",
    "404": "ConversationNotFound",
    "412": "PreconditionFailed",
    "413": "MessageSizeTooBig",
    "429": "Throttled",
    "500": "ServiceError",
    "503": "ServiceUnavailable",
}
MESSAGE_WRITES_BLOCKED = "MessageWritesBlocked"  # a sub-code, deeper down than codes stand
_HTML = frozenset({"502", "504"})  # these come from a proxy in front of the service, which speaks no JSON


def writes_blocked() -> dict[str, Any]:
    """What the chat service itself says of somebody who blocked the bot, handed on as it is.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
    """
    inner = {"subCode": MESSAGE_WRITES_BLOCKED, "details": "Thread is not write enabled", "errorCode": None, "errorSubCode": None}
    return {"errorCode": 209, "message": json.dumps(inner, indent=2)}


@dataclass(kw_only=True)
class Fault:
    """One rule.

    `kind` is "latency", "drop_before", "drop_after", "lose_answer" or an HTTP status such as "429".
    `conversation` (a base id: its threads match too) and `method` narrow it; None matches all.
    It strikes at most `count` times, each time with `probability`, drawn from `seed`.
    """

    kind: str
    conversation: str | None = None
    method: str | None = None
    count: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 1.0  # of a latency
    retry_after: int | None = None  # of a status
    code: str = ""  # of a status, where it is not the usual one
    message: str = ""
    id: int = 0
    hits: int = 0
    _dice: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in _KINDS and self.kind not in _CODES and self.kind not in _HTML:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(_KINDS | _CODES.keys() | _HTML))}")
        self._dice = random.Random(self.seed)

    def strikes(self, conversation: str, method: str) -> bool:
        """Whether this request is hit; counts the hit."""
        if self.conversation not in (None, conversation) or self.method not in (None, method):
            return False
        if (self.count is not None and self.hits >= self.count) or self._dice.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def answer(self) -> tuple[int, dict[str, str], str | dict[str, Any]]:
        """Status, headers and body of a status fault; an HTML body where a proxy would answer."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.kind in _HTML:
            return int(self.kind), headers, f"<html><head><title>{self.kind}</title></head><body>Bad gateway</body></html>"
        if self.code == MESSAGE_WRITES_BLOCKED:
            return int(self.kind), headers, writes_blocked()
        message = self.message or f"Injected fault {self.kind}."
        return int(self.kind), headers, {"error": {"code": self.code or _CODES[self.kind], "message": message}}

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


class Faults:
    """The rules in force. Latencies add up; the first other rule that strikes decides."""

    def __init__(self) -> None:
        self._rules: dict[int, Fault] = {}
        self._ids = itertools.count(1)
        self._down: set[str] = set()

    def add(self, kind: str | int, **narrowing: Any) -> Fault:
        """Order a fault; `narrowing` as the fields of `Fault`.

        Raises:
            ValueError: an unknown kind. TypeError: an unknown field.
        """
        kind = str(kind)
        if kind == "429":
            narrowing.setdefault("retry_after", 1)
        fault = Fault(kind=kind, **narrowing | {"id": next(self._ids)})
        self._rules[fault.id] = fault
        return fault

    def remove(self, fault_id: int) -> bool:
        """Take one rule away; False when there is none of this id."""
        return self._rules.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Take every rule away and bring every conversation up."""
        self._rules.clear()
        self._down.clear()

    def all(self) -> list[Fault]:
        return list(self._rules.values())

    def set_down(self, conversation: str, down: bool) -> None:
        """While a conversation is down every call on it ends with a proxy's 502."""
        (self._down.add if down else self._down.discard)(conversation)

    def down(self) -> list[str]:
        return sorted(self._down)

    def strike(self, conversation: str, method: str) -> tuple[float, Fault | None]:
        """(seconds of latency, the fault to end with) for one request."""
        if conversation in self._down:
            return 0.0, Fault(kind="502")
        latency = 0.0
        for fault in self._rules.values():
            if fault.strikes(conversation, method):
                if fault.kind != LATENCY:
                    return latency, fault
                latency += fault.seconds
        return latency, None

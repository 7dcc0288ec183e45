"""Everything that goes wrong between a client and the service, switched on by rules."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, fields
from email.utils import formatdate
from typing import Any

from simulator.entra.errors import method_error, unauthenticated
from simulator.entra.message import Answer, GraphError

EFFECTS = (
    "latency",  # wait `seconds` first
    "hold",  # wait until the rules are cleared
    "late",  # the write takes effect, but reads show the old state for `seconds`
    "logged_late",  # the write takes effect, but the audit log shows it only after `seconds`
    "throttle",  # 429
    "limit",  # 429 beyond `per_second`, with bursts of as many, or of `burst`
    "unavailable",  # 503
    "gateway_timeout",  # 504
    "conflict",  # 409 phoneNumberNotUnique; with after=True the number is saved
    "collision",  # 409 of a method that is being changed by somebody else; with after=True the change is made all the same
    "unauthorized",  # 401; with `claims` a challenge
    "forbidden",  # 403
    "drop",  # the connection closes without an answer
    "garbage",  # an HTML page, 200 unless `status` says otherwise
    "empty",  # no body at all
    "deep",  # JSON nested 20,000 deep
    "odd",  # `body` as JSON, whatever that is
)
_TIMED = ("latency", "late", "logged_late")
_ADDITIVE = (*_TIMED, "hold")
_DEEP = b"[" * 20_000 + b"]" * 20_000
_PAGE = b"<!DOCTYPE html><html><head><title>Service temporarily out of order</title></head><body>Sorry.</body></html>"


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass(kw_only=True, eq=False)
class Fault:
    """One rule: which requests, how often, and what happens to them.

    `path` is a part of the decoded path (with version), or a regular expression with `regex=True`; `query` is a part of the decoded query
    of a call to Graph. `times` limits how often the rule
    fires, `probability` how likely. With `after=True` the request is performed first and only its answer is lost. `retry_after` is a number
    (printed as it is) or None for no header; `retry_after_date=True` prints it as an HTTP date.

    Raises:
        ValueError: an effect that does not exist, or one without the figure it needs.
    """

    effect: str
    method: str | None = None
    path: str = ""
    query: str = ""
    regex: bool = False
    times: int | None = None
    probability: float = 1.0
    after: bool = False
    seconds: float = 0.0
    per_second: float = 0.0
    burst: float | None = None
    status: int | None = None
    retry_after: float | None = None
    retry_after_date: bool = False
    claims: str | None = None
    body: Any = None
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"effect {self.effect!r} is none of {', '.join(EFFECTS)}")
        if self.effect in _TIMED and self.seconds <= 0:
            raise ValueError(f"effect {self.effect!r} needs seconds")
        if self.effect == "limit" and self.per_second <= 0:
            raise ValueError("effect 'limit' needs per_second")
        self._pattern = re.compile(self.path if self.regex else re.escape(self.path))
        self._most = max(self.per_second, 1.0) if self.burst is None else self.burst
        self._tokens = self.per_second if self.burst is None else self.burst
        self._filled_at: float | None = None
        self.met = asyncio.Event()  # for the first time
        self.cleared = asyncio.Event()

    def concerns(self, method: str, path: str, query: str = "") -> bool:
        if self.times is not None and self.fired >= self.times:
            return False
        if self.effect in ("late", "logged_late") and path.endswith("/$batch"):
            return False  # what is written late are the requests inside
        return (self.method is None or self.method == method) and self.query in query and self._pattern.search(path) is not None

    def over_limit(self, now: float) -> float:
        """Takes a token from the bucket; seconds to wait when it is empty, else 0."""
        if self._filled_at is not None:
            self._tokens = min(self._most, self._tokens + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.per_second

    def described(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The rules in force, in order; among those that replace the answer the first wins."""

    def __init__(self, clock: Callable[[], float], set_delays: Callable[[float, float], None], seed: int = 0) -> None:
        self.rules: list[Fault] = []
        self._clock = clock
        self._set_delays = set_delays
        self._random = random.Random(seed)

    def add(self, fault: Fault) -> Fault:
        """Puts a rule in force and returns it, so that a test can look at `fired`."""
        self.rules.append(fault)
        return fault

    def add_described(self, description: dict[str, Any]) -> Fault:
        """As `add`, from JSON with the field names of `Fault`; ValueError when it makes no rule."""
        known = {item.name for item in fields(Fault) if item.init}
        unknown = description.keys() - known
        if unknown or "effect" not in description:
            raise ValueError(f"a fault has the fields {', '.join(sorted(known))}; effect is required")
        try:
            return self.add(Fault(**description))
        except (TypeError, re.error) as error:
            raise ValueError(str(error)) from None

    def clear(self) -> None:
        for rule in self.rules:
            rule.cleared.set()
        self.rules.clear()

    async def around(self, method: str, path: str, perform: Callable[[], Awaitable[Answer]], query: str = "") -> Answer:
        """Performs a request under the rules that concern it.

        Raises:
            Dropped: the connection is to be closed.
            GraphError: the fault is an error of the service.
        """
        waits, holding, replacing = self._choose(method, path, query)
        for fault in holding:
            await fault.cleared.wait()
        if waits["latency"]:
            await asyncio.sleep(waits["latency"])
        if replacing is None or replacing[0].after:
            self._set_delays(waits["late"], waits["logged_late"])
            try:
                answer = await perform()
            finally:
                self._set_delays(0.0, 0.0)
            if replacing is None:
                return answer
        return self._outcome(*replacing)

    def _choose(self, method: str, path: str, query: str) -> tuple[dict[str, float], list[Fault], tuple[Fault, float] | None]:
        """Seconds of each kind of delay, the rules that hold the request, and the one (with a wait) whose outcome replaces the answer.

        Counts what fires.
        """
        waits = dict.fromkeys(_TIMED, 0.0)
        holding: list[Fault] = []
        replacing: tuple[Fault, float] | None = None
        for fault in self.rules:
            if (replacing and fault.effect not in _ADDITIVE) or not fault.concerns(method, path, query):
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            wait = fault.over_limit(self._clock()) if fault.effect == "limit" else 0.0
            if fault.effect == "limit" and not wait:
                continue
            fault.fired += 1
            fault.met.set()
            if fault.effect == "latency":
                waits["latency"] += fault.seconds
            elif fault.effect == "hold":
                holding.append(fault)
            elif fault.effect in _TIMED:
                waits[fault.effect] = max(waits[fault.effect], fault.seconds)
            else:
                replacing = fault, wait
        return waits, holding, replacing

    def _outcome(self, fault: Fault, wait: float) -> Answer:
        effect = fault.effect
        if effect == "drop":
            raise Dropped
        if effect in ("throttle", "limit"):
            # https://learn.microsoft.com/graph/throttling
            raise GraphError(429, "TooManyRequests", "Please retry again later.", headers=self._retry_after(fault, wait))
        if effect == "unavailable":
            raise GraphError(503, "ServiceUnavailable", "The service is temporarily unavailable.", headers=self._retry_after(fault, wait))
        if effect == "gateway_timeout":
            raise GraphError(504, "UnknownError", "The gateway timed out.", headers=self._retry_after(fault, wait))
        if effect == "conflict":
            raise method_error("The phone number must satisfy uniqueness for SMS sign-in.", status=409, code="phoneNumberNotUnique")
        if effect == "collision":
            raise method_error("The resource is being changed by another request.", status=409, code="conflict")
        if effect == "unauthorized":
            claims = base64.b64encode(fault.claims.encode()).decode() if fault.claims else None
            raise unauthenticated("Lifetime validation failed, the token is expired.", claims)
        if effect == "forbidden":
            raise method_error("Request Authorization failed", status=403, code="accessDenied")
        if effect == "garbage":
            return Answer(fault.status or 200, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
        if effect in ("deep", "odd"):
            content = _DEEP if effect == "deep" else json.dumps(fault.body).encode()
            return Answer(fault.status or 200, content, {"Content-Type": "application/json"})
        return Answer(fault.status or 200)

    def _retry_after(self, fault: Fault, wait: float) -> dict[str, str]:
        seconds = max(1, -int(-wait // 1)) if fault.effect == "limit" else fault.retry_after
        if seconds is None:
            return {}
        text = formatdate(self._clock() + seconds, usegmt=True) if fault.retry_after_date else f"{seconds:g}"
        return {"Retry-After": text}

"""How much an application may ask of one tenant, as documented for identity and access and its reports; off unless somebody switches it on.

https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits and #identity-and-access-reports-service-limits
and #identity-protection-and-conditional-access-service-limits, which is for all applications of a tenant and says no Retry-After
https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from simulator.entra.message import Call, GraphError

WRITE_LIMIT, UNIT_LIMIT, REPORT_LIMIT, RISK_LIMIT = "WriteLimitExceeded", "ResourceUnitLimitExceeded", "reports", "risk"
#: Use is told from this share of a limit on, and refused requests count up to that one: both from "Additional headers" of the page.
TOLD_FROM, MOST_USE = 0.8, 1.8
_FEW = 20  # `$top` below it makes a request cheaper

_USER = "/users/{user-id}"
# Of the table of base costs: (resource units, writes). Any other GET costs one unit, anything else one unit and one write.
_COSTS = {
    ("GET", "/users"): (2, 0),
    ("POST", f"{_USER}/checkMemberGroups"): (4, 0),
    ("GET", f"{_USER}/transitiveMemberOf"): (2, 0),
    ("GET", f"{_USER}/transitiveMemberOf/graph.group"): (2, 0),
    ("GET", f"{_USER}/transitiveMemberOf/graph.directoryRole"): (2, 0),
    ("GET", "/groups/{group-id}/members"): (3, 0),
    ("GET", "/groups/{group-id}/transitiveMembers/graph.user"): (5, 0),
}
_RISK = "/identityprotection/"
_REPORTS = ("/auditlogs/", "/reports/")  # these have one limit together, and none of the others


def is_report(call: Call) -> bool:
    """Whether the limit of reports is the one that counts: the audit log, sign-ins, who has registered what."""
    return call.path.lower().startswith(_REPORTS)


def is_elsewhere(call: Call) -> bool:
    """Whether it is a matter of another service, which has limits of its own: Outlook's, or Teams'."""
    template = call.template or ""
    return template.endswith("/sendMail") or "/teamwork/" in template


def cost(call: Call) -> tuple[int, int]:
    """(resource units, writes) of a request that is none for a report."""
    units, writes = _COSTS.get((call.method, call.template or ""), (1, 0 if call.method == "GET" else 1))
    query = call.query
    if query:
        top = query.get("$top", "")
        units += ("$expand" in query) - ("$select" in query) - (top.isascii() and top.isdigit() and int(top[:9]) < _FEW)
    return max(1, units), writes


class Window:
    """What one application used of one limit during the latest `seconds`; a request from exactly so long ago is out of it."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.used = 0
        self._entries: deque[tuple[float, int]] = deque()

    def move_to(self, now: float) -> None:
        """Forgets what has left the window."""
        entries, gone = self._entries, now - self.seconds
        while entries and entries[0][0] <= gone:
            self.used -= entries.popleft()[1]

    def holds(self, amount: int) -> bool:
        """Whether so much more is allowed; nothing always is, even when refused requests went beyond the limit."""
        return not amount or self.used + amount <= self.limit

    def add(self, now: float, amount: int) -> None:
        if amount:
            self._entries.append((now, amount))
            self.used += amount

    def add_refused(self, now: float, amount: int) -> None:
        """As `add`, but never beyond the use that is ever told."""
        if self.used + amount <= self.limit * MOST_USE:
            self.add(now, amount)

    def wait(self, now: float, amount: int) -> float:
        """Seconds until so much would be allowed, if nothing else came meanwhile."""
        missing = self.used + amount - self.limit
        for at, used in self._entries:
            missing -= used
            if missing <= 0:
                return at + self.seconds - now
        return self.seconds

    def share(self, amount: int) -> float:
        """Which part of the limit is used, for a request that concerns it."""
        return self.used / self.limit if amount else 0.0


@dataclass(kw_only=True, eq=False)
class Quotas:
    """The limits of each pair of application and tenant, by default those of a large one, and what was used of them.

    Attributes:
        writes, write_window: so many writes in so many seconds.
        units, unit_window: so many resource units in so many seconds.
        reports, report_window: so many requests for reports in so many seconds, each page one.
        risks, risk_window: so many requests to Entra ID Protection in so many seconds, of all applications.
        scale: divides the length of all windows, so that the same rates take less time; waits then come in fractions of a second.
        refusals_count: a refused request uses the limits as if it had been performed, as the service says: who asks again at once only
            waits the longer. It is never among the writes that `most_writes` looks at.

    Raises:
        ValueError: a limit, window or scale that is not positive.
    """

    writes: int = 3000
    write_window: float = 150.0
    units: int = 8000
    unit_window: float = 10.0
    reports: int = 5
    report_window: float = 10.0
    risks: int = 1
    risk_window: float = 1.0
    scale: float = 1.0
    refusals_count: bool = True

    def __post_init__(self) -> None:
        limits = (self.writes, self.write_window, self.units, self.unit_window, self.reports, self.report_window)
        if any(not 0 < value < math.inf for value in (*limits, self.risks, self.risk_window, self.scale)):
            raise ValueError("limits, windows and scale must be positive")
        self._windows: dict[str, tuple[Window, Window]] = {}
        self._of_reports: dict[str, Window] = {}
        self._of_risk = Window(self.risks, self.risk_window / self.scale)
        self._written: dict[str, array[float]] = {}
        self._denied: dict[str, array[float]] = {}
        self.refused: Counter[str] = Counter()
        self.most_units = 0

    def take(self, call: Call, tenant_id: str, now: float) -> dict[str, str]:
        """Counts a request of an authenticated application; the headers that its answer gets.

        Raises:
            GraphError: 429, one of the limits does not allow it.
        """
        if is_report(call):
            self._take_report(call, now)
            return {}
        if call.path.lower().startswith(_RISK):
            self._take_risk(now)
            return {}
        if is_elsewhere(call):
            return {}
        unit_cost, write_cost = cost(call)
        if call.app_id not in self._windows:
            self._windows[call.app_id] = (
                Window(self.units, self.unit_window / self.scale),
                Window(self.writes, self.write_window / self.scale),
            )
            self._written[call.app_id], self._denied[call.app_id] = array("d"), array("d")
        units, writes = self._windows[call.app_id]
        units.move_to(now)
        writes.move_to(now)
        if not writes.holds(write_cost) or not units.holds(unit_cost):
            raise self._refusal(call, tenant_id, now, unit_cost, write_cost)
        units.add(now, unit_cost)
        writes.add(now, write_cost)
        self.most_units = max(self.most_units, units.used)
        if write_cost:
            self._written[call.app_id].append(now)
        headers = {"x-ms-resource-unit": str(unit_cost)}
        share = max(units.share(unit_cost), writes.share(write_cost))
        if share > TOLD_FROM:
            headers["x-ms-throttle-limit-percentage"] = f"{min(share, MOST_USE):.2f}"
        return headers

    def _take_risk(self, now: float) -> None:
        """Here not even how long to wait is told."""
        self._of_risk.move_to(now)
        if not self._of_risk.holds(1):
            self.refused[RISK_LIMIT] += 1
            raise too_many({})
        self._of_risk.add(now, 1)

    def _take_report(self, call: Call, now: float) -> None:
        """Of these limits no header is told but how long to wait."""
        window = self._of_reports.setdefault(call.app_id, Window(self.reports, self.report_window / self.scale))
        window.move_to(now)
        if window.holds(1):
            window.add(now, 1)
            return
        if self.refusals_count:
            window.add_refused(now, 1)
        self.refused[REPORT_LIMIT] += 1
        raise too_many({"Retry-After": self._seconds(window.wait(now, 1))})

    def _seconds(self, wait: float) -> str:
        return str(max(1, math.ceil(wait))) if self.scale == 1 else f"{math.ceil(wait * 1000) / 1000:g}"

    def _refusal(self, call: Call, tenant_id: str, now: float, unit_cost: int, write_cost: int) -> GraphError:
        units, writes = self._windows[call.app_id]
        reason, limit = (UNIT_LIMIT, "ReadWrite") if writes.holds(write_cost) else (WRITE_LIMIT, "Write")
        if self.refusals_count:
            units.add_refused(now, unit_cost)
            writes.add_refused(now, write_cost)
        if write_cost:
            self._denied[call.app_id].append(now)
        wait = max(window.wait(now, amount) for window, amount in ((units, unit_cost), (writes, write_cost)) if not window.holds(amount))
        self.refused[reason] += 1
        headers = {
            "Retry-After": self._seconds(wait),
            "x-ms-throttle-scope": f"Tenant_Application/{limit}/{call.app_id}/{tenant_id}",
            "x-ms-throttle-information": reason,
        }
        return too_many(headers)

    @property
    def accepted_writes(self) -> int:
        """How many writes were let through, by every application."""
        return sum(map(len, self._written.values()))

    def most_writes(self, seconds: float | None = None, *, asked: bool = False) -> int:
        """The most writes of one application that were let through in any window of so many seconds; the write window without it.

        Args:
            asked: those that were refused count as well, so that the figure can exceed the limit.
        """
        length = self.write_window / self.scale if seconds is None else seconds
        every = [sorted((*times, *self._denied[app])) if asked else times for app, times in self._written.items()]
        return max((_most(times, length) for times in every), default=0)

    def write_rate(self) -> float:
        """Writes a second that were let through, from the first to the last; 0 when there were fewer than two."""
        times = sorted(time for written in self._written.values() for time in written)
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0

    def figures(self) -> dict[str, Any]:
        """Everything at once, for a process elsewhere."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {
            "accepted_writes": self.accepted_writes,
            "most_writes": self.most_writes(),
            "most_writes_asked": self.most_writes(asked=True),
            "most_units": self.most_units,
            "write_rate": self.write_rate(),
            "allowed_rate": self.writes / self.write_window * self.scale,
            "refused": dict(self.refused),
        }


def too_many(headers: dict[str, str], code: str = "TooManyRequests") -> GraphError:
    """The refusal of somebody who asks too much."""
    return GraphError(429, code, "Please retry again later.", headers=headers)


def _most(times: Sequence[float], seconds: float) -> int:
    """The most of these moments, which ascend, that lie within one window."""
    return max((index + 1 - bisect_right(times, time - seconds, 0, index) for index, time in enumerate(times)), default=0)

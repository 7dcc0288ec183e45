"""Our trail against Entra's own audit log, both ways: what our application did that the trail does not know, and the reverse.

For an application's change Entra's log names the application, not the agent, and none of our request ids. So a record and an execution
belong together when they are about the same account at the same time. What somebody did with our application's credentials to an account
that we were changing at that very moment cannot be told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.life import State
from bot.domain.phone import mask_text
from bot.domain.remarks import LogNote
from bot.domain.said import join, said_at, say

#: Between Entra's clock and ours. A machine whose clock is further off gets no sign-in: tokens are good from five minutes before.
CLOCKS_APART = timedelta(minutes=5)
#: Entra's log is late by minutes, and nothing is guaranteed. A daily comparison can wait an hour; a false alarm costs trust.
LOG_LATE = timedelta(hours=1)
#: Entra keeps its audit log so long with a premium licence; what is older would look as if it had never been there.
#: https://learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention
MOST_LOOK_BACK = timedelta(days=30)
#: How far a scheduled comparison looks back: further than the log is late and than the bot is likely to be down. Repeating is harmless.
LOOK_BACK = timedelta(days=7)
#: Named in one post; the rest is counted.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class DirectoryAudit:
    """One record of Entra's audit log about what our application did.

    Attributes:
        activity: such as "Admin registered security info".
        app_id: who did it, in small letters.
        target_id: the account, in small letters; empty when it was about none.
        result: "success", "failure" or "timeout".
        correlation_id: what the Entra admin centre finds it by.
    """

    id: str
    at: datetime
    activity: str
    app_id: str
    target_id: str
    target_upn: str
    result: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of an operation as the trail has it.

    Attributes:
        target_id: in small letters.
        ended: None while it runs; `target_upn` and `state` are empty then.
        request_ids: of the answers Graph gave to writes.
    """

    operation_id: str
    target_id: str
    began: datetime
    target_upn: str = ""
    ended: datetime | None = None
    state: str = ""
    request_ids: tuple[str, ...] = ()

    @property
    def wrote(self) -> bool:
        """Graph answered a write, and the account was left changed or perhaps changed."""
        return bool(self.request_ids) and self.state in (State.SUCCEEDED, State.PARTIAL)

    def covers(self, record: DirectoryAudit) -> bool:
        """Whether the record may come from this execution."""
        return (
            record.target_id == self.target_id
            and record.at >= self.began - CLOCKS_APART
            and (self.ended is None or record.at <= self.ended + CLOCKS_APART)
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What the trail knows of a time.

    Attributes:
        since: from when on it is complete: later than asked for where events were removed by age.
        executions: that ended since then, or so shortly before that clocks may see it otherwise, or not at all.
    """

    since: datetime
    executions: tuple[Execution, ...]

    @property
    def records_from(self) -> datetime:
        """From when on Entra's records are needed to find every execution's own."""
        return min((self.since, *(execution.began for execution in self.changes))) - CLOCKS_APART

    @property
    def changes(self) -> tuple[Execution, ...]:
        """Those that ended in this time and changed something, or perhaps did."""
        return tuple(one for one in self.executions if one.wrote and one.ended is not None and one.ended >= self.since)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it.

    Attributes:
        since: from when on both were compared.
        unknown: Entra's records of which the trail knows nothing.
        missing: changes in the trail that Entra's log does not show.
        recent: changes that it does not show, but may yet.
        changes, records: how many were looked at.
    """

    since: datetime
    unknown: tuple[DirectoryAudit, ...]
    missing: tuple[Execution, ...]
    recent: int
    changes: int
    records: int

    @property
    def agrees(self) -> bool:
        """Nothing is out of step."""
        return not self.unknown and not self.missing

    @property
    def keys(self) -> tuple[str, ...]:
        """A name for each discrepancy that is the same whenever it is found again."""
        return (
            *(f"entra:{record.id}" for record in self.unknown),
            *(f"trail:{execution.operation_id}" for execution in self.missing),
        )

    def only(self, keys: Iterable[str]) -> Comparison:
        """The same with these discrepancies alone."""
        wanted = set(keys)
        return Comparison(
            self.since,
            tuple(record for record in self.unknown if f"entra:{record.id}" in wanted),
            tuple(execution for execution in self.missing if f"trail:{execution.operation_id}" in wanted),
            self.recent,
            self.changes,
            self.records,
        )


def compare(known: Known, records: Iterable[DirectoryAudit], now: datetime) -> Comparison:
    """Holds the trail against Entra's records of our application.

    Args:
        known: the executions of the time to compare.
        records: from `known.records_from` on.
    """
    by_target: dict[str, list[Execution]] = defaultdict(list)
    for execution in known.executions:
        by_target[execution.target_id].append(execution)
    shown: set[str] = set()
    unknown = []
    looked_at = 0
    for record in sorted(records, key=lambda record: (record.at, record.id)):
        covering = [execution for execution in by_target[record.target_id] if execution.covers(record)]
        if record.result != "failure":  # of a write that failed an earlier or later one may have succeeded
            shown.update(execution.operation_id for execution in covering)
        if record.at >= known.since:
            looked_at += 1
            if not covering:
                unknown.append(record)
    unseen = [execution for execution in known.changes if execution.operation_id not in shown]
    missing = tuple(execution for execution in unseen if execution.ended is not None and now - execution.ended >= LOG_LATE)
    return Comparison(known.since, tuple(unknown), missing, len(unseen) - len(missing), len(known.changes), looked_at)


def post(found: Comparison, at: datetime) -> LogNote:
    """For the log channel: what is out of step, without any number."""
    named = [
        say(
            "Not in my trail: {activity} for {target_upn}, {at}.",
            activity=record.activity,
            target_upn=record.target_upn or record.target_id or say("no account"),
            at=said_at(record.at),
        )
        for record in found.unknown
    ]
    named += [
        say(
            "Not in Entra's log: {operation_id} for {target_upn}, {at}.",
            operation_id=execution.operation_id,
            target_upn=execution.target_upn,
            at=said_at(execution.ended or execution.began),
        )
        for execution in found.missing
    ]
    more = say("And {count} more.", count=len(named) - MOST_NAMED) if len(named) > MOST_NAMED else ""
    hints = []
    if found.unknown:
        hints.append(say("What my trail does not know was done with my app registration. If nobody can explain it, replace its secret."))
    if found.missing:
        hints.append(say("What Entra's log does not show was perhaps not made, or made by somebody else at that moment: look with show."))
    hints.append(say("On the server, python app.py audit reconcile lists everything."))
    text = mask_text(join(" ", (*named[:MOST_NAMED], more)))
    return LogNote(say("Entra's audit log and my trail differ"), text, join(" ", hints), at, grave=True)


def event(found: Comparison, at: datetime) -> AuditEvent:
    """For the trail: that this was found and posted."""
    facts = {"count": len(found.keys), "text": post(found, at).text}
    return AuditEvent(Tag.TRAIL_DIFFERS, at, facts=facts)

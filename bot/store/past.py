"""What was recorded here: people, for whoever looks for somebody the directory no longer knows, and the last changes of an account."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, or_, select

from bot.domain.chain import canonical
from bot.domain.life import Fate, State, fates
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.registered import Made
from bot.domain.rows import row_operation_id
from bot.ports import FIND_LIMIT
from bot.store import records
from bot.store.prepared import Prepared
from bot.store.tables import audit_events, bulk_rows, operations

#: More requests about one person are never read: an agent's own cards that were left alone would crowd out the others among fewer.
MOST_WAITING = 40
#: Made once, because it is part of every `show`.
_CHANGES = Prepared(
    select(operations)
    .where(
        operations.c.target_id == bindparam("target"),
        operations.c.state.in_([State.SUCCEEDED.value, State.PARTIAL.value]),
    )
    .order_by(operations.c.finished_at.desc())  # what takes something back was confirmed by nobody
    .limit(bindparam("most"))
)


def changes_of(connection: Connection, target_id: str, limit: int) -> tuple[Operation, ...]:
    """See `ports.Operations.changes_of`."""
    return tuple(records.operation(found) for found in _CHANGES(connection, {"target": target_id, "most": limit}))


#: Part of every `show`, and of whatever is asked for.
_WAITING = Prepared(
    select(operations)
    .where(
        operations.c.target_id == bindparam("target"),
        operations.c.state.in_([state.value for state in State if state.waiting]),
        operations.c.expires_at > bindparam("now"),
    )
    .order_by(operations.c.created_at)
    .limit(MOST_WAITING)
)


def waiting_about(connection: Connection, target_id: str, now: datetime) -> tuple[Operation, ...]:
    """See `ports.Operations.waiting_about`."""
    return tuple(records.operation(found) for found in _WAITING(connection, {"target": target_id, "now": now}))


#: Begun, and perhaps written; what was stopped before its first write is passed over by its state.
_WRITTEN = [State.RUNNING.value, State.REVEALING.value, State.SUCCEEDED.value, State.PARTIAL.value]
_MADE = Prepared(
    select(
        operations.c.id,
        operations.c.request,
        operations.c.results,
        operations.c.request_ids,
        operations.c.requester_id,
        operations.c.finished_at,
        operations.c.created_at,
    )
    .where(operations.c.target_id == bindparam("target"), operations.c.state.in_(_WRITTEN))
    .where(or_(operations.c.finished_at.is_(None), operations.c.finished_at > bindparam("since")))
)
_MADE_BY_FILES = Prepared(
    select(
        bulk_rows.c.job,
        bulk_rows.c.number,
        bulk_rows.c.changes,
        bulk_rows.c.ended_at,
        operations.c.requester_id,
        operations.c.created_at,
    )
    .join(operations, operations.c.id == bulk_rows.c.job)
    .where(bulk_rows.c.target_id == bindparam("target"), bulk_rows.c.state.in_(_WRITTEN))
    .where(or_(bulk_rows.c.ended_at.is_(None), bulk_rows.c.ended_at > bindparam("since")))
)
#: How a change of several ended when nothing was written for it.
_NOT_WRITTEN = frozenset({Fate.STALE, Fate.REFUSED, Fate.HANDED_ON})


def made_to(connection: Connection, target_id: str, since: datetime) -> tuple[Made, ...]:
    """See `ports.Operations.made_to`."""
    given = {"target": target_id, "since": since}
    made = []
    for operation_id, request, results, sent, agent_id, ended, begun in _MADE(connection, given):
        changes = [records.change(one) for one in request["changes"]]
        over = fates(changes, [Fate(one["fate"]) for one in results], ended=ended is not None, sent=bool(sent))
        made += [
            # What was so already was somebody else's doing, and is nobody's first method; a removal counts all the same.
            Made(change, agent_id, ended or begun, operation_id, request.get("first", False) and fate is not Fate.ALREADY)
            for change, fate in zip(changes, over, strict=False)
            if fate not in _NOT_WRITTEN
        ]
    for job, number, changes, ended, agent_id, begun in _MADE_BY_FILES(connection, given):
        made += [Made(records.change(change), agent_id, ended or begun, row_operation_id(job, number)) for change in changes]
    return tuple(made)


def known(connection: Connection, text: str) -> tuple[Person, ...]:
    """Whoever was changed, asked about or acted here under this UPN, object id or name; the latest name and UPN of each."""
    wanted = text.strip().lower()
    if not wanted:
        return ()
    found = _targets(connection, wanted) | _requesters(connection, wanted)
    found = _in_the_trail(connection, wanted) | found  # operations know both name and UPN
    return tuple(found.values())[:FIND_LIMIT]


def _targets(connection: Connection, wanted: str) -> dict[str, Person]:
    upn, name = (operations.c.request["target"][key].as_string() for key in ("upn", "name"))
    fits = or_(func.lower(operations.c.target_id) == wanted, func.lower(upn) == wanted, func.lower(name) == wanted)
    query = select(operations.c.target_id, name, upn).where(fits).order_by(operations.c.created_at)
    return {person_id: Person(person_id, called, address) for person_id, called, address in connection.execute(query)}


def _requesters(connection: Connection, wanted: str) -> dict[str, Person]:
    name = operations.c.request["requester"]["name"].as_string()
    fits = or_(func.lower(operations.c.requester_id) == wanted, func.lower(name) == wanted)
    query = select(operations.c.requester_id, name).where(fits).order_by(operations.c.created_at)
    return {person_id: Person(person_id, called, "") for person_id, called in connection.execute(query)}


def _in_the_trail(connection: Connection, wanted: str) -> dict[str, Person]:
    """Also who was frozen or merely shown, and agents who never asked for a change."""
    events = audit_events.c
    acted = or_(func.lower(events.actor_id) == wanted, func.lower(events.actor_name) == wanted)
    written = f'"target_upn":{canonical(wanted)}'
    meant = or_(func.lower(events.target_id) == wanted, func.lower(events.facts).contains(written, autoescape=True))
    last = func.max(events.number)
    actors = select(events.actor_id, events.actor_name).where(acted, events.actor_id != "").group_by(events.actor_id, events.actor_name)
    found = {person_id: Person(person_id, name, "") for person_id, name in connection.execute(actors.order_by(last))}
    targets = select(events.target_id, events.facts).where(meant, events.target_id != "").order_by(events.number)
    for person_id, facts in connection.execute(targets):
        if upn := str(json.loads(facts).get("target_upn", "")):
            found[person_id] = Person(person_id, upn, upn)
    return found

"""Runs of reading the registration report, from the first page to what everybody sees: statements for `StoredRegistrations`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, func, insert, literal, or_, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.report import SOONEST_AFTER_TROUBLE, SOONEST_AGAIN, Class, Listed, ReportRow, Reread, classify, with_role
from bot.domain.retirement import Population
from bot.domain.said import to_column
from bot.store.tables import readings, registered, registrations
from bot.store.upsert import Upsert

#: The class of whoever was there once and is not any more.
LEFT = "left"
#: A reading that has not ended after so long was lost, with its durable engine or the terminal that made it.
LONGEST = timedelta(hours=2)
#: Rows of an old run removed in one transaction: others wait for it.
REMOVED_AT_ONCE = 2_000

_over = readings.c.ended_at.is_not(None)
#: Of readings.
WHOLE = _over & (readings.c.trouble == "")
_BY_END = select(readings).where(_over).order_by(readings.c.ended_at.desc()).limit(1)
_put = Upsert(registered)
_raised = case({each.value: with_role(each).value for each in Population}, value=registered.c.population)
_known: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ("class", "channels", "methods", "as_of")}
_theirs = (registered.c.run == bindparam("of_run")) & (registered.c.person_id == bindparam("of_person"))
_JUDGE = update(registered).where(_theirs).values(_known)
_JUDGE_ADMIN = update(registered).where(_theirs).values(_known | {"population": _raised})


def last(connection: Connection) -> Row[Any] | None:
    """The last whole reading."""
    return connection.execute(_BY_END.where(WHOLE)).first()


def latest(connection: Connection) -> Row[Any] | None:
    """The last reading that is over, whole or not."""
    return connection.execute(_BY_END).first()


def open_one(connection: Connection, reading_id: str, at: datetime) -> bool:
    """Notes that a reading is to be made; False when it is noted already."""
    if connection.execute(select(readings.c.id).where(readings.c.id == reading_id)).first():
        return False
    connection.execute(insert(readings).values(id=reading_id, begun_at=at))
    return True


def asked(connection: Connection, at: datetime) -> Reread:
    """What is to become of asking for a reading now."""
    take_turn(connection)
    if connection.execute(select(readings.c.id).where(readings.c.ended_at.is_(None), readings.c.begun_at > at - LONGEST)).first():
        return Reread.UNDER_WAY
    before = latest(connection)
    if before and at < before.ended_at + (SOONEST_AFTER_TROUBLE if before.trouble else SOONEST_AGAIN):
        return Reread.TOO_SOON
    return Reread.STARTED


def take_turn(connection: Connection) -> None:
    """Until this transaction ends nobody else opens a reading."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(8203)"))


def begin(connection: Connection, reading_id: str, at: datetime) -> str:
    """A new run of a reading; empty when it is over."""
    take_turn(connection)
    open_one(connection, reading_id, at)
    run = uuid.uuid4().hex
    waiting = (readings.c.id == reading_id) & readings.c.ended_at.is_(None)
    begun = connection.execute(update(readings).where(waiting).values(run=run, begun_at=at).returning(readings.c.id)).first()
    return run if begun else ""


def remove_old(connection: Connection, run: str) -> bool:
    """Removes some of what neither this run nor the last whole one has; False when there is nothing left."""
    whole = last(connection)
    old = registered.c.run.not_in([run, whole.run if whole else run])
    keys = connection.execute(select(registered.c.run, registered.c.person_id).where(old).limit(REMOVED_AT_ONCE)).all()
    if keys:
        connection.execute(delete(registered).where(_theirs), [{"of_run": of, "of_person": person} for of, person in keys])
    return bool(keys)


def add(connection: Connection, run: str, people: Sequence[tuple[Listed, Population]]) -> None:
    """People of whom nothing is known yet; whoever comes twice is one."""
    unknown: dict[str, Any] = {"run": run, "class": Class.UNKNOWN.value, "channels": "", "methods": [], "as_of": None}
    for_all = [
        unknown | {"person_id": one.id, "upn": one.upn, "name": one.name, "department": one.department, "population": of.value}
        for one, of in people
    ]
    if for_all:
        _put.all(connection, for_all)


def judge(connection: Connection, run: str, rows: Sequence[ReportRow]) -> None:
    """What the report says of people who were added."""
    found: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for row in rows:
        of, channels = classify(row)
        found[row.admin].append(
            {
                "of_run": run,
                "of_person": row.id,
                "to_class": of.value,
                "to_channels": ",".join(sorted(channels)),
                "to_methods": list(row.methods or ()),
                "to_as_of": row.as_of,
            }
        )
    for admin, statement in ((False, _JUDGE), (True, _JUDGE_ADMIN)):
        if found[admin]:
            connection.execute(statement, found[admin])


def finish(connection: Connection, reading_id: str, run: str, day: date, at: datetime) -> int | None:
    """Shows a run from now on, and notes who is in another class than before."""
    if not _is_ours(connection, reading_id, run):
        return None
    people = connection.execute(select(func.count()).where(registered.c.run == run)).scalar() or 0
    before = last(connection)
    _note_changes(connection, before.run if before else "", run, day)
    connection.execute(update(readings).where(readings.c.id == reading_id).values(ended_at=at, day=day.isoformat(), people=people))
    return people


def fail(connection: Connection, reading_id: str, run: str, why: str, at: datetime) -> bool:
    """Ends a reading with nothing to show; False when it was not this run's any more."""
    if not _is_ours(connection, reading_id, run):
        return False
    connection.execute(update(readings).where(readings.c.id == reading_id).values(ended_at=at, trouble=to_column(why)))
    return True


def _is_ours(connection: Connection, reading_id: str, run: str) -> bool:
    take_turn(connection)
    ours = (readings.c.id == reading_id) & (readings.c.run == run) & readings.c.ended_at.is_(None)
    return connection.execute(select(readings.c.id).where(ours)).first() is not None


def _note_changes(connection: Connection, before: str, run: str, day: date) -> None:
    new, old = registered.alias("new"), registered.alias("old")
    same_person = new.c.person_id == old.c.person_id
    both = new.outerjoin(old, same_person & (old.c.run == before))
    other = or_(old.c.person_id.is_(None), new.c["class"] != old.c["class"], new.c.population != old.c.population)
    today = literal(day.isoformat())
    changed = select(new.c.person_id, today, new.c["class"], new.c.population).select_from(both).where(new.c.run == run, other)
    gone_from = old.outerjoin(new, same_person & (new.c.run == run))
    gone = select(old.c.person_id, today, literal(LEFT), old.c.population).select_from(gone_from)
    _insert_from(connection, changed)
    _insert_from(connection, gone.where(old.c.run == before, new.c.person_id.is_(None)))


def _insert_from(connection: Connection, rows: Any) -> None:
    dialect: Any = {"postgresql": postgresql, "sqlite": sqlite}[connection.dialect.name]
    names = ["person_id", "seen_on", "class", "population"]
    new = dialect.insert(registrations).from_select(names, rows)
    latest_of_day = {name: new.excluded[name] for name in ("class", "population")}
    connection.execute(new.on_conflict_do_update(index_elements=names[:2], set_=latest_of_day))


def forget(connection: Connection, before: date, at: datetime) -> None:
    """Removes readings of before a day, what was so before it and is not any more, and whoever had left by then."""
    connection.execute(delete(readings).where(func.coalesce(readings.c.ended_at, readings.c.begun_at) < at))
    whole = last(connection)
    if whole is None:  # nothing to be seen; what is being read now does not need it
        connection.execute(delete(registrations))
        connection.execute(delete(registered).where(registered.c.run.not_in(select(readings.c.run))))
        return
    later = registrations.alias("later")
    replaced = select(true()).where(
        later.c.person_id == registrations.c.person_id, later.c.seen_on > registrations.c.seen_on, later.c.seen_on <= before.isoformat()
    )
    old = registrations.c.seen_on < before.isoformat()
    connection.execute(delete(registrations).where(old & replaced.exists()))
    connection.execute(delete(registrations).where(old & (registrations.c["class"] == LEFT)))

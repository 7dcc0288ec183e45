"""What is remembered of conversations: choices, forms, of whom one speaks, where cards stand, who was told what today; and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.audit import AuditEvent, Tag
from bot.domain.candidates import Candidate
from bot.domain.life import new_id
from bot.store.ids import conversation_digest
from bot.store.prepared import Prepared
from bot.store.tables import choices, posted_cards, retirement_told, settings, spoken
from bot.store.trail import Trail
from bot.store.transactions import Transactions
from bot.store.upsert import Upsert

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

#: A choice or a form holds the line as it was typed, with its number.
CHOICES_KEPT = timedelta(hours=1)
#: "Her" is somebody of the last hour.
SPOKEN_KEPT = timedelta(hours=1)
#: Choices and forms serve for an hour; a list or an offer that is older is answered by a new one.
POSTED_KEPT = timedelta(days=7)

#: No day is over everywhere sooner.
TOLD_KEPT = timedelta(days=2)

#: A form is kept beside the choices, as a text that begins so; no command does, so neither is ever taken for the other.
_FORM = "form: "
_IS_FORM = choices.c.text.startswith(_FORM)
_SETTING = Prepared(select(settings.c.value).where(settings.c.name == bindparam("setting")))
_speak_of = Upsert(spoken)
_post = Upsert(posted_cards)


def _tell(dialect: Any) -> Prepared:
    told = dialect.insert(retirement_told)
    day = {"day": told.excluded.day}
    earlier = retirement_told.c.day < told.excluded.day
    return Prepared(told.on_conflict_do_update(index_elements=["actor_id"], set_=day, where=earlier).returning(retirement_told.c.day))


_TELL = {name: _tell(dialect) for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))}


class StoredMemory:
    """The part of `ports.Operations` that remembers what was said."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._told: dict[str, date] = {}  # whom this process knows to have been told, and on which day

    async def remember_choice(self, actor_id: str, text: str, candidates: Sequence[Candidate], at: datetime, choice_id: str = "") -> str:
        return await self._keep(actor_id, text, [_stored(candidate) for candidate in candidates], at, choice_id)

    async def take_choice(self, choice_id: str, actor_id: str, at: datetime) -> tuple[str, tuple[Candidate, ...]] | None:
        taken = await self._take(choice_id, actor_id, at, ~_IS_FORM)
        return (taken.text, tuple(map(_candidate, taken.candidates))) if taken else None

    async def remember_form(self, actor_id: str, command: str, at: datetime, form_id: str = "") -> str:
        return await self._keep(actor_id, _FORM + command, [], at, form_id)

    async def take_form(self, form_id: str, actor_id: str, at: datetime) -> str:
        taken = await self._take(form_id, actor_id, at, _IS_FORM)
        return str(taken.text).removeprefix(_FORM) if taken else ""

    async def _keep(self, actor_id: str, text: str, candidates: list[str], at: datetime, choice_id: str) -> str:
        row = {"id": choice_id or new_id(length=8), "actor_id": actor_id, "text": text, "candidates": candidates, "at": at}
        await self._transactions.write(lambda connection: connection.execute(insert(choices).values(row)))
        return str(row["id"])

    async def _take(self, choice_id: str, actor_id: str, at: datetime, sort: ColumnElement[bool]) -> Row[Any] | None:
        mine = (choices.c.id == choice_id) & (choices.c.actor_id == actor_id) & (choices.c.at > at - CHOICES_KEPT)
        taken = delete(choices).where(mine & sort).returning(choices)
        return await self._transactions.write(lambda connection: connection.execute(taken).first())

    async def forget_choices(self, now: datetime) -> None:
        """Removes the choices and forms whose hour is over; raises StoreUnavailable.

        Asked for every few seconds, so that no line outlives its hour.
        """
        old = choices.c.at <= now - CHOICES_KEPT
        await self._transactions.write(lambda connection: connection.execute(delete(choices).where(old)))

    async def speak_of(self, actor_id: str, conversation_id: str, target_id: str, at: datetime) -> None:
        row = {"actor_id": actor_id, "conversation": conversation_digest(conversation_id), "target_id": target_id, "at": at}
        await self._transactions.write(lambda connection: _speak_of(connection, row))

    async def spoken_of(self, actor_id: str, conversation_id: str, since: datetime) -> str:
        return await self._spoken(actor_id, conversation_id, since) or ""

    async def spoken_since(self, actor_id: str, conversation_id: str, since: datetime) -> bool:
        return await self._spoken(actor_id, conversation_id, since) is not None

    async def _spoken(self, actor_id: str, conversation_id: str, since: datetime) -> str | None:
        here = (spoken.c.actor_id == actor_id) & (spoken.c.conversation == conversation_digest(conversation_id)) & (spoken.c.at > since)
        query = select(spoken.c.target_id).where(here)
        return await self._transactions.read(lambda connection: connection.execute(query).scalar())

    async def retirement_told(self, actor_id: str, day: date) -> bool:
        if self._told.get(actor_id) == day:
            return False

        def work(connection: Connection) -> bool:
            return _TELL[connection.dialect.name](connection, {"actor_id": actor_id, "day": day.isoformat()}).first() is not None

        first = await self._transactions.write(work)
        self._told[actor_id] = day
        return first

    async def set_posted_card(self, name: str, conversation_id: str, card_id: str, at: datetime) -> None:
        await self.set_posted_cards({(name, conversation_id): card_id}, at)

    async def set_posted_cards(self, cards: Mapping[tuple[str, str], str], at: datetime) -> None:
        rows = [
            {"name": name, "conversation": conversation_digest(conversation_id), "card_id": card_id, "at": at}
            for (name, conversation_id), card_id in cards.items()
        ]
        await self._transactions.write(lambda connection: _post.all(connection, rows))

    async def card_gone(self, name: str, conversation_id: str) -> None:
        here = posted_cards.c.conversation == conversation_digest(conversation_id)
        card = select(posted_cards.c.card_id).where(here & (posted_cards.c.name == name)).scalar_subquery()
        gone = update(posted_cards).where(here & (posted_cards.c.card_id == card)).values(card_id="")
        await self._transactions.write(lambda connection: connection.execute(gone))

    async def posted_card(self, name: str, conversation_id: str) -> str:
        here = (posted_cards.c.name == name) & (posted_cards.c.conversation == conversation_digest(conversation_id))
        query = select(posted_cards.c.card_id).where(here)
        return await self._transactions.read(lambda connection: connection.execute(query).scalar() or "")

    async def setting(self, name: str) -> str:
        def work(connection: Connection) -> str:
            return _SETTING(connection, {"setting": name}).scalar() or ""

        return await self._transactions.read(work)

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            connection.execute(delete(settings).where(settings.c.name == name))
            connection.execute(insert(settings).values(name=name, value=value))
            trail.append(event)
            if event.tag is Tag.CHAT_LOG_CHANNEL_SET:  # what has waited for a log channel can be posted now
                self._enqueue(connection, "log", new_id(length=10))

        await self._transactions.record(work)


def forget(connection: Connection, now: datetime) -> None:
    """Removes what is too old to serve, but for choices, which go sooner (`StoredMemory.forget_choices`)."""
    connection.execute(delete(spoken).where(spoken.c.at < now - SPOKEN_KEPT))
    connection.execute(delete(retirement_told).where(retirement_told.c.day < (now - TOLD_KEPT).date().isoformat()))
    connection.execute(delete(posted_cards).where(posted_cards.c.at < now - POSTED_KEPT))


def _stored(candidate: Candidate) -> str:
    return f"{candidate.person_id}/{candidate.picked}" if candidate.picked else candidate.person_id


def _candidate(stored: str) -> Candidate:
    person_id, _, picked = stored.partition("/")
    return Candidate(person_id, picked)

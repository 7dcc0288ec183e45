"""Personal chats and the approvers' cards in them, in the database. Implements `ports.Chats`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor
from bot.domain.personal import PersonalCard, PersonalChat
from bot.store.tables import approval_cards, personal_chats
from bot.store.transactions import Transactions
from bot.store.upsert import Upsert

#: As many chats as these name every region that matters.
_LOOKED_AT = 500
_see = Upsert(personal_chats)
_ASK: dict[str, Any] = {
    "postgresql": postgresql.insert(approval_cards).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(approval_cards).on_conflict_do_nothing(),
}


class StoredChats:
    """`ports.Chats` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def seen(self, chat: PersonalChat) -> None:
        given = _who_and_where(chat) | {"at": chat.at}
        await self._transactions.write(lambda connection: _see(connection, given))

    async def gone(self, person_id: str, before: datetime) -> None:
        left = (personal_chats.c.person_id == person_id) & (personal_chats.c.at <= before)
        await self._transactions.write(lambda connection: connection.execute(delete(personal_chats).where(left)))

    async def of(self, person_ids: Collection[str]) -> tuple[PersonalChat, ...]:
        theirs = select(personal_chats).where(personal_chats.c.person_id.in_(person_ids)).order_by(personal_chats.c.at.desc())

        def work(connection: Connection) -> tuple[PersonalChat, ...]:
            return tuple(
                PersonalChat(Actor(**found.reader), ConversationRef(**found.place), found.at) for found in connection.execute(theirs)
            )

        return await self._transactions.read(work)

    async def addresses(self) -> tuple[str, ...]:
        latest = select(personal_chats.c.place).order_by(personal_chats.c.at.desc()).limit(_LOOKED_AT)

        def work(connection: Connection) -> tuple[str, ...]:
            return tuple(dict.fromkeys(ConversationRef(**place).service_url for place in connection.scalars(latest)))

        return await self._transactions.read(work)

    async def ask(self, operation_id: str, chats: Sequence[PersonalChat], at: datetime) -> tuple[PersonalCard, ...]:
        rows = [_who_and_where(chat) | {"operation_id": operation_id, "at": at} for chat in chats]

        def work(connection: Connection) -> tuple[PersonalCard, ...]:
            if rows:
                connection.execute(_ASK[connection.dialect.name], rows)
            return _asked(connection, operation_id)

        return await self._transactions.write(work)

    async def asked(self, operation_id: str) -> tuple[PersonalCard, ...]:
        return await self._transactions.read(lambda connection: _asked(connection, operation_id))

    async def brought(self, card: PersonalCard) -> None:
        this = (approval_cards.c.operation_id == card.operation_id) & (approval_cards.c.person_id == card.reader.id)
        now = {"card_id": card.card_id, "version": card.version, "refused": card.refused}
        await self._transactions.write(lambda connection: connection.execute(update(approval_cards).where(this).values(now)))


def _who_and_where(chat: PersonalChat) -> dict[str, Any]:
    return {"person_id": chat.reader.id, "reader": asdict(chat.reader), "place": asdict(chat.where)}


def _asked(connection: Connection, operation_id: str) -> tuple[PersonalCard, ...]:
    mine = select(approval_cards).where(approval_cards.c.operation_id == operation_id).order_by(approval_cards.c.person_id)
    return tuple(map(_card, connection.execute(mine)))


def _card(found: Row[Any]) -> PersonalCard:
    reader, where = Actor(**found.reader), ConversationRef(**found.place)
    return PersonalCard(found.operation_id, reader, where, found.card_id, found.version, found.refused)


def forget(connection: Connection, unseen_since: datetime, asked_before: datetime) -> None:
    """Removes chats that nobody used any more, and where people were asked about operations that ended long ago."""
    connection.execute(delete(personal_chats).where(personal_chats.c.at < unseen_since))
    connection.execute(delete(approval_cards).where(approval_cards.c.at < asked_before))

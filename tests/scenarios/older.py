"""A database that an earlier version left in the middle of its work (tests/store/written_by), opened by this one in the same minute.

What it holds speaks of the moment it was written, and of a Teams that is gone: time is turned back, the addresses are made those of this
simulator, and the messages that people had before them are put there again.
"""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.store.transactions import open_engine
from simulator import cast
from simulator.teams.threads import Message
from tests.desk import Answer, Desk
from tests.scenarios.bulking import query

WRITTEN_BY = Path(__file__).parents[1] / "store" / "written_by"
VERSIONS = sorted(file.parent.name for file in WRITTEN_BY.glob("*/sqlite.db.gz"))
#: Every database there is, by the version that wrote it and its kind.
DATABASES = [(version, kind) for version in VERSIONS for kind in ("sqlite", "postgresql")]


def restore(version: str, kind: str, database_url: str) -> None:
    """Puts what a version left into a database that is not there yet, or is empty."""
    engine = open_engine(database_url)
    if kind == "sqlite":
        Path(str(engine.url.database)).write_bytes(_stored(version, "sqlite.db"))
    else:
        connection = engine.raw_connection()
        connection.cursor().execute(_stored(version, "postgresql.sql").decode())
        connection.commit()
        connection.close()
    engine.dispose()


def _stored(version: str, name: str) -> bytes:
    return gzip.decompress((WRITTEN_BY / version / f"{name}.gz").read_bytes())


class Older(Desk):
    """A desk on what a version left.

    Attributes:
        left: operation ids by what they are; see `fill` in tests/store/written_by/make.py.
        done: the rows that were done before, by job and number; Entra knows nothing of them.
    """

    def __init__(self, version: str, kind: str, database_url: str) -> None:
        super().__init__(database_url)
        self._shown = json.loads(_stored(version, f"{kind}.json"))
        self.left: dict[str, str] = self._shown["left"]
        restore(version, kind, database_url)
        done = query(self, "SELECT job, number FROM bulk_rows WHERE state = 'succeeded'")
        self.done = {(row["job"], row["number"]) for row in done}

    async def open(self) -> None:
        (last,) = query(self, "SELECT max(at) AS at FROM audit_events")
        self.later(seconds=(datetime.fromisoformat(last["at"]) - self.clock()).total_seconds())
        await self.world.start()
        self._move_in()
        await self.start_bot()

    def _move_in(self) -> None:
        old, new = self._shown["service_url"], self.teams.service_url
        as_text, as_stored = ("{}", "{}") if self._database_url.startswith("sqlite") else ("CAST({} AS TEXT)", "CAST({} AS JSON)")
        for column in ("request", "approval_where"):
            moved = as_stored.format(f"replace({as_text.format(column)}, :old, :new)")
            query(self, f"UPDATE operations SET {column} = {moved}", old=old, new=new)
        for shown in self._shown["messages"]:
            self.teams.threads.add(self._message(shown))

    def _message(self, shown: dict[str, Any]) -> Message:
        conversation, root = self.teams.threads.find(shown["conversation"])
        return Message(
            id=shown["id"],
            conversation=conversation.id,
            thread=root,
            sender=shown["from"],
            time=shown["time"],
            text=shown["text"],
            attachments=shown["attachments"],
            reply_to_id=shown["replyToId"],
            private_to=cast.person(shown["privateTo"]) if shown["privateTo"] else None,
            views=shown["views"],
        )

    def card_of(self, what: str, reader: cast.Member, *, approvers: bool = False) -> Answer:
        """The card that was before somebody's eyes: the requester's, or the approvers'."""
        column = "approval_card_id" if approvers else "card_id"
        (found,) = query(self, f"SELECT {column} AS id FROM operations WHERE id = :id", id=self.left[what])
        return Answer(self, self.teams.threads.messages[found["id"]], reader)

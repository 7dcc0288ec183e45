"""Teams and files as services see them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.domain.conversations import ConversationRef, Member
from bot.domain.file_found import Answers, Found
from bot.domain.people import Actor
from bot.domain.personal import PersonalCard, PersonalChat
from bot.domain.replies import Reply
from bot.domain.report import Registered
from bot.domain.retirement import Retirement
from bot.domain.rows import FileRow, Row


class Chats(Protocol):
    """Personal chats, and the approvers' cards in them, for all replicas. May raise `StoreUnavailable`; each is one transaction."""

    async def seen(self, chat: PersonalChat) -> None:
        """Somebody is in this chat; it takes the place of the one they had before."""

    async def gone(self, person_id: str, before: datetime) -> None:
        """Nobody can be written to there any more; does nothing when the chat was seen after `before`."""

    async def of(self, person_ids: Collection[str]) -> tuple[PersonalChat, ...]:
        """The chats of those of these people (object ids in small letters) who have one, the one seen last first."""

    async def addresses(self) -> tuple[str, ...]:
        """At which addresses of Teams people's chats are served, as far as those seen last say."""

    async def ask(self, operation_id: str, chats: Sequence[PersonalChat], at: datetime) -> tuple[PersonalCard, ...]:
        """Remembers who is asked about an operation, before anybody is; whoever was asked already stays so. Returns all of them."""

    async def asked(self, operation_id: str) -> tuple[PersonalCard, ...]:
        """Who is asked about an operation in a personal chat, and where that card is."""

    async def brought(self, card: PersonalCard) -> None:
        """Teams has this card as it is here, or has refused it."""


class Announcer(Protocol):
    """Posting outside a turn. Every method may raise `ChatError`."""

    async def send(self, where: ConversationRef, reply: Reply, to: Actor | None = None) -> str:
        """Posts a new message, in the language of the one it is for, and returns its activity id."""

    async def update(self, where: ConversationRef, activity_id: str, reply: Reply, to: Actor | None = None) -> None:
        """Replaces a message in place, in the language of the one it is for."""

    async def quiet(self, activity_id: str) -> None:
        """Comes back when no press on this message is being answered, so that nothing takes an answer away that is on its way."""

    async def members(self, where: ConversationRef) -> tuple[Member, ...]:
        """Who is in a conversation; of a very large one, the first thousand."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it came: on our own disk, for nobody else to read. Whoever asked for it removes it."""

    path: Path
    sha256: str
    size: int


class Files(Protocol):
    """Files that people drop into a chat, and files they are given. Whatever fails is a `Refusal`, a sentence for the person."""

    async def download(self, url: str, most_bytes: int) -> Download:
        """Fetches a dropped file, once; not one byte beyond `most_bytes` is kept."""

    async def upload(self, url: str, parts: AsyncIterator[bytes], size: int) -> None:
        """Writes a file of exactly `size` bytes to the place that Teams gave for it."""


class Sheets(Protocol):
    """Files as rows, and rows as files."""

    def read(self, path: Path, name: str, answers: Answers) -> AsyncGenerator[list[FileRow] | Found, None]:
        """The rows of a file, some at a time, and at last what else it holds; a generator, and closing it ends the reading.

        Raises Refusal, at the start or on the way, when the file cannot be used.
        """

    def template(self) -> bytes:
        """A file to fill in."""

    def lines(self, rows: Iterable[Row], job_id: str, *, result: bool, delimiter: str = "", notes: Sequence[str] = ()) -> Iterator[bytes]:
        """Rows as a file that is safe to open: what they would do, or with `result` what became of them. For another thread.

        Args:
            delimiter: what stood between the cells of the file that came in; a comma without one.
            notes: what is to be said of the file that came in, behind the rows.
        """

    def people(self, people: AsyncIterator[Registered], retirement: Retirement) -> AsyncIterator[bytes]:
        """People as a file that is safe to open: what their phones are for and when that ends, without a number."""

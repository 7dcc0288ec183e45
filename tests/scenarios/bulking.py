"""What the scenarios about bulk jobs share: a file in somebody's chat, the way to an agreed job, and what became of its rows."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy

from bot.store.transactions import open_engine
from simulator import cast
from simulator.entra import Fault
from simulator.teams import Message
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, OMAR, Answer, Desk, _words

#: Ordinary people with a mobile phone and without one; those who are not synced come first.
CROWD = tuple(sorted(cast.CROWD, key=lambda member: member.synced))
BARE = tuple(member for member in CROWD if not member.phones)

#: One to add, one to replace, one to remove; in that order.
KENJI = cast.person("Kenji Tanaka")
MIA = cast.person("Mia O'Brien")
THREE = (
    "user,mobile,action",
    f"{ALICE.upn},+31 6 12345678,",
    f"{OMAR.upn},+31 6 87654321,update",
    f"{KENJI.upn},x,remove",
)


def table(*lines: str) -> bytes:
    """A CSV file of these lines."""
    return ("\r\n".join(lines) + "\r\n").encode()


def many(count: int) -> tuple[str, ...]:
    """Lines that register a mobile phone for so many people who have none."""
    people = [*BARE, *(member for member in CROWD if member.phones)][:count]
    return ("user,mobile", *(f"{member.upn},+31 6 {30000000 + place}" for place, member in enumerate(people)))


def people_of(lines: tuple[str, ...]) -> list[cast.Member]:
    """Whom such lines are about."""
    return [cast.person(line.partition(",")[0]) for line in lines[1:]]


async def drop(desk: Desk, *lines: str, who: cast.Member = HANNA, text: str = "", name: str = "people.csv") -> Answer:
    """Drops a file into the chat with the bot and returns the answer to it."""
    return await drop_bytes(desk, table(*lines), who=who, text=text, name=name)


async def drop_bytes(desk: Desk, content: bytes, *, who: cast.Member = HANNA, text: str = "", name: str = "people.csv") -> Answer:
    """The same with any content."""
    message = await desk.teams.drop(who, name, content, text)
    assert message.delivered == 200, message.delivered
    return answer_to(desk, message, who)


def answer_to(desk: Desk, message: Message, reader: cast.Member) -> Answer:
    """What the bot said to a message."""
    answers = [each for each in desk.teams.threads.messages.values() if each.by_bot and each.reply_to_id == message.id]
    assert answers, "no answer"
    return Answer(desk, answers[-1], reader)


async def previewed(desk: Desk, *lines: str, who: cast.Member = HANNA, text: str = "") -> tuple[str, Answer]:
    """A job whose rows are checked and which waits for its requester: its id and card."""
    own = await drop(desk, *lines, who=who, text=text)
    job_id = own.operation_id
    await desk.settled(own, "Waiting for your confirmation")
    return job_id, own


async def confirmed(desk: Desk, *lines: str, who: cast.Member = HANNA, text: str = "") -> tuple[str, Answer, Answer]:
    """A job that waits for approval: its id, its requester's card and the approvers'."""
    job_id, own = await previewed(desk, *lines, who=who, text=text)
    await desk.press(who, own, "confirm")
    return job_id, own, await approvers_card(desk, job_id)


async def approvers_card(desk: Desk, job_id: str, reader: cast.Member = BRAM) -> Answer:
    """The card in the approval channel."""
    message = await desk.teams.wait_for(
        lambda message: message.conversation == APPROVALS.id and message.by_bot and job_id in words(message) and "Needs" in words(message)
    )
    return Answer(desk, message, reader)


async def begun(desk: Desk, *lines: str, who: cast.Member = HANNA, by: cast.Member = BRAM, text: str = "") -> tuple[str, Answer]:
    """A job that is agreed to: its id and its requester's card."""
    job_id, own, card = await confirmed(desk, *lines, who=who, text=text)
    pressed = await desk.press(by, card, "approve")
    assert pressed.card is not None, pressed
    return job_id, own


def words(message: Message) -> str:
    """Every word on the card of a message, as everybody sees it."""
    return " ".join(_words(message.card() or {}))


async def told(desk: Desk, who: cast.Member, *said: str) -> Message:
    """Waits for a message of the bot in somebody's own chat that has all these words."""
    chat = desk.teams.threads.find(who)[0].id
    return await desk.teams.wait_for(
        lambda message: message.conversation == chat and message.by_bot and all(each in words(message) for each in said)
    )


async def until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    """What the database or the directory tells nobody is looked for."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def query(desk: Desk, statement: str, **values: Any) -> list[dict[str, Any]]:
    """What the bot's database answers; of an UPDATE nothing."""
    engine = open_engine(desk._database_url)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement), values)
        found = [dict(row) for row in result.mappings().all()] if result.returns_rows else []
    engine.dispose()
    return found


async def under_way(desk: Desk, job_id: str) -> None:
    """Waits until rows of a job are in somebody's hands."""
    await until(lambda: any(row["taken_by"] for row in rows(desk, job_id).values()))


def rows(desk: Desk, job_id: str) -> dict[int, dict[str, Any]]:
    """The stored rows of a job by their number."""
    return {row["number"]: row for row in query(desk, "SELECT * FROM bulk_rows WHERE job = :job ORDER BY number", job=job_id)}


def kinds(desk: Desk, job_id: str) -> list[str]:
    """What the check made of each row, in order."""
    return [row["kind"] for row in rows(desk, job_id).values()]


def states(desk: Desk, job_id: str) -> list[str]:
    """How each row stands, in order; empty for those that change nothing."""
    return [row["state"] for row in rows(desk, job_id).values()]


def state(desk: Desk, job_id: str) -> str:
    """Of the job."""
    (found,) = query(desk, "SELECT state FROM operations WHERE id = :job", job=job_id)
    return str(found["state"])


def events(desk: Desk, operation_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The trail of a job or of one of its rows, oldest first: tag, who, facts."""
    return [(row.tag, row.actor_name, _facts(row.facts)) for row in desk.trail() if row.operation_id == operation_id]


def tags(desk: Desk, operation_id: str) -> list[str]:
    """The same, without who and facts; what the log channel was told apart."""
    return [tag for tag, _, _ in events(desk, operation_id) if not tag.startswith("log:")]


def finished(desk: Desk, job_id: str) -> Counter[str]:
    """How often the trail says of each row that it has ended."""
    return Counter(row.operation_id for row in desk.trail() if row.tag == "bulk:row:finished" and row.operation_id.startswith(f"{job_id}-"))


def _facts(stored: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return found


def writes(desk: Desk) -> Counter[str]:
    """How often the methods of each person were written, by user name."""
    return Counter(write.upn for write in desk.entra.writes)


def slow(desk: Desk, path: str = "/$batch", seconds: float = 1.0, **more: Any) -> Fault:
    """Makes Entra take its time over some requests."""
    return desk.entra.faults.add(Fault(effect="latency", path=path, seconds=seconds, **more))


async def allowed(desk: Desk, who: cast.Member, offered: Message) -> str:
    """Presses Allow under an offered file; returns what is in it then."""
    before = len(desk.teams.files.stored)
    answer = await desk.teams.consent(who, offered.id)
    assert answer.status == 200
    await until(lambda: len(desk.teams.files.stored) > before)
    return desk.teams.files.stored[-1].content.decode("utf-8-sig")


async def offered(desk: Desk, who: cast.Member, since: int) -> Message:
    """The file offered to somebody after message number `since` of their chat."""
    chat = desk.teams.threads.find(who)[0].id

    def found() -> list[Message]:
        return [message for message in desk.teams.thread(chat)[since:] if message.by_bot and _is_offer(message)]

    await until(lambda: bool(found()))
    return found()[-1]


def _is_offer(message: Message) -> bool:
    return any(each.get("contentType", "").endswith("file.consent") for each in message.attachments)


def said_to(desk: Desk, who: cast.Member) -> list[Message]:
    """Everything in somebody's chat with the bot."""
    return list(desk.teams.thread(desk.teams.threads.find(who)[0].id))


def as_rows(text: str) -> list[dict[str, str]]:
    """The lines of a file that the bot made."""
    return list(csv.DictReader(io.StringIO(text)))

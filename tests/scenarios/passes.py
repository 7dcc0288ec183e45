"""What the scenarios about passes and passwords share: the way to a card on which Reveal can be pressed, and what Graph was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import inspect, text

from bot.store.transactions import open_engine
from simulator import cast
from tests.desk import BRAM, HANNA, Answer, Desk
from tests.scenarios.approving import words

OMAR = cast.person("Omar Farouk")
PASS = "pass for omar"
PASSWORD = "reset password for omar"


READY = "Ready: press Reveal"


async def ready(desk: Desk, line: str = PASS, who: cast.Member = HANNA, by: cast.Member = BRAM, says: str = READY) -> Answer:
    """Asks, confirms and has a colleague agree: the requester's card, on which Reveal can be pressed (or once it `says` something else).

    In a personal chat that card comes as a new message.
    """
    own = await desk.say(who, line)
    assert "confirm" in own.verbs, own.text
    operation_id = own.operation_id
    await desk.press(who, own, "confirm")
    card = await desk.teams.wait_for(lambda message: message.by_bot and operation_id in words(message) and "Needs" in words(message))
    await desk.press(by, Answer(desk, card, by), "approve")
    personal = own.message in desk.teams.thread(who)
    return await come(desk, own, operation_id, who) if personal and says == READY else await desk.settled(own, says)


async def come(desk: Desk, own: Answer, operation_id: str, who: cast.Member = HANNA) -> Answer:
    """The card with Reveal as it has come to its requester; where it stood before it says so."""
    await desk.settled(own, f"approved {operation_id}. Its card is below.")
    card = await desk.teams.wait_for(
        lambda message: (
            message is not own.message
            and message in desk.teams.thread(who)
            and message.by_bot
            and operation_id in words(message)
            and READY in words(message)
        )
    )
    return Answer(desk, card, who)


def created(desk: Desk, who: cast.Member = OMAR) -> list[Any]:
    """The requests that made a pass or set a password, whatever was answered."""
    paths = (f"/users/{who.id}/authentication/temporaryAccessPassMethods", f"/users/{who.id}")
    return [one for one in desk.entra.requests if one.method in ("POST", "PATCH") and one.path in paths]


def made(desk: Desk, who: cast.Member = OMAR) -> int:
    """How many passes or passwords somebody got."""
    return len([one for one in desk.entra.tenant.writes if one.user_id == who.id and one.what in ("pass.create", "password.reset")])


def code(desk: Desk, who: cast.Member = OMAR) -> str:
    """The code of the only pass, or the only password, that Graph was asked for: as it passed through the wire."""
    (request,) = created(desk, who)
    found = request.body["passwordProfile"]["password"] if request.method == "PATCH" else request.answer["temporaryAccessPass"]
    assert isinstance(found, str)
    return found


def stored(desk: Desk) -> bytes:
    """Every value of every row of every table, the engine's own included, and on SQLite the bytes of the files."""
    engine = open_engine(desk._database_url)
    found: list[bytes] = []
    with engine.connect() as connection:
        tables = inspect(connection)
        for schema in [name for name in tables.get_schema_names() if name not in ("information_schema", "pg_catalog")]:
            for table in tables.get_table_names(schema):
                for row in connection.execute(text(f'SELECT * FROM "{schema}"."{table}"')):
                    found += [each if isinstance(each, bytes) else str(each).encode() for each in row]
    engine.dispose()
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        found += [each.read_bytes() for each in file.parent.glob(f"{file.name}*")]
    assert len(found) > 50
    return b"\n".join(found)


def spellings(secret: str) -> list[str]:
    """The code as it stands, and as JSON, an address or a quoted text would have it."""
    return [secret, json.dumps(secret)[1:-1], quote(secret, safe=""), repr(secret)[1:-1]]

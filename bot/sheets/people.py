"""People become a file: who has only a phone, what it is for, and when that ends. No number is in it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from bot.domain.phone_ends import reached
from bot.domain.report import Registered
from bot.domain.retirement import Population, Retirement
from bot.domain.said import say, say_each, spoken
from bot.sheets.write import BATCH, safe, taken

_KINDS = say_each({
    Population.MEMBER: "member",
    Population.ADMINISTRATOR: "administrator",
    Population.GLOBAL_ADMINISTRATOR: "Global Administrator",
    Population.INTERNAL_GUEST: "internal guest",
    Population.EXTERNAL: "external user",
})  # fmt: skip


async def lines(people: AsyncIterator[Registered], retirement: Retirement) -> AsyncIterator[bytes]:
    """People as a CSV file in UTF-8 that is safe to open in a spreadsheet, in the reader's language (`said.speaking`).

    Args:
        people: in any order; they are taken one by one.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    header = (
        say("User principal name"), say("Name"), say("Department"), say("Kind of account"), say("The phones are for"),
        say("Registered methods"), say("Ends on"), say("As of (UTC)"),
    )  # fmt: skip
    writer.writerow(map(spoken, header))
    yield b"\xef\xbb\xbf" + taken(file)
    count = 0
    async for person in people:
        writer.writerow([safe(spoken(cell)) for cell in _cells(person, retirement)])
        count += 1
        if count % BATCH == 0:
            yield taken(file)
    if rest := taken(file):
        yield rest


def _cells(person: Registered, retirement: Retirement) -> tuple[str, ...]:
    day = retirement.ends(person.population, person.channels)
    goes_on = say("not: your own provider carries on") if retirement.provider & person.channels else ""
    return (
        person.upn,
        person.name,
        person.department,
        _KINDS[person.population],
        reached(person),
        "; ".join(person.methods),
        day.isoformat() if day else goes_on,
        f"{person.as_of:%Y-%m-%d %H:%M}" if person.as_of else "",
    )

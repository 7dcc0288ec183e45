"""Files with a row for each phone: the rows of one person, wherever they stand, one below the other."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile

from bot.domain.said import from_store, say, to_store
from bot.errors import Refusal
from bot.sheets.cells import Record

#: What is set aside while the whole file is looked through; a file within its own bounds has far less.
MOST_ASIDE = 128 * 1024 * 1024
_NONE = -1


def gathered(records: Iterator[Record], user: Callable[[Record], str]) -> Iterator[Record]:
    """The records, those of one person where their first one stands; those of nobody stay.

    They lie on disk meanwhile; in memory is where.

    Raises:
        Refusal: they are more than any table of people has.
    """
    first, places, following = array("L"), array("Q"), array("l")
    last: dict[int, int] = {}  # of each person, by a number for their name
    with TemporaryFile() as file:
        for record in records:
            place, number = file.tell(), len(places)
            if place > MOST_ASIDE:
                raise Refusal(
                    say("The file is larger than {most} MB.", most=MOST_ASIDE // 1024 // 1024),
                    say("Divide it into several files."),
                    code="file_too_large",
                )
            file.write(json.dumps((record.number, record.cells, to_store(record.problem))).encode() + b"\n")
            places.append(place)
            following.append(_NONE)
            name = user(record).casefold()
            before = last.get(hash(name), _NONE) if name else _NONE
            if before == _NONE:
                first.append(number)
            else:
                following[before] = number
            if name:
                last[hash(name)] = number
        last.clear()
        for one in first:
            at = one
            while at != _NONE:
                file.seek(places[at])
                row, cells, problem = json.loads(file.readline())
                yield Record(row, tuple(cells), from_store(problem))
                at = following[at]

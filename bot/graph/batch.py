"""Several calls in one HTTP request: https://learn.microsoft.com/graph/json-batching

Our own, because the one in msgraph-core 1.5.2 sends absolute addresses, loses ids and inner errors.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from bot.errors import Unavailable
from bot.graph.answers import Answer
from bot.graph.client import GraphClient
from bot.graph.reads import Read
from bot.graph.throttle import FLEETING, Patience

MOST_PARTS = 20
ROUNDS = 5  # of sending the failed parts again


async def read_all(client: GraphClient, reads: Sequence[Read], patience: Patience) -> list[Answer]:
    """Sends the reads together and returns their answers in the same order, refusals included.

    Parts that were throttled or failed for a moment are sent again without the others, after the longest wait any of them asked for.

    Raises:
        DirectoryError: the batch as a whole failed.
    """
    answers: dict[int, Answer] = {}
    deadline = client.gate.clock() + patience.seconds
    open_parts = list(range(len(reads)))
    for round_number in range(ROUNDS):
        began = client.gate.clock()
        left = replace(patience, seconds=max(0.0, deadline - began))
        for start in range(0, len(open_parts), MOST_PARTS):
            answers |= await _send(client, reads, open_parts[start : start + MOST_PARTS], left)
        open_parts = [number for number, answer in answers.items() if answer.status in (429, *FLEETING)]
        if round_number == 0 and (refused := [number for number, answer in answers.items() if answer.status == 401]):
            await client.renew_token(answers[refused[0]].claims)
            open_parts += refused
        if not open_parts:
            break
        throttled = [answers[number].retry_after for number in open_parts if answers[number].status == 429]
        if throttled:
            wait = client.gate.refused(max((seconds for seconds in throttled if seconds is not None), default=None), began, patience)
        else:
            wait = 0.25 * 2**round_number
        if wait > deadline - client.gate.clock():
            break
        if not throttled:
            await client.gate.pause(wait)
    return [answers[number] for number in range(len(reads))]


async def _send(client: GraphClient, reads: Sequence[Read], numbers: Sequence[int], patience: Patience) -> dict[int, Answer]:
    content = json.dumps({"requests": [reads[number].as_part(number, patience.headers) for number in numbers]}).encode()
    units = sum(reads[number].units for number in numbers)
    outer = await client.read(f"{client.base_url}/$batch", patience, post=content, units=units)
    parts = outer.fields.get("responses")
    if not isinstance(parts, list):
        raise Unavailable("the batch answer has no responses", status=outer.status, request_id=outer.request_id)
    answers = {part["id"]: Answer.of_part(part) for part in parts if isinstance(part, dict) and "id" in part}
    if missing := [number for number in numbers if str(number) not in answers]:
        raise Unavailable(f"{len(missing)} parts of a batch were not answered", status=outer.status, request_id=outer.request_id)
    for answer in answers.values():
        client.gate.heard(answer)
    return {number: answers[str(number)] for number in numbers}

"""Several calls in one HTTP request: https://learn.microsoft.com/graph/json-batching

Our own, because the one in msgraph-core 1.5.2 sends absolute addresses, loses ids and inner errors.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.errors import Unavailable
from bot.graph.answers import Answer
from bot.graph.call import Call
from bot.graph.client import GraphClient
from bot.graph.errors import translate
from bot.graph.reads import Read
from bot.graph.throttle import FLEETING, Patience
from bot.quick_json import dumped
from bot.waiting import put_off

log = structlog.get_logger()

MOST_PARTS = 20
ROUNDS = 5  # of sending the failed parts again


async def read_all(client: GraphClient, reads: Sequence[Read], patience: Patience) -> list[Answer]:
    """Sends the reads together and returns their answers in the same order, refusals included.

    Parts that were throttled or failed for a moment are sent again without the others, after the longest wait any of them asked for; not at
    all when that is longer than the patience.

    Raises:
        DirectoryError: the batch as a whole failed.
    """
    answers: dict[int, Answer] = {}
    deadline = client.gate.clock() + patience.left
    open_parts = list(range(len(reads)))
    for round_number in range(ROUNDS):
        began = client.gate.clock()
        left = replace(patience, seconds=max(0.0, deadline - began))
        for start in range(0, len(open_parts), MOST_PARTS):
            answers |= await _send(client, reads, open_parts[start : start + MOST_PARTS], left, round_number + 1)
        open_parts = [number for number, answer in answers.items() if answer.status in (429, *FLEETING)]
        if round_number == 0 and (refused := [number for number, answer in answers.items() if answer.status == 401]):
            await client.renew_token(answers[refused[0]].claims)
            open_parts += refused
        if not open_parts:
            break
        throttled = [number for number in open_parts if answers[number].status == 429]
        opens = _refused(client, [(reads[number], answers[number]) for number in throttled], began, patience) if throttled else 0.0
        fleeting = [answers[number] for number in open_parts if answers[number].status in FLEETING]
        pause = client.gate.wait_before_resend(round_number, fleeting) if fleeting else 0.0
        if max(opens, pause) > deadline - client.gate.clock():
            break
        if pause:
            put_off(pause)
            await client.gate.pause(pause)
    return [await client.grants.weighed(answers[number], read.permission) for number, read in enumerate(reads)]


def require_parts(reads: Sequence[Read], answers: Sequence[Answer]) -> None:
    """Looks at the answers about one account, that of the account itself first.

    Raises:
        Unavailable: the account is there and a part of it is not found, which does not say that it is gone.
        DirectoryError: anything else was refused.
    """
    for read, answer in zip(reads, answers, strict=False):
        if answer.status == 404 and answer is not answers[0]:
            raise Unavailable("a part of an account is not found", status=404, request_id=answer.request_id)
        if not answer.ok:
            raise translate(answer, read.permission)


def _refused(client: GraphClient, parts: Sequence[tuple[Read, Answer]], began: float, patience: Patience) -> float:
    """Closes the gate for what was throttled; seconds until it opens again."""
    said = [answer.retry_after for _, answer in parts]
    longest = max((seconds for seconds in said if seconds is not None), default=None)
    return client.gate.refused(longest, began, patience, frozenset(read.limit for read, _ in parts))


async def _send(client: GraphClient, reads: Sequence[Read], numbers: Sequence[int], patience: Patience, attempt: int) -> dict[int, Answer]:
    headers, counts = patience.headers, {number: reads[number].limit for number in numbers}
    content = dumped({"requests": [reads[number].as_part(number, headers) for number in numbers]})
    units = sum(reads[number].units for number in numbers)
    limits = frozenset(counts.values())
    outer = await client.read(f"{client.base_url}/$batch", patience, post=content, units=units, limits=limits)
    try:
        answers = _answers(outer, numbers)
    except Unavailable:
        client.gate.hindrances.heard(limits, [])
        raise
    for answer in answers.values():
        client.gate.heard(answer)
    for limit in limits:
        client.gate.hindrances.heard([limit], [answers[number] for number in numbers if counts[number] is limit])
    if log.is_enabled_for(logging.DEBUG):
        for number in numbers:
            part = Call.of("GET" if reads[number].body is None else "POST", reads[number].url)
            log.debug("graph call in a batch", action="graph_part", call=part.told, status=answers[number].status, attempt=attempt)
    return answers


def _answers(outer: Answer, numbers: Sequence[int]) -> dict[int, Answer]:
    """The answers to the parts with these numbers; Unavailable when one is missing."""
    parts = outer.fields.get("responses")
    if not isinstance(parts, list):
        raise Unavailable("the batch answer has no responses", status=outer.status, request_id=outer.request_id)
    answers = {part["id"]: Answer.of_part(part) for part in parts if isinstance(part, dict) and isinstance(part.get("id"), str)}
    if missing := [number for number in numbers if str(number) not in answers]:
        raise Unavailable(f"{len(missing)} parts of a batch were not answered", status=outer.status, request_id=outer.request_id)
    return {number: answers[str(number)] for number in numbers}

"""Trying again: how long to wait for whoever asks for it (`Retry-After` is read here alone), and posting until Teams takes it.

What Graph asks for is obeyed in the throttle gate (of a 429 in `graph.lane`, of a 5xx in `graph.throttle`), what Teams asks for where it is
posted (`teams.outbound`, `teams.upload`) and between the tries here.
"""

from __future__ import annotations

import email.utils
import math
import random
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping

from bot.errors import ChatError, ChatRefused, ChatUnavailable, DirectoryError, Throttled
from bot.ports import Sleep

#: Posts something; raises ChatError when Teams does not take it.
Post = Callable[[], Awaitable[object]]

#: Longest pause between two tries while Teams cannot be reached.
LONGEST_PAUSE = 60.0


def asked_for(value: str | None, most: float) -> float | None:
    """Seconds that a `Retry-After` header asks for.

    Args:
        value: a number, also a fractional one, or a date: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
        most: what is more is not believed.

    Returns:
        From 0 to `most`; None when there is no such header, or it cannot be read.
    """
    text = value or ""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return min(most, max(0.0, seconds)) if math.isfinite(seconds) else None


def spread(seconds: float, part: float = 0.25, *, more: float = 0.0, chance: Callable[[], float] = random.random) -> float:
    """A wait and up to this part of it (and `more` seconds) on top, so that those who wait together do not come back together."""
    return seconds + (seconds * part + more) * chance()


def pause_asking(failure: DirectoryError | None, pause: float) -> float:
    """Seconds before Entra ID is asked again: what it asks for where it was asked too often; else this pause, or longer if it says so."""
    if failure is None or failure.retry_after is None:
        return spread(pause)
    return spread(failure.retry_after if isinstance(failure, Throttled) else max(pause, failure.retry_after))


def pause_before(error: ChatError, attempt: int) -> float:
    """Seconds before try number `attempt` (from 1): what Teams asks for, else doubling."""
    asked = error.retry_after if isinstance(error, ChatUnavailable) else None
    return spread(min(LONGEST_PAUSE, 0.5 * 2 ** min(attempt, 8)) if asked is None else asked, more=0.1)


def pause_after(error: ChatError, attempt: int) -> float | None:
    """Seconds before the same post may be tried again; None when that will not help.

    A 401 is about our own sign-in: an administrator can put it right, and people still wait.
    """
    if isinstance(error, ChatRefused) and error.status != 401:
        return None
    return pause_before(error, attempt)


async def until_all_taken(
    posts: Callable[[], Awaitable[Mapping[Hashable, Post]]], sleep: Sleep, never: Callable[[ChatError], Awaitable[None]] | None = None
) -> None:
    """Posts to several, and again to those that do not have it yet; none of them keeps another from being posted to.

    Args:
        posts: all that there is to post as things are, each by what tells it from the others. It is asked before every round, until there
            is nothing that was not posted or refused.
        never: told why Teams will never take one of them, where somebody wants to know.
    """
    done = set[Hashable]()
    attempt = 0
    while left := {key: post for key, post in (await posts()).items() if key not in done}:
        pauses = []
        for key, post in left.items():
            try:
                await post()
            except ChatError as error:
                if (pause := pause_after(error, attempt + 1)) is not None:
                    pauses.append(pause)
                    continue
                if never:
                    await never(error)
            done.add(key)
        if pauses:
            attempt += 1
            await sleep(max(pauses))


async def until_taken(post: Post, sleep: Sleep) -> ChatError | None:
    """Posts, and again until Teams has it.

    Returns:
        Why Teams will never take it; None when it has.
    """
    refused: list[ChatError] = []

    async def alone() -> Mapping[Hashable, Post]:
        return {"": post}

    async def never(error: ChatError) -> None:
        refused.append(error)

    await until_all_taken(alone, sleep, never)
    return next(iter(refused), None)

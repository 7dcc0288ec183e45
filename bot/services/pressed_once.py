"""A press that is delivered again as if it were another one: with an id and a time of its own, half a minute later.

https://github.com/microsoft/botbuilder-dotnet/issues/5005: nothing tells it from a second press, so of what makes something new each time
the same press does nothing for a minute. What came to nothing may be pressed again at once.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.domain.incoming import CardAction, FileConsent
from bot.errors import StoreUnavailable
from bot.ports import Clock, Deliveries

#: The last delivery was seen about 45 seconds after the first.
AGAIN_WITHIN = timedelta(minutes=1)


def press_key(press: CardAction | FileConsent) -> str:
    """Names a press by who pressed what, where: the same for every delivery of it."""
    what = press.verb if isinstance(press, CardAction) else press.kind
    which = press.kind if isinstance(press, CardAction) else ""
    parts = (press.actor.id, press.where.conversation_id, press.card_id, what, press.id, *([which] if which else []))
    return f"press:{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


@contextlib.asynccontextmanager
async def pressed_once(deliveries: Deliveries, press: CardAction | FileConsent, clock: Clock) -> AsyncIterator[bool]:
    """Tries a press, which counts unless an exception ends it; gives whether this is its first delivery. Raises StoreUnavailable."""
    key = press_key(press)
    if not await deliveries.first_press(key, clock(), AGAIN_WITHIN):
        yield False
        return
    try:
        yield True
    except BaseException:
        with contextlib.suppress(StoreUnavailable):
            await deliveries.came_to_nothing(key)
        raise
    with contextlib.suppress(StoreUnavailable):
        await deliveries.answered([key])

"""An answer that nobody saw: the log channel hears of it, since whoever asked sees nothing at all. Pure."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from bot.domain.people import Actor
from bot.domain.remarks import LogNote
from bot.domain.said import say


def once_an_hour(person_id: str, at: datetime) -> str:
    """The key of the post: one an hour for each person, however often they ask; no operation's id and no other remark's begins so."""
    return f"u-{sha256(f'{person_id} {at:%Y%m%d%H}'.encode()).hexdigest()[:10]}"


def unheard(actor: Actor, why: str, at: datetime) -> LogNote:
    """The post.

    Args:
        why: Teams' own words.
    """
    return LogNote(
        say("No answer arrived"),
        say("“{name}” wrote to me, and Teams did not take my answer: {why}.", name=actor.name[:60], why=why),
        say("They see nothing: tell them. What was asked for waits in {pending}; what was changed is posted here.", pending="`pending`"),
        at,
    )  # fmt: skip

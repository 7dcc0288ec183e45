"""Who people and places are in Teams: the ids a bot sees, as opposed to the ones Entra knows."""

from __future__ import annotations

import base64
import functools
import uuid

from simulator import cast
from simulator.cast import Channel, Member

GENERAL = cast.TEAM_ID  # the General channel has the id of its team
TEAM_AAD_GROUP = cast.stable_id("team group")


@functools.cache
def _opaque(name: str) -> str:
    return base64.urlsafe_b64encode(uuid.UUID(cast.stable_id(name)).bytes).decode().rstrip("=")


def mri(member: Member) -> str:
    """The Teams id of a person, "29:…"; nothing leads from it to the Entra object id, and it differs per bot in real Teams."""
    return "29:1" + _opaque(f"teams user {member.upn}")


_EVERYONE = (*cast.EVERYONE, cast.STRANGER)
_BY_KEY: dict[str, Member] = {}
for _member in reversed(_EVERYONE):  # reversed: for a shared display name the first person wins, as in `cast.person`
    for _key in (_member.name, _member.upn, _member.id, mri(_member)):
        _BY_KEY[_key] = _member


def person(who: Member | str) -> Member:
    """The member given as such, or by UPN, display name, Entra object id or Teams id.

    Raises:
        KeyError: nobody is called so.
    """
    return who if isinstance(who, Member) else _BY_KEY[who]


def personal_chat_id(member: Member) -> str:
    """The id of the one-to-one chat between this person and the bot."""
    return "a:1" + _opaque(f"chat {member.upn}")


def split_thread(conversation_id: str) -> tuple[str, str | None]:
    """("19:…@thread.tacv2", "1700000000000") from "19:…@thread.tacv2;messageid=1700000000000"; None without a thread."""
    base, _, root = conversation_id.partition(";messageid=")
    return base, root or None


def join_thread(base: str, root: str | None) -> str:
    """The opposite of `split_thread`."""
    return f"{base};messageid={root}" if root else base


def channel(name_or_id: str) -> Channel | None:
    """The channel of the one team with this name or id, if any."""
    return next((c for c in cast.CHANNELS if name_or_id in (c.id, c.name)), None)

"""Who acts, and where, as far as an activity is believed.

What an activity leaves out, contradicts, or says in words that we do not know counts as the less trusted of what it could mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from botbuilder.schema import Activity

from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor
from bot.languages import language_of
from bot.teams.zones import zone

OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAME_LIMIT = 200
_KINDS = frozenset({"personal", "groupChat", "channel"})
#: The only channel that is served: https://learn.microsoft.com/azure/bot-service/bot-service-channels-reference
CHANNEL = "msteams"
#: What the ids of conversations of people contain, of two of them or of more, and that of a personal chat with a bot (`a:…`) never.
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
_OF_PEOPLE = ("@thread.", "@unq.")
#: How whoever is neither a guest nor a program is called, where an activity says it at all; whatever else it says is not believed.
#: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#channelaccount-object
_PERSON = frozenset({"", "user"})
_BOT = "28:"
_Found = TypeVar("_Found")


def _once(find: Callable[[Activity], _Found]) -> Callable[[Activity], _Found]:
    """What an activity says of it, found once: several places of a turn ask, and nobody changes what came in."""
    name = f"found {find.__name__}"

    @wraps(find)
    def found(activity: Activity) -> _Found:
        known = activity.__dict__
        if name not in known:
            known[name] = find(activity)
        return known[name]  # type: ignore[no-any-return]

    return found


@_once
def tenant_of(activity: Activity) -> str:
    """The tenant the activity comes from, in small letters; empty when it does not say.

    Teams states it twice, and of some senders a third time: in a shared channel those may be people of another organisation. Where
    they differ none is believed.
    """
    channel = activity.channel_data.get("tenant")
    said = (
        channel.get("id") if isinstance(channel, dict) else channel,
        activity.additional_properties["tenantId"],
        activity.from_property.properties["tenantId"],
    )
    stated = {str(tenant).lower() for tenant in said if tenant is not None and tenant != ""}
    return stated.pop() if len(stated) == 1 else ""


@_once
def actor_of(activity: Activity) -> Actor:
    """Who acts, by Entra object id; the name is for showing only."""
    sender = activity.from_property
    object_id = sender.aad_object_id or ""
    name = (sender.name or "somebody")[:_NAME_LIMIT]
    identity = object_id.lower() if OBJECT_ID.fullmatch(object_id) else ""
    return Actor(identity, tenant_of(activity), name, sender.id, zone=_zone(activity), language=language_of(activity.locale))


def _zone(activity: Activity) -> str:
    """The IANA name of the time zone of the sender's client; empty when it cannot be told."""
    told = [entity.additional_properties.get("timezone") for entity in activity.entities if entity.type == "clientInfo"]
    local = activity.additional_properties["localTimestamp"]
    names = [name for name in (activity.local_timezone, *told) if isinstance(name, str)]
    return zone(names, local if isinstance(local, str) else "")


@_once
def where_of(activity: Activity) -> ConversationRef:
    """Where to answer. A conversation that does not say what it is, or contradicts itself, counts as one where others read along."""
    conversation, team = activity.conversation, activity.channel_data.get("team")
    said = conversation.conversation_type
    kind = said if said in _KINDS else "groupChat"
    if kind == "personal" and (conversation.is_group or any(mark in conversation.id for mark in _OF_PEOPLE)):
        kind = "groupChat"
    team_id = team.get("id") if isinstance(team, dict) and kind == "channel" else ""
    return ConversationRef(activity.service_url, conversation.id, kind, team_id if isinstance(team_id, str) else "")


def chat_reader(activity: Activity) -> Actor | None:
    """Whose personal chat this comes from; None elsewhere, and for whoever is no member of the tenant."""
    if where_of(activity).kind != "personal" or guest_or_bot(activity):
        return None
    actor = actor_of(activity)
    return actor if actor.id else None


def guest_or_bot(activity: Activity) -> bool:
    """Whether the sender is anybody but a person of the tenant; so is whoever is called something that we do not know."""
    sender = activity.from_property
    called = (sender.role, sender.properties["userRole"])
    return sender.id.strip().startswith(_BOT) or sender.id == activity.recipient.id or not all(map(_is_person, called))


def _is_person(called: object) -> bool:
    return called is None or (isinstance(called, str) and called.strip().casefold() in _PERSON)

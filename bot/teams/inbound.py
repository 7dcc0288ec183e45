"""From the wire to our own words: JSON → botbuilder `Activity` → `IncomingMessage` or `CardAction`.

Everything is checked here, by hand: the SDK's deserialiser turns malformed input into exceptions of every kind, loses the
tenant of a conversation, and costs more than the rest of the turn.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.schema import Activity, Attachment, ChannelAccount, ConversationAccount, Entity

from bot.domain.exchange import MENTION_CLOSE, MENTION_OPEN, CardAction, ConversationRef, IncomingMessage, Mention, Verb
from bot.domain.people import Actor

#: Answers who a Teams user id is: (conversation, "29:…") → Entra object id, or empty.
WhoIs = Callable[[ConversationRef, str], Awaitable[str]]

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class BadActivity(Exception):
    """The body is JSON but no activity; the text says what is wrong. Answer 400."""


def activity_from(body: object) -> Activity:
    """The activity in a request body.

    Raises:
        BadActivity: a part that we rely on is missing or of the wrong type.
    """
    if not isinstance(body, dict):
        raise BadActivity("the body is not a JSON object")
    sender, conversation = _part(body, "from"), _part(body, "conversation")
    activity = Activity(
        type=_text(body, "type", required=True),
        id=_text(body, "id"),
        name=_text(body, "name"),
        channel_id=_text(body, "channelId", required=True),
        service_url=_text(body, "serviceUrl", required=True),
        from_property=_account(sender),
        recipient=_account(_part(body, "recipient", required=False)),
        conversation=ConversationAccount(
            id=_text(conversation, "id", required=True), conversation_type=_text(conversation, "conversationType")
        ),
        text=_text(body, "text"),
        text_format=_text(body, "textFormat"),
        locale=_text(body, "locale"),
        reply_to_id=_text(body, "replyToId"),
        action=_text(body, "action"),
        value=body.get("value"),
        channel_data=_part(body, "channelData", required=False),
        entities=[_entity(entity) for entity in _parts(body, "entities")],
        attachments=[
            Attachment(content_type=_text(item, "contentType"), content=item.get("content"), name=_text(item, "name"))
            for item in _parts(body, "attachments")
        ],
        members_added=[_account(item) for item in _parts(body, "membersAdded")],
    )
    activity.additional_properties = {"tenantId": _text(conversation, "tenantId")}
    return activity


def tenant_of(activity: Activity) -> str:
    """The tenant the activity comes from; empty when it does not say.

    Teams states it twice; where the two differ neither is believed.
    """
    channel = activity.channel_data.get("tenant") if activity.channel_data else None
    stated = {channel.get("id") if isinstance(channel, dict) else None, activity.additional_properties["tenantId"]} - {None, ""}
    return str(stated.pop()) if len(stated) == 1 else ""


def actor_of(activity: Activity) -> Actor:
    """Who acts, by Entra object id; the name is for showing only."""
    sender = activity.from_property
    object_id = sender.aad_object_id or ""
    return Actor(object_id.lower() if _GUID.fullmatch(object_id) else "", tenant_of(activity), sender.name or "somebody", sender.id)


def where_of(activity: Activity) -> ConversationRef:
    """Where to answer."""
    return ConversationRef(activity.service_url, activity.conversation.id, activity.conversation.conversation_type or "personal")


def _delivery_key(activity: Activity) -> str:
    # An edit keeps the id of the message it changes, so the kind of activity is part of the key.
    return f"{activity.type}|{activity.conversation.id}|{activity.id}"[:400]


def _guest_or_bot(activity: Activity) -> bool:
    sender = activity.from_property
    return sender.role in ("bot", "skill") or sender.id.startswith("28:") or sender.properties.get("userRole") == "guest"


async def incoming_message(activity: Activity, who_is: WhoIs, *, edited: bool = False) -> IncomingMessage:
    """A typed message; mentions of people are looked up, mentions of the bot are cut out."""
    text = activity.text or ""
    mentions: list[Mention] = []
    where = where_of(activity)
    for entity in activity.entities:
        said = entity.additional_properties.get("text")
        mentioned = entity.additional_properties.get("mentioned")
        if entity.type != "mention" or not isinstance(mentioned, dict) or not isinstance(said, str) or not said:
            continue
        mentioned_id = str(mentioned.get("id", ""))
        if mentioned_id == activity.recipient.id:
            text = text.replace(said, " ", 1)
        elif said in text:
            text = text.replace(said, f" {MENTION_OPEN}{len(mentions)}{MENTION_CLOSE} ", 1)
            mentions.append(Mention(str(mentioned.get("name", "")), await who_is(where, mentioned_id)))
    return IncomingMessage(
        key=_delivery_key(activity),
        actor=actor_of(activity),
        text=text,
        where=where,
        mentions=tuple(mentions),
        edited=edited,
        guest_or_bot=_guest_or_bot(activity),
    )


def card_action(activity: Activity) -> CardAction | None:
    """A pressed button, from an Action.Execute invoke or an Action.Submit message; None when it is none of ours."""
    value = activity.value if isinstance(activity.value, dict) else {}
    universal = activity.type == "invoke"
    pressed = value.get("action") if universal else value
    if not isinstance(pressed, dict):
        return None
    inputs = pressed.get("data") if universal else pressed
    inputs = inputs if isinstance(inputs, dict) else {}
    verb = pressed.get("verb") or inputs.get("verb")
    operation_id = inputs.get("id")
    if (
        not isinstance(verb, str)
        or verb not in Verb._value2member_map_
        or not isinstance(operation_id, str)
        or not 0 < len(operation_id) <= 12
    ):
        return None
    return CardAction(
        key=_delivery_key(activity),
        actor=actor_of(activity),
        verb=Verb(verb),
        id=operation_id,
        where=where_of(activity),
        pick=_pick(inputs.get("pick")),
        card_id=activity.reply_to_id or "",
        universal=universal,
        guest_or_bot=_guest_or_bot(activity),
    )


def _pick(value: object) -> int | None:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def _text(part: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    value = part.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value):
        raise BadActivity(f"{name} is not a text")
    return value


def _part(body: dict[str, Any], name: str, *, required: bool = True) -> dict[str, Any]:
    value = body.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise BadActivity(f"{name} is not an object")
    return value


def _parts(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadActivity(f"{name} is not a list of objects")
    return value


def _entity(part: dict[str, Any]) -> Entity:
    entity = Entity(type=_text(part, "type"))
    entity.additional_properties = part
    return entity


def _account(part: dict[str, Any]) -> ChannelAccount:
    account = ChannelAccount(
        id=_text(part, "id") or "", name=_text(part, "name"), aad_object_id=_text(part, "aadObjectId"), role=_text(part, "role")
    )
    account.properties = {"userRole": part.get("userRole")}
    return account

"""The JSON of a request → botbuilder's `Activity`.

Everything is checked here, by hand: the SDK's deserialiser turns malformed input into exceptions of every kind, loses the
tenant of a conversation, and costs more than the rest of the turn.
"""

from __future__ import annotations

import re
from typing import Any

from botbuilder.schema import Activity, Attachment, ChannelAccount, ConversationAccount, Entity

#: Halves of characters that a client cut in two, and the one character that databases do not store.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")
#: These ask for an answer, so a repetition of them has to be told from something new.
_ANSWERED = frozenset({"message", "messageUpdate", "invoke"})


class BadActivity(Exception):
    """The body is JSON but no activity; the text says what is wrong. Answer 400."""


def activity_from(body: object) -> Activity:
    """The activity in a request body.

    Raises:
        BadActivity: a part that we rely on is missing or of the wrong type.
    """
    if not isinstance(body, dict):
        raise BadActivity("the body is not a JSON object")
    sender, conversation, recipient = _part(body, "from"), _part(body, "conversation"), _part(body, "recipient")
    kind = _text(body, "type", required=True)
    for part in (sender, recipient):
        _text(part, "id", required=True)
    activity = Activity(
        type=kind,
        id=_text(body, "id", required=kind in _ANSWERED),
        name=_text(body, "name"),
        channel_id=_text(body, "channelId", required=True),
        service_url=_text(body, "serviceUrl", required=True),
        from_property=_account(sender),
        recipient=_account(recipient),
        conversation=ConversationAccount(
            id=_text(conversation, "id", required=True),
            conversation_type=_text(conversation, "conversationType"),
            is_group=conversation.get("isGroup"),
        ),
        text=_text(body, "text"),
        text_format=_text(body, "textFormat"),
        locale=_text(body, "locale"),
        local_timezone=_text(body, "localTimezone"),
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
    activity.additional_properties = {"tenantId": _text(conversation, "tenantId"), "localTimestamp": body.get("localTimestamp")}
    return activity


def _text(part: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    value = part.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value):
        raise BadActivity(f"{name} is not a text")
    return clean(value)


def clean(text: str) -> str:
    """Without what no database stores."""
    return text if text.isascii() and "\0" not in text else _UNSTORABLE.sub("\ufffd", text)


def _part(body: dict[str, Any], name: str, *, required: bool = True) -> dict[str, Any]:
    value = body.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise BadActivity(f"{name} is not an object")
    return value


def _parts(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name)
    if value is None:
        return []
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
    account.properties = {"userRole": part.get("userRole"), "tenantId": _text(part, "tenantId")}
    return account

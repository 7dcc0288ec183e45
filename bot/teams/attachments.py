"""Replies as Teams messages: an Adaptive Card with a plain summary beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.exchange import ConversationRef, OperationShown, Reply
from cards import Rendered, render

CARD = "application/vnd.microsoft.card.adaptive"


def view(reply: Reply, where: ConversationRef) -> Rendered:
    """Card and summary for the one person who pressed.

    In a channel the requester's client is told to ask for a view of its own, because the card that everybody sees has its
    numbers masked.
    """
    if isinstance(reply, OperationShown) and where.kind != "personal" and reply.operation.requester.chat_id:
        return render(reply, refresh_for=(reply.operation.requester.chat_id,))
    return render(reply)


def public(reply: Reply, where: ConversationRef) -> Rendered:
    """Card and summary for everybody in the conversation: outside personal chats never a number in full."""
    if isinstance(reply, OperationShown) and where.kind != "personal":
        reply = replace(reply, own=False)
    return view(reply, where)


def message(reply: Reply, where: ConversationRef) -> dict[str, Any]:
    """The reply as the body of a Connector post."""
    shown = public(reply, where)
    return {"type": "message", "summary": shown.summary, "attachments": [{"contentType": CARD, "content": shown.card}]}

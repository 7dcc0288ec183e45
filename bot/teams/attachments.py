"""Replies as Teams messages: an Adaptive Card with a plain summary beside it."""

from __future__ import annotations

from typing import Any

from bot.domain.exchange import ConversationRef, OperationShown, Reply
from cards import Rendered, render

CARD = "application/vnd.microsoft.card.adaptive"


def rendered(reply: Reply, where: ConversationRef) -> Rendered:
    """Card and summary of a reply.

    In a channel the card that everybody sees has its numbers masked; the requester's client asks for a view of its own.
    """
    if isinstance(reply, OperationShown) and where.kind != "personal" and reply.operation.requester.chat_id:
        return render(reply, refresh_for=(reply.operation.requester.chat_id,))
    return render(reply)


def message(reply: Reply, where: ConversationRef) -> dict[str, Any]:
    """The reply as the body of a Connector post."""
    view = rendered(reply, where)
    return {"type": "message", "summary": view.summary, "attachments": [{"contentType": CARD, "content": view.card}]}

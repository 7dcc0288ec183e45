"""Replies as Teams messages: an Adaptive Card with a plain summary beside it."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from botbuilder.schema import Activity

from bot.domain.exchange import ApprovalShown, ConversationRef, FormShown, OperationShown, Reply, Revealed, Viewer
from bot.domain.people import Actor
from bot.domain.said import NOBODY, Reader
from bot.domain.stop import Pause
from cards import Rendered, render

CARD = "application/vnd.microsoft.card.adaptive"


class Outgoing(dict[str, Any]):
    """JSON on its way out, which nobody changes any more: the SDK's deep copy of each outgoing activity gets this same one."""

    def __deepcopy__(self, memo: object) -> Outgoing:
        return self


class Saying(Activity):
    """A message on its way out. The SDK deep-copies whatever it sends, some sixty fields, and then sets a few of them."""

    def __deepcopy__(self, memo: object) -> Saying:
        return copy(self)


def view(reply: Reply, where: ConversationRef, pause: Pause | None = None, reader: Reader = NOBODY) -> Rendered:
    """Card and summary for the one person who pressed.

    In a channel the requester's client is told to ask for a view of its own, because the card that everybody sees has its
    numbers masked.
    """
    refresh_for: tuple[str, ...] = ()
    if isinstance(reply, OperationShown) and where.kind != "personal" and reply.operation.requester.chat_id:
        refresh_for = (reply.operation.requester.chat_id,)
    rendered = render(reply, refresh_for=refresh_for, pause=pause, reader=reader)
    return replace(rendered, card=Outgoing(rendered.card))


def public(reply: Reply, where: ConversationRef, pause: Pause | None = None, reader: Reader = NOBODY) -> Rendered:
    """Card and summary for everybody in the conversation: outside personal chats never a number in full, and nowhere a code."""
    if isinstance(reply, Revealed):
        raise TypeError("what is seen once is the answer to a press, and no message")
    if isinstance(reply, OperationShown) and where.kind != "personal":
        reply = replace(reply, own=False)
    if isinstance(reply, FormShown) and reply.problem and where.kind != "personal":
        reply = replace(reply, problem=None, fields=tuple(replace(field, value="", picked="") for field in reply.fields))
    if isinstance(reply, ApprovalShown):
        reply = replace(reply, viewer=Viewer.ANYBODY)
    return view(reply, where, pause, reader)


def requester_of(reply: Reply) -> Actor | None:
    """Whose card this is, whoever reads along; None for what is everybody's."""
    return reply.operation.requester if isinstance(reply, OperationShown) else None


def message(reply: Reply, where: ConversationRef, pause: Pause | None = None, reader: Reader = NOBODY) -> dict[str, Any]:
    """The reply as the body of a Connector post."""
    shown = public(reply, where, pause, reader)
    return {"type": "message", "summary": shown.summary, "attachments": [{"contentType": CARD, "content": shown.card}]}

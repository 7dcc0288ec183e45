"""Replies as Teams messages: an Adaptive Card with a plain summary beside it, or one of Teams' own cards for files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.domain.conversations import ConversationRef
from bot.domain.forms import FormShown
from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.domain.remarks import Refused, Remark, Tone
from bot.domain.replies import ApprovalShown, BulkShown, FileOffered, FileStored, OperationShown, Reply, Revealed, Viewer
from bot.domain.said import NOBODY, Reader, say, speaking, spoken
from bot.domain.stop import GO, Stop
from cards import Rendered, render
from cards.untrusted import inert

CARD = "application/vnd.microsoft.card.adaptive"
_NOT_IN_NAMES = re.compile(r'["*:<>?/\\|\x00-\x1f\x7f]')
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#upload-files-to-personal-chat
FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
FILE_INFO = "application/vnd.microsoft.teams.card.file.info"


def view(reply: Reply, where: ConversationRef, stop: Stop = GO, reader: Reader = NOBODY) -> Rendered:
    """Card and summary for the one person who pressed.

    In a channel the requester's client is told to ask for a view of its own, because the card that everybody sees has its
    numbers masked.
    """
    refresh_for: tuple[str, ...] = ()
    if isinstance(reply, OperationShown) and where.kind != "personal" and reply.operation.requester.chat_id:
        refresh_for = (reply.operation.requester.chat_id,)
    return render(reply, refresh_for=refresh_for, stop=stop, reader=reader)


def public(reply: Reply, where: ConversationRef, stop: Stop = GO, reader: Reader = NOBODY) -> Rendered:
    """Card and summary for everybody in the conversation: outside personal chats never a number in full, and nowhere a code."""
    if isinstance(reply, Revealed):
        raise TypeError("what is seen once is the answer to a press, and no message")
    if isinstance(reply, OperationShown) and where.kind != "personal":
        reply = replace(reply, own=False)
    if isinstance(reply, FormShown) and reply.problem and not reply.typed and where.kind != "personal":
        reply = replace(reply, problem=None, fields=tuple(replace(field, value="", picked="") for field in reply.fields))
    if isinstance(reply, ApprovalShown) and where.kind != "personal":
        reply = replace(reply, viewer=Viewer.ANYBODY)
    return view(reply, where, stop, reader)


def requester_of(reply: Reply) -> Actor | None:
    """Whose card this is, whoever reads along; None for what is everybody's."""
    return reply.operation.requester if isinstance(reply, OperationShown | BulkShown) else None


def message(reply: Reply, where: ConversationRef, stop: Stop = GO, reader: Reader = NOBODY) -> dict[str, Any]:
    """The reply as the body of a Connector post."""
    if isinstance(reply, FileStored) and not reply.url.startswith("https://"):
        reply = Remark(say("“{name}” is in your OneDrive now.", name=reply.name), tone=Tone.DONE)  # Teams shows no card without an address
    if isinstance(reply, FileOffered | FileStored):
        if where.kind == "personal":
            return _file_card(reply, reader)
        reply = no_files_here()
    shown = public(reply, where, stop, reader)
    return {"type": "message", "summary": shown.summary, "attachments": [{"contentType": CARD, "content": shown.card}]}


def no_files_here() -> Remark:
    """Where others read along Teams has no cards for files."""
    return Remark(
        say("Teams lets me hand over files in a personal chat alone."), say("Ask me for it there."), Tone.REFUSED, refused=Refused.NOT_HERE
    )


def _file_card(reply: FileOffered | FileStored, reader: Reader) -> dict[str, Any]:
    """Teams asks whether the file may be written, or shows it where it is. Nothing but kind and id travels in the first."""
    if isinstance(reply, FileStored):
        card = {"contentType": FILE_INFO, "contentUrl": reply.url, "content": {"uniqueId": reply.unique_id, "fileType": reply.file_type}}
    else:
        with speaking(reader):
            text = inert(mask_text(spoken(reply.text)), 300)
        back = {"kind": reply.kind.value, "id": reply.id}
        # Teams takes no size of 0, and what it shows is an estimate.
        content = {"description": text, "sizeInBytes": max(1, reply.size), "acceptContext": back, "declineContext": back}
        card = {"contentType": FILE_CONSENT, "content": content}
    return {"type": "message", "summary": inert(reply.name, 255), "attachments": [card | {"name": file_name(reply.name)}]}


def file_name(name: str) -> str:
    """As OneDrive takes it.

    https://support.microsoft.com/office/restrictions-and-limitations-in-onedrive-and-sharepoint-64883a5d-228e-48f5-b3d2-eb39e07630fa
    """
    return _NOT_IN_NAMES.sub("_", name).strip(" .")[-255:] or "file"

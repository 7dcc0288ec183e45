"""Somebody else's words inside one's own: how clients write down a quoted or forwarded message.

There is no page on what a bot gets of it; the forms are those that people show who wrote to bots: microsoft/teams.py#321 (the mark),
NousResearch/hermes-agent#105344 and openclaw/openclaw#101856 (the others).
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from simulator.teams.threads import Message

PREVIEW = 80  # characters; a longer message is cut


def quoting(activity: dict[str, Any], quoted: Message, words: str, style: str) -> dict[str, Any]:
    """The same message, with another one quoted in it.

    Args:
        words: what the quoted message says.
        style: one of `STYLES`.
    """
    preview = words if len(words) <= PREVIEW else words[: PREVIEW - 1] + "…"
    return STYLES[style](activity, quoted, preview)


def _mark(activity: dict[str, Any], quoted: Message, preview: str) -> dict[str, Any]:
    """A mark in the text stands for what is quoted, which an entity describes."""
    about = {
        "messageId": quoted.id,
        "senderId": quoted.sender["id"],
        "senderName": quoted.sender["name"],
        "preview": preview,
        "time": quoted.id,
    }
    entities = [*activity["entities"], {"type": "quotedReply", "quotedReply": about}]
    return activity | {"text": f'<quoted messageId="{quoted.id}"/>\n{activity["text"]}', "entities": entities}


def _reply(activity: dict[str, Any], quoted: Message, preview: str) -> dict[str, Any]:
    """What is quoted stands in the formatted text alone."""
    return _formatted(activity, f"{_block(quoted, preview)}\n{{own}}")


def _copied(activity: dict[str, Any], quoted: Message, preview: str) -> dict[str, Any]:
    """What is quoted stands above one's own words in the plain text too, with nothing to tell them apart."""
    return _reply(activity, quoted, preview) | {"text": f"{quoted.sender['name']}\r\n{preview}\r\n\r\n{activity['text']}"}


def _inline(activity: dict[str, Any], quoted: Message, preview: str) -> dict[str, Any]:
    """The text itself is formatted."""
    return _reply(activity, quoted, preview) | {"text": f"{_block(quoted, preview)}\n{activity['text']}", "textFormat": "xml"}


def _lines(activity: dict[str, Any], _: Message, preview: str) -> dict[str, Any]:
    """A quotation mark before each line."""
    marked = "\n".join(f"> {line}" for line in preview.splitlines())
    lines = html.escape(preview).replace("\n", "<br>")
    return _formatted(activity, f"<blockquote>\r\n<p>{lines}</p>\r\n</blockquote>\r\n{{own}}") | {"text": f"{marked}\n\n{activity['text']}"}


def _forward(activity: dict[str, Any], _: Message, preview: str) -> dict[str, Any]:
    """Another message sent on, below one's own words; nothing says whose it was."""
    block = f'<blockquote itemtype="http://schema.skype.com/Forward">\n<p>{html.escape(preview)}</p>\n</blockquote>'
    return _formatted(activity, f"{{own}}\n{block}") | {"text": f"{activity['text']}\r\n\r\n{preview}"}


def _block(quoted: Message, preview: str) -> str:
    author, time = f'<strong itemprop="mri" itemid="{quoted.sender["id"]}">{html.escape(quoted.sender["name"])}</strong>', quoted.id
    return (
        f'<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="{quoted.id}">\r\n{author}'
        f'<span itemprop="time" itemid="{time}"></span>\r\n<p itemprop="preview">{html.escape(preview)}</p>\r\n</blockquote>'
    )


def _formatted(activity: dict[str, Any], layout: str) -> dict[str, Any]:
    """With the formatted text laid out so."""
    attachments = [
        {**each, "content": layout.replace("{own}", each["content"])} if each["contentType"] == "text/html" else each
        for each in activity["attachments"]
    ]
    return activity | {"attachments": attachments}


STYLES: dict[str, Callable[[dict[str, Any], Message, str], dict[str, Any]]] = {
    "mark": _mark,
    "reply": _reply,
    "copied": _copied,
    "inline": _inline,
    "lines": _lines,
    "forward": _forward,
}

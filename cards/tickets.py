"""A ticket as a card shows it: a link where the settings say where tickets are read, otherwise its words."""

from __future__ import annotations

from bot.domain.said import Said, say, spoken, ticket_link, woven
from cards.elements import Element, Spacing, keep_edges
from cards.untrusted import inert


def linked(text: Said, part: str, url: str, *, subtle: bool = False, spacing: Spacing = "Small") -> Element:
    """A sentence of which one part is a link, whose address is ours. Markdown: not every Teams opens a link of a TextRun.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#format-cards-with-markdown
    """
    shown = "".join(f"[{inert(spoken(words))}]({url})" if name == part else keep_edges(words, inert(spoken(words)))
                    for name, words in woven(text))  # fmt: skip
    return {"type": "TextBlock", "text": shown, "wrap": True, "spacing": spacing} | ({"isSubtle": True} if subtle else {})


def ticket_value(ticket: str) -> str | Element:
    """A ticket as the value of a fact: a link where the reader can open it."""
    url = ticket_link(ticket)
    return linked(say("{ticket}", ticket=ticket[:80]), "ticket", url) if url else ticket[:80]

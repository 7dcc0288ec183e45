"""A notice in somebody's own chat: what happened to their sign-in, or to that of somebody in their team."""

from __future__ import annotations

from bot.domain.incoming import Verb
from bot.domain.notice_words import notice_text, ring_helpdesk, stopped
from bot.domain.notices import Recipient
from bot.domain.outside import NoticeShown
from bot.domain.said import say
from cards.buttons import button
from cards.elements import Element, band, box, card, line, run


def render(shown: NoticeShown) -> tuple[Element, str]:
    """The card and its summary, which names nobody."""
    notice = shown.notice
    said = notice_text(notice, shown.operation, shown.contact)
    body: list[Element] = [
        band("ℹ", said.subject, "accent", shown.operation.id),
        line(run(said.happened, limit=400), spacing="Medium"),
    ]
    if said.changes:
        body.append(box([line(run(change, limit=160)) for change in said.changes], style="emphasis", spacing="Small"))
    if notice.pressed_at:
        body[0] = band("✓", say("Stopped"), "good", shown.operation.id)
        wanted: tuple[str, ...] = (stopped(notice), ring_helpdesk(shown.contact))
    else:
        wanted = said.wanted
    body += [line(run(each, limit=500), spacing="Medium") for each in wanted]
    body.append(line(run(said.never, subtle=True), spacing="Medium"))
    stop = say("Stop it") if notice.recipient is Recipient.MANAGER else say("This was not me")
    actions = [] if notice.pressed_at else [button(stop, Verb.NOT_ME, notice.id, style="destructive")]
    return card(body, fallback=said.subject, actions=actions), said.subject

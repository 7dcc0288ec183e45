"""A sentence or two: answers, refusals and problems."""

from __future__ import annotations

from bot.domain.exchange import Notice, Tone
from bot.domain.stop import Pause
from cards.elements import Element, Style, band, box, card, facts, line, moment, run
from cards.untrusted import plain

# Icon, word and style of each tone. What is merely said needs no strip on top of it.
_TONES: dict[Tone, tuple[str, str, Style]] = {
    Tone.INFO: ("ℹ", "For your information", "default"),
    Tone.DONE: ("✓", "Done", "good"),
    Tone.REFUSED: ("✗", "Not possible", "warning"),
    Tone.PROBLEM: ("⚠", "Something went wrong", "attention"),
}


def render(notice: Notice) -> tuple[Element, str]:
    """The card and its summary."""
    word = _TONES[notice.tone][1]
    body = sentences(notice)
    if notice.facts:
        body += facts((label[:40], value[:400]) for label, value in notice.facts)
    start = notice.title or ("" if notice.tone is Tone.INFO else word)
    summary = " ".join(filter(None, (f"{start}:" if start else "", notice.text, notice.hint)))
    return card(body, fallback=summary), summary


def sentences(notice: Notice) -> list[Element]:
    """What it says, below a strip with its tone; on top of a form too."""
    icon, word, style = _TONES[notice.tone]
    body: list[Element] = []
    if notice.title or notice.tone is not Tone.INFO:
        body.append(band(icon, notice.title[:80] or word, style, f"why {notice.reference}" if notice.reference else ""))
    body.append(line(*_words(notice.text, limit=800), spacing="Default"))
    if notice.hint:
        body.append(line(*_words(notice.hint, limit=500, subtle=True)))
    return body


def _words(text: str, *, limit: int, subtle: bool = False) -> list[Element]:
    """The sentence as runs; what stands between backticks is something to type, and looks like it."""
    pieces = text[:limit].split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner is just a character
        return [run(text, limit=limit, subtle=subtle)]
    said = []
    for number, piece in enumerate(pieces):
        if piece:
            said.append(run(piece, limit=limit, mono=True) if number % 2 else run(piece, limit=limit, subtle=subtle))
    return said or [run(text, limit=limit, subtle=subtle)]


def paused(pause: Pause) -> Element:
    """The banner on every card during a pause."""
    who = plain(pause.by_name, 60) or "an administrator"
    said = moment(f"⚠ Paused by {who} since ", pause.since, ": nothing is changed until an administrator types resume", date=True)
    return box([said], style="attention", bleed=True)

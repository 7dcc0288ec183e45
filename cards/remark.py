"""A sentence or two: answers, refusals and problems."""

from __future__ import annotations

from datetime import datetime

from bot.domain.incoming import Verb
from bot.domain.refused import WORDS
from bot.domain.remarks import Refused, Remark, Tone
from bot.domain.said import join, pieces, said_at, say
from bot.domain.stop import Pause, Stop, Threat
from cards.buttons import again, button, take_back
from cards.elements import (
    Element,
    Style,
    band,
    box,
    card,
    facts,
    heading,
    line,
    moment,
    run,
    unfolding,
)
from cards.untrusted import plain
from cards.wording import title

# Icon, word and style of each tone. What is merely said needs no strip on top of it.
_TONES: dict[Tone, tuple[str, str, Style]] = {
    Tone.INFO: ("ℹ", say("For your information"), "default"),
    Tone.DONE: ("✓", say("Done"), "good"),
    Tone.PROBLEM: ("⚠", say("Something went wrong"), "attention"),
}
# Icon and style of each kind of refusal. A colour that warns is kept for what somebody forbade or holds back.
_HEADS: dict[Refused, tuple[str, Style]] = {
    Refused.NOT_UNDERSTOOD: ("?", "emphasis"),
    Refused.CHECK: ("?", "emphasis"),
    Refused.MISSING: ("…", "emphasis"),
    Refused.NOTHING_TO_DO: ("–", "emphasis"),
    Refused.NOT_FOUND: ("?", "emphasis"),
    Refused.NOT_ALLOWED: ("✗", "warning"),
    Refused.NOT_HERE: ("✗", "warning"),
    Refused.NOT_NOW: ("◔", "warning"),
    Refused.TOO_LATE: ("–", "emphasis"),
    Refused.FILE: ("✗", "warning"),
    Refused.NOT_POSSIBLE: ("✗", "warning"),
}


def _head(remark: Remark) -> tuple[str, str, Style]:
    if remark.tone is not Tone.REFUSED:
        return _TONES[remark.tone]
    icon, style = _HEADS[remark.refused]
    return icon, WORDS[remark.refused], style


def render(remark: Remark) -> tuple[Element, str]:
    """The card and its summary."""
    word = _head(remark)[1]
    body = sentences(remark)
    if remark.facts:
        body += facts(remark.facts)
    if remark.about:
        body.insert(1, heading(title(remark.about), size="Medium"))
    start = remark.title or ("" if remark.tone is Tone.INFO else word)
    summary = join(": ", (start, title(remark.about) if remark.about else "", join(" ", (remark.text, remark.hint))))
    return card(body, fallback=summary, actions=_actions(remark)), summary


def _actions(remark: Remark) -> list[Element]:
    """What its reader does next."""
    actions = [take_back(remark.take_back)] if remark.take_back else []
    actions += offered(remark)
    if remark.about and remark.about.may_be_asked_again:
        actions.append(again(remark.about))
    if remark.again:
        actions.append(button(say("Show a new card"), Verb.AGAIN, remark.again))
    return actions


def offered(remark: Remark) -> list[Element]:
    """A button for each line that it tells its reader to say."""
    alone = len(remark.offers) == 1
    return [button(title, Verb.CHOOSE, id, pick=0, style="positive" if alone else "default") for id, title in remark.offers]


def sentences(remark: Remark) -> list[Element]:
    """What it says, below a strip with its tone; on top of a form too."""
    icon, word, style = _head(remark)
    body: list[Element] = []
    if remark.title or remark.tone is not Tone.INFO:
        body.append(band(icon, remark.title or word, style, f"why {remark.reference}" if remark.reference else ""))
    body.append(line(*prose(remark.text, limit=800), spacing="Default"))
    if remark.hint:
        body.append(line(*prose(remark.hint, limit=500, subtle=True)))
    return body


def prose(text: str, *, limit: int, subtle: bool = False) -> list[Element]:
    """A sentence as runs; what stands between backticks is something to type, and looks like it."""
    said = []
    for piece in pieces(text):
        if isinstance(piece, datetime):
            said.append(run(said_at(piece), subtle=subtle))
            continue
        words = piece[:limit].split("`")
        if len(words) % 2 == 0:  # a backtick without its partner is just a character
            words = [piece]
        for number, each in enumerate(words):
            if each:
                typed = number % 2 == 1
                said.append(run(each, limit=limit, mono=typed, subtle=subtle and not typed))
    return said or [run(text, limit=limit, subtle=subtle)]


def banners(stop: Stop) -> list[Element]:
    """What stands on top of cards while it holds for everybody."""
    return [*([_paused(stop.pause)] if stop.pause else []), *([_high(stop.threat)] if stop.threat else [])]


def _high(threat: Threat) -> Element:
    if not threat.by_name:
        return box([line(run(say("⚠ Threat level unknown: it counts as high"), bold=True), spacing="None")], style="attention", bleed=True)
    name, reason = plain(threat.by_name, 60), plain(threat.reason, 200)
    raised = line(run(f"{name}:", bold=True), run(f" {reason}", limit=210), spacing="None")
    level = line(run(say("⚠ Threat level high since {at}", at=threat.since), bold=True), spacing="None")
    return box(unfolding([level], [raised], "threat", spacing="None"), style="attention", bleed=True)


def _paused(pause: Pause) -> Element:
    """The banner on every card during a pause."""
    who = plain(pause.by_name, 60) or say("an administrator")
    text = say("⚠ Paused by {name} since {at}: nothing is changed until an administrator types resume", name=who, at=pause.since)
    return box([moment(text, date=True)], style="attention", bleed=True)

"""By what an agent may know somebody, at the head of the `show` card: the rest of the vocabulary of `elements`.

Adaptive Cards take pictures as `data:` addresses from version 1.2 on, so nothing is fetched from anywhere, and nobody needs a right to it:
https://adaptivecards.io/explorer/Image.html
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.portrait import Portrait
from bot.domain.said import Said, join, say, spoken
from cards.elements import Element, columns, moment
from cards.untrusted import plain

#: As wide and high as Graph's smallest picture.
_PIXELS = "48px"


def head(who: Iterable[Element], portrait: Portrait, name: str) -> list[Element]:
    """Who it is, beside the photo where there is one."""
    if not portrait.photo:
        return list(who)
    return [columns(("auto", [_picture(portrait.photo, say("Photo of {name}", name=plain(name, 80)))]), ("stretch", who), spacing="None")]


def words(known_by: Iterable[str]) -> list[Element]:
    """Manager and last sign-in on one line; none where neither is there."""
    said = join(" · ", known_by)
    return [moment(said, date=True, spacing="None")] if said else []


def _picture(url: str, said: Said) -> Element:
    return {"type": "Image", "url": url, "altText": spoken(said), "style": "Person", "width": _PIXELS, "height": _PIXELS}

"""What all our pages share: their headers, the language they are in, and which sends of a form are ours."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

from aiohttp import web

from bot.domain.people import Actor
from bot.domain.said import speaking
from bot.languages import Readers, language_of
from bot.page.markup import document, element, words

#: Our forms send less.
LARGEST = 1024
#: The document itself says what it may fetch and run, which is nothing: `bot.page.markup`.
#: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/frame-ancestors
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
)


class Frame:
    """Pages in the language of whoever reads them.

    Args:
        usual_language: of whoever's language we do not speak.
    """

    def __init__(self, readers: Readers, usual_language: str) -> None:
        self._readers = readers
        self._usual = usual_language

    def speaking(self, language: str) -> AbstractContextManager[None]:
        """Inside it whatever is said is in this language, as far as we speak it."""
        return speaking(self._readers.of(Actor("", "", "", language=language_of(language))))

    def page(self, status: int, language: str, title: str, *body: str, onward: str = "") -> web.Response:
        """A whole page.

        Args:
            onward: an address to which the browser goes from there by itself.
        """
        inside = (element("h1", words(title)), element("section", *body))
        text = document(title, language_of(language) or self._usual, *inside, sends=True, onward=onward)
        return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


def asked_language(request: web.Request) -> str:
    """The language that a browser wants first: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Accept-Language"""
    return request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]


def too_large(request: web.Request) -> web.Response | None:
    """The answer to a body that none of our forms sends; None for one that may be read."""
    if (request.content_length or 0) > LARGEST or (request.content_length is None and request.body_exists):
        return web.Response(status=413, headers={**HEADERS, "Connection": "close"})
    return None


def is_ours(request: web.Request) -> bool:
    """Whether a page of ours sends this: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site"""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")

"""Which pages there are, and where. The pages themselves are made once the rest runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.web import not_me, proof
from bot.web.not_me import NotMePages
from bot.web.proof import SignInPages


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one installation; without `proof` nobody can be sent to sign in."""

    not_me: NotMePages
    proof: SignInPages | None = None


PAGES = web.AppKey("pages", Pages)


def page_routes(public_url: str) -> list[web.RouteDef]:
    """Where the pages are, once the application has them under `PAGES`; nowhere without an address under which people reach them."""
    if not public_url:
        return []
    return [
        web.get(not_me.PATH, lambda request: request.app[PAGES].not_me.show(request)),
        web.post(not_me.PATH, lambda request: request.app[PAGES].not_me.press(request)),
        web.get(proof.PATH, _of_proof(lambda pages, request: pages.show(request))),
        web.post(proof.PATH, _of_proof(lambda pages, request: pages.press(request))),
        web.get(proof.BACK, _of_proof(lambda pages, request: pages.back(request)), allow_head=False),
    ]


def _of_proof(
    answer: Callable[[SignInPages, web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.Response:
        pages = request.app[PAGES].proof
        if pages is None:
            raise web.HTTPNotFound
        return await answer(pages, request)

    return handle

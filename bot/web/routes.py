"""Which pages there are, and where. The pages themselves are made once the rest runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.web import not_me, proof
from bot.web.not_me import NotMePages
from bot.web.proof import SignInPages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
        web.get(not_me.PATH, _of_not_me(NotMePages.show)),
        web.post(not_me.PATH, _of_not_me(NotMePages.press)),
        web.get(proof.PATH, _of_proof(SignInPages.show)),
        web.post(proof.PATH, _of_proof(SignInPages.press)),
        web.get(proof.BACK, _of_proof(SignInPages.back), allow_head=False),
    ]


def _of_not_me(answer: Callable[[NotMePages, web.Request], Awaitable[web.Response]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(request.app[PAGES].not_me, request)

    return handle


def _of_proof(answer: Callable[[SignInPages, web.Request], Awaitable[web.Response]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        pages = request.app[PAGES].proof
        if pages is None:
            raise web.HTTPNotFound
        return await answer(pages, request)

    return handle

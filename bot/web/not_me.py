"""`/n/{id}`: the link in a mail that stops everything. Looking changes nothing, however often: mail scanners open every link.

Only the button does something, once. Who holds the link may stop, and nothing else: no page says more than the mail did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.notice_words import NEVER, ring_helpdesk, stopped
from bot.domain.notices import Notice
from bot.domain.said import say
from bot.errors import StoreUnavailable
from bot.page.markup import element, paragraph, words
from bot.web.frame import Frame, asked_language, is_ours, too_large

if TYPE_CHECKING:
    from bot.services.not_me import NotMeDesk

PATH = "/n/{id}"


class NotMePages:
    """The page of a mail's link.

    Args:
        contact: how the helpdesk is reached; empty where no setting says.
    """

    def __init__(self, desk: NotMeDesk, frame: Frame, contact: str) -> None:
        self._desk = desk
        self._frame = frame
        self._contact = contact

    async def show(self, request: web.Request) -> web.Response:
        """GET: asks whether it should be stopped, or says that it was."""
        try:
            notice = await self._desk.linked(request.match_info["id"])
        except StoreUnavailable:
            return self._not_now(request)
        if notice is None:
            return self._unknown(request)
        return self._stopped(notice) if notice.pressed_at else self._question(notice)

    async def press(self, request: web.Request) -> web.Response:
        """POST: stops, once; what is sent with it is not read, and a form of another page is only shown ours."""
        if refused := too_large(request):
            return refused
        if not is_ours(request):
            return await self.show(request)
        try:
            notice = await self._desk.by_mail(request.match_info["id"])
        except StoreUnavailable:
            return self._not_now(request)
        return self._stopped(notice) if notice else self._unknown(request)

    def _question(self, notice: Notice) -> web.Response:
        with self._frame.speaking(notice.language):
            button = element("button", words(say("This was not me: stop it")), type="submit")
            asked = (
                say("If you did not ask for the change that the mail tells of, press the button, and do not wait."),
                say("Nobody can change the account after that, every session ends, and the helpdesk is told."),
            )
            wanted = paragraph(say("You asked for it? Then close this page: nothing has happened."))
            return self._frame.page(
                200, notice.language, say("Was this not you?"), *map(paragraph, asked), element("form", button, method="post"), wanted
            )

    def _stopped(self, notice: Notice) -> web.Response:
        with self._frame.speaking(notice.language):
            said = (stopped(notice), ring_helpdesk(self._contact), NEVER)
            return self._frame.page(200, notice.language, say("Stopped"), *map(paragraph, said))

    def _unknown(self, request: web.Request) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            said = (say("It was never one of mine, or it is older than three days."), ring_helpdesk(self._contact))
            return self._frame.page(404, language, say("This link is over"), *map(paragraph, said))

    def _not_now(self, request: web.Request) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            said = (say("Open the link again in a minute."), ring_helpdesk(self._contact))
            return self._frame.page(503, language, say("Nothing was stopped: I cannot reach my own database"), *map(paragraph, said))

"""`/p/{id}` and `/signed-in`: a person signs in afresh, reads what the helpdesk wants to change, and says whether that is right.

Looking changes nothing and uses nothing up, however often, and says nothing of anybody: only who has signed in reads what it is about.
Whoever comes back does so with the state of their flow, once, and in the browser that was sent: its cookie has to fit
(https://datatracker.ietf.org/doc/html/rfc6819#section-4.4.1.8), so nobody can be signed in by somebody else's link.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from aiohttp import web

from bot.domain.notice_words import ring_helpdesk
from bot.domain.operation import Operation
from bot.domain.proof import Proof
from bot.domain.proof_words import NEVER_A_CODE, what_is_asked
from bot.domain.said import say
from bot.errors import StoreUnavailable, Unavailable
from bot.page.markup import element, hidden, link, paragraph, words
from bot.ports import Clock
from bot.ports.proof import SignedIn, SignInFlow, SignInFlows, SignInRefused, SignIns
from bot.web.frame import Frame, asked_language, is_ours, too_large
from cards.untrusted import plain

PATH, BACK = "/p/{id}", "/signed-in"
#: For signing in, and then for answering.
LIFE = timedelta(minutes=10)
#: What a second try, with the claims demanded anew, may mend.
_MENDED = ("no_mfa", "stale")
_NAME = 80

log = structlog.get_logger()


class ProofPages(Protocol):
    """What the pages ask of the service. Each may raise `StoreUnavailable`."""

    async def asked(self, proof_id: str) -> tuple[Proof, Operation] | None:
        """A proof by sign-in that still may be answered, and what it is about; None for every other id. Changes nothing."""

    async def other_account(self, proof_id: str, object_id: str, name: str) -> None:
        """Somebody else signed in for it: it has failed."""

    async def answered(self, proof_id: str, signed_in: SignedIn, *, yes: bool) -> bool:
        """The person answers, once. True where it counted."""


@dataclass(frozen=True, slots=True)
class Door:
    """How people come in.

    Attributes:
        public_url: where they reach our pages; with TLS but on loopback.
        contact: how the helpdesk is reached; empty where no setting says.
    """

    public_url: str
    contact: str

    @property
    def secure(self) -> bool:
        """Whether browsers send a cookie of this page with TLS alone."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the cookie; no page of a neighbouring host can set one whose name begins so:
        https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
        """
        return "__Host-door" if self.secure else "door"


class SignInPages:
    """The pages of a proof by sign-in."""

    def __init__(self, pages: ProofPages, sign_ins: SignIns, flows: SignInFlows, frame: Frame, door: Door, clock: Clock) -> None:
        self._pages = pages
        self._sign_ins = sign_ins
        self._flows = flows
        self._frame = frame
        self._door = door
        self._clock = clock

    async def show(self, request: web.Request) -> web.Response:
        """GET of a proof: says what it is; to whoever has signed in, what it is about."""
        try:
            found = await self._pages.asked(request.match_info["id"])
            if found is None:
                return self._over(request)
            proof, operation = found
            signed_in = await self._flows.back(proof.id, self._cookie(request), self._clock())
        except StoreUnavailable:
            return self._not_now(request)
        return self._question(request, proof, operation) if signed_in else self._welcome(request, operation)

    async def press(self, request: web.Request) -> web.Response:
        """POST of a proof: sends to the sign-in, or takes the answer; a form of another page is only shown ours."""
        if refused := too_large(request):
            return refused
        if not is_ours(request):
            return await self.show(request)
        try:
            found = await self._pages.asked(request.match_info["id"])
            if found is None:
                return self._over(request)
            try:
                form = await request.post()
            except (ValueError, LookupError):  # no form that any page of ours sends
                return await self.show(request)
            if "answer" in form:
                return await self._answered(request, found, {name: str(value) for name, value in form.items()})
            return await self._begin(request, found)
        except (StoreUnavailable, Unavailable) as error:
            return self._in_vain(request, error)

    async def back(self, request: web.Request) -> web.Response:
        """GET by whoever comes back from the sign-in."""
        try:
            flow = await self._flows.take(request.query.get("state", ""), self._cookie(request), self._clock())
            found = await self._pages.asked(flow.proof_id) if flow else None
            if flow is None or found is None:
                return self._over(request)
            if not flow.flow:
                return self._used(request) if flow.used else self._elsewhere(request)
            return await self._came_back(request, found, flow)
        except (StoreUnavailable, Unavailable) as error:
            return self._in_vain(request, error)

    async def _came_back(self, request: web.Request, found: tuple[Proof, Operation], flow: SignInFlow) -> web.Response:
        proof, operation = found
        try:
            signed_in = await self._sign_ins.finish(flow.flow, dict(request.query))
        except SignInRefused as refused:
            log.info("a sign-in proves nothing", action="sign_in_refused", proof=proof.id[:8], reason=refused.code)
            if refused.code in _MENDED and not flow.again:
                return await self._begin(request, found, again=True)
            return self._refused(request, proof, operation, refused.args[0])
        if signed_in.object_id.lower() != proof.target_id.lower():
            await self._pages.other_account(proof.id, signed_in.object_id, signed_in.name)
            return self._somebody_else(request, signed_in)
        cookie = secrets.token_urlsafe(32)
        await self._flows.came_back(proof.id, cookie, signed_in, self._clock() + LIFE)
        return self._with_cookie(web.Response(status=303, headers={"Location": PATH.format(id=proof.id)}), cookie)

    async def _begin(self, request: web.Request, found: tuple[Proof, Operation], *, again: bool = False) -> web.Response:
        """A page that goes on to the sign-in by itself: no browser follows a redirect of our form to another host, since its policy is to
        send to ours alone. Whoever is sent a second time comes from there, and not from a form of ours.
        """
        proof, operation = found
        state, cookie, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock()
        begun = await self._sign_ins.begin(operation.target, state, again=again)
        if not await self._flows.begun(state, cookie, SignInFlow(proof.id, begun.flow, again, now + LIFE), now):
            return self._too_often(request, operation)
        if again:
            return self._with_cookie(web.Response(status=303, headers={"Location": begun.url}), cookie)
        with self._frame.speaking(language := self._language(request, operation)):
            onward = element("p", link(say("Go on to the sign-in of your organisation"), begun.url))
            return self._with_cookie(self._frame.page(200, language, say("Sign in"), onward, onward=begun.url), cookie)

    async def _answered(self, request: web.Request, found: tuple[Proof, Operation], form: Mapping[str, str]) -> web.Response:
        proof, operation = found
        cookie = self._cookie(request)
        signed_in = await self._flows.back(proof.id, cookie, self._clock())
        if signed_in is None:
            return self._welcome(request, operation)
        if form["answer"] not in ("yes", "no") or not hmac.compare_digest(form.get("csrf", "").encode(), _token(cookie, proof).encode()):
            return self._question(request, proof, operation)
        yes = form["answer"] == "yes"
        if not await self._pages.answered(proof.id, signed_in, yes=yes):
            return self._over(request)
        with self._frame.speaking(language := self._language(request, operation)):
            if yes:
                said = (say("The helpdesk sees that it is you. You can close this page."),)
                return self._frame.page(200, language, say("Thank you"), *map(paragraph, said))
            warned = (
                say("The helpdesk is told that you did not want this. If somebody is on the telephone with you, hang up."),
                ring_helpdesk(self._door.contact),
                NEVER_A_CODE,
            )
            return self._frame.page(200, language, say("Nothing was changed"), *map(paragraph, warned))

    def _welcome(self, request: web.Request, operation: Operation) -> web.Response:
        with self._frame.speaking(language := self._language(request, operation)):
            asked = (
                say("The helpdesk wants to be sure that it is you before your account is changed. Sign in to your organisation once more."),
                say("After that you read what is to be changed, and say whether that is right."),
            )
            button = element("button", words(say("Sign in")), type="submit", class_="go")
            unwanted = (say("You are not speaking with the helpdesk? Press “This is not me” on the card in Teams."), NEVER_A_CODE)
            form = element("form", button, method="post")
            return self._frame.page(200, language, say("Is it you?"), *map(paragraph, asked), form, *map(paragraph, unwanted))

    def _question(self, request: web.Request, proof: Proof, operation: Operation) -> web.Response:
        with self._frame.speaking(language := self._language(request, operation)):
            asked = what_is_asked(operation)
            changes = element("ul", *(element("li", words(change)) for change in asked.changes))
            yes = element("button", words(say("It is me, I want this")), type="submit", name="answer", value="yes", class_="go")
            no = element("button", words(say("No")), type="submit", name="answer", value="no")
            form = element("form", hidden("csrf", _token(self._cookie(request), proof)), yes, no, method="post")
            said = (paragraph(asked.wants), changes, paragraph(asked.speaking), form, paragraph(NEVER_A_CODE))
            return self._frame.page(200, language, say("Is this what you want?"), *said)

    def _somebody_else(self, request: web.Request, signed_in: SignedIn) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            name = plain(signed_in.name, _NAME) or say("somebody else")
            said = say("You are {name}. This request is about somebody else.", name=name)
            return self._page(403, language, say("This is not your request"), said)

    def _refused(self, request: web.Request, proof: Proof, operation: Operation, why: str) -> web.Response:
        with self._frame.speaking(language := self._language(request, operation)):
            again = element("p", link(say("Begin again"), PATH.format(id=proof.id)))
            said = (paragraph(why), again, paragraph(ring_helpdesk(self._door.contact)))
            return self._frame.page(403, language, say("This sign-in proves nothing"), *said)

    def _too_often(self, request: web.Request, operation: Operation) -> web.Response:
        with self._frame.speaking(language := self._language(request, operation)):
            return self._page(429, language, say("Too many tries"), say("Wait ten minutes, and then open the link again."))

    def _used(self, request: web.Request) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            return self._page(400, language, say("This sign-in was used already"), say("Open the link from the helpdesk again."))

    def _elsewhere(self, request: web.Request) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            said = say("It was begun in another browser. Open the link from the helpdesk again, in this one.")
            return self._page(400, language, say("This sign-in cannot be used here"), said)

    def _over(self, request: web.Request) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            return self._page(
                404, language, say("This link is over"), say("It was answered already, it is too old, or it was never one of mine.")
            )

    def _not_now(self, request: web.Request) -> web.Response:
        with self._frame.speaking(language := asked_language(request)):
            return self._page(503, language, say("This does not work right now"), say("Open the link from the helpdesk again in a minute."))

    def _in_vain(self, request: web.Request, error: StoreUnavailable | Unavailable) -> web.Response:
        """Whoever looks at the log sees Entra's number of it, such as that of a secret that has expired."""
        log.warning("nobody can sign in", action="sign_in_not_now", error=type(error).__name__, code=getattr(error, "code", ""))
        return self._not_now(request)

    def _page(self, status: int, language: str, title: str, said: str) -> web.Response:
        return self._frame.page(status, language, title, paragraph(said), paragraph(ring_helpdesk(self._door.contact)))

    def _language(self, request: web.Request, operation: Operation) -> str:
        return operation.target.language or asked_language(request)

    def _cookie(self, request: web.Request) -> str:
        return request.cookies.get(self._door.cookie, "")

    def _with_cookie(self, response: web.Response, cookie: str) -> web.Response:
        """Lax, because it has to come along when the login host sends the browser back."""
        seconds = int(LIFE.total_seconds())
        response.set_cookie(self._door.cookie, cookie, max_age=seconds, path="/", secure=self._door.secure, httponly=True, samesite="Lax")
        return response


def _token(cookie: str, proof: Proof) -> str:
    """What the form of the question sends with the answer: nobody can make it who does not have the cookie."""
    return hashlib.sha256(f"answer {proof.id} {cookie}".encode()).hexdigest()

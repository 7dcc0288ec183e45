"""A caller proves themselves by a fresh sign-in: from the agent's button to the person's browser, and back onto the card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.domain.proof import ProofKind, ProofNeed
from simulator import doorman
from simulator.entra import Fault
from simulator.entra.authorize import DONE, SKIPPED
from tests.desk import BRAM, HANNA, Answer, Desk
from tests.scenarios.proving import DIEGO, SET, asked, demanding, prove
from tests.scenarios.telling import PUBLIC_URL, TELLING
from tests.signing_in import sign_in
from tests.web.sign_in_bench import Browser

NEED = ProofNeed(count=1, kinds=frozenset({ProofKind.SIGN_IN}), rules=("One agent changes ordinary people",))


class Caller:
    """Diego, asked to sign in: Hanna's card, his card, and his browser."""

    def __init__(self, desk: Desk, card: Answer, theirs: Answer, link: str) -> None:
        self.desk = desk
        self.card = card
        self.theirs = theirs
        self.browser = Browser(desk.url, link)

    async def back(self, who: str = "", mfa: str = DONE) -> tuple[int, str]:
        """Signs in; the page that follows. The bot's public address is that of a proxy, which is not there."""
        returned = await sign_in(self.browser.http, await self.browser.begin(), who, mfa)
        assert returned.startswith(f"{PUBLIC_URL}/signed-in?")
        return await self.browser.get(returned.removeprefix(PUBLIC_URL))


@asynccontextmanager
async def calling(database_url: str, **settings: Any) -> AsyncIterator[Caller]:
    """Hanna wants a sign-in of Diego's."""
    desk = Desk(database_url, demanding(NEED), **TELLING, **settings)
    proving = doorman.signing_in(desk.world, PUBLIC_URL)
    desk._environment |= proving
    for who in (DIEGO, BRAM):
        if "authenticator" not in (strong := desk.entra.person(who.upn).strong):
            strong.append("authenticator")
    async with desk:
        card = await desk.say(HANNA, SET)
        assert "confirm" not in card.verbs
        await prove(desk, card, "sign_in")
        theirs = await asked(desk, DIEGO)
        [link] = [str(action["url"]) for action in theirs.card["actions"] if action["type"] == "Action.OpenUrl"]
        assert link.startswith(f"{PUBLIC_URL}/p/")
        caller = Caller(desk, card, theirs, urlsplit(link).path)
        yield caller
        await caller.browser.http.close()


@pytest.mark.storage
async def test_the_person_signs_in_and_wants_it(database_url: str) -> None:
    async with calling(database_url) as caller:
        status, page = await caller.back()
        assert (status, "Hanna of the helpdesk wants to change how you sign in" in page, "+31 6" in page) == (200, True, False)
        assert "confirm" not in caller.card.verbs  # signing in alone is no answer
        assert "Thank you" in (await caller.browser.answer(page, "yes"))[1]
        await caller.desk.settled(caller.card, "Diego Vega", "session")
        await caller.desk.settled(caller.theirs, "answered")
        await caller.desk.press(HANNA, caller.card, "confirm")
        await caller.desk.settled(caller.card, "Done")
        assert caller.desk.phones(DIEGO)["mobile"] == "+31 612345678"
        assert [row.tag for row in caller.desk.trail() if row.tag.startswith("proof")] == ["proof:request:asked", "proof:request:given"]


async def test_the_person_says_no_and_everything_stops(database_url: str) -> None:
    async with calling(database_url) as caller:
        _, page = await caller.back()
        await caller.browser.answer(page, "no")
        await caller.desk.settled(caller.card, "somebody else")
        assert "confirm" not in caller.card.verbs
        assert "frozen" in (await caller.desk.say(HANNA, SET)).text


async def test_another_account_fails_it(database_url: str) -> None:
    async with calling(database_url) as caller:
        status, page = await caller.back(BRAM.upn)
        assert (status, "You are Bram Peeters. This request is about somebody else." in page) == (403, True)
        await caller.desk.settled(caller.card, "somebody else signed in")
        assert (await caller.browser.get(caller.browser.link))[0] == 404


async def test_without_mfa_or_a_login_host_nothing_has_failed_yet(database_url: str) -> None:
    async with calling(database_url) as caller:
        await caller.back(mfa=SKIPPED)  # and is sent once more
        caller.desk.entra.faults.add(Fault(effect="unavailable", path="/token"))
        assert (await caller.back())[0] == 503
        caller.desk.entra.faults.clear()
        _, page = await caller.back()
        await caller.browser.answer(page, "yes")
        await caller.desk.settled(caller.card, "session")


async def test_too_late_is_too_late(database_url: str) -> None:
    async with calling(database_url) as caller:
        _, page = await caller.back()
        caller.desk.later(minutes=11)
        assert (await caller.browser.answer(page, "yes"))[0] == 404
        await caller.desk.settled(caller.card, "nobody answered")


async def test_it_is_offered_only_where_it_proves_something(database_url: str) -> None:
    async with Desk(database_url, demanding(NEED), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        shown = await prove(desk, card, "sign_in")
        assert "PROOF_CONTEXT" in shown


async def test_nobody_reads_a_token_or_a_state_anywhere(database_url: str, logged: Any) -> None:
    async with calling(database_url) as caller:
        begun = await caller.browser.begin()
        returned = await sign_in(caller.browser.http, begun)
        _, page = await caller.browser.get(returned.removeprefix(PUBLIC_URL))
        await caller.browser.answer(page, "yes")
        await caller.desk.settled(caller.card, "session")
        state = begun.split("state=")[1].split("&")[0]
        code = returned.split("code=")[1].split("&")[0]
        said = logged()
        assert state not in str(caller.desk.trail())
        assert code not in str(caller.desk.trail())
        assert "eyJ" not in str(caller.desk.trail())
        assert state not in said
        assert code not in said

"""The pages of a proof by sign-in with the login host behind them, and a stand-in for the service before them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.domain.change import Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.methods import PhoneType
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.proof import Proof, ProofKind
from bot.languages import Readers
from bot.ports.proof import SignedIn
from bot.sign_ins import EntraSignIns, SignInApp
from bot.store.sign_in_flows import StoredSignInFlows
from bot.store.transactions import Transactions, open_engine
from bot.web.frame import Frame
from bot.web.proof import Door, SignInPages
from bot.web.routes import PAGES, Pages, page_routes
from simulator import cast
from simulator.entra import Entra
from simulator.entra.authorize import DONE
from tests.signing_in import sign_in

OMAR, BRAM = cast.person("Omar Farouk"), cast.person("Bram Peeters")
NOW = datetime.now(UTC)
ID = "0123456789abcdef" * 2
OPERATION = Operation(
    id="7QXF",
    command="set_phone",
    text="set mobile for omar …78",
    requester=Actor("hanna", cast.TENANT_ID, "Hanna Visser"),
    target=Person(OMAR.id, OMAR.name, OMAR.upn),
    changes=(Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678"),),
    conversation=ConversationRef("https://teams.example/", "19:x", "personal"),
    created_at=NOW,
    expires_at=NOW + timedelta(hours=1),
)


class Desk:
    """The service behind the pages, as they know it: one proof that somebody asked for."""

    def __init__(self) -> None:
        self.proof = Proof(
            id=ID,
            operation_id=OPERATION.id,
            target_id=OMAR.id,
            kind=ProofKind.SIGN_IN,
            agent_id="hanna",
            asked_at=NOW,
            expires_at=NOW + timedelta(minutes=15),
        )
        self.is_open = True
        self.answers: list[tuple[str, bool]] = []
        self.others: list[tuple[str, str]] = []

    async def asked(self, proof_id: str) -> tuple[Proof, Operation] | None:
        return (self.proof, OPERATION) if self.is_open and proof_id == ID else None

    async def other_account(self, proof_id: str, object_id: str, name: str) -> None:
        assert proof_id == ID
        self.others.append((object_id, name))
        self.is_open = False

    async def answered(self, proof_id: str, signed_in: SignedIn, *, yes: bool) -> bool:
        counted, self.is_open = self.is_open, False
        if counted:
            self.answers.append((signed_in.object_id, yes))
        return counted


class Browser:
    """One browser, and the person in front of it."""

    def __init__(self, url: str, link: str = f"/p/{ID}") -> None:
        self._url = url
        self.link = link
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with self.http.get(self._address(path), **more) as page:
            self.headers = page.headers
            return page.status, await page.text()

    async def post(self, path: str, form: dict[str, str] | None = None, **more: Any) -> tuple[int, str]:
        async with self.http.post(self._address(path), data=form, **more) as page:
            self.headers = page.headers
            return page.status, await page.text()

    async def begin(self) -> str:
        """Presses “Sign in”; returns the address of the sign-in."""
        status, page = await self.post(self.link)
        assert status == 200, page
        found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', page)
        assert found, page
        assert f'<a href="{found[1]}">' in page
        return found[1].replace("&amp;", "&")

    async def sign_in(self, who: str = "", mfa: str = DONE) -> tuple[int, str]:
        """Signs in from the first page on; returns the page that follows."""
        return await self.get(await sign_in(self.http, await self.begin(), who, mfa))

    async def answer(self, page: str, answer: str) -> tuple[int, str]:
        return await self.post(self.link, {"csrf": token_in(page), "answer": answer})

    def _address(self, path: str) -> str:
        return path if path.startswith("http") else f"{self._url}{path}"


def token_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


class Bench:
    """The pages, the login host, and browsers."""

    def __init__(self, entra: Entra, transactions: Transactions, port: int) -> None:
        self.entra = entra
        self.desk = Desk()
        self.login = entra.url.replace("127.0.0.1", "localhost")  # to browsers another site than ours
        self.ahead = timedelta()
        self.url = f"http://127.0.0.1:{port}"
        app = SignInApp(self.login, cast.TENANT_ID, cast.GRAPH_APP_ID, lambda: cast.GRAPH_SECRET, f"{self.url}/signed-in", "c21")
        self.sign_ins = EntraSignIns(app)
        self.flows = StoredSignInFlows(transactions)
        entra.login.apps[cast.GRAPH_APP_ID].redirect_uris = [app.redirect_uri]
        self.browsers: list[Browser] = []
        self.pages = self.pages_at(self.url)

    def pages_at(self, public_url: str) -> SignInPages:
        frame, door = Frame(Readers("en"), "en"), Door(public_url, "+31 20 555 0100")
        return SignInPages(self.desk, self.sign_ins, self.flows, frame, door, lambda: datetime.now(UTC) + self.ahead)

    def browser(self) -> Browser:
        self.browsers.append(Browser(self.url))
        return self.browsers[-1]


@asynccontextmanager
async def open_bench(database_url: str) -> AsyncIterator[Bench]:
    """Everything started; the tables are there already."""
    entra, engine, port = Entra(), open_engine(database_url), unused_port()
    transactions = Transactions(engine)
    await entra.start()
    for who in (OMAR, BRAM):
        entra.person(who.upn).strong.append("authenticator")
    bench = Bench(entra, transactions, port)
    app = web.Application()
    app.add_routes(page_routes(bench.url))
    app[PAGES] = Pages(None, bench.pages)  # type: ignore[arg-type] # the other page is not looked at
    async with TestServer(app, port=port):
        yield bench
        for browser in bench.browsers:
            await browser.http.close()
    bench.sign_ins.close()
    transactions.close()
    engine.dispose()
    await entra.stop()

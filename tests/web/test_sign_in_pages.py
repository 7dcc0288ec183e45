"""A proof by sign-in on its pages: in a browser, through the simulated login host and back, on both kinds of database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.ports.proof import MOST_FLOWS, SignedIn, SignInFlow
from bot.store import sign_in_flows
from bot.store.tables import sign_in_flows as flows_table
from bot.web.routes import PAGES, Pages, page_routes
from simulator.entra import Fault
from simulator.entra.authorize import CANCELLED, REFUSED, SKIPPED
from tests.signing_in import sign_in
from tests.web.sign_in_bench import BRAM, ID, NOW, OMAR, Bench, open_bench, token_in

pytestmark = pytest.mark.storage


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    async with open_bench(database_url) as bench:
        yield bench


async def test_the_person_signs_in_reads_and_agrees(bench: Bench) -> None:
    browser = bench.browser()
    for _ in range(3):  # looking changes nothing
        status, page = await browser.get(f"/p/{ID}")
        assert (status, "Is it you?" in page, "<script" in page, "Hanna" in page, "7QXF" in page) == (200, True, False, False, False)
    assert browser.headers["Referrer-Policy"] == "no-referrer"
    assert browser.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in browser.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page
    assert not browser.http.cookie_jar.filter_cookies(bench.url)  # type: ignore[arg-type]

    status, page = await browser.sign_in()
    for words in ("Hanna of the helpdesk wants to change how you sign in (7QXF):", "Mobile phone: not registered →", "78"):
        assert words in page, page
    assert "612345678" not in page
    assert "Are you speaking with Hanna right now" in page
    assert "Is this what you want?" in (await browser.get(f"/p/{ID}"))[1]  # still, in this browser
    assert "Is it you?" in (await bench.browser().get(f"/p/{ID}"))[1]  # and in no other

    status, page = await browser.answer(page, "yes")
    assert (status, "Thank you" in page) == (200, True)
    assert bench.desk.answers == [(OMAR.id, True)]
    assert (await browser.get(f"/p/{ID}"))[0] == 404


async def test_the_person_says_no(bench: Bench) -> None:
    browser = bench.browser()
    status, page = await browser.answer((await browser.sign_in())[1], "no")
    assert (status, "Nothing was changed" in page, "+31 20 555 0100" in page) == (200, True, True)
    assert bench.desk.answers == [(OMAR.id, False)]


async def test_an_answer_counts_once(bench: Bench) -> None:
    browser = bench.browser()
    _, page = await browser.sign_in()
    await browser.answer(page, "yes")
    assert (await browser.answer(page, "no"))[0] == 404
    assert bench.desk.answers == [(OMAR.id, True)]


async def test_somebody_else_signs_in(bench: Bench) -> None:
    browser = bench.browser()
    status, page = await browser.sign_in(BRAM.upn)
    assert (status, "You are Bram Peeters. This request is about somebody else." in page, "Hanna" in page) == (403, True, False)
    assert bench.desk.others == [(BRAM.id, BRAM.name)]
    assert (await browser.get(f"/p/{ID}"))[0] == 404


@pytest.mark.parametrize("mfa", [REFUSED, CANCELLED])
async def test_whoever_does_not_finish_may_begin_again(bench: Bench, mfa: str) -> None:
    browser = bench.browser()
    status, page = await browser.sign_in(mfa=mfa)
    assert (status, "The sign-in was not finished." in page, f'href="/p/{ID}"' in page) == (403, True, True)
    assert "Is this what you want?" in (await browser.sign_in())[1]


async def test_without_mfa_it_is_asked_for_once_more_and_then_said(bench: Bench) -> None:
    browser = bench.browser()
    back = await sign_in(browser.http, await browser.begin(), mfa=SKIPPED)
    status, _ = await browser.get(back, allow_redirects=False)
    onward = browser.headers["Location"]
    assert (status, onward.startswith(bench.login), "prompt=login" in onward) == (303, True, True)
    status, page = await browser.get(await sign_in(browser.http, onward, mfa=SKIPPED))
    assert (status, "policy did not ask for a second factor here" in page) == (403, True)
    # and with MFA the second time it is well
    back = await sign_in(browser.http, await browser.begin(), mfa=SKIPPED)
    await browser.get(back, allow_redirects=False)
    assert "Is this what you want?" in (await browser.get(await sign_in(browser.http, browser.headers["Location"])))[1]


async def test_a_way_back_leads_once(bench: Bench) -> None:
    browser = bench.browser()
    back = await sign_in(browser.http, await browser.begin())
    await browser.get(back)
    status, page = await browser.get(back)
    assert (status, "was used already" in page) == (400, True)
    bench.ahead += timedelta(minutes=10)
    assert (await browser.get(back))[0] == 404


async def test_a_way_back_leads_nowhere_in_another_browser(bench: Bench) -> None:
    """Whoever signs in somewhere and has another person open the way back signs nobody in."""
    browser, victim = bench.browser(), bench.browser()
    back = await sign_in(browser.http, await browser.begin())
    await victim.begin()
    status, page = await victim.get(back)
    assert (status, "begun in another browser" in page) == (400, True)
    assert "Is it you?" in (await victim.get(f"/p/{ID}"))[1]
    assert (await browser.get(back))[0] == 400  # used up


@pytest.mark.parametrize("query", ["", "?state=x", "?code=x", "?state=x&code=y", "?error=access_denied"])
async def test_nobody_comes_back_who_was_never_sent(bench: Bench, query: str) -> None:
    assert (await bench.browser().get(f"/signed-in{query}"))[0] == 404


async def test_an_answer_needs_what_only_the_form_has(bench: Bench) -> None:
    browser = bench.browser()
    _, page = await browser.sign_in()
    token = token_in(page)
    for form in (
        {"answer": "yes"},
        {"answer": "yes", "csrf": "0" * 64},
        {"answer": "perhaps", "csrf": token},
        {"answer": "yes", "csrf": "é"},
    ):
        assert "Is this what you want?" in (await browser.post(f"/p/{ID}", form))[1]
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert "Is this what you want?" in (await browser.post(f"/p/{ID}", {"answer": "yes", "csrf": token}, headers=foreign))[1]
    assert "Is it you?" in (await bench.browser().post(f"/p/{ID}", {"answer": "yes", "csrf": token}))[1]  # not signed in
    assert (await browser.post(f"/p/{ID}", {"answer": "y" * 2000}))[0] == 413
    assert bench.desk.answers == []


async def test_a_foreign_page_begins_nothing(bench: Bench) -> None:
    browser = bench.browser()
    assert "Is it you?" in (await browser.post(f"/p/{ID}", headers={"Sec-Fetch-Site": "cross-site"}))[1]
    assert "Set-Cookie" not in browser.headers


@pytest.mark.parametrize("path", ["/p/" + "0" * 32, "/p/x", "/p/%00"])
async def test_a_link_that_is_none(bench: Bench, path: str) -> None:
    browser = bench.browser()
    for answer in (await browser.get(path), await browser.post(path)):
        assert (answer[0], "This link is over" in answer[1]) == (404, True)


async def test_a_proof_that_ends_meanwhile(bench: Bench) -> None:
    browser = bench.browser()
    back = await sign_in(browser.http, await browser.begin())
    bench.desk.is_open = False
    assert (await browser.get(back))[0] == 404
    assert (await browser.post(f"/p/{ID}"))[0] == 404


async def test_signing_in_lasts_ten_minutes(bench: Bench) -> None:
    browser = bench.browser()
    _, page = await browser.sign_in()
    bench.ahead += timedelta(minutes=10)
    assert "Is it you?" in (await browser.answer(page, "yes"))[1]
    assert bench.desk.answers == []


async def test_a_login_host_that_is_away_is_no_failure(bench: Bench) -> None:
    browser = bench.browser()
    bench.entra.faults.add(Fault(effect="unavailable", path="openid-configuration"))
    assert (await browser.post(f"/p/{ID}"))[0] == 503
    bench.entra.faults.clear()
    back = await sign_in(browser.http, await browser.begin())
    bench.entra.faults.add(Fault(effect="unavailable", path="/token"))
    status, page = await browser.get(back)
    assert (status, "again in a minute" in page) == (503, True)
    bench.entra.faults.clear()
    assert "Is this what you want?" in (await browser.sign_in())[1]
    assert bench.desk.others == []


async def test_whoever_has_the_link_cannot_begin_for_ever(bench: Bench) -> None:
    browser = bench.browser()
    for _ in range(MOST_FLOWS):
        await browser.begin()
    assert (await browser.post(f"/p/{ID}"))[0] == 429
    bench.ahead += timedelta(minutes=11)
    await browser.begin()


async def test_with_tls_the_cookie_is_of_this_host_alone(bench: Bench) -> None:
    pages = bench.pages_at("https://doorman.contoso.com")
    app = web.Application()
    app.add_routes(page_routes("https://doorman.contoso.com"))
    app[PAGES] = Pages(None, pages)  # type: ignore[arg-type]
    async with TestServer(app) as server, aiohttp.ClientSession() as http, http.post(server.make_url(f"/p/{ID}")) as page:
        name, *rest = page.headers["Set-Cookie"].split("; ")
        assert re.fullmatch(r"__Host-door=[\w-]{43}", name)
        assert set(rest) == {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"}


async def test_in_dutch(bench: Bench) -> None:
    assert "Bent u het?" in (await bench.browser().get(f"/p/{ID}", headers={"Accept-Language": "nl-NL,en;q=0.5"}))[1]


async def test_what_has_expired_is_forgotten(bench: Bench) -> None:
    transactions = bench.flows._transactions
    flow = SignInFlow(ID, "{}", False, NOW + timedelta(minutes=10))
    assert await bench.flows.begun("state", "cookie", flow, NOW)
    await bench.flows.came_back(ID, "cookie", SignedIn(object_id=OMAR.id, name=OMAR.name), NOW + timedelta(minutes=10))
    await transactions.write(lambda connection: sign_in_flows.forget(connection, NOW))
    assert await bench.flows.back(ID, "cookie", NOW)
    [row] = await transactions.read(lambda connection: list(connection.execute(flows_table.select())))
    assert "state" not in row
    assert "cookie" not in row
    await transactions.write(lambda connection: sign_in_flows.forget(connection, NOW + timedelta(minutes=11)))
    assert await bench.flows.back(ID, "cookie", NOW) is None
    assert await bench.flows.take("state", "cookie", NOW) is None

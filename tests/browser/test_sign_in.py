"""A caller proves themselves by a sign-in, in Chromium: to the login host, which is another site, and back with the cookie."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.store.schema import upgrade
from bot.store.transactions import open_engine
from tests.web.sign_in_bench import BRAM, ID, OMAR, Bench, open_bench

pytestmark = pytest.mark.browser


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The pages and the login host, served beside the browser."""
    started, stopping = threading.Event(), asyncio.Event()
    opened: list[Bench] = []
    loop, database_url = asyncio.new_event_loop(), f"sqlite:///{tmp_path}/doorman.db"

    async def serve() -> None:
        engine = open_engine(database_url)
        upgrade(engine)
        engine.dispose()
        async with open_bench(database_url) as bench:
            opened.append(bench)
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(30)
    yield opened[0]
    loop.call_soon_threadsafe(stopping.set)
    thread.join(30)
    loop.close()


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    """Somebody's telephone; whatever a page complains about fails the test, but for a status that it is there to show."""
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB").new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    page.context.close()
    assert [each for each in complaints if "status of 40" not in each] == []


def begin(page: Page, bench: Bench) -> None:
    """From the link of the helpdesk to the sign-in of the organisation, where the account is filled in."""
    page.goto(f"{bench.url}/p/{ID}")
    expect(page.get_by_role("heading")).to_have_text("Is it you?")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{bench.login}/**")
    expect(page.get_by_label("Account")).to_have_value(OMAR.upn)


def test_the_person_signs_in_reads_and_agrees(telephone: Page, bench: Bench) -> None:
    begin(telephone, bench)
    telephone.get_by_role("button", name="Sign in with MFA").click()
    telephone.wait_for_url(f"{bench.url}/p/{ID}")
    expect(telephone.get_by_role("heading")).to_have_text("Is this what you want?")
    expect(telephone.get_by_role("listitem")).to_contain_text("Mobile phone: not registered")
    assert telephone.evaluate("document.documentElement.scrollWidth") <= 390
    telephone.get_by_role("button", name="It is me, I want this").click()
    expect(telephone.get_by_role("heading")).to_have_text("Thank you")
    assert bench.desk.answers == [(OMAR.id, True)]


def test_without_mfa_the_login_host_is_asked_once_more(telephone: Page, bench: Bench) -> None:
    begin(telephone, bench)
    telephone.get_by_role("button", name="Sign in without MFA").click()
    telephone.wait_for_url(f"{bench.login}/**prompt=login**")
    telephone.get_by_role("button", name="Sign in with MFA").click()
    expect(telephone.get_by_role("heading")).to_have_text("Is this what you want?")
    telephone.get_by_role("button", name="No", exact=True).click()
    expect(telephone.get_by_role("heading")).to_have_text("Nothing was changed")
    assert bench.desk.answers == [(OMAR.id, False)]


def test_somebody_else_signs_in(telephone: Page, bench: Bench) -> None:
    begin(telephone, bench)
    telephone.get_by_label("Account").fill(BRAM.upn)
    telephone.get_by_role("button", name="Sign in with MFA").click()
    expect(telephone.get_by_role("main")).to_contain_text("You are Bram Peeters. This request is about somebody else.")

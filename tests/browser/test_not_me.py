"""Noor is told of a change that she did not want, and stops everything: on the page of the mail's link, and in Teams."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.acting import HANNA, NOOR, SAM, act_as, change, say

pytestmark = pytest.mark.browser


def test_this_was_not_me(page: Page, browser: Browser, demo: str) -> None:
    act_as(page, HANNA)
    change(page, "set mobile for noor +31 6 12345678")
    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("Told of it: the person in Teams and by mail, the manager in Teams.")

    telephone = browser.new_context(viewport={"width": 390, "height": 844}, base_url=demo, locale="en-GB").new_page()
    act_as(telephone, NOOR, "mail")
    telephone.get_by_test_id("letter").first.locator("summary").click()
    link = telephone.locator(".mail-body a").first.get_attribute("href")
    assert link
    assert "/n/" in link
    for _ in range(2):  # looking changes nothing
        telephone.goto(link)
        expect(telephone.get_by_role("heading")).to_have_text("Was this not you?")
    assert telephone.evaluate("document.documentElement.scrollWidth") <= 390
    telephone.get_by_role("button", name="This was not me: stop it").click()
    expect(telephone.get_by_role("heading")).to_have_text("Stopped")
    expect(card).to_contain_text("Somebody pressed “This was not me”")

    act_as(telephone, NOOR)
    told = telephone.get_by_test_id("card").last
    expect(told).to_contain_text("Hanna of the helpdesk changed how you sign in")
    told.get_by_role("button", name="This was not me").click()
    expect(told).to_contain_text("Stopped")
    expect(telephone.get_by_test_id("entra-person")).to_contain_text("Noor Dekker")
    expect(telephone.get_by_text("+31 612345678")).to_have_count(0)
    telephone.context.close()

    act_as(page, SAM, "Doorman log")
    expect(page.get_by_test_id("card").filter(has_text="says that")).to_have_count(2)  # by the link, and then surely by Noor
    act_as(page, HANNA)
    expect(say(page, "set mobile for noor +31 6 12345679")).to_contain_text("frozen")

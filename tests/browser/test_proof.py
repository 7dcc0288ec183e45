"""Is it really them? The agent, the person, and their manager, each on a page of their own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import HANNA, act_as, picture, say

pytestmark = pytest.mark.browser

DIEGO, VICTORIA = "diego.vega@fabrikam.example", "victoria.crane@fabrikam.example"
PASS = "pass for diego vega"


def beside(page: Page, upn: str) -> Page:
    """Somebody else on a page of their own, as narrow as a telephone."""
    other = page.context.new_page()
    other.set_viewport_size({"width": 390, "height": 844})
    act_as(other, upn)
    return other


def number_on(card: Locator) -> str:
    """The number that the agent reads out."""
    found = re.search(r"^([1-9]\d)$", card.inner_text(), re.MULTILINE)
    assert found, card.inner_text()
    return found[1]


def test_a_stranger_gets_nowhere_and_the_person_proves_it_by_a_number(page: Page) -> None:
    act_as(page, HANNA)
    card = say(page, PASS)
    expect(card).to_contain_text("Before you can confirm, it needs a proof of the caller of tier 2 or higher")
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    picture(page, "proof")
    card.get_by_role("button", name="Number match").click()
    expect(card).to_contain_text("Read this number out to Diego Vega")
    number = number_on(card)
    diego = beside(page, DIEGO)
    theirs = diego.get_by_test_id("card").last
    expect(theirs).to_contain_text("Are you on the telephone with Hanna right now?")
    picture(diego, "proof-phone")
    theirs.get_by_role("button", name=number, exact=True).click()
    expect(theirs).to_contain_text("Thank you, that is answered")
    expect(card).to_contain_text("Number match: Diego Vega, the right number")
    card.get_by_role("button", name="Confirm").click()
    expect(card.get_by_role("button", name="Reveal")).to_be_visible()


def test_without_a_telephone_the_manager_speaks_to_them(page: Page) -> None:
    act_as(page, HANNA)
    card = say(page, PASS)
    card.get_by_role("button", name="Ask the manager").click()
    expect(card).to_contain_text("Victoria Crane, the manager, has a card in Teams")
    theirs = beside(page, VICTORIA).get_by_test_id("card").last
    expect(theirs).to_contain_text("Speak to Diego Vega yourself before you press")
    theirs.get_by_role("button", name="I spoke to them").click()
    expect(theirs).to_contain_text("Thank you, that is answered")
    expect(card).to_contain_text("Ask the manager: Victoria Crane, spoke to them")
    expect(card.get_by_role("button", name="Confirm")).to_be_visible()


def test_whoever_is_not_on_the_telephone_stops_everything(page: Page) -> None:
    act_as(page, HANNA)
    card = say(page, PASS)
    card.get_by_role("button", name="Number match").click()
    expect(card).to_contain_text("Read this number out")
    theirs = beside(page, DIEGO).get_by_test_id("card").last
    theirs.get_by_role("button", name="This is not me").click()
    expect(theirs).to_contain_text("Answered: it was not proved")
    expect(card).to_contain_text("Diego Vega says that the caller is somebody else")
    expect(say(page, PASS)).to_contain_text("frozen")


def test_by_signing_in_afresh(page: Page) -> None:
    act_as(page, HANNA)
    card = say(page, PASS)
    card.get_by_role("button", name="Sign in").click()
    expect(card).to_contain_text("has a card in Teams with a link to sign in")
    diego = beside(page, DIEGO)
    with diego.expect_popup() as opened:
        diego.get_by_test_id("card").last.get_by_text("Sign in", exact=True).click()
    door = opened.value
    door.get_by_role("button", name="Sign in").click()
    door.get_by_role("button", name="Sign in with MFA").click()
    expect(door.locator("body")).to_contain_text("Hanna of the helpdesk wants to change how you sign in")
    door.get_by_role("button", name="It is me, I want this").click()
    expect(door.locator("body")).to_contain_text("Thank you")
    expect(card).to_contain_text("Sign in: Diego Vega, session")
    expect(card.get_by_role("button", name="Confirm")).to_be_visible()

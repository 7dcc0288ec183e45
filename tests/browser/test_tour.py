"""The tour: from the first change to a takeover that is refused, by the steps that the page names."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import act_as, picture

pytestmark = pytest.mark.browser


def step(page: Page, number: int) -> None:
    page.get_by_test_id(f"tour-{number}").click()
    expect(page.get_by_test_id("composer")).to_be_editable()


def taken(page: Page, count: int) -> None:
    """So many steps are ticked, and the one after them says how it goes."""
    expect(page.locator(".tour-steps .taken")).to_have_count(count)
    expect(page.locator(".tour-steps > :not(.taken) > span")).to_have_count(0 if count == 7 else 1)


def send(page: Page) -> None:
    cards = page.get_by_test_id("card")
    before = cards.count()
    page.get_by_test_id("composer").press("Enter")
    expect(cards).to_have_count(before + 1)


def test_the_tour_leads_from_a_first_number_to_a_takeover_that_is_refused(page: Page) -> None:
    act_as(page, "bram.peeters@fabrikam.example")
    last = page.get_by_test_id("card").last

    step(page, 1)
    send(page)
    taken(page, 0)  # the card is there, and nothing has happened yet
    expect(page.get_by_test_id("entra-person")).to_contain_text("Noor Dekker")
    last.get_by_role("button", name="Confirm").click()
    expect(last).to_contain_text("Done, and read back")
    taken(page, 1)

    step(page, 2)
    send(page)
    last.get_by_role("button", name="Confirm").click()
    expect(last).to_contain_text("Waiting for approval")

    taken(page, 2)
    page.reload()
    taken(page, 2)  # it goes on from here

    step(page, 3)
    expect(page.get_by_test_id("entra-person")).to_contain_text("Alice Jansen")  # it stays with whoever is being worked on
    last.get_by_role("button", name="Approve").click()
    expect(page.get_by_test_id("entra-methods")).to_contain_text("+31 623456789")

    step(page, 4)
    send(page)
    last.get_by_role("button", name="Number match").click()
    expect(last).to_contain_text("Diego")

    taken(page, 4)
    step(page, 5)
    last.get_by_role("button", name="This is not me").click()
    taken(page, 5)

    step(page, 6)
    expect(page.get_by_test_id("card").filter(has_text="Diego Vega").last).to_contain_text("The caller is not proved")
    picture(page, "tour")

    step(page, 7)
    send(page)
    expect(last).to_contain_text(re.compile(r"No report yet|nothing but a phone", re.IGNORECASE))
    taken(page, 7)
    expect(page.locator(".tour-end")).to_be_visible()

"""A lost phone: somebody has to say which device is gone, and every card says what stays."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import EMRE, HANNA, act_as, on_a_telephone, picture, say, seen_in_person

pytestmark = pytest.mark.browser


def says_what_stays(card: Locator) -> None:
    expect(card).to_contain_text("Stays, although it could be on the phone: Microsoft Authenticator Galaxy S24")
    expect(card).to_contain_text("Stays as it is: passkey Blue key")


def confirm_without_a_device(card: Locator) -> None:
    """Presses Confirm until the card complains: after a proof it may be drawn anew once more, which takes the complaint back."""
    complaint = "Ask which device is gone, and pick it."
    for _ in range(2):
        card.get_by_role("button", name="Confirm").click()
        with suppress(AssertionError):
            return expect(card).to_contain_text(complaint, timeout=5_000)
    card.get_by_role("button", name="Confirm").click()
    return expect(card).to_contain_text(complaint)


def test_which_device_is_gone_is_asked_and_what_stays_is_said_on_every_card(page: Page) -> None:
    act_as(page, HANNA)
    card = say(page, "recover emre lost because left on the train")
    seen_in_person(card)
    for title in ("iPhone 15", "Galaxy S24", "nobody can say which"):
        expect(card.get_by_role("radio", name=title)).not_to_be_checked()
    confirm_without_a_device(card)
    expect(card).to_contain_text("Waiting for your confirmation")
    picture(page, "lost-phone")

    card.get_by_role("radio", name="iPhone 15").check()
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Waiting for approval")
    says_what_stays(card)
    telephone = on_a_telephone(page)
    asked = telephone.get_by_test_id("card").last
    says_what_stays(asked)
    expect(asked).to_contain_text("iPhone 15, registered 2 September 2024 → removed")
    picture(telephone, "lost-phone-approval")
    asked.get_by_role("button", name="Approve").click()

    for each in (card, asked):
        expect(each).to_contain_text("Done, and read back")
        says_what_stays(each)
    expect(page.get_by_test_id("card").last).to_contain_text("Ready: press Reveal")
    left = page.request.get(f"/api/entra/{EMRE}").text()
    assert ("iPhone 15" in left, "Galaxy S24" in left, "Blue key" in left) == (False, True, True)
    act_as(page, HANNA, "Doorman log")
    says_what_stays(page.get_by_test_id("card").filter(has_text="Recover Emre Demir").last)


def test_two_of_one_name_both_go(page: Page) -> None:
    """Diego has two entries of one phone: nobody can tell them apart, so neither stays."""
    act_as(page, HANNA)
    card = say(page, "recover diego lost because left on the train")
    expect(card.get_by_role("checkbox")).to_have_count(0)  # they come with Confirm
    seen_in_person(card)
    expect(card.get_by_role("radio")).to_have_count(0)
    ticks = card.get_by_role("checkbox", name="Pixel 8")
    expect(ticks).to_have_count(2)
    for tick in ticks.all():
        expect(tick).to_be_checked()
    expect(card).to_contain_text("Nothing that is registered stays.")

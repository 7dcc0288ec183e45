"""A call that turns out suspicious after the change: the alert, and one button that takes back what was given."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import BRAM, HANNA, NOOR, act_as, change, picture, say

pytestmark = pytest.mark.browser

NUMBER = "+31 612345678"


def test_what_was_given_is_taken_back_with_the_button_of_the_alert(page: Page) -> None:
    act_as(page, HANNA)
    change(page, "set mobile for noor +31 6 12345678")
    act_as(page, BRAM)
    card = say(page, "show noor")
    expect(card).to_contain_text("Hanna Visser")  # the latest change, and whose it was
    card.get_by_role("button", name="Suspicious call").click()
    expect(page.get_by_test_id("card").last).to_contain_text("Suspicious call reported")
    expect(page.get_by_test_id("card").last.get_by_role("button", name="Take back")).to_be_visible()

    act_as(page, BRAM, "Doorman log")
    expect(page.get_by_test_id("entra-methods")).to_contain_text(NUMBER)
    alert = page.get_by_test_id("card").filter(has_text="Bram Peeters reports a suspicious call about Noor Dekker")
    picture(page, "suspicious-call")
    alert.get_by_role("button", name="Take back").click()
    result = page.get_by_test_id("message").filter(has_text="Finished at").get_by_test_id("card")
    for words in ("Take back what", "gave Noor Dekker", "Done, and read back", "••78", "removed", "signed out everywhere", "Bram Peeters"):
        expect(result).to_contain_text(words)
    expect(page.get_by_test_id("entra-methods")).to_contain_text("removed")
    assert NUMBER not in page.request.get(f"/api/entra/{NOOR}").text()
    picture(page, "taken-back")

    act_as(page, HANNA)
    expect(say(page, "set mobile for noor +31 6 12345678")).to_contain_text("frozen")

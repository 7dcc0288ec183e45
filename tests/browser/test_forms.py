"""A change without typing a command: the help card, a form, a person picked from the directory."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import HANNA, act_as, picture, say

pytestmark = pytest.mark.browser


def test_a_phone_is_set_without_typing_a_command(page: Page) -> None:
    act_as(page, HANNA)
    say(page, "help").get_by_role("button", name="New number").click()
    expect(page.get_by_test_id("card")).to_have_count(2)
    form = page.get_by_test_id("card").last
    form.get_by_label("set", exact=True).check()
    form.get_by_label("mobile", exact=True).check()
    form.get_by_role("textbox", name="Person: pick").press_sequentially("noo")
    form.get_by_text("Noor Dekker · noor.dekker@fabrikam.example").click()
    form.get_by_label("Phone number").fill("+31 6 12")
    picture(page, "form")
    form.get_by_role("button", name="Continue").click()

    expect(form).to_contain_text("Please check")
    assert form.get_by_label("Phone number").input_value() == "+31 6 12"
    assert form.get_by_role("textbox", name="Person: pick").input_value() == "Noor Dekker"
    form.get_by_label("Phone number").fill("+31 6 87654321")
    form.get_by_label("Reason").fill("first day")
    form.get_by_role("button", name="Continue").click()

    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("Noor Dekker")
    expect(card).to_contain_text("first day")
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Done, and read back")
    expect(page.get_by_test_id("entra-methods")).to_contain_text("+31 687654321")

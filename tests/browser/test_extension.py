"""The message extension in the browser: somebody is found, and a job is begun on a message."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import HANNA, act_as, picture

pytestmark = pytest.mark.browser


def test_somebody_is_found_and_lands_in_the_channel_as_a_name(page: Page) -> None:
    act_as(page, HANNA, "Helpdesk")
    page.get_by_test_id("find").click()
    page.get_by_test_id("extension-search").fill("alice")
    page.get_by_test_id("extension-result").filter(has_text="alice@fabrikam.example").click()
    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("Alice Jansen")
    expect(card).not_to_contain_text("fabrikam")
    picture(page, "extension-found")


def test_a_job_is_begun_on_a_message(page: Page) -> None:
    act_as(page, HANNA, "Helpdesk")
    page.get_by_test_id("composer").fill("Alice lost her phone, can somebody help?")
    page.keyboard.press("Enter")
    message = page.get_by_test_id("message").filter(has_text="Alice lost her phone").first
    message.hover()
    message.get_by_test_id("ask").click()
    dialog = page.get_by_test_id("dialog")
    dialog.get_by_label("or type a name or an address").fill("alice")
    dialog.get_by_label("Recover").check()
    picture(page, "extension-dialog")
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog).to_contain_text("The answer is in our own chat.")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_test_id("conversation-Doorman").click()
    expect(page.get_by_test_id("card").last).to_contain_text("Alice Jansen")

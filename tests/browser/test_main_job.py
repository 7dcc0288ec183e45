"""The whole main job in a browser, as a newcomer does it in the demo.

With `SCREENSHOTS=docs` the pictures of the README are taken anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

HANNA = "hanna.visser@fabrikam.example"
ALICE = "alice@fabrikam.example"


def act_as(page: Page, upn: str, conversation: str = "Doorman") -> None:
    """Opens the page as somebody, in one of their conversations; what is said there is shown when it returns."""
    page.goto(f"/?as={upn}&theme=light&conversation={conversation}")
    expect(page.get_by_test_id("composer")).to_be_editable()


def say(page: Page, text: str) -> None:
    """Types a line and waits for the bot's card."""
    before = page.get_by_test_id("card").count()
    page.get_by_test_id("composer").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("card")).to_have_count(before + 1)


def change(page: Page, text: str) -> None:
    """Types a change, presses Confirm and waits for the result."""
    say(page, text)
    card = page.get_by_test_id("card").last
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Done, and read back")


def lift_limits(page: Page) -> None:
    """The policy allows five changes of one person in a day: an administrator lets the count start anew."""
    administrator = page.context.new_page()
    act_as(administrator, "sam.okafor@fabrikam.example")
    administrator.get_by_test_id("composer").fill("lift limits for alice")
    administrator.keyboard.press("Enter")
    expect(administrator.get_by_test_id("card").last).to_contain_text("Limits lifted")
    administrator.close()


def picture(page: Page, name: str) -> None:
    """Keeps a screenshot when asked to."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_one_line_and_one_click(page: Page) -> None:
    act_as(page, HANNA)
    say(page, "set mobile for alice +31 6 12345678 ticket INC-4711 because lost phone")
    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("+31 612345678")
    expect(card).to_contain_text("not registered")
    picture(page, "confirm")
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Done, and read back")
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    expect(page.get_by_test_id("entra-methods")).to_contain_text("+31 612345678")
    picture(page, "demo")

    act_as(page, HANNA, "Doorman log")
    log = page.get_by_test_id("card").last
    for words in ("Alice Jansen", "Hanna Visser", "INC-4711", "lost phone", "••78"):
        expect(log).to_contain_text(words)
    expect(log).not_to_contain_text("12345678")
    picture(page, "log")


def test_nothing_can_be_sent_before_the_page_knows_who_one_is(page: Page) -> None:
    """The box is drawn at once, and a line typed then was lost."""
    held: list[Route] = []
    page.route("**/api/world", lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on what it is given
    with page.expect_request("**/api/world"):
        page.goto(f"/?as={HANNA}&theme=light&conversation=Doorman")
    expect(page.get_by_test_id("composer")).not_to_be_editable()
    held.pop().continue_()
    expect(page.get_by_test_id("composer")).to_be_editable()
    say(page, "show alice")
    expect(page.get_by_test_id("card")).to_contain_text("Alice Jansen")


def test_each_phone_is_set_changed_and_removed_and_logged(page: Page) -> None:
    act_as(page, HANNA)
    methods = page.get_by_test_id("entra-methods")
    for line, shown in (
        ("set mobile for alice +31 6 12345678", "+31 612345678"),
        ("set alternate mobile for alice +31 6 23456789", "+31 623456789"),
        ("set office for alice +31 20 123 4567", "+31 201234567"),
        ("update mobile for alice +31 6 87654321", "+31 687654321"),
        ("update alternate mobile for alice +31 6 34567890", "+31 634567890"),
    ):
        change(page, line)
        expect(methods).to_contain_text(shown)
    lift_limits(page)
    change(page, "update office for alice +31 20 765 4321")
    expect(methods).to_contain_text("+31 207654321")
    change(page, "disable sms sign-in for alice")
    expect(methods).to_contain_text("SMS sign-in off")
    change(page, "enable sms sign-in for alice")
    expect(methods).to_contain_text("SMS sign-in on")
    lift_limits(page)
    for line, gone in (
        ("remove office for alice because retired", "+31 207654321"),
        ("remove alternate mobile for alice because retired", "+31 634567890"),
        ("remove mobile for alice because retired", "+31 687654321"),
    ):
        change(page, line)
        assert gone not in page.request.get(f"/api/entra/{ALICE}").text()
        expect(methods).to_contain_text("removed")
    act_as(page, HANNA, "Doorman log")
    expect(page.get_by_test_id("card")).to_have_count(11 + 2)  # the lifted limits are posted too


def test_the_outsider_is_refused(page: Page) -> None:
    act_as(page, "oscar.outsider@fabrikam.example")
    say(page, "set mobile for alice +31 6 12345678")
    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("not in the helpdesk group")
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    picture(page, "refused")


def test_somebody_else_cannot_confirm_in_a_channel(page: Page) -> None:
    act_as(page, HANNA, "Helpdesk")
    say(page, "set mobile for alice +31 6 12345678")
    act_as(page, "bram.peeters@fabrikam.example", "Helpdesk")
    card = page.get_by_test_id("card").last
    expect(card).not_to_contain_text("612345678")
    card.get_by_role("button", name="Confirm").click()
    expect(page.get_by_test_id("card-note")).to_contain_text("Only Hanna Visser can confirm")
    picture(page, "channel")


def test_a_dropped_connection_ends_well(page: Page) -> None:
    act_as(page, HANNA)
    page.get_by_text("Connection drops after the write").click()
    expect(page.get_by_test_id("fault-drop")).to_be_checked()
    change(page, "set mobile for alice +31 6 12345678")
    expect(page.get_by_test_id("entra-methods")).to_contain_text("+31 612345678")


def test_two_people_of_one_name(page: Page) -> None:
    act_as(page, HANNA)
    say(page, "show jan de vries")
    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("Electrician")
    expect(card).to_contain_text("Buyer")
    picture(page, "choose")


def test_it_works_on_a_narrow_window_in_the_dark(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/?as={HANNA}&theme=dark")
    say(page, "show omar")
    expect(page.get_by_test_id("card").last).to_contain_text("+31 612345001")
    picture(page, "narrow-dark")
    overflow = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert overflow is False

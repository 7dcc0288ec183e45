"""The whole main job in a browser, as a newcomer does it in the demo."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.acting import ALICE, BRAM, HANNA, NOOR, OSCAR, act_as, approved, change, lift_limits, picture, say

pytestmark = pytest.mark.browser


def test_one_line_and_one_click(page: Page) -> None:
    """Noor has no method yet, so her first one is one agent's work."""
    act_as(page, HANNA)
    card = say(page, "set mobile for noor +31 6 12345678 ticket INC-4711 because first day")
    for words in ("+31 6 1234 5678", "not registered", "stays off"):
        expect(card).to_contain_text(words)
    expect(card).not_to_contain_text("approval")
    picture(page, "confirm")
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Done, and read back")
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    methods = page.get_by_test_id("entra-methods")
    expect(methods).to_contain_text("+31 612345678")
    expect(methods).to_contain_text("SMS sign-in off")
    picture(page, "demo")

    act_as(page, HANNA, "Doorman log")
    log = page.get_by_test_id("card").last
    for words in ("Noor Dekker", "Hanna Visser", "INC-4711", "first day", "••78"):
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
    expect(say(page, "show alice")).to_contain_text("Alice Jansen")


def test_a_newcomers_phones_are_set_and_corrected_by_one_agent_and_logged(page: Page) -> None:
    act_as(page, HANNA)
    methods = page.get_by_test_id("entra-methods")
    for line, shown in (
        ("set mobile for noor +31 6 12345678", "+31 612345678"),
        ("set alternate mobile for noor +31 6 23456789", "+31 623456789"),
        ("set office for noor +31 20 123 4567", "+31 201234567"),
        ("update mobile for noor +31 6 87654321", "+31 687654321"),
        ("update alternate mobile for noor +31 6 34567890", "+31 634567890"),
    ):
        change(page, line)
        expect(methods).to_contain_text(shown)
    lift_limits(page, "noor")
    change(page, "update office for noor +31 20 765 4321")
    expect(methods).to_contain_text("+31 207654321")
    change(page, "remove alternate mobile for noor because mistyped")  # within the hour a correction of one's own
    assert "+31 634567890" not in page.request.get(f"/api/entra/{NOOR}").text()
    act_as(page, HANNA, "Doorman log")
    expect(page.get_by_test_id("card")).to_have_count(7 + 1)  # the lifted limits are posted too


def test_how_somebody_registered_gets_in_is_two_peoples_work_and_logged(page: Page) -> None:
    act_as(page, HANNA)
    methods = page.get_by_test_id("entra-methods")
    approved(page, "set mobile for alice +31 6 12345678", "SMS sign-in", "off → on")
    expect(methods).to_contain_text("SMS sign-in on")
    change(page, "disable sms sign-in for alice")  # takes access away: one person's
    expect(methods).to_contain_text("SMS sign-in off")
    approved(page, "enable sms sign-in for alice")
    expect(methods).to_contain_text("SMS sign-in on")
    approved(page, "update mobile for alice +31 6 87654321", "••78", "••21")
    expect(methods).to_contain_text("+31 687654321")
    approved(page, "set office for alice +31 20 123 4567")
    expect(methods).to_contain_text("+31 201234567")
    lift_limits(page, "alice")
    for line, gone in (
        ("remove office for alice because retired", "+31 201234567"),
        ("remove mobile for alice because retired", "+31 687654321"),
    ):
        change(page, line)  # the Authenticator stays
        assert gone not in page.request.get(f"/api/entra/{ALICE}").text()
        expect(methods).to_contain_text("removed")
    approved(page, "remove alternate mobile for omar because retired", proved=True)  # nothing strong stays
    act_as(page, HANNA, "Doorman log")
    expect(page.get_by_test_id("card")).to_have_count(8 + 1)
    expect(page.get_by_test_id("card").filter(has_text="Ingrid Lund")).to_have_count(5)


def test_the_outsider_is_refused(page: Page) -> None:
    act_as(page, OSCAR)
    card = say(page, "set mobile for noor +31 6 12345678")
    expect(card).to_contain_text("not in the helpdesk group")
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    picture(page, "refused")


def test_somebody_else_cannot_confirm_in_a_channel(page: Page) -> None:
    act_as(page, HANNA, "Helpdesk")
    say(page, "set mobile for noor +31 6 12345678")
    act_as(page, BRAM, "Helpdesk")
    card = page.get_by_test_id("card").last
    expect(card).not_to_contain_text("1234 5678")
    card.get_by_role("button", name="Confirm").click()
    expect(page.get_by_test_id("card-note")).to_contain_text("Only Hanna Visser can confirm")
    picture(page, "channel")


def test_a_dropped_connection_ends_well(page: Page) -> None:
    act_as(page, HANNA)
    page.get_by_text("Connection drops after the write").click()
    expect(page.get_by_test_id("fault-drop")).to_be_checked()
    change(page, "set mobile for noor +31 6 12345678")
    expect(page.get_by_test_id("entra-methods")).to_contain_text("+31 612345678")


def test_two_people_of_one_name(page: Page) -> None:
    act_as(page, HANNA)
    card = say(page, "show jan de vries")
    expect(card).to_contain_text("Electrician")
    expect(card).to_contain_text("Buyer")
    picture(page, "choose")


def test_it_works_on_a_narrow_window_in_the_dark(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/?as={HANNA}&theme=dark")
    expect(say(page, "show omar")).to_contain_text("+31 6 1234 5001")
    picture(page, "narrow-dark")
    overflow = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert overflow is False

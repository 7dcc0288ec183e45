"""A change that needs a second person, in three browser tabs: who asks, who agrees, and who has no say."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import HANNA, INGRID, OSCAR, act_as, picture, say

pytestmark = pytest.mark.browser

ASKED = "set mobile for victoria crane +44 7400 654321 ticket INC-4711 because lost phone"


@pytest.fixture
def tabs(page: Page) -> tuple[Page, Page, Page]:
    """Hanna in her own chat, Ingrid and Oscar in the channel for approvals."""
    senior, outsider = page.context.new_page(), page.context.new_page()
    act_as(page, HANNA)
    act_as(senior, INGRID, "Approvals")
    act_as(outsider, OSCAR, "Approvals")
    return page, senior, outsider


def ask(page: Page) -> Locator:
    """Asks for the change of a chief executive's number, confirms, and returns the requester's card."""
    card = say(page, ASKED)
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Waiting for approval")
    return card


def press_anyway(page: Page, upn: str, verb: str) -> str:
    """Presses a button that this person's view no longer has, as an old or a hostile client would; returns the sentence it gets."""
    message = page.get_by_test_id("message").first.get_attribute("data-id")
    answer = page.request.post("/api/press", data={"as": upn, "message": message, "action": {"type": "Action.Execute", "verb": verb}})
    return str(answer.json()["message"])


def test_a_senior_agrees_and_all_cards_move_together(tabs: tuple[Page, Page, Page]) -> None:
    requester, senior, outsider = tabs
    own = ask(requester)
    asked = senior.get_by_test_id("card").first
    for words in ("Victoria Crane", "Hanna Visser", "INC-4711", "lost phone", "••21"):
        expect(asked).to_contain_text(words)
    expect(asked).not_to_contain_text("654321")
    picture(senior, "approval")

    seen = outsider.get_by_test_id("card").first
    expect(seen).to_contain_text("Helpdesk seniors decide this.")
    expect(seen.get_by_role("button", name="Approve")).to_have_count(0)
    assert "Helpdesk seniors" in press_anyway(outsider, OSCAR, "approve")
    expect(own).to_contain_text("Waiting for approval")

    asked.get_by_role("button", name="Approve").click()
    for card in (own, asked, seen):
        expect(card).to_contain_text("Done")
        expect(card).to_contain_text("Ingrid Lund")
        expect(card.get_by_role("button", name="Approve")).to_have_count(0)

    act_as(outsider, OSCAR, "Doorman log")
    for words in ("Victoria Crane", "Hanna Visser", "Ingrid Lund"):
        expect(outsider.get_by_test_id("card").last).to_contain_text(words)


def test_nobody_agrees_to_their_own(tabs: tuple[Page, Page, Page]) -> None:
    requester, senior, _ = tabs
    own = ask(requester)
    act_as(requester, HANNA, "Approvals")
    expect(requester.get_by_test_id("card").first).to_contain_text("You asked for this.")
    assert "yourself" in press_anyway(requester, HANNA, "approve")
    act_as(requester, HANNA)

    asked = senior.get_by_test_id("card").first
    asked.get_by_role("button", name="Deny").click()
    asked.get_by_role("textbox").fill("She is in the office today")
    asked.get_by_role("button", name="Deny").last.click()
    expect(asked).to_contain_text("Denied")
    expect(own).to_contain_text("She is in the office today")

"""What people do on the demo page, for all tests here.

With `SCREENSHOTS=folder` pictures of what the tests see are kept there; those of the documentation are drawn by `make pictures`.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

HANNA, INGRID, BRAM, SAM, OSCAR, ALICE, NOOR, EMRE = (
    f"{name}@fabrikam.example"
    for name in ("hanna.visser", "ingrid.lund", "bram.peeters", "sam.okafor", "oscar.outsider", "alice", "noor.dekker", "emre.demir")
)


def act_as(page: Page, upn: str, conversation: str = "Doorman", theme: str = "light") -> None:
    """Opens the page as somebody, in one of their conversations; what is said there is shown when it returns."""
    page.goto(f"/?as={upn}&theme={theme}&conversation={conversation}")
    expect(page.get_by_test_id("composer")).to_be_editable()


def say(page: Page, text: str) -> Locator:
    """Types a line, and returns the card that the bot answers with."""
    cards = page.get_by_test_id("card")
    before = cards.count()
    page.get_by_test_id("composer").fill(text)
    page.keyboard.press("Enter")
    expect(cards).to_have_count(before + 1)
    return cards.nth(before)


def attach(page: Page, name: str) -> Locator:
    """Sends one of the sample files and returns the card of its job."""
    page.get_by_test_id("samples").click()
    page.get_by_test_id("sample").filter(has_text=name).click()
    expect(page.get_by_test_id("attached")).to_have_count(1)
    page.get_by_test_id("composer").press("Enter")
    return page.get_by_test_id("card").filter(has_text=name).first  # messages about it follow


def change(page: Page, text: str) -> None:
    """Types a change that is one person's work, presses Confirm and waits for the result."""
    card = say(page, text)
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Done, and read back")


def seen_in_person(card: Locator) -> None:
    """The agent has the person before them, with a passport."""
    card.get_by_role("button", name="In person").click()
    card.get_by_role("button", name="Passport").click()
    expect(card).to_contain_text("Passport seen")


def approved(page: Page, text: str, *seen: str, proved: bool = False) -> Locator:
    """Types a change that is two people's, confirms it, has Ingrid approve it on a telephone, and returns the card with the result.

    Args:
        seen: words that her card shows.
        proved: a proof of the caller has to come first.
    """
    card = say(page, text)
    if proved:
        seen_in_person(card)
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Waiting for approval")
    told = page.get_by_test_id("card").count() + 1
    telephone = on_a_telephone(page)
    asked = telephone.get_by_test_id("card").last
    for words in seen:
        expect(asked).to_contain_text(words)
    asked.get_by_role("button", name="Approve").click()
    expect(asked).to_contain_text("Done, and read back")
    telephone.close()
    expect(card).to_contain_text("Done, and read back")
    expect(card).to_contain_text("Ingrid Lund")
    expect(page.get_by_test_id("card")).to_have_count(told)  # the sentence that she agreed, in a message of its own
    return card


def on_a_telephone(page: Page) -> Page:
    """Ingrid in the channel for approvals, in another page, as narrow as a telephone."""
    telephone = page.context.new_page()
    telephone.set_viewport_size({"width": 390, "height": 844})
    act_as(telephone, INGRID, "Approvals")
    return telephone


def lift_limits(page: Page, who: str) -> None:
    """The policy allows five changes of one person in a day: an administrator lets the count start anew."""
    administrator = page.context.new_page()
    act_as(administrator, SAM)
    expect(say(administrator, f"lift limits for {who}")).to_contain_text("Limits lifted")
    administrator.close()


def picture(page: Page, name: str) -> None:
    """Keeps a screenshot when asked to."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")

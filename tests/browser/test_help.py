"""What there is to read: `help`, `hi` and what follows fit on one screen, wide or narrow, in English and in Dutch."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.acting import HANNA, act_as, picture, say

pytestmark = pytest.mark.browser

SCREENS = ((1440, 900), (390, 844))


def on_one_screen(page: Page, card: Locator) -> bool:
    """Whether all of the card is seen at once, between what stands above and below the conversation."""
    card.evaluate("card => card.scrollIntoView({ block: 'end' })")
    shown, above, below = card.bounding_box(), page.locator(".talk-head").bounding_box(), page.get_by_test_id("composer").bounding_box()
    assert shown is not None
    assert above is not None
    assert below is not None
    return above["y"] + above["height"] <= shown["y"] and shown["y"] + shown["height"] <= below["y"]


@pytest.mark.parametrize(("locale", "more", "typed"), [("en-GB", "More …", "How to type it"), ("nl-NL", "Meer …", "Hoe u het typt")])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}px")
def test_help_is_one_screen(browser: Browser, demo: str, screen: tuple[int, int], locale: str, more: str, typed: str) -> None:
    context = browser.new_context(viewport={"width": screen[0], "height": screen[1]}, base_url=demo, locale=locale, reduced_motion="reduce")
    page = context.new_page()
    act_as(page, HANNA)
    card = say(page, "help")
    expect(card.get_by_role("button")).to_have_count(7)
    assert on_one_screen(page, card)
    picture(page, f"help-{locale}-{screen[0]}")
    card.get_by_role("button", name=more).click()
    expect(page.get_by_test_id("card")).to_have_count(2)
    topics = page.get_by_test_id("card").last
    assert on_one_screen(page, topics)
    topics.get_by_role("button").nth(1).click()
    expect(page.get_by_test_id("card")).to_have_count(3)
    phones = page.get_by_test_id("card").last
    syntax = phones.get_by_text("set|add|update mobile|")
    expect(syntax).to_be_hidden()
    phones.get_by_role("button", name=typed).click()
    expect(syntax).to_be_visible()
    assert on_one_screen(page, say(page, "hi"))
    context.close()

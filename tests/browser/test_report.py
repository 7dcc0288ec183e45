"""The report on the demo page, whose renderer knows no charts: as on a telephone, what stands in their place reads as well."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import SAM, act_as, picture, say

pytestmark = pytest.mark.browser


def reported(page: Page, line: str) -> Locator:
    """The report, once the demo has read its company, which it does as it starts."""
    for _ in range(60):
        card = say(page, line)
        if "No report yet" not in card.inner_text():
            return card
    raise AssertionError("nothing was read")


def test_counts_bars_and_the_list_as_a_file(page: Page) -> None:
    act_as(page, SAM)
    card = reported(page, "report phone-only")
    expect(card).to_contain_text("people have only a phone")
    expect(card).to_contain_text(re.compile("Texts and calls end(ed)? on 1 February 2027"))
    expect(card).to_contain_text("Departments with most of them")
    expect(card).to_contain_text("█")
    expect(card).to_contain_text("more departments")
    picture(page, "report")
    card.get_by_role("button", name="List as a file").click()
    page.get_by_test_id("offer").get_by_role("button", name="Allow").click()
    with page.expect_download() as download:
        page.get_by_test_id("file").last.click()
    assert download.value.suggested_filename.startswith("phone-only")

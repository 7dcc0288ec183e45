"""Files on the demo page: attached by the clip, by dropping and from the samples, and fetched again."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import HANNA, act_as, picture

pytestmark = pytest.mark.browser

DROP = """(name) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File(["user,mobile\\n"], name));
  for (const kind of ["dragover", "drop"]) {
    document.getElementById("talk").dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
  }
}"""


def test_a_file_is_attached_sent_and_fetched(page: Page) -> None:
    act_as(page, HANNA)
    page.get_by_test_id("samples").click()
    expect(page.get_by_test_id("sample").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("attached")).to_have_count(1)
    page.get_by_test_id("attach-input").set_input_files({"name": "not this.csv", "mimeType": "text/csv", "buffer": b"x"})
    page.get_by_role("button", name="Remove not this.csv").click()
    page.evaluate(DROP, "dropped.csv")
    expect(page.get_by_test_id("attached")).to_have_count(2)
    page.get_by_test_id("composer").fill("help")
    picture(page, "attached")
    page.get_by_test_id("send").click()

    expect(page.get_by_test_id("attached")).to_have_count(0)
    expect(page.get_by_test_id("file")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_test_id("file").filter(has_text="dropped.csv").click()
    assert Path(download.value.path()).read_bytes() == b"user,mobile\n"


def test_a_channel_takes_no_files(page: Page) -> None:
    act_as(page, HANNA, "Helpdesk")
    expect(page.get_by_test_id("attach")).to_be_hidden()
    page.evaluate(DROP, "dropped.csv")
    expect(page.get_by_test_id("attached")).to_have_count(0)

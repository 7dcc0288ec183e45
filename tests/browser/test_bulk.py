"""A file of many people, from the paper clip to the result: who asks, who agrees, and what can be pressed meanwhile."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import HANNA, INGRID, act_as, attach, picture

pytestmark = pytest.mark.browser

FILE = "old MFA server.csv"


def fetch(page: Page, card: Locator, button: str, path: Path) -> list[dict[str, str]]:
    """Has a file about the job put into one's OneDrive, and reads it from there."""
    card.get_by_role("button", name=button).click()
    page.get_by_test_id("offer").get_by_role("button", name="Allow").click()
    expect(page.get_by_test_id("offer")).to_have_count(0)
    name = "preview.csv" if "Preview" in button else "result.csv"
    with page.expect_download() as download:
        page.get_by_test_id("file").filter(has_text=name).click()
    download.value.save_as(path)
    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")  # as in the file that came in
    return [row for row in rows if row["Row"]]  # others are about the whole file


def press(card: Locator, button: str) -> None:
    card.get_by_role("button", name=button, exact=True).click()


def test_a_file_is_previewed_agreed_to_tried_on_a_few_and_carried_out(page: Page, tmp_path: Path) -> None:
    act_as(page, HANNA)
    card = attach(page, FILE)
    expect(card).to_contain_text("Waiting for your confirmation")
    for words in ("109 rows were checked", "add", "conflict", "not found", "protected", "unreadable"):
        expect(card).to_contain_text(words)
    rows = fetch(page, card, "Preview as a file", tmp_path / "preview.csv")
    assert len(rows) == 109
    assert not any("4000000" in cell for row in rows for cell in row.values())  # of the first new number; numbers are masked
    card.evaluate("card => card.scrollIntoView()")
    picture(page, "bulk-preview")

    press(card, "Confirm")
    expect(card).to_contain_text("Waiting for approval")
    senior = page.context.new_page()
    act_as(senior, INGRID, "Approvals")
    asked = senior.get_by_test_id("card").first
    for words in (FILE, "Hanna Visser", "conflict", "SHA-256"):
        expect(asked).to_contain_text(words)
    press(asked, "Approve")

    expect(card).to_contain_text("The first rows are done: go on?")
    expect(card).to_contain_text("10 of 10 rows")
    expect(page.get_by_test_id("card").filter(has_text="Your answer is needed")).to_have_count(1)
    press(card, "Go on with the rest")
    expect(card).to_contain_text("Done")
    expect(card).to_contain_text("changed and checked")
    expect(asked).to_contain_text("Done")

    rows = fetch(page, card, "Result as a file", tmp_path / "result.csv")
    done = [row for row in rows if row["Result"] == "done"]
    assert len(done) == sum(row["What"] in ("add", "update") for row in rows)
    assert all(row["Operation"].endswith(f"-{row['Row']}") for row in done)
    act_as(senior, INGRID, "Doorman log")
    expect(senior.get_by_test_id("card").last).to_contain_text(FILE)


def test_a_larger_file_shows_how_far_it_is_and_can_be_paused_and_stopped(page: Page) -> None:
    act_as(page, HANNA)
    card = attach(page, "new site.csv")
    expect(card).to_contain_text("Waiting for your confirmation", timeout=60_000)
    press(card, "Confirm")
    senior = page.context.new_page()
    act_as(senior, INGRID, "Approvals")
    press(senior.get_by_test_id("card").first, "Approve")
    expect(card).to_contain_text("The first rows are done: go on?")
    press(card, "Go on with the rest")
    expect(card).to_contain_text(re.compile(r"[1-9]\d % of the rows have ended .* rows a minute"), timeout=60_000)
    card.evaluate("card => card.scrollIntoView()")
    picture(page, "bulk-running")
    press(card, "Pause")
    expect(card).to_contain_text("Paused by Hanna Visser")
    press(card, "Go on")
    expect(card).not_to_contain_text("Paused by")
    press(card, "Stop the rest")
    expect(card).to_contain_text("Stopped: only a part was done")
    expect(card.get_by_role("button", name="Retry the rest")).to_have_count(1)  # what was stopped, too


def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(page: Page) -> None:
    act_as(page, HANNA)
    expect(page.get_by_text("Good day, Hanna.")).to_be_visible()  # whatever was attached before the chat is open is gone
    for name, content, words in (
        ("codes.csv", b"user;password\nalice@fabrikam.example;Welcome01\n", "must not be sent by chat"),
        ("letter.csv", b"Dear colleagues,\nplease read this.\n", "none of the columns"),
        ("empty.csv", b"", "empty"),
    ):
        page.get_by_test_id("attach-input").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        expect(page.get_by_test_id("attached")).to_have_count(1)
        page.get_by_test_id("composer").press("Enter")
        card = page.get_by_test_id("card").filter(has_text=name).first
        expect(card).to_contain_text(words)
        expect(card.get_by_role("button", name="Confirm")).to_have_count(0)

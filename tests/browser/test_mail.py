"""Mail on the demo page: read as text with links, whoever wrote it, and counted until it was read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.acting import NOOR, act_as

pytestmark = pytest.mark.browser

HOSTILE = """<html><head><title>never shown</title><style>body { display: none }</style></head><body>
<p>Your mobile is now <b>&bull;&bull;78</b>.<br>Not you? <a href="https://doorman.example/n/1">Stop it</a></p>
<p><a href="javascript:window.caught = 1">Press me</a><iframe src="https://evil.example/"></iframe><script>window.caught = 2</script></p>
<form action="https://evil.example/"><input name="code"></form></body></html>"""
TEXT = "Your mobile is now ••78. Not you? https://doorman.example/n/2."


def test_an_inbox(page: Page) -> None:
    read: list[str] = []

    def mail(kind: str, content: str) -> dict[str, Any]:
        said = {"id": kind, "from": "account.notices@fabrikam.example", "subject": "Your sign-in was changed", "time": 1_800_000_000}
        return said | {"type": kind, "content": content, "unread": kind not in read}

    def inbox(route: Route) -> None:
        if route.request.method == "POST":
            read.append(json.loads(route.request.post_data or "")["mail"])
            return route.fulfill(json={})
        mails = [mail("html", HOSTILE), mail("text", TEXT)]
        return route.fulfill(json={"address": "noor.dekker@fabrikam.example", "unread": 2 - len(read), "mails": mails})

    page.route("**/api/mail**", inbox)
    act_as(page, NOOR)
    expect(page.get_by_test_id("entra-person")).to_contain_text("Noor Dekker")  # not from the helpdesk: what she is told is about herself
    row = page.get_by_test_id("mail")
    expect(row.locator(".unread")).to_have_text("2")
    row.click()
    expect(page.locator("#talk-name")).to_have_text("Inbox")
    html, text = (page.get_by_test_id("letter").nth(number) for number in (0, 1))
    html.locator("summary").click()
    text.locator("summary").click()
    expect(html.locator(".mail-body")).to_have_text("Your mobile is now ••78.Not you? Stop itPress me")
    expect(html.locator("a")).to_have_attribute("href", "https://doorman.example/n/1")
    expect(text.locator("a")).to_have_attribute("href", "https://doorman.example/n/2")
    assert page.locator(".mail-body").locator("iframe, script, style, form, input, b").count() == 0
    assert page.evaluate("window.caught") is None
    expect(row.locator(".unread")).to_have_count(0)
    assert sorted(read) == ["html", "text"]

    page.reload()
    expect(page.locator("#talk-name")).to_have_text("Inbox")
    page.get_by_test_id("conversation-Doorman").click()
    expect(page.get_by_test_id("composer")).to_be_editable()
    expect(page.get_by_test_id("inbox")).to_be_hidden()

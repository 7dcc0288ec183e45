"""The moving picture of the README: a line is typed, a card comes, Confirm is pressed, and Entra ID changes."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Page, expect

LINE = "set mobile for noor +31 6 12345678"
SIZE = (1180, 700)
_COLOURS = 192
_POINTER = """([x, y]) => {
  let it = document.getElementById("pointer");
  if (!it) {
    it = document.createElement("div");
    it.id = "pointer";
    it.style.cssText = "position:fixed;z-index:99;width:22px;height:22px;border-radius:50%;background:#d9480f8c;pointer-events:none";
    document.body.append(it);
  }
  it.style.left = `${x - 11}px`; it.style.top = `${y - 11}px`;
}"""


def frames(page: Page) -> Iterator[tuple[bytes, int]]:
    """Each picture, with the milliseconds for which it stands."""
    box = page.get_by_test_id("composer")
    page.evaluate("document.getElementById('log').scrollTop = 0")
    yield page.screenshot(), 900
    for end in range(4, len(LINE) + 1, 3):
        box.fill(LINE[:end])
        yield page.screenshot(), 110
    box.fill(LINE)
    yield page.screenshot(), 700
    page.keyboard.press("Enter")
    card = page.get_by_test_id("card").last
    button = card.get_by_role("button", name="Confirm")
    expect(button).to_be_visible()
    yield page.screenshot(), 2600
    place = button.bounding_box()
    assert place
    page.evaluate(_POINTER, [place["x"] + place["width"] / 2, place["y"] + place["height"] / 2])
    yield page.screenshot(), 900
    button.click()
    page.evaluate("document.getElementById('pointer').remove()")
    expect(card).to_contain_text("Done, and read back")
    expect(page.get_by_test_id("entra-methods")).to_contain_text("+31 612345678")
    expect(page.locator(".tour-steps .taken")).to_have_count(1)
    yield page.screenshot(), 4500


def film(page: Page) -> tuple[list[Image.Image], list[int]]:
    """Its pictures, with the milliseconds for which each stands.

    Args:
        page: of an agent, with nothing said yet.
    """
    shown = [(Image.open(io.BytesIO(picture)).convert("RGB"), stands) for picture, stands in frames(page)]
    width, height = SIZE
    last = Image.new("RGB", (width, 2 * height))  # these two have every colour: the pointer, and what changed
    for number, (picture, _) in enumerate(shown[-2:]):
        last.paste(picture, (0, number * height))
    palette = last.quantize(_COLOURS)
    return [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture, _ in shown], [stands for _, stands in shown]

"""The pictures of the documentation, drawn with the demo in Chromium: `make pictures`.

`python -m tests.browser.pictures --look FOLDER` draws each of them in light and dark, wide and as narrow as a telephone, in English and
Dutch, for somebody to look at. A picture is replaced only where it looks otherwise: ids and times differ each time.
"""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.languages import catalogue, language_of
from tests.browser.acting import HANNA, INGRID, SAM, act_as, attach, say
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, running_demo
from tests.browser.film import SIZE, film

WIDE, NARROW = 1180, 390
FOLDER = ROOT / "docs" / "pictures"
#: So much of a picture may differ before it is another one, of pixels that differ by more than `_SEEN`.
_ANOTHER, _SEEN = 0.006, 24
#: A pass is another one each time, and so are the words that spell it.
_OTHERWISE = {"reveal": 0.06}
_COLOURS = 128
#: The registration report of 12,000 people is read when the demo starts, and takes a minute or so.
_READINGS, _LATER_MS = 60, 4_000
_UNDER_WAY = re.compile(r"[2-9]\d %")


@dataclass(frozen=True)
class Stage:
    """Where a picture is taken: whoever acts gets a page of their own there."""

    browser: Browser
    address: str
    theme: str = "light"
    width: int = WIDE
    locale: str = "en-GB"

    def enter(self, upn: str, conversation: str = "Doorman", *, width: int = 0, height: int = 1500) -> Page:
        """Somebody's page; they have greeted, so that Doorman knows their language."""
        context = self.browser.new_context(
            viewport={"width": width or self.width, "height": height}, base_url=self.address, locale=self.locale, reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        if self.locale.startswith("nl"):
            act_as(page, upn)
            say(page, "hallo")
        act_as(page, upn, conversation, self.theme)
        return page

    def button(self, card: Locator, title: str) -> Locator:
        """A button by its English title."""
        said = catalogue(language_of(self.locale)).get(title, title)
        return card.get_by_role("button", name=said, exact=True)

    def press(self, card: Locator, title: str) -> None:
        """Presses it."""
        self.button(card, title).click()


def cockpit(stage: Stage) -> bytes:
    """All of a person on one card."""
    return say(stage.enter(HANNA), "show diego vega").screenshot()


def approval(stage: Stage) -> bytes:
    """What an approver sees on a telephone."""
    page = stage.enter(HANNA)
    own = say(page, "set mobile for victoria crane +44 7400 654321 ticket INC-4711 because lost phone")
    stage.press(own, "Confirm")
    telephone = stage.enter(INGRID, "Approvals", width=NARROW, height=844)
    asked = telephone.get_by_test_id("card").last
    expect(asked).to_contain_text("INC-4711")
    asked.evaluate("card => card.scrollIntoView()")
    shown = telephone.screenshot()
    stage.press(own, "Cancel")
    return shown


def reveal(stage: Stage) -> bytes:
    """A pass, shown once to whoever asked for it."""
    page = stage.enter(HANNA)
    card = say(page, "pass for lotte smit for 60 minutes")
    stage.press(card, "In person")
    stage.press(card, "Passport")
    stage.press(card, "Confirm")
    channel = replace(stage, locale="en-GB")  # where Doorman speaks English, whoever reads
    senior = channel.enter(INGRID, "Approvals")
    channel.press(senior.get_by_test_id("card").filter(has_text="Lotte Smit").last, "Approve")
    shown = stage.button(page.get_by_test_id("card").last, "Reveal")
    expect(shown).to_be_visible()
    shown.click()
    expect(stage.button(page.get_by_test_id("card").last, "Not seen? Replace it")).to_be_visible()
    page.mouse.move(0, 0)
    return page.get_by_test_id("card").last.screenshot()


def report(stage: Stage) -> bytes:
    """Who has nothing but a phone when texts and calls end."""
    page = stage.enter(SAM, height=2_000)
    card = say(page, "report phone-only")
    for _ in range(_READINGS):
        if card.get_by_role("button").count():
            break
        page.wait_for_timeout(_LATER_MS)
        card = say(page, "report phone-only")
    expect(card.get_by_role("button").first).to_be_visible()
    return card.screenshot()


def bulk_preview(stage: Stage) -> bytes:
    """What each row of a file would do."""
    page = stage.enter(HANNA, height=940)
    card = attach(page, "old MFA server.csv")
    confirm = stage.button(card, "Confirm")
    expect(confirm).to_be_visible(timeout=60_000)
    card.evaluate("card => card.scrollIntoView()")
    shown = page.screenshot()
    stage.press(card, "Cancel")
    return shown


def bulk_running(stage: Stage) -> bytes:
    """A job that is under way."""
    page = stage.enter(HANNA, height=940)
    card = attach(page, "new site.csv")
    expect(stage.button(card, "Confirm")).to_be_visible(timeout=60_000)
    stage.press(card, "Confirm")
    channel = replace(stage, locale="en-GB")  # where Doorman speaks English, whoever reads
    senior = channel.enter(INGRID, "Approvals")
    channel.press(senior.get_by_test_id("card").filter(has_text="new site.csv").last, "Approve")
    stage.press(card, "Go on with the rest")
    expect(stage.button(card, "Pause")).to_be_visible()
    expect(card).to_contain_text(_UNDER_WAY, timeout=60_000)
    card.evaluate("card => card.scrollIntoView()")
    shown = page.screenshot()
    stage.press(card, "Stop the rest")
    return shown


#: The name of the file → what draws it.
PICTURES: dict[str, Callable[[Stage], bytes]] = {
    "show": cockpit,
    "approval": approval,
    "reveal": reveal,
    "report": report,
    "bulk-preview": bulk_preview,
    "bulk-running": bulk_running,
}


def same(old: Image.Image, new: Image.Image, most: float) -> bool:
    """Whether they look alike but for ids and times."""
    if old.size != new.size:
        return False
    difference = ImageChops.difference(old.convert("RGB"), new.convert("RGB")).convert("L")
    return sum(difference.histogram()[_SEEN:]) <= most * new.width * new.height


def keep(pictures: list[Image.Image], path: Path, **how: Any) -> None:
    """Writes a picture, or several as one that moves, unless what is there ends in one that looks the same."""
    if path.exists():
        with Image.open(path) as old:
            old.seek(getattr(old, "n_frames", 1) - 1)
            if same(old, pictures[-1], _OTHERWISE.get(path.stem, _ANOTHER)):
                return
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures[0].save(path, optimize=True, **how)
    print(f"wrote {path}")  # noqa: T201 - a script


def small(shown: bytes) -> Image.Image:
    """A screenshot in few colours."""
    return Image.open(io.BytesIO(shown)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)


def main() -> None:
    """Draws all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, help="draw every picture in every way into this folder instead")
    parser.add_argument("--only", choices=[*PICTURES, "film"], help="one of them")
    given = parser.parse_args()
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        ways = list(product(("light", "dark"), (WIDE, NARROW), ("en-GB", "nl-NL"))) if given.look else [("light", WIDE, "en-GB")]
        for theme, width, locale in ways:
            with running_demo() as address:
                stage = Stage(browser, address, theme, width, locale)
                if given.only in (None, "film") and (width, locale) == (WIDE, "en-GB"):
                    pictures, stand = film(stage.enter(HANNA, width=SIZE[0], height=SIZE[1]))
                    name = "demo.gif" if theme == "light" else f"demo-{theme}.gif"
                    keep(pictures, (given.look or FOLDER) / name, save_all=True, append_images=pictures[1:], duration=stand, loop=0)
                for name, draw in PICTURES.items():
                    if given.only in (None, name):
                        way = f"-{theme}-{width}-{locale[:2]}" if given.look else ""
                        keep([small(draw(stage))], (given.look or FOLDER) / f"{name}{way}.png")
        browser.close()


if __name__ == "__main__":
    main()

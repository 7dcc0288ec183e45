"""What an agent has to read and to press, in the demo's page in Chromium: words, heights and clicks of a helpdesk's daily cards.

Starts the demo by itself, once for each language, and prints a table with what is wanted beside it. Words are those that are visible
without unfolding anything, buttons apart; heights are those of the card on a desk's screen and on a telephone's. Of clicks the agent's own
are counted, but for those of a proof of the caller. The demo's policy offers proofs and its people are told of changes; the last rows are
those with the threat level high.

    .venv/bin/python -m benchmarks.reading [--screenshots FOLDER] [--only show]

Its exit status is 1 when anything is more than wanted.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.domain.said import Reader, say, speaking, spoken
from bot.languages import catalogue
from simulator import cast

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LOCALES = {"en": "en-GB", "nl": "nl-NL"}
DESK, TELEPHONE = (1440, 900), (390, 844)
#: Dutch takes more letters and more words for the same.
MORE_IN_DUTCH = 1.15
#: A card that has just been answered is drawn anew once the bot has brought it up to date.
SETTLES_MS = 1000
#: What has not moved for so long stands.
STANDS_MS = 150
AGENT, ADMINISTRATOR, APPROVER = (cast.person(name) for name in ("Hanna Visser", "Sam Okafor", "Ingrid Lund"))

#: The words of a card that can be seen, its buttons apart.
_WORDS = """card => {
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  const words = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const owner = node.parentElement;
    if (owner.closest("button, .ac-pushButton, option") || !owner.checkVisibility()) continue;
    words.push(node.textContent);
  }
  return words.join("").length ? words.join("\\u2028").split(/\\s+/).filter(Boolean).length : 0;
}"""


@dataclass(frozen=True)
class Wanted:
    """The most there should be, of one card; None where nobody has said."""

    words: int | None = None
    desk: int | None = None
    telephone: int | None = None
    clicks: int | None = None


@dataclass(frozen=True)
class Seen:
    """One card as it was."""

    job: str
    words: int
    desk: int
    telephone: int
    clicks: int | None
    wanted: Wanted


class Desk:
    """An agent's page in front of a demo."""

    def __init__(self, page: Page, browser: Browser, address: str, language: str, screenshots: Path | None) -> None:
        self.page = page
        self.language = language
        self.seen: list[Seen] = []
        self.when = ""
        self._browser = browser
        self._address = address
        self._screenshots = screenshots

    def word(self, text: str) -> str:
        """Words of ours in the language of the page."""
        with speaking(Reader(catalogue(self.language))):
            return str(spoken(say(text)))

    def become(self, person: cast.Member, page: Page | None = None, where: str = "Doorman") -> None:
        """Opens somebody's chat with Doorman, or a channel."""
        page = page or self.page
        page.goto(f"{self._address}/?as={person.upn}&theme=light&conversation={where}&locale={LOCALES[self.language]}")
        expect(page.get_by_test_id("composer")).to_be_editable()

    def say(self, text: str) -> Locator:
        """The card that a line is answered with."""
        cards = self.page.get_by_test_id("card")
        before = cards.count()
        self.page.get_by_test_id("composer").fill(text)
        self.page.keyboard.press("Enter")
        expect(cards).to_have_count(before + 1)
        return cards.nth(before)

    def press(self, card: Locator, title: str) -> None:
        """Presses a button of a card."""
        card.get_by_role("button", name=self.word(title), exact=True).click()

    def measure(self, job: str, card: Locator, wanted: Wanted, clicks: int | None = None) -> None:
        """Notes how much there is to read on a card."""
        more = MORE_IN_DUTCH if self.language == "nl" else 1
        words, desk, telephone = (round(each * more) if each else None for each in (wanted.words, wanted.desk, wanted.telephone))
        wanted = Wanted(words, desk, telephone, wanted.clicks)
        job, heights = job + self.when, []
        self.page.wait_for_timeout(SETTLES_MS)
        for width, height in (DESK, TELEPHONE):
            self.page.set_viewport_size({"width": width, "height": height})
            heights.append(self._height(card))
            if self._screenshots:
                card.screenshot(path=self._screenshots / f"{self.language}-{re.sub('[^a-z]+', '-', job)}-{width}.png")
        self.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        self.seen.append(Seen(job, card.evaluate(_WORDS), heights[0], heights[1], clicks, wanted))

    def _height(self, card: Locator) -> int:
        """Once it is drawn at the width of the page: a busy machine takes a while for that."""
        heights = [-1.0, -2.0]
        while heights[-1] != heights[-2]:
            self.page.wait_for_timeout(STANDS_MS)
            box = card.bounding_box()
            assert box, "the card is there"
            heights.append(box["height"])
        return round(heights[-1])

    def proved(self, card: Locator, person: cast.Member) -> None:
        """The person picks the number that is read out, on their own card in Teams."""
        self.press(card, "Number match")
        large = card.locator("text=/^[0-9]{2}$/")
        expect(large).to_have_count(1)
        number = large.inner_text()
        page = self._browser.new_page()
        self.become(person, page)
        page.get_by_test_id("card").last.get_by_role("button", name=number, exact=True).click()
        confirm = card.get_by_role("button", name=self.word("Confirm"), exact=True)
        expect(confirm).to_be_visible()
        page.close()

    def agreed(self) -> None:
        """A senior agrees, in the channel for approvals."""
        page = self._browser.new_page(viewport={"width": TELEPHONE[0], "height": TELEPHONE[1]})
        self.become(APPROVER, page, "Approvals")
        card = page.get_by_test_id("card").last
        approve = card.get_by_role("button", name=re.compile(f"^(Approve|{self.word('Approve')})$"))  # a channel has no one language
        approve.click()
        expect(approve).to_have_count(0)
        page.close()


def show(desk: Desk) -> None:
    """Somebody with three phones."""
    desk.measure("show", desk.say("show omar"), Wanted(60, 480, 620))


def set_mobile(desk: Desk) -> None:
    """A newcomer's first number, on a card like all but the first of a day, which says in full until when texts and calls serve."""
    desk.say("set mobile for lotte +31 6 87654321")
    card = desk.say("set mobile for noor +31 6 12345678")
    desk.measure("set mobile", card, Wanted(45, 320, 420), 1)
    desk.press(card, "Confirm")
    expect(card).to_contain_text(desk.word("Done"))
    desk.measure("set mobile: result", card, Wanted(20, 320, 420))


def seen_once(line: str, *, proof_first: str = "") -> Callable[[Desk], None]:
    """What is revealed to the agent once somebody has agreed, or, where the policy wants that, once the caller is proved.

    Args:
        proof_first: whose caller has to be proved; there is nothing wanted of the height, since what can be proved has to be offered.
    """
    job = line.partition(" for ")[0]

    def run(desk: Desk) -> None:
        card = desk.say(line)
        if proof_first:
            desk.measure(f"{job}, proof demanded", card, Wanted(55))
            desk.proved(card, cast.person(proof_first))
            desk.press(card, "Confirm")
        else:
            desk.measure(job, card, Wanted(55, 340, 440), 2)
            desk.press(card, "Confirm")
            desk.agreed()
        reveal = desk.page.get_by_test_id("card").last.get_by_role("button", name=desk.word("Reveal"), exact=True)
        expect(reveal).to_have_count(1)  # on the last card: nobody has to look for it
        desk.page.wait_for_timeout(SETTLES_MS)  # nobody presses within the blink of an eye
        desk.press(desk.page.get_by_test_id("card").last, "Reveal")
        shown = desk.page.get_by_test_id("card").last
        expect(shown).to_contain_text(desk.word("For your eyes only"))
        desk.measure(f"{job}{', proof demanded' if proof_first else ''}: result", shown, Wanted(35, 340, 440))

    return run


def recover(desk: Desk) -> None:
    """A lost phone with the Authenticator on it."""
    desk.measure("recover lost", desk.say("recover lotte lost because left on the train"), Wanted(120, 660, 860))


def help_(desk: Desk) -> None:
    """One screen, whatever the width."""
    card = desk.say("help")
    room = []
    for width, height in (DESK, TELEPHONE):
        desk.page.set_viewport_size({"width": width, "height": height})
        room.append(round(desk.page.locator("#log").evaluate("log => log.clientHeight") / (MORE_IN_DUTCH if desk.language == "nl" else 1)))
    desk.measure("help", card, Wanted(None, *room))


def high(desk: Desk) -> None:
    """The banner of a high threat level takes words and height too."""
    desk.become(ADMINISTRATOR)
    desk.say("threat high because somebody rings and says that they are us")
    desk.become(AGENT)
    desk.when = ", threat high"
    show(desk)
    help_(desk)


JOBS: dict[str, Callable[[Desk], None]] = {
    "show": show,
    "set mobile": set_mobile,
    "pass": seen_once("pass for omar"),
    "reset password": seen_once("reset password for diego"),
    "pass, proof demanded": seen_once("pass for omar", proof_first="Omar Farouk"),
    "recover": recover,
    "help": help_,
    "high": high,
}


#: Which jobs come after one another in one demo, and whether its policy demands proofs.
DEMOS = (
    (("show", "high"), True),
    (("set mobile", "pass, proof demanded", "recover", "help"), True),
    (("pass", "reset password"), False),
)
#: What the demo's policy demands of a pass, a new password and a recovery; without it a proof is merely on offer.
PROOF_FIRST = "proof = { tier = 2, or_approvals = 1 }\n"


@contextmanager
def demo(*, proof_first: bool = True) -> Iterator[str]:
    """`python app.py demo` on a free port; its address.

    Args:
        proof_first: its policy demands proofs, as the example does.
    """
    command = [sys.executable, str(ROOT / "app.py"), "demo", "--port", "0", "--no-browser"]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        policy = (ROOT / "policy.example.toml").read_text(encoding="utf-8")
        assert PROOF_FIRST in policy, "the example demands proofs"
        Path(folder, "policy.example.toml").write_text(policy if proof_first else policy.replace(PROOF_FIRST, ""), encoding="utf-8")
        (ROOT / "build").mkdir(exist_ok=True)
        Path(folder, "build").mkdir()
        Path(folder, "build", "web").symlink_to(ROOT / "build" / "web")
        process = stack.enter_context(subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True))
        assert process.stderr is not None
        address = next((found.group() for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line))), "")
        assert address, "the demo did not start"
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield address
        finally:
            process.terminate()


def measured(language: str, jobs: list[str], screenshots: Path | None, *, proof_first: bool) -> list[Seen]:
    """Jobs in one language, in front of a demo of their own."""
    with demo(proof_first=proof_first) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="reduce")
        desk = Desk(page, browser, address, language, screenshots)
        desk.become(AGENT)
        for job in jobs:
            JOBS[job](desk)
        browser.close()
        return desk.seen


def all_measured(language: str, jobs: list[str], screenshots: Path | None) -> Iterator[Seen]:
    """Each of these jobs, in front of the demo that it is for."""
    for names, proof_first in DEMOS:
        if wanted := [name for name in names if name in jobs]:
            yield from measured(language, wanted, screenshots, proof_first=proof_first)


def above(seen: Seen) -> bool:
    """Whether there is more than wanted."""
    pairs = ((getattr(seen, name), getattr(seen.wanted, name)) for name in ("words", "desk", "telephone", "clicks"))
    return any(most is not None and found is not None and found > most for found, most in pairs)


def _beside(found: int | None, most: int | None) -> str:
    return "" if found is None else f"{found}" if most is None else f"{found} ({most})"


def _print(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="What there is to read on the cards of every day; in brackets what is wanted at most.")
    parser.add_argument("--screenshots", type=Path, help="a folder for pictures of the cards")
    parser.add_argument("--only", choices=JOBS, action="append", help="one of the jobs")
    parser.add_argument("--language", choices=LOCALES, action="append")
    asked = parser.parse_args()
    if asked.screenshots:
        asked.screenshots.mkdir(parents=True, exist_ok=True)
    bad = 0
    rows = [["language", "job", "words", f"height at {DESK[0]}", f"at {TELEPHONE[0]}", "clicks", ""]]
    for language in asked.language or LOCALES:
        for seen in all_measured(language, asked.only or list(JOBS), asked.screenshots):
            wanted = seen.wanted
            bad += above(seen)
            rows.append(
                [
                    language,
                    seen.job,
                    _beside(seen.words, wanted.words),
                    _beside(seen.desk, wanted.desk),
                    _beside(seen.telephone, wanted.telephone),
                    _beside(seen.clicks, wanted.clicks),
                    "above" if above(seen) else "",
                ]
            )
    _print(rows)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

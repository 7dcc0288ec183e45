"""Every example of `help`, and every line on the pages that can be typed as it stands, works in the demo."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.commands.parser import parse
from bot.commands.spec import Audience, Command
from bot.errors import UsageError
from docs.generate import DOCS, README, ROOT
from simulator import demo
from tests.desk import HANNA, HELPDESK, SAM, Desk, id_in
from tests.documents.pages import blocks
from tests.documents.test_said import said

PAGES = (README, DOCS / "commands.md", DOCS / "using.md", DOCS / "policy.md")
#: What stands above an answer that says: this was typed wrongly, nobody is called so, or it is not to be had here.
BAD = ("Not understood", "Please check", "Not found", "Not possible", "Not allowed", "Not here", "Too late", "Something went wrong")
#: Lines about people whom no company has: they show how names with figures and words of commands are written.
INVENTED = ('set mobile for "Agent 007" +31 6 12345678', 'show "For Alice"')
#: What is meant to be refused → why.
REFUSED = {
    "set mobile for ada admin +31 6 34567891": "Ada Admin is protected",
    "approve 7QXF": "not for you to decide",  # the request is one's own
}
STOPPING = ("pause", "resume", "threat-high", "threat-normal")
AN_ID = "7QXF"


class DemoDesk(Desk):
    """A desk with the settings of the demo."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, built_in=True)
        self._environment |= demo.switched_on(self.world, folder, "http://127.0.0.1:9")


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[DemoDesk]:
    async with DemoDesk(database_url, tmp_path) as desk:
        yield desk


async def typed(desk: Desk, line: str, command: Command, own_id: str) -> str:
    """What the right person reads who types it; an id becomes that of a request of their own."""
    who = SAM if command.audience in (Audience.ADMINISTRATORS, Audience.REPORTERS) else HANNA
    return (await desk.say(who, line.replace(AN_ID, own_id), HELPDESK if command.name in ("log-here", "approvals-here") else None)).text


async def test_every_example_of_help_works(desk: DemoDesk) -> None:
    own_id = id_in((await desk.say(HANNA, "set mobile for noor +31 6 12345678")).text)
    for command in COMMANDS:
        answer = await typed(desk, command.example, command, own_id)
        match command.name:
            case "bulk-job":
                assert "There is no bulk job 7Q2F" in answer  # read, and its id is an invented one
            case "threat-normal":
                assert "Two administrators" in answer  # the demo has one, who raised it a moment ago
            case "approve":
                assert REFUSED["approve 7QXF"] in answer
            case "lift-limits":
                assert "threat level" in answer
            case _:
                assert not any(bad in answer[:400] for bad in BAD), f"{command.example}: {answer[:400]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_every_line_of_the_pages_works(desk: DemoDesk, page: Path) -> None:
    own_id = id_in((await desk.say(HANNA, "set mobile for noor +31 6 12345678")).text)
    for line in dict.fromkeys(said(page)):
        try:
            command = parse(line).command
        except UsageError:
            continue  # half a line, or one with a part to be filled in
        if line in INVENTED or "<" in line or "…" in line or command.name in STOPPING:
            continue
        answer = await typed(desk, line, command, own_id)
        assert REFUSED[line] in answer if line in REFUSED else not any(bad in answer[:400] for bad in BAD), f"{line}: {answer[:400]}"


async def test_every_line_that_the_demo_offers_works(desk: DemoDesk) -> None:
    offered = re.findall(r'line\("([^"]+)"\)', (ROOT / "simulator" / "web" / "welcome.js").read_text(encoding="utf-8"))
    assert len(offered) >= 4
    for line in offered:
        answer = await typed(desk, line, parse(line).command, AN_ID)
        assert not any(bad in answer[:400] for bad in BAD), f"{line}: {answer[:400]}"


async def test_the_conversation_that_is_shown_goes_so(desk: DemoDesk) -> None:
    (shown,) = (block.text for block in blocks(DOCS / "using.md") if block.language == "text")
    (typed_by_hanna,) = re.findall(r"^Hanna +(set .*)$", shown, re.MULTILINE)
    _, asked, _, done, log = shown.replace("[", "").replace("]", "").split("\n\n")
    answer = await desk.say(HANNA, typed_by_hanna)
    assert_shows(answer.text, asked)
    await desk.press(HANNA, answer, "confirm")
    assert_shows((await desk.settled(answer, "Done")).text, done)
    await desk.logged("Noor Dekker")
    assert_shows(desk.log()[-1], log)


def assert_shows(card: str, page: str) -> None:
    """What the page has of a card stands on it, in this order; the id is another one."""
    words = re.sub(r"^(?:Doorman|#log) ", "", page).replace("EK76", "").split()
    assert re.search(".*?".join(map(re.escape, words)), " ".join(card.split()), re.DOTALL), card

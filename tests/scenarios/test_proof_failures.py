"""Every kind of proof, and whoever answers it how: the right person once, in time, is all that ever counts."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from bot.domain.proof import ProofKind, ProofNeed, ProofRules
from bot.domain.proving import OFFERED
from bot.graph import signs
from simulator import cast, doorman
from tests.desk import BRAM, HANNA, HELPDESK, OMAR, Answer, Desk
from tests.scenarios.bulking import query
from tests.scenarios.proving import DIEGO, SET, actions, asked, demanding, press, prove
from tests.scenarios.telling import PUBLIC_URL, TELLING
from tests.scenarios.test_caller_proof import VICTORIA, number_in
from tests.signing_in import sign_in
from tests.web.sign_in_bench import Browser

#: All on one desk: each test asks anew, a day after the one before, and none changes anybody.
pytestmark = pytest.mark.asyncio(loop_scope="module")

POLICY = replace(demanding(ProofNeed(tier=1, count=1)), proof=ProofRules(fails=100))
#: Who is asked, where that is not the agent.
WITNESSES = {ProofKind.NUMBER_MATCH: DIEGO, ProofKind.SIGN_IN: DIEGO, ProofKind.MANAGER: VICTORIA}
#: The agent's own buttons: the last one says that it was somebody else.
NO = {ProofKind.IN_PERSON: 4, ProofKind.CALL_BACK: 2}
UNKNOWN = "I do not know this card any more"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    file = tmp_path_factory.mktemp("proved") / "doorman.db"
    shutil.copy(sqlite_template, file)
    desk = Desk(f"sqlite:///{file}", POLICY, **TELLING)
    desk._environment |= doorman.signing_in(desk.world, PUBLIC_URL)
    for who in (DIEGO, BRAM, OMAR, HANNA):
        if "authenticator" not in (strong := desk.entra.person(who.upn).strong):
            strong.append("authenticator")
    desk.entra.quotas = None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(signs, "LOG_CALLS", 10_000)  # a day passes between two tests, but not for the limit of reading Entra's logs
        async with desk:
            await desk.say(HANNA, "help", HELPDESK)
            yield desk
            assert desk.entra.writes == []


@dataclass
class Asked:
    """A proof that Hanna has asked for.

    Attributes:
        theirs: the card of whoever is asked, where that is somebody else.
        number: that of a match.
        buttons: those of the answers, as they stood at first.
        elsewhere: a message in a channel.
    """

    desk: Desk
    kind: ProofKind
    card: Answer
    id: str
    elsewhere: str
    number: str = ""
    theirs: Answer | None = None
    buttons: list[dict[str, Any]] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)

    @property
    def witness(self) -> cast.Member:
        return WITNESSES.get(self.kind, HANNA)

    async def answer(self, who: cast.Member | None = None, *, yes: bool = True) -> str:
        """Somebody answers, whoever was asked unless named otherwise; what their client or browser shows."""
        who = who or self.witness
        if self.kind is ProofKind.SIGN_IN:
            return await self._signed_in(who, yes=yes)
        # Teams lets nobody press in the chat of somebody else; in a channel anybody may send whatever they like.
        message = (self.theirs or self.card).message.id if who == self.witness else self.elsewhere
        action = self._button(yes=yes)
        return str(await self.desk.teams.press(who, message, action["verb"], action=action))

    def _button(self, *, yes: bool) -> dict[str, Any]:
        found = self.buttons
        match self.kind:
            case ProofKind.NUMBER_MATCH:
                return next(each for each in found if (each["title"] == self.number) == yes)
            case ProofKind.VIDEO:
                return found[not yes] | {"data": found[not yes]["data"] | {"answer": BRAM.upn}}
        return found[0 if yes else NO.get(self.kind, 1)]

    async def _signed_in(self, who: cast.Member, *, yes: bool) -> str:
        assert self.theirs
        link = urlsplit(self.buttons[0]["url"]).path
        browser = Browser(self.desk.url, link)
        self.browsers.append(browser)
        status, page = await browser.get(link)
        if status != 200:
            return page
        _, page = await browser.get((await sign_in(browser.http, await browser.begin(), who.upn)).removeprefix(PUBLIC_URL))
        return (await browser.answer(page, "yes" if yes else "no"))[1] if who is DIEGO else page

    @property
    def states(self) -> list[str]:
        """How the proofs of the request stand."""
        return [row["state"] for row in query(self.desk, "SELECT state FROM proofs WHERE operation_id = :id", id=self.id)]

    @property
    def told(self) -> list[str]:
        """What the trail says of them."""
        return [row.tag.rpartition(":")[2] for row in self.desk.trail() if row.operation_id == self.id and row.tag.startswith("proof")]

    async def confirmable(self) -> bool:
        """Whether there is a Confirm; where there is none, a forged one is refused."""
        shown = await self.desk.say(HANNA, f"status {self.id}")
        if "confirm" in shown.verbs:
            return True
        forged = str(await self.desk.teams.press(HANNA, self.card.message.id, "confirm", action=press("confirm", self.id)))
        assert "is not there" in forged or "expired" in forged or "did nothing" in forged, forged
        return False


@pytest_asyncio.fixture(loop_scope="module")
async def begin(shared: Desk) -> AsyncIterator[Callable[[ProofKind], Awaitable[Asked]]]:
    """Hanna asks for a change for Diego, and for a proof of a kind."""
    begun: list[Asked] = []

    async def made(kind: ProofKind) -> Asked:
        shared.clock.forward(hours=25)
        card = await shared.say(HANNA, SET)
        elsewhere = next(message.id for message in shared.teams.thread(HELPDESK) if message.by_bot)
        one = Asked(shared, kind, card, card.operation_id, elsewhere)
        begun.append(one)
        shown = await prove(shared, card, kind.value)
        assert one.states == ["asked"], shown
        one.number = number_in(shown) if kind is ProofKind.NUMBER_MATCH else ""
        if kind in WITNESSES:
            one.theirs = await asked(shared, one.witness, one.id)
            one.buttons = list(one.theirs.card["actions"])
        else:
            one.buttons = actions(card, "attest")
        assert one.buttons, shown
        return one

    yield made
    for one in begun:
        for browser in one.browsers:
            await browser.http.close()
        await shared.teams.press(HANNA, one.card.message.id, "cancel", action=press("cancel", one.id))
    shared.check_conduct()


Begin = Callable[[ProofKind], Awaitable[Asked]]
kinds = pytest.mark.parametrize("kind", OFFERED)


def no(kind: ProofKind) -> str:
    """What comes of a no: a manager who could not speak to the person says nothing of who the caller is."""
    return "expired" if kind is ProofKind.MANAGER else "failed"


@kinds
async def test_the_right_person_says_yes(begin: Begin, kind: ProofKind) -> None:
    one = await begin(kind)
    assert not await one.confirmable()
    await one.answer()
    assert (one.states, one.told) == (["given"], ["asked", "given"])
    assert await one.confirmable()


@kinds
async def test_the_right_person_says_no(begin: Begin, kind: ProofKind) -> None:
    one = await begin(kind)
    await one.answer(yes=False)
    assert (one.states, one.told) == ([no(kind)], ["asked", no(kind)])
    assert not await one.confirmable()
    if kind is ProofKind.MANAGER:
        return
    again = press("prove", one.id, kind=kind.value)
    stopped = kind is ProofKind.SIGN_IN  # where a no is the person's own word that somebody else has rung
    why = "so this click did nothing" if stopped else "it is not asked for again"
    assert why in str(await one.desk.teams.press(HANNA, one.card.message.id, "prove", action=again))


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        (kind, who)
        for kind in OFFERED
        for who in (OMAR, BRAM, HANNA, DIEGO, VICTORIA)
        if who != WITNESSES.get(kind, HANNA) and not (kind is ProofKind.SIGN_IN and who == VICTORIA)
    ],
    ids=lambda one: str(getattr(one, "name", one)),
)
async def test_nobody_else_can_answer(begin: Begin, kind: ProofKind, who: cast.Member) -> None:
    one = await begin(kind)
    shown = await one.answer(who)
    if kind is ProofKind.SIGN_IN:
        assert "This request is about somebody else" in shown
        assert one.states == ["failed"]
    else:
        assert UNKNOWN in shown
        assert (one.states, one.told) == (["asked"], ["asked"])
    assert not await one.confirmable()


@kinds
async def test_whoever_is_late_is_not_heard(begin: Begin, kind: ProofKind) -> None:
    one = await begin(kind)
    one.desk.later(minutes=31)
    await one.answer()
    assert "given" not in one.told
    assert "failed" not in one.told
    assert not await one.confirmable()


@pytest.mark.parametrize("first", [True, False], ids=["yes first", "no first"])
@kinds
async def test_the_first_answer_counts(begin: Begin, kind: ProofKind, first: bool) -> None:
    one = await begin(kind)
    await one.answer(yes=first)
    for yes in (not first, first):
        await one.answer(yes=yes)
    assert (one.states, one.told) == (["given" if first else no(kind)], ["asked", "given" if first else no(kind)])
    assert await one.confirmable() is first


@pytest.mark.parametrize("how", ["later", "at once"])
@pytest.mark.parametrize("yes", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize("kind", [kind for kind in OFFERED if kind is not ProofKind.SIGN_IN])
async def test_an_answer_that_is_delivered_again_counts_once(begin: Begin, kind: ProofKind, yes: bool, how: str) -> None:
    one = await begin(kind)
    one.desk.teams.insistent = how
    await one.answer(yes=yes)
    one.desk.teams.insistent = ""
    assert (one.states, one.told) == (["given" if yes else no(kind)], ["asked", "given" if yes else no(kind)])
    assert await one.confirmable() is yes


@kinds
async def test_another_process_takes_the_answer_and_another_one_the_confirmation(begin: Begin, kind: ProofKind) -> None:
    one = await begin(kind)
    await one.desk.restart_bot()
    await one.answer()
    await one.desk.restart_bot()
    assert (one.states, one.told) == (["given"], ["asked", "given"])
    assert await one.confirmable()

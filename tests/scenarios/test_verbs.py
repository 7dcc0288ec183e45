"""Forged presses: every verb on every kind of id, from under messages that are not its card.

A verb is tried on the kinds of things it is for, and what it replaces is the card that the bot itself posted for that very id.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.exchange import Verb
from bot.domain.verbs import VERBS, Place, Thing
from simulator import cast
from simulator.entra.state import PhoneState
from simulator.teams import Message
from tests.desk import BRAM, HANNA, HELPDESK, LOG, NADIA, SAM, Answer, Desk, as_json
from tests.scenarios.bulking import BARE, approvers_card, many, previewed, query, said_to, until, words

shared = pytest.mark.asyncio(loop_scope="module")

STYLES = ("execute", "submit")
#: Nothing is called so; the same in length and letters as what is.
UNKNOWN = "ZZZZ"
#: Whose phone is set, whose call is suspicious: one each, so that no test meets what another one did.
_PEOPLE: Iterator[cast.Member] = itertools.cycle(BARE[20:])


def somebody() -> cast.Member:
    """An ordinary person without a phone whom no other test changes."""
    return next(_PEOPLE)


@dataclass
class Scene:
    """A desk with one of everything that can be named, and messages of the bot that no press may touch.

    Attributes:
        named: ids, by what they name and whose it is.
        foreign: those messages, by what they are.
    """

    desk: Desk
    named: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Thing] = field(default_factory=dict)
    foreign: dict[str, Message] = field(default_factory=dict)
    nonsense: Message | None = None

    def name(self, called: str, thing: Thing, id: str) -> None:
        self.named[called], self.kinds[called] = id, thing

    async def press(self, who: cast.Member, under: str, style: str, verb: str, id: str, **data: Any) -> Any:
        """A forged press as if on a foreign message, or as if on one that there never was."""
        message = self.foreign.get(under) or self.nonsense
        assert message is not None
        reply_to = None if under in self.foreign else "1234567890123"
        return await self.desk.teams.press(who, message.id, verb, style=style, action=button(style, verb, id, **data), reply_to=reply_to)

    async def told(self, who: cast.Member, under: str, style: str, verb: str, id: str) -> str:
        """What the presser of something that comes to nothing is told: by the answer to the press, or by one new message."""
        calls = len(self.desk.teams.sent)
        answer = await self.press(who, under, style, verb, id, pick=0)
        made = self.desk.teams.sent[calls:]
        if style == "execute":
            assert not made
            return str(answer.message)
        assert [one.method for one in made] == ["send"]
        return words(self.desk.teams.threads.messages[made[0].id])

    def edits(self, since: int) -> set[str]:
        """The messages that the bot has edited or deleted since so many calls."""
        return {one.id for one in self.desk.teams.sent[since:] if one.method != "send"}

    def standing(self) -> Any:
        """Everything that a press could move: operations, rows, freezes, what Entra was told, and what stands in the channels."""
        return (
            query(self.desk, "SELECT id, state, version, card_id, approval_card_id FROM operations ORDER BY id"),
            query(self.desk, "SELECT target_id FROM freezes"),
            query(self.desk, "SELECT id FROM choices ORDER BY id"),
            query(self.desk, "SELECT job, hold FROM bulk_jobs"),
            len(self.desk.entra.writes),
            [as_json(message.card() or {}) for message in self.foreign.values()],
        )


def button(style: str, verb: str, id: str, **data: Any) -> dict[str, Any]:
    """What a client sends of a button."""
    return {"verb": verb, "id": id, **data} if style == "submit" else {"type": "Action.Execute", "verb": verb, "data": {"id": id, **data}}


UNDER = ("alert", "log post", "approvers' card", "other card", "nonsense")
NAMED = (
    "own operation", "somebody's operation", "waiting operation", "logged operation", "own job", "somebody's job",
    "own choice", "somebody's choice", "own form", "command", "person", "unknown",
)  # fmt: skip


async def waiting(desk: Desk, who: cast.Member = HANNA) -> tuple[str, Answer, Answer]:
    """A pass that waits for a colleague's agreement: its id, its card in the channel, and the approvers'."""
    own = await desk.say(who, f"pass for {somebody().upn}", HELPDESK)
    operation_id = own.operation_id
    await desk.press(who, own, "confirm")
    return operation_id, own, await approvers_card(desk, operation_id)


async def furnish(desk: Desk) -> Scene:
    """Makes one of everything. The forger is Bram, an agent; what is somebody's is Hanna's."""
    scene = Scene(desk)
    logged = await desk.change(HANNA, f"set mobile for {somebody().upn} +31 6 12345678")
    suspected = await desk.say(NADIA, f"show {somebody().upn}")
    await desk.press(NADIA, suspected, "suspect")
    hannas = await desk.say(HANNA, f"set mobile for {somebody().upn} +31 6 12345678", HELPDESK)
    brams = await desk.say(BRAM, f"set mobile for {somebody().upn} +31 6 12345678", HELPDESK)
    waiting_id, _, approvers = await waiting(desk)
    scene.name("own operation", Thing.OPERATION, brams.operation_id)
    scene.name("somebody's operation", Thing.OPERATION, hannas.operation_id)
    scene.name("waiting operation", Thing.OPERATION, waiting_id)
    scene.name("logged operation", Thing.OPERATION, next(word for word in logged.text.split() if len(word) == 4 and word.isupper()))
    scene.name("own job", Thing.JOB, (await previewed(desk, *many(2), who=BRAM))[0])
    scene.name("somebody's job", Thing.JOB, (await previewed(desk, *many(2)))[0])
    scene.name("own choice", Thing.CHOICE, (await desk.say(BRAM, "show Jan de Vries", HELPDESK)).operation_id)
    scene.name("somebody's choice", Thing.CHOICE, (await desk.say(HANNA, "show Jan de Vries", HELPDESK)).operation_id)
    scene.name("own form", Thing.FORM, (await desk.say(BRAM, "set mobile", HELPDESK)).operation_id)
    scene.name("command", Thing.COMMAND, "help")
    scene.name("person", Thing.PERSON, (await desk.say(BRAM, f"show {somebody().upn}", HELPDESK)).operation_id)
    scene.name("unknown", Thing.NOTHING, UNKNOWN)
    scene.foreign["alert"] = await desk.logged("Nadia Haddad reports a suspicious call")
    scene.foreign["log post"] = await desk.logged(scene.named["logged operation"])
    scene.foreign["approvers' card"] = approvers.message
    scene.foreign["other card"] = (await desk.say(SAM, "help", HELPDESK)).message
    scene.nonsense = (await desk.say(SAM, "help", HELPDESK)).message
    return scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A desk that these tests share; none of its foreign messages is ever touched."""
    file = tmp_path_factory.mktemp("verbs") / "doorman.db"
    shutil.copy(sqlite_template, file)
    async with Desk(f"sqlite:///{file}") as desk:
        scene = await furnish(desk)
        before = {called: as_json(message.card() or {}) for called, message in scene.foreign.items()}
        yield scene
        assert {called: as_json(message.card() or {}) for called, message in scene.foreign.items()} == before


def test_every_verb_is_declared() -> None:
    assert set(VERBS) == set(Verb)
    assert all(declared.names for declared in VERBS.values())


def fits(verb: Verb, thing: Thing) -> bool:
    """Whether a verb is for things of this kind; what names nothing fits only what needs nothing."""
    return thing in VERBS[verb].names or VERBS[verb].names == {Thing.NOTHING}


@shared
@pytest.mark.parametrize("verb", [verb for verb in Verb if VERBS[verb].names != {Thing.NOTHING}], ids=str)
async def test_an_id_of_another_kind_is_as_unknown_as_one_that_names_nothing(scene: Scene, verb: Verb) -> None:
    before = scene.standing()
    unknown = [await scene.told(BRAM, "log post", style, verb, UNKNOWN) for style in STYLES]
    for called, under in itertools.product(NAMED, UNDER):
        if fits(verb, scene.kinds[called]):
            continue
        id = scene.named[called]
        for style, words_of_unknown in zip(STYLES, unknown, strict=True):
            told = await scene.told(BRAM, under, style, verb, id)
            assert told in (words_of_unknown, words_of_unknown.replace(UNKNOWN, id)), (called, under, style)
    assert scene.standing() == before

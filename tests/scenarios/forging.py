"""What the scenarios about forged presses share: one of everything that an id can name, and messages that no press may touch."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from benchmarks.kill_count import read_store
from bot.domain.verbs import Thing
from bot.store.transactions import open_engine
from simulator import cast
from simulator.entra.state import PhoneState
from simulator.teams import Message
from tests.desk import BRAM, HANNA, HELPDESK, NADIA, SAM, Answer, Desk, as_json
from tests.scenarios.bulking import BARE, CROWD, approvers_card, many, previewed, until, words

STYLES = ("execute", "submit")
#: Nothing is called so; the same in length and letters as what is.
UNKNOWN = "ZZZZ"
#: From under what a press is forged: messages of the bot, and one that there never was.
UNDER = ("alert", "log post", "approvers' card", "other card", "nonsense")
NAMED = (
    "own operation", "somebody's operation", "waiting operation", "logged operation", "own job", "somebody's job",
    "own choice", "somebody's choice", "own form", "command", "person", "unknown",
)  # fmt: skip


@dataclass
class Pressed:
    """Something to press.

    Attributes:
        who: presses it, and may.
        message: the card in whose conversation it is pressed.
        cards: the messages that may change because of it.
        data: what the press carries besides.
    """

    id: str
    who: cast.Member
    message: Message
    cards: set[str]
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Scene:
    """A desk with one of everything that can be named.

    Attributes:
        named: ids and what they name, by whose they are.
        foreign: messages that no press may touch, by what they are.
        beside: a message to be pressed when the one that is named never was.
    """

    desk: Desk
    engine: Engine
    named: dict[str, tuple[str, Thing]] = field(default_factory=dict)
    foreign: dict[str, Message] = field(default_factory=dict)
    beside: Message | None = None
    people: Iterator[cast.Member] = field(default_factory=lambda: (who for who in CROWD if who not in BARE[:10]))

    def somebody(self) -> str:
        """An ordinary person whom nothing else here is about."""
        return next(self.people).upn

    def changed_meanwhile(self, upn: str) -> None:
        """Somebody else gives this person another mobile phone."""
        self.desk.entra.person(upn).phones["mobile"] = PhoneState("+31 699999999")

    def strangers(self) -> dict[str, str]:
        """What stands on the foreign messages."""
        return {called: as_json(message.card() or {}) for called, message in self.foreign.items()}

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """What the bot's database answers."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def activity(self, pressed: Pressed, style: str, action: dict[str, Any]) -> dict[str, Any]:
        """A press as it is delivered, unsent: to be delivered more than once."""
        teams = self.desk.teams
        scene = teams._scene(pressed.who, pressed.message.conversation_id)
        if style == "submit":
            return teams.activities.submit(scene, pressed.message.id, action)
        return teams.activities.execute(scene, pressed.message.id, action, "manual")

    async def press(self, who: cast.Member, under: str, style: str, verb: str, id: str, **data: Any) -> Any:
        """A forged press as if on a foreign message, or as if on one that there never was."""
        message = self.foreign.get(under) or self.beside
        assert message is not None
        reply_to = None if under in self.foreign else "1234567890123"
        return await self.desk.teams.press(who, message.id, verb, style=style, action=button(style, verb, id, **data), reply_to=reply_to)

    async def forge(self, pressed: Pressed, under: str, style: str, verb: str, neighbour: Message) -> None:
        """The same with something that the verb is for; or, in its own conversation, with a neighbour named as the pressed card."""
        if under != "own chat":
            await self.press(pressed.who, under, style, verb, pressed.id, **pressed.data)
            return
        action = button(style, verb, pressed.id, **pressed.data)
        await self.desk.teams.press(pressed.who, pressed.message.id, verb, style=style, action=action, reply_to=neighbour.id)

    async def told(self, who: cast.Member, under: str, style: str, verb: str, id: str) -> str:
        """What the presser of something that comes to nothing is told: by the answer to the press, or by one new message."""
        teams, calls = self.desk.teams, len(self.desk.teams.sent)
        answer = await self.press(who, under, style, verb, id, pick=0)
        said = [*self.sends(calls, teams.threads.find(who)[0].id), *self.sends(calls, self.pressed_in(under))]
        if style == "execute":
            assert len(said) <= 1, "the same with a button, which what is told cannot have"
            return str(answer.message)
        (message,) = said
        return words(message)

    def pressed_in(self, under: str) -> str:
        """The conversation that a forged press comes from."""
        message = self.foreign.get(under) or self.beside
        assert message is not None
        return message.conversation_id

    def recorded(self) -> set[str]:
        """The cards of operations, which follow them at any time; what stands on the foreign ones is looked at by itself."""
        return {id for row in self.ask("SELECT card_id, approval_card_id FROM operations") for id in row}

    def edits(self, since: int) -> set[str]:
        """The messages that the bot has edited or deleted since so many calls."""
        return {one.id for one in self.desk.teams.sent[since:] if one.method != "send"}

    def sends(self, since: int, conversation: str) -> list[Message]:
        """The new messages of a conversation since."""
        teams = self.desk.teams
        return [teams.threads.messages[one.id] for one in teams.sent[since:] if one.method == "send" and one.conversation == conversation]

    def furniture(self) -> Any:
        """How the things stand that are named here, whatever becomes of others."""
        ids = {id for id, _ in self.named.values()}
        return [row for row in self.ask(_OPERATIONS) + self.ask(_CHOICES) if row[0] in ids]

    def standing(self) -> Any:
        """Everything that a press could move: operations, jobs, choices, freezes, what Entra was told, and the foreign messages.

        The choices that a refusal offers on its buttons are new, and move nothing.
        """
        stored = (_OPERATIONS, "SELECT job, hold FROM bulk_jobs ORDER BY job", "SELECT target_id FROM freezes")
        return [self.ask(statement) for statement in stored], self.furniture(), len(self.desk.entra.writes), self.strangers()


_OPERATIONS = "SELECT id, state, version, card_id, approval_card_id FROM operations ORDER BY id"
_CHOICES = "SELECT id FROM choices ORDER BY id"


def button(style: str, verb: str, id: str, **data: Any) -> dict[str, Any]:
    """What a client sends of a button."""
    return {"verb": verb, "id": id, **data} if style == "submit" else {"type": "Action.Execute", "verb": verb, "data": {"id": id, **data}}


async def waiting(scene: Scene, where: Any) -> tuple[str, Answer, Answer]:
    """A pass that waits for a colleague's agreement: its id, its requester's card, and the approvers'."""
    own = await scene.desk.say(HANNA, f"pass for {scene.somebody()}", where)
    operation_id = own.operation_id
    await scene.desk.press(HANNA, own, "confirm")
    card = await approvers_card(scene.desk, operation_id)
    await until(lambda: card.message.id in scene.recorded())
    return operation_id, own, card


@contextlib.asynccontextmanager
async def scene_of(desk: Desk) -> AsyncIterator[Scene]:
    """A scene without furniture."""
    engine = open_engine(desk._database_url)
    yield Scene(desk, engine)
    engine.dispose()


@contextlib.asynccontextmanager
async def furnished(desk: Desk) -> AsyncIterator[Scene]:
    """One of everything; the foreign messages are not touched as long as it lasts. The forger is Bram; what is somebody's is Hanna's."""
    async with scene_of(desk) as scene:
        await _furnish(scene)
        await until(lambda: read_store(desk._database_url).quiet)  # what goes on by itself is over
        strangers = scene.strangers()
        yield scene
        assert scene.strangers() == strangers


async def _furnish(scene: Scene) -> None:
    desk = scene.desk

    async def said(who: cast.Member, line: str, where: Any = HELPDESK) -> str:
        return (await desk.say(who, line, where)).operation_id

    set_one = "set mobile for {} +31 6 12345678"
    logged = await desk.say(HANNA, set_one.format(scene.somebody()))
    scene.named["logged operation"] = (logged.operation_id, Thing.OPERATION)
    await desk.press(HANNA, logged, "confirm")
    await desk.settled(logged, "Done")
    await desk.press(NADIA, await desk.say(NADIA, f"show {scene.somebody()}"), "suspect")
    waiting_id, _, approvers = await waiting(scene, HELPDESK)
    scene.named |= {
        "own operation": (await said(BRAM, set_one.format(scene.somebody())), Thing.OPERATION),
        "somebody's operation": (await said(HANNA, set_one.format(scene.somebody())), Thing.OPERATION),
        "waiting operation": (waiting_id, Thing.OPERATION),
        "own job": ((await previewed(desk, *many(2), who=BRAM))[0], Thing.JOB),
        "somebody's job": ((await previewed(desk, *many(2)))[0], Thing.JOB),
        "own choice": (await said(BRAM, "show Jan de Vries"), Thing.CHOICE),
        "somebody's choice": (await said(HANNA, "show Jan de Vries"), Thing.CHOICE),
        "own form": (await said(BRAM, "set mobile"), Thing.FORM),
        "command": ("help", Thing.COMMAND),
        "person": (await said(BRAM, f"show {scene.somebody()}"), Thing.PERSON),
        "unknown": (UNKNOWN, Thing.NOTHING),
    }
    scene.foreign = {
        "alert": await desk.logged("Nadia Haddad reports a suspicious call"),
        "log post": await desk.logged(scene.named["logged operation"][0]),
        "approvers' card": approvers.message,
        "other card": (await desk.say(SAM, "help", HELPDESK)).message,
    }
    scene.beside = (await desk.say(SAM, "help", HELPDESK)).message

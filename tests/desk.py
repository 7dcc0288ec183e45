"""The desk: people type and press through the Teams simulator, the real bot answers, Entra shows what became of it."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import web
from sqlalchemy import text

from bot import bootstrap
from bot.domain.change import ChangeKind
from bot.domain.life import ID_ALPHABET
from bot.domain.rules import ADMINS_NAME, HELPDESK_NAME, Policy, Rule
from bot.settings.environment import Settings
from bot.store.transactions import open_engine
from simulator import cast, doorman
from simulator.teams import Message
from simulator.world import World
from tests import prompt

HANNA, BRAM, NADIA, SAM = (cast.person(name) for name in ("Hanna Visser", "Bram Peeters", "Nadia Haddad", "Sam Okafor"))
ALICE, OMAR, OSCAR = (cast.person(name) for name in ("Alice Jansen", "Omar Farouk", "Oscar Outsider"))
HELPDESK, LOG, APPROVALS = cast.CHANNELS

#: What needs another agent under `one_agent`.
GRAVE = frozenset(
    {
        ChangeKind.BLOCK,
        ChangeKind.UNBLOCK,
        ChangeKind.REQUIRE_MFA,
        ChangeKind.RESET_MFA,
        ChangeKind.RESET_EVERYTHING,
        ChangeKind.CREATE_PASS,
        ChangeKind.RECOVER,
        ChangeKind.RESET_PASSWORD,
        ChangeKind.BULK,
    }
)


def one_agent(confirm_for: timedelta, helpdesk: str = cast.group("Helpdesk").id, admins: str = "") -> Policy:
    """A policy under which one agent changes phones and methods of anybody: for tests whose subject is not who has to agree."""
    asking = frozenset({helpdesk})
    return Policy(
        rules=(
            Rule(name="One agent changes ordinary people", actions=frozenset(ChangeKind) - GRAVE, ask=asking),
            Rule(name="Another agent agrees", actions=GRAVE, ask=asking, approvals=1, approve=asking, reusable=True),
        ),
        names={helpdesk: HELPDESK_NAME, admins: ADMINS_NAME},
        helpdesk=frozenset(filter(None, (helpdesk, admins))),
        confirm_for=confirm_for,
    )


class MovableClock:
    """The real time plus whatever a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        """Moves on, as `timedelta` reads it."""
        self.ahead += timedelta(**by)


class Answer:
    """What the bot said: a message with its card."""

    def __init__(self, desk: Desk, message: Message, reader: cast.Member) -> None:
        self._desk = desk
        self.message = message
        self.reader = reader

    @property
    def card(self) -> dict[str, Any]:
        """The card as its reader sees it now."""
        return self._desk.world.teams.card(self.message.id, self.reader) or {}

    @property
    def text(self) -> str:
        """Every word on the card, in order."""
        return " ".join(_words(self.card))

    @property
    def verbs(self) -> list[str]:
        """What its buttons do; the offers of proofs, which fold away on nearly every card, are no news."""
        return [
            found["verb"]
            for found in _walk(self.card.get("body", []), self.card.get("actions", []))
            if found.get("type") == "Action.Execute" and found["verb"] != "prove"
        ]

    @property
    def opens(self) -> list[str]:
        """What its buttons lead to that are answered by a card of its own, such as those of the help card."""
        found = _walk(self.card.get("body", []), self.card.get("actions", []))
        return [each["data"]["id"] for each in found if each.get("type") == "Action.Submit" and each["data"].get("verb") == "open"]

    @property
    def operation_id(self) -> str:
        """The id that the buttons at the bottom carry; of a card without any, those further up."""
        bottom = [*_walk(self.card.get("actions", [])), *_walk(self.card)]
        found = [item["data"]["id"] for item in bottom if item.get("type") == "Action.Execute"]
        return str(found[0])


class Desk:
    """One bot between both simulators. `async with` opens and closes it, and looks at how everything behaved in between.

    Args:
        policy: None for that of POLICY_FILE, where the environment names one, else for `one_agent`.
        built_in: without a policy and without a file, as it is delivered.
    """

    def __init__(self, database_url: str, policy: Policy | None = None, *, built_in: bool = False, **environment: str) -> None:
        self.clock = MovableClock()
        self.world = World(clock=lambda: self.clock().timestamp(), limits=False)
        self.entra, self.teams = self.world.entra, self.world.teams
        self.naps: list[float] = []
        self.naps_last = False
        self._database_url = database_url
        self._environment = {"RECONCILE_HOURS": "0", "HEAD_HOUR": "none", "REPORT_HOUR": "none", **environment}
        self.policy = policy
        self._as_delivered = built_in or "POLICY_FILE" in environment
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if failure is None:
                self.check_conduct()
        finally:
            await self.close()

    async def open(self) -> None:
        """Starts everything."""
        await self.world.start()
        await self.start_bot()

    async def start_bot(self) -> None:
        """Starts the bot; again after `stop_bot`, on the same database."""
        settings = Settings.from_env(doorman.environment(self.world, self._database_url, **self._environment))
        usual = one_agent(timedelta(minutes=settings.confirm_minutes), settings.helpdesk_group_id, settings.admin_group_id)
        policy = self.policy or (None if self._as_delivered else usual)
        app = bootstrap.build(settings, clock=self.clock, sleep=self._nap, policy=policy)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.teams.bot_endpoint = f"{self.url}/api/messages"

    def use(self, **environment: str) -> None:
        """Settings for the bot when it starts the next time."""
        self._environment |= environment

    async def stop_bot(self) -> None:
        """Stops the bot in an orderly way."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def restart_bot(self) -> None:
        """Another life of the bot: new tokens, an open throttle gate, the same database."""
        await self.stop_bot()
        await self.start_bot()

    async def close(self) -> None:
        """Stops everything."""
        await self.stop_bot()
        await self.world.stop()

    async def _nap(self, seconds: float) -> None:
        """The bot's sleep: noted, and over at once, so that no test waits for a pause; with `naps_last` it is as much later then."""
        self.naps.append(seconds)
        if self.naps_last:
            self.clock.forward(seconds=seconds)
        await asyncio.sleep(0.01)

    async def say(self, who: cast.Member, text: str, where: Any = None, **more: Any) -> Answer:
        """Types a line and returns the bot's answer to it."""
        message = await self.teams.say(who, text, where, **more)
        assert message.delivered == 200, message.delivered
        # What else the bot says meanwhile, such as how an operation ended, is no answer to this.
        answers = [each for each in self.teams.threads.messages.values() if each.by_bot and each.reply_to_id == message.id]
        assert answers, f"no answer to {text!r}"
        return Answer(self, answers[-1], who)

    async def press(self, who: cast.Member, answer: Answer, verb: str, **more: Any) -> Any:
        """Presses a button; returns what the client got back."""
        return await self.teams.press(who, answer.message.id, verb, **more)

    async def settled(self, answer: Answer, *words: str) -> Answer:
        """Waits until the card carries all these words."""
        await self.teams.wait_for(
            lambda message: message.id == answer.message.id and all(word in " ".join(_words(message.card() or {})) for word in words)
        )
        self.teams.threads.messages[answer.message.id].views.clear()  # a client that reopens the chat sees the message as it is
        return answer

    def later(self, **by: float) -> None:
        """Time passes, as `timedelta` reads it, for the bot and for whatever its durable engine has put off."""
        self.clock.forward(**by)
        milliseconds = int(timedelta(**by).total_seconds() * 1000)
        engine = open_engine(self._database_url)
        table = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
        with engine.begin() as connection:
            put_off = f"UPDATE {table} SET delay_until_epoch_ms = delay_until_epoch_ms - :by WHERE status = 'DELAYED'"
            connection.execute(text(put_off), {"by": milliseconds})
        engine.dispose()
        prompt.look()
        if self._runner:
            self._runner.app[bootstrap.WORK].look_again()

    def trail(self) -> list[Any]:
        """What the audit trail says, oldest first: rows with tag, actor_name, operation_id and facts."""
        engine = open_engine(self._database_url)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT tag, actor_name, operation_id, facts FROM audit_events ORDER BY number")).all()
        engine.dispose()
        return list(rows)

    async def change(self, who: cast.Member, text: str, where: Any = None) -> Answer:
        """Types a change, confirms it and waits for the result."""
        answer = await self.say(who, text, where)
        assert "confirm" in answer.verbs, answer.text
        await self.press(who, answer, "confirm")
        return await self.settled(answer, "Done")

    async def logged(self, *words: str) -> Message:
        """Waits for a card in the log channel that carries all these words."""
        return await self.teams.wait_for(
            lambda message: (
                message.conversation == LOG.id and message.by_bot and all(word in " ".join(_words(message.card() or {})) for word in words)
            )
        )

    def log(self) -> list[str]:
        """What the log channel shows, oldest first."""
        return [" ".join(_words(message.card() or {})) for message in self.teams.thread(LOG) if message.by_bot]

    def phones(self, who: cast.Member) -> dict[str, str]:
        """The phones Entra has for somebody."""
        return {kind: phone.number for kind, phone in self.entra.person(who.upn).phones.items()}

    def check_conduct(self) -> None:
        """No client saw "something went wrong", and Graph was only ever asked what its contract offers."""
        from tests.contracts.graph import violations

        assert self.teams.client_errors == []
        found = [problem for request in self.entra.requests for problem in violations(request)]
        assert not found, found


def _walk(*nodes: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in nodes:
        if isinstance(node, dict):
            found.append(node)
            found += _walk(*(value for key, value in node.items() if key != "fallback"))
        elif isinstance(node, list):
            found += _walk(*node)
    return found


def _words(card: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for item in _walk(card.get("body", []), card.get("actions", [])):
        words += [str(item[key]) for key in ("text", "title", "value", "label") if isinstance(item.get(key), str)]
    return words


def id_in(shown: str) -> str:
    """The first operation's id in what is shown: in four of them out of 2,500 there is no letter."""
    found = re.search(rf"(?<!\S)[{ID_ALPHABET}]{{4}}(?!\S)", shown)
    assert found, f"no id in {shown}"
    return found[0]


def as_json(card: dict[str, Any] | None) -> str:
    """A card as one string, for looking for what must not be in it."""
    return json.dumps(card, ensure_ascii=False)

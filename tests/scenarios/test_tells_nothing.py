"""Ids are short and can be guessed: who may not know of a thing hears the same, whether there is one of that id or not.

Every verb and every command that takes an id, from people to whom the thing is nothing: an outsider, somebody who may agree to other
things, and, where even the helpdesk may not look, a colleague.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy

from bot.commands import COMMANDS
from bot.commands.grammar.arguments import OperationId
from bot.commands.grammar.kinds import Choice, Word
from bot.domain.change import ChangeKind
from bot.domain.incoming import Verb
from bot.domain.report_about import of_department, of_group
from bot.domain.rules import Limits, Rule
from bot.domain.verbs import VERBS, Presser, Thing
from bot.services import gate
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OSCAR, Answer, Desk, as_json, id_in, one_agent
from tests.scenarios.bulking import many, previewed
from tests.scenarios.forging import button
from tests.scenarios.proving import asked, prove
from tests.scenarios.telling import notice

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRIYA = cast.person("Priya Raman")
EXECUTIVES = cast.group("Executives").id
#: Nothing is called so, and it could be. Of letters, since four figures are found in every thousandth hash of the trail.
NOTHING = "WWWW"
#: The same of things whose ids have another form.
NOTHING_OF = {Thing.REPORT: "d" + "0" * 24, Thing.NOTICE: "f" * 32, Thing.PROOF: "f" * 32}
#: Under which a refusal that has no id of its own is explained to whoever was refused: another one each time.
_REFERENCE = re.compile(r"why [A-Z0-9]{4,6}")


Told = tuple[str, Counter[str], list[str]]


@dataclass(frozen=True)
class Scene:
    """A desk with one of everything that is Hanna's, by what it is; and from where each person presses."""

    desk: Desk
    named: dict[Thing, tuple[str, ...]]
    cards: dict[tuple[str, str], str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    file = tmp_path_factory.mktemp("nothing") / "doorman.db"
    shutil.copy(sqlite_template, file)
    usual = one_agent(timedelta(minutes=10), admins=cast.group("Doorman administrators").id)
    grave = replace(usual.rules[1], approve=frozenset({cast.group("Helpdesk seniors").id}))
    removing = Rule(name="An executive agrees to removals", actions=frozenset({ChangeKind.REMOVE_EMAIL}), ask=usual.rules[0].ask,
                    approvals=1, approve=frozenset({EXECUTIVES}))  # fmt: skip
    policy = replace(usual, rules=(usual.rules[0], grave, removing), limits=Limits(refusals_per_hour=0))
    with pytest.MonkeyPatch.context() as patch:  # how much a stranger may ask in a minute depends on no id, and has tests of its own
        patch.setattr(gate, "LOOKS_A_MINUTE", 100_000)
        patch.setattr(gate, "TURNS_A_MINUTE", 100_000)
        async with Desk(f"sqlite:///{file}", policy) as desk:
            yield await furnished(desk)


async def asked_for(desk: Desk, card: Answer) -> str:
    """A proof that Alice is asked for."""
    await prove(desk, card, "number_match")
    return (await asked(desk, ALICE)).operation_id


async def furnished(desk: Desk) -> Scene:
    await desk.say(ALICE, "hello")  # so that she is told of it
    done = await desk.change(HANNA, "set mobile for alice +31 6 12345678", HELPDESK)
    status = await desk.say(HANNA, "history")
    done_id = id_in(status.text)
    proposed = await desk.say(HANNA, "set office for alice +31 20 7654321", HELPDESK)
    waiting = await desk.say(HANNA, "pass for omar", HELPDESK)
    await desk.press(HANNA, waiting, "confirm")
    await desk.settled(waiting, "Waiting for approval")
    job_id, _ = await previewed(desk, *many(2))
    named = {
        Thing.OPERATION: (done_id, proposed.operation_id, waiting.operation_id),
        Thing.JOB: (job_id,),
        Thing.PERSON: ((await desk.say(HANNA, "show alice")).operation_id,),
        Thing.CHOICE: ((await desk.say(HANNA, "show Jan de Vries")).operation_id,),
        Thing.FORM: ((await desk.say(HANNA, "set mobile")).operation_id,),
        Thing.NOTICE: ((await notice(desk, ALICE)).operation_id,),
        Thing.PROOF: (await asked_for(desk, proposed),),
        Thing.REPORT: (of_department("Sales"), of_group(EXECUTIVES)),
    }
    assert done.verbs is not None
    cards = {(who.name, "alone"): (await desk.say(who, "help")).message.id for who in (OSCAR, PRIYA, BRAM)}
    cards |= {(who.name, "among others"): (await desk.say(who, "help", HELPDESK)).message.id for who in (OSCAR, BRAM)}
    for who in (OSCAR, PRIYA, BRAM):
        await desk.say(who, "pending")
    return Scene(desk, named, cards)


#: Who has such a thing to do with what it is pressed on, that its id may be known to them.
KNOWING = {
    Presser.STAFF: frozenset({PRIYA.name, BRAM.name}),  # whoever may agree to something may stop anything
    Presser.HELPDESK: frozenset({BRAM.name}),
    Presser.COLLEAGUE: frozenset({BRAM.name}),  # these may look at every request, so what they hear of it is what is wrong
    Presser.REQUESTER: frozenset({BRAM.name}),
    Presser.REVEALER: frozenset({BRAM.name}),
    Presser.DECIDER: frozenset({BRAM.name}),
    Presser.OWNER: frozenset({BRAM.name}),
}
PRESSES = [
    (verb, thing, who, place)
    for verb, declared in VERBS.items()
    for thing in sorted(declared.names - {Thing.COMMAND, Thing.NOTHING})
    for who, place in ((OSCAR, "alone"), (OSCAR, "among others"), (PRIYA, "alone"), (BRAM, "alone"), (BRAM, "among others"))
    if who.name not in KNOWING.get(declared.presser, ())
    and not (declared.presser is Presser.CONCERNED and who is BRAM)  # may decide some of them
]
#: Those through which a colleague can look whatever is asked for: `status`, and what steers a job that anybody may pause.
OPEN_TO_COLLEAGUES = frozenset({"status", "bulk pause", "bulk resume", "bulk cancel", "bulk retry"})


def lines() -> list[str]:
    """How everything that takes an id is said, but for the id, from the declarations."""
    found = []
    for command in COMMANDS:
        parts = list(command.pattern)
        if any(isinstance(part, OperationId) for part in parts):
            choices = [word for part in parts if isinstance(part, Choice) for word, _ in part.options]
            for chosen in choices or [Word("")]:
                said = [chosen if isinstance(part, Choice) else part for part in parts if not isinstance(part, OperationId)]
                words = [word.text for word in said if isinstance(word, Word)]
                assert len(words) == len(said), f"{command.name} has a part that this does not know how to say"
                found.append(" ".join(words))
    return found


async def test_every_command_with_an_id_is_in_the_table() -> None:
    steering = {f"bulk {word}" for word in ("pause", "resume", "cancel", "retry", "preview", "result")}
    assert set(lines()) >= {"status", "why", "history id"} | steering


@contextlib.contextmanager
def work_on(id: str) -> Iterator[Counter[str]]:
    """The statements of the bot that name this id, and the calls to Entra ID."""
    found: Counter[str] = Counter()

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if id in str(parameters):
            found[statement] += 1

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


async def told(scene: Scene, id: str, act: Callable[[], Any]) -> Told:
    """What somebody is told, without the id; what was done for it in the database; what Entra ID was asked."""
    asked = len(scene.desk.entra.requests)
    with work_on(id) as work:
        answer = await act()
    said = _REFERENCE.sub("why ····", answer.replace(id, "····"))
    return said, work, [request.template or "" for request in itertools.islice(scene.desk.entra.requests, asked, None)]


LINES = [
    (line, who)
    for line, who in itertools.product(lines(), (OSCAR, PRIYA, BRAM))
    if not (who is BRAM and line in OPEN_TO_COLLEAGUES) and not (who is PRIYA and line == "bulk pause")
]


async def alike(scene: Scene, id: str, act: Callable[[], Any], nothing: Told) -> None:
    """The same words and the same work; once more where they differ, since the bot itself looks at its jobs every now and then."""
    for again in (True, True, False):
        found = await told(scene, id, act)
        if found == nothing or not again:
            assert found == nothing, id
            return


# Before the presses: `why` tells everybody what they themselves were refused.
@pytest.mark.parametrize(("line", "who"), LINES, ids=[f"{line}-{who.name}".replace(" ", "_") for line, who in LINES])
async def test_a_typed_id_tells_nothing(scene: Scene, line: str, who: cast.Member) -> None:
    def typing(id: str) -> Callable[[], Any]:
        async def act() -> str:
            return (await scene.desk.say(who, f"{line} {id}")).text

        return act

    await told(scene, NOTHING, typing(NOTHING))  # from here on it is known who this is
    nothing = await told(scene, NOTHING, typing(NOTHING))
    assert HANNA.name not in nothing[0]
    assert ALICE.name not in nothing[0]
    for id in itertools.chain(scene.named[Thing.OPERATION], scene.named[Thing.JOB]):
        await alike(scene, id, typing(id), nothing)


@pytest.mark.parametrize(
    ("verb", "thing", "who", "place"), PRESSES, ids=[f"{v}-{t}-{w.name}-{p}".replace(" ", "_") for v, t, w, p in PRESSES]
)
async def test_a_forged_press_tells_nothing(scene: Scene, verb: Verb, thing: Thing, who: cast.Member, place: str) -> None:
    card, none = scene.cards[who.name, place], NOTHING_OF.get(thing, NOTHING)

    def pressing(id: str) -> Callable[[], Any]:
        async def act() -> str:
            answer = await scene.desk.teams.press(who, card, verb, action=button("execute", verb, id, pick=0))
            return f"{answer.message} {as_json(answer.card or {})}"

        return act

    nothing = await told(scene, none, pressing(none))
    assert HANNA.name not in nothing[0]
    for id in scene.named[thing]:
        await alike(scene, id, pressing(id), nothing)


@pytest.mark.parametrize("who", [OSCAR, PRIYA, BRAM], ids=lambda who: who.name)
@pytest.mark.parametrize("kind", ["preview", "result"])
async def test_a_forged_wish_for_a_file_tells_nothing(scene: Scene, who: cast.Member, kind: str) -> None:
    teams, chat = scene.desk.teams, scene.desk.teams.threads.find(who)[0].id

    def wishing(id: str) -> Callable[[], Any]:
        async def act() -> str:
            before = len(teams.thread(chat))
            info = {"uploadUrl": f"{teams.url}/upload", "contentUrl": f"{teams.url}/x", "name": "x.csv", "uniqueId": "1", "fileType": "csv"}
            value = {"type": "fileUpload", "action": "accept", "context": {"kind": kind, "id": id}, "uploadInfo": info}
            assert (await teams.consent(who, scene.cards[who.name, "alone"], value=value)).status == 200
            return " ".join(as_json(message.card() or {}) for message in teams.thread(chat)[before:])

        return act

    nothing = await told(scene, NOTHING, wishing(NOTHING))
    assert "There is no bulk job" in nothing[0]
    assert HANNA.name not in nothing[0]
    for id in itertools.chain(scene.named[Thing.OPERATION], scene.named[Thing.JOB]):
        await alike(scene, id, wishing(id), nothing)

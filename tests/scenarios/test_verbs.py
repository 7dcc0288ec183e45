"""Forged presses: every verb on every kind of id, from under messages that are not its card.

A verb is tried on the kinds of things it is for, and what it replaces is the card that the bot itself posted for that very id.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.incoming import Verb
from bot.domain.report_about import EVERYBODY
from bot.domain.verbs import VERBS, Place, Thing
from simulator import cast
from tests.desk import BRAM, HANNA, HELPDESK, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.approving import words
from tests.scenarios.bulking import many, previewed, query
from tests.scenarios.forging import (
    NAMED,
    STYLES,
    UNDER,
    UNKNOWN,
    Pressed,
    Scene,
    button,
    furnished,
    scene_of,
    waiting,
)
from tests.scenarios.proving import actions, asked, prove
from tests.scenarios.reporting import LINE, read, read_at
from tests.scenarios.telling import notice

#: The whole table runs on one database; the other one has a few rows of it.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_verb_is_declared() -> None:
    assert set(VERBS) == set(Verb)
    assert all(declared.names for declared in VERBS.values())


@on_sqlite
async def test_an_id_of_another_kind_is_as_unknown_as_one_that_names_nothing(desk: Desk) -> None:
    async with furnished(desk) as scene:
        for style, (verb, declared) in itertools.product(STYLES, VERBS.items()):
            before, calls = scene.standing(), len(desk.teams.sent)
            unknown = await scene.told(BRAM, "log post", style, verb, UNKNOWN)
            for number, (called, under) in enumerate(itertools.product(NAMED, UNDER)):
                id, thing = scene.named[called]
                if thing in declared.names or declared.names == {Thing.NOTHING} or STYLES[number % 2] != style:  # the styles take turns
                    continue
                told = await scene.told(BRAM, under, style, verb, id)
                assert told in (unknown, unknown.replace(UNKNOWN, id)), (verb, called, under)
            assert scene.standing() == before, (verb, style)
            assert scene.edits(calls) <= scene.recorded(), (verb, style)


#: What the sender of a file says about it.
SAYING = (Verb.SHEET, Verb.COLUMNS, Verb.HIDDEN, Verb.REGION, Verb.NAMES)

#: What is for somebody else: verb, whose thing, who presses.
NOT_THEIRS = (
    *((verb, "somebody's operation", BRAM) for verb in (Verb.CONFIRM, Verb.CANCEL, Verb.AGAIN, Verb.REVEAL, Verb.REPLACE)),
    *((verb, "somebody's job", BRAM) for verb in (Verb.CONFIRM, Verb.CANCEL, Verb.GO_ON, Verb.STOP, Verb.RETRY)),
    *((verb, "somebody's job", who) for verb in SAYING for who in (BRAM, SAM, OSCAR)),
    *((verb, "waiting operation", HANNA) for verb in (Verb.APPROVE, Verb.DENY)),
    *((verb, "somebody's operation", OSCAR) for verb in (Verb.SUSPECT, Verb.STRONGER, Verb.TAKE_BACK, Verb.REFRESH)),
    *((verb, "somebody's job", OSCAR) for verb in (Verb.HOLD, Verb.GO_ON, Verb.STOP, Verb.RETRY, Verb.PREVIEW, Verb.RESULT)),
    *((verb, "person", OSCAR) for verb in (Verb.SUSPECT, Verb.STRONGER, Verb.NEXT)),
    (Verb.CHOOSE, "somebody's choice", BRAM),
    (Verb.FILL, "own form", HANNA),
    (Verb.TEMPLATE, "unknown", OSCAR),
    *((verb, "report", BRAM) for verb in (Verb.LIST, Verb.READ_AGAIN)),
)


@on_sqlite
async def test_what_is_for_somebody_else_does_nothing(desk: Desk) -> None:
    async with furnished(desk) as scene:
        for style, (verb, called, who) in itertools.product(STYLES, NOT_THEIRS):
            desk.clock.forward(seconds=5)  # nobody without rights is heard as often in a minute
            before, calls = scene.standing(), len(desk.teams.sent)
            id = EVERYBODY if called == "report" else scene.named[called][0]
            for under in UNDER:
                assert await scene.told(who, under, style, verb, id), (verb, called, under)
            assert scene.standing() == before, (verb, called, style)
            assert scene.edits(calls) <= scene.recorded(), (verb, called, style)


async def an_operation(scene: Scene, where: Any) -> Pressed:
    own = await scene.desk.say(HANNA, f"set mobile for {scene.somebody()} +31 6 12345678", where)
    return Pressed(own.operation_id, HANNA, own.message, {own.message.id})


async def a_stale_one(scene: Scene, where: Any) -> Pressed:
    upn = scene.somebody()
    own = await scene.desk.say(HANNA, f"set mobile for {upn} +31 6 12345678", where)
    pressed = Pressed(own.operation_id, HANNA, own.message, {own.message.id})
    scene.changed_meanwhile(upn)
    await scene.desk.press(HANNA, own, "confirm")
    await scene.desk.settled(own, "Nothing was written")
    return pressed


async def a_waiting_one(scene: Scene, where: Any) -> Pressed:
    id, own, approvers = await waiting(scene, where)
    return Pressed(id, BRAM, own.message, {own.message.id, approvers.message.id})


async def a_seen_pass(scene: Scene, where: Any) -> Pressed:
    desk, (id, own, approvers) = scene.desk, await waiting(scene, None)
    await desk.press(BRAM, approvers, "approve")
    await desk.settled(own, "Ready: press Reveal")
    await desk.press(HANNA, own, "reveal")
    return Pressed(id, HANNA, own.message, {own.message.id, approvers.message.id})


async def a_choice(scene: Scene, where: Any) -> Pressed:
    own = await scene.desk.say(HANNA, "show Jan de Vries", where)
    return Pressed(own.operation_id, HANNA, own.message, {own.message.id}, {"pick": 1})


async def a_form(scene: Scene, where: Any) -> Pressed:
    own = await scene.desk.say(HANNA, "set mobile", where)
    filled = {"input_mode": "set", "input_phone": "mobile", "input_who": scene.somebody(), "input_number": "+31 6 12345678"}
    return Pressed(own.operation_id, HANNA, own.message, {own.message.id}, filled)


async def a_command(scene: Scene, where: Any) -> Pressed:
    return Pressed("whoami", HANNA, (await scene.desk.say(HANNA, "help", where)).message, set())


async def a_person(scene: Scene, where: Any) -> Pressed:
    own = await scene.desk.say(HANNA, f"show {scene.somebody()}", where)
    return Pressed(own.operation_id, HANNA, own.message, {own.message.id}, data={"kind": "pass"})


async def a_job(scene: Scene, where: Any) -> Pressed:
    id, own = await previewed(scene.desk, *many(1))
    return Pressed(id, HANNA, own.message, {own.message.id})


async def nothing(scene: Scene, where: Any) -> Pressed:
    return Pressed("template", HANNA, (await scene.desk.say(HANNA, "bulk")).message, set())


PRIYA = cast.person("Priya Raman")
#: People whose manager she is.
TEAM = itertools.cycle(cast.person(name) for name in ("Alice Jansen", "Omar Farouk", "Kenji Tanaka", "Lotte Smit", "Emre Demir"))
#: Somebody else each time: who was just signed out because of a press has nothing left to be told of.
TOLD = itertools.cycle(cast.person(name) for name in ("Alice Jansen", "Omar Farouk", "Kenji Tanaka", "Mia O'Brien", "Rina Patel"))


async def a_notice(scene: Scene, where: Any) -> Pressed:
    who = next(TOLD)
    await scene.desk.say(who, "hello")  # so that there is a chat
    own = await scene.desk.say(HANNA, f"sign out {who.upn}", where)
    id = own.operation_id
    await scene.desk.press(HANNA, own, "confirm")
    told = await notice(scene.desk, who, id)
    return Pressed(told.operation_id, who, told.message, {own.message.id, told.message.id})


async def a_provable_one(scene: Scene, where: Any) -> Pressed:
    own = await an_operation(scene, where)
    return replace(own, data={"kind": "in_person"})


async def a_number_match(scene: Scene, where: Any) -> Pressed:
    who = next(TOLD)
    await scene.desk.say(who, "hello")  # so that there is a chat
    own = await scene.desk.say(HANNA, f"set office for {who.upn} +31 20 7654321", where)
    await prove(scene.desk, own, "number_match")
    theirs = await asked(scene.desk, who, own.operation_id)
    return Pressed(theirs.operation_id, who, theirs.message, {own.message.id, theirs.message.id}, {"pick": 0})


async def a_managers_word(scene: Scene, where: Any) -> Pressed:
    await scene.desk.say(PRIYA, "hello")
    own = await scene.desk.say(HANNA, f"set office for {next(TEAM).upn} +31 20 7654321", where)
    await prove(scene.desk, own, "manager")
    theirs = await asked(scene.desk, PRIYA, own.operation_id)
    return Pressed(theirs.operation_id, PRIYA, theirs.message, {own.message.id, theirs.message.id}, {"pick": 0})


async def an_attestation(scene: Scene, where: Any) -> Pressed:
    own = await scene.desk.say(HANNA, f"set mobile for {scene.somebody()} +31 6 12345678", where)
    await prove(scene.desk, own, "in_person")
    return Pressed(actions(own, "attest")[0]["data"]["id"], HANNA, own.message, {own.message.id}, {"pick": 0})


async def a_report(scene: Scene, where: Any) -> Pressed:
    if await read_at(scene.desk) is None:
        await read(scene.desk)
    own = await scene.desk.say(SAM, LINE, where)
    return Pressed(EVERYBODY, SAM, own.message, set())


Make = Callable[[Scene, Any], Awaitable[Pressed]]
#: Something that each verb is for.
MADE: tuple[tuple[Verb, Make], ...] = (
    *((verb, an_operation) for verb in (Verb.CONFIRM, Verb.CANCEL, Verb.REFRESH, Verb.SUSPECT, Verb.STRONGER, Verb.TAKE_BACK)),
    *((verb, a_waiting_one) for verb in (Verb.APPROVE, Verb.DENY, Verb.VIEW)),
    *((verb, a_job) for verb in (Verb.CANCEL, Verb.STOP, Verb.PREVIEW, Verb.HOLD, Verb.GO_ON, Verb.RETRY, Verb.RESULT)),
    *((verb, a_job) for verb in SAYING),
    *((verb, a_seen_pass) for verb in (Verb.REVEAL, Verb.REPLACE)),
    *((verb, a_person) for verb in (Verb.SUSPECT, Verb.STRONGER, Verb.NEXT)),
    (Verb.AGAIN, a_stale_one),
    (Verb.PROVE, a_provable_one),
    (Verb.MATCH, a_number_match),
    (Verb.VOUCH, a_managers_word),
    (Verb.ATTEST, an_attestation),
    (Verb.WITHDRAW, an_attestation),
    (Verb.CHOOSE, a_choice),
    (Verb.FILL, a_form),
    (Verb.OPEN, a_command),
    (Verb.TEMPLATE, nothing),
    *((verb, a_report) for verb in (Verb.LIST, Verb.READ_AGAIN)),
    (Verb.NOT_ME, a_notice),  # last, because it freezes people
)
#: These leave what they are pressed on as it was, so one of it serves every press.
LASTING = frozenset({Verb.PREVIEW, Verb.HOLD, Verb.GO_ON, Verb.RETRY, Verb.RESULT, Verb.REVEAL, Verb.REPLACE, Verb.VIEW, *SAYING})


def test_every_verb_is_tried_on_what_it_is_for() -> None:
    assert {verb for verb, _ in MADE} == set(Verb)


@on_sqlite
@pytest.mark.parametrize("style", STYLES)
async def test_no_press_touches_a_message_that_is_not_its_own(desk: Desk, style: str) -> None:
    """From under messages of other conversations, and with another message of the same chat named as the pressed one."""
    async with furnished(desk) as scene:
        neighbour = (await desk.say(HANNA, f"set mobile for {scene.somebody()} +31 6 87654321")).message
        furniture, stood = scene.furniture(), as_json(neighbour.card() or {})
        lasting: dict[Make, Pressed] = {}
        cards: set[str] = set()
        for (row, (verb, make)), (column, under) in itertools.product(enumerate(MADE), enumerate((*UNDER, "own chat"))):
            if VERBS[verb].place is not Place.INSTEAD and STYLES[(row + column) % 2] != style:
                continue  # the styles take turns
            if make is a_waiting_one and under == "own chat":
                continue  # there is a list; it has a test of its own
            pressed = lasting.get(make) if verb in LASTING else None
            pressed = pressed or await make(scene, None if under == "own chat" else HELPDESK)
            if verb in LASTING:
                lasting[make] = pressed
            calls = len(desk.teams.sent)
            await scene.forge(pressed, under, style, verb, neighbour)
            cell, edits = (verb, make.__name__, under), scene.edits(calls)
            cards |= pressed.cards  # what was pressed before goes on by itself
            assert edits <= cards, cell
            assert as_json(neighbour.card() or {}) == stood, cell
            if VERBS[verb].place is Place.INSTEAD:  # its own card if the press came from there, else a new one below
                own, where = under == "own chat", pressed.message.conversation_id if under == "own chat" else scene.pressed_in(under)
                assert (pressed.cards <= edits) == own, cell
                assert len(scene.sends(calls, where)) == (not own), cell
        assert scene.furniture() == furniture


async def test_a_suspicious_call_on_somebodys_job_freezes_and_cancels_nothing(desk: Desk) -> None:
    job_id, own = await previewed(desk, *many(2))
    for style in STYLES:
        await desk.teams.press(BRAM, (await desk.say(BRAM, "help", HELPDESK)).message.id, "suspect", style=style,
                               action=button(style, "suspect", job_id))  # fmt: skip
    assert query(desk, "SELECT * FROM freezes") == []
    assert own.verbs[0] == "confirm"
    await desk.press(HANNA, own, "cancel")  # the requester's own press counts as ever
    await desk.settled(own, "Cancelled")


@pytest.mark.parametrize("style", STYLES)
async def test_what_was_answered_keeps_its_place_whatever_is_delivered_again(desk: Desk, style: str) -> None:
    """A choice and a form give their card to the operation that comes of them, for good."""
    async with scene_of(desk) as scene:
        for make, verb in ((a_choice, Verb.CHOOSE), (a_form, Verb.FILL), (a_stale_one, Verb.AGAIN)):
            pressed = await make(scene, HELPDESK)
            if make is a_choice:
                answer = await desk.say(HANNA, "set mobile for jan de vries +31 6 12345678", HELPDESK)
                pressed = Pressed(answer.operation_id, HANNA, answer.message, {answer.message.id}, {"pick": 0})
            action = button(style, verb, pressed.id, **pressed.data)
            activity = scene.activity(pressed, style, action)
            for _ in range(3):
                assert (await desk.teams.post(activity))[0] == 200
            card = Answer(desk, pressed.message, HANNA)
            assert card.verbs[0] == "confirm", (verb, card.text)
            new_id = card.operation_id
            assert query(desk, "SELECT card_id FROM operations WHERE id = :id", id=new_id) == [{"card_id": pressed.message.id}]
            await desk.teams.press(HANNA, pressed.message.id, verb, style=style, action=action)  # an old client, that still shows it
            assert card.operation_id == new_id
            await desk.press(HANNA, card, "cancel")
            await desk.settled(card, "Cancelled", new_id)


async def test_a_pending_list_is_renewed_where_it_was_posted_and_nowhere_else(desk: Desk) -> None:
    async with scene_of(desk) as scene:
        first, second = [await waiting(scene, HELPDESK) for _ in range(2)]
        other = await desk.say(BRAM, f"set mobile for {scene.somebody()} +31 6 12345678")
        listed = await desk.say(BRAM, "pending")
        assert first[0] in listed.text
        for (id, *_), style in zip((first, second), STYLES, strict=True):
            calls = len(desk.teams.sent)
            await desk.teams.press(
                BRAM, listed.message.id, "deny", style=style, action=button(style, "deny", id), reply_to=other.message.id
            )
            assert listed.message.id in scene.edits(calls)
            assert "You denied: " in words(listed.message)
            assert f'"id": "{id}"' not in as_json(listed.message.card())
        assert "Nothing else waits" in listed.text
        assert other.verbs[0] == "confirm"

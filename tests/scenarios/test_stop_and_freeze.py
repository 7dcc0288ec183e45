"""Freezing one person, reporting a suspicious call, pausing everything: by agents, administrators and outsiders."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy

from bot.domain.audit import Tag
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, LOG, OSCAR, SAM, Answer, Desk, as_json, id_in

SET = "set mobile for alice +31 6 12345678"


async def confirm_slowly(desk: Desk, answer: Answer) -> None:
    """Confirms, and returns when the execution waits for Entra's answer, before any write; it gets one when the faults are cleared."""
    account = desk.entra.person(ALICE.upn).id
    slow = desk.entra.faults.add(Fault(effect="hold", path=f"/users/{account}", times=1))
    told = await desk.press(HANNA, answer, "confirm")
    assert told.card is not None
    await slow.met.wait()
    assert desk.entra.writes == []


def events(database_url: str) -> list[Any]:
    """The trail, oldest first."""
    engine = sqlalchemy.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT tag, actor_name, target_id, facts FROM audit_events ORDER BY number")).all()
    engine.dispose()
    return list(rows)


@pytest.mark.storage
async def test_a_frozen_person_is_changed_by_nobody_until_it_ends(desk: Desk, database_url: str) -> None:
    frozen = await desk.say(HANNA, "freeze alice because odd caller +31 6 55555555")
    assert "Nobody can change Alice Jansen" in frozen.text
    post = await desk.logged("Hanna Visser froze Alice Jansen", "odd caller")
    assert "55555555" not in as_json(post.card() or {})

    for who in (BRAM, SAM, HANNA):
        refused = await desk.say(who, SET)
        assert "Alice Jansen is frozen until" in refused.text
        assert "Hanna Visser" in refused.text
        assert refused.verbs == (["choose"] if who is HANNA else []), "whoever froze may end it"
    shown = await desk.say(BRAM, "show alice")
    assert "Frozen by Hanna Visser" in shown.text
    assert "odd caller" in shown.text
    await desk.change(HANNA, "set mobile for omar +31 6 12345678")  # nobody else is concerned

    desk.clock.forward(hours=23, minutes=58)
    assert "frozen" in (await desk.say(HANNA, SET)).text
    desk.clock.forward(minutes=4)
    assert "Frozen" not in (await desk.say(BRAM, "show alice")).text
    await desk.change(HANNA, SET)
    trail = [row for row in events(database_url) if row.tag == Tag.CHAT_PERSON_FROZEN]
    assert [(row.actor_name, row.target_id) for row in trail] == [(HANNA.name, desk.entra.person(ALICE.upn).id)]
    assert "55555555" not in str(trail)


@pytest.mark.storage
async def test_how_long_a_freeze_lasts_is_said_and_a_repetition_prolongs_it(desk: Desk) -> None:
    await desk.say(HANNA, "freeze alice for 2 hours")
    await desk.say(HANNA, "freeze alice for 30 minutes")
    desk.clock.forward(hours=1)
    assert "frozen" in (await desk.say(HANNA, SET)).text  # never shorter
    await desk.say(HANNA, "freeze alice for 2h")
    desk.clock.forward(minutes=90)
    assert "frozen" in (await desk.say(HANNA, SET)).text
    desk.clock.forward(minutes=31)
    assert "confirm" in (await desk.say(HANNA, SET)).verbs
    assert "30 days at most" in (await desk.say(HANNA, "freeze alice for 31 days")).text
    assert "a minute at least" in (await desk.say(HANNA, "freeze alice for 0 hours")).text
    assert "confirm" in (await desk.say(HANNA, SET)).verbs


async def test_who_may_freeze_and_unfreeze(desk: Desk) -> None:
    assert "not in the helpdesk group" in (await desk.say(OSCAR, "freeze alice")).text
    assert "is not frozen" in (await desk.say(HANNA, "unfreeze alice")).text
    await desk.say(HANNA, "freeze alice")
    assert "not in the helpdesk group" in (await desk.say(OSCAR, "unfreeze alice")).text
    assert "only an administrator or Hanna Visser" in (await desk.say(BRAM, "unfreeze alice")).text
    assert "can be changed again" in (await desk.say(HANNA, "unfreeze alice because it was her")).text
    await desk.logged("Hanna Visser unfroze Alice Jansen", "it was her")

    await desk.say(HANNA, "freeze alice")
    await desk.say(BRAM, "freeze alice")  # two are worried: neither lifts it alone
    for agent in (HANNA, BRAM):
        assert "more than one colleague" in (await desk.say(agent, "unfreeze alice")).text
    assert "can be changed again" in (await desk.say(SAM, "unfreeze alice")).text
    await desk.change(HANNA, SET)


async def test_an_administrator_outside_the_helpdesk_freezes_and_unfreezes(desk: Desk) -> None:
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk"), desk.entra.person(SAM.upn).id)
    assert "not in the helpdesk group" in (await desk.say(SAM, "show alice")).text
    await desk.say(HANNA, "freeze alice")
    assert "can be changed again" in (await desk.say(SAM, "unfreeze alice")).text
    assert "Nobody can change" in (await desk.say(SAM, "freeze alice")).text


async def test_a_freeze_between_card_and_confirm(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    await desk.say(BRAM, "freeze alice")
    told = await desk.press(HANNA, answer, "confirm")
    assert told.card is None
    assert "Alice Jansen is frozen until" in told.message
    await desk.say(SAM, "unfreeze alice")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")


async def test_a_freeze_between_confirm_and_write(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    await confirm_slowly(desk, answer)
    await desk.say(BRAM, "freeze alice")
    desk.entra.faults.clear()
    await desk.settled(answer, "Failed", "Alice Jansen is frozen until", "Nothing was changed")
    assert desk.entra.writes == []
    assert answer.verbs == ["again"]
    assert "frozen" in (await desk.press(HANNA, answer, "again")).message
    await desk.logged("Failed", "Alice Jansen is frozen")


@pytest.mark.storage
async def test_a_suspicious_call_on_a_confirmation_card(desk: Desk, database_url: str) -> None:
    answer = await desk.say(HANNA, SET, HELPDESK)
    outsider = await desk.press(OSCAR, answer, "suspect")
    assert "not in the helpdesk group" in outsider.message
    assert "confirm" in answer.verbs

    await desk.press(BRAM, answer, "suspect")  # a colleague who hears of it, in the channel
    await desk.settled(answer, "Cancelled", "Bram Peeters reported a suspicious call", "Nothing was changed")
    post = await desk.logged("Suspicious call", "Bram Peeters", "Alice Jansen", ALICE.upn)
    assert "12345678" not in as_json(post.card() or {})
    assert "cancelled" in (await desk.press(HANNA, answer, "confirm", action=press_of("confirm", id_in(answer.text)))).message
    assert desk.phones(ALICE) == {}

    for line in (SET, "remove mobile for alice"):
        assert "Bram Peeters reported a suspicious call" in (await desk.say(SAM, line)).text
    assert "Suspicious call" in (await desk.say(HANNA, "show alice")).text
    again = await desk.press(HANNA, answer, "suspect", action=press_of("suspect", id_in(answer.text)))
    assert "frozen already" in again.message
    assert len([text for text in desk.log() if "Suspicious call" in text]) == 1

    assert "only an administrator" in (await desk.say(HANNA, "unfreeze alice")).text
    await desk.say(SAM, "unfreeze alice")
    await desk.change(HANNA, SET)
    tags = [row.tag for row in events(database_url)]
    assert tags.count(Tag.CHAT_CALL_SUSPECTED) == 2  # who reported it too stands in the trail
    assert tags.count(Tag.CHAT_PERSON_UNFROZEN) == 1


def press_of(verb: str, id: str) -> dict[str, Any]:
    """A button that stood on an earlier card, pressed by a client that still shows it."""
    return {"type": "Action.Execute", "verb": verb, "data": {"id": id}}


@pytest.mark.parametrize("where", [None, HELPDESK])
async def test_a_suspicious_call_on_a_show_card(desk: Desk, where: Any) -> None:
    waiting = await desk.say(HANNA, SET)
    shown = await desk.say(HANNA, "show alice", where)
    assert shown.verbs[-1] == "suspect"
    carried = next(item for item in shown.card["actions"] if item.get("verb") == "suspect")["data"]
    assert set(carried) == {"id"}
    assert len(carried["id"]) == 12
    assert ALICE.id.lower() not in as_json(shown.card).lower().replace(ALICE.upn, "")
    if where:
        assert "not in the helpdesk group" in (await desk.press(OSCAR, shown, "suspect")).message

    told = await desk.press(HANNA, shown, "suspect")
    assert "Alice Jansen is frozen until" in as_json(told.card)
    assert "frozen already" in (await desk.press(HANNA, shown, "suspect")).message
    await desk.logged("Suspicious call", "Hanna Visser", "Alice Jansen")
    assert "suspicious call" in (await desk.press(HANNA, waiting, "confirm")).message
    assert "suspicious call" in (await desk.say(BRAM, SET)).text
    assert "Suspicious call" not in (await desk.say(BRAM, "show omar")).text.replace("Suspicious call", "", 1)  # the button alone


@pytest.mark.storage
async def test_many_presses_at_once_raise_one_alarm(desk: Desk) -> None:
    shown = await desk.say(HANNA, "show alice", HELPDESK)
    presses = await asyncio.gather(*(desk.press(who, shown, "suspect") for who in (HANNA, BRAM, SAM, HANNA)))
    assert sorted("frozen already" in (press.message or "") for press in presses) == [False, True, True, True]
    await desk.say(SAM, "pause")
    await desk.logged("Sam Okafor paused Doorman")  # posted in order, so nothing from before is still to come
    assert len([text for text in desk.log() if "reports a suspicious call" in text]) == 1


@pytest.mark.storage
async def test_a_suspicious_call_while_the_change_is_under_way_stops_it(desk: Desk) -> None:
    shown = await desk.say(BRAM, "show alice")
    answer = await desk.say(HANNA, SET)
    await confirm_slowly(desk, answer)
    await desk.press(BRAM, shown, "suspect")
    desk.entra.faults.clear()
    await desk.settled(answer, "Failed", "suspicious call", "Nothing was changed")
    assert desk.entra.writes == []


async def test_somebody_who_left_the_helpdesk_cannot_press(desk: Desk) -> None:
    shown = await desk.say(BRAM, "show alice", HELPDESK)
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk"), desk.entra.person(BRAM.upn).id)
    assert "not in the helpdesk group" in (await desk.press(BRAM, shown, "suspect")).message
    assert "confirm" in (await desk.say(HANNA, SET)).verbs


async def test_an_invented_reference_freezes_nobody(desk: Desk) -> None:
    shown = await desk.say(HANNA, "show alice")
    told = await desk.press(HANNA, shown, "suspect", action=press_of("suspect", "AAAACCCCDDDD"))
    assert "do not know this card" in told.message
    assert "confirm" in (await desk.say(HANNA, SET)).verbs


@pytest.mark.storage
async def test_a_pause_stops_every_change_and_every_card_says_so(desk: Desk, database_url: str) -> None:
    waiting = await desk.say(HANNA, SET)
    for who in (HANNA, OSCAR):
        assert "administrators" in (await desk.say(who, "pause")).text
    paused = await desk.say(SAM, "pause because a wave of calls from +31 6 55555555")
    assert "I change nothing from now on" in paused.text
    post = await desk.logged("Sam Okafor paused Doorman", "a wave of calls")
    assert "55555555" not in as_json(post.card() or {})
    assert "paused already, by Sam Okafor" in (await desk.say(SAM, "pause")).text

    refused = await desk.say(HANNA, "set mobile for omar +31 6 12345678")
    assert "nothing is changed" in refused.text
    assert refused.verbs == []
    told = await desk.press(HANNA, waiting, "confirm")
    assert "Sam Okafor paused me" in told.message
    for line in ("show alice", "help", "whoami", "history for alice", "set mobile for alice 12", "nonsense"):
        answer = await desk.say(HANNA, line)
        assert "Paused by Sam Okafor since" in answer.text, line
        assert "until an administrator types resume" in answer.text
    assert "alice@fabrikam.example" in (await desk.say(HANNA, "show alice")).text  # reads go on
    assert "Sam" not in as_json((await desk.say(OSCAR, "help")).card)  # who does not work here

    assert "administrators" in (await desk.say(HANNA, "resume")).text
    assert "Changes are made again" in (await desk.say(SAM, "resume")).text
    await desk.logged("Sam Okafor ended the pause")
    assert "not paused" in (await desk.say(SAM, "resume")).text
    assert "Paused by" not in (await desk.say(HANNA, "show alice")).text
    await desk.press(HANNA, waiting, "confirm")
    await desk.settled(waiting, "Done")
    tags = [row.tag for row in events(database_url)]
    assert tags.count(Tag.CHAT_CHANGES_PAUSED) == tags.count(Tag.CHAT_CHANGES_RESUMED) == 1


async def test_a_pause_between_confirm_and_write_ends_the_operation_honestly(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    await confirm_slowly(desk, answer)
    await desk.say(SAM, "pause")
    desk.entra.faults.clear()
    await desk.settled(answer, "Failed", "Sam Okafor paused me", "Nothing was changed")
    assert desk.entra.writes == []
    assert "paused me" in (await desk.press(HANNA, answer, "again")).message
    await desk.say(SAM, "resume")
    await desk.press(HANNA, answer, "again")
    await desk.settled(answer, "Waiting for your confirmation")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")


async def test_a_card_pressed_in_a_pause_carries_the_banner_and_may_still_be_cancelled(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    await desk.say(SAM, "pause")
    pressed = await desk.press(HANNA, answer, "cancel")
    assert "Paused by Sam Okafor" in as_json(pressed.card)
    assert "Cancelled" in as_json(pressed.card)


@pytest.mark.storage
async def test_a_pause_and_a_freeze_survive_a_restart(desk: Desk) -> None:
    shown = await desk.say(HANNA, "show alice")
    await desk.say(HANNA, "freeze alice")
    await desk.say(SAM, "pause")
    await desk.stop_bot()
    await desk.start_bot()
    answer = await desk.say(HANNA, SET)
    assert "Paused by Sam Okafor" in answer.text
    assert "Sam Okafor paused me" in answer.text
    await desk.say(SAM, "resume")
    assert "frozen" in (await desk.say(HANNA, SET)).text
    await desk.press(HANNA, shown, "suspect")  # the button still works
    assert "frozen" in shown.text.casefold()


@pytest.mark.storage
async def test_a_dead_log_channel_gets_stops_and_operations_later_in_order(desk: Desk) -> None:
    desk.teams.down(LOG)
    await desk.change(HANNA, SET)
    await desk.say(HANNA, "freeze alice")
    await desk.say(SAM, "pause")
    await desk.stop_bot()
    await desk.start_bot()
    await desk.say(SAM, "resume")
    await desk.say(SAM, "unfreeze alice")
    await desk.change(HANNA, "remove mobile for alice")
    assert desk.log() == []
    desk.teams.up(LOG)
    await desk.logged("Remove mobile")
    told = ["Set mobile", "froze Alice", "paused Doorman", "ended the pause", "unfroze Alice", "Remove mobile"]
    assert [words in text for words, text in zip(told, desk.log(), strict=True)] == [True] * 6

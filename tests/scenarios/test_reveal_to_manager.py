"""What is seen once, handed to the manager: they alone reveal it, and whoever asked reads that they did, never the code."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.change import ChangeKind
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, OMAR, SAM, Answer, Desk, as_json, one_agent
from tests.scenarios.bulking import told, until
from tests.scenarios.passes import PASS, code, created, made, ready, spellings, stored
from tests.scenarios.recovering import pass_card, recovered
from tests.scenarios.telling import MINUTES, TELLING, WITH_MANAGER, notice, notices

PRIYA, VICTORIA, DIRK, GUS = (cast.person(name) for name in ("Priya Raman", "Victoria Crane", "Dirk Bakker", "Gus Taylor (Adatum)"))
OSCAR, WOUT, ADMIN = cast.person("Oscar Outsider"), cast.person("Wout Wiersma"), "Doorman administrators"
SETTINGS: dict[str, Any] = {**TELLING}
USUAL = one_agent(MINUTES, admins=cast.group(ADMIN).id)
#: The second rule is about what is grave, passes among it.
TO_MANAGER = replace(USUAL, rules=(USUAL.rules[0], replace(USUAL.rules[1], to_manager=True)), notices=WITH_MANAGER)
WAITS = "Waiting for the manager"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk under a policy that hands passes to managers; the tenant makes long codes, which no other text has in it by chance."""
    desk = Desk(database_url, TO_MANAGER, **SETTINGS)
    desk.entra.tenant.sign_in.pass_policy.default_length = 48
    async with desk:
        yield desk


async def handed(desk: Desk, line: str = PASS, to: cast.Member = PRIYA, name: str = "Omar Farouk") -> tuple[Answer, Answer]:
    """Asked for, confirmed and agreed to: the requester's card, and the manager's."""
    own = await ready(desk, line, says=WAITS)
    return own, await managers(desk, to, name)


async def managers(desk: Desk, who: cast.Member = PRIYA, name: str = "Omar Farouk") -> Answer:
    """Waits for the card in the manager's own chat."""
    return Answer(desk, await told(desk, who, "The helpdesk asks you to hand something over", name), who)


def reveal(operation_id: str) -> dict[str, Any]:
    """A press from under any message."""
    return {"type": "Action.Execute", "verb": "reveal", "data": {"id": operation_id}}


@pytest.mark.storage
async def test_the_manager_alone_reveals_it_and_the_requester_reads_that_they_did(desk: Desk, logged: Callable[[], str]) -> None:
    assert not desk.teams.threads.find(PRIYA)[0].installed  # the app is installed, and the chat opened
    own, card = await handed(desk)
    assert "Priya Raman, the manager, gets a card in a chat of their own with me" in own.text
    assert own.verbs == ["cancel", "suspect"]
    assert card.verbs == ["reveal"]
    assert "Speak to Omar Farouk yourself first" in card.text
    assert f"Ring the helpdesk: {TELLING['HELPDESK_CONTACT']}" in card.text
    forged = reveal(card.operation_id)
    for who, said in (
        (HANNA, "Priya Raman, the manager, alone can reveal it"),
        (BRAM, "alone can reveal it"),
        (OSCAR, "not in the helpdesk"),
    ):
        assert said in (await desk.press(who, own, "reveal", action=forged)).message, who.name
    assert "show a code in your personal chat" in (await desk.press(PRIYA, approvers(desk, PRIYA), "reveal", action=forged)).message
    assert created(desk) == []

    answer = await desk.press(PRIYA, card, "reveal")
    secret = code(desk)
    assert secret in as_json(answer.card)
    assert "Give it to Omar Farouk now" in as_json(answer.card)
    assert "replace" not in as_json(answer.card)
    await desk.settled(own, "Done", "Revealed to Priya Raman at")  # at once, although the manager's card stands as it is
    again = await desk.press(PRIYA, card, "reveal", action=forged)
    assert "Revealed to Priya Raman" in as_json(again.card)
    assert made(desk) == 1

    # The card with the code is no notice: of those there is one, as always.
    await notice(desk, PRIYA, "The helpdesk changed how Omar Farouk signs in")
    await desk.logged("Revealed to Priya Raman")
    why = await desk.say(HANNA, f"why {own_id(desk)}")
    assert "Priya Raman (priya.raman@fabrikam.example), the manager, alone" in why.text.replace("\u200b", "")
    desk.later(minutes=11)
    await desk.settled(card, "Revealed to Priya Raman", "Ask Hanna Visser of the helpdesk for a new one")
    assert card.verbs == []
    assert len(notices(desk, PRIYA)) == 1
    assert "I am Doorman" not in json.dumps([each.card() for each in desk.teams.thread(PRIYA)])  # the app was not added by her
    sent = [one.activity for one in desk.teams.sent]
    shown = [[one.text, one.attachments, one.card()] for one in desk.teams.threads.messages.values()]
    held = {
        "database": stored(desk),
        "messages": json.dumps([sent, shown, again.body, why.card], ensure_ascii=False).encode(),
        "log": logged().encode(),
    }
    assert b"Priya Raman" in held["database"]  # it would be found, if it were there
    assert [where for where, bytes_ in held.items() for each in spellings(secret) if each.encode() in bytes_] == []


def own_id(desk: Desk) -> str:
    """The id of the only operation there is."""
    (found,) = {row.operation_id for row in desk.trail() if row.tag == "operation:request:proposed"}
    return str(found)


def approvers(desk: Desk, who: cast.Member) -> Answer:
    """The approvers' card in the channel, where anybody may press."""
    found = [each for each in desk.teams.threads.messages.values() if each.by_bot and "Needs" in as_json(each.card())]
    return Answer(desk, found[-1], who)


async def test_who_cannot_receive_it_is_refused_before_anything_is_proposed(desk: Desk) -> None:
    omar = desk.entra.person(OMAR.upn)
    for manager, said in (
        (None, "names no manager of Omar Farouk"),
        (OMAR.id, "names Omar Farouk as their own manager"),
        (DIRK.id, "The account of Dirk Bakker, the manager of Omar Farouk, is disabled"),
        (GUS.id, "Gus Taylor (Adatum), the manager of Omar Farouk, is a guest"),
        (HANNA.id, "The manager of Omar Farouk is whoever asks: Hanna Visser"),
    ):
        omar.manager_id = manager
        refused = await desk.say(HANNA, PASS)
        assert said in refused.text, refused.text
        assert "ask" in refused.text  # what to do instead
        assert refused.verbs == []
    tested = await desk.say(SAM, f"policy test {PASS} as hanna")
    assert "would be refused" in tested.text
    omar.manager_id = PRIYA.id
    tested = await desk.say(SAM, f"policy test {PASS} as hanna")
    assert "and the manager to reveal it" in tested.text
    assert "Priya Raman" in tested.text
    assert "Revealed by" not in (await desk.say(SAM, "policy test set mobile for omar +31 6 12345678 as hanna")).text


async def test_whoever_receives_it_does_not_agree_to_it(desk: Desk) -> None:
    desk.entra.person(OMAR.upn).manager_id = SAM.id
    own = await desk.say(HANNA, PASS)
    operation_id = own.operation_id
    await desk.press(HANNA, own, "confirm")
    card = await desk.teams.wait_for(
        lambda message: message.by_bot and operation_id in as_json(message.card()) and "Needs" in as_json(message.card())
    )
    refused = await desk.press(SAM, Answer(desk, card, SAM), "approve", action=reveal(operation_id) | {"verb": "approve"})
    assert "You are the manager who will reveal this" in refused.message
    await desk.press(BRAM, Answer(desk, card, BRAM), "approve")
    await told(desk, HANNA, "Sam Okafor, the manager, gets a card and reveals it there")
    await desk.press(SAM, await managers(desk, SAM), "reveal")
    assert made(desk) == 1


async def test_what_changes_before_the_press_counts(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="unavailable", path="/manager", times=9))
    assert "does not answer" in (await desk.say(HANNA, PASS)).text
    desk.entra.faults.clear()
    own, card = await handed(desk)
    desk.entra.faults.add(Fault(effect="unavailable", path="/manager", times=9))
    assert "does not answer" in (await desk.press(PRIYA, card, "reveal")).message
    desk.entra.faults.clear()
    await desk.say(SAM, "freeze omar")
    assert "frozen" in (await desk.press(PRIYA, card, "reveal")).message
    await desk.say(SAM, "unfreeze omar")
    await desk.say(SAM, "pause because Hanna is the insider")
    paused = (await desk.press(PRIYA, card, "reveal")).message
    assert "Nothing is changed at this moment" in paused
    assert "Sam" not in paused
    assert "insider" not in paused
    await desk.say(SAM, "resume")
    desk.entra.person(OMAR.upn).manager_id = VICTORIA.id
    refused = await desk.press(PRIYA, card, "reveal")
    assert "Omar Farouk has another manager by now, Victoria Crane" in refused.message
    assert "Hanna Visser, who asked for it, is told" in refused.message
    await desk.settled(own, "Out of date", "another manager by now")
    await told(desk, HANNA, "Not carried out", "another manager by now")
    await desk.settled(card, "Out of date")
    assert card.verbs == []
    assert created(desk) == []

    await desk.press(HANNA, own, "again")  # goes to the new one
    assert "Victoria Crane (victoria.crane@fabrikam.example), the manager, alone" in own.text.replace("\u200b", "")
    desk.entra.person(OMAR.upn).manager_id = PRIYA.id
    own, card = await handed(desk)
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk"), HANNA.id)
    assert "What Hanna Visser asked for is not allowed any more" in (await desk.press(PRIYA, card, "reveal")).message
    await desk.settled(own, "Failed", "is not allowed any more")
    assert created(desk) == []


async def test_a_manager_whom_teams_does_not_reach_ends_it_at_once(desk: Desk) -> None:
    desk.teams.open(PRIYA, opened=False)
    own = await ready(desk, PASS, says="Failed")
    assert "Priya Raman, the manager, has not got it." in own.text
    assert "Have Priya Raman open me in Teams" in own.text
    await told(desk, HANNA, "Not carried out", "has not got it")
    desk.entra.person(ALICE.upn).manager_id = VICTORIA.id
    desk.teams.install_for(VICTORIA)
    desk.teams.block(VICTORIA)
    own = await ready(desk, "pass for alice", says="Failed")
    assert "Victoria Crane, the manager, has not got it." in own.text
    assert created(desk) == []


async def test_it_ends_with_its_request(desk: Desk) -> None:
    own, card = await handed(desk)
    await desk.press(HANNA, own, "suspect")
    await desk.settled(card, "Cancelled")
    assert card.verbs == []
    await desk.say(SAM, "unfreeze omar")
    own, card = await handed(desk)
    desk.later(minutes=61)
    await desk.settled(own, "Expired", "Priya Raman, the manager, did not press Reveal in time")
    await told(desk, HANNA, "did not press Reveal in time")
    await desk.settled(card, "Expired")
    assert created(desk) == []


async def test_a_redelivered_press_and_what_replaces_a_code(desk: Desk) -> None:
    own, card = await handed(desk)
    press = desk.teams.compose(PRIYA, "") | {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "replyToId": card.message.id,
        "value": {"action": reveal(card.operation_id), "trigger": "manual"},
    }
    answers = [await desk.teams.post(press) for _ in range(2)]
    secret = code(desk)
    assert [secret in body for _, _, body in answers] == [True, False]
    assert "Revealed to Priya Raman" in answers[1][2]
    await desk.settled(own, "Done")
    pressed = await desk.press(HANNA, own, "replace")
    assert "is below: confirm it there" in pressed.message
    newest = Answer(desk, [message for message in desk.teams.thread(HANNA) if message.by_bot][-1], HANNA)
    assert "Priya Raman, the manager, presses Reveal" in newest.text


async def test_the_pass_of_a_recovery_goes_to_the_manager_too(desk: Desk) -> None:
    own = await recovered(desk, "recover lotte lost", "has a card of its own")
    card = await managers(desk, PRIYA, "Lotte Smit")
    theirs = await pass_card(desk, own, says=WAITS)
    assert "reveal" not in theirs.verbs
    answer = await desk.press(PRIYA, card, "reveal")
    assert code(desk, cast.person("Lotte Smit")) in as_json(answer.card)
    await desk.settled(theirs, "Revealed to Priya Raman")


async def test_a_rule_speaks_of_what_is_seen_once_alone(database_url: str) -> None:
    rules = (
        *USUAL.rules,
        replace(USUAL.rules[0], name="Passes too", actions=frozenset({ChangeKind.CREATE_PASS, ChangeKind.SET_PHONE}), to_manager=True),
    )
    async with Desk(database_url, replace(USUAL, rules=rules), **SETTINGS) as desk:
        assert ", the manager" not in (await desk.say(HANNA, "set mobile for alice +31 6 12345678")).text
        assert "reveal" in (await ready(desk, "reset password for omar")).verbs
        await ready(desk, PASS, says=WAITS)  # one rule that says so is enough
        await until(lambda: bool(desk.teams.threads.find(PRIYA)[0].installed))

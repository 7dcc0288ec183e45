"""`recover`: what happened, what is proposed, what its requester leaves out, and the pass that comes after the rest."""

from __future__ import annotations

import pytest

from simulator.entra import Fault
from simulator.entra.sign_in import PassPolicy
from tests.desk import BRAM, HANNA, SAM, Desk, as_json
from tests.scenarios.approving import approvers_card, words
from tests.scenarios.passes import code, created, made
from tests.scenarios.recovering import DIEGO, LOST, LOTTE, following, named_on, pass_card, recovered, ticked, ticks
from tests.scenarios.several import agreed, kinds, results, writes

AUTHENTICATOR = "/microsoftAuthenticatorMethods/"
SITUATIONS = ("lost or stolen phone", "new phone", "first day", "phone left at home")

# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pick", range(4))
async def test_one_card_asks_what_happened_and_each_answer_leads_to_its_plan(desk: Desk, pick: int) -> None:
    own = await desk.say(HANNA, "recover lotte")
    assert "What happened to Lotte Smit?" in own.text
    assert own.verbs == ["choose"] * 4
    await desk.press(HANNA, own, "choose", data={"pick": pick})
    assert f"Recover Lotte Smit: {SITUATIONS[pick]}" in own.text
    assert own.verbs == ["confirm", "cancel", "suspect"]
    assert bool(ticked(own)) == (pick == 0)
    assert writes(desk) == []


async def test_whoever_did_not_ask_cannot_answer_and_a_forged_answer_is_none(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover lotte")
    assert "not yours" in (await desk.press(BRAM, own, "choose", data={"pick": 0})).message
    for forged in (4, -1, "lost", "0 "):
        assert "I do not know which one you picked" in (await desk.press(HANNA, own, "choose", data={"pick": forged})).message
    await desk.press(HANNA, own, "choose", data={"pick": 3})
    assert "phone left at home" in own.text


async def test_a_time_is_for_a_first_day_alone(desk: Desk) -> None:
    assert "A time is for a first day only" in (await desk.say(HANNA, "recover lotte lost at 14:00")).text
    own = await desk.say(HANNA, "recover lotte at tomorrow 08:00")
    again = await desk.say(HANNA, "recover lotte at tomorrow 08:00")
    await desk.press(HANNA, again, "choose", data={"pick": 1})
    assert "A time is for a first day only" in again.text
    await desk.press(HANNA, own, "choose", data={"pick": 2})
    assert "first day" in own.text
    assert "Valid from" in own.text


async def test_without_passes_in_the_tenant_there_is_no_recovery(desk: Desk) -> None:
    desk.entra.tenant.sign_in.pass_policy = PassPolicy(state="disabled")
    assert "switches Temporary Access Passes off" in (await desk.say(HANNA, LOST)).text


# ── lost or stolen ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.storage
async def test_a_lost_phone_goes_and_then_the_pass_has_a_card_of_its_own(desk: Desk) -> None:
    own = await desk.say(HANNA, LOST)
    for said in ("Take the tick off", "I look after 1 hour and after 24 hours", "a card of its own", "needs 1 approval"):
        assert said in own.text
    assert ticked(own) == {
        "Microsoft Authenticator: iPhone 15, registered 2 June 2025": True,
        "Mobile phone: ＋31 6 1234 5010": True,  # inert: no list, and no number to tap
        "Sessions: signed in wherever they are": True,
        "Temporary Access Pass: none": True,
    }
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    assert "Take the tick off" not in own.text
    recovery = own.operation_id
    assert writes(desk) == []
    await agreed(desk, recovery)
    await desk.settled(own, "Done, and read back", "has a card of its own")
    assert results(desk) == ["done", "done", "done", "handed_on"]
    assert sorted(writes(desk)) == ["authenticator.delete", "phone.delete mobile", "sessions.revoke"]

    card = await pass_card(desk, own)
    assert card.message.conversation == own.message.conversation
    assert "To read out or send (English)" in card.text
    assert "If the lost phone turns up, call the helpdesk" in card.text
    assert created(desk, LOTTE) == []
    answer = await desk.press(HANNA, card, "reveal")
    assert code(desk, LOTTE) in as_json(answer.card)
    assert "If the lost phone turns up" in as_json(answer.card)
    assert made(desk, LOTTE) == 1
    assert len(following(desk, recovery)) == 1
    assert kinds(desk, LOTTE) == []
    log = await desk.logged("Recover Lotte Smit", recovery)
    assert "612345010" not in as_json(log.card())
    await desk.logged("Revealed to Hanna Visser", card.operation_id)
    assert code(desk, LOTTE) not in " ".join(as_json(each.card() or {}) for each in desk.teams.threads.messages.values())
    waiting = [each for each in desk.teams.threads.messages.values() if each.by_bot and "Needs" in words(each)]
    assert len(waiting) <= 1  # what follows was agreed to with the recovery


@pytest.mark.storage
async def test_what_is_unticked_stays_and_approvers_see_the_rest_alone(desk: Desk) -> None:
    desk.entra.person(LOTTE.upn).sign_in.default = None  # the default goes last, and something else stays here
    own = await desk.say(HANNA, LOST)
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own, "Mobile phone", "Sessions"))
    await desk.settled(own, "Waiting for approval")
    approvers = await approvers_card(desk, own.operation_id)
    for card in (own.text, approvers.text):
        assert "Microsoft Authenticator" in card
        assert "Mobile" not in card
        assert "Sessions" not in card
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert writes(desk) == ["authenticator.delete"]
    assert "mobile" in desk.phones(LOTTE)
    await pass_card(desk, own)
    (confirmed,) = [row for row in desk.trail() if row.tag == "operation:request:confirmed"]
    assert "remove_authenticator" in confirmed.facts
    assert "remove_phone" not in confirmed.facts


async def test_without_its_pass_a_recovery_only_removes(desk: Desk) -> None:
    own = await recovered(desk, taken_off=("Temporary Access Pass",))
    assert following(desk, named_on(own)) == []
    assert results(desk) == ["done", "done", "done"]


async def test_with_its_pass_alone_it_is_ready_at_once(desk: Desk) -> None:
    own = await recovered(desk, LOST, "Ready: press Reveal", taken_off=("Authenticator", "Mobile", "Sessions"))
    await desk.press(HANNA, own, "reveal")
    assert made(desk, LOTTE) == 1
    assert writes(desk) == ["pass.create"]


async def test_nothing_ticked_is_nothing_to_do_and_the_card_waits_on(desk: Desk) -> None:
    own = await desk.say(HANNA, LOST)
    nothing = dict.fromkeys(ticks(desk, own), "false")
    assert "Nothing is ticked" in (await desk.press(HANNA, own, "confirm", data=nothing)).message
    assert own.verbs == ["confirm", "cancel", "suspect"]
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await desk.settled(own, "Waiting for approval")


async def test_forged_ticks_add_nothing(desk: Desk) -> None:
    desk.entra.person(LOTTE.upn).sign_in.default = None
    own = await desk.say(HANNA, LOST)
    forged = {"keep0": "true", "keep1": "TRUE", "keep2": True, "keep3": "false", "keep4": "true", "keep99": "true", "keep-1": "true"}
    await desk.press(HANNA, own, "confirm", data={**forged, "keep": "true", "changes": "all"})
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert writes(desk) == ["authenticator.delete"]


async def test_a_list_without_ticks_takes_none(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover lotte new phone")
    await desk.press(HANNA, own, "confirm", data={"keep0": "false", "keep1": "true"})
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Ready: press Reveal")


async def test_an_old_client_that_sends_no_ticks_means_the_list_as_proposed(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover diego lost")
    await desk.press(HANNA, own, "confirm", style="submit")
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert kinds(desk, DIEGO) == []


async def test_nobody_else_confirms_and_nobody_else_reveals(desk: Desk) -> None:
    own = await desk.say(HANNA, LOST)
    answer = await desk.press(BRAM, own, "confirm", data=ticks(desk, own, "Sessions"))
    assert "Only Hanna Visser can confirm" in answer.message
    assert own.verbs == ["confirm", "cancel", "suspect"]
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    card = await pass_card(desk, own)
    forged = {"type": "Action.Execute", "verb": "reveal", "data": {"id": card.operation_id}}
    assert "Only Hanna Visser can reveal" in (await desk.press(SAM, card, "reveal", action=forged)).message
    assert created(desk, LOTTE) == []


async def test_two_devices_of_one_name_cannot_be_told_apart_so_both_go(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover diego lost")
    assert [on for title, on in ticked(own).items() if "Pixel 8" in title] == [True, True]
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back", "Nothing that is registered stays.")
    assert kinds(desk, DIEGO) == []
    await pass_card(desk, own)


# ── what does not work out ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.storage
async def test_what_was_refused_is_named_the_pass_is_there_all_the_same_and_again_plans_the_rest(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="DELETE", path=AUTHENTICATOR, times=1))
    own = await desk.say(HANNA, LOST)
    first = own.operation_id
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, first)
    await desk.settled(own, "Partly done", "2 of 3 done", "Not done: Microsoft Authenticator (iPhone 15")
    assert results(desk) == ["refused", "done", "done", "handed_on"]
    card = await pass_card(desk, own)
    await desk.press(HANNA, card, "reveal")
    assert made(desk, LOTTE) == 1

    await desk.press(HANNA, own, "again")
    assert [title.partition(":")[0] for title, on in ticked(own).items() if on] == ["Microsoft Authenticator"]
    second = own.operation_id
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, second)
    await desk.settled(own, "Done, and read back")
    assert kinds(desk, LOTTE) == []
    assert following(desk, second) == []
    assert writes(desk).count("sessions.revoke") == 1
    assert made(desk, LOTTE) == 1


async def test_again_keeps_what_was_chosen(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="DELETE", path=AUTHENTICATOR))
    gone, stays = "Pixel 8, registered 7 January 2025", "Pixel 8, registered 3 April 2023"
    own = await recovered(desk, "recover diego lost", "Partly done", taken_off=("Mobile", "Temporary", stays))
    await desk.press(HANNA, own, "again")
    assert [title for title, on in ticked(own).items() if on] == [f"Microsoft Authenticator: {gone}"]


async def test_nothing_done_means_no_pass(desk: Desk) -> None:
    for method, path in (("DELETE", ""), ("POST", "/revokeSignInSessions")):
        desk.entra.faults.add(Fault(effect="forbidden", method=method, path=path))
    own = await recovered(desk, LOST, "Failed", "Nothing was changed")
    assert "Nothing else was done, so there is no pass either" in own.text
    assert results(desk)[-1] == "refused"
    assert "follows from" not in " ".join(row.facts for row in desk.trail())
    desk.entra.faults.clear()
    await desk.press(HANNA, own, "again")
    assert all(ticked(own).values())


async def test_a_freeze_before_the_yes_stops_it(desk: Desk) -> None:
    own = await desk.say(HANNA, LOST)
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    approvers = await approvers_card(desk, own.operation_id)
    await desk.say(BRAM, "freeze lotte because odd call")
    answer = await desk.press(SAM, approvers, "approve")
    assert "frozen" in f"{answer.message} {as_json(answer.card or {})}"
    assert writes(desk) == []


@pytest.mark.storage
async def test_a_freeze_after_the_yes_leaves_everything_and_the_pass_cannot_be_revealed(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="hold", method="DELETE", path=AUTHENTICATOR))
    own = await desk.say(HANNA, LOST)
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    await fault.met.wait()
    await desk.say(BRAM, "freeze lotte because odd call")
    await desk.restart_bot()
    await desk.settled(own, "Partly done", "frozen")
    card = await pass_card(desk, own)
    assert "frozen" in (await desk.press(HANNA, card, "reveal")).message
    assert writes(desk) == []
    await desk.say(SAM, "unfreeze lotte")
    await desk.press(HANNA, card, "reveal")
    assert made(desk, LOTTE) == 1


@pytest.mark.storage
async def test_a_pass_nobody_reveals_expires(desk: Desk) -> None:
    card = await pass_card(desk, await recovered(desk))
    desk.later(minutes=61)
    await desk.settled(card, "Expired", "Reveal was not pressed in time")
    assert created(desk, LOTTE) == []

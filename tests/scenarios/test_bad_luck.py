"""What a person gets when Graph, Teams or time is against them: a clear sentence, and nothing half done."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy

from simulator.entra import Fault
from simulator.entra.state import PhoneState
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, LOG, OMAR, OSCAR, Answer, Desk

SET = "set mobile for alice +31 6 12345678"
ALICE_PHONES = "authentication/phoneMethods"


async def confirmed(desk: Desk, text: str = SET) -> Answer:
    answer = await desk.say(HANNA, text)
    await desk.press(HANNA, answer, "confirm")
    return answer


@pytest.mark.parametrize("retry_after", [1, 0.2])
async def test_throttled_writes_are_repeated_after_the_time_graph_asks_for(desk: Desk, retry_after: float | None) -> None:
    desk.entra.faults.add(Fault(effect="throttle", method="POST", path=ALICE_PHONES, retry_after=retry_after, times=2))
    await desk.settled(await confirmed(desk), "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
    assert len(desk.entra.writes) == 1


async def test_a_write_whose_answer_is_lost_is_resolved_by_reading(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="drop", method="POST", path=ALICE_PHONES, after=True, times=1))
    await desk.settled(await confirmed(desk), "Done")
    assert [write.what for write in desk.entra.writes] == ["phone.create"]


async def test_a_write_that_never_arrived_is_made_again(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="drop", method="POST", path=ALICE_PHONES, times=1))
    await desk.settled(await confirmed(desk), "Done")
    assert [write.what for write in desk.entra.writes] == ["phone.create"]


async def test_a_gateway_time_out_after_the_write_is_resolved_by_reading(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="gateway_timeout", method="POST", path=ALICE_PHONES, after=True, times=1))
    await desk.settled(await confirmed(desk), "Done")
    assert len(desk.entra.writes) == 1


async def test_a_number_saved_although_graph_says_conflict_is_a_success_with_a_warning(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="conflict", method="POST", path=ALICE_PHONES, after=True, times=1))
    answer = await desk.settled(await confirmed(desk), "Done")
    assert "Another account already signs in with this number" in answer.text
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}


async def test_a_number_that_is_really_taken_is_saved_without_sms_sign_in(desk: Desk) -> None:
    desk.entra.person(OMAR.upn).phones["mobile"] = PhoneState("+31 612345678", "ready")
    answer = await desk.settled(await confirmed(desk), "Done")
    assert "SMS sign-in stays off" in answer.text
    assert desk.entra.person(ALICE.upn).phones["mobile"].sms_sign_in == "phoneNumberNotUnique"


async def test_a_conflict_that_saved_nothing_is_a_failure(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="conflict", method="POST", path=ALICE_PHONES))
    answer = await desk.settled(await confirmed(desk), "Nothing was changed")
    assert "Another account already signs in" in answer.text
    assert desk.phones(ALICE) == {}
    await desk.logged("Alice Jansen", "ailed")


async def test_a_late_read_does_not_make_a_second_write(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="late", method="POST", path=ALICE_PHONES, seconds=0.03))
    await desk.settled(await confirmed(desk), "Done")
    assert len(desk.entra.writes) == 1


async def test_a_missing_permission_is_named(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="POST", path=ALICE_PHONES))
    answer = await desk.settled(await confirmed(desk), "Nothing was changed")
    assert "UserAuthMethod-Phone.ReadWrite.All" in answer.text


async def test_graph_down_at_the_click_confirms_nothing(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.faults.add(Fault(effect="unavailable", path="/v1.0/"))
    told = await desk.press(HANNA, answer, "confirm")
    assert "does not answer properly" in told.message
    assert "Nothing was changed" in told.message
    desk.entra.faults.clear()
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")


async def test_graph_down_for_good_after_the_click_ends_in_an_honest_failure(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    account = desk.entra.person(ALICE.upn).id
    desk.entra.faults.add(Fault(effect="unavailable", path=f"/users/{account}"))
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Failed", "Nothing was changed")
    assert desk.entra.writes == []
    await desk.logged("Alice Jansen", "ailed")


async def test_garbage_and_emptiness_from_graph_are_no_answer(desk: Desk) -> None:
    for effect in ("garbage", "empty"):
        fault = desk.entra.faults.add(Fault(effect=effect, path="/v1.0/"))
        answer = await desk.say(HANNA, "show alice")
        assert "does not answer properly" in answer.text
        assert fault.fired
        desk.entra.faults.clear()
        desk.clock.forward(minutes=2)


async def test_the_account_vanishes_between_card_and_click(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    del desk.entra.tenant.people[desk.entra.person(ALICE.upn).id]
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "no longer knows this account")


async def test_someone_else_changed_it_meanwhile(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.person(ALICE.upn).phones["mobile"] = PhoneState("+31 699999999")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Nothing was written")
    assert desk.phones(ALICE) == {"mobile": "+31 699999999"}
    assert answer.verbs == ["again"]

    await desk.press(HANNA, answer, "again")
    assert "+31 6 9999 9999" in answer.text
    assert answer.verbs == ["confirm", "cancel", "suspect"]
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}


async def test_the_target_becomes_an_administrator_between_card_and_click(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.person(ALICE.upn).roles = ["User Administrator"]
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "protected")
    assert desk.entra.writes == []


async def test_a_card_expires_by_itself_and_says_so(desk: Desk) -> None:
    desk_card = await desk.say(HANNA, SET)
    desk.clock.forward(minutes=11)
    told = await desk.press(HANNA, desk_card, "confirm")
    assert "expired" in told.message
    assert desk.phones(ALICE) == {}


async def test_a_double_click_counts_once(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    presses = await asyncio.gather(*(desk.press(HANNA, answer, "confirm") for _ in range(5)))
    assert sorted(bool(press.card) for press in presses) == [False] * 4 + [True]
    assert all("this click did nothing" in press.message for press in presses if not press.card)
    await desk.settled(answer, "Done")
    assert len(desk.entra.writes) == 1


async def test_confirm_and_cancel_at_once_one_wins(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    one, other = await asyncio.gather(desk.press(HANNA, answer, "confirm"), desk.press(HANNA, answer, "cancel"))
    assert bool(one.card) != bool(other.card)
    await desk.settled(answer, "Done" if one.card else "Cancelled")
    assert bool(desk.phones(ALICE)) == bool(one.card)


async def test_somebody_elses_press_is_refused_privately(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET, HELPDESK)
    told = await desk.press(BRAM, answer, "confirm")
    assert told.card is None
    assert "Only Hanna Visser can confirm" in told.message
    outsider = await desk.press(OSCAR, answer, "cancel")
    assert "not in the helpdesk group" in outsider.message
    assert "Hanna" not in outsider.message
    assert answer.verbs == ["confirm", "cancel", "suspect"]


async def test_old_clients_without_execute_get_the_same(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    await desk.press(HANNA, answer, "confirm", style="submit")
    await desk.settled(answer, "Done")


async def test_the_card_cannot_be_updated_so_the_result_comes_anew(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.teams.faults.add("404", method="PUT")
    await desk.press(HANNA, answer, "confirm")
    fresh = await desk.teams.wait_for(
        lambda m: m.by_bot and m.id > answer.message.id and "Done" in str(m.card()) and m.conversation != LOG.id
    )
    assert "Alice Jansen" in str(fresh.card())


async def test_a_dead_log_channel_gets_everything_later_in_order(desk: Desk) -> None:
    desk.teams.down(LOG)
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    await desk.change(HANNA, "set office for alice +31 20 1234567")
    await desk.change(HANNA, "remove office for alice")
    assert desk.log() == []
    desk.teams.up(LOG)
    await desk.logged("Remove office")
    mobile, office, removed = desk.log()
    assert "mobile" in mobile
    assert "Set office" in office
    assert "Remove office" in removed


async def test_a_redelivered_message_does_nothing(desk: Desk) -> None:
    activity = desk.teams.compose(HANNA, SET)
    statuses = [(await desk.teams.post(activity))[0] for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert len([sent for sent in desk.teams.sent if sent.method == "send"]) == 1


async def test_what_was_answered_before_a_restart_is_not_answered_again(desk: Desk, database_url: str) -> None:
    lines = [desk.teams.compose(agent, f"show {name}") for agent in (HANNA, BRAM) for name in ("alice", "omar", "kenji")]
    assert [status for status, *_ in await asyncio.gather(*(desk.teams.post(line) for line in lines))] == [200] * len(lines)
    engine = sqlalchemy.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    answered = sqlalchemy.text("SELECT count(*) FROM deliveries WHERE answered")
    with engine.connect() as connection:
        async with asyncio.timeout(10):
            while connection.execute(answered).scalar() != len(lines):
                connection.rollback()
                await asyncio.sleep(0.01)
    engine.dispose()
    await desk.stop_bot()
    await desk.start_bot()
    desk.clock.forward(minutes=1)
    before = len(desk.teams.sent)
    assert [status for status, *_ in await asyncio.gather(*(desk.teams.post(line) for line in lines))] == [200] * len(lines)
    assert len(desk.teams.sent) == before


async def test_an_edited_message_is_not_run_and_says_so(desk: Desk) -> None:
    answer = await desk.say(HANNA, "show alice")
    typed = desk.teams.thread(HANNA)[0]
    await desk.teams.edit(HANNA, typed.id, SET)
    last = desk.teams.thread(HANNA)[-1]
    assert last.id != answer.message.id
    assert "edited" in str(last.card())
    assert desk.phones(ALICE) == {}
    await desk.press(HANNA, Answer(desk, last, HANNA), "choose")  # and says it anew for whoever wants that
    assert "confirm" in Answer(desk, desk.teams.thread(HANNA)[-1], HANNA).verbs
    await desk.teams.edit(OSCAR, (await desk.teams.say(OSCAR, "hi")).id, SET)
    assert Answer(desk, desk.teams.thread(OSCAR)[-1], OSCAR).verbs == []


async def test_a_restart_between_click_and_write_loses_nothing(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="latency", method="POST", path=ALICE_PHONES, seconds=0.2))
    answer = await confirmed(desk)
    await desk.stop_bot()
    desk.entra.faults.clear()
    await desk.start_bot()
    await desk.settled(answer, "Done")
    assert len(desk.entra.writes) == 1
    await desk.logged("Alice Jansen")


async def test_a_message_the_bot_died_over_is_answered_when_teams_delivers_it_again(desk: Desk) -> None:
    activity = desk.teams.compose(HANNA, SET)
    gate = desk.entra.faults.add(Fault(effect="hold", path="/v1.0/"))
    dying = asyncio.create_task(desk.teams.post(activity))
    await gate.met.wait()  # the turn has begun when it waits for Graph
    await desk.stop_bot()  # does not wait for a turn this slow
    dying.cancel()
    desk.entra.faults.clear()
    desk.clock.forward(seconds=15)
    await desk.start_bot()
    assert desk.teams.thread(HANNA) == []
    assert (await desk.teams.post(activity))[0] == 200
    assert len(desk.teams.thread(HANNA)) == 1
    assert (await desk.teams.post(activity))[0] == 200
    assert len(desk.teams.thread(HANNA)) == 1

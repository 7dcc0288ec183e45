"""Removing a sign-in method: the one that is meant, and no other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.change import ChangeKind
from bot.domain.rules import Ground, Policy, Rule
from simulator import cast
from simulator.entra import Fault
from simulator.entra.control_sign_in import take_away
from simulator.registered import registered
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, Answer, Desk, as_json

DIEGO, LOTTE, RINA, GERT, MEI, PRIYA = (
    cast.person(name) for name in ("Diego Vega", "Lotte Smit", "Rina Patel", "Gert Brandt", "Mei Lin", "Priya Raman")
)
AGENTS = cast.group("Helpdesk").id
AUTHENTICATORS = "/microsoftAuthenticatorMethods/"


def kinds(desk: Desk, who: cast.Member) -> list[str]:
    """What somebody has registered besides phones, in the simulator's words."""
    return [method.kind for method in desk.entra.person(who.upn).holding().methods]


def writes(desk: Desk) -> list[str]:
    """What was written, in order."""
    return [write.what for write in desk.entra.writes]


@pytest.mark.parametrize(
    ("line", "shown", "written"),
    [
        ("remove authenticator for alice", "iPhone 14, registered 18 November 2024", "authenticator.delete"),
        ("delete app for alice", "iPhone 14, registered 18 November 2024", "authenticator.delete"),
        ("remove security key for priya", "Authenticator on Galaxy S24, registered 1 September 2025", "fido2.delete"),
        ("remove hello for priya", "FAB-LT-0231, registered 10 February 2025", "hello.delete"),
        ("remove codes for rina", "registered", "otp.delete"),
        ("remove external for rina", "Fabrikam ID, registered 15 October 2025", "external.delete"),
        ("remove email for rina", "rina@mail.example", "email.delete"),
        ("remove platform credential for mei lin", "MacBook Air, registered 11 August 2025", "platform.delete"),
        ("remove authenticator for mei lin", "registered 2 March 2025", "passwordless.delete"),
        ("remove qr code for gert", "registered 20 March 2025", "qr.delete"),
        ("remove hardware token for gert", "Feitian c200 2601234567890, registered 20 March 2025", "hardware.delete"),
    ],
)
async def test_each_family_is_removed_by_the_words_people_use(desk: Desk, line: str, shown: str, written: str) -> None:
    answer = await desk.say(HANNA, line)
    assert shown in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done, and read back")
    assert writes(desk) == [written]


async def test_of_several_one_is_picked_by_name_and_date(desk: Desk) -> None:
    first, second = desk.entra.person(DIEGO.upn).holding().methods
    answer = await desk.say(HANNA, "remove authenticator for diego")
    assert answer.verbs == ["choose", "choose"]
    assert "registered 3 April 2023" in answer.text
    assert "registered 7 January 2025" in answer.text
    assert first.id not in as_json(answer.card), "a card carries an id of ours and a pick"

    await desk.press(HANNA, answer, "choose", data={"pick": "1"})
    assert "Pixel 8, registered 7 January 2025" in answer.text
    assert "2023" not in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done, and read back")
    assert desk.entra.person(DIEGO.upn).holding().methods == (first,)
    assert desk.entra.writes[0].before == second.id


async def test_more_than_a_handful_become_a_list(desk: Desk) -> None:
    person = desk.entra.person(ALICE.upn)
    for number in range(7):
        person.sign_in.add(person.upn, registered("fido2", f"2025-0{number + 1}-01T00:00:00Z", displayName=f"Key {number}"))
    answer = await desk.say(HANNA, "remove key for alice")
    assert answer.verbs == ["choose"]
    await desk.press(HANNA, answer, "choose", data={"pick": "6"})
    assert "Key 6, registered 1 July 2025" in answer.text


async def test_a_pick_that_was_never_offered_does_nothing(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove authenticator for diego")
    forged = await desk.press(HANNA, answer, "choose", data={"pick": "2"})
    assert "I do not know which one you picked" in forged.message
    assert "choose" in answer.verbs


async def test_a_choice_belongs_to_whoever_asked(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove authenticator for diego", HELPDESK)
    told = await desk.press(BRAM, answer, "choose", data={"pick": "0"})
    assert "This choice is not yours" in told.message
    assert writes(desk) == []


async def test_what_was_offered_may_be_gone_by_the_time_of_the_pick(desk: Desk) -> None:
    person = desk.entra.person(DIEGO.upn)
    answer = await desk.say(HANNA, "remove authenticator for diego")
    take_away(person, person.holding().methods[0].id)
    told = await desk.press(HANNA, answer, "choose", data={"pick": "0"})
    assert "no longer registered" in told.message
    await desk.press(HANNA, answer, "choose", data={"pick": "1"})
    assert "Pixel 8, registered 7 January 2025" in answer.text


async def test_a_pick_is_authorised_anew(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove authenticator for diego")
    desk.entra.tenant.leave(desk.entra.tenant.group("Helpdesk"), HANNA.id)
    told = await desk.press(HANNA, answer, "choose", data={"pick": "0"})
    assert told.card is None
    assert "group" in told.message


async def test_two_people_of_one_name_and_then_two_methods(desk: Desk) -> None:
    person = desk.entra.person(cast._upn("jan.devries2"))
    for device in ("Pixel 7", "Pixel 9"):
        person.sign_in.add(person.upn, registered("authenticator", "2025-01-01T00:00:00Z", displayName=device))
    answer = await desk.say(HANNA, "remove authenticator for jan de vries")
    pick = next(index for index, word in enumerate(answer.text.split(" Choose")) if person.upn in word)
    await desk.press(HANNA, answer, "choose", data={"pick": str(pick)})
    assert "Pixel 7" in answer.text
    assert "Pixel 9" in answer.text
    await desk.press(HANNA, answer, "choose", data={"pick": "1"})
    assert "Pixel 9, registered 1 January 2025" in answer.text
    assert "confirm" in answer.verbs


async def test_where_there_is_none_of_the_sort_it_says_what_there_is(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove passkey for rina")
    assert "Rina Patel has no passkey" in answer.text
    for named in ("authenticator app with codes", "external method Fabrikam ID", "r•••@mail.example", "resourceKey (unknown to me"):
        assert named in answer.text
    assert "rina@mail.example" not in answer.text
    assert "Nothing is registered besides the password" in (await desk.say(HANNA, "remove passkey for oscar")).text


async def test_a_sort_that_nobody_knows_is_never_removed(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove resourceKey for rina")
    assert "I do not know what a method of the sort “resourceKey” does" in answer.text
    assert answer.verbs == []


async def test_without_the_right_to_see_methods_nothing_is_guessed(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "UserAuthenticationMethod.Read.All")
    await desk.stop_bot()
    await desk.start_bot()
    for line in ("remove authenticator for alice", "reset mfa for alice", "set email for alice alice@mail.example"):
        answer = await desk.say(HANNA, line)
        assert "I cannot tell which methods Alice Jansen has" in answer.text
        assert "UserAuthenticationMethod.Read.All is missing" in answer.text.replace("\u200b", "")


async def test_the_last_method_but_the_password_comes_with_a_warning(desk: Desk) -> None:
    assert "last method besides the password" in (await desk.say(HANNA, "remove authenticator for alice")).text
    assert "last method" not in (await desk.say(HANNA, "remove authenticator for lotte")).text


@pytest.mark.parametrize("older", [False, True])
async def test_the_default_is_kept_by_entra_and_the_card_says_what_to_do_first(desk: Desk, older: bool) -> None:
    desk.entra.tenant.sign_in.older_wording = older
    answer = await desk.say(HANNA, "remove authenticator for lotte")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Failed", "This is the default sign-in method", "Nothing was changed")
    assert f"“set default for {LOTTE.upn} to sms”" in answer.text
    assert answer.verbs == ["again"]
    assert writes(desk) == []
    assert all(nap < 10 for nap in desk.naps), "a second pass does not help where other methods are kept"


async def test_a_missing_permission_is_named(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "UserAuthMethod-QR.ReadWrite.All")
    await desk.stop_bot()
    await desk.start_bot()
    answer = await desk.say(HANNA, "remove qr for gert")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Failed", "UserAuthMethod-QR.ReadWrite.All", "Nothing was changed")


async def test_policy_is_asked_for_the_sort_that_was_named_and_no_other(database_url: str) -> None:
    allowed = Rule(name="Authenticators go", actions=frozenset({ChangeKind.REMOVE_AUTHENTICATOR}), ask=frozenset({AGENTS}))
    denied = Rule(name="Keys stay", deny=True, actions=frozenset({ChangeKind.REMOVE_PASSKEY}), targets=frozenset({Ground.ORDINARY}))
    async with Desk(database_url, Policy(rules=(allowed, denied), names={AGENTS: "Helpdesk"}, confirm_for=timedelta(minutes=10))) as desk:
        assert "confirm" in (await desk.say(HANNA, "remove authenticator for lotte")).verbs
        assert "Keys stay" in (await desk.say(HANNA, "remove passkey for alice")).text
        assert "No rule of the policy lets anybody remove external method" in (await desk.say(HANNA, "remove external for rina")).text
        other = await desk.say(HANNA, "remove authenticator for mei lin")  # an older sort, with an action of its own
        assert "No rule of the policy lets anybody remove Microsoft Authenticator, passwordless" in other.text


async def removal(desk: Desk) -> Answer:
    """Asks for the removal of Alice's authenticator and confirms it."""
    answer = await desk.say(HANNA, "remove authenticator for alice")
    await desk.press(HANNA, answer, "confirm")
    return answer


async def test_a_deletion_that_shows_late_is_written_once(desk: Desk) -> None:
    desk.naps_last = True
    desk.entra.tenant.sign_in.delete_delay = 5.0
    await desk.settled(await removal(desk), "Done, and read back")
    assert writes(desk) == ["authenticator.delete"]


async def test_a_deletion_that_never_shows_is_said_to_be_accepted(desk: Desk) -> None:
    desk.entra.tenant.sign_in.delete_delay = 600
    await desk.settled(await removal(desk), "Partly done", "accepted the change but does not show it yet")
    assert writes(desk) == ["authenticator.delete"]


async def test_somebody_else_was_quicker_and_it_shows(desk: Desk) -> None:
    answer = await desk.say(HANNA, "remove authenticator for alice")
    desk.entra.person(ALICE.upn).strong.remove("authenticator")
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "It was already so when I looked")
    assert writes(desk) == []


async def test_somebody_else_was_quicker_and_it_shows_late(desk: Desk) -> None:
    person = desk.entra.person(ALICE.upn)
    answer = await desk.say(HANNA, "remove authenticator for alice")
    person.hide_next_change(desk.clock().timestamp() + 3600)
    person.strong.remove("authenticator")
    await desk.press(HANNA, answer, "confirm")
    while not (answered := [request.status for request in desk.entra.requests if request.method == "DELETE"]):  # noqa: ASYNC110
        await asyncio.sleep(0)
    desk.clock.forward(hours=2)
    await desk.settled(answer, "It was gone already")
    assert answered == [404]


async def test_a_collision_that_saved_the_change_is_a_success(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="collision", method="DELETE", path=AUTHENTICATORS, after=True, times=1))
    await desk.settled(await removal(desk), "Done, and read back")
    assert writes(desk) == ["authenticator.delete"]


async def test_a_collision_that_saved_nothing_is_a_failure(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="collision", method="DELETE", path=AUTHENTICATORS))
    await desk.settled(await removal(desk), "Failed", "the account has changed in the meantime", "Nothing was changed")
    assert kinds(desk, ALICE) == ["authenticator"]


async def test_a_throttled_deletion_is_repeated(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="throttle", method="DELETE", path=AUTHENTICATORS, retry_after=0.2, times=2))
    await desk.settled(await removal(desk), "Done, and read back")
    assert writes(desk) == ["authenticator.delete"]


@pytest.mark.parametrize("after", [True, False])
async def test_a_dropped_answer_is_resolved_by_reading(desk: Desk, after: bool) -> None:
    desk.entra.faults.add(Fault(effect="drop", method="DELETE", path=AUTHENTICATORS, after=after, times=1))
    await desk.settled(await removal(desk), "Done, and read back")
    assert writes(desk) == ["authenticator.delete"]
    assert len(desk.trail()[-1].facts) > 2


async def test_try_again_is_about_that_very_method(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="DELETE", path=AUTHENTICATORS, times=1))
    answer = await desk.say(HANNA, "remove authenticator for diego")
    await desk.press(HANNA, answer, "choose", data={"pick": "1"})
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Failed")
    await desk.press(HANNA, answer, "again")
    assert "Pixel 8, registered 7 January 2025" in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done, and read back")
    assert len(desk.entra.person(DIEGO.upn).holding().methods) == 1


async def test_policy_test_says_that_one_has_to_be_picked(desk: Desk) -> None:
    sam = cast.person("Sam Okafor")
    answer = await desk.say(sam, "policy test remove authenticator for diego as hanna")
    assert "one has to be picked on a card" in answer.text

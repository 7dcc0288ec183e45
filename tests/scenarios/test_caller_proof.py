"""No proof, no button: a caller has to be proved to be the person before anybody can confirm what they ask for."""

from __future__ import annotations

import re

import pytest

from bot.domain.proof import ProofKind, ProofNeed
from simulator import cast
from tests.desk import BRAM, HANNA, OMAR, Answer, Desk
from tests.scenarios.approving import approvers_card
from tests.scenarios.bulking import told, words
from tests.scenarios.proving import DIEGO, SET, actions, asked, attest, demanding, press, prove, titles
from tests.scenarios.telling import TELLING

VICTORIA, DIRK, GUS = (cast.person(name) for name in ("Victoria Crane", "Dirk Bakker", "Gus Taylor (Adatum)"))


def number_in(shown: str) -> str:
    """The number that the agent reads out."""
    found = re.search(r"'text': '([1-9][0-9])', 'weight': 'Bolder'", shown)
    assert found, shown
    return found[1]


async def match(desk: Desk, card: Answer, number: str) -> str:
    """Diego presses a number on his card."""
    button = next(action for action in card.card["actions"] if action["title"] == number)
    return str(await desk.teams.press(DIEGO, card.message.id, "match", action=button))


@pytest.mark.storage
async def test_the_person_picks_the_number_that_the_agent_reads_out(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        assert "confirm" not in card.verbs
        assert "Is it really them? First one of these:" in card.text
        assert "Before you can confirm, it needs a proof of the caller of tier 2 or higher." in card.text
        refused = str(await desk.teams.press(HANNA, card.message.id, "confirm", action=press("confirm", card.operation_id)))
        assert "needs a proof of the caller of tier 2 or higher, and that is not there" in refused

        shown = await prove(desk, card, "number_match")
        number = number_in(shown)
        theirs = await asked(desk, DIEGO, "Are you on the telephone with Hanna right now?")
        assert "Confirm" not in shown
        assert len(titles(theirs)) == 4
        assert "+31 6" not in theirs.text
        answer = await match(desk, theirs, number)
        assert "Thank you, that is answered" in answer
        await desk.settled(card, "Number match: Diego Vega, the right number", "Counts until")
        assert "confirm" in card.verbs
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done", "Proved by")
        assert desk.phones(DIEGO)["mobile"] == "+31 612345678"
        tags = [row.tag for row in desk.trail() if row.tag.startswith("proof")]
        assert tags == ["proof:request:asked", "proof:request:given"]
        assert all(number not in str(row.facts) for row in desk.trail() if row.tag.startswith("proof"))


async def test_a_wrong_number_fails_and_is_not_asked_for_again(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        before = desk.phones(DIEGO)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO)
        wrong = next(title for title in titles(theirs) if title != number)
        assert "it was not proved" in await match(desk, theirs, wrong)
        await desk.settled(card, "Number match: Diego Vega, a wrong number")
        assert "confirm" not in card.verbs
        assert "for this request it is not asked for again" in await prove(desk, card, "number_match")
        # And the right one comes too late.
        await match(desk, theirs, number) if number in titles(theirs) else None
        assert desk.phones(DIEGO) == before


async def test_nobody_else_can_answer(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "number_match")
        theirs = await asked(desk, DIEGO)
        button = theirs.card["actions"][0]
        for stranger in (HANNA, BRAM, OMAR):
            for verb in ("match", "not_me", "vouch", "attest"):
                action = button | {"verb": verb, "fallback": None}
                assert "I do not know this card any more" in str(await desk.teams.press(stranger, theirs.message.id, verb, action=action))
        assert "confirm" not in (await desk.say(HANNA, f"status {card.operation_id}")).verbs


async def test_this_is_not_me_stops_everything_about_the_person(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        other = await desk.say(BRAM, "pass for diego vega")
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "number_match")
        theirs = await asked(desk, DIEGO)
        assert "it was not proved" in str(await desk.press(DIEGO, theirs, "not_me"))
        await desk.logged("The caller is not proved", "Diego Vega was asked whether the caller is real, and said no")
        await desk.settled(card, "Diego Vega says that the caller is somebody else")
        await desk.settled(other, "Diego Vega says that the caller is somebody else")
        assert "frozen" in (await desk.say(HANNA, SET)).text


async def test_after_a_wrong_number_this_is_not_me_is_heard_and_once(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO)
        await match(desk, theirs, next(title for title in titles(theirs) if title != number and title.isdecimal()))
        await desk.settled(theirs, "it was not proved", "Are you on the telephone with Hanna right now? You are not?")
        assert titles(theirs) == ["This is not me"]
        assert "frozen" not in (await desk.say(BRAM, "show diego vega")).text
        not_me = theirs.card["actions"][0]
        for _ in range(2):
            answer = str(await desk.teams.press(DIEGO, theirs.message.id, "not_me", action=not_me))
            assert "'title': 'This is not me'" not in answer
        await desk.logged("The caller is not proved", "Diego Vega was asked whether the caller is real, and said no")
        await desk.settled(card, "Diego Vega says that the caller is somebody else")
        await desk.teams.wait_for(lambda message: message.id == theirs.message.id and "This is not me" not in str(message.card()))
        assert "frozen" in (await desk.say(HANNA, SET)).text
        tags = [row.tag for row in desk.trail() if row.tag.startswith("proof") or row.tag == "chat:person:frozen"]
        assert tags == ["proof:request:asked", "proof:request:failed", "proof:request:failed", "chat:person:frozen"]


async def test_the_manager_speaks_to_them_and_may_not_agree_afterwards(database_url: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({cast.group("Helpdesk").id}))
    async with Desk(database_url, policy, **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        shown = await prove(desk, card, "manager")
        assert "Victoria Crane, the manager, has a card in Teams and is to speak to Diego Vega" in shown
        theirs = await asked(desk, VICTORIA, "Speak to Diego Vega yourself before you press")
        assert titles(theirs) == ["I spoke to them", "I could not", "This is wrong"]
        assert "+31 6" not in theirs.text
        answer = await desk.teams.press(VICTORIA, theirs.message.id, "vouch", action=theirs.card["actions"][0])
        assert "Thank you, that is answered" in str(answer)
        await desk.settled(card, "Ask the manager: Victoria Crane, spoke to them")
        await told(desk, HANNA, "The manager of Diego Vega has answered")
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Waiting for")


@pytest.mark.parametrize(
    ("manager", "says"),
    [
        (None, "Entra ID names no manager."),
        (HANNA, "Hanna Visser, the manager, is a party to this request."),
        (DIRK, "The account of Dirk Bakker, the manager, is disabled."),
        (GUS, "Gus Taylor (Adatum), the manager, is a guest."),
    ],
)
async def test_who_cannot_vouch_is_said_and_no_failure(database_url: str, manager: cast.Member | None, says: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        desk.entra.person(DIEGO.upn).manager_id = desk.entra.person(manager.upn).id if manager else None
        card = await desk.say(HANNA, SET)
        assert says in await prove(desk, card, "manager")
        assert [row.tag for row in desk.trail() if row.tag.startswith("proof")] == ["proof:request:withdrawn"]


async def test_a_call_back_goes_to_the_number_that_the_directory_has_had_for_long(database_url: str) -> None:
    async with Desk(database_url, demanding(ProofNeed(tier=1, count=1)), **TELLING) as desk:
        card = await desk.say(HANNA, "set office for diego vega +31 20 5550123")
        shown = await prove(desk, card, "call_back")
        assert "Hang up, and ring Diego Vega at +34 612345011" in shown
        yes, _, no = actions(card, "attest")
        again = await desk.say(HANNA, f"status {card.operation_id}")
        assert "The number was shown once" in again.text
        assert "612345011" not in again.text
        assert "612345011" not in str([row.facts for row in desk.trail()])
        for stranger in (BRAM, VICTORIA):
            assert "I do not know this card" in str(await desk.teams.press(stranger, card.message.id, "attest", action=yes))
        await desk.teams.press(HANNA, card.message.id, "attest", action=yes)
        await desk.settled(again, "Call back: ", "unchanged since", "Counts until")
        assert "confirm" in again.verbs
        await desk.teams.press(HANNA, again.message.id, "attest", action=no)  # the first answer counts
        assert "confirm" in again.verbs


async def test_a_number_that_was_set_lately_is_called_by_nobody(database_url: str) -> None:
    async with Desk(database_url, demanding(ProofNeed(tier=1, count=1)), **TELLING) as desk:
        desk.entra.person(DIEGO.upn).business_phones = ()
        card = await desk.say(HANNA, SET)
        await attest(desk, card, "in_person", 0)
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")
        again = await desk.say(BRAM, "set office for diego vega +31 20 5550123")
        assert "There is no number that has stood in the directory for 14 days" in await prove(desk, again, "call_back", BRAM)


async def test_a_video_call_counts_with_a_colleague_of_the_helpdesk_in_it(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "video")
        for named, says in (
            ("", "nobody is named"),
            ("Xaver", "I find nobody called"),
            (OMAR.upn, "does not belong to the helpdesk"),
            (HANNA.upn, "is a party to this request"),
            (DIEGO.upn, "is a party to this request"),
        ):
            assert says in await attest(desk, card, "", 0, answer=named)
        await attest(desk, card, "", 0, answer=BRAM.upn)
        await desk.settled(card, "Video call: in the call with Bram")
        assert "confirm" in card.verbs


async def test_whoever_stands_before_the_agent_shows_a_document(database_url: str) -> None:
    async with Desk(database_url, demanding(ProofNeed(tier=3, count=1)), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        assert "Number match" not in [each["title"] for each in actions(card, "prove")]
        await attest(desk, card, "in_person", 0)
        await desk.settled(card, "In person: Passport seen", "Counts until")
        assert "confirm" in card.verbs
        desk.later(minutes=16)
        refused = str(await desk.press(HANNA, card, "confirm"))
        assert "expired" in refused or "is not there" in refused
        assert desk.phones(DIEGO)["mobile"] == "+34 612345011"


async def test_three_failures_lock_the_person(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        for _ in range(3):
            card = await desk.say(HANNA, SET)
            await attest(desk, card, "in_person", 4)
            await desk.settled(card, "In person: somebody else stood there")
        await desk.logged("The caller is not proved", "3 proofs of the caller failed within 24 hours")
        assert "frozen" in (await desk.say(BRAM, SET)).text
        assert "administrator" in (await desk.say(HANNA, "unfreeze diego vega")).text


async def test_two_proofs_have_to_be_independent_of_each_other(database_url: str) -> None:
    async with Desk(database_url, demanding(ProofNeed(tier=2, count=2)), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await attest(desk, card, "in_person", 0)
        await desk.settled(card, "In person: Passport seen")
        await prove(desk, card, "video")
        await attest(desk, card, "", 0, answer=BRAM.upn)
        await desk.settled(card, "Video call: in the call with Bram")
        assert "confirm" not in card.verbs  # both are the person's body
        await prove(desk, card, "manager")
        theirs = await asked(desk, VICTORIA)
        await desk.teams.press(VICTORIA, theirs.message.id, "vouch", action=theirs.card["actions"][0])
        await desk.settled(card, "Ask the manager: Victoria Crane, spoke to them")
        assert "confirm" in card.verbs


async def test_a_proof_instead_of_an_approval(database_url: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({cast.group("Helpdesk").id}), or_proof=True)
    async with Desk(database_url, policy, **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        assert "With a proof of the caller of tier 2 or higher nobody else has to agree." in card.text
        await attest(desk, card, "in_person", 1)
        await desk.settled(card, "In person: Identity card seen")
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")

        other = await desk.say(HANNA, "set office for diego vega +31 20 5550123")  # and the other way round
        await desk.press(HANNA, other, "confirm")
        await desk.settled(other, "Waiting for")


async def test_where_nothing_can_be_proved_more_people_agree_and_read_why(database_url: str) -> None:
    need = ProofNeed(count=1, kinds=frozenset({ProofKind.MANAGER, ProofKind.IN_PERSON}), or_approvals=1)
    async with Desk(database_url, demanding(need), **TELLING) as desk:
        desk.entra.person(DIEGO.upn).manager_id = None
        card = await desk.say(HANNA, SET)
        assert "confirm" not in card.verbs
        shown = await prove(desk, card, "manager")
        assert "No proof is possible here, so 1 other person has to agree" in shown
        assert "a reason" in str(await desk.press(HANNA, card, "confirm"))
        await desk.press(HANNA, card, "confirm", data={"reason": "Sam saw him at the gate"})
        await desk.settled(card, "Waiting for")
        await desk.press(BRAM, await approvers_card(desk, card.operation_id), "approve")
        await desk.settled(card, "Done")
        assert desk.phones(DIEGO)["mobile"] == "+31 612345678"


async def test_nobody_answers_in_time(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        await prove(desk, card, "number_match")
        theirs = await asked(desk, DIEGO)
        button = theirs.card["actions"][0]
        desk.later(minutes=3)
        await desk.settled(theirs, "The time for this is over")
        await desk.settled(card, "Number match: nobody answered in time")
        await desk.teams.press(DIEGO, theirs.message.id, "match", action=button)
        assert "confirm" not in card.verbs
        tags = [row.tag for row in desk.trail() if row.tag.startswith("proof")]
        assert tags == ["proof:request:asked", "proof:request:expired"]


async def test_a_wrong_press_is_taken_back_and_what_the_person_says_is_still_heard(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO)
        pick = next(each for each in theirs.card["actions"] if each["title"] == number)
        back = actions(card, "withdraw")[0]
        assert "I do not know this card any more" in str(await desk.teams.press(BRAM, card.message.id, "withdraw", action=back))
        shown = str(await desk.teams.press(HANNA, card.message.id, "withdraw", action=back))
        assert "Number match" in shown
        assert "Take another proof" not in shown
        await desk.settled(theirs, "This is not needed any more")
        await desk.teams.press(DIEGO, theirs.message.id, "match", action=pick)  # too late, however right
        assert "confirm" not in card.verbs
        await attest(desk, card, "in_person", 0)
        await desk.settled(card, "Passport seen")
        assert "confirm" in card.verbs
        await desk.press(DIEGO, theirs, "not_me")
        await desk.settled(card, "Cancelled")
        assert desk.entra.writes == []
        assert [row.tag.rpartition(":")[2] for row in desk.trail() if row.tag.startswith("proof")][:2] == ["asked", "withdrawn"]


async def test_nobody_stands_in_for_what_the_agent_did_not_wait_for(database_url: str) -> None:
    need = ProofNeed(count=1, kinds=frozenset({ProofKind.NUMBER_MATCH}), or_approvals=1)
    async with Desk(database_url, demanding(need), **TELLING) as desk:
        card = await desk.say(HANNA, f"{SET} because the phone is lost")
        for _ in range(2):
            await prove(desk, card, "number_match")
            await desk.teams.press(HANNA, card.message.id, "withdraw", action=actions(card, "withdraw")[0])
        assert "It was asked for often enough" in card.text
        assert "confirm" not in card.verbs
        assert "No proof is possible here" not in card.text


async def test_whoever_was_asked_six_times_is_left_alone_and_the_log_says_so(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        for _ in range(3):
            card = await desk.say(HANNA, SET)
            for _ in range(2):
                await prove(desk, card, "number_match")
                await desk.teams.press(HANNA, card.message.id, "withdraw", action=actions(card, "withdraw")[0])
            await desk.press(HANNA, card, "cancel")
        card = await desk.say(HANNA, SET)
        assert "Diego Vega was asked 6 times within 24 hours" in await prove(desk, card, "number_match")
        assert not any(each["data"]["kind"] == "number_match" for each in actions(card, "prove"))
        await desk.logged("Asked too often", "Hanna Visser tried to", card.operation_id)


async def test_one_proof_at_a_time_about_one_person(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        first, second = await desk.say(HANNA, SET), await desk.say(BRAM, "set office for diego vega +31 20 5550123")
        await prove(desk, first, "number_match")
        assert "A proof is being waited for already" in await prove(desk, first, "manager")
        refused = await prove(desk, second, "manager", BRAM)
        assert f"Hanna Visser waits for a proof about Diego Vega already ({first.operation_id})" in refused
        await desk.press(HANNA, first, "cancel")
        theirs = await asked(desk, DIEGO)
        await desk.settled(theirs, "This is not needed any more")
        assert "has a card in Teams" in await prove(desk, second, "manager", BRAM)


async def test_a_desk_of_one_has_the_proof_alone(database_url: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({cast.group("Helpdesk").id}), or_proof=True)
    async with Desk(database_url, policy, **TELLING) as desk:
        helpdesk = desk.entra.tenant.groups[cast.group("Helpdesk").id]
        for member in helpdesk.members - {desk.entra.person(HANNA.upn).id}:
            desk.entra.tenant.leave(helpdesk, member)
        card = await desk.say(HANNA, SET)
        assert "confirm" not in card.verbs
        assert "approval" not in card.text
        await attest(desk, card, "in_person", 0)
        await desk.settled(card, "Passport seen")
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done")


async def test_nobody_stands_in_for_what_failed_but_for_what_nobody_answered(database_url: str) -> None:
    need = ProofNeed(count=1, kinds=frozenset({ProofKind.NUMBER_MATCH}), or_approvals=1)
    async with Desk(database_url, demanding(need), **TELLING) as desk:
        other = await desk.say(HANNA, f"{SET} because the phone is lost")
        await prove(desk, other, "number_match")
        desk.later(minutes=3)
        await desk.settled(other, "nobody answered in time", "No proof is possible here")
        await desk.press(HANNA, other, "confirm")
        await desk.settled(other, "Waiting for")
        asks = await desk.teams.wait_for(lambda message: message.by_bot and "Nothing could be proved of the caller" in words(message))
        assert "Number match, nobody answered" in words(asks)

        card = await desk.say(HANNA, SET)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO, card.operation_id)
        await match(desk, theirs, next(title for title in titles(theirs) if title != number))
        await desk.settled(card, "a wrong number")
        assert "confirm" not in card.verbs
        refused = await desk.teams.press(HANNA, card.message.id, "confirm", action=press("confirm", card.operation_id))
        assert "that is not there" in str(refused)

        again = await desk.say(HANNA, f"{SET} because the phone is lost")  # nor for the next request about the same person
        assert "a wrong number" in again.text
        await prove(desk, again, "number_match")
        desk.later(minutes=3)
        await desk.settled(again, "nobody answered in time")
        assert "confirm" not in again.verbs


async def test_what_failed_where_nothing_is_demanded_has_to_be_made_good(database_url: str) -> None:
    async with Desk(database_url, None, **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO)
        await match(desk, theirs, next(title for title in titles(theirs) if title != number))
        await desk.settled(card, "a wrong number")
        assert "confirm" not in card.verbs
        refused = await desk.teams.press(HANNA, card.message.id, "confirm", action=press("confirm", card.operation_id))
        assert "is not confirmed without another one" in str(refused)
        await attest(desk, card, "in_person", 0)
        await desk.settled(card, "Passport seen")
        await desk.press(HANNA, card, "confirm")
        await desk.settled(card, "Done", "Not proved")


@pytest.mark.parametrize("before", ["answered", "cancelled", "over"])
async def test_second_thoughts_are_heard(database_url: str, before: str) -> None:
    policy = demanding(approvals=1, approve=frozenset({cast.group("Helpdesk").id}))
    async with Desk(database_url, policy, **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        number = number_in(await prove(desk, card, "number_match"))
        theirs = await asked(desk, DIEGO)
        if before == "answered":
            await match(desk, theirs, number)
            await desk.settled(card, "the right number")
            await desk.press(HANNA, card, "confirm")
        elif before == "cancelled":
            await desk.press(HANNA, card, "cancel")
        else:
            desk.later(minutes=3)
        await desk.settled(theirs, {"answered": "Thank you", "cancelled": "not needed", "over": "is over"}[before])
        await desk.press(DIEGO, theirs, "not_me")
        await desk.logged("The caller is not proved", "and said no")
        await desk.settled(card, "Cancelled")
        assert "frozen" in (await desk.say(BRAM, SET)).text


async def test_a_second_account_is_no_second_person(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        hanna, bram, victoria = (desk.entra.person(who.upn) for who in (HANNA, BRAM, VICTORIA))
        hanna.employee_id = victoria.employee_id = "E-4711"
        card = await desk.say(HANNA, SET)
        assert "both may be one person's" in await prove(desk, card, "manager")
        victoria.employee_id, bram.employee_id = "", "E-4711"
        await prove(desk, card, "video")
        assert "both may be one person's" in await attest(desk, card, "", 0, answer=BRAM.upn)
        assert "confirm" not in card.verbs


async def test_nobody_calls_the_phone_that_is_lost(database_url: str) -> None:
    async with Desk(database_url, None, **TELLING) as desk:
        card = await desk.say(HANNA, "recover diego vega lost")
        shown = await prove(desk, card, "call_back")
        assert "ring Diego Vega at +34 911234567" in shown
        assert "at +34 612345011" not in shown


async def test_why_says_what_was_proved(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        card = await desk.say(HANNA, SET)
        desk.entra.person(DIEGO.upn).manager_id = None
        await prove(desk, card, "manager")
        await attest(desk, card, "in_person", 0)
        told_why = (await desk.say(HANNA, f"why {card.operation_id}")).text
        assert "Not possible, or not needed the manager's word, Entra ID names no manager." in told_why
        assert "Proved seen in person, Passport seen, Hanna Visser" in told_why
        await desk.press(HANNA, card, "confirm")
        await desk.logged("Done", "Proved by", "seen in person")


async def test_nobody_is_asked_until_they_agree(database_url: str) -> None:
    async with Desk(database_url, demanding(), **TELLING) as desk:
        for _ in range(6):
            card = await desk.say(HANNA, SET)
            await prove(desk, card, "number_match")
            await desk.press(HANNA, card, "cancel")
        card = await desk.say(HANNA, SET)
        assert "Diego Vega was asked 6 times within 24 hours" in await prove(desk, card, "number_match")
        assert "has a card in Teams" in await prove(desk, card, "manager")

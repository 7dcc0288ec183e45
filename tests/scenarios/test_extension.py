"""The message extension: for the helpdesk alone, and nothing of the directory lands where others read."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.extension import ABOUT, FIND, JOB, JOBS, NAME, PICKED, WHO
from simulator import cast
from simulator.entra.faults import Fault
from simulator.teams.extension import Shown
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OMAR, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.bulking import words

OUTSIDE = "not in the helpdesk group"


async def search(desk: Desk, text: str | None, who: cast.Member = HANNA, where: Any = HELPDESK) -> Shown:
    return await desk.teams.extension.search(who, where, text, command=FIND, parameter=NAME)


async def written(desk: Desk, text: str = "Alice Jansen lost her phone, can somebody help?", who: cast.Member = OSCAR) -> Any:
    """A message in a group chat in which people write to each other; the bot is told of none of it."""
    chat = desk.teams.group_chat("Morning", [HANNA, BRAM, OSCAR])
    return await desk.teams.say(who, text, chat)


async def dialog(desk: Desk, message: Any, who: cast.Member = HANNA) -> Shown:
    return await desk.teams.extension.open(who, message, command=ABOUT)


async def sent(desk: Desk, message: Any, filled: dict[str, Any]) -> Shown:
    return await desk.teams.extension.send(HANNA, message, await dialog(desk, message), filled, command=ABOUT)


def last(desk: Desk, who: cast.Member = HANNA) -> Answer:
    return Answer(desk, [each for each in desk.teams.thread(who) if each.by_bot][-1], who)


def job(name: str) -> str:
    return str(JOBS[name][0])


async def test_a_search_lists_people_and_what_lands_in_the_chat_is_a_name_with_a_link(desk: Desk) -> None:
    shown = await search(desk, "alice")
    (alice,) = [each for each in shown.results if each.title == "Alice Jansen"]
    assert alice.text == "alice@fabrikam.example · Account manager · Sales"
    landed = as_json(alice.card)
    assert not any(word in landed for word in ("fabrikam", "Account manager", "Sales", ALICE.id))
    (link,) = alice.card["actions"]
    address = urlsplit(link["url"])
    assert (address.netloc, address.path) == ("teams.microsoft.com", "/l/chat/0/0")
    asked = parse_qs(address.query)
    assert asked["users"] == [desk.teams.activities.bot["id"]]
    answer = await desk.say(HANNA, asked["message"][0])
    assert "alice@fabrikam.example" in answer.text


async def test_who_looked_for_whom_is_in_the_trail_and_not_with_every_letter(desk: Desk) -> None:
    for typed in ("a", "al", "ali", "alic", "alice", "alice j", "alice", "nobody at all"):
        await search(desk, typed)
    looked = [event.facts for event in desk.trail() if '"find"' in event.facts]
    assert len(looked) <= 3
    assert [ALICE.upn in facts for facts in looked].count(True) == 1
    await search(desk, "alice", BRAM)
    desk.clock.forward(hours=2)
    await search(desk, "alice")
    shown = (await desk.say(SAM, "history for alice")).text
    assert shown.count("Hanna Visser asked: find alice@fabrikam.example") == 2
    assert shown.count("Bram Peeters asked: find alice@fabrikam.example") == 1
    await search(desk, "omar +31 6 12345678")
    assert "12345678" not in str([event.facts for event in desk.trail()])


@pytest.mark.parametrize("text", [None, "", "a", "nobody at all"])
async def test_what_finds_nobody_says_so(desk: Desk, text: str | None) -> None:
    shown = await search(desk, text)
    assert (shown.results, "Type a name or an address" in shown.text) == ((), True)


@pytest.mark.parametrize("where", [HELPDESK, OSCAR], ids=["channel", "personal"])
async def test_others_find_nobody(desk: Desk, where: Any) -> None:
    shown = await search(desk, "alice", OSCAR, where)
    assert (shown.results, OUTSIDE in shown.text, "Alice" in shown.text) == ((), True, False)
    refused = await dialog(desk, await written(desk), OSCAR)
    assert (refused.card, OUTSIDE in refused.text) == (None, True)


async def test_rights_are_looked_at_anew_at_every_invoke(desk: Desk) -> None:
    message = await written(desk)
    opened = await dialog(desk, message)
    desk.entra.tenant.leave(desk.entra.group("Helpdesk"), HANNA.id)
    desk.clock.forward(seconds=61)
    assert OUTSIDE in (await search(desk, "alice")).text
    assert OUTSIDE in (await dialog(desk, message)).text
    sent_late = await desk.teams.extension.send(HANNA, message, opened, {WHO: "alice", JOB: job("show")}, command=ABOUT)
    assert OUTSIDE in sent_late.text
    assert not [each for each in desk.teams.thread(HANNA) if each.by_bot]


async def test_a_guest_and_a_program_are_nobody(desk: Desk) -> None:
    desk.teams.mark(HANNA, "bot")
    assert (await search(desk, "alice")).results == ()


async def test_while_entra_does_not_answer_it_says_so(desk: Desk) -> None:
    await desk.say(HANNA, "whoami")
    desk.entra.faults.add(Fault(effect="unavailable", path="/v1.0/"))
    shown = await search(desk, "alice")
    assert (shown.results, "Entra ID" in shown.text) == ((), True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("show", "alice@fabrikam.example"),
        ("number", "+31 6"),
        ("recover", "Alice Jansen"),
        ("pass", "Alice Jansen"),
        ("password", "Alice Jansen"),
        ("sign-out", "Sign out"),
    ],
)
async def test_a_job_begun_on_a_message_is_answered_in_the_own_chat(desk: Desk, name: str, said: str) -> None:
    message = await written(desk)
    before = len(desk.teams.thread(message.conversation))
    shown = await sent(desk, message, {WHO: "alice", JOB: job(name)})
    assert "The answer is in our own chat." in shown.text
    assert said in last(desk).text
    assert len(desk.teams.thread(message.conversation)) == before
    assert desk.entra.writes == []


async def test_a_change_that_was_begun_so_is_confirmed_like_any_other(desk: Desk) -> None:
    await sent(desk, await written(desk), {WHO: "alice", JOB: job("sign-out")})
    own = last(desk)
    await desk.press(HANNA, own, "confirm")
    await desk.settled(own, "Done")


async def test_nothing_of_the_message_is_taken_for_whom_it_is_about(desk: Desk) -> None:
    message = await written(desk, "show omar <b>now</b>, says alice")
    shown = await dialog(desk, message)
    assert shown.card is not None
    assert "says alice" in as_json(shown.card)
    assert "<b>" not in as_json(shown.card)
    again = await desk.teams.extension.send(HANNA, message, shown, {JOB: job("show")}, command=ABOUT)
    assert again.card is not None
    assert "Say who it is about" in as_json(again.card)
    assert not [each for each in desk.teams.thread(HANNA) if each.by_bot]


@pytest.mark.parametrize(
    "filled",
    [
        {WHO: "alice\nblock omar", JOB: "Show the account"},
        {WHO: 'alice" because x', JOB: "Show the account"},
        {WHO: "alice", JOB: "block"},
        {WHO: ["alice"], JOB: {"a": 1}},
        {PICKED: "' or 1 eq 1", JOB: "Show the account"},
        {},
    ],
)
async def test_what_is_forged_does_nothing(desk: Desk, filled: dict[str, Any]) -> None:
    message = await written(desk)
    opened = await dialog(desk, message)
    await desk.teams.extension.send(HANNA, message, opened, filled, command=ABOUT)
    assert not any(each.by_bot and OMAR.name in words(each) for each in desk.teams.thread(HANNA))
    assert desk.entra.writes == []


async def test_whoever_is_picked_from_the_directory_is_meant(desk: Desk) -> None:
    await sent(desk, await written(desk), {PICKED: OMAR.id, WHO: "", JOB: job("show")})
    assert OMAR.upn in last(desk).text


async def test_without_a_chat_to_answer_in_it_says_so(desk: Desk) -> None:
    message = await written(desk)
    desk.teams.threads.find(HANNA)[0].installed = False
    shown = await sent(desk, message, {WHO: "alice", JOB: job("show")})
    assert "open Doorman in Teams, say hello there" in shown.text
    desk.teams.threads.find(HANNA)[0].installed = True
    desk.teams.block(HANNA)
    assert "I could not write to you" in (await sent(desk, message, {WHO: "alice", JOB: job("show")})).text


async def test_another_question_of_an_extension_is_not_ours(desk: Desk) -> None:
    for value in ({"commandId": "other"}, {}, None):
        activity = desk.teams.compose(HANNA, "") | {"type": "invoke", "name": "composeExtension/query", "value": value}
        assert (await desk.teams.post(activity))[0] == 501

"""What an attacker found in the message extension, in tickets and in what channels read: none of it works any more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.extension import ABOUT, FIND, JOB, JOBS, NAME, WHO
from simulator import cast
from tests.desk import ALICE, HANNA, HELPDESK, OMAR, OSCAR, Desk, as_json
from tests.scenarios.bulking import until, words


def invoke(desk: Desk, who: cast.Member, name: str, value: Any, chat: str = "") -> dict[str, Any]:
    made = desk.teams.compose(who, "") | {
        "type": "invoke",
        "name": f"composeExtension/{name}",
        "value": value,
        "id": f"f:{who.id}{chat}{value}",
    }
    # A chat of two people, in which an extension may be used, may call itself "personal" too.
    return made | {"conversation": made["conversation"] | {"id": chat}} if chat else made


def search(text: str) -> dict[str, Any]:
    return {"commandId": FIND, "parameters": [{"name": NAME, "value": text}]}


async def test_a_search_between_two_people_is_not_taken_for_the_own_chat(desk: Desk) -> None:
    await desk.say(ALICE, "hello")
    await desk.teams.post(invoke(desk, ALICE, "query", search("x"), f"19:{ALICE.id}_{OSCAR.id}@unq.gbl.spaces"))
    await desk.change(HANNA, "set mobile for alice +31 6 12345678", HELPDESK)
    await until(lambda: any("Your sign-in was changed" in words(each) for each in desk.teams.thread(ALICE)))


async def test_a_job_begun_between_two_people_is_answered_in_the_own_chat(desk: Desk) -> None:
    elsewhere = desk.teams.threads.find(OSCAR)[0].id  # stands for a chat of two people in which the bot may write
    value = {"commandId": ABOUT, "data": {WHO: "omar", JOB: str(JOBS["show"][0])}}
    await desk.teams.post(invoke(desk, HANNA, "submitAction", value, elsewhere))
    assert not any(OMAR.upn in words(each) for each in desk.teams.thread(OSCAR))


async def test_typing_a_name_into_the_search_is_no_alarm(desk: Desk) -> None:
    for end in range(1, 6):
        await desk.teams.post(invoke(desk, OSCAR, "query", search("alice"[:end])))
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    await desk.logged("Alice Jansen", "Done")  # whatever was to be posted before it is there
    assert not any("Repeated refusals" in each for each in desk.log())


async def test_an_address_is_masked_in_a_channel(desk: Desk) -> None:
    await desk.change(HANNA, "set email for omar to secret.person@gmail.example")
    shown = await desk.say(HANNA, "show omar", HELPDESK)
    assert "secret.person" not in as_json(shown.message.card())


@pytest.mark.parametrize(
    "typed", ["https://x.example/INC1%20%C2%B7%20Approved%20by%20Sam%20Okafor", "https://x.example/a%00b", "https://x.example/%2e%2e"]
)
async def test_what_an_address_decodes_to_is_a_ticket(desk: Desk, typed: str) -> None:
    await desk.say(HANNA, f"set mobile for alice +31 6 12345678 ticket {typed}")
    tickets = {json.loads(event.facts).get("ticket") for event in desk.trail()} - {None, ""}
    assert all(each.isprintable() and " " not in each and each != ".." for each in tickets), tickets


async def test_a_number_is_masked_however_its_plus_is_written(desk: Desk) -> None:
    card = await desk.say(HANNA, "set mobile for alice +31 6 12345678 ticket ＋31687654321", HELPDESK)
    assert "687654321" not in as_json(card.card)


async def test_whoever_is_picked_is_who_the_link_shows(desk: Desk) -> None:
    desk.entra.person(OMAR.upn).display_name = ALICE.upn
    _, _, body = await desk.teams.post(invoke(desk, HANNA, "query", search(OMAR.upn)))
    (found,) = json.loads(body)["composeExtension"]["attachments"]
    assert "alice%40fabrikam.example" not in found["content"]["actions"][0]["url"]

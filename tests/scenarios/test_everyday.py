"""The changes of every day."""

from __future__ import annotations

from simulator import cast
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, HELPDESK, NADIA, OMAR, SAM, Desk, as_json, id_in


async def test_nested_members_of_the_helpdesk_group_count(desk: Desk) -> None:
    await desk.change(NADIA, "set mobile for noor +31 6 12345678")


async def test_in_a_channel_the_card_is_masked_for_all_but_the_requester(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set mobile for noor +31 6 12345678", HELPDESK)
    assert "12345678" not in as_json(desk.teams.card(answer.message.id, BRAM) or {})
    await desk.teams.refresh(HANNA, answer.message.id)
    assert "+31 6 1234 5678" in answer.text
    assert await desk.teams.refresh(BRAM, answer.message.id) is None
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert "12345678" not in as_json(desk.teams.card(answer.message.id, BRAM) or {})


async def test_two_people_of_one_name_are_told_apart_on_a_card(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set mobile for jan de vries +31 6 12345678")
    assert "Electrician" in answer.text
    assert "Buyer" in answer.text
    assert "choose" in answer.verbs
    card = as_json(answer.card)
    assert card.index("Electrician") != card.index("Buyer")
    buyer = cast.person("jan.devries2@fabrikam.example")
    pick = sorted(("jan.de.vries@fabrikam.example", buyer.upn), key=card.index).index(buyer.upn)

    stolen = await desk.press(BRAM, answer, "choose", data={"pick": str(pick)})
    assert "not yours" in stolen.message

    await desk.press(HANNA, answer, "choose", data={"pick": str(pick)})
    assert buyer.upn in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert desk.phones(buyer) == {"mobile": "+31 612345678"}


async def test_status_and_history(desk: Desk) -> None:
    answer = await desk.change(HANNA, "set mobile for noor +31 6 12345678 ticket INC-1")
    await desk.logged("Noor Dekker")
    found = id_in(desk.log()[0])
    listed = await desk.say(SAM, "history for noor")
    assert "Hanna Visser" in listed.text
    assert "12345678" not in as_json(listed.card)
    assert "Noor Dekker" in (await desk.say(SAM, f"status {found.lower()}")).text
    assert "noor" in (await desk.say(HANNA, "history")).text.lower()
    assert answer.verbs == []


async def test_a_finished_card_has_words_to_copy_into_a_ticket_without_a_number(desk: Desk) -> None:
    answer = await desk.change(HANNA, "set mobile for noor +31 6 12345678 ticket INC-1 because lost +31 6 87654321")
    copied = next(each for each in answer.card["body"] if each.get("id") == "for-ticket")
    assert copied["isVisible"] is False
    assert answer.card["actions"][-1] == {"type": "Action.ToggleVisibility", "title": "Copy for ticket", "targetElements": ["for-ticket"]}
    assert "INC-1 · Set mobile phone for Noor Dekker: done, asked for by Hanna Visser · noor.dekker@fabrikam.example" in as_json(copied)
    assert "12345678" not in as_json(copied)
    assert "87654321" not in as_json(copied)


async def test_an_administrator_moves_the_log(desk: Desk) -> None:
    await desk.say(SAM, "log here", APPROVALS)
    await desk.change(HANNA, "set mobile for noor +31 6 12345678")
    await desk.teams.wait_for(lambda message: message.conversation == APPROVALS.id and "Noor Dekker" in str(message.card()))
    assert desk.log() == []


async def test_cancel_ends_it(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set mobile for noor +31 6 12345678")
    await desk.press(HANNA, answer, "cancel")
    assert "ancelled" in answer.text
    assert answer.verbs == ["again"]
    late = await desk.press(HANNA, answer, "confirm")
    assert "cancelled" in late.message
    assert desk.phones(ALICE) == {}


async def test_what_teams_clients_send_is_understood(desk: Desk) -> None:
    for line in (
        "SET\u00a0mobile  for alice +31 6 12345678.",
        "set mobile for [alice@fabrikam.example](mailto:alice@fabrikam.example) [+31 6 12345678](tel:+31612345678)",
        "**set mobile** for alice to +31\u200b6 12345678",
        "set mobile for &quot;Alice Jansen&quot; 06&nbsp;12345678",
    ):
        answer = await desk.say(HANNA, line)
        assert "confirm" in answer.verbs, (line, answer.text)
        assert "+31 6 1234 5678" in answer.text


async def test_omar_keeps_his_numbers_after_all_this(desk: Desk) -> None:
    await desk.change(HANNA, "set alternate mobile for omar +31 6 11111111")
    assert desk.phones(OMAR)["mobile"] == "+31 612345001"

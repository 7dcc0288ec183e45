"""The commands beside the main job, and what a person is told when something cannot be."""

from __future__ import annotations

import pytest

from simulator import cast
from tests.desk import ALICE, APPROVALS, BRAM, HANNA, HELPDESK, NADIA, OMAR, OSCAR, SAM, Desk, as_json


@pytest.mark.parametrize("line", ["help", "HELP", "hi", "Hello", "?"])
async def test_help_and_greetings_list_what_one_may_say(desk: Desk, line: str) -> None:
    assert "set mobile for noor" in (await desk.say(HANNA, line)).text
    assert "set mobile for noor" not in (await desk.say(OSCAR, line)).text


async def test_whoami(desk: Desk) -> None:
    assert HANNA.upn in (await desk.say(HANNA, "whoami")).text
    assert OSCAR.upn in (await desk.say(OSCAR, "whoami")).text


async def test_show_in_private_and_masked_in_a_channel(desk: Desk) -> None:
    private = await desk.say(HANNA, "show omar")
    assert "+31 612345001" in private.text
    public = await desk.say(HANNA, "show omar", HELPDESK)
    assert "612345001" not in as_json(public.message.card() or {})
    assert "01" in public.text


async def test_nested_members_of_the_helpdesk_group_count(desk: Desk) -> None:
    await desk.change(NADIA, "set mobile for noor +31 6 12345678")


async def test_in_a_channel_the_card_is_masked_for_all_but_the_requester(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set mobile for noor +31 6 12345678", HELPDESK)
    assert "12345678" not in as_json(desk.teams.card(answer.message.id, BRAM) or {})
    await desk.teams.refresh(HANNA, answer.message.id)
    assert "+31 612345678" in answer.text
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


async def test_a_mentioned_person_is_the_person_meant(desk: Desk) -> None:
    answer = await desk.say(HANNA, "show @Oscar Outsider", HELPDESK, mentions=[OSCAR])
    assert OSCAR.upn in answer.text


@pytest.mark.parametrize(
    ("who", "upn"),
    [
        ("alice@fabrikam.example", "alice@fabrikam.example"),
        ("alice.jansen@fabrikam.example", "alice@fabrikam.example"),
        ("ALICE JANSEN", "alice@fabrikam.example"),
        ("“Alice Jansen”", "alice@fabrikam.example"),
        ("mia.o'brien@fabrikam.example", "mia.o'brien@fabrikam.example"),
        ("Mia O'Brien", "mia.o'brien@fabrikam.example"),
        ("Mia O’Brien", "mia.o'brien@fabrikam.example"),
        ("gus.taylor_adatum.example#EXT#@fabrikam.example", "gus.taylor_adatum.example#EXT#@fabrikam.example"),
        ("gus.taylor@adatum.example", "gus.taylor_adatum.example#EXT#@fabrikam.example"),
        (cast.person("Alice Jansen").id, "alice@fabrikam.example"),
    ],
)
async def test_every_way_to_name_a_person(desk: Desk, who: str, upn: str) -> None:
    assert upn in (await desk.say(HANNA, f"show {who}")).text.replace("\\", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("set mobile for nobody-at-all +31 6 12345678", "nobody called"),
        ("set mobile for hanna visser +31 6 12345678", "your own account"),
        ("set mobile for ada admin +31 6 12345678", "Global Administrator"),
        ("set mobile for theo roth +31 6 12345678", "protected"),
        ("set mobile for gus.taylor@adatum.example +31 6 12345678", "guest account"),
        ("set mobile for noor 12", "number"),
        ("set mobile for noor 06-FLOWERS-12", "letter"),
        ("set mobile for noor 112", "mergency"),
        ("set mobile for noor 0900 1234", "remium"),
        ("set fax for alice +31 6 12345678", "mobile"),
        ("set mobile for noor", "number"),
        ("set alternate mobile for alice +31 6 12345678", "only beside a mobile"),
        ("remove mobile for omar", "alternate mobile"),
        ("remove mobile for alice", "no mobile"),
        ("add mobile for omar +31 6 33333333", "+31 612345001"),
        ("update mobile for alice +31 6 12345678", "no mobile"),
        ("set mobile for omar +31 6 12345001", "nothing to do"),
        ("set office for sofia rossi +39 06 1234567", "on-premises"),
        ("enable sms sign-in for kenji tanaka", "policy"),
        ("st mobile for alice +31 6 12345678", "Did you mean"),
        ("make coffee", "help"),
        ("status QQQQ", "no operation"),
        ("log here", "administrators"),
    ],
)
async def test_what_cannot_be_is_said_with_the_reason(desk: Desk, line: str, words: str) -> None:
    answer = await desk.say(HANNA, line)
    assert words.lower() in answer.text.lower()
    assert answer.verbs == []
    assert desk.entra.writes == []


async def test_status_and_history(desk: Desk) -> None:
    answer = await desk.change(HANNA, "set mobile for noor +31 6 12345678 ticket INC-1")
    await desk.logged("Noor Dekker")
    operation_id = desk.log()[0].split()
    listed = await desk.say(SAM, "history for noor")
    assert "Hanna Visser" in listed.text
    assert "12345678" not in as_json(listed.card)
    found = next(word for word in operation_id if len(word) == 4 and word.isupper())
    assert "Noor Dekker" in (await desk.say(SAM, f"status {found.lower()}")).text
    assert "noor" in (await desk.say(HANNA, "history")).text.lower()
    assert answer.verbs == []


async def test_an_administrator_moves_the_log(desk: Desk) -> None:
    await desk.say(SAM, "log here", APPROVALS)
    await desk.change(HANNA, "set mobile for noor +31 6 12345678")
    await desk.teams.wait_for(lambda message: message.conversation == APPROVALS.id and "Noor Dekker" in str(message.card()))
    assert desk.log() == []


async def test_cancel_ends_it(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set mobile for noor +31 6 12345678")
    await desk.press(HANNA, answer, "cancel")
    assert "ancelled" in answer.text
    assert answer.verbs == []
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
        assert "+31 612345678" in answer.text


async def test_omar_keeps_his_numbers_after_all_this(desk: Desk) -> None:
    await desk.change(HANNA, "set alternate mobile for omar +31 6 11111111")
    assert desk.phones(OMAR)["mobile"] == "+31 612345001"

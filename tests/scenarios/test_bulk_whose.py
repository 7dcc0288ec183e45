"""Files in which a row names two people: a name beside an address of somebody else, or several columns for the person that disagree."""

from __future__ import annotations

import pytest

from bot.domain.said import from_store
from simulator import cast
from tests.desk import HANNA, OMAR, Desk
from tests.scenarios.bulking import (
    BARE,
    allowed,
    approvers_card,
    as_rows,
    confirmed,
    drop,
    kinds,
    offered,
    previewed,
    rows,
    said_to,
    state,
    writes,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOOR, LOTTE, SOFIA = (cast.person(name) for name in ("Noor Dekker", "Lotte Smit", "Sofia Rossi"))


def reasons(desk: Desk, job_id: str) -> list[str]:
    return [str(from_store(row["reason"])) for row in rows(desk, job_id).values()]


async def test_the_name_of_another(desk: Desk) -> None:
    """A column that was sorted alone: `Omar Farouk` beside Noor's address."""
    job_id, own = await previewed(
        desk,
        "DisplayName,UPN,Mobile",
        f"Omar Farouk,{NOOR.upn},+31 6 11111111",
        f'"Dekker, Omar",{OMAR.upn},+31 6 11111112',
        f"{BARE[0].name.upper()},{BARE[0].upn},+31 6 11111113",
        f",{BARE[1].upn},+31 6 11111114",
        f"O. F.,{BARE[2].upn},+31 6 11111115",
        "Noor Dekker,nobody@fabrikam.example,+31 6 11111116",
    )
    assert kinds(desk, job_id) == ["other_name", "update", "add", "add", "add", "not_found"]
    said = reasons(desk, job_id)[0]
    assert "Omar Farouk" in said
    assert NOOR.name in said
    assert NOOR.upn in said
    assert "1 another name" in own.text
    assert said in own.text
    before = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "preview")
    told = as_rows(await allowed(desk, HANNA, await offered(desk, HANNA, before)))
    assert (told[0]["What"], told[0]["Why"], told[0]["Changes"]) == ("another name", said, "")


async def test_the_approvers_see_how_many_are_left_out(desk: Desk) -> None:
    _, _, card = await confirmed(
        desk, "First name,Last name,UPN,Mobile", f"Omar,Farouk,{NOOR.upn},+31 6 11111111", f"Omar,Farouk,{OMAR.upn},+31 6 11111112"
    )
    assert "1 another name" in card.text
    await desk.press(cast.person("Bram Peeters"), card, "approve")
    await desk.settled(card, "Done")
    assert writes(desk) == {OMAR.upn: 1}


async def test_rows_that_are_included_stay_marked_for_whoever_agrees(desk: Desk) -> None:
    job_id, own = await previewed(
        desk, "DisplayName,UPN,Mobile", f"Omar Farouk,{NOOR.upn},+31 6 11111111", f"Omar Farouk,{OMAR.upn},+31 6 11111112"
    )
    await desk.press(HANNA, own, "names")
    counted = "⚠ 1 row has another name than the account"
    await desk.settled(own, "2 people would be changed", counted, "The file calls this person “Omar Farouk”")
    before = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "preview")
    told = as_rows(await allowed(desk, HANNA, await offered(desk, HANNA, before)))
    assert [line["Warnings"].startswith("The file calls this person “Omar Farouk”") for line in told if line["Row"]] == [True, False]
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, job_id)
    assert counted in card.text
    assert "The file calls this person “Omar Farouk”" in card.text
    assert "who sent the file has said so" in card.text


async def test_whatever_the_account_is_called_may_stand_there(desk: Desk) -> None:
    person = desk.entra.person(NOOR.upn)
    person.display_name, person.given_name, person.surname = "Svc Desk 12", "Zoë", "Müller-Strauß"
    person.mail = "z.mueller@fabrikam.example"
    for name in ("Müller", "MUELLER Zoe", "strauss", "zoe (HR)", "Noor", "N. Dekker", "Зое"):
        job_id, _ = await previewed(desk, "DisplayName,UPN,Mobile", f"{name},{NOOR.upn},+31 6 11111111")
        assert kinds(desk, job_id) == ["add"], name
        await desk.press(HANNA, _, "cancel")


async def test_several_columns_for_the_person(desk: Desk) -> None:
    person = desk.entra.person(NOOR.upn)
    person.mail, person.aliases = "noor@fabrikam.example", ("smtp:nd@fabrikam.example",)
    desk.entra.person(SOFIA.upn).sam_account_name = "srossi"
    one, two, three, four = BARE[:4]
    job_id, own = await previewed(
        desk,
        "UPN,E-mail,ObjectId,SamAccountName,Mobile",
        f"{NOOR.upn},noor@fabrikam.example,{NOOR.id},FABRIKAM\\noor.dekker,+31 6 11111111",
        f"{SOFIA.upn},,{SOFIA.id.upper()},SROSSI,+31 6 11111112",
        f"{one.upn},nd@fabrikam.example,,,+31 6 11111113",  # Noor's alias
        f"{two.upn},,{three.id},,+31 6 11111114",
        f"{three.upn},,,jdoe,+31 6 11111115",
        f"{four.upn},nobody@fabrikam.example,,,+31 6 11111116",
    )
    assert kinds(desk, job_id) == ["add", "update", "conflict", "conflict", "conflict", "conflict"]
    said = reasons(desk, job_id)
    assert said[2] == f"“nd@fabrikam.example” and {one.upn} are not the same account."
    assert said[4] == f"“jdoe” and {three.upn} are not the same account."
    assert "does not know “nobody@fabrikam.example”" in said[5]
    assert "4 conflict" in own.text


async def test_an_alias_is_the_same_account(desk: Desk) -> None:
    desk.entra.person(NOOR.upn).aliases = ("smtp:nd@fabrikam.example",)
    job_id, _ = await previewed(desk, "UPN,E-mail,Mobile", f"{NOOR.upn},ND@fabrikam.example,+31 6 11111111")
    assert kinds(desk, job_id) == ["add"]


async def test_a_file_of_nothing_but_others_waits_for_its_sender(desk: Desk) -> None:
    own = await drop(desk, "DisplayName,UPN,Mobile", f"Omar Farouk,{NOOR.upn},+31 6 11111111", f"Noor Dekker,{OMAR.upn},+31 6 11111112")
    job_id = own.operation_id
    await desk.settled(own, "Nothing to change")
    assert kinds(desk, job_id) == ["other_name", "other_name"]
    assert state(desk, job_id) == "proposed"
    assert "confirm" not in own.verbs

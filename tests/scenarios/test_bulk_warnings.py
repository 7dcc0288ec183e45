"""What is warned of when it is typed is warned of in a file: in the same words, counted on both cards, told per row."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from bot.domain.said import from_store
from simulator import cast
from simulator.entra import PhoneState
from tests.desk import ALICE, HANNA, OMAR, Desk
from tests.scenarios.bulking import BARE, CROWD, allowed, approvers_card, as_rows, begun, offered, previewed, query, rows, said_to

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOOR, DIRK, SOFIA = (cast.person(name) for name in ("Noor Dekker", "Dirk Bakker", "Sofia Rossi"))
#: People with nothing but a mobile phone, who are given what a case needs.
ONE, TWO, THREE, FOUR, FIVE, SIX = [member for member in CROWD if member.phones][:6]
HEADER = "UPN,Mobile,Alternate mobile,Office,SMS sign-in,Action"


@dataclass(frozen=True)
class Case:
    """One change, typed and as a row below `HEADER`; `{upn}` stands for the person.

    Attributes:
        count: how the cards count it; empty where nothing is warned of.
        mobile: what the person has before, and whether SMS sign-in is on.
    """

    name: str
    who: cast.Member
    typed: str
    row: str
    count: str
    mobile: PhoneState | None = None
    enabled: bool = True


CASES = (
    Case("country", OMAR, "set mobile for {upn} +44 7400 123456", "+44 7400 123456,,,,", "1 number is in another country than before"),
    Case("landline", NOOR, "set mobile for {upn} +31 30 2345678", "+31 30 2345678,,,,", "2 mobile numbers do not look like mobile lines"),
    Case("disabled", DIRK, "set mobile for {upn} +31 6 20000003", "+31 6 20000003,,,,", "accounts are disabled"),
    Case("last", SOFIA, "remove mobile for {upn}", "x,,,,remove", "people lose the last method besides the password"),
    Case("moves", ONE, "set mobile for {upn} +31 6 20000004", "+31 6 20000004,,,,", "1 person signs in by SMS with a number that changes",
         PhoneState("+31 620000014", "ready")),
    Case("goes", TWO, "remove mobile for {upn}", "x,,,,remove", "2 people can no longer sign in by SMS",
         PhoneState("+31 620000015", "ready")),
    Case("off", THREE, "disable sms sign-in for {upn}", ",,,off,", "2 people can no longer sign in by SMS",
         PhoneState("+31 620000016", "ready")),
    Case("again", FOUR, "set alternate mobile for {upn} +31 6 20000017", ",+31 6 20000017,,,", "another phone of the same person already",
         PhoneState("+31 620000017")),
    Case("unsure", FIVE, "enable sms sign-in for {upn}", ",,,on,", "Entra ID may refuse SMS sign-in",
         PhoneState("+31 620000018", "notConfigured")),
    Case("both", BARE[0], "set mobile for {upn} +31 20 2345679", "+31 20 2345679,,,,", "2 accounts are disabled", enabled=False),
    Case("none", SIX, "set office for {upn} +31 20 7654321", ",,+31 20 7654321,,", ""),
)  # fmt: skip


def stored(desk: Desk, upn: str) -> list[str]:
    """What the card of the last command about somebody warned of."""
    found = query(desk, "SELECT request FROM operations WHERE command <> 'bulk'")
    requests = [json.loads(row["request"]) for row in found]
    (request,) = [each for each in requests if each["target"]["upn"] == upn]
    return [str(from_store(each)) for each in request["warnings"]]


async def test_the_same_words_typed_and_in_a_file(desk: Desk) -> None:
    for case in CASES:
        person = desk.entra.person(case.who.upn)
        person.account_enabled = person.account_enabled and case.enabled
        if case.mobile:
            person.phones.clear()
            person.phones["mobile"] = case.mobile
    typed: dict[str, list[str]] = {}
    for case in CASES:
        card = await desk.say(HANNA, case.typed.format(upn=case.who.upn))
        assert "confirm" in card.verbs, (case.name, card.text)
        typed[case.who.upn] = stored(desk, case.who.upn)
        assert bool(typed[case.who.upn]) == bool(case.count), case.name
        assert all(each in card.text for each in typed[case.who.upn]), case.name

    job_id, own = await previewed(desk, HEADER, *(f"{case.who.upn},{case.row}" for case in CASES))
    for case, row in zip(CASES, rows(desk, job_id).values(), strict=True):
        in_file = [str(from_store(text)) for _, text in json.loads(row["warned"])]
        assert in_file == typed[case.who.upn], case.name
    before = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "preview")
    told = as_rows(await allowed(desk, HANNA, await offered(desk, HANNA, before)))
    for case, line in zip(CASES, told, strict=True):
        assert line["Warnings"] == " ".join(typed[case.who.upn]), case.name

    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, job_id)
    for case in CASES:
        assert case.count in own.text, case.name
        assert case.count in card.text, case.name


async def test_warnings_of_several_changes_of_one_row_are_told_once_each(desk: Desk) -> None:
    job_id, own = await previewed(desk, HEADER, f"{DIRK.upn},+31 6 20000003,,+31 20 7654321,,")
    (row,) = rows(desk, job_id).values()
    assert [code for code, _ in json.loads(row["warned"])] == ["disabled"]
    assert "1 account is disabled" in own.text


async def test_the_rows_with_warnings_come_first(desk: Desk) -> None:
    """Of a kind, whatever their number, on the card of who asks and of who agrees."""
    lines = [f"{member.upn},+31 6 3000000{place},,,," for place, member in enumerate(BARE[:6])]
    job_id, own = await previewed(desk, HEADER, *lines, f"{DIRK.upn},+31 6 20000003,,,,")
    await desk.press(HANNA, own, "confirm")
    for card in (own, await approvers_card(desk, job_id)):
        assert DIRK.upn in card.text
        assert card.text.index(DIRK.upn) < card.text.index(BARE[0].upn)
        assert "This account is disabled" in card.text


async def test_what_only_a_note_says_of_one_is_said_of_a_file(desk: Desk) -> None:
    """What the numbers are good for, what ends when, and that a texted code takes the place of the password."""
    typed = [
        (await desk.say(HANNA, line)).text for line in (f"set office for {ALICE.upn} +31 20 7654321", f"enable sms sign-in for {OMAR.upn}")
    ]
    job_id, own = await previewed(desk, HEADER, f"{ALICE.upn},,,+31 20 7654321,,", f"{OMAR.upn},,,,on,")
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, job_id)
    for said, in_file in (
        ("Good for voice calls only, not for text messages.", "1 number is good for voice calls only, not for text messages."),
        ("The mobile number becomes a sign-in name", "For 1 person the mobile number becomes a sign-in name"),
        ("Stronger and lasting: a Temporary Access Pass", "Stronger and lasting: a Temporary Access Pass, then a passkey."),
    ):
        assert any(said in text for text in typed), said
        assert in_file in own.text, in_file
        assert in_file in card.text, in_file


async def test_the_result_file_keeps_them(desk: Desk) -> None:
    _, own = await begun(desk, HEADER, f"{DIRK.upn},+31 6 20000003,,,,")
    await desk.settled(own, "Done")
    before = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "result")
    (line,) = as_rows(await allowed(desk, HANNA, await offered(desk, HANNA, before)))
    assert line["Warnings"].startswith("This account is disabled")

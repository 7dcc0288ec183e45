"""What the check makes of each row of a file: every kind, with a reason that a person can act on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.change import ChangeKind
from bot.domain.limits import NO_LIMITS
from bot.domain.rules import Ground, Policy, Rule
from bot.domain.said import from_store
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, OMAR, Answer, Desk, as_json
from tests.scenarios.bulking import BARE, CROWD, KENJI, MIA, begun, drop, kinds, previewed, rows, states, tags, writes

HELPDESK, SENIORS, EXECUTIVES = (cast.group(name).id for name in ("Helpdesk", "Helpdesk seniors", "Executives"))
SOFIA, ADA, THEO, PIA, ROSA, MILAN, GUS, VICTORIA = (
    cast.person(name)
    for name in ("Sofia Rossi", "Ada Admin", "Theo Roth", "Pia Kerr", "Rosa Klein", "Milan Novak (Adatum)", "Gus Taylor (Adatum)",
                 "Victoria Crane")
)  # fmt: skip

POLICY = Policy(
    rules=(
        Rule(name="Many at once", actions=frozenset({ChangeKind.BULK}), targets=frozenset({Ground.ORDINARY}), ask=frozenset({HELPDESK}),
             approvals=1, approve=frozenset({HELPDESK, SENIORS})),
        Rule(name="Numbers", actions=frozenset({ChangeKind.SET_PHONE}), ask=frozenset({HELPDESK})),
        Rule(name="Removals need seniors", actions=frozenset({ChangeKind.REMOVE_PHONE}), ask=frozenset({HELPDESK}), approvals=1,
             approve=frozenset({SENIORS})),
    ),
    names={HELPDESK: "Helpdesk", SENIORS: "Helpdesk seniors", EXECUTIVES: "Executives"},
    vip=frozenset({EXECUTIVES}),
    helpdesk=frozenset({HELPDESK}),
)  # fmt: skip


@pytest.fixture
async def strict(database_url: str) -> AsyncIterator[Desk]:
    """A desk with a policy that knows VIPs and wants others to agree to removals."""
    async with Desk(database_url, POLICY) as desk:
        yield desk


def reasons(desk: Desk, job_id: str) -> dict[int, str]:
    """Why each row is of its kind."""
    return {number: str(from_store(row["reason"])) for number, row in rows(desk, job_id).items()}


async def checked(desk: Desk, *lines: str) -> tuple[str, Answer]:
    """A file of which perhaps nothing is to be done, once it is checked."""
    own = await drop(desk, *lines)
    job_id = own.operation_id
    await desk.settled(own, "Plan")
    return job_id, own


@pytest.mark.storage
async def test_what_would_be_changed(desk: Desk) -> None:
    job_id, own = await previewed(
        desk,
        "User principal name;Mobile;Alternate mobile;Office;SMS sign-in;Action",
        f"{ALICE.upn};+31 6 12345678;+31 6 12345679;+31 20 7654321;;add",
        f"{OMAR.upn};+31 6 87654321;;;;update",
        f"{MIA.upn};x;;;;remove",
        f"{BARE[0].id};+31 6 22222222;;;;",  # an object id
        f"{BARE[1].upn};+31 6 22222223;;;on;set",
        f"{CROWD[0].upn};{CROWD[0].phones.get('mobile', '')};;;;",
    )
    assert kinds(desk, job_id)[:5] == ["add", "update", "remove", "add", "add"]
    desk.entra.writes.clear()
    await desk.press(HANNA, own, "confirm")
    card = await desk.teams.wait_for(lambda message: job_id in str(message.card() or {}) and "Needs" in str(message.card() or {}))
    await desk.teams.press(BRAM, card.id, "approve")
    await desk.settled(own, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678", "alternateMobile": "+31 612345679", "office": "+31 207654321"}
    assert [(write.upn, write.phone_type) for write in desk.entra.writes if write.upn == ALICE.upn] == [
        (ALICE.upn, "mobile"),
        (ALICE.upn, "alternateMobile"),
        (ALICE.upn, "office"),
    ]
    assert desk.phones(MIA) == {}
    assert desk.phones(BARE[1])["mobile"] == "+31 622222223"


@pytest.mark.storage
async def test_mobile_and_alternate_go_in_the_order_that_entra_takes(desk: Desk) -> None:
    _, own = await begun(desk, "upn,alternate mobile,mobile", f"{ALICE.upn},+31 6 12345679,+31 6 12345678")
    await desk.settled(own, "Done", "1 row done.")
    job_id, own = await begun(desk, "upn,mobile,alternate mobile,action", f"{ALICE.upn},x,x,remove")
    await desk.settled(own, "Done", "1 row done.")
    assert [(write.what, write.phone_type) for write in desk.entra.writes] == [
        ("phone.create", "mobile"),
        ("phone.create", "alternateMobile"),
        ("phone.delete", "alternateMobile"),
        ("phone.delete", "mobile"),
    ]
    assert states(desk, job_id) == ["succeeded"]


async def test_a_mobile_is_not_removed_from_under_an_alternate(desk: Desk) -> None:
    job_id, _ = await checked(desk, "user,mobile,action", f"{OMAR.upn},x,remove")
    assert kinds(desk, job_id) == ["conflict"]
    assert "while there is an alternate mobile" in reasons(desk, job_id)[2]


async def test_the_file_of_the_old_script(desk: Desk) -> None:
    job_id, own = await previewed(
        desk,
        "UPN,Mobile,OfficePhone,AlternateMobile,ForcedUpdate,ForcedRemoval",
        f"{ALICE.upn},+31 612345678,,,,",
        f"{OMAR.upn},+31 687654321,,,TRUE,",
        f"{MIA.upn},,,,,TRUE",
    )
    assert kinds(desk, job_id)[:2] == ["add", "update"]
    assert "3 rows were checked" in own.text


async def test_contradictions(desk: Desk) -> None:
    one, two, three, four, five, six = BARE[:6]
    job_id, own = await previewed(
        desk,
        "user,mobile,alternate mobile,action",
        f"{one.upn},+31 6 11111111,,",
        f"{one.id},+31 6 11111112,,",  # the same person by another name
        f"{two.upn},+31 6 11111113,,",
        f"{three.upn},0031611111113,,",  # the same number written otherwise
        f"{four.upn},,+31 6 11111114,",  # an alternate without a mobile
        f"{OMAR.upn},+31 6 11111115,,add",  # there is one
        f"{five.upn},+31 6 11111116,,update",  # there is none
        f"{six.upn},+31 6 11111117,,",  # and this one is good
    )
    assert kinds(desk, job_id) == ["conflict"] * 7 + ["add"]
    why = reasons(desk, job_id)
    for number, said in (
        (2, "Row 3 is about the same person."),
        (3, "Row 2 is about the same person."),
        (4, "Row 5 has the same number"),
        (5, "Row 4 has the same number"),
        (6, "takes an alternate mobile only beside a mobile"),
        (7, "has a mobile phone already"),
        (8, "has no mobile phone yet"),
    ):
        assert said in why[number], (number, why[number])
    assert "612345001" not in str(why)
    assert "7 conflict" in own.text
    await desk.press(HANNA, own, "confirm")
    card = await desk.teams.wait_for(lambda message: job_id in str(message.card() or {}) and "Needs" in str(message.card() or {}))
    await desk.teams.press(BRAM, card.id, "approve")
    await desk.settled(own, "Done", "1 row done.")
    assert writes(desk) == {six.upn: 1}
    assert states(desk, job_id) == [""] * 7 + ["succeeded"]
    assert tags(desk, f"{job_id}-2") == ["bulk:row:left"]


@pytest.mark.parametrize(
    ("wanted", "database_url"),
    [("warn", "sqlite"), ("warn", "postgresql"), ("refuse", "sqlite"), ("allow", "sqlite")],
    indirect=["database_url"],
)
async def test_a_number_that_was_somebody_elses(database_url: str, wanted: str) -> None:
    """Set alone or by a job, it is noticed by the next job and alone, as policy wants it."""
    one, two, three, four = BARE[:4]
    policy = replace(POLICY, limits=replace(NO_LIMITS, same_number=wanted))
    async with Desk(database_url, policy) as desk:
        await desk.change(HANNA, f"set mobile for {one.upn} +31 6 11111111")
        _, own = await begun(desk, "user,mobile", f"{two.upn},+31 6 11111112")
        await desk.settled(own, "Done", "1 row done.")
        await previewed(desk, "user,mobile", f"{three.upn},+31 6 11111113")  # nobody confirms it, so it is nobody's number

        lines = (f"{three.upn},+31 6 11111111", f"{four.upn},+31 6 11111112", f"{one.upn},+31 6 11111113")
        job_id, own = await previewed(desk, "user,mobile", *lines)
        changing = "refused" if wanted == "refuse" else "add"
        assert kinds(desk, job_id) == [changing, changing, "update"]
        why = {number: as_json(row["reason"]) + as_json(row["warned"]) for number, row in rows(desk, job_id).items()}
        for number, before in ((2, one), (3, two)):
            told = "set for another person" in why[number] and before.name in why[number]
            assert told == (wanted != "allow"), why
        assert "another person" not in why[4]
        assert ("2 numbers were set for other people before" in own.text) == (wanted == "warn")

        alone = await desk.say(HANNA, f"set mobile for {four.upn} +31 6 11111112")
        assert (f"set for another person, {two.name}" in alone.text) == (wanted != "allow"), alone.text
        assert ("confirm" in alone.verbs) == (wanted != "refuse")
        alone = await desk.say(HANNA, f"set mobile for {four.upn} +31 6 11111113")
        assert "another person" not in alone.text

        desk.entra.person(two.upn).phones.clear()
        again, _ = await previewed(desk, "user,mobile", f"{two.upn},+31 6 11111112")  # their own number, given back
        assert (kinds(desk, again), reasons(desk, again)[2]) == (["add"], "")


async def test_somebody_whose_phone_is_removed_first_may_give_the_number_away(desk: Desk) -> None:
    """The number stands in one row alone: whoever has it now is no matter of the file."""
    job_id, _ = await previewed(desk, "user,mobile,action", f"{KENJI.upn},x,remove", f"{ALICE.upn},+81 9012345678,add")
    assert kinds(desk, job_id) == ["remove", "add"]


async def test_who_is_not_to_be_found(desk: Desk) -> None:
    for who in (ALICE, OMAR):
        desk.entra.person(who.upn).mail = "shared@fabrikam.example"
    job_id, own = await checked(
        desk,
        "user,mobile",
        "nobody@fabrikam.example,+31 6 11111111",
        f"{cast.stable_id('nobody')},+31 6 11111112",
        "Alice Jansen,+31 6 11111113",  # a name is nobody's for sure
        "shared@fabrikam.example,+31 6 11111114",
    )
    found = kinds(desk, job_id)
    assert found == ["not_found", "not_found", "unreadable", "ambiguous"]
    assert "Several accounts have this address" in reasons(desk, job_id)[5]
    assert desk.entra.writes == []
    assert "2 not found" in own.text


async def test_who_is_protected(desk: Desk) -> None:
    protected = (ADA, THEO, PIA, ROSA, MILAN, GUS, BRAM)
    job_id, own = await checked(desk, "user,mobile", *(f"{who.upn},+31 6 1111111{place}" for place, who in enumerate(protected)))
    assert kinds(desk, job_id) == ["protected"] * len(protected)
    assert all(reasons(desk, job_id).values())
    assert "7 protected" in own.text
    assert desk.entra.writes == []


async def test_ones_own_account_is_not_changed_by_ones_own_file(desk: Desk) -> None:
    job_id, _ = await checked(desk, "user,mobile", f"{HANNA.upn},+31 6 11111111")
    assert kinds(desk, job_id) == ["refused"]
    assert "own account" in reasons(desk, job_id)[2]


async def test_a_frozen_person_is_left_alone(desk: Desk) -> None:
    await desk.say(BRAM, "freeze alice because odd caller")
    job_id, _ = await checked(desk, "user,mobile", f"{ALICE.upn},+31 6 11111111", f"{BARE[0].upn},+31 6 11111112")
    assert kinds(desk, job_id) == ["protected", "add"]
    assert "frozen" in reasons(desk, job_id)[2]


async def test_policy_may_want_more_than_a_job_has(strict: Desk) -> None:
    job_id, own = await previewed(
        strict,
        "user,mobile,sms sign-in,action",
        f"{VICTORIA.upn},+44 7400 654321,,",  # no rule is about VIPs
        f"{OMAR.upn},x,,remove",  # seniors have to agree, not just anybody
        f"{KENJI.upn},,on,",  # no rule is about this
        f"{ALICE.upn},+31 6 12345678,,",
    )
    assert kinds(strict, job_id) == ["protected", "refused", "refused", "add"]
    assert "Helpdesk seniors" in reasons(strict, job_id)[3]
    assert "1 add" in own.text


async def test_what_entra_does_not_do(desk: Desk) -> None:
    job_id, _ = await checked(
        desk,
        "user,mobile,office,sms sign-in",
        f"{SOFIA.upn},,+39 06 1234567,",  # synced
        f"{KENJI.upn},,,on",  # the SMS policy leaves him out
        f"{ALICE.upn},,,",  # asks for nothing
    )
    assert kinds(desk, job_id) == ["refused", "refused", "unreadable"]
    assert "on-premises" in reasons(desk, job_id)[2]
    assert "SMS policy" in reasons(desk, job_id)[3]


async def test_what_cannot_be_read_is_a_row_of_its_own(desk: Desk) -> None:
    job_id, own = await previewed(
        desk,
        "user;mobile;action",
        ";+31 6 12345678;",
        f"{BARE[0].upn};3.16E+10;",
        f"{BARE[1].upn};12;",
        f"{BARE[2].upn};+31 6 12345679;dance",
        f"{BARE[3].upn};31612345680;",  # a spreadsheet took the plus sign
        f"{BARE[4].upn};=HYPERLINK(1);",
    )
    found = kinds(desk, job_id)
    assert found == ["unreadable"] * 4 + ["add", "unreadable"]
    assert all(reasons(desk, job_id)[number] for number in (2, 3, 4, 5, 7))
    assert "5 not understood" in own.text or "5 unreadable" in own.text
    assert "1 row" in own.text
    assert rows(desk, job_id)[6]["repaired"] not in ("[]", [])
    assert "612345680" not in as_json(own.card)
    assert as_json(own.card).count("Repaired") >= 1

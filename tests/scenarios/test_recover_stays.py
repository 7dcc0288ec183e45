"""What `recover … lost` leaves: every card says it, and of several devices somebody has to say which one is gone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.store.tables import operations
from bot.store.transactions import open_engine
from simulator import cast
from simulator.registered import Registered, registered
from tests.desk import BRAM, HANNA, Answer, Desk
from tests.scenarios.approving import approvers_card, words
from tests.scenarios.recovering import LOTTE, pass_card, registers, ticked, ticks
from tests.scenarios.several import agreed, kinds, writes

ALICE = cast.person("Alice Jansen")
IPHONE = registered("authenticator", "2024-11-18T09:30:00Z", displayName="iPhone 14")
PIXEL = registered("authenticator", "2025-06-02T08:15:00Z", displayName="Pixel 9")
TABLET = registered("passwordless", "2025-07-02T08:15:00Z")  # v1.0 does not name its device
IN_THE_PIXEL = registered("fido2", "2025-06-03T08:15:00Z", displayName="Authenticator on Pixel 9", model="Microsoft Authenticator")
SYNCED = registered("fido2", "2025-08-03T08:15:00Z", displayName="Passkey", model="iCloud Keychain", passkeyType="synced")
KEY = registered("fido2", "2025-09-03T08:15:00Z", displayName="Blue key")
LAPTOP = registered("hello", "2025-02-10T10:20:00Z", displayName="FAB-LT-0231")
LOST = "recover alice lost"
ONE, OTHER, ALL = 0, 1, 2


def has(desk: Desk, *methods: Registered) -> None:
    """Gives Alice these methods, and no others."""
    person = desk.entra.person(ALICE.upn)
    person.sign_in.methods, person.sign_in.default = (), None
    for method in methods:
        person.sign_in.add(ALICE.upn, method)


def left(desk: Desk) -> set[str]:
    """What Alice has left, by name."""
    held = desk.entra.person(ALICE.upn).holding().methods
    return {str(one.method.facts.get("displayName") or one.kind) for one in held}


async def confirmed(desk: Desk, own: Answer, **data: Any) -> str:
    """Confirms with what was filled in; what the client was told."""
    told = await desk.press(HANNA, own, "confirm", data=ticks(desk, own) | data)
    return str(told.message or "")


@pytest.mark.parametrize(
    ("pick", "stay"),
    [(ONE, {"Pixel 9", "Authenticator on Pixel 9", "Blue key"}), (OTHER, {"iPhone 14", "Blue key"}), (ALL, {"Blue key"})],
)
async def test_the_device_that_is_gone_takes_what_is_on_it_and_every_card_names_what_stays(desk: Desk, pick: int, stay: set[str]) -> None:
    has(desk, IPHONE, PIXEL, TABLET, IN_THE_PIXEL, SYNCED, KEY)
    own = await desk.say(HANNA, LOST)
    for said in ("Which device is gone?", "iPhone 14: Microsoft Authenticator iPhone 14", "Pixel 9: ",
                 "All of them, or nobody can say which", "Stays as it is: passkey Blue key"):  # fmt: skip
        assert said in own.text, said
    assert all(ticked(own).values())
    assert not any("Authenticator on Pixel" in title or "iPhone 14" in title for title in ticked(own))
    assert await confirmed(desk, own, pick=str(pick)) == ""
    await desk.settled(own, "Waiting for approval")
    approvers = await approvers_card(desk, own.operation_id)

    def names_what_stays(card: str) -> bool:
        said = card.partition("Stays")[2].partition("Requested by")[0]
        return all(name in said for name in stay) and ("although it could be" in said) == (stay != {"Blue key"})

    assert names_what_stays(own.text)
    assert names_what_stays(approvers.text)
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert left(desk) == stay
    assert names_what_stays(own.text)
    await desk.settled(approvers, "Done, and read back")
    assert names_what_stays(approvers.text)
    assert "Stays" in words(await desk.logged("Recover Alice Jansen", "Done"))


@pytest.mark.parametrize("pick", [None, "", "3", "-1", "all", "0 ", "1.0", True, ["0"], "99999999999"])
async def test_without_an_answer_nothing_moves(desk: Desk, pick: Any) -> None:
    has(desk, IPHONE, PIXEL)
    own = await desk.say(HANNA, LOST)
    told = await confirmed(desk, own, **({} if pick is None else {"pick": pick}))
    assert "nobody has said which one is gone" in told
    assert own.verbs == ["confirm", "cancel", "suspect"]
    assert [row.tag for row in desk.trail()].count("operation:request:confirmed") == 0
    assert writes(desk) == []
    assert await confirmed(desk, own, pick=ALL) == ""
    await desk.settled(own, "Waiting for approval")


async def test_an_old_client_cannot_answer_and_leaves_nothing_behind(desk: Desk) -> None:
    has(desk, IPHONE, PIXEL)
    own = await desk.say(HANNA, LOST)
    await desk.press(HANNA, own, "confirm", style="submit")
    assert [row.tag for row in desk.trail()].count("operation:request:confirmed") == 0
    assert writes(desk) == []


async def test_ticks_of_a_device_that_is_gone_cannot_be_forged_away(desk: Desk) -> None:
    has(desk, IPHONE, PIXEL)
    own = await desk.say(HANNA, LOST)
    assert await confirmed(desk, own, pick="0", keep0="false", keep1="true") == ""
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert left(desk) == {"Pixel 9"}


async def test_cancel_needs_no_answer(desk: Desk) -> None:
    has(desk, IPHONE, PIXEL)
    own = await desk.say(HANNA, LOST)
    asked = {action["title"]: action.get("associatedInputs") for action in own.card["actions"] if action["type"] == "Action.Execute"}
    assert asked == {"Confirm": None, "Cancel": "none", "Suspicious call": "none"}
    await desk.press(HANNA, own, "cancel")
    await desk.settled(own, "Cancelled")
    assert "Stays" not in own.text


@pytest.mark.parametrize(
    ("word", "name"),
    [("Authenticator", "Microsoft Authenticator iPhone 15"), ("Mobile phone", "mobile phone"), ("Sessions", "the sessions that are open")],
)
async def test_whatever_is_taken_off_is_named_to_whoever_agrees(desk: Desk, word: str, name: str) -> None:
    own = await desk.say(HANNA, "recover lotte lost")
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own, word))
    await desk.settled(own, "Waiting for approval")
    for card in (own, await approvers_card(desk, own.operation_id)):
        said = card.text.partition("Stays, although it could be on the phone: ")[2]
        assert said.startswith(name)
        assert "612345010" not in said


async def test_what_entra_refuses_stays_and_is_said_to(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All")
    await desk.restart_bot()
    own = await desk.say(HANNA, "recover lotte lost")
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Partly done", "Stays, although it could be on the phone: Microsoft Authenticator iPhone 15")
    assert kinds(desk, LOTTE) == ["authenticator"]


async def test_what_the_finder_registers_meanwhile_is_named_and_planned_next(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover lotte lost")
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    registers(desk, LOTTE, displayName="Burner")
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Partly done", "Registered meanwhile, and not touched: Microsoft Authenticator Burner")
    await pass_card(desk, own)
    await desk.press(HANNA, own, "again")
    assert [title.partition(",")[0] for title, on in ticked(own).items() if on] == ["Microsoft Authenticator: Burner"]
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert kinds(desk, LOTTE) == []


async def test_both_mobile_numbers_go_and_one_cannot_go_without_the_other(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover omar lost")
    assert [on for title, on in ticked(own).items() if "obile phone" in title] == [True, True]
    told = await desk.press(HANNA, own, "confirm", data=ticks(desk, own, "Alternate mobile"))
    assert "does not delete the mobile phone while there is an alternate" in told.message
    desk.entra.person("omar.farouk@fabrikam.example").sign_in.default = None
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back", "Stays as it is: office phone")
    assert set(desk.phones(cast.person("Omar Farouk"))) == {"office"}


async def test_nobody_else_answers(desk: Desk) -> None:
    has(desk, IPHONE, PIXEL)
    own = await desk.say(HANNA, LOST)
    told = await desk.press(BRAM, own, "confirm", data=ticks(desk, own) | {"pick": "0"})
    assert "Only Hanna Visser can confirm" in told.message


# ── stored by an earlier version, which knew nothing of what stays ───────────────────────────────────────────────────────────────────


def as_before(desk: Desk, operation_id: str, *unticked: int) -> None:
    """Stores the operation as an earlier version did, with these changes unticked."""
    engine = open_engine(desk._database_url)
    with engine.begin() as connection:
        request = connection.execute(select(operations.c.request).where(operations.c.id == operation_id)).scalar_one()
        known = {key: value for key, value in request["recovery"].items() if key != "found"}
        known["ticked"] = [index not in unticked for index in range(len(request["changes"]))]
        changed = update(operations).where(operations.c.id == operation_id).values(request=request | {"recovery": known})
        connection.execute(changed)
    engine.dispose()


@pytest.mark.parametrize("ticked_in", ["the store", "the card"])
async def test_what_an_earlier_version_left_unticked_does_not_stay_unsaid(desk: Desk, ticked_in: str) -> None:
    own = await desk.say(HANNA, "recover lotte lost")
    data = ticks(desk, own, "Authenticator")
    as_before(desk, own.operation_id, 0)
    told = await desk.press(HANNA, own, "confirm", **({"data": data} if ticked_in == "the card" else {"style": "submit"}))
    if ticked_in == "the card":
        assert "earlier version" in told.message
    assert [row.tag for row in desk.trail()].count("operation:request:confirmed") == 0
    assert writes(desk) == []


async def test_an_operation_of_an_earlier_version_goes_on(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover lotte lost")
    as_before(desk, own.operation_id)
    await desk.press(HANNA, own, "confirm", data=ticks(desk, own))
    await agreed(desk, own.operation_id)
    await desk.settled(own, "Done, and read back")
    assert "Stays" not in own.text
    await desk.press(HANNA, await pass_card(desk, own), "reveal")
    assert kinds(desk, LOTTE) == []

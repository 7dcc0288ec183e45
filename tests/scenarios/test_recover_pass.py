"""`recover` where a pass is all there is: a new phone, a first day, a phone left at home; and what the person is told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.sign_in import PassPolicy
from tests.desk import HANNA, Answer, Desk, as_json
from tests.scenarios.bulking import told
from tests.scenarios.passes import code, created, made, ready
from tests.scenarios.recovering import MEI, WOUT, pass_card, recovered
from tests.scenarios.several import kinds, writes


@pytest.mark.parametrize(
    ("line", "said"),
    [("recover omar new phone", ("I look after 1 hour", "nothing to remove later", "Valid from")),
     ("recover omar first day", ("I look after 1 hour", "Valid from")),
     ("recover omar at home", ("Nothing is removed: the phone at home stays registered", "Valid from"))],
)  # fmt: skip
async def test_each_of_the_others_is_a_pass_and_nothing_else(desk: Desk, line: str, said: tuple[str, ...]) -> None:
    own = await ready(desk, line)
    assert "To read out or send (English)" in own.text
    status = await desk.say(HANNA, line)
    assert all(each in status.text for each in said)
    answer = await desk.press(HANNA, own, "reveal")
    assert code(desk) in as_json(answer.card)
    assert writes(desk) == ["pass.create"]


async def test_left_at_home_is_not_followed_up(desk: Desk) -> None:
    assert "I look after" not in (await desk.say(HANNA, "recover omar at home")).text


@pytest.mark.parametrize(
    ("line", "minutes"),
    [("pass for omar", 15), ("recover omar at home", 15), ("recover omar new phone", 15), ("recover omar lost", 15),
     ("recover omar first day", 120), ("recover omar first day at tomorrow 08:00", 120), ("pass for omar for 60 minutes", 60)],
)  # fmt: skip
async def test_a_pass_is_as_short_as_the_tenant_lets_it_be_unless_it_is_a_first_day_or_asked_to_be_longer(
    desk: Desk, line: str, minutes: int
) -> None:
    desk.entra.tenant.sign_in.pass_policy = PassPolicy(minimum_lifetime=15, default_lifetime=120)
    assert f"{minutes} minutes, one-time" in (await desk.say(HANNA, line)).text


async def test_a_new_phone_names_what_goes_later(desk: Desk) -> None:
    own = await desk.say(HANNA, "recover lotte new phone")
    assert "Once something new is registered I remove what is on the old phone: Microsoft Authenticator (iPhone 15" in own.text


async def test_instructions_are_in_the_language_of_the_person(desk: Desk) -> None:
    own = await ready(desk, "recover mei lin new phone")
    never = "niemand van de helpdesk zal u er ooit om vragen"
    for said in ("To read out or send (Nederlands)", "Open op een computer aka.ms/mysecurityinfo", never):
        assert said in own.text
    shown = as_json((await desk.press(HANNA, own, "reveal")).card)
    assert f"Meld u aan als {MEI.upn}" in shown
    assert "private window" not in shown


async def test_what_is_lost_may_be_read_out_in_dutch_too(desk: Desk) -> None:
    own = await recovered(desk, "recover mei lin lost", "Partly done", "Not done: Mobile phone")  # her default, beside an office phone
    card = await pass_card(desk, own)
    assert "Komt de verloren telefoon terug" in card.text
    assert kinds(desk, MEI) == ["platform"]


# ── first day ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

PRIYA, NOOR = cast.person("Priya Raman"), cast.person("Noor Dekker")
POLICY = """
[defaults]
first_day_to_manager = {to_manager}

[[rule]]
name = "The helpdesk"
effect = "allow"
actions = ["*"]
targets = ["ordinary"]
ask = ["helpdesk"]
"""


@pytest.fixture(params=["true", "false"])
async def managed(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk whose policy file says to whom the first pass goes; it wants no approvals."""
    file = tmp_path / "policy.toml"
    file.write_text(POLICY.format(to_manager=request.param))
    desk = Desk(database_url, POLICY_FILE=str(file), TEAMS_CATALOG_APP_ID=cast.CATALOGUE_APP_ID)
    desk.to_manager = request.param == "true"  # type: ignore[attr-defined]
    async with desk:
        yield desk


async def test_the_first_pass_goes_to_the_manager_where_policy_says_so(managed: Desk) -> None:
    to_manager = managed.to_manager  # type: ignore[attr-defined]
    revealer, says = (PRIYA, "Waiting for the manager") if to_manager else (HANNA, "Ready: press Reveal")
    for line, who in (("recover wout first day", WOUT), ("pass for noor", NOOR)):  # Noor has no method yet, however it is asked for
        own = await managed.say(HANNA, line)
        assert ("Priya Raman, the manager, presses Reveal" in own.text) == to_manager
        await managed.press(HANNA, own, "confirm")
        await managed.settled(own, says)
        card = own
        if to_manager:
            card = Answer(managed, await told(managed, PRIYA, "asks you to hand something over", who.name), PRIYA)
        await managed.press(revealer, card, "reveal")
        assert made(managed, who) == 1
        if to_manager:
            await managed.settled(own, "Revealed to Priya Raman")


async def test_without_a_manager_the_first_pass_is_refused_where_policy_wants_one(managed: Desk) -> None:
    managed.entra.person(WOUT.upn).manager_id = None
    own = await managed.say(HANNA, "recover wout first day")
    assert ("names no manager of Wout Wiersma" in own.text) == managed.to_manager  # type: ignore[attr-defined]
    assert "names no manager" not in (await managed.say(HANNA, "recover wout new phone")).text


async def test_a_failed_first_day_planned_again_names_the_manager_again(managed: Desk) -> None:
    own = await managed.say(HANNA, "recover wout first day")
    await managed.press(HANNA, own, "confirm")
    revealer, card = HANNA, own
    if managed.to_manager:  # type: ignore[attr-defined]
        revealer, card = PRIYA, Answer(managed, await told(managed, PRIYA, "asks you to hand something over"), PRIYA)
    managed.entra.faults.add(Fault(effect="forbidden", method="POST", path="temporaryAccessPassMethods", times=1))
    await managed.press(revealer, card, "reveal")
    await managed.settled(own, "Failed")
    await managed.press(HANNA, own, "again")
    assert ("Priya Raman, the manager, presses Reveal" in own.text) == managed.to_manager  # type: ignore[attr-defined]


async def test_a_first_day_begins_when_it_is_said_to(desk: Desk) -> None:
    own = await ready(desk, "recover omar first day at tomorrow 14:30")
    [begins] = re.findall(r"one-time, from .*?\{\{TIME\(([^Z]+)Z", own.text)
    await desk.press(HANNA, own, "reveal")
    (request,) = created(desk)
    assert request.body["startDateTime"].startswith(begins)
    assert request.body["isUsableOnce"] is True

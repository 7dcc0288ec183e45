"""A temporary password: once, for one pair of eyes, and only where Entra ID keeps the password."""

from __future__ import annotations

import re

from simulator import cast
from simulator.entra.faults import Fault
from tests.desk import HANNA, Desk, as_json
from tests.scenarios.passes import PASSWORD, code, created, made, ready

FREYA = cast.person("Freya Nilsen")


async def test_a_temporary_password_is_set_at_reveal_and_shown_once(desk: Desk) -> None:
    own = await ready(desk, PASSWORD)
    assert created(desk) == []
    answer = await desk.press(HANNA, own, "reveal")
    password = code(desk)
    assert password in as_json(answer.card)
    assert re.fullmatch(r"([A-Z][a-z]{3}-){3}[0-9]{4}", password)
    (request,) = created(desk)
    assert request.body["passwordProfile"]["forceChangePasswordNextSignIn"] is True
    assert made(desk) == 1
    await desk.press(HANNA, own, "reveal", action={"verb": "reveal", "data": {"id": own.operation_id}})
    assert made(desk) == 1
    await desk.logged("Done", "Reset the password for Omar Farouk", "Revealed to Hanna Visser")


async def test_where_the_password_is_kept_elsewhere_a_pass_is_named_instead(desk: Desk) -> None:
    synced = await desk.say(HANNA, "reset password for sofia")
    assert "kept there" in synced.text
    assert "pass for sofia.rossi@fabrikam.example" in synced.text

    own = await ready(desk, "reset password for freya")
    answer = await desk.press(HANNA, own, "reveal")  # only Graph knows that she signs in elsewhere
    assert "federated" in as_json(answer.card)
    await desk.settled(own, "Failed", "pass for freya.nilsen@fabrikam.example")
    assert made(desk, FREYA) == 0


async def test_without_permission_or_role_the_card_says_which(desk: Desk) -> None:
    desk.entra.assign_roles(cast.GRAPH_APP_ID)
    own = await ready(desk, PASSWORD)
    await desk.press(HANNA, own, "reveal")
    await desk.settled(own, "Failed", "User-PasswordProfile.ReadWrite.All", "the Entra role User Administrator")
    assert made(desk) == 0


async def test_a_lost_answer_is_said_and_not_repeated(desk: Desk) -> None:
    own = await ready(desk, PASSWORD)
    desk.entra.faults.add(Fault(effect="drop", method="PATCH", path="/users/", after=True, times=1))
    await desk.press(HANNA, own, "reveal")
    await desk.settled(own, "Partly done", "may have one that nobody saw")
    assert len(created(desk)) == 1


async def test_a_password_changed_by_somebody_else_meanwhile_ends_it(desk: Desk) -> None:
    own = await ready(desk, PASSWORD)
    desk.entra.person("omar.farouk@fabrikam.example").sign_in.password_changed = "2026-11-23T10:00:00Z"
    assert "was changed by someone else" in (await desk.press(HANNA, own, "reveal")).message
    assert created(desk) == []

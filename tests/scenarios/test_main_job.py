"""The main job, as the people concerned live it."""

from __future__ import annotations

import pytest

from tests.desk import ALICE, HANNA, OMAR, OSCAR, Desk


@pytest.mark.storage
async def test_a_number_is_set_with_one_line_and_one_click(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set mobile for alice +31 6 12345678 ticket INC-42 because new phone")
    assert "+31 6 1234 5678" in answer.text
    assert answer.verbs == ["confirm", "cancel", "suspect"]
    assert desk.phones(ALICE) == {}

    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")

    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
    await desk.logged("Alice Jansen", "Hanna Visser", "INC-42", "new phone")
    assert "12345678" not in "".join(desk.log())


@pytest.mark.storage
async def test_the_three_phones_are_set_changed_and_removed(desk: Desk) -> None:
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    await desk.change(HANNA, "add alternate mobile for alice 06 23456789")
    await desk.change(HANNA, "set office for alice to +31 20 123 4567 x12")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678", "alternateMobile": "+31 623456789", "office": "+31 201234567x12"}

    await desk.change(HANNA, "update mobile for alice 0031 6 8765 4321")
    assert desk.phones(ALICE)["mobile"] == "+31 687654321"

    desk.clock.forward(days=1)  # so many changes of one person are too many for a day
    await desk.change(HANNA, "remove office for alice")
    await desk.change(HANNA, "delete alternate mobile for alice")
    await desk.change(HANNA, "remove mobile for alice")
    assert desk.phones(ALICE) == {}
    await desk.logged("Alice Jansen", "emove")


async def test_sms_sign_in_is_switched(desk: Desk) -> None:
    await desk.change(HANNA, "enable sms sign-in for omar")
    assert desk.entra.person(OMAR.upn).phones["mobile"].sms_sign_in == "ready"
    await desk.change(HANNA, "disable sms sign-in for omar")
    assert desk.entra.person(OMAR.upn).phones["mobile"].sms_sign_in == "notEnabled"


async def test_an_outsider_is_refused_before_anything_is_read(desk: Desk) -> None:
    answer = await desk.say(OSCAR, "set mobile for alice +31 6 12345678")
    assert "not in the helpdesk group" in answer.text
    assert answer.verbs == []
    assert desk.phones(ALICE) == {}

"""A Temporary Access Pass: from the line to the code on one person's screen."""

from __future__ import annotations

from tests.desk import HANNA, SAM, Desk, as_json
from tests.scenarios.passes import OMAR, PASS, code, created, made, ready


async def test_a_pass_is_made_at_reveal_and_shown_to_the_requester_alone(desk: Desk) -> None:
    own = await ready(desk)
    assert created(desk) == []
    answer = await desk.press(HANNA, own, "reveal")
    secret = code(desk)
    assert secret in as_json(answer.card)
    assert made(desk) == 1

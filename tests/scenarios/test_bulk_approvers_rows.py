"""What the approver of a file sees of its rows: the first of each kind, masked, and all of them as a file, from the channel too."""

from __future__ import annotations

import pytest

from tests.desk import ALICE, BRAM, HANNA, OMAR, OSCAR, Desk, as_json
from tests.scenarios.bulking import THREE, allowed, as_rows, confirmed, offered, said_to

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_first_rows_of_each_kind_are_on_the_card_and_masked(desk: Desk) -> None:
    _, _, card = await confirmed(desk, *THREE, "nobody@fabrikam.example,+31 6 11111111,")
    for told in (ALICE.upn, OMAR.upn, "nobody@fabrikam.example", "The first rows of each kind", "•••••••78"):
        assert told in card.text, told
    for number in ("612345678", "687654321", "611111111"):
        assert number not in as_json(card.card)


async def test_the_buttons_stand_above_the_words_about_the_file(desk: Desk) -> None:
    _, _, card = await confirmed(desk, *THREE)
    body = card.card["body"]
    (at,) = [place for place, each in enumerate(body) if each["type"] == "ActionSet"]
    assert [each["title"] for each in body[at]["actions"]] == ["Approve", "Deny", "Preview as a file"]
    above, below = as_json(body[:at]), as_json(body[at:])
    assert "registers something new" in above
    assert all(words in below for words in ("Exactly this file", "Requested by", "The first rows of each kind"))


async def test_a_preview_that_is_wanted_in_the_channel_comes_into_the_own_chat(desk: Desk) -> None:
    job_id, _, card = await confirmed(desk, *THREE)
    since = len(said_to(desk, BRAM))
    pressed = await desk.press(BRAM, card, "preview")
    assert "in our own chat" in pressed.message
    told = as_rows(await allowed(desk, BRAM, await offered(desk, BRAM, since)))
    assert [line["What"] for line in told] == ["add", "update", "remove"]
    assert "Approve" in card.text  # the card stays
    refused = await desk.press(OSCAR, card, "preview")
    assert "not for you" in refused.message, refused
    assert job_id in refused.message


async def test_who_asked_has_the_rows_there_too_and_cannot_agree(desk: Desk) -> None:
    _, _, card = await confirmed(desk, *THREE)
    refreshed = await desk.teams.refresh(HANNA, card.message.id)
    assert refreshed is not None
    view = as_json(refreshed.card)
    assert '"approve"' not in view
    assert '"preview"' in view
    assert ALICE.upn in view

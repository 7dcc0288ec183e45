"""TICKET_URL: every ticket that is shown is a link to the one address of the settings, whatever was typed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.desk import ALICE, HANNA, SAM, Desk, as_json

LINK = "[INC0012](https://itsm.example/browse/INC0012)"


@pytest_asyncio.fixture
async def linking(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk(f"sqlite:///{tmp_path / 'doorman.db'}", TICKET_URL="https://itsm.example/browse/{ticket}") as desk:
        yield desk


async def test_a_ticket_is_a_link_wherever_it_is_shown(linking: Desk) -> None:
    card = await linking.say(HANNA, "set mobile for alice +31 6 12345678 ticket https://itsm.example/browse/INC0012")
    assert LINK in as_json(card.card)
    id = card.operation_id
    await linking.press(HANNA, card, "confirm")
    await linking.settled(card, "Done")
    assert LINK in as_json(card.card)
    assert "INC0012" in card.text.partition("Doorman ")[2]  # the words to copy, which are for the ticket itself
    await linking.logged(ALICE.upn, LINK)
    for line in ("history", f"history id {id}"):
        assert LINK in as_json((await linking.say(HANNA, line)).card)
    assert LINK in as_json((await linking.say(SAM, "history for alice")).card)
    recorded = [json.loads(event.facts) for event in linking.trail()]
    assert {facts["ticket"] for facts in recorded if facts.get("ticket")} == {"INC0012"}


async def test_no_address_that_was_typed_becomes_a_link(linking: Desk) -> None:
    for typed in ("https://evil.example/a/INC0012", "https://evil.example/?x=INC0012", "[INC0012](https://evil.example)"):
        card = await linking.say(HANNA, f"set mobile for alice +31 6 12345678 ticket {typed}")
        assert "](https://evil" not in as_json(card.card)
        assert '"url": "https://evil' not in as_json(card.card)


async def test_without_the_setting_it_is_words(desk: Desk) -> None:
    card = await desk.say(HANNA, "set mobile for alice +31 6 12345678 ticket https://itsm.example/browse/INC0012")
    assert "INC0012" in card.text
    assert "](" not in as_json(card.card)

"""What only decorates a card is remembered for a second per person, and never where something is decided."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import PhoneType
from bot.errors import Conflict
from tests.graph.conftest import ALICE, OMAR, Bench


def asked(bench: Bench) -> int:
    found = sum(line.endswith("/signInPreferences 200") and line.startswith("GET") for line in bench.seen())
    bench.entra.requests.clear()
    return found


async def test_what_is_shown_is_asked_once_a_second_for_each_person(bench: Bench) -> None:
    shown = bench.directory.to_show()
    first = await shown.preference(ALICE.id)
    assert await shown.preference(ALICE.id.upper()) == first
    assert asked(bench) == 1
    await shown.preference(OMAR.id)
    assert asked(bench) == 1
    bench.time.now += 1.0
    await shown.preference(ALICE.id)
    assert asked(bench) == 1


async def test_what_is_compared_is_always_asked(bench: Bench) -> None:
    await bench.directory.to_show().preference(ALICE.id)
    await asyncio.gather(*(bench.directory.preference(ALICE.id) for _ in range(2)))
    await bench.directory.in_background().preference(ALICE.id)
    assert asked(bench) == 4


async def test_what_may_have_been_changed_here_is_asked_again(bench: Bench) -> None:
    shown = bench.directory.to_show()
    await shown.preference(OMAR.id)
    change = Change(ChangeKind.SET_PHONE, PhoneType.ALTERNATE_MOBILE, None, "+31612345678")
    with pytest.raises(Conflict):  # there is one: whatever came of it, nobody is to see what was
        await bench.directory.in_background().apply(OMAR.id.upper(), change, "7Q2F")
    assert asked(bench) == 1
    await shown.preference(OMAR.id)
    assert asked(bench) == 1

"""SIGKILL at every step of `reset mfa`: the next process finishes what is left, and makes nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kill_bots import Bot
from simulator import cast
from simulator.entra.faults import Fault
from simulator.world import World
from tests.desk import HANNA, LOG, _words
from tests.killing import ask, die_at_each, until, victims, words_on

pytestmark = pytest.mark.usefixtures("forked_bots")

#: Moments of death: after so many of the three deletions, and while the default waits for the others to be gone.
SECOND_PASS = 4
VICTIMS = victims((0, 1, 2, 3, SECOND_PASS))


def test_a_reset_survives_the_death_of_the_bot_at_each_step(new_database: Callable[[str], str], tmp_path: Path) -> None:
    die_at_each(new_database, tmp_path, VICTIMS, _die_at, _check_trail)


async def _die_at(moment: int, victim: cast.Member, world: World, bot: Bot) -> None:
    person = world.entra.person(victim.upn)
    person.strong[:] = ["otp", "authenticator"]
    person.sign_in.default = "push"
    slow = world.entra.faults.add(Fault(effect="latency", method="DELETE", seconds=0.15))
    world.entra.tenant.sign_in.delete_delay = 1.0 if moment == SECOND_PASS else 0.0
    card = await ask(world, HANNA, f"reset mfa for {victim.upn}")
    await world.teams.press(HANNA, card.id, "confirm")

    def deletions() -> list[str]:
        return [write.what for write in world.entra.writes if write.user_id == person.id]

    def refused() -> bool:
        return any(request.status == 400 and person.id in request.path for request in world.entra.requests)

    await until(refused if moment == SECOND_PASS else lambda: slow.fired > 0 and len(deletions()) >= moment)
    await bot.kill()
    world.entra.faults.clear()
    await bot.start()
    await until(lambda: "Done" in words_on(world, card))
    assert sorted(deletions()) == ["authenticator.delete", "otp.delete", "phone.delete"], f"killed at {moment}"
    assert not person.phones
    assert not person.holding().methods
    await until(lambda: _log_cards(world, victim) == 1)


def _log_cards(world: World, victim: cast.Member) -> int:
    cards = [" ".join(_words(message.card() or {})) for message in world.teams.thread(LOG) if message.by_bot]
    return sum(f"Reset MFA for {victim.name}" in words for words in cards)


def _check_trail(trail: list[Any]) -> None:
    """Every reset ended once, with each of its three changes in effect."""
    ended = [row for row in trail if row.tag == "operation:execution:finished"]
    assert len({row.operation_id for row in ended}) == len(ended) == len(VICTIMS)
    assert all(json.loads(row.facts)["results"] == ["done"] * 3 for row in ended)

"""The people picker: whom the simulated Teams offers, and which queries in a card it takes."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.teams.directory import DATASET, pick
from simulator.teams.rules import card_problem


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ali", ["Alice Jansen"]),
        ("Jansen", ["Alice Jansen"]),
        ("jan de", ["Jan de Vries", "Jan de Vries"]),
        ("mia.o'brien@", ["Mia O'Brien"]),
        ("lice", []),
        ("", []),
    ],
)
def test_people_are_offered_by_the_beginning_of_a_name(typed: str, offered: list[str]) -> None:
    assert [member.name for member in pick(DATASET, typed)] == offered


def test_no_other_dataset_is_known() -> None:
    with pytest.raises(ValueError, match="dataset"):
        pick("graph.microsoft.com/groups", "ali")


def _card(*inputs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(inputs)}


PICKER = {"type": "Input.ChoiceSet", "id": "who", "choices": [], "choices.data": {"type": "Data.Query", "dataset": DATASET}}


def test_a_card_may_ask_for_people_and_for_nothing_else() -> None:
    assert card_problem(_card(PICKER)) is None
    assert "no query" in str(card_problem(_card(PICKER | {"choices.data": {"type": "Data.Query", "dataset": "people"}})))
    assert "no query" in str(card_problem(_card(PICKER | {"type": "Input.Text"})))
    assert "id of its own" in str(card_problem(_card(PICKER, PICKER)))
    assert "id of its own" in str(card_problem(_card({"type": "Input.Text"})))

"""Golden cards: golden/<name>.json can be pasted into https://adaptivecards.io/designer, golden/summaries.json holds the plain lines.

After an intended change: `UPDATE_GOLDEN=1 python -m pytest tests/cards`, then read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.domain.stop import GO, Stop
from cards import render
from tests.cards.card_samples import THREAT, replies

GOLDEN = Path(__file__).parent / "golden"
SUMMARIES = GOLDEN / "summaries.json"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"
SAMPLES = replies()
#: Cards at a high threat level: what is asked, who is asked, who is shown, what waits.
AT_HIGH = {f"{name}-at-high": SAMPLES[name] for name in ("confirm-set", "approval-waiting", "person", "pending")}


def _text(thing: object) -> str:
    return json.dumps(thing, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", [*SAMPLES, *AT_HIGH])
def test_the_card_looks_as_it_did(name: str) -> None:
    reply, refresh_for = (SAMPLES | AT_HIGH)[name]
    stop = Stop(threat=THREAT) if name in AT_HIGH else GO
    card = _text(render(reply, refresh_for=refresh_for, stop=stop).card)
    path = GOLDEN / f"{name}.json"
    if UPDATE:
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(card, encoding="utf-8")
    assert path.exists(), "no golden file: run UPDATE_GOLDEN=1 python -m pytest tests/cards, and read what it wrote"
    assert card == path.read_text(encoding="utf-8")


def test_the_summaries_read_as_they_did() -> None:
    summaries = _text({name: render(reply).summary for name, (reply, _) in SAMPLES.items()})
    if UPDATE:
        SUMMARIES.write_text(summaries, encoding="utf-8")
    assert summaries == SUMMARIES.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    stale = {path.stem for path in GOLDEN.glob("*.json")} - set(SAMPLES) - set(AT_HIGH) - {SUMMARIES.stem}
    if UPDATE:
        for name in stale:
            (GOLDEN / f"{name}.json").unlink()
        stale = set()
    assert not stale, "no sample makes these any more: delete them"

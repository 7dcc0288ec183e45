"""Files that were made to do harm: a sentence or rows, whatever their parts are called. What they cost: `benchmarks.hostile_files`."""

from __future__ import annotations

import pytest

from bot.sheets import markup, strings
from tests.sheets.conftest import Reader, refusal
from tests.sheets.hostile import HOSTILE

#: The bounds of these tests, so that the files need not be large; and what is beyond them.
BOUND, MANY = 3_000, 3_600


@pytest.mark.parametrize("what", HOSTILE)
def test_it_ends_in_a_sentence(reading: Reader, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(markup, "MOST_ELEMENTS", BOUND)
    monkeypatch.setattr(strings, "MOST_TEXTS", 7 * BOUND)
    make, code = HOSTILE[what]
    content = make(MANY)
    if code:
        assert refusal(reading, content, "people.xlsx").code == code
    else:
        assert [row.user for row in reading(content)] == ["a@b.example"]

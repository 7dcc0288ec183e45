"""No operation goes on without what has to be proved, in whatever order things are pressed.

The long one is `python -m benchmarks.proofs`.
"""

from __future__ import annotations

import pytest

from benchmarks.proofs import Plan, run

pytestmark = pytest.mark.storage

CASES = 60


async def test_nothing_goes_on_unproved_under_any_order_of_presses(database_url: str) -> None:
    result = await run(Plan(CASES, seed=4), database_url)
    assert result.problems == [], "\n".join(result.problems)
    for seen in ("confirmed with proofs", "confirmed with fewer people", "confirmed with more people instead", "deaths", "refused"):
        assert result.figures.get(seen), f"nothing {seen}: {result.figures}"  # else this would look at nothing

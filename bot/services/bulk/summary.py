"""How a job is said to have ended, once every row has."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.life import State
from bot.domain.said import join, say, say_count


def summed_up(states: Mapping[str, int], why: str) -> tuple[State, str]:
    """The state of the job and its outcome.

    Args:
        states: how many of the rows that change something are in each state.
        why: why it ended before its time; empty when somebody wanted that, or when it did not.
    """
    good = states.get(State.SUCCEEDED.value, 0)
    bad = sum(states.get(state.value, 0) for state in (State.PARTIAL, State.FAILED, State.STALE))
    left = states.get(State.CANCELLED.value, 0)
    if why and not good and not bad:
        return State.FAILED, join(" ", (why, say("Nothing was changed.")))
    outcome = join(" ", (
        why,
        say_count(good, "{count} row done.", "{count} rows done."),
        say_count(bad, "{count} row not done or only partly.", "{count} rows not done or only partly.") if bad else "",
        say_count(left, "{count} row was stopped before its turn.", "{count} rows were stopped before their turn.") if left else "",
    ))  # fmt: skip
    return State.CANCELLED if left else State.SUCCEEDED if not bad else State.PARTIAL if good else State.FAILED, outcome

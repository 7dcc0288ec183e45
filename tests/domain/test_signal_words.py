"""One line of what is known of somebody, and when it is bad."""

from __future__ import annotations

import pytest

from bot.domain.said import Reader, speaking, spoken
from bot.domain.signal_words import MANY_FAILED, bad, in_one_line
from bot.domain.signals import NOT_SEEN, Signals
from bot.languages import catalogue

CALM = Signals(risk="none", failed_sign_ins=0, registered=0)


@pytest.mark.parametrize(
    ("signals", "lost", "said"),
    [
        (CALM, False, "no risk known · 0 failed sign-ins in 24 hours · 0 methods registered in the last 7 days"),
        (
            Signals(risk="high", failed_sign_ins=1, registered=1, lost_active=True),
            True,
            "risk high · 1 failed sign-in in 24 hours · 1 method registered in the last 7 days · "
            "a phone was used to sign in within 24 hours",
        ),
        (Signals(risk="", lost_active=False), True, "risk dismissed or remedied · no phone was used to sign in within 24 hours · "
         "not seen: failed sign-ins and new methods"),
        (Signals(risk="apocalyptic", failed_sign_ins=2, registered=0), False, "risk of an unknown level · 2 failed sign-ins in 24 hours · "
         "0 methods registered in the last 7 days"),
        (NOT_SEEN, False, "not seen: risk, failed sign-ins and new methods"),
        (NOT_SEEN, True, "not seen: risk, failed sign-ins, new methods and sign-ins by phone"),
    ],
)  # fmt: skip
def test_one_line(signals: Signals, lost: bool, said: str) -> None:
    assert in_one_line(signals, lost=lost) == said


def test_in_dutch() -> None:
    with speaking(Reader(catalogue("nl"))):
        line = spoken(in_one_line(Signals(risk="medium", failed_sign_ins=4)))
    assert line == "risico middelhoog · 4 mislukte aanmeldingen in 24 uur · niet gezien: nieuwe methoden"


@pytest.mark.parametrize(
    ("signals", "is_bad"),
    [
        (CALM, False),
        (Signals(risk="low", failed_sign_ins=MANY_FAILED - 1, registered=0, lost_active=False), False),
        (Signals(risk=""), False),
        (Signals(risk="medium"), True),
        (Signals(risk="high"), True),
        (Signals(risk="none", failed_sign_ins=MANY_FAILED), True),
        (Signals(risk="none", registered=1), True),
        (Signals(risk="none", lost_active=True), True),
        (Signals(failed_sign_ins=0, registered=0), True),
        (NOT_SEEN, True),
    ],
)
def test_bad(signals: Signals, is_bad: bool) -> None:
    assert bad(signals) is is_bad

"""What ends, where it goes, and what to do until the sooner of the two days: what the page and the terminal both say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.domain import phone_ends
from bot.domain.report import Forecast
from bot.domain.retirement import Retirement, channels_in_words
from bot.domain.said import MONTHS, join, said_day, say, say_count, say_each

#: By the number of weeks before the day; docs/retirement.md says it at length.
_STEPS = say_each(
    {
        9: "Give each department its list, and each list to somebody. Decide whether anybody needs an own telephony provider.",
        8: "Ask the first departments to register a passkey or Microsoft Authenticator, at aka.ms/mysecurityinfo. Order security keys.",
        7: "Frontline staff without a computer or phone of their own: choose between security keys and QR code with PIN, and try it.",
        6: "Ask the other departments. Remind whoever has not registered, and tell their managers.",
        4: "The last week for an own telephony provider to be set up: the four weeks left are for evaluating it.",
        3: "Call on whoever has not answered; the managers have the names.",
        2: "Who is left now will stand before a registration that cannot be put off: see that each of them has a device for a passkey.",
        1: "Staff the helpdesk for the days after: how somebody proves who they are, passes, spare security keys.",
        0: "Whoever has only a phone is made to register a passkey at the next sign-in.",
    }
)
#: Of people who left, are disabled or came since.
NOBODY = say("Nobody of these is in what was read from Entra ID.")
#: The step that is over for whoever has a provider.
_PROVIDER = 4


def what_ends(retirement: Retirement, today: date) -> str:
    """The end, how far away it is, and what goes on."""
    if (day := retirement.sooner) is None:
        return say("No day is known on which Microsoft's own texts and calls end here.")
    left = (day - today).days
    if left > 0:
        first = say_count(
            left,
            "Microsoft's own texts and calls for sign-in end on {day}, in {count} day.",
            "Microsoft's own texts and calls for sign-in end on {day}, in {count} days.",
            day=said_day(day),
        )
    else:
        first = say("Microsoft's own texts and calls for sign-in ended on {day}.", day=said_day(day))
    later = retirement.later if retirement.later != day else None
    return join(
        " ",
        (
            first,
            say("For Global Administrators and external users that day is {day}.", day=said_day(later)) if later else "",
            say("{Channels} go on, through the organisation's own telephony provider.", channels=channels_in_words(retirement.provider))
            if retirement.provider
            else "",
        ),
    )


def foreseen(left: int, pace: Forecast | None, days: Sequence[date], today: date) -> str:
    """Where it goes.

    Args:
        left: how many have only a phone now.
        days: on which something ends.
    """
    if not left:
        return say("Nobody has only a phone any more.")
    if pace is None:
        return say("A forecast needs three readings in the last four weeks, and a week between the first and the last.")
    return phone_ends.foreseen(pace, days, today)


def weeks(retirement: Retirement, today: date) -> Iterator[tuple[str, str]]:
    """Each week that has something to do with what that is; what should have been done before is to be done now.

    Nothing when the day is not known, or over.
    """
    if retirement.sooner is None or today >= retirement.sooner:
        return
    now: list[str] = []
    for before, step in _STEPS.items():
        if before == _PROVIDER and retirement.provider:
            continue
        monday = _monday(retirement.sooner - timedelta(weeks=before))
        if monday <= today:
            now.append(step)
            continue
        if now:
            yield say("now"), join(" ", now)
            now = []
        yield say("week of {day}", day=_day(monday)) if before else said_day(retirement.sooner), step
    if now:
        yield say("now"), join(" ", now)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(day: date) -> str:
    """Without its year."""
    return join(" ", (str(day.day), MONTHS[day.month - 1]))

"""How the people of a mixed crowd sign in: shops and depots by phone, offices by app, as the registration report of a company has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

ADMINISTRATORS = "administrators"
# Of a thousand people: how many of those with a phone have nothing else, and how many of those without one have something better.
_PHONE_ONLY, _REGISTERED = 0, 1
_HABITS = {
    "Health": (780, 600),
    "Logistics": (850, 450),
    "Retail": (880, 400),
    "Catering": (820, 450),
    "Operations": (600, 750),
    "Training": (500, 850),
    "Finance": (450, 900),
    ADMINISTRATORS: (250, 950),
}
# Of a thousand of them so many have these.
_BETTER = (
    (560, ("authenticator",)),
    (740, ("authenticator", "hello")),
    (840, ("hello",)),
    (890, ("authenticator", "fido2")),
    (930, ("fido2",)),
    (1000, ("otp",)),
)
_PREFERS_PHONE = 330  # of a thousand who have both
_CALLED = 200  # of a thousand who are asked by phone are called, the others get a text
_SYSTEM_PREFERRED = 300
#: The preference for being called, by phone.
_CALLS = {"mobile": "voiceMobile", "office": "voiceOffice", "alternateMobile": "voiceAlternateMobile"}


class Ways(NamedTuple):
    """How somebody signs in, beside phones: fields of a `cast.Member`."""

    strong: tuple[str, ...] = ()
    default: str | None = None
    system_preferred: bool = False


def ways(habit: str, phones: Mapping[str, str], draw: Callable[[str], int]) -> Ways:
    """What somebody has registered.

    Args:
        habit: a department, or `ADMINISTRATORS`.
        phones: as in a `cast.Member`.
        draw: 0 to 999 for a thing, always the same for this person.
    """
    habits = _HABITS[habit]
    by_phone = _by_phone(phones, draw) if phones else None
    if phones and draw("phone only") < habits[_PHONE_ONLY]:
        return Ways(default=by_phone)
    if not phones and draw("registered") >= habits[_REGISTERED]:
        return Ways()
    strong = next(kinds for below, kinds in _BETTER if draw("better") < below)
    system = "authenticator" in strong and draw("system") < _SYSTEM_PREFERRED
    if by_phone and not system and draw("prefers") < _PREFERS_PHONE:
        return Ways(strong, by_phone)
    app = "push" if "authenticator" in strong else "oath" if "otp" in strong else by_phone
    return Ways(strong, app, system)


def _by_phone(phones: Mapping[str, str], draw: Callable[[str], int]) -> str:
    if "mobile" in phones and draw("called") >= _CALLED:
        return "sms"
    return _CALLS[next(kind for kind in _CALLS if kind in phones)]

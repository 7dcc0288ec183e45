"""What stands before and after a change, where that is neither a number nor an address nor one of Graph's moments. All are stored words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.said import join, said_day, say, say_each


class Switch(StrEnum):
    """SMS sign-in of a phone."""

    ON = "on"
    OFF = "off"

    @classmethod
    def of(cls, on: bool) -> Switch:
        """The member for yes or no."""
        return cls.ON if on else cls.OFF

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _IN_WORDS[self]


class AccountState(StrEnum):
    """Whether anybody can sign in to an account."""

    ENABLED = "enabled"
    DISABLED = "disabled"

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _IN_WORDS[self]


class TokenState(StrEnum):
    """What becomes of a hardware token that stays registered."""

    DEACTIVATED = "deactivated"

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _IN_WORDS[self]


_IN_WORDS = say_each(
    {
        Switch.ON: "on",
        Switch.OFF: "off",
        AccountState.ENABLED: "enabled",
        AccountState.DISABLED: "blocked",
        TokenState.DEACTIVATED: "deactivated",
    }
)


@dataclass(frozen=True, slots=True)
class NameAndDay:
    """What tells a registered method from another of its kind.

    Attributes:
        name: the device or model; empty where Graph says none.
        day: when it was registered; None where Graph gave no day that we can read.
    """

    name: str = ""
    day: date | None = None

    @property
    def in_words(self) -> str:
        """As people say it: "Pixel 8, registered 3 April 2023"."""
        registered = say("registered {day}", day=said_day(self.day)) if self.day else "" if self.name else say("registered")
        return join(", ", (self.name, registered))

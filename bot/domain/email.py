"""The address for self-service password reset: read strictly, and masked for others."""

from __future__ import annotations

import re

from bot.domain.said import say
from bot.errors import Refusal

#: https://datatracker.ietf.org/doc/html/rfc5321#section-4.5.3.1
MOST_LOCAL, MOST_ADDRESS = 64, 254

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})")
_HINT = say("Type the whole address, such as alice@example.net.")


def parse_address(typed: str) -> str:
    """The address as it will be registered.

    Raises:
        Refusal: it is none, or none that mail surely reaches.
    """
    if not typed.isascii():
        raise _invalid(
            say("“{typed}” has letters that only look like those of an email address, or that mail may not reach.", typed=typed[:80])
        )
    local, at, domain = typed.rpartition("@")
    if not at or not local or not domain:
        raise _invalid(say("“{typed}” is not an email address.", typed=typed[:80]))
    if len(local) > MOST_LOCAL or len(typed) > MOST_ADDRESS:
        raise _invalid(say("That email address is longer than addresses can be."))
    if not _LOCAL.fullmatch(local):
        raise _invalid(say("What stands before the @ in “{typed}” cannot be part of an email address.", typed=typed[:80]))
    if not _DOMAIN.fullmatch(domain):
        raise _invalid(say("“{domain}” is not the domain of an email address.", domain=domain[:80]))
    return f"{local}@{domain.lower()}"


def mask_address(address: str) -> str:
    """The address fit for everybody's eyes: its first letter and its domain, such as `r•••@mail.example`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else "••••"


def _invalid(text: str) -> Refusal:
    return Refusal(text, _HINT, code="invalid_address")

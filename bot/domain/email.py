"""The address for self-service password reset: read strictly, and masked for others."""

from __future__ import annotations

import re

from bot.errors import Refusal

#: https://datatracker.ietf.org/doc/html/rfc5321#section-4.5.3.1
MOST_LOCAL, MOST_ADDRESS = 64, 254

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})")
_HINT = "Type the whole address, such as alice@example.net."


def parse_address(typed: str) -> str:
    """The address as it will be registered.

    Raises:
        Refusal: it is none, or none that mail surely reaches.
    """
    if not typed.isascii():
        raise _invalid(f"“{typed[:80]}” has letters that only look like those of an email address, or that mail may not reach.")
    local, at, domain = typed.rpartition("@")
    if not at or not local or not domain:
        raise _invalid(f"“{typed[:80]}” is not an email address.")
    if len(local) > MOST_LOCAL or len(typed) > MOST_ADDRESS:
        raise _invalid("That email address is longer than addresses can be.")
    if not _LOCAL.fullmatch(local):
        raise _invalid(f"What stands before the @ in “{typed[:80]}” cannot be part of an email address.")
    if not _DOMAIN.fullmatch(domain):
        raise _invalid(f"“{domain[:80]}” is not the domain of an email address.")
    return f"{local}@{domain.lower()}"


def mask_address(address: str) -> str:
    """The address fit for everybody's eyes: its first letter and its domain, such as `r•••@mail.example`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else "••••"


def _invalid(text: str) -> Refusal:
    return Refusal(text, _HINT, code="invalid_address")

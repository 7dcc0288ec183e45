"""Where tickets are read: the number of a ticket that was typed as an address, and the address of a number. Pure.

An address is only ever made from the one in the settings, so no link on a card leads where somebody else wants it to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

#: Stands in the setting where the number of the ticket goes.
PLACE = "{ticket}"
#: Parts of a path that lead elsewhere.
_DOTS = (".", "..")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
#: What a client would take for the end of a link in Markdown, or for more than one.
_NOT_IN_A_LINK = re.compile(r"[\s()<>\[\]\"'`\\|]")


@dataclass(frozen=True, slots=True)
class Tickets:
    """The ticket system.

    Attributes:
        address: of one ticket, with `{ticket}` for its number; empty where no setting says.
    """

    address: str = ""

    @property
    def problem(self) -> str:
        """What is wrong with the address, for whoever set it; empty when nothing is."""
        bare = self.address.replace(PLACE, "0")
        try:
            parts = urlsplit(bare)
            host, secure = parts.hostname, parts.scheme.lower() == "https" and not parts.username
        except ValueError:
            host, secure = None, False
        if not self.address:
            return ""
        if not secure or not host or _NOT_IN_A_LINK.search(bare) or not bare.isascii():
            return "is not an address that begins with https://"
        if self.address.count(PLACE) != 1 or "{" in bare or PLACE in self.address.split("/")[2] or PLACE in self.address.partition("#")[2]:
            return "does not have {ticket} once, in its path or its query"
        return ""

    def link(self, number: str) -> str:
        """The address of a ticket; empty where there is none to be had, or what was given for it is a telephone number."""
        wanted = self.address and number and not _ADDRESS.fullmatch(number) and number not in _DOTS and not set("+＋•") & set(number)
        return self.address.replace(PLACE, quote(number, safe="")) if wanted else ""

    def number(self, typed: str) -> str:
        """The number of what was typed: of an address what stands at its place, or else the last part of its path."""
        if not _ADDRESS.fullmatch(typed):
            return typed
        if self.address:
            before, after = map(re.escape, self.address.split(PLACE))
            if (found := re.match(f"{before}([^/?#&]+){after}", typed, re.IGNORECASE)) and (number := _number_in(found[1])):
                return number
        path = typed.partition("://")[2].partition("?")[0].partition("#")[0]
        parts = [part for part in path.split("/")[1:] if part]
        return (_number_in(parts[-1]) if parts else "") or typed


def _number_in(part: str) -> str:
    """The number that a part of an address is; empty where it is none, such as words, a path, or what no reader would see."""
    number = unquote(part).strip()
    return number if number.isprintable() and number not in _DOTS and not re.search(r"[\s/\\]", number) else ""


#: Where no setting says.
NO_TICKETS = Tickets()

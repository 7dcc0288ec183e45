"""Tickets: the number of an address, the address of a number, and no link that leads elsewhere."""

from __future__ import annotations

import pytest

from bot.domain.tickets import Tickets

IN_PATH, IN_QUERY = Tickets("https://itsm.example/browse/{ticket}"), Tickets("https://itsm.example/go?id={ticket}&view=1")


@pytest.mark.parametrize(
    ("tickets", "number", "link"),
    [
        (IN_PATH, "INC0012", "https://itsm.example/browse/INC0012"),
        (IN_QUERY, "INC 0012", "https://itsm.example/go?id=INC%200012&view=1"),
        (IN_PATH, "../x?y#z", "https://itsm.example/browse/..%2Fx%3Fy%23z"),
        (IN_PATH, "a)[b](c", "https://itsm.example/browse/a%29%5Bb%5D%28c"),
        (IN_PATH, "@evil.example", "https://itsm.example/browse/%40evil.example"),
        (IN_PATH, "+31612345678", ""),
        (IN_PATH, "+31 6 •••• 5678", ""),
        (IN_PATH, "", ""),
        (Tickets(), "INC0012", ""),
    ],
)
def test_the_address_of_a_number(tickets: Tickets, number: str, link: str) -> None:
    assert tickets.link(number) == link


@pytest.mark.parametrize(
    ("tickets", "typed", "number"),
    [
        (IN_PATH, "INC0012", "INC0012"),
        (IN_PATH, "https://itsm.example/browse/INC0012", "INC0012"),
        (IN_PATH, "https://itsm.example/browse/INC0012?tab=2", "INC0012"),
        (IN_PATH, "https://evil.example/a/INC0013/", "INC0013"),
        (IN_QUERY, "https://itsm.example/go?id=INC-0012&view=1", "INC-0012"),
        (IN_QUERY, "https://itsm.example/go/INC0014#x", "INC0014"),
        (Tickets(), "https://itsm.example/INC0012", "INC0012"),
        (Tickets(), "https://itsm.example", "https://itsm.example"),
    ],
)
def test_the_number_of_an_address(tickets: Tickets, typed: str, number: str) -> None:
    assert tickets.number(typed) == number


@pytest.mark.parametrize(
    "part", ["INC1%20%C2%B7%20Approved%20by%20Sam", "a%00b", "%1b", "%E2%80%AE1", "%2e%2e", ".", "..%2f..%2flogout", "a%5Cb"]
)
def test_what_an_address_hides_is_no_number_of_a_ticket(part: str) -> None:
    typed = f"https://x.example/{part}"
    assert IN_QUERY.number(typed) == Tickets().number(typed) == typed
    assert IN_QUERY.link(typed) == ""


@pytest.mark.parametrize("number", ["INC0012", "a.b", "äö", "100%", "x" * 64])
def test_a_link_leads_back_to_its_number(number: str) -> None:
    for tickets in (IN_PATH, IN_QUERY):
        assert tickets.number(tickets.link(number)) == number

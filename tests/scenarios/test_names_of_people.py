"""Names with accents however they are written, typed or held, and accounts without a name."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Literal

import pytest

from tests.desk import HANNA, Desk
from tests.scenarios.bulking import CROWD

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOOR = "noor.dekker@fabrikam.example"
Form = Literal["NFC", "NFD"]
WRITTEN: tuple[Form, ...] = ("NFC", "NFD")


async def test_whoever_has_accents_is_found_with_and_without_them(desk: Desk) -> None:
    person = desk.entra.person(NOOR)
    for held, name in itertools.product(WRITTEN, ("Zoë Müller", "José Núñez", "Åsa Öberg")):
        person.display_name = unicodedata.normalize(held, name)
        bare = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
        for typed in (*(unicodedata.normalize(form, name) for form in WRITTEN), bare, bare.lower(), bare.split()[1]):
            assert NOOR in (await desk.say(HANNA, f"show {typed}")).text, (held, name, typed)


async def test_accents_alone_tell_nobody_apart(desk: Desk) -> None:
    desk.entra.person(NOOR).display_name = "José Garcia"
    desk.entra.person("wout.wiersma@fabrikam.example").display_name = unicodedata.normalize("NFD", "Jose García")
    for typed in ("jose garcia", "José Garcia", "Jose García"):
        answer = await desk.say(HANNA, f"set mobile for {typed} +31 6 12345678")
        assert "choose" in answer.verbs, (typed, answer.text)
        assert NOOR in answer.text
        assert "wout.wiersma@fabrikam.example" in answer.text


@pytest.mark.parametrize("name", [None, "", "   "])
async def test_who_has_no_name_goes_by_the_address(desk: Desk, name: str | None) -> None:
    person = desk.entra.person(NOOR)
    person.display_name = person.given_name = person.surname = name
    answer = await desk.change(HANNA, f"set mobile for {NOOR} +31 6 12345678")
    assert NOOR in answer.text
    assert "None" not in answer.text
    assert await desk.logged(NOOR, "Done")


OF_EVA = ("Eva Lind", "Eva  Lind", "Lind, Eva", "Eva Lind (ext)", "EVA LIND [Adatum]", "Éva Lind")


@pytest.fixture
def evas(desk: Desk) -> list[str]:
    """Addresses of people who all have one name, each spelt in its own way, and of one whose name is a longer one."""
    for member, name in zip(CROWD, (*OF_EVA, "Eva Lindberg", "Eva Lind Berg"), strict=False):
        desk.entra.person(member.upn).display_name = name
    return [member.upn for member, _ in zip(CROWD, OF_EVA, strict=False)]


@pytest.mark.parametrize("typed", ["eva lind", "Eva  Lind", "Lind, Eva", "lind eva", "Eva Lind (ext)", "ÉVA LIND"])
async def test_namesakes_are_all_offered(desk: Desk, evas: list[str], typed: str) -> None:
    answer = await desk.say(HANNA, f"set mobile for {typed} +31 6 12345678")
    assert "choose" in answer.verbs, answer.text
    assert "confirm" not in answer.verbs
    for upn in evas:
        assert upn in answer.text, (typed, upn)
    assert CROWD[len(OF_EVA)].upn not in answer.text
    assert CROWD[len(OF_EVA) + 1].upn not in answer.text


async def test_the_one_who_is_spelt_so_comes_first(desk: Desk, evas: list[str]) -> None:
    for typed, first in (("Lind, Eva", evas[2]), ("Eva Lind (ext)", evas[3])):
        answer = await desk.say(HANNA, f"set mobile for {typed} +31 6 12345678")
        assert min(evas, key=answer.text.index) == first, typed


async def test_a_name_that_nobody_else_has_is_one_person(desk: Desk, evas: list[str]) -> None:
    answer = await desk.say(HANNA, "set mobile for eva lind berg +31 6 12345678")
    assert "confirm" in answer.verbs
    assert CROWD[len(OF_EVA) + 1].upn in answer.text

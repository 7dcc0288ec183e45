"""Names with accents however they are written, typed or held, and accounts without a name."""

from __future__ import annotations

import itertools
import unicodedata

import pytest

from tests.desk import HANNA, Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOOR = "noor.dekker@fabrikam.example"
WRITTEN = ("NFC", "NFD")


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

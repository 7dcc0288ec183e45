"""The email for self-service password reset."""

from __future__ import annotations

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.control_sign_in import take_away
from simulator.registered import registered
from tests.desk import ALICE, HANNA, Desk

RINA = cast.person("Rina Patel")
SET = "set email for alice alice.jansen@mail.example"


def email(desk: Desk, who: cast.Member) -> str | None:
    """The address Entra has for somebody."""
    found = [method for method in desk.entra.person(who.upn).holding().methods if method.kind == "email"]
    return found[0].shown("v1.0")["emailAddress"] if found else None


async def test_it_is_set_changed_and_removed_and_others_read_it_masked(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    assert "not registered" in answer.text
    assert "self-service password reset only" in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert email(desk, ALICE) == "alice.jansen@mail.example"

    answer = await desk.change(HANNA, "update email for alice to AJ@Other.Example")
    assert "alice.jansen@mail.example" in answer.text
    assert email(desk, ALICE) == "AJ@other.example"

    await desk.change(HANNA, "remove email for alice")
    assert email(desk, ALICE) is None
    assert [write.what for write in desk.entra.writes] == ["email.create", "email.update", "email.delete"]

    await desk.logged("Remove email")
    assert not any(address in card for card in desk.log() for address in ("alice.jansen@", "AJ@"))
    assert any("a•••@mail.example" in card for card in desk.log())
    assert not any(address in row.facts for row in desk.trail() for address in ("alice.jansen@", "AJ@"))


async def test_the_same_address_is_nothing_to_do(desk: Desk) -> None:
    assert "is this one already" in (await desk.say(HANNA, "set email for rina RINA@mail.example")).text


async def test_an_address_at_the_organisation_comes_with_a_warning(desk: Desk) -> None:
    assert "whoever cannot sign in cannot read mail there" in (await desk.say(HANNA, "set email for alice aj@fabrikam.example")).text
    assert "Warning" not in (await desk.say(HANNA, SET)).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("alice@mail", "“mail” is not the domain of an email address"),
        ("alice@mail..example", "is not the domain"),
        ("alice@-mail.example", "is not the domain"),
        ("alice@127.0.0.1", "is not the domain"),
        ("@mail.example", "is not an email address"),
        (".alice@mail.example", "What stands before the @"),
        ("alice..j@mail.example", "What stands before the @"),
        ("a@b@mail.example", "What stands before the @"),
        ("alice(home)@mail.example", "What stands before the @"),
        ("аlice@mail.example", "letters that only look like"),  # the first letter is Cyrillic
        (f"{'a' * 65}@mail.example", "longer than addresses can be"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.example", "longer than addresses can be"),
        ("+31612345678", "is not an email address: type it in full"),
    ],
)
async def test_what_is_no_address_is_refused_with_what_is_wrong(desk: Desk, typed: str, says: str) -> None:
    answer = await desk.say(HANNA, f"set email for omar {typed}")
    assert says in answer.text.replace("\u200b", "")
    assert (answer.verbs, desk.entra.writes) == (["fill"], [])


async def test_a_mention_is_no_address(desk: Desk) -> None:
    answer = await desk.say(HANNA, "set email for omar @Alice Jansen", mentions=[ALICE])
    assert "is not an email address: type it in full" in answer.text


async def test_an_address_that_somebody_else_changed_meanwhile_is_left_alone(desk: Desk) -> None:
    person = desk.entra.person(RINA.upn)
    for line in ("set email for rina rp@mail.example", "remove email for rina"):
        answer = await desk.say(HANNA, line)
        take_away(person, next(method.id for method in person.holding().methods if method.kind == "email"))
        person.sign_in.add(person.upn, registered("email", emailAddress=f"{len(line)}@mail.example"))
        await desk.press(HANNA, answer, "confirm")
        await desk.settled(answer, "Nothing was written")
        assert email(desk, RINA) == f"{len(line)}@mail.example"
        await desk.press(HANNA, answer, "again")
        assert f"{len(line)}@mail.example" in answer.text
    assert desk.entra.writes == []


@pytest.mark.parametrize("effect", ["drop", "collision"])
async def test_an_answer_that_says_little_is_resolved_by_reading(desk: Desk, effect: str) -> None:
    desk.entra.faults.add(Fault(effect=effect, method="POST", path="/emailMethods", after=True, times=1))
    await desk.change(HANNA, SET)
    assert [write.what for write in desk.entra.writes] == ["email.create"]


async def test_a_missing_permission_is_named(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="POST", path="/emailMethods"))
    answer = await desk.say(HANNA, SET)
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "UserAuthMethod-Email.ReadWrite.All", "Nothing was changed")

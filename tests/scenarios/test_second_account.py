"""An approver whose account tells that it is another one of the requester, or of the person it is about: refused, by every attribute."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.audit import Tag
from bot.domain.rules import Limits
from simulator import cast
from simulator.entra import Fault
from simulator.entra.state import Person
from tests.desk import ALICE, BRAM, HANNA, OMAR, SAM, Answer, Desk
from tests.scenarios.approving import INGRID, POLICY, ask
from tests.scenarios.bulking import confirmed, state


def _alias(mine: Person, theirs: Person) -> None:
    mine.aliases, theirs.other_mails = ("smtp:desk.il@fabrikam.example",), ("Desk.IL@fabrikam.example",)


def _id_for_an_address(mine: Person, theirs: Person) -> None:
    mine.employee_id, theirs.aliases = "7001", ("smtp:7001",)


#: What makes two accounts look like one person's: how the approver's refusal names it, and what stands on either account.
SHARED: dict[str, tuple[str, Callable[[Person, Person], None]]] = {
    "mail": ("The email address", lambda mine, theirs: setattr(mine, "mail", (theirs.mail or "").upper())),
    "other mails": ("The other email address", lambda *two: _both(*two, "other_mails", "Me@Home.example", "me@home.example")),
    "their mail among mine": ("The other email address", lambda mine, theirs: setattr(mine, "other_mails", ("a@b.example", theirs.mail))),
    "my mail among theirs": ("The email address", lambda mine, theirs: setattr(theirs, "other_mails", (mine.mail,))),
    "my alias among theirs": ("The proxy address", _alias),
    "proxy addresses": ("The proxy address", lambda *two: _both(*two, "aliases", "SMTP:me@old.example", "smtp:Me@old.example")),
    "addresses of telephony": ("The proxy address", lambda *two: _both(*two, "aliases", "sip:me@x.example", "SIP:me@x.example")),
    "employee ids": ("The employee ID", lambda *two: _both(*two, "employee_id", "E-7001a", "e-7001A")),
}
#: Alike, and not the same.
APART: dict[str, Callable[[Person, Person], None]] = {
    "nothing there": lambda *two: _both(*two, "employee_id", "", ""),
    "no mail": lambda *two: _both(*two, "mail", None, None),
    "blanks": lambda *two: _both(*two, "employee_id", " ", " "),
    "plus": lambda *two: _both(*two, "other_mails", "me@home.example", "me+work@home.example"),
    "longer": lambda *two: _both(*two, "employee_id", "E-7001", "E-70012"),
    "an id for an address": _id_for_an_address,
}


def _both(mine: Person, theirs: Person, name: str, *values: Any) -> None:
    for person, value in zip((mine, theirs), values, strict=True):
        setattr(person, name, (value,) if name in ("other_mails", "aliases") else value)


@contextmanager
def as_they_were(*people: Person) -> Iterator[None]:
    """Afterwards these accounts have what they have now."""
    names = ("mail", "other_mails", "aliases", "employee_id")
    before = [(person, name, getattr(person, name)) for person in people for name in names]
    yield
    for person, name, value in before:
        setattr(person, name, value)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A senior agrees; nothing is limited."""
    async with Desk(database_url, replace(POLICY, limits=Limits(target_per_day=0, agent_per_hour=0, requests_per_hour=0))) as desk:
        yield desk


def accounts(desk: Desk, *members: cast.Member) -> list[Person]:
    return [desk.entra.person(member.upn) for member in members]


async def refused(desk: Desk, who: cast.Member, card: Answer, operation_id: str) -> str:
    action = {"type": "Action.Execute", "verb": "approve", "data": {"id": operation_id}}
    pressed = await desk.press(who, card, "approve", action=action)
    assert pressed.card is None, Answer(desk, card.message, who).text
    return str(pressed.message)


@pytest.mark.parametrize("other", [HANNA, ALICE], ids=["the requester", "the target"])
async def test_who_shares_something_does_not_agree(desk: Desk, other: cast.Member) -> None:
    operation_id, own, card = await ask(desk)
    mine, theirs = accounts(desk, INGRID, other)
    for attribute, (said, share) in SHARED.items():
        with as_they_were(mine, theirs):
            share(mine, theirs)
            text = await refused(desk, INGRID, card, operation_id)
            assert f"{said} of your account is on the account of {other.name} as well" in text, attribute
    codes = [row.facts for row in desk.trail() if row.tag == Tag.CHAT_CARD_REFUSED]
    assert ["same_person" in code for code in codes] == [True] * len(SHARED)
    assert desk.entra.writes == []
    await desk.press(INGRID, card, "approve")  # two people after all
    await desk.settled(own, "Done", "Ingrid Lund")


@pytest.mark.parametrize("other", [HANNA, ALICE], ids=["the requester", "the target"])
async def test_what_three_accounts_have_or_nobody_has_tells_nothing(desk: Desk, other: cast.Member) -> None:
    mine, theirs, third = accounts(desk, INGRID, other, OMAR)
    cases = {name: share for name, (_, share) in SHARED.items()} | APART
    for place, (name, share) in enumerate(cases.items()):
        _, own, card = await ask(desk, f"set mobile for alice +31 6 1234567{place % 10} ticket INC-{place}")
        with as_they_were(mine, theirs, third):
            share(mine, theirs)
            if name in SHARED:
                third.other_mails, third.employee_id = (mine.mail or "", *mine.other_mails), mine.employee_id
                third.aliases = mine.aliases
            await desk.press(INGRID, card, "approve")
            await desk.settled(own, "Done", "Ingrid Lund")


async def test_it_is_asked_when_somebody_presses_approve_and_for_all_three_together(desk: Desk) -> None:
    def asked() -> list[str]:
        return [request.path for request in desk.entra.requests if "employeeId" in str(request.query)]

    operation_id, own, card = await ask(desk)
    await desk.teams.refresh(INGRID, card.message.id)
    await desk.say(INGRID, "pending")
    await desk.say(HANNA, f"why {operation_id}")
    assert asked() == []
    await desk.press(INGRID, card, "approve")
    assert sorted(path.rpartition("/")[2] for path in asked()) == sorted(who.id for who in (INGRID, HANNA, ALICE))
    await desk.settled(own, "Done")


@pytest.mark.parametrize("effect", ["unavailable", "forbidden", "garbage"])
async def test_what_cannot_be_read_lets_nobody_agree(desk: Desk, effect: str) -> None:
    operation_id, own, card = await ask(desk)
    mine, theirs = accounts(desk, INGRID, HANNA)
    _both(mine, theirs, "employee_id", "7001", "7001")
    fault = desk.entra.faults.add(Fault(effect=effect, path=r"/users$", regex=True))  # who else has it
    assert "Nothing was changed" in await refused(desk, INGRID, card, operation_id)
    assert fault.fired
    desk.entra.faults.clear()
    desk.entra.faults.add(Fault(effect=effect, path=f"/users/{ALICE.id}"))
    assert "Nothing was changed" in await refused(desk, SAM, card, operation_id)
    desk.entra.faults.clear()
    assert "employee ID" in await refused(desk, INGRID, card, operation_id)
    assert card.verbs == ["approve", "deny", "suspect"]
    await desk.press(SAM, card, "approve")
    await desk.settled(own, "Done", "Sam Okafor")


async def test_who_shares_something_may_still_deny(desk: Desk) -> None:
    _, own, card = await ask(desk)
    mine, theirs = accounts(desk, INGRID, HANNA)
    _both(mine, theirs, "employee_id", "7001", "7001")
    await desk.press(INGRID, card, "deny")
    await desk.settled(own, "Denied")


async def test_a_file_is_agreed_to_by_nobody_with_another_account_in_it(database_url: str) -> None:
    async with Desk(database_url) as desk:
        lines = ("user,mobile,action", f"{ALICE.upn},+31 6 12345678,", f"{OMAR.upn},+31 6 12345001,")  # Omar has that one already
        job_id, own, card = await confirmed(desk, *lines)
        mine = desk.entra.person(BRAM.upn)
        for other in (HANNA, ALICE):
            (theirs,) = accounts(desk, other)
            for attribute, (said, share) in SHARED.items():
                with as_they_were(mine, theirs):
                    share(mine, theirs)
                    text = await refused(desk, BRAM, card, job_id)
                    assert f"{said} of your account is on the account of {other.name} as well" in text, attribute
        assert state(desk, job_id) == "awaiting_approval"
        (untouched,) = accounts(desk, OMAR)
        _both(mine, untouched, "employee_id", "7001", "7001")
        await desk.press(BRAM, card, "approve")
        await desk.settled(own, "Done")

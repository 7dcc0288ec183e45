"""By what accounts can be told to be one person's, and who has it, on the simulated tenant."""

from __future__ import annotations

import pytest

from bot.domain.approvers import Attribute, Mark
from bot.errors import Unavailable
from simulator import cast
from simulator.entra import Fault
from tests.graph.conftest import ALICE, OMAR, THEO, Bench

MIA, GUS = cast.person("Mia O'Brien"), cast.person("Gus Taylor (Adatum)")
NOBODY = cast.stable_id("nobody")


async def test_each_value_once_in_the_order_asked_in_one_request(bench: Bench) -> None:
    omar = bench.entra.person(OMAR.upn)
    omar.employee_id, omar.other_mails = " 7001", ("Home@mail.example",)
    omar.aliases = ("smtp:home@MAIL.example", "x500:/o=Fabrikam/cn=omar")
    before = len(bench.requests)
    marks = await bench.directory.marks([GUS.id, OMAR.id])
    assert [request.path for request in list(bench.requests)[before:]].count("/$batch") == 1
    assert [mark.value for mark in marks[0]] == [GUS.mail, GUS.upn]
    assert [(mark.attribute, mark.value) for mark in marks[1]] == [
        (Attribute.MAIL, OMAR.mail),
        (Attribute.OTHER_MAIL, "Home@mail.example"),
        (Attribute.PROXY_ADDRESS, "x500:/o=Fabrikam/cn=omar"),
        (Attribute.EMPLOYEE_ID, " 7001"),
    ]


@pytest.mark.parametrize(
    ("mark", "holders"),
    [
        (Mark(Attribute.MAIL, MIA.mail or ""), (MIA,)),  # an apostrophe
        (Mark(Attribute.MAIL, "HOME@mail.example"), (ALICE, OMAR)),  # wherever it stands
        (Mark(Attribute.PROXY_ADDRESS, "smtp:home@mail.example"), (ALICE, OMAR)),
        (Mark(Attribute.PROXY_ADDRESS, "SIP:omar@fabrikam.example"), (OMAR,)),
        (Mark(Attribute.EMPLOYEE_ID, "e'7001"), (OMAR, THEO)),
        (Mark(Attribute.EMPLOYEE_ID, "7001"), ()),
        (Mark(Attribute.USER_NAME, GUS.upn), (GUS,)),
    ],
)
async def test_who_has_it(bench: Bench, mark: Mark, holders: tuple[cast.Member, ...]) -> None:
    alice, omar, theo = (bench.entra.person(one.upn) for one in (ALICE, OMAR, THEO))
    omar.employee_id, theo.employee_id = "E'7001", "e'7001"
    omar.other_mails, alice.aliases, omar.aliases = ("home@mail.example",), ("smtp:Home@mail.example",), ("sip:omar@fabrikam.example",)
    assert await bench.directory.holders([mark]) == [frozenset(one.id for one in holders)]


async def test_more_than_tell_anything_are_not_counted_to_the_end(bench: Bench) -> None:
    for person in bench.entra.tenant.people.values():
        person.employee_id = "0"
    zero, unique = await bench.directory.holders([Mark(Attribute.EMPLOYEE_ID, "0"), Mark(Attribute.MAIL, OMAR.mail or "")])
    assert (len(zero), unique) == (3, frozenset({OMAR.id}))
    assert await bench.directory.holders([]) == []


async def test_what_cannot_be_read_is_no_answer(bench: Bench) -> None:
    bench.entra.faults.add(Fault(effect="forbidden", path=f"/users/{OMAR.id}"))
    with pytest.raises(Unavailable):
        await bench.directory.marks([ALICE.id, OMAR.id])
    bench.entra.faults.clear()
    bench.entra.faults.add(Fault(effect="unavailable", path=r"/users$", regex=True))
    with pytest.raises(Unavailable):
        await bench.directory.holders([Mark(Attribute.EMPLOYEE_ID, "1"), Mark(Attribute.EMPLOYEE_ID, "2")])

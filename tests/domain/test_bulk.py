"""What every row of a job would do, summed up."""

from __future__ import annotations

from bot.domain.bulk import PlanDigest, Row, RowKind
from bot.domain.change import Change, ChangeKind
from bot.domain.methods import PhoneType

MOBILE, OFFICE = (Change(ChangeKind.SET_PHONE, phone, None, "+31 612345678") for phone in (PhoneType.MOBILE, PhoneType.OFFICE))


def test_each_change_of_a_row_takes_a_write_of_its_own() -> None:
    plan = PlanDigest()
    plan.add([Row(number=2, user="a", kind=RowKind.ADD, changes=(MOBILE, OFFICE)), Row(number=3, user="b", kind=RowKind.NO_CHANGE)])
    assert plan.writes == 2


def test_a_row_that_contradicts_another_writes_nothing() -> None:
    plan = PlanDigest()
    plan.add([Row(number=2, user="a", kind=RowKind.CONFLICT, changes=(MOBILE,))])
    assert plan.writes == 0

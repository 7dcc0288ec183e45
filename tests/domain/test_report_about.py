"""Whom a report is about, as a button names it: nothing in it but digits, and nothing found by it but what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.report_about import EVERYBODY, REFERENCE, department_in, group_in, of_department, of_group

GROUP = "d39dc889-d65c-5086-8fed-5cbf8a4fe0e6"


@given(st.text(min_size=1))
def test_a_department_is_found_by_its_reference_and_by_no_other(name: str) -> None:
    reference = of_department(name)
    assert REFERENCE.fullmatch(reference)
    assert len(reference) <= 40
    assert department_in(reference, ["", "Another one", name]) in (name, "Another one") or not name
    assert department_in(reference, ["x" + name]) == ""
    assert group_in(reference) == ""


def test_a_group_is_named_by_its_object_id() -> None:
    assert group_in(of_group(GROUP.upper())) == GROUP
    assert REFERENCE.fullmatch(of_group(GROUP))
    assert department_in(of_group(GROUP), [GROUP]) == ""
    with pytest.raises(ValueError, match="hexadecimal"):
        of_group("Executives")


@pytest.mark.parametrize("odd", ["", "ALL", "d", "dZZ", "g" + "0" * 31, "g" + "x" * 32, f"{EVERYBODY} ", "d" + "0" * 24 + "\n", GROUP])
def test_nothing_else_is_a_reference(odd: str) -> None:
    assert not REFERENCE.fullmatch(odd)
    assert group_in(odd) == ""

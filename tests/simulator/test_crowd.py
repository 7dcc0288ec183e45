"""The crowd and its files: always the same people, believable numbers, every kind of damage."""

from __future__ import annotations

import csv
import io
from collections import Counter

import phonenumbers
import pytest

from simulator import cast, crowd
from simulator.crowd.people import MOST, shared_mail, special
from simulator.entra import Entra


def test_a_larger_crowd_begins_with_a_smaller_one() -> None:
    assert list(crowd.members(300))[:40] == list(crowd.members(40))
    assert len({one.id for one in crowd.members(3000)} | {one.id for one in cast.EVERYONE}) == 3000 + len(cast.EVERYONE)


@pytest.mark.parametrize("number", [-1, MOST])
def test_nobody_there(number: int) -> None:
    with pytest.raises(ValueError, match="1,000,000"):
        crowd.member(number)


def test_it_is_mixed() -> None:
    everybody = list(crowd.members(4000))
    for share, few in {
        "disabled": [one for one in everybody if not one.enabled],
        "guest": [one for one in everybody if one.user_type == "Guest"],
    }.items():
        assert 40 < len(few) < 200, share
    assert 10 < sum(bool(one.roles) for one in everybody) < 100
    assert any(one.eligible_roles for one in everybody)
    assert any(one.restricted for one in everybody)
    assert 600 < sum(one.synced for one in everybody) < 1000
    held = [set(one.phones) for one in everybody]
    assert all(held.count(kinds) > 80 for kinds in (set(), {"mobile"}, {"mobile", "alternateMobile"}, {"mobile", "office"}, {"office"}))


def test_it_signs_in_in_many_ways() -> None:
    """Shares as a helpdesk meets them: a third with only a phone, most of these in shops and depots, some of every class among guests."""
    people = [one for one in crowd.members() if one.enabled]
    classes = Counter(way(one) for one in people)
    shares = {name: count / len(people) for name, count in classes.items()}
    assert 0.30 < shares["phone only"] < 0.36
    assert all(shares[name] > 0.03 for name in ("phone first", "phone too", "strong", "nothing"))
    by_phone = {
        department: sum(way(one) == "phone only" for one in people if one.department == department)
        / sum(one.department == department for one in people)
        for department in {one.department for one in people}
    }
    assert by_phone["Finance"] < 0.25 < 0.35 < by_phone["Retail"]
    guests = [one for one in people if one.user_type == "Guest"]
    external = [one for one in guests if "#EXT#" in one.upn]
    administrators = [one for one in people if "Global Administrator" in one.roles]
    for some in (external, [one for one in guests if one not in external], administrators):
        assert len(some) > 10
        assert {way(one) for one in some} >= {"phone only", "strong"}
    assert any(way(one) == "phone only" and "mobile" not in one.phones for one in people), "some can only be called"


def way(one: cast.Member) -> str:
    if not one.strong:
        return "phone only" if one.phones else "nothing"
    if not one.phones:
        return "strong"
    return "phone too" if one.system_preferred or one.default in ("push", "oath") else "phone first"


def test_or_not() -> None:
    for one in crowd.members(1000, mixed=False):
        assert (one.enabled, one.user_type, one.roles, one.eligible_roles, one.restricted) == (True, "Member", (), (), False)
        assert (one.strong, one.default, one.system_preferred) == ((), None, False)
        assert one.mail
    assert len({one.mail for one in crowd.members(1000, mixed=False)}) == 1000


def test_the_stories_of_the_cast_stay_as_they_are() -> None:
    """Whoever looks for somebody of the cast by a name finds nobody of the crowd."""
    words = {word.casefold() for one in cast.EVERYONE for word in one.name.replace("'", " ").split()} - {"o"}
    names = {word.casefold() for one in crowd.members(3000) for word in one.name.split()}
    assert [(name, word) for name in names for word in words if name.startswith(word)] == []


def test_settling_in() -> None:
    entra = Entra()
    entra.add_crowd(60)
    entra.add_crowd(200)
    entra.add_crowd(100)
    tenant = entra.tenant
    assert len(tenant.people) == len(cast.EVERYONE) + 200
    for number, one in enumerate(crowd.members(200)):
        held = {group.name for group in tenant.transitive_groups(one.id).values()}
        assert {f"{one.department} staff", "All departments"} <= held
        assert ("Site operators" in held) == (special(number) == "operator")
    assert entra.group("Site operators").role_assignable


@pytest.mark.parametrize("damage", [False, True])
def test_numbers_exist(damage: bool) -> None:
    for line in crowd.lines(2000, damage=damage):
        if not line.flaw:
            for number in filter(None, line.cells[1:4]):
                assert phonenumbers.is_valid_number(phonenumbers.parse(number, "NL")), line
    for one in crowd.members(2000):
        for number in one.phones.values():
            assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_numbers_are_new_and_nobody_elses() -> None:
    parsed = [phonenumbers.parse(line.cells[1], "NL").national_number for line in crowd.lines(2000)]
    held = {int(number.partition(" ")[2]) for one in (*crowd.members(2000), *cast.EVERYONE) for number in one.phones.values()}
    assert len({*parsed, *held}) == len(parsed) + len(held)


def test_a_clean_file() -> None:
    content = crowd.csv_file(50, mixed=False)
    assert content == crowd.csv_file(50, mixed=False)
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    people = list(crowd.members(50, mixed=False))
    assert len(rows) == 50
    for row, one in zip(rows, people, strict=True):
        assert row["user"] in (one.upn, one.mail, one.id)
        assert row["mobile"]
        assert row["action"] in ("", "set", "update")
        assert not (row["office"] and one.synced)
        assert not (row["sms sign-in"] and not one.sms_policy)


def test_other_encodings_and_delimiters() -> None:
    assert crowd.csv_file(3, delimiter=";", encoding="utf-16").decode("utf-16").splitlines()[0] == ";".join(crowd.COLUMNS)
    text = crowd.csv_file(300, damage=True, delimiter="\t").decode()
    assert len(list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))) > 300


@pytest.mark.parametrize("count", [100, 1000])
def test_every_kind_of_damage(count: int) -> None:
    lines = list(crowd.lines(count, damage=True))
    assert {line.flaw for line in lines} == {"", "protected person", *crowd.FLAWS}
    assert all(len(line.cells) in (0, 1, len(crowd.COLUMNS)) for line in lines)


def test_damage_is_what_it_says() -> None:
    entra = Entra()
    entra.add_crowd(1000)
    by_flaw: dict[str, list[crowd.Line]] = {}
    for line in crowd.lines(1000, damage=True):
        by_flaw.setdefault(line.flaw, []).append(line)
    user, mobile, _, office = range(4)
    for line in by_flaw["unknown person"] + by_flaw["name for a person"]:
        assert entra.tenant.find(line.cells[user]) is None
    for line in by_flaw["ambiguous mail"]:
        assert line.cells[user] == shared_mail(11) or line.cells[user] == shared_mail(511)
        assert sum(one.mail == line.cells[user] for one in entra.tenant.people.values()) == 2
    for line in by_flaw["synced office"]:
        assert line.member is not None
        assert line.member.synced
        assert line.cells[office]
    assert {line.cells[mobile] for line in by_flaw["scientific notation"]} == {"3.16E+10"}
    for flaw in ("lost plus sign", "lost leading zero"):
        assert all(line.cells[mobile].isdigit() for line in by_flaw[flaw])
    written = [phonenumbers.parse(line.cells[mobile], "NL") for line in by_flaw[""] + by_flaw["number twice"] if line.cells[mobile]]
    assert len(written) - len({number.national_number for number in written}) == len(by_flaw["number twice"])
    assert all(entra.tenant.person(line.member.id) for line in by_flaw["protected person"] if line.member)
    assert {one.name for one in (line.member for line in by_flaw["protected person"]) if one} >= {"Ada Admin", "Theo Roth"}

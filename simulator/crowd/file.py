"""Files as people bring them to a helpdesk: new numbers for the crowd, and every kind of damage such a file can have."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simulator import cast
from simulator.crowd.people import USUAL, member, shared_mail, shares_mail, special

COLUMNS = ("user", "mobile", "alternate mobile", "office", "sms sign-in", "action")
_COUNTRIES = ("+49 1512{:07}", "+32 470{:06}", "+44 7400{:06}", "+33 612{:06}")  # of every tenth person one of these
_SELDOM = 25  # one row in so many is damaged, more of them in a short file


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file.

    Attributes:
        cells: in the order of `COLUMNS`; none for an empty line.
        member: on whose row it stands, whatever became of the name in it; None for an empty line.
        flaw: the name of what is wrong with it, one of `FLAWS` or "protected person"; empty for nothing.
    """

    cells: tuple[str, ...]
    member: cast.Member | None = None
    flaw: str = ""


@dataclass
class _Draft:
    """A row on its way to become damaged; `extra` lines stand behind it."""

    number: int
    member: cast.Member
    cells: dict[str, str]
    extra: list[Line] = field(default_factory=list)

    def line(self, flaw: str = "") -> Line:
        return Line(cells=tuple(self.cells[name] for name in COLUMNS), member=self.member, flaw=flaw)


def csv_file(count: int = USUAL, *, damage: bool = False, mixed: bool = True, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A file that gives the first so many people of the crowd new numbers; for the other arguments see `lines`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    for line in lines(count, damage=damage, mixed=mixed):
        writer.writerow(line.cells)
    return text.getvalue().encode(encoding)


def lines(count: int = USUAL, *, damage: bool = False, mixed: bool = True) -> Iterator[Line]:
    """The lines below the header, the same ones every time.

    Args:
        damage: some rows have one of `FLAWS` each, all of them occur from a hundred rows on, and rows for protected people of the cast
            follow. The crowd is then a mixed one.
        mixed: as the people were added to the tenant: see `people.member`.
    """
    waiting = deque(FLAWS)
    every = max(2, min(_SELDOM, count // (2 * len(FLAWS))))
    for number in range(count):
        draft = _draft(number, mixed=mixed or damage)
        chosen = damage and (number % every == every - 1 or shares_mail(number))
        flaw = _fitting(waiting, draft) if chosen else ""
        yield draft.line(flaw)
        yield from draft.extra
    if damage:
        yield from _protected()


def _draft(number: int, *, mixed: bool) -> _Draft:
    """What the person's row says when nothing is wrong with it."""
    one = member(number, mixed=mixed)
    mobile = _new_mobile(number)
    cells = dict.fromkeys(COLUMNS, "") | {"user": _user(one, number), "mobile": _spelt(mobile, number)}
    if number % 5 == 1:
        cells["alternate mobile"] = f"+31 68{number:06}8"
    if number % 11 == 2 and not one.synced:
        cells["office"] = _new_office(number)
    if number % 9 == 3 and one.sms_policy and one.user_type == "Member":
        cells["sms sign-in"] = "on"
    if number % 4 == 2:
        cells["action"] = "set"
    elif number % 4 == 3 and set(one.phones) == {kind for kind, name in _KINDS.items() if cells[name]}:
        cells["action"] = "update"
    return _Draft(number, one, cells)


_KINDS = {"mobile": "mobile", "alternateMobile": "alternate mobile", "office": "office"}


def _new_mobile(number: int) -> str:
    """As Graph writes it; nobody else's, and ending unlike what is there, so that the two can be told apart when masked."""
    if number % 10 == 9:
        return _COUNTRIES[number // 10 % len(_COUNTRIES)].format(number)
    return f"+31 64{number:06}7"


def _new_office(number: int) -> str:
    return f"+31 207{500_000 + (number + 9) % 500_000:06}"


def _spelt(number: str, how: int) -> str:
    """In one of the ways people write numbers; all of them can be read in the Netherlands."""
    code, _, rest = number.partition(" ")
    if how % 5 == 1 and code == "+31":
        return f"06-{rest[1:]}"
    if how % 5 == 2:
        return f"{code} {rest[:1]} {rest[1:5]} {rest[5:]}"
    if how % 5 == 3:
        return f"00{code[1:]}{rest}"
    return f"{code}{rest}"


def _user(one: cast.Member, number: int) -> str:
    """UPN mostly; mail of guests and some others, the object id of a few."""
    if one.user_type == "Guest" or (number % 10 in (4, 5) and not shares_mail(number)):
        return one.mail or one.upn
    return one.id if number % 10 == 7 else one.upn


def _fitting(waiting: deque[str], draft: _Draft) -> str:
    """Gives the row the flaw whose turn it is, of those that it can have; the name."""
    for flaw in waiting:
        if FLAWS[flaw](draft):
            waiting.remove(flaw)
            waiting.append(flaw)
            return flaw
    return ""


# Each puts its flaw in the row and says whether that was possible.


def _cell(name: str, value: Callable[[_Draft], str]) -> Callable[[_Draft], bool]:
    def damage(draft: _Draft) -> bool:
        draft.cells[name] = value(draft)
        return True

    return damage


def _dutch(value: Callable[[str], str]) -> Callable[[_Draft], bool]:
    """For what Excel does to numbers of this country: from the national number without its zero."""

    def damage(draft: _Draft) -> bool:
        draft.cells["mobile"] = value(f"64{draft.number:06}7")
        return True

    return damage


def _changing(value: Callable[[str], str], name: str = "mobile") -> Callable[[_Draft], bool]:
    """For what happens to a cell that was right."""

    def damage(draft: _Draft) -> bool:
        draft.cells[name] = value(draft.cells[name])
        return True

    return damage


def _person_twice(draft: _Draft) -> bool:
    if special(draft.number):
        return False
    other = {**draft.cells, "user": draft.member.id, "mobile": f"+31649{draft.number:06}"}
    draft.extra.append(Line(cells=tuple(other[name] for name in COLUMNS), member=draft.member, flaw="person twice"))
    return True


def _number_twice(draft: _Draft) -> bool:
    if draft.number == 0:
        return False
    draft.cells["mobile"] = _new_mobile(draft.number - 1)
    return True


def _ambiguous(draft: _Draft) -> bool:
    if not shares_mail(draft.number):
        return False
    draft.cells["user"] = shared_mail(draft.number)
    return True


def _synced_office(draft: _Draft) -> bool:
    if not draft.member.synced:
        return False
    draft.cells["office"] = _new_office(draft.number)
    return True


def _alternate_alone(draft: _Draft) -> bool:
    if "mobile" in draft.member.phones:
        return False
    draft.cells |= {"mobile": "", "alternate mobile": f"+31 68{draft.number:06}8", "action": ""}
    return True


def _add_to_taken(draft: _Draft) -> bool:
    if "mobile" not in draft.member.phones:
        return False
    draft.cells["action"] = "add"
    return True


def _update_of_nothing(draft: _Draft) -> bool:
    if "mobile" in draft.member.phones:
        return False
    draft.cells |= {"action": "update", "alternate mobile": "", "office": ""}
    return True


def _blank_lines(draft: _Draft) -> bool:
    draft.extra += [Line(cells=cells, flaw="blank line") for cells in ((), ("",) * len(COLUMNS), ("  ",))]
    return True


def _stray_spaces(draft: _Draft) -> bool:
    draft.cells |= {"user": f"  {draft.cells['user']} \u00a0", "mobile": f" {draft.cells['mobile']}\t", "action": " SET "}
    return True


#: What can be wrong, and how it comes about. The first ones fit few people and are therefore tried first.
FLAWS: dict[str, Callable[[_Draft], bool]] = {
    "ambiguous mail": _ambiguous,
    "synced office": _synced_office,
    "alternate without mobile": _alternate_alone,
    "add to what is there": _add_to_taken,
    "update of nothing": _update_of_nothing,
    "person twice": _person_twice,
    "number twice": _number_twice,
    "unknown person": _cell("user", lambda draft: f"nobody.here{draft.number}@{cast.DOMAIN}"),
    "name for a person": _cell("user", lambda draft: draft.member.name),
    "no person": _cell("user", lambda draft: ""),
    "lost plus sign": _dutch(lambda national: f"31{national}"),
    "lost leading zero": _dutch(lambda national: national),
    "scientific notation": _dutch(lambda national: f"{float(f'31{national}'):.2E}"),
    "decimal places": _dutch(lambda national: f"31{national}.0"),
    "text mark": _changing(lambda number: f"'{number}"),
    "date": _cell("mobile", lambda draft: ("12-Jun-26", "2026-06-12", "12/06/2026 00:00")[draft.number % 3]),
    "stray spaces": _stray_spaces,
    "blank line": _blank_lines,
    "formula": _cell("mobile", lambda draft: ("=1+1", '=HYPERLINK("https://adatum.example","+31 6")', "@SUM(A1:A9)")[draft.number % 3]),
    "spreadsheet error": _cell("mobile", lambda draft: ("#N/A", "#REF!", "########")[draft.number % 3]),
    "too short": _cell("mobile", lambda draft: "+31 6 123"),
    "no such number": _cell("mobile", lambda draft: "+31 6 00000000"),
    "two numbers": _changing(lambda number: f"{number} / {number[:-1]}0"),
    "no number": _cell("mobile", lambda draft: ("n/a", "unknown", "call reception")[draft.number % 3]),
    "emergency number": _cell("mobile", lambda draft: "112"),
    "unknown action": _cell("action", lambda draft: "upsert"),
    "unknown switch": _cell("sms sign-in", lambda draft: "maybe"),
    "nothing asked": lambda draft: bool(draft.cells.update(dict.fromkeys(COLUMNS[1:], "")) or True),
    "far too long": _cell("mobile", lambda draft: "+31 6 " + "1234567890" * 30),
}

#: Of the cast: with a role, with one through a group, with one to activate, in a restricted unit, a guest, external, disabled.
_PROTECTED = ("Ada Admin", "Theo Roth", "Pia Kerr", "Rosa Klein", "Gus Taylor (Adatum)", "Milan Novak (Adatum)", "Dirk Bakker")


def _protected() -> Iterator[Line]:
    """Rows for people that a helpdesk must keep its hands off."""
    for number, name in enumerate(_PROTECTED):
        one = cast.person(name)
        yield Line(cells=(one.mail or one.upn, f"+31 6480000{number:02}", "", "", "", ""), member=one, flaw="protected person")

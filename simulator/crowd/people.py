"""Who the people of the crowd are. Everything about one follows from its number alone, so a larger crowd begins with a smaller one."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from simulator import cast
from simulator.crowd.methods import ADMINISTRATORS, Ways, ways

USUAL = 12_000
MOST = 1_000_000  # the phone numbers have room for so many

# Nobody's name begins like that of somebody in the cast, so that a story finds the same people in a crowd as without one.
_FIRST_NAMES = """
    Aafke Albert Arend Astrid Barbara Bertus Bouke Chantal Cor Daan Dieuwke Doreen Edwin Ellen Emiel Esmee Femke Floor Floris Gijs
    Guusje Hendrik Hidde Hugo Ilse Irene Ivo Jasper Jelle Jochem Joost Jurre Koen Kees Lieke Loes Luuk Maud Melle Merel Niels Petra
    Pepijn Quinten Reinier Roel Ruben Sanne Sjoerd Stijn Teun Tessa Tobias Ursula Veerle Wessel Willem Xander Yvonne Zoe
"""
_LAST_NAMES = """
    Aalders Bloem Boersma Brouwer Claassen Cuijpers Dijkstra Driessen Elzinga Evers Faber Feenstra Goossens Groen Hermans Hoekstra
    Huisman Ijzerman Jonker Kuipers Koster Kramer Leeuwen Lubbers Maas Moerman Mulder Nijhuis Nieuwland Nolens Postma Prins Quist Ridder
    Roosen Schouten Sikkema Timmer Tuinman Uittenbos Verbeek Vos Wagenaar Willems Wolters Ypma Zijlstra Zwart
"""
_FIRST, _LAST = tuple(_FIRST_NAMES.split()), tuple(_LAST_NAMES.split())
_JOBS = (
    ("Nurse", "Health"), ("Driver", "Logistics"), ("Picker", "Logistics"), ("Cashier", "Retail"), ("Shelf stacker", "Retail"),
    ("Bookkeeper", "Finance"), ("Planner", "Operations"), ("Mechanic", "Operations"), ("Teacher", "Training"), ("Cook", "Catering"),
)  # fmt: skip

OPERATORS = "Site operators"  # role-assignable: who is in it is protected
EVERYBODY = "All departments"
_ROLES = ("Helpdesk Administrator", "User Administrator", "Exchange Administrator", "Global Administrator")
# Of every thousand people so many are something special, each of them one thing.
_SPECIAL = {"disabled": 25, "guest": 25, "role": 8, "operator": 6, "eligible": 4, "restricted": 4}
_INTERNAL_GUESTS = range(990, 995)  # draws beyond all of these: guests whose account is the tenant's own
_SHARED = 500  # of so many people in a row, two have one mail address
_PHONES = (
    (250, ("mobile",)),
    (370, ("mobile", "alternateMobile")),
    (450, ("mobile", "office")),
    (480, ("office",)),
    (1000, ()),
)


def draw(number: int, what: str) -> int:
    """0 to 999, always the same for one person and thing."""
    return zlib.crc32(f"{what} {number}".encode()) * 2654435761 % 2**32 // 16 % 1000


def special(number: int) -> str:
    """What sets somebody of a mixed crowd apart; empty for nothing."""
    if shares_mail(number):
        return ""
    drawn = draw(number, "special")
    if drawn in _INTERNAL_GUESTS:
        return "internal guest"
    for name, share in _SPECIAL.items():
        if drawn < share:
            return name
        drawn -= share
    return ""


def shares_mail(number: int) -> bool:
    """Whether somebody of a mixed crowd has the mail address of a neighbour as well."""
    return number % _SHARED in (11, 12)


@cache  # the groups are formed of the people who have just been admitted
def member(number: int, *, mixed: bool = True) -> cast.Member:
    """The person with this number, counted from 0.

    Args:
        mixed: a few per cent are disabled, guests, privileged or share a mail address, and people sign in in many ways. Without that
            everybody may be changed by a helpdesk and has phones alone.

    Raises:
        ValueError: the crowd is not that large.
    """
    if not 0 <= number < MOST:
        raise ValueError(f"the crowd has {MOST:,} people at most")
    first, last = _FIRST[number % len(_FIRST)], _LAST[number * 7 // len(_FIRST) % len(_LAST)]
    local = f"{first}.{last}{number + 1}".lower()
    kind = special(number) if mixed else ""
    job, department = _JOBS[draw(number, "job") % len(_JOBS)]
    guest = kind == "guest"
    phones = _phones(number)
    habit = ADMINISTRATORS if kind in ("role", "operator") else department
    how = ways(habit, phones, lambda what: draw(number, what)) if mixed else Ways()
    return cast.Member(
        name=f"{first} {last}",
        upn=f"{local}_adatum.example#EXT#@{cast.DOMAIN}" if guest else f"{local}@{cast.DOMAIN}",
        mail=_mail(number, local, guest=guest, mixed=mixed),
        job_title=job,
        department=department,
        enabled=kind != "disabled",
        user_type="Guest" if guest or kind == "internal guest" else "Member",
        synced=not guest and draw(number, "synced") < 200,
        roles=(_ROLES[number % len(_ROLES)],) if kind == "role" else (),
        eligible_roles=(_ROLES[number % len(_ROLES)],) if kind == "eligible" else (),
        restricted=kind == "restricted",
        phones=phones,
        strong=how.strong,
        default=how.default,
        system_preferred=how.system_preferred,
        sms_policy=draw(number, "sms") < 700,
    )


def members(count: int = USUAL, *, mixed: bool = True) -> Iterator[cast.Member]:
    """The first so many people; see `member`."""
    return (member(number, mixed=mixed) for number in range(count))


def groups(count: int = USUAL, *, mixed: bool = True) -> tuple[cast.Group, ...]:
    """The groups that the first so many people are in: one for each department, all of them in one more, and the operators."""
    held: dict[str, list[str]] = defaultdict(list)
    for number in range(count):
        one = member(number, mixed=mixed)
        held[one.department].append(one.upn)
        if mixed and special(number) == "operator":
            held[OPERATORS].append(one.upn)
    operators = cast.Group(name=OPERATORS, members=tuple(held.pop(OPERATORS, ())), role_assignable=True, roles=("Helpdesk Administrator",))
    departments = [cast.Group(name=f"{name} staff", members=tuple(upns)) for name, upns in sorted(held.items())]
    return (*departments, cast.Group(name=EVERYBODY, groups=tuple(group.name for group in departments)), operators)


def _mail(number: int, local: str, *, guest: bool, mixed: bool) -> str:
    if guest:
        return f"{local}@adatum.example"
    if mixed and shares_mail(number):
        return shared_mail(number)
    return f"{local[0]}{local.partition('.')[2]}@{cast.DOMAIN}" if draw(number, "mail") < 250 else f"{local}@{cast.DOMAIN}"


def shared_mail(number: int) -> str:
    """The address that two neighbours have in common."""
    return f"frontdesk{number // _SHARED + 1}@{cast.DOMAIN}"


def _phones(number: int) -> dict[str, str]:
    drawn = draw(number, "phones")
    numbers = {"mobile": f"+31 61{number:07}", "alternateMobile": f"+31 65{number:07}", "office": f"+31 207{number:06}"}
    return {kind: numbers[kind] for kind in next(kinds for below, kinds in _PHONES if drawn < below)}

"""Who is registered how, as the tenant itself has it: what a reading has to come to."""

from __future__ import annotations

from collections import Counter

from bot.domain.report import Class, PhoneOnlyReport
from bot.domain.retirement import Population
from simulator.entra import Entra
from simulator.entra.state import Person

GLOBAL = "Global Administrator"


def expected(entra: Entra) -> Counter[tuple[Population, str, Class]]:
    """How many people of each population and department are in which class."""
    people = [one for one in entra.tenant.people.values() if one.account_enabled]
    return Counter((population_of(entra, one), one.department, class_of(one)) for one in people)


def population_of(entra: Entra, person: Person) -> Population:
    roles = {*person.roles, *(role for group in entra.tenant.transitive_groups(person.id).values() for role in group.roles)}
    if GLOBAL in roles:
        return Population.GLOBAL_ADMINISTRATOR
    if person.external:
        return Population.EXTERNAL
    if roles:
        return Population.ADMINISTRATOR
    return Population.INTERNAL_GUEST if person.guest else Population.MEMBER


def class_of(person: Person) -> Class:
    better = {*person.strong, *(method.kind for method in person.sign_in.methods)} - {"email"}
    if not better:
        return Class.PHONE_ONLY if person.phones else Class.NOTHING
    if not person.phones:
        return Class.STRONG
    if person.sign_in.system_preferred and better & {"authenticator", "fido2", "otp"}:
        return Class.PHONE_TOO
    return Class.PHONE_DEFAULT if (person.sign_in.default or "").startswith(("sms", "voice")) else Class.PHONE_TOO


def told(report: PhoneOnlyReport | None, entra: Entra) -> bool:
    """Whether a report about everybody says what the tenant says."""
    assert report is not None
    found = expected(entra)
    by_population: Counter[tuple[Population, Class]] = Counter()
    by_department: Counter[tuple[str, Class]] = Counter()
    for (of, department, its_class), people in found.items():
        by_population[of, its_class] += people
        by_department[department, its_class] += people
    assert {(of, one): n for of, counts in report.populations.items() for one, n in counts.people.items()} == by_population
    assert {(name, one): n for name, counts in report.departments for one, n in counts.people.items()} == by_department
    return True

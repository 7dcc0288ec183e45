"""The end of texts and calls: every population, every channel, every provider, before and after, and the words for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, combinations, product

import pytest

from bot.domain.methods import Dossier, Phone, PhoneType
from bot.domain.people import Person, Privileges
from bot.domain.retirement import Channel, Population, Retirement, Retiring, channels_said, population_of
from bot.domain.sign_in import DefaultMethod

SOONER, LATER = date(2027, 2, 1), date(2027, 7, 1)
SMS, VOICE, ALL = Channel.SMS, Channel.VOICE, frozenset(Channel)
SETS = [frozenset(each) for each in chain.from_iterable(combinations(Channel, size) for size in range(3))]
DAYS = [SOONER - timedelta(days=1), SOONER, LATER - timedelta(days=1), LATER, LATER + timedelta(days=400)]
OWN = Person("id", "Alice", "alice@x.nl")
LATE = {Population.EXTERNAL: "external users", Population.GLOBAL_ADMINISTRATOR: "Global Administrators"}


@pytest.mark.parametrize("population", Population)
@pytest.mark.parametrize("provider", SETS)
@pytest.mark.parametrize("channels", [each for each in SETS if each])
def test_what_ends_when_for_whom(population: Population, provider: frozenset[Channel], channels: frozenset[Channel]) -> None:
    """The later day is for two populations, a provider carries on its channels, and SMS sign-in ends anyhow."""
    day = LATER if population in LATE else SOONER
    ends = Retirement(SOONER, LATER, provider)
    assert ends.ends(population, channels) == (None if provider & channels else day)
    assert ends.ends(population, channels, first_factor=True) == day
    assert Retirement(None, None, provider).ends(population, channels, first_factor=True) is None


@pytest.mark.parametrize("population", Population)
@pytest.mark.parametrize("provider", SETS)
@pytest.mark.parametrize("channels", [each for each in SETS if each])
def test_the_words_say_that_and_no_more(population: Population, provider: frozenset[Channel], channels: frozenset[Channel]) -> None:
    day = LATER if population in LATE else SOONER
    spoken, over, on = {SMS: "texts", VOICE: "calls"}, channels - provider, channels & provider
    for today, sms_sign_in, counted in product(DAYS, (True, False), (True, False)):
        told = Retiring(Retirement(SOONER, LATER, provider), today, population).of(channels, sms_sign_in=sms_sign_in, counted=counted)
        said = " ".join(told)
        words, past = said.replace(",", "").replace(".", "").split(), today >= day
        first = sms_sign_in and SMS not in over
        assert (said == "") is (not over and not first)
        assert {channel for channel in Channel if spoken[channel] in words} == over
        assert {channel for channel in Channel if spoken[channel].capitalize() in words} == (on if over else set())
        assert ("SMS sign-in" in said) is first
        if said:
            assert f"{day.day} {'July' if day == LATER else 'February'} 2027" in said
            assert (population not in LATE) or LATE[population] in said
            assert ("ended" in said, " end on" in said or " ends on" in said) == (past, not past)
            assert ("left)" in said) is (counted and not past)
            assert said.count("left)") <= 1


@pytest.mark.parametrize("channels", [each for each in SETS if each])
@pytest.mark.parametrize("provider", SETS)
def test_where_no_day_is_known_nothing_is_said(provider: frozenset[Channel], channels: frozenset[Channel]) -> None:
    for population in (*Population, None):
        retiring = Retiring(Retirement(provider=provider), SOONER, population)
        assert (retiring.of(channels, sms_sign_in=True), retiring.of_sms_sign_in(), retiring.of_phones_alone(channels)) == ((), (), "")
        assert retiring.lasting(channels) == channels
    only_others = Retirement(sooner=SOONER)
    assert only_others.ends(Population.EXTERNAL, channels) is None
    assert Retiring(only_others, SOONER, Population.EXTERNAL).of(channels) == ()


@pytest.mark.parametrize(
    ("today", "left"), [(SOONER - timedelta(days=64), "(64 days left)"), (SOONER - timedelta(days=1), "(1 day left)"), (SOONER, "")]
)
def test_the_days_that_are_left(today: date, left: str) -> None:
    (said,) = Retiring(Retirement(SOONER, LATER), today, Population.MEMBER).of(ALL, counted=True)
    assert left in said
    assert ("left" in said) is bool(left)


def test_people_of_any_population_are_told_both_days_in_one_go() -> None:
    others = "For Global Administrators and external users that day is 1 July 2027."
    anybody = Retiring(Retirement(SOONER, LATER, frozenset({SMS})), DAYS[0])
    assert anybody.of(ALL, sms_sign_in=True) == (
        f"Microsoft's own calls end on 1 February 2027: from then on they serve neither sign-in nor password reset. {others}",
        "Texts go on, through the organisation's own telephony provider. "
        "SMS sign-in ends on 1 February 2027, with a telephony provider too.",
    )
    assert replace(anybody, retirement=Retirement(SOONER, LATER, ALL)).of(ALL, sms_sign_in=True) == (
        f"SMS sign-in ends on 1 February 2027, with a telephony provider too. {others}",
    )
    for one_day in (Retirement(SOONER, SOONER), Retirement(SOONER)):
        assert others not in " ".join(Retiring(one_day, DAYS[0]).of(ALL))
    (between,) = Retiring(Retirement(SOONER, LATER), SOONER).of(ALL)
    assert "ended on 1 February 2027" in between
    assert others in between


@pytest.mark.parametrize(
    ("person", "privileges", "population"),
    [
        (OWN, Privileges(), Population.MEMBER),
        (replace(OWN, guest=True), Privileges(), Population.INTERNAL_GUEST),
        (replace(OWN, upn="a_y.nl#EXT#@x.nl", guest=True), Privileges(), Population.EXTERNAL),
        (replace(OWN, upn="a_y.nl#ext#@x.nl"), Privileges(), Population.EXTERNAL),  # a member of another organisation
        (OWN, Privileges(roles=("User Administrator",)), Population.ADMINISTRATOR),
        (OWN, Privileges(roles=("Global Administrator", "User Administrator")), Population.GLOBAL_ADMINISTRATOR),
        (OWN, Privileges(eligible=("Global Administrator",)), Population.MEMBER),  # until it is activated, and never told a day too late
        (OWN, Privileges(roles=("Global Reader",), eligible=("Global Administrator",)), Population.ADMINISTRATOR),
        (replace(OWN, upn="a_y.nl#EXT#@x.nl"), Privileges(roles=("User Administrator",)), Population.EXTERNAL),
        (replace(OWN, guest=True), Privileges(roles=("Global Administrator",)), Population.GLOBAL_ADMINISTRATOR),
    ],
)
def test_to_whom_somebody_counts(person: Person, privileges: Privileges, population: Population) -> None:
    assert population_of(person, privileges) is population
    assert Dossier(person, {}, privileges=privileges).population is population


def test_texts_go_to_mobiles_alone() -> None:
    assert {phone: phone.channels for phone in PhoneType} == {
        PhoneType.MOBILE: {SMS, VOICE}, PhoneType.ALTERNATE_MOBILE: {VOICE}, PhoneType.OFFICE: {VOICE}
    }  # fmt: skip
    assert {default for default in DefaultMethod if default.channels} == {
        DefaultMethod.SMS, DefaultMethod.VOICE_MOBILE, DefaultMethod.VOICE_ALTERNATE_MOBILE, DefaultMethod.VOICE_OFFICE
    }  # fmt: skip
    assert DefaultMethod.SMS.channels == {SMS}
    office = Phone(PhoneType.OFFICE, "+31 201234567")
    assert Dossier(OWN, {PhoneType.OFFICE: office}).channels == {VOICE}
    assert Dossier(OWN, {}).channels == set()


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("none", set()), (" NONE ", set()), ("sms", {SMS}), ("Voice", {VOICE}), ("sms,voice", {SMS, VOICE}), (" voice , SMS", {SMS, VOICE}),
        ("", None), (",", None), ("none,sms", None), ("sms voice", None), ("fax", None), ("sms;voice", None),
    ],
)  # fmt: skip
def test_what_a_provider_carries_as_it_is_written(text: str, channels: set[Channel] | None) -> None:
    assert channels_said(text) == channels

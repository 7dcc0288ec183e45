"""Until when texts and calls come, wherever it is said: by person, by phone, by what a telephony provider carries on, before and after."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import structlog

from bot.domain.rules import Ground
from bot.domain.said import said_day
from bot.errors import StoreUnavailable
from bot.settings.hosts import CLOUDS
from bot.store.memory import StoredMemory
from simulator import cast
from simulator.entra.state import PhoneState
from tests.desk import BRAM, HANNA, OMAR, Answer, Desk, one_agent
from tests.scenarios.bulking import previewed

SOONER, LATER, PAST = (datetime.now(UTC).date() + timedelta(days=days) for days in (64, 214, -3))
ADA, GUS, MILAN = (cast.person(name) for name in ("Ada Admin", "Gus Taylor (Adatum)", "Milan Novak (Adatum)"))
SET_MOBILE, SET_ALTERNATE, SET_OFFICE = (
    f"set {phone} for omar {number}"
    for phone, number in (("mobile", "+31 6 87654321"), ("alternate mobile", "+31 6 87654322"), ("office", "+31 20 7654321"))
)
TO_OFFICE, SIGN_IN = "set default for omar to voice office", "enable sms sign-in for omar"
FILE = ("user,mobile,sms sign-in", f"{OMAR.upn},+31 6 87654321,on")


def until(day: date, *, later: date = LATER, provider: str = "none", **more: str) -> dict[str, Any]:
    """The settings."""
    return {"SMS_VOICE_RETIREMENT": str(day), "SMS_VOICE_RETIREMENT_LATER": str(later), "TELEPHONY_PROVIDER": provider, **more}


def end(day: date, what: str, *, left: bool = False) -> str:
    """What is said of the end. The days left count from the moment of asking: a run of all tests may pass midnight."""
    days = f" ({(day - datetime.now(UTC).date()).days} days left)" if left else ""
    return f"Microsoft's own {what} end on {said_day(day)}{days}: from then on they serve"


async def told(desk: Desk, line: str) -> str:
    """What a card says of it, in one line; nothing is confirmed."""
    return " ".join((await desk.say(HANNA, line)).text.split())


BOTH, TEXTS, CALLS = "texts and calls", "texts", "calls"
ON = "through the organisation's own telephony provider"


@pytest.mark.parametrize(
    ("provider", "mobile", "called", "sms_sign_in"),
    [
        ("none", BOTH, CALLS, False),
        ("Voice", TEXTS, "", False),
        ("sms", CALLS, CALLS, True),
        (" voice, SMS", "", "", True),
    ],
)
async def test_every_card_says_what_ends_and_what_a_provider_carries_on(
    database_url: str, provider: str, mobile: str, called: str, *, sms_sign_in: bool
) -> None:
    """Omar has a mobile, an alternate mobile and an office phone; his tenant lets a new mobile number sign in by itself."""
    async with Desk(database_url, **until(SOONER, provider=provider)) as desk:
        for line, ends in ((SET_MOBILE, mobile), (SET_ALTERNATE, called), (SET_OFFICE, called), (TO_OFFICE, called)):
            card = await told(desk, line)
            said = re.findall(r"Microsoft's own [a-z ]+ end on [^:]+: from then on they serve", card)
            assert said == ([end(SOONER, ends)] if ends else []), line
            assert ("Stronger and lasting" in card) is (bool(ends) or (line == SET_MOBILE and sms_sign_in))
            assert ("SMS sign-in ends" in card) is (line == SET_MOBILE and sms_sign_in), "it is among the texts, or goes on with them"
        assert (ON in await told(desk, SET_MOBILE)) is (bool(mobile) and mobile != BOTH)
        assert f"SMS sign-in ends on {said_day(SOONER)}, with a telephony provider too." in await told(desk, SIGN_IN)

        card = await told(desk, "show omar")
        assert (f"Phone only. {end(SOONER, mobile, left=True)}" in card) is bool(mobile)
        assert ("gets in only by registering a passkey" in card) is (mobile == BOTH)
        goes_on = {BOTH: "", TEXTS: "Calls", CALLS: "Texts", "": "Texts and calls"}[mobile]
        assert re.findall(r"([A-Z][a-z ]+) can be intercepted", card) == ([goes_on] if goes_on else [])

        card = await told(desk, "show lotte smit")  # who has the Authenticator too: it is a note beside her phone
        assert "Fair: " in card
        assert (end(SOONER, mobile, left=True) in card) is bool(mobile)
        assert "registering a passkey" not in card

        preview = " ".join((await previewed(desk, *FILE))[1].text.split())
        assert (end(SOONER, mobile) in preview) is bool(mobile)
        assert (f"SMS sign-in ends on {said_day(SOONER)}" in preview) is sms_sign_in
        assert f"For Global Administrators and external users that day is {said_day(LATER)}." in preview


async def test_each_population_has_its_own_day(database_url: str) -> None:
    everybody = one_agent(timedelta(minutes=10))
    everybody = replace(everybody, rules=tuple(replace(rule, targets=frozenset(Ground)) for rule in everybody.rules))
    async with Desk(database_url, everybody, **until(SOONER)) as desk:
        for who in (ADA, GUS, MILAN):
            person = desk.entra.person(who.upn)
            person.sign_in.methods = ()
            person.strong.clear()
            person.phones["mobile"] = PhoneState(f"+31 6123450{9 + len(who.name)}")
        for who, whom in ((ADA, "Global Administrators"), (GUS, "external users"), (MILAN, "external users")):
            what = f"texts and calls for {whom}"
            assert f"Phone only. {end(LATER, what, left=True)}" in await told(desk, f"show {who.upn}")
            assert end(LATER, what) in await told(desk, f"set mobile for {who.upn} +31 6 87654321")
        assert f"SMS sign-in for Global Administrators ends on {said_day(LATER)}" in await told(desk, f"enable sms sign-in for {ADA.upn}")
        assert end(LATER, "calls for external users") in await told(desk, f"set default for {MILAN.upn} to voice")
        desk.entra.person(OMAR.upn).user_type = "Guest"  # an internal guest: the account is this tenant's own
        assert end(SOONER, BOTH, left=True) in await told(desk, "show omar")
        assert end(SOONER, BOTH) in await told(desk, SET_MOBILE)
        assert "Stronger and lasting: a passkey." in await told(desk, SET_MOBILE)


async def test_after_the_day_it_is_over_for_those_whose_day_it_was(database_url: str) -> None:
    async with Desk(database_url, **until(PAST)) as desk:
        desk.entra.person(ADA.upn).phones["mobile"] = PhoneState("+31 612345099")
        over = f"Microsoft's own texts and calls ended on {said_day(PAST)}: they serve neither sign-in nor password reset any more."
        shown = await told(desk, "show omar")
        assert f"Phone only. {over}" in shown
        assert "Without anything else, this person" in shown
        assert "left)" not in shown
        assert over in await told(desk, SET_MOBILE)
        assert "Good for" not in shown + await told(desk, SET_MOBILE), "codes come no more"
        assert f"Microsoft's own calls ended on {said_day(PAST)}" in await told(desk, TO_OFFICE)
        assert f"SMS sign-in ended on {said_day(PAST)}, with a telephony provider too." in await told(desk, SIGN_IN)
        assert end(LATER, "texts and calls for Global Administrators", left=True) in await told(desk, f"show {ADA.upn}")


@pytest.mark.parametrize("settings", [{"SMS_VOICE_RETIREMENT": "none"}, {"TELEPHONY_PROVIDER": "sms,voice"}])
async def test_none_as_before_is_said_at_the_start_and_is_a_provider_for_both(database_url: str, settings: dict[str, Any]) -> None:
    with structlog.testing.capture_logs() as logged:
        async with Desk(database_url, **settings) as desk:
            assert "Microsoft's own" not in await told(desk, SET_MOBILE) + await told(desk, SET_OFFICE) + await told(desk, TO_OFFICE)
            assert "SMS sign-in end" in await told(desk, SIGN_IN), "which no provider carries on"
    said = [entry["event"] for entry in logged if entry.get("action") == "outdated_setting"]
    assert [sentence.partition(" now means")[0] for sentence in said] == [f"{name}=none" for name in settings if name[:3] == "SMS"]


async def test_in_dutch(database_url: str) -> None:
    async with Desk(database_url, **until(SOONER, provider="sms")) as desk:
        desk.teams.speak(HANNA, "nl-NL")
        day = f"{SOONER.day} "
        shown = await told(desk, "show omar")
        assert f"Microsofts eigen oproepen stoppen op {day}" in shown
        assert "(nog 64 dagen)" in shown
        assert "Sms'jes blijven werken, via de eigen telefonieprovider" in shown
        assert f"Microsofts eigen oproepen stoppen op {day}" in await told(desk, SET_OFFICE)
        assert f"Sms-aanmelding stopt op {day}" in await told(desk, SIGN_IN)


async def test_in_another_cloud_nothing_is_said_of_it(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLOUDS, "usgov", CLOUDS["public"])  # whose tokens the simulators have
    async with Desk(database_url, CLOUD="usgov") as desk:
        shown = await told(desk, "show omar")
        assert "Phone only. Texts and calls can be intercepted, and codes talked out of people." in shown
        for line in (SET_MOBILE, SET_OFFICE, TO_OFFICE, SIGN_IN):
            shown += await told(desk, line)
        assert not re.search(r"Microsoft's own|SMS sign-in end|Stronger and lasting|days left", shown)


def seen(card: dict[str, Any]) -> str:
    """What of a card can be read without unfolding anything."""
    if not card.get("isVisible", True):
        return ""
    nested = (each for key in ("body", "items", "columns", "inlines") for each in card.get(key, ()))
    return " ".join((str(card.get("text", "")), *map(seen, nested)))


def in_full(answer: Answer) -> bool:
    """Whether a card says it in full, where everybody sees it; on every other the mark stands instead, and the rest is folded away."""
    full, mark = ("from then on they serve" in seen(answer.card), "SMS and voice end" in seen(answer.card))
    assert full is not mark
    assert "from then on they serve" in answer.text
    return full


async def test_the_first_card_of_an_agents_day_says_it_in_full(database_url: str) -> None:
    async with Desk(database_url, **until(SOONER)) as desk:
        await desk.say(HANNA, "show omar")  # where it always stands in full
        first = await desk.say(HANNA, SET_MOBILE)
        assert in_full(first)
        assert not in_full(await desk.say(HANNA, SET_MOBILE))
        assert in_full(await desk.say(BRAM, SET_MOBILE))
        await desk.restart_bot()
        assert not in_full(await desk.say(HANNA, SET_MOBILE)), "another process knows"


async def test_the_day_is_the_agents_own(database_url: str) -> None:
    async with Desk(database_url, **until(SOONER)) as desk:
        desk.teams.equip(HANNA, timezone="Asia/Kolkata")  # whose midnight is half past six in the evening, all through the year
        now = desk.clock()
        desk.clock.ahead += now.replace(hour=18, minute=0) + timedelta(days=1) - now
        assert in_full(await desk.say(HANNA, SET_MOBILE))
        desk.clock.forward(hours=1)
        assert in_full(await desk.say(HANNA, SET_MOBILE))
        desk.clock.forward(hours=6)
        assert not in_full(await desk.say(HANNA, SET_MOBILE)), "a new day in Greenwich alone"


async def test_without_the_database_the_mark_stands(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object) -> bool:
        raise StoreUnavailable("the disk is full")

    async with Desk(database_url, **until(SOONER)) as desk:
        with monkeypatch.context() as patched:
            patched.setattr(StoredMemory, "retirement_told", lost)
            assert not in_full(await desk.say(HANNA, SET_MOBILE))
        assert in_full(await desk.say(HANNA, SET_MOBILE))

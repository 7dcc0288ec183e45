"""Who has to agree: every action on everybody's sign-in methods, with and without the example policy, over several requests and days.

The table is written by hand from the principle in policy.example.toml. `1`: the agent's own word. `2`: another person has to agree.
`-`: there is nothing to do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.registered import registered
from tests.desk import BRAM, HANNA, HELPDESK, Answer, Desk
from tests.scenarios.example_policy import PolicyDesk

#: What is registered before; the rest of a line is in the order of ACTIONS.
TABLE = """
before              mobile email  office rm-mob rm-mail rm-off default sms-on sms-off
nothing             1      1      1      -      -       -      -       -      -
email               1      2      1      -      1       -      -       -      -
over                1      1      1      -      -       -      -       -      -
used                1      1      1      -      -       -      -       -      -
pass                2      2      2      -      -       -      -       -      -
coming              2      2      2      -      -       -      -       -      -
mobile              2      2      2      2      -       -      -       2      -
mobile+sms          2      2      2      2      -       -      -       -      1
mobile+email        2      2      2      2      2       -      -       2      -
mobile+office       2      2      2      2      -       2      2       2      -
authenticator       2      2      2      -      -       -      -       -      -
authenticator+mobile 2     2      2      1      -       -      -       2      -
passkey+mobile      2      2      2      1      -       -      -       2      -
hello+mobile        2      2      2      1      -       -      -       2      -
platform+mobile     2      2      2      1      -       -      -       2      -
codes+email         2      2      2      -      1       -      -       -      -
codes+mobile        2      2      2      1      -       -      -       2      -
token+mobile        2      2      2      1      -       -      -       2      -
passwordless+mobile 2      2      2      1      -       -      -       2      -
unknown+mobile      2      2      2      2      -       -      -       2      -
external            2      2      2      -      -       -      -       -      -
qr+mobile           2      2      2      2      -       -      -       2      -
"""
ACTIONS = {
    "mobile": "set mobile for {who} +31 6 12345678",
    "email": "set email for {who} new@mail.example",
    "office": "set office for {who} +31 20 7654321",
    "rm-mob": "remove mobile for {who} because retired",
    "rm-mail": "remove email for {who}",
    "rm-off": "remove office for {who} because retired",
    "default": "set default for {who} to voice office",
    "sms-on": "enable sms sign-in for {who}",
    "sms-off": "disable sms sign-in for {who}",
}
#: These are two people's whoever they are about, and one person's the others.
ALWAYS = {
    2: (
        "pass for {who}",
        "reset password for {who}",
        "recover {who} left at home",
        "recover {who} first day",
        "remove authenticator for {who}",
        "reset mfa for {who} because lost",
    ),
    1: ("sign out {who}",),
}
NUMBERS = {"mobile": "+31 612340001", "office": "+31 201234001"}
KINDS = {"codes": "otp", "passkey": "fido2", "token": "hardware"}
_numbers = count(1)


@pytest.fixture(params=["built-in", "example"])
async def desk(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Desk]:
    """The product without a policy file, and with the example."""
    async with Desk(database_url, built_in=True) if request.param == "built-in" else PolicyDesk(database_url) as desk:
        yield desk


def somebody(desk: Desk, before: str) -> cast.Member:
    """A new account with these methods."""
    number, parts = next(_numbers), before.split("+")
    member = cast.Member(
        name=f"Quin Number{number}",
        upn=f"quin{number}@{cast.DOMAIN}",
        phones={kind: f"{NUMBERS[kind]}{number:02}"[:13] for kind in parts if kind in NUMBERS},
        strong=("email",) if "email" in parts else (),
        methods=tuple(
            registered(KINDS.get(kind, kind), "2025-03-02T08:11:00Z")
            for kind in parts
            if kind in ("authenticator", "passkey", "hello", "platform", "codes", "token", "passwordless", "unknown", "external", "qr")
        ),
        pass_minutes=480 if parts[0] in ("pass", "over", "used", "coming") else None,
    )
    person = desk.entra.tenant.admit(member)
    if "sms" in parts:
        person.phones["mobile"] = type(person.phones["mobile"])(person.phones["mobile"].number, "ready")
    person.sign_in.unusable_because = {"over": "Expired", "used": "OneTimeUsed", "coming": "NotYetValid"}.get(parts[0])
    return member


def needed(answer: Answer) -> str:
    """How many people the card says it takes."""
    if "cancel" not in answer.verbs:  # a proof of the caller may have to come before Confirm
        assert "confirm" not in answer.verbs, answer.text
        return "-"
    return "2" if "1 approval by" in answer.text else "1"


async def test_who_agrees_to_what_about_whom(desk: Desk) -> None:
    heads, *lines = (line.split() for line in TABLE.strip().splitlines())
    wrong = []
    for before, *cells in lines:
        who = somebody(desk, before)
        for action, expected in zip(heads[1:], cells, strict=True):
            answer = await desk.say(HANNA, ACTIONS[action].format(who=who.upn), HELPDESK)
            if needed(answer) != expected:
                wrong.append((before, action, expected, answer.text))
    assert wrong == []


async def test_what_lets_somebody_in_takes_two_also_for_somebody_new_and_what_takes_access_away_one(desk: Desk) -> None:
    wrong = []
    for before in ("nothing", "authenticator", "authenticator+mobile"):
        who = somebody(desk, before)
        for expected, lines in ALWAYS.items():
            for line in lines:
                found = needed(await desk.say(HANNA, line.format(who=who.upn), HELPDESK))
                if found != str(expected) and not (found == "-" and before == "nothing"):
                    wrong.append((before, line, found))
    assert wrong == []


async def own(desk: Desk, who: cast.Member, line: str) -> Answer:
    """One agent alone does it, to the end."""
    return await desk.change(who, line)


async def test_the_phones_of_somebody_new_and_their_corrections_within_the_hour(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    await own(desk, HANNA, f"set mobile for {who.upn} +31 6 12345678")
    await own(desk, HANNA, f"set office for {who.upn} +31 20 7654321")
    assert needed(await desk.say(BRAM, f"set mobile for {who.upn} +31 6 22345678")) == "2"
    desk.clock.forward(minutes=30)
    await own(desk, HANNA, f"set mobile for {who.upn} +31 6 87654321")
    desk.clock.forward(minutes=31)
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == "2"


async def test_corrections_do_not_prolong_the_hour(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    for last in range(3):
        await own(desk, HANNA, f"set mobile for {who.upn} +31 6 1234567{last}")
        desk.clock.forward(minutes=25)
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == "2"


async def test_a_number_that_somebody_else_set_meanwhile_is_nobodys_own(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    await own(desk, HANNA, f"set mobile for {who.upn} +31 6 12345678")
    phones = desk.entra.person(who.upn).phones
    phones["mobile"] = type(phones["mobile"])("+31 699999999", "notEnabled")
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == "2"


async def test_whoever_lost_a_method_through_doorman_counts_as_registered_for_thirty_days(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    await own(desk, HANNA, f"set mobile for {who.upn} +31 6 12345678")
    await own(desk, HANNA, f"remove mobile for {who.upn} because mistyped")
    for days, expected in ((0, "2"), (29.9, "2"), (0.2, "1")):
        desk.clock.forward(days=days)
        assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == expected, days


async def test_a_pass_that_was_revoked_makes_nobody_new(desk: Desk) -> None:
    who = somebody(desk, "pass")
    await own(desk, HANNA, f"revoke pass for {who.upn}")
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == "2"


async def test_a_phone_removed_while_something_strong_stayed_and_that_then_went_elsewhere(desk: Desk) -> None:
    who = somebody(desk, "authenticator+mobile")
    await own(desk, HANNA, f"remove mobile for {who.upn} because retired")
    desk.entra.person(who.upn).sign_in.methods = ()
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == "2"


async def test_it_is_looked_at_once_more_when_it_is_carried_out(desk: Desk) -> None:
    """Somebody registers a method, or loses the last strong one, between the card and the click."""
    new, strong, raced = somebody(desk, "nothing"), somebody(desk, "authenticator+mobile"), somebody(desk, "nothing")
    first = await desk.say(HANNA, f"set mobile for {new.upn} +31 6 12345678")
    desk.entra.person(new.upn).sign_in.add(new.upn, registered("authenticator", "2026-01-01T00:00:00Z"))
    removal = await desk.say(HANNA, f"remove mobile for {strong.upn} because retired")
    desk.entra.person(strong.upn).sign_in.methods = ()
    quicker = await desk.say(HANNA, f"set mobile for {raced.upn} +31 6 32345670")
    slower = await desk.say(BRAM, f"set mobile for {raced.upn} +31 6 32345671")
    await desk.press(HANNA, quicker, "confirm")
    await desk.settled(quicker, "Done")
    for agent, answer in ((HANNA, first), (HANNA, removal), (BRAM, slower)):
        await desk.press(agent, answer, "confirm")
        await desk.settled(answer, "Nothing was")
    assert desk.phones(new) == {}
    assert set(desk.phones(strong)) == {"mobile"}
    assert desk.phones(raced) == {"mobile": "+31 632345670"}


async def test_whose_methods_cannot_be_listed_is_nobody_new(desk: Desk) -> None:
    who = somebody(desk, "nothing")
    desk.entra.faults.add(Fault(effect="forbidden", method="GET", path=f"/users/{who.id}/authentication/methods"))
    assert needed(await desk.say(HANNA, f"set mobile for {who.upn} +31 6 22345678", HELPDESK)) == "2"

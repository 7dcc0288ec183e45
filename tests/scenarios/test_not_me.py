"""“This was not me”: one press by whoever was told, and everything stops."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from simulator import cast
from simulator.entra.faults import Fault
from tests.desk import ALICE, BRAM, HANNA, OMAR, SAM, Answer, Desk, one_agent
from tests.scenarios.bulking import told, until
from tests.scenarios.telling import MINUTES, TELLING, WITH_MANAGER, link_in, mail, notice

PRIYA = cast.person("Priya Raman")
SET = "set mobile for alice +31 6 12345678"
POLICY = replace(one_agent(MINUTES), notices=WITH_MANAGER)


def said(answer: object) -> str:
    """What the client of whoever pressed got back."""
    return str(answer)


def stops(desk: Desk) -> list[str]:
    """What the log channel says of presses, in red."""
    return [each for each in desk.log() if each.startswith("⚠") and "This was not me" in each]


async def page(desk: Desk, path: str, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    """A page of Doorman's, as a browser gets it."""
    async with aiohttp.ClientSession() as browser, browser.request(method, f"{desk.url}{path}") as response:
        return response.status, await response.text(), dict(response.headers)


@pytest.mark.storage
async def test_everything_stops(database_url: str) -> None:
    async with Desk(database_url, POLICY, **TELLING) as desk:
        card = await desk.change(HANNA, SET)
        waiting = await desk.say(BRAM, "pass for alice")
        await desk.press(BRAM, waiting, "confirm")
        own = await notice(desk, ALICE)
        sessions = desk.entra.person(ALICE.upn).sign_in.sessions_valid_from

        # Nobody else's press counts, whatever rights they have, and says no more than that there is no such card.
        managers = await notice(desk, PRIYA)
        for stranger in (OMAR, HANNA, PRIYA):
            action = own.card["actions"][0]
            assert "I do not know this card any more" in said(await desk.teams.press(stranger, own.message.id, "not_me", action=action))
        assert stops(desk) == []

        await desk.say(SAM, "pause because Hanna is the insider")  # containment passes a pause
        answer = said(await desk.press(ALICE, own, "not_me"))
        for words in ("Stopped", "your account was frozen", "+31 20 555 0100"):
            assert words in answer
        assert "aused" not in answer
        assert "insider" not in answer
        await desk.logged("This was not me", "Alice Jansen says that", "asked for by Hanna Visser", "nobody else had to agree")
        await desk.logged("Done", "Take back what", "Sessions")
        assert desk.phones(ALICE) == {}
        assert desk.entra.person(ALICE.upn).sign_in.sessions_valid_from != sessions
        await desk.settled(waiting, "Cancelled", "Alice Jansen said that")
        await desk.settled(card, "Somebody pressed “This was not me”")
        await desk.settled(own, "Stopped")

        # Again, by anybody who was told: one effect.
        await desk.press(ALICE, own, "not_me")
        await desk.press(PRIYA, managers, "not_me")
        await page(desk, f"/n/{link_in(await mail(desk, ALICE))}", "POST")
        await desk.say(SAM, "resume")
        assert "frozen" in (await desk.say(HANNA, SET)).text
        assert len(stops(desk)) == 1
        assert len([each for each in desk.log() if "Take back what" in each]) == 1
        for agent in (HANNA, BRAM):
            assert "administrator" in (await desk.say(agent, "unfreeze alice")).text
        assert "can be changed again" in (await desk.say(SAM, "unfreeze alice")).text


async def _approval(desk: Desk, number: str) -> Answer:
    """The approvers' card of this operation."""
    found = await desk.teams.wait_for(lambda message: number in str(message.card()) and "approve" in str(message.card()))
    return Answer(desk, found, BRAM)


async def _stopped(desk: Desk, times: int) -> None:
    await until(lambda: len(stops(desk)) == times)


async def test_approvers_hear_of_it_and_a_third_time_within_a_week_is_said(database_url: str) -> None:
    async with Desk(database_url, POLICY, **TELLING) as desk:
        for times in range(3):
            asked = await desk.say(HANNA, "block omar" if times % 2 == 0 else "unblock omar")
            number = asked.operation_id
            await desk.press(HANNA, asked, "confirm")
            await desk.press(BRAM, await _approval(desk, number), "approve")
            await desk.settled(asked, "Done", "Told of it")
            await desk.press(OMAR, await notice(desk, OMAR, number), "not_me")
            await _stopped(desk, times + 1)
            assert "agreed to by Bram Peeters" in stops(desk)[-1]
            await told(desk, BRAM, "This was not me", f"Omar Farouk says that {number}")
            assert ("3 times within a week" in stops(desk)[-1]) is (times == 2)
            await desk.say(SAM, "unfreeze omar")


async def test_the_link_of_a_mail_stops_and_never_undoes(database_url: str) -> None:
    async with Desk(database_url, POLICY, **TELLING) as desk:
        await desk.change(HANNA, SET)
        link = f"/n/{link_in(await mail(desk, ALICE))}"
        for _ in range(3):  # scanners of mail open every link
            status, text, headers = await page(desk, link)
            assert (status, "This was not me: stop it" in text, "<script" in text) == (200, True, False)
        assert (await page(desk, link, "HEAD"))[0] == 200
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert stops(desk) == []

        assert "Stopped" in (await page(desk, link, "POST"))[1]
        await desk.logged("This was not me", "Whoever got the mail to Alice Jansen says that")
        await desk.logged("Done", "Sign out everywhere")
        assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
        assert "Stopped" in (await page(desk, link, "POST"))[1]
        assert "Stopped" in (await page(desk, link))[1]
        assert len(stops(desk)) == 1

        # In Teams it goes further, since it is surely Alice who presses there.
        await desk.press(ALICE, await notice(desk, ALICE), "not_me")
        await desk.logged("Done", "Take back what")
        assert desk.phones(ALICE) == {}

        for nobody in ("/n/" + "0" * 32, "/n/x", "/n/%00"):
            for method in ("GET", "POST"):
                status, text, _ = await page(desk, nobody, method)
                assert (status, "This link is over" in text) == (404, True)
        changed = await desk.change(HANNA, "set mobile for kenji +31 6 12345670")
        late = f"/n/{link_in(await mail(desk, cast.person('Kenji Tanaka')))}"
        await desk.settled(changed, "Done", "Told of it")  # the three days begin once the bot knows that it was sent
        desk.later(hours=73)
        assert (await page(desk, late, "POST"))[0] == 404
        assert len(stops(desk)) == 2


@pytest.mark.parametrize("path", ["/n/" + "0" * 32, "/p/" + "0" * 32])
async def test_no_page_without_public_url(database_url: str, path: str) -> None:
    async with Desk(database_url, POLICY) as desk:
        assert (await page(desk, path))[0] == 404


async def test_a_step_that_fails_stops_no_other(database_url: str) -> None:
    async with Desk(database_url, POLICY, **TELLING) as desk:
        await desk.change(HANNA, SET)
        own = await notice(desk, ALICE)
        silent = desk.entra.faults.add(Fault(effect="unavailable", path=f"/users/{ALICE.id}"))
        assert "Stopped" in said(await desk.press(ALICE, own, "not_me"))
        await desk.logged("This was not me")
        await until(lambda: silent.fired > 3)
        desk.entra.faults.clear()
        desk.entra.faults.add(Fault(effect="forbidden", method="POST", path="revokeSignInSessions"))
        await desk.logged("Partly done", "Take back what", "Sessions")
        assert desk.phones(ALICE) == {}


async def test_what_stays_behind_is_offered_and_who_had_a_part_in_it_ends_nothing(database_url: str) -> None:
    async with Desk(database_url, POLICY, **TELLING) as desk:
        # Entra ID keeps a mobile as long as there is an alternate: both go, or the caller's number would stay.
        await desk.change(SAM, "set mobile for omar +31 6 12345678")
        await page(desk, f"/n/{link_in(await mail(desk, OMAR))}", "POST")
        red = await desk.logged("This was not me", "Whoever got the mail to Omar Farouk", "is still there: “Take back” removes it")
        await desk.logged("Done", "Sign out everywhere")
        waits = await desk.say(HANNA, f"show {OMAR.upn}")
        assert "Whoever got the mail to Omar Farouk" in waits.text

        # An agent's freeze makes it longer, and takes nothing of what was said away.
        await desk.say(BRAM, "freeze omar for 30 days because holiday")
        shown = (await desk.say(HANNA, f"show {OMAR.upn}")).text
        assert "This was not me" in shown
        assert "holiday" not in shown
        assert "you had a part in it" in (await desk.say(SAM, "unfreeze omar")).text  # who asked for it, though an administrator

        await desk.press(BRAM, Answer(desk, red, BRAM), "take_back")
        # The mobile is the default beside an office phone, and Entra ID keeps that: nobody signs in by it any more.
        await desk.logged("Partly done", "Take back what", "lternate mobile", "SMS sign-in")
        phones = desk.entra.person(OMAR.upn).phones
        assert set(phones) == {"office", "mobile"}
        assert phones["mobile"].sms_sign_in == "notEnabled", phones["mobile"]


async def test_the_page_takes_no_file_and_no_press_of_another_page(database_url: str) -> None:
    async with Desk(database_url, POLICY, **TELLING) as desk:
        await desk.change(HANNA, SET)
        url = f"{desk.url}/n/{link_in(await mail(desk, ALICE))}"
        async with aiohttp.ClientSession() as browser:
            async with browser.post(url, data=b"0" * 3_000_000) as large:
                assert large.status == 413
            async with browser.post(url, headers={"Sec-Fetch-Site": "cross-site"}) as foreign:
                assert "Was this not you?" in await foreign.text()
            async with browser.get(f"{desk.url}/n/x", headers={"Accept-Language": "nl-NL,en;q=0.5"}) as dutch:
                assert "Deze link werkt niet meer" in await dutch.text()
            assert stops(desk) == []
            async with browser.post(url, headers={"Sec-Fetch-Site": "same-origin"}) as own:
                assert "Stopped" in await own.text()

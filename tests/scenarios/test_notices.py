"""Whoever is changed hears of it, whatever the caller says: in Teams, by mail, and the manager where policy says so."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.notice_rules import NoticeRules
from simulator import cast
from simulator.cast import NOTICES
from simulator.entra.faults import Fault
from tests.desk import ALICE, HANNA, OMAR, OSCAR, SAM, Desk, as_json, one_agent
from tests.scenarios.bulking import told, until, words
from tests.scenarios.telling import MAIL_ALONE, MINUTES, PUBLIC_URL, TELLING, WITH_MANAGER, inbox, link_in, mail, notice, notices

PRIYA, KENJI, MIA, RINA = (cast.person(name) for name in ("Priya Raman", "Kenji Tanaka", "Mia O'Brien", "Rina Patel"))
#: Whose manager asked for it; whose manager has left; whose manager is a guest.
JAN, JAN_2 = (cast.person(upn) for upn in ("jan.de.vries@fabrikam.example", "jan.devries2@fabrikam.example"))
SET = "set mobile for alice +31 6 12345678"
MAIL = f"/users/{NOTICES.upn}/sendMail"


async def test_the_person_and_the_manager_are_told_in_teams_and_by_mail(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=WITH_MANAGER), **TELLING) as desk:
        card = await desk.change(HANNA, SET)
        own = await notice(desk, ALICE, "Your sign-in was changed")
        for said in (
            "Hanna of the helpdesk changed how you sign in",
            "Mobile phone: not registered → +31 •••••••78",
            "nobody will ring you",
        ):
            assert said in own.text
        assert own.verbs == ["not_me"]
        managers = await notice(desk, PRIYA, "The helpdesk changed how Alice Jansen signs in")
        written = await mail(desk, ALICE, "Your sign-in was changed", f"{PUBLIC_URL}/n/")
        to_manager = await mail(desk, PRIYA, "How somebody in your team signs in was changed")
        assert "+31" not in managers.text
        assert "+31" not in to_manager.content.replace(TELLING["HELPDESK_CONTACT"], "")
        assert (written.sender, written.content_type, written.saved) == (NOTICES.mail, "text", False)
        assert link_in(written) != link_in(to_manager)
        for text in (own.text, managers.text, as_json(own.card), written.subject + written.content):
            assert "12345678" not in text
        await desk.settled(card, "Told of it: the person in Teams and by mail, the manager in Teams and by mail.")
        assert [event.tag for event in desk.trail() if event.tag.startswith("notice:")] == ["notice:message:delivered"] * 4
        (operation_id,) = re.findall(r"\((\w+)\):", own.text)
        assert "Told of it: the person" in (await desk.say(HANNA, f"why {operation_id}")).text
        assert "told of the change: the manager by mail" in (await desk.say(SAM, "history for alice")).text

        # Nobody greets whom the app was installed for, and nobody is told twice.
        await desk.restart_bot()
        await desk.change(HANNA, "set mobile for kenji +31 6 12345670")
        for recipient in (KENJI, PRIYA):
            await notice(desk, recipient, "+31 •••••••70" if recipient is KENJI else "Kenji Tanaka")
        await mail(desk, PRIYA, "Kenji Tanaka")
        assert [len(notices(desk, who)) for who in (ALICE, PRIYA)] == [1, 2]
        assert [len(inbox(desk, who)) for who in (ALICE, PRIYA)] == [1, 2]
        await desk.teams.delivered()
        chat = desk.teams.threads.find(ALICE)[0].id
        assert [words(message) for message in desk.teams.thread(chat) if message.by_bot] == notices(desk, ALICE)

        # What was so already is no news.
        await desk.change(HANNA, "sign out omar")
        await notice(desk, OMAR)
        desk.entra.person(MIA.upn).phones.clear()
        same = await desk.say(HANNA, "remove mobile for mia")
        assert "confirm" not in same.verbs
        assert not notices(desk, MIA)


async def test_who_cannot_be_told_is_said_on_the_card_in_the_history_and_where_policy_wants_it_in_the_log(database_url: str) -> None:
    policy = replace(one_agent(MINUTES), notices=NoticeRules(to_log=True))
    async with Desk(database_url, policy, **TELLING) as desk:
        desk.teams.install_for(OMAR)
        desk.teams.block(OMAR)
        card = await desk.change(HANNA, "set office for omar +31 20 7654321")
        await desk.settled(card, "Told of it: the person by mail.", "Not told: the person in Teams.", "blocked or removed me (403)")
        await desk.logged("Not told", "The person in Teams could not be told of")

        desk.teams.open(OSCAR, False)
        desk.entra.person(OSCAR.upn).mail = ""
        nobody = await desk.change(HANNA, "set mobile for oscar +31 6 12345671")
        await desk.settled(nobody, "Nobody could be told of it: ring the person.", "Entra ID has no mail address.")
        undelivered = [event for event in desk.trail() if event.tag == "notice:message:undeliverable"]
        assert [event.operation_id for event in undelivered].count(undelivered[-1].operation_id) == 2


async def test_a_mailbox_that_does_not_answer_or_says_later_is_asked_again_and_mails_once(database_url: str) -> None:
    policy = replace(one_agent(MINUTES), notices=NoticeRules())
    async with Desk(database_url, policy, **MAIL_ALONE) as desk:
        desk.naps_last = True
        desk.entra.faults.add(Fault(effect="unavailable", path=MAIL, times=3))
        desk.entra.faults.add(Fault(effect="throttle", path=MAIL, retry_after=1, times=1))
        card = await desk.change(HANNA, SET)
        await mail(desk, ALICE, "Your sign-in was changed")
        await desk.settled(card, "Told of it: the person by mail.")
        assert len(inbox(desk, ALICE)) == 1

        # A mailbox that may not send at all: for a day, since somebody can put that right, and then it is said.
        refusing = desk.entra.faults.add(Fault(effect="forbidden", path=MAIL))
        second = await desk.change(HANNA, "set mobile for kenji +31 6 12345670")
        await until(lambda: refusing.fired > 1)
        assert "Not told" not in second.text
        desk.clock.forward(hours=24)
        await desk.settled(second, "Nobody could be told of it", "The mailbox did not take it for a day.")
        assert inbox(desk, KENJI) == []


async def test_the_manager_who_hears_of_it_had_no_part_in_it(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=WITH_MANAGER), **TELLING) as desk:
        card = await desk.change(HANNA, f"set mobile for {JAN.upn} +31 6 12345672")  # Hanna is his manager, and Sam hers
        await notice(desk, SAM, "The helpdesk changed how Jan de Vries signs in")
        assert notices(desk, HANNA) == []
        left = await desk.change(HANNA, f"set mobile for {JAN_2.upn} +31 6 12345673")
        await desk.settled(left, "Not told: the manager in Teams. Entra ID names no manager who had no part in it.")
        await desk.settled(card, "the manager in Teams")


async def test_the_address_that_was_replaced_hears_of_it_too(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=NoticeRules()), **TELLING) as desk:
        await desk.change(HANNA, "set email for rina rina@new.example")
        old = await mail(desk, "rina@mail.example", "This address no longer resets your password")
        assert "new.example" not in old.content
        assert "Rina" not in old.subject + old.content
        own = await mail(desk, RINA, "Your sign-in was changed", "new.example")
        assert "rina@new.example" not in own.content


async def test_in_the_language_of_whoever_reads_it(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=NoticeRules()), **TELLING) as desk:
        desk.entra.person(ALICE.upn).language = "nl-NL"
        await desk.change(HANNA, SET)
        await mail(desk, ALICE, "Uw aanmelding is gewijzigd", "Wij vragen nooit om een code")
        await told(desk, ALICE, "Dit was ik niet", "Wij vragen nooit om een code")


async def test_without_its_settings_those_alone_are_told_who_have_a_chat(database_url: str) -> None:
    async with Desk(database_url, one_agent(MINUTES)) as desk:
        await desk.say(ALICE, "hello")
        card = await desk.change(HANNA, SET)
        await notice(desk, ALICE)
        await desk.settled(card, "Told of it: the person in Teams.")
        await desk.change(HANNA, "set mobile for kenji +31 6 12345670")
        assert notices(desk, KENJI) == []
        assert "not_me" not in as_json((await desk.say(HANNA, "show kenji")).card)

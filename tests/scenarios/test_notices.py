"""Whoever is changed hears of it, whatever the caller says: in Teams, by mail, and the manager where policy says so."""

from __future__ import annotations

from dataclasses import replace

from simulator import cast
from simulator.cast import NOTICES
from tests.desk import ALICE, HANNA, Desk, as_json, one_agent
from tests.scenarios.telling import MINUTES, PUBLIC_URL, TELLING, WITH_MANAGER, link_in, mail, notice, notices

PRIYA = cast.person("Priya Raman")
SET = "set mobile for alice +31 6 12345678"


async def test_the_person_and_the_manager_are_told_in_teams_and_by_mail(database_url: str) -> None:
    policy = replace(one_agent(MINUTES), notices=WITH_MANAGER)
    async with Desk(database_url, policy, **TELLING) as desk:
        card = await desk.change(HANNA, SET)
        own = await notice(desk, ALICE, "Your sign-in was changed", card.operation_id if card.verbs else "")
        for said in (
            "Hanna of the helpdesk changed how you sign in",
            "Mobile phone: not registered → +31 •••••••78",
            "nobody will ring you",
        ):
            assert said in own.text
        assert own.verbs == ["not_me"]
        managers = await notice(desk, PRIYA, "The helpdesk changed how Alice Jansen signs in")
        written = await mail(desk, ALICE.mail, "Your sign-in was changed", f"{PUBLIC_URL}/n/")
        to_manager = await mail(desk, PRIYA.mail, "How somebody in your team signs in was changed")
        assert "+31" not in managers.text
        assert "+31" not in to_manager.content.replace(TELLING["HELPDESK_CONTACT"], "")
        assert (written.sender, written.content_type, written.saved) == (NOTICES.mail, "text", False)
        assert link_in(written) != link_in(to_manager)
        for text in (own.text, managers.text, as_json(own.card), written.subject + written.content):
            assert "12345678" not in text
        await desk.settled(card, "Told of it:", "the person in Teams", "the person by mail", "the manager in Teams", "the manager by mail")
        assert len(notices(desk, ALICE)) == len(notices(desk, PRIYA)) == 1
        assert [len(desk.entra.inbox(who.mail)) for who in (ALICE, PRIYA)] == [1, 1]

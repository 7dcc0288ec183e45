"""The people of a file are told by mail, at the pace of the mailbox; whom nobody could tell is counted on its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import insert

from bot.domain.notice_rules import NoticeRules
from bot.domain.notices import MAILS_A_DAY
from bot.store.tables import notices as stored_notices
from bot.store.transactions import open_engine
from tests.desk import ALICE, BRAM, HANNA, OMAR, SAM, Desk, as_json, one_agent
from tests.scenarios.bulking import BARE, CROWD, begun, events, query, told, until, words
from tests.scenarios.telling import MINUTES, NEVER, PUBLIC_URL, TELLING, WITH_MANAGER, link_in, mail

#: Has the number already that the file gives, so that nothing is written.
HAD = next(member for member in CROWD if member.phones and member.mail)
NEW, WITHOUT_MAIL = BARE[:2]
LINES = (
    "user,mobile",
    f"{ALICE.upn},+31 6 12345678",
    f"{OMAR.upn},+31 6 87654321",
    f"{WITHOUT_MAIL.upn},+31 6 11112222",
    f"{HAD.upn},{HAD.phones.get('mobile')}",
)


@pytest.mark.storage
async def test_people_of_a_file_are_told_by_mail_and_counted_on_its_card(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=WITH_MANAGER), **TELLING) as desk:
        desk.entra.person(WITHOUT_MAIL.upn).mail = None
        job_id, own = await begun(desk, *LINES)
        await desk.settled(own, "3 rows done.", "Told by mail: 2 of 3; 1 could not be told")
        written = await mail(desk, ALICE, "Your sign-in was changed", f"({job_id}-2)", f"{PUBLIC_URL}/n/", NEVER)
        assert "Hanna of the helpdesk" in written.content
        assert "Mobile phone: not registered → +31 •••••••78" in written.content
        other = await mail(desk, OMAR, f"({job_id}-3)")
        assert link_in(written) != link_in(other)
        assert "12345678" not in written.content + other.content
        assert [len(desk.entra.inbox(who.upn)) for who in (ALICE, OMAR, HAD)] == [1, 1, 0]
        assert len(desk.entra.exchange.mails) == 2, "managers are told of no file"
        assert not any(NEVER in words(message) for message in desk.teams.threads.messages.values())
        assert [tag for tag, *_ in events(desk, f"{job_id}-4")][-1] == "notice:message:undeliverable"
        assert "no mail address" in (await desk.say(SAM, f"history for {WITHOUT_MAIL.upn}")).text
        kept = query(desk, "SELECT address FROM notices")
        assert str(ALICE.mail) not in as_json({"kept": kept})
        query(desk, "UPDATE notices SET state = 'waiting', way = 'teams' WHERE row = 3")
        desk.clock.forward(days=89)
        await desk.restart_bot()  # which does the hour's housekeeping
        assert len(query(desk, "SELECT row FROM notices")) == 3
        desk.clock.forward(days=2)
        await desk.restart_bot()
        await until(lambda: query(desk, "SELECT row FROM notices") == [{"row": 3}])  # what waits is never forgotten


async def test_whoever_got_such_a_mail_stops_everything_and_undoes_nothing(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=NoticeRules()), **TELLING) as desk:
        await desk.say(BRAM, "hello")
        job_id, own = await begun(desk, *LINES[:3])
        await desk.settled(own, "Told by mail: 2 of 2")
        link = link_in(await mail(desk, ALICE, f"({job_id}-2)"))
        for _ in range(2):
            async with aiohttp.ClientSession() as browser, browser.post(f"{desk.url}/n/{link}") as response:
                assert response.status == 200
        row = f"{job_id}-2"
        await desk.logged(
            "This was not me", f"Whoever got the mail to Alice Jansen says that {row}", "Hanna Visser", "Bram Peeters", ALICE.upn
        )
        await desk.logged("Done", "Sessions", ALICE.name)
        await told(desk, BRAM, f"Alice Jansen says that {row}", "you agreed to")
        assert "frozen" in (await desk.say(HANNA, "remove mobile for alice")).text
        assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
        assert [write.what for write in desk.entra.writes if write.upn == ALICE.upn].count("sessions.revoke") == 1
        assert sum(f"says that {row} was not wanted" in each for each in desk.log()) == 1
        assert "frozen" not in (await desk.say(HANNA, "show omar")).text


async def test_what_the_limit_of_a_day_holds_back_is_said_and_sent_later(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=NoticeRules()), **TELLING) as desk:
        _fill(database_url, desk)
        _, own = await begun(desk, "user,mobile", f"{ALICE.upn},+31 6 12345678", f"{NEW.upn},+31 6 87654321")
        await desk.settled(own, "2 rows done.", "Told by mail: 0 of 2; the mailbox may send no more until")
        assert desk.entra.exchange.mails == []
        desk.later(days=1)
        await desk.settled(own, "Told by mail: 2 of 2")
        assert "no more" not in own.text


async def test_nobody_of_a_file_is_told_where_policy_says_so(database_url: str) -> None:
    async with Desk(database_url, replace(one_agent(MINUTES), notices=NoticeRules(bulk=False)), **TELLING) as desk:
        _, own = await begun(desk, *LINES)
        await desk.settled(own, "3 rows done.")
        assert "Told by mail" not in own.text
        await desk.change(HANNA, "remove mobile for alice")
        await mail(desk, ALICE, "Your sign-in was changed")
        assert len(desk.entra.exchange.mails) == 1


def _fill(database_url: str, desk: Desk) -> None:
    """The mailbox has sent as much as it may, one mail after the other in the last hour."""
    at = desk.clock() - timedelta(hours=1)
    common = {"operation_id": "7QXF", "row": 0, "recipient": "person", "way": "mail", "target_id": "somebody", "state": "delivered"}
    rows = [common | {"id": f"{number:032}", "at": at, "due_at": at, "told_at": at} for number in range(MAILS_A_DAY)]
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(insert(stored_notices), rows)
    engine.dispose()

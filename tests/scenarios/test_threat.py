"""The threat level: raised by one administrator, felt by everybody, lowered by two or by its end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy

from bot.domain.audit import Tag
from bot.domain.change import ChangeKind
from bot.domain.high import High
from bot.domain.people import Actor
from bot.domain.stop import Threat
from bot.domain.threat import Word
from bot.store.stops import StoredStops
from bot.store.transactions import open_engine
from simulator import cast
from simulator.entra import Fault
from simulator.teams import Message
from tests.desk import APPROVALS, BRAM, HANNA, HELPDESK, LOG, OMAR, OSCAR, SAM, Answer, Desk, as_json, one_agent
from tests.scenarios.approving import words
from tests.scenarios.bulking import KENJI, begun, confirmed, drop, many, previewed, slow, states, tags, until, writes
from tests.scenarios.passes import made, ready
from tests.scenarios.test_stop_and_freeze import confirm_slowly
from tests.store.replicas import replicas

SET = "set mobile for alice +31 6 12345678"
REMOVE = "remove mobile for kenji"
RAISE = "threat high because a wave of calls from +31 6 55555555, INC0042"
#: What a level demands of proofs is the subject of `test_policy_of_proof`.
NO_TIER = High(proof_tier=0)
EVERY_DAY = replace(one_agent(timedelta(minutes=10), admins=cast.group("Doorman administrators").id), high=NO_TIER)


def administrator(desk: Desk, who: cast.Member) -> None:
    """One more of them."""
    desk.entra.tenant.join(desk.entra.group("Doorman administrators"), desk.entra.person(who.upn).id)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """With two administrators, one of whom is not of the helpdesk."""
    async with Desk(database_url, EVERY_DAY) as desk:
        administrator(desk, OSCAR)
        yield desk


def told(desk: Desk, channel: cast.Channel) -> list[str]:
    """What a channel was told of the level, oldest first."""
    return [text for message in desk.teams.thread(channel) if message.by_bot and "hreat level" in (text := words(message))]


async def both_told(desk: Desk, *said: str) -> list[str]:
    """Waits until the log channel and that of the approvers have a post with all these words; returns the posts."""

    posts = []
    for channel in (LOG, APPROVALS):

        def fits(message: Message, at: str = channel.id) -> bool:
            return message.conversation == at and message.by_bot and all(each in words(message) for each in said)

        posts.append(words(await desk.teams.wait_for(fits)))
    return posts


@pytest.mark.storage
async def test_one_raises_it_everybody_feels_it_and_two_lower_it(desk: Desk) -> None:
    for who in (HANNA, BRAM):
        assert "Only Doorman's administrators" in (await desk.say(who, RAISE)).text
    assert "The threat level is normal" in (await desk.say(HANNA, "threat")).text
    assert "raised for a reason" in (await desk.say(OSCAR, "threat high for 2 hours")).text
    for long in ("8 days", "0 hours"):
        assert "7 days at most" in (await desk.say(OSCAR, f"threat high because a wave for {long}")).text
    assert "level is normal" in (await desk.say(OSCAR, "threat normal")).text
    assert "Threat level high" not in (await desk.say(HANNA, "whoami")).text

    raised = await desk.say(OSCAR, f"{RAISE} for 48 h")
    assert "The threat level is high until" in raised.text
    for post in await both_told(desk, "Threat level high", "Oscar Outsider raised the threat level because a wave of calls", "INC0042"):
        assert "register or change a phone" in post
        assert "55555555" not in post

    for line in ("show alice", "help", "pending", "nonsense", "status"):
        answer = await desk.say(HANNA, line)
        assert "Threat level high since {{DATE(" in answer.text, line
        assert "Oscar Outsider:  a wave of calls from" in answer.text, line
        assert "55555555" not in as_json(answer.card)
    for line in ("show alice", "help", "whoami", "threat", "nonsense"):  # of somebody who does not work here
        theirs = as_json((await desk.say(OMAR, line)).card)
        assert not any(said in theirs for said in ("hreat level high", "Oscar", "a wave of calls")), line
    explained = await desk.say(BRAM, "threat")
    for said in ("Oscar Outsider raised the threat level", "change many people from a file", "1 other person agrees at least", "shortest"):
        assert said in explained.text

    refused = await desk.say(HANNA, SET)
    assert "The threat level is high since" in refused.text
    assert "I do this for nobody" in refused.text
    assert refused.verbs == []
    tested = await desk.say(SAM, f"policy test {REMOVE} as hanna")
    assert "it needs 1 approval by members of" in tested.text
    assert "“Threat level high”" in tested.text
    assert "“Threat level high”" in (await desk.say(SAM, f"policy test {SET} as hanna")).text
    asked = await desk.say(HANNA, REMOVE)
    await desk.press(HANNA, asked, "confirm")
    card = await desk.teams.wait_for(lambda message: message.conversation == APPROVALS.id and asked.operation_id in words(message))
    assert words(card).startswith("⚠ Threat level high since")
    assert "“Threat level high”" in (await desk.say(HANNA, f"why {asked.operation_id}")).text
    await desk.press(BRAM, Answer(desk, card, BRAM), "approve")
    await desk.settled(asked, "Done")
    await desk.change(HANNA, "sign out alice")  # only takes access away: as always

    await desk.restart_bot()
    assert "I do this for nobody" in (await desk.say(BRAM, SET)).text
    desk.clock.forward(hours=47)
    again = await desk.say(SAM, "threat high because it goes on for 30 minutes")
    assert "Sam Okafor:  it goes on" in again.text
    desk.clock.forward(minutes=45)
    assert "I do this for nobody" in (await desk.say(HANNA, SET)).text  # never shortened by one person's word

    first = await desk.say(SAM, "threat normal because quiet now")
    assert "stays high until another administrator agrees" in first.text
    await both_told(desk, "Sam Okafor wants the threat level lowered because quiet now")
    assert "said so already" in (await desk.say(SAM, "threat normal")).text
    assert "Sam Okafor wants it lowered" in (await desk.say(HANNA, "threat")).text
    assert "Only Doorman's administrators" in (await desk.say(HANNA, "threat normal")).text
    desk.clock.forward(minutes=5)
    assert "normal again: Sam Okafor and you agree" in (await desk.say(OSCAR, "threat normal")).text
    await both_told(desk, "Sam Okafor and Oscar Outsider lowered the threat level")
    assert "Threat level" not in (await desk.say(HANNA, "show alice")).text
    await desk.change(HANNA, SET)
    events = [(row.tag, row.actor_name) for row in desk.trail() if row.tag.startswith("chat:threat:")]
    assert events == [
        (Tag.CHAT_THREAT_RAISED, OSCAR.name),
        (Tag.CHAT_THREAT_RAISED, SAM.name),
        (Tag.CHAT_THREAT_WORDED, SAM.name),
        (Tag.CHAT_THREAT_LOWERED, OSCAR.name),
    ]


async def test_a_word_counts_for_a_quarter_of_an_hour_and_as_long_as_it_is_an_administrators(desk: Desk) -> None:
    nadia = cast.person("Nadia Haddad")
    administrator(desk, nadia)
    await desk.say(OSCAR, "dreiging hoog omdat een golf van telefoontjes voor 3 dagen")
    high = "stays high until another administrator agrees"
    assert high in (await desk.say(SAM, "threat normal")).text
    desk.clock.forward(minutes=16)
    assert high in (await desk.say(OSCAR, "dreiging normaal")).text  # too late, so this is the first
    await desk.say(nadia, "threat high because another wave")  # and that was before this
    assert high in (await desk.say(SAM, "threat normal")).text
    assert "Sam Okafor wants it lowered" in (await desk.say(OSCAR, "threat")).text
    desk.entra.tenant.leave(desk.entra.group("Doorman administrators"), desk.entra.person(SAM.upn).id)
    assert "wants it lowered" not in (await desk.say(OSCAR, "threat")).text
    assert high in (await desk.say(nadia, "threat normal")).text  # Sam's word is nobody's any more
    desk.entra.faults.add(Fault(effect="unavailable", path="/groups/"))
    assert "normal again" not in (await desk.say(OSCAR, "threat normal")).text
    unsure = (await desk.say(OSCAR, "threat")).text
    assert "It is high until" in unsure
    assert "wants it lowered" not in unsure
    desk.entra.faults.clear()
    oscar, other = (desk.entra.person(who.upn) for who in (OSCAR, nadia))
    before, oscar.employee_id, other.employee_id = oscar.employee_id, "E-7001", "E-7001"
    assert "both may be one person's" in (await desk.say(OSCAR, "threat normal")).text
    oscar.employee_id = before
    assert "normal again" in (await desk.say(OSCAR, "threat normal")).text

    await desk.say(OSCAR, "threat high for 10 minutes because it is short")  # ends before a word would
    short = (await desk.say(nadia, "threat normal")).text
    (end,) = re.findall(r"or it ends by itself on (.+)\.", short)
    await desk.logged("Nadia Haddad wants the threat level lowered", f"by {end}")
    assert "by itself" not in (await desk.say(nadia, "threat normal")).text


async def test_it_ends_by_itself_where_only_one_could_lower_it(database_url: str) -> None:
    async with Desk(database_url, EVERY_DAY) as desk:
        await desk.say(SAM, RAISE)
        alone = await desk.say(SAM, "threat normal")
        assert "there is none besides you" in alone.text
        assert "It ends by itself on" in alone.text
        desk.clock.forward(hours=23, minutes=59)
        assert "I do this for nobody" in (await desk.say(HANNA, SET)).text
        desk.clock.forward(minutes=1)
        assert "confirm" in (await desk.say(HANNA, SET)).verbs  # nobody has to notice it for that
        await desk.restart_bot()
        await both_told(desk, "normal again: the time for which Sam Okafor raised it is over")
        assert [row.tag for row in desk.trail()].count(Tag.CHAT_THREAT_LOWERED) == 1
        await desk.say(SAM, RAISE)
        await desk.logged("Sam Okafor raised the threat level", "INC0042")
        assert ["over" in text for text in told(desk, LOG)] == [False, True, False]


async def test_without_administrators_nobody_raises_it(database_url: str) -> None:
    async with Desk(database_url, ADMIN_GROUP_ID="") as desk:
        refused = await desk.say(SAM, RAISE)
        assert "Only Doorman's administrators" in refused.text
        assert "ADMIN_GROUP_ID" in refused.text
        assert "The threat level is normal" in (await desk.say(SAM, "threat")).text


async def test_one_channel_for_everything_is_told_once(database_url: str) -> None:
    async with Desk(database_url, EVERY_DAY, APPROVAL_CHANNEL_ID=LOG.id) as desk:
        administrator(desk, OSCAR)
        await desk.say(SAM, RAISE)
        await desk.say(SAM, "threat normal")
        await desk.say(OSCAR, "threat normal")
        await desk.logged("lowered the threat level")
        assert len(told(desk, LOG)) == 3


async def test_what_waits_and_no_longer_suffices_is_withdrawn_with_a_sentence(desk: Desk) -> None:
    proposed, free = await desk.say(HANNA, SET, HELPDESK), await desk.say(HANNA, REMOVE)
    contains = await desk.say(HANNA, "sign out alice")
    to_reveal = await ready(desk, "reset password for omar")
    waiting = await desk.say(BRAM, "reset mfa for omar")
    await desk.press(BRAM, waiting, "confirm")
    await desk.say(OSCAR, RAISE)

    said = "The threat level is high"
    await desk.press(HANNA, proposed, "confirm")
    await desk.settled(proposed, "Failed", said, "I do this for nobody", "Nothing was changed")
    await desk.press(HANNA, free, "confirm")
    await desk.settled(free, "Failed", said, "1 other person has to agree to this, and it was asked for with fewer")
    await desk.press(HANNA, free, "again")
    await desk.settled(free, "Waiting for your confirmation", "After your confirmation it needs")  # with somebody's agreement it can be had
    await desk.press(HANNA, contains, "confirm")
    await desk.settled(contains, "Done")
    assert desk.entra.person(KENJI.upn).phones  # nothing of it was done

    card = await desk.teams.wait_for(lambda message: message.conversation == APPROVALS.id and waiting.operation_id in words(message))
    await desk.press(HANNA, Answer(desk, card, HANNA), "approve")  # two people agree already
    await desk.settled(waiting, "Done")
    await desk.press(HANNA, to_reveal, "reveal")
    assert made(desk) == 1
    tags = [row.tag for row in desk.trail()]
    assert tags.count(Tag.OPERATION_WITHDRAWN) == 2


async def test_what_is_agreed_to_and_under_way_is_asked_once_more(database_url: str) -> None:
    everything = replace(EVERY_DAY, high=replace(NO_TIER, deny=frozenset(ChangeKind)))
    async with Desk(database_url, everything) as desk:
        waiting = await desk.say(HANNA, "reset mfa for omar")
        await desk.press(HANNA, waiting, "confirm")
        to_reveal, own = await ready(desk, "pass for omar"), await desk.say(HANNA, SET)
        await confirm_slowly(desk, own)
        await desk.say(SAM, RAISE)
        desk.entra.faults.clear()
        await desk.settled(own, "Failed", "I do this for nobody", "Nothing was changed")
        card = await desk.teams.wait_for(lambda message: message.conversation == APPROVALS.id and waiting.operation_id in words(message))
        assert "I do this for nobody" in (await desk.press(BRAM, Answer(desk, card, BRAM), "approve")).message
        await desk.settled(waiting, "Failed", "is not allowed any more", "I do this for nobody")
        assert "I do this for nobody" in (await desk.press(HANNA, to_reveal, "reveal")).message
        await desk.settled(to_reveal, "Failed", "I do this for nobody")
        assert desk.entra.writes == []
        await desk.change(HANNA, "sign out alice")  # whatever the policy says


async def test_passes_are_as_short_as_can_be_and_people_are_changed_once_a_day(database_url: str) -> None:
    policy = replace(EVERY_DAY, high=replace(NO_TIER, deny=frozenset(), approvals=0))
    async with Desk(database_url, policy) as desk:
        long = await ready(desk, "pass for omar for 120 minutes")
        first, second = await desk.say(HANNA, SET), await desk.say(BRAM, "set office for alice +31 20 7654321")
        await desk.say(SAM, RAISE)
        told = await desk.press(HANNA, long, "reveal")
        assert "The threat level was raised since this was asked for; it allows: 60 minutes" in told.message
        assert made(desk) == 0
        short = await desk.say(HANNA, "pass for kenji for 2 hours")
        assert "You asked for 2 hours; the threat level is high, so it is 1 hour." in short.text
        await desk.press(HANNA, first, "confirm")
        await desk.settled(first, "Done")
        late = await desk.press(BRAM, second, "confirm")
        assert "1 change of Alice Jansen within 24 hours is the limit" in late.message
        assert "The threat level is high, so it is fewer than usual." in late.message
        assert "fewer than usual" in (await desk.say(BRAM, "remove mobile for alice")).text
        for line in ("lift limits for alice", "lift limit for bram", "hef limieten op voor alice omdat het moet"):
            assert "nobody lifts limits" in (await desk.say(SAM, line)).text, line
        assert "fewer than usual" in (await desk.say(BRAM, "remove mobile for alice")).text
        assert Tag.CHAT_LIMITS_LIFTED not in [row.tag for row in desk.trail()]
        await desk.change(BRAM, "sign out alice")


async def test_files_are_refused_and_a_job_under_way_ends(database_url: str) -> None:
    async with Desk(database_url, EVERY_DAY, BULK_CANARY="2") as desk:
        job_id, own = await begun(desk, *many(6))
        await desk.settled(own, "The first rows are done: go on?")
        waiting_id, waiting, card = await confirmed(desk, *many(3))
        _, proposed = await previewed(desk, *many(3))
        await desk.say(SAM, RAISE)
        assert "I do this for nobody" in (await drop(desk, *many(3))).text
        assert "I do this for nobody" in (await desk.press(HANNA, own, "go_on")).message
        assert states(desk, job_id).count("queued") == 4
        assert "I do this for nobody" in (await desk.press(BRAM, card, "approve")).message
        await desk.settled(waiting, "Failed", "I do this for nobody")
        assert "succeeded" not in states(desk, waiting_id)
        await desk.press(HANNA, proposed, "confirm")
        await desk.settled(proposed, "Failed", "I do this for nobody")


async def test_a_job_under_way_ends(database_url: str) -> None:
    async with Desk(database_url, EVERY_DAY, BULK_CANARY="2") as desk:
        job_id, own = await begun(desk, *many(8))
        await desk.settled(own, "The first rows are done: go on?")
        reads = slow(desk, seconds=1.5)
        await desk.press(HANNA, own, "go_on")
        await until(lambda: bool(reads.fired))
        await desk.say(SAM, RAISE)
        desk.entra.faults.clear()
        await desk.settled(own, "Finished at", "I do this for nobody")
        assert sum(writes(desk).values()) == 2
        assert states(desk, job_id).count("succeeded") == 2
        assert Tag.BULK_JOB_STOPPED in tags(desk, job_id)


@contextmanager
def unreadable(database_url: str) -> Iterator[None]:
    """Nobody can say how the level stands."""
    engine = open_engine(database_url)
    for was, becomes in (("chat_settings", "away"), ("away", "chat_settings")):
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(f"ALTER TABLE {was} RENAME TO {becomes}"))
        if becomes == "away":
            yield
    engine.dispose()


@pytest.mark.storage
async def test_without_its_database_the_level_known_last_holds(database_url: str) -> None:
    async with Desk(database_url, replace(EVERY_DAY, unknown_is_high=True)) as desk:
        with unreadable(database_url):
            asked = await desk.say(HANNA, SET)
            assert "cannot reach my own database" in asked.text
            assert asked.text.startswith("⚠ Threat level unknown: it counts as high")
        assert "Threat level" not in (await desk.say(HANNA, "help")).text
        with unreadable(database_url):
            assert "Threat level" not in (await desk.say(HANNA, SET)).text
        await desk.say(SAM, RAISE)
        with unreadable(database_url):
            asked = await desk.say(HANNA, SET)
            assert "cannot reach my own database" in asked.text
            assert asked.text.startswith("⚠ Threat level high since")
    assert desk.entra.writes == []


@pytest.mark.storage
async def test_replicas_know_it_at_once_and_of_two_words_at_once_one_is_the_first(database_url: str) -> None:
    desk = Desk(database_url)
    now, end = desk.clock(), desk.clock() + timedelta(hours=1)
    sam, oscar = Actor("sam", "t", "Sam"), Actor("oscar", "t", "Oscar")
    async with asyncio.timeout(30), replicas(database_url) as writers:
        here, there = (StoredStops(writer, lambda *_, **__: None) for writer in writers)
        threat = await here.raise_threat(Threat("sam", "Sam", now, end, "a wave"))
        assert (await there.stop("alice", now)).threat == (await there.seen("alice", now)).threat == threat
        heard = await asyncio.gather(*(each.lower_threat(by, now, {"sam", "oscar"}) for each, by in ((here, sam), (there, oscar))))
        assert {each[1] for each in heard if each} == {Word.FIRST, Word.AGREED}
        assert (await here.stop("", now)).threat is None
        assert await there.lower_threat(oscar, now, {"sam", "oscar"}) is None

        await there.raise_threat(threat)
        assert (await here.stop("", end)).threat is None
        await asyncio.gather(here.end_threat(end), there.end_threat(end))
        assert await here.lower_threat(sam, end, {"sam"}) is None

"""Where approvers are asked: by where a request was typed, which channels there are, and whom Doorman knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator import cast
from tests.desk import ALICE, APPROVALS, HANNA, HELPDESK, LOG, SAM, Answer, Desk
from tests.scenarios.approving import AGENTS, EXECUTIVES, INGRID, POLICY, SENIORS, SET, SET_VIP, approvers_card
from tests.scenarios.in_person import NO_CHANNEL, ask, asked, chat_of, chats, posts

__all__ = ["chats"]

#: Which channels there are -> the settings for that, and where a request that was not typed in a channel goes.
CHANNELS: dict[str, tuple[dict[str, Any], cast.Channel | cast.Member]] = {
    "approvals": ({}, APPROVALS),
    "approvals alone": ({"LOG_CHANNEL_ID": ""}, APPROVALS),
    "log": ({"APPROVAL_CHANNEL_ID": ""}, LOG),
    "log chosen in chat": (NO_CHANNEL, LOG),
    "approvals chosen in chat": (NO_CHANNEL, APPROVALS),
    "approvals chosen in chat before those of the settings": ({"APPROVAL_CHANNEL_ID": LOG.id}, APPROVALS),
    "none": (NO_CHANNEL, INGRID),
}


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("typed_in", ["channel", "personal chat", "group chat"])
async def test_the_place_is_the_first_that_there_is(database_url: str, typed_in: str, channels: str) -> None:
    settings, otherwise = CHANNELS[channels]
    async with Desk(database_url, POLICY, **settings) as desk:
        await desk.say(INGRID, "hello")
        if channels == "log chosen in chat":
            await desk.say(SAM, "log here", LOG)
        if "approvals chosen in chat" in channels:
            set_here = await desk.say(SAM, "approvals here", APPROVALS)
            assert "I ask approvers in this channel" in set_here.text
        group = desk.teams.group_chat("Two of us", [HANNA, SAM])
        where = {"channel": HELPDESK, "personal chat": None, "group chat": group}[typed_in]
        expected = HELPDESK if typed_in == "channel" and "approvals" not in channels else otherwise

        own = await desk.say(HANNA, SET, where)
        await desk.press(HANNA, own, "confirm")
        card = await approvers_card(desk, own.operation_id, expected)
        asked_elsewhere = [
            message
            for message in desk.teams.threads.messages.values()
            if message.by_bot and message.id not in (card.message.id, own.message.id) and "Needs" in Answer(desk, message, INGRID).text
        ]
        assert asked_elsewhere == []
        assert "12345678" not in str(card.message.as_json())
        if expected is HELPDESK:
            assert card.message.thread == own.message.thread
        await desk.settled(own, "their personal chats with me" if expected is INGRID else "who can decide in the approval channel")
        await desk.press(INGRID, card, "approve")
        await desk.settled(own, "Done", "Ingrid Lund")
        await desk.settled(card, "Done", "Ingrid Lund")
        assert desk.phones(ALICE) == {"mobile": "+31 612345678"}


@pytest.mark.parametrize("typed_in", ["personal chat", "group chat"])
async def test_where_nobody_can_be_asked_the_refusal_names_the_remedy(database_url: str, typed_in: str) -> None:
    async with Desk(database_url, POLICY, **NO_CHANNEL) as desk:
        where = desk.teams.group_chat("Two of us", [HANNA, SAM]) if typed_in == "group chat" else None
        refused = await desk.say(HANNA, SET, where)
        assert "confirm" not in refused.verbs
        for said in (
            "I can ask nobody",
            "Ask me in a channel that they read",
            "write to me once in a personal chat",
            "Ingrid Lund, Sam Okafor",
            "APPROVAL_CHANNEL_ID",
            "approvals here",
        ):
            assert said in refused.text, said
        assert desk.trail()[-1].facts.count("no_approval_channel") == 1

        for remedy in ("a channel", "a word", "the log channel", "approvals here"):
            if remedy == "a channel":
                assert "confirm" in (await desk.say(HANNA, SET, HELPDESK)).verbs
            elif remedy == "a word":
                await desk.say(INGRID, "hello")
                assert "confirm" in (await desk.say(HANNA, SET, where)).verbs
            else:
                line = remedy if remedy == "approvals here" else "log here"
                await desk.say(SAM, line, APPROVALS if line == remedy else LOG)
                await ask(desk, SET_VIP)


async def test_too_few_known_is_nobody_too(database_url: str) -> None:
    async with Desk(database_url, POLICY, **NO_CHANNEL) as desk:
        await desk.say(INGRID, "hello")
        refused = await desk.say(HANNA, SET_VIP)
        assert "needs 2 approvals by members of Helpdesk seniors, and I can only ask Ingrid Lund" in refused.text
        assert ": Sam Okafor. So that it always works" in refused.text
        await desk.say(SAM, "hello")
        assert "confirm" in (await desk.say(HANNA, SET_VIP)).verbs


@pytest.mark.parametrize(
    ("line", "who", "only"),
    [(SET, SAM, INGRID), (SET, INGRID, SAM), ("set mobile for ingrid +31 6 12345678", HANNA, SAM)],
    ids=["requester-sam", "requester-ingrid", "target-ingrid"],
)
async def test_neither_requester_nor_target_counts_as_somebody_to_ask(chats: Desk, line: str, who: cast.Member, only: cast.Member) -> None:
    left_out = INGRID if only is SAM else SAM
    before = len(posts(chats, left_out))
    operation_id, own = await ask(chats, line, who)
    card = await approvers_card(chats, operation_id, only)
    assert [each for each in posts(chats, left_out)[before:] if each.id != own.message.id] == []
    await chats.press(only, card, "approve")
    await chats.settled(own, "Done", only.name)


async def test_a_request_has_its_place_for_life(database_url: str) -> None:
    """What an older version, or another setting, has stored: the channel of the request counts, not that of today."""
    async with Desk(database_url, POLICY) as desk:
        operation_id, own = await ask(desk)
        card = await approvers_card(desk, operation_id)
        desk._environment |= NO_CHANNEL
        await desk.restart_bot()
        await desk.press(INGRID, card, "approve")
        await desk.settled(own, "Done", "Ingrid Lund")
        await desk.settled(card, "Done", "Ingrid Lund")


async def test_and_in_personal_chats_too(chats: Desk) -> None:
    _, own, hers, his = await asked(chats)
    chats._environment |= {"APPROVAL_CHANNEL_ID": APPROVALS.id}
    await chats.restart_bot()
    await chats.press(SAM, his, "approve")
    await chats.settled(own, "Done", "Sam Okafor")
    await chats.settled(hers, "Done", "Sam Okafor")
    assert chats.teams.thread(APPROVALS) == []


async def test_of_many_who_may_agree_the_twenty_seen_last_are_asked_and_five_are_named(database_url: str) -> None:
    everybody = frozenset({EXECUTIVES})
    crowd = replace(POLICY, rules=tuple(replace(rule, approve=everybody) if SENIORS in rule.approve else rule for rule in POLICY.rules))
    people = cast.CROWD[:23]
    async with Desk(database_url, crowd, **NO_CHANNEL) as desk:
        for person in people:
            desk.entra.tenant.join(desk.entra.group("Executives"), person.id)
        refused = await desk.say(HANNA, SET)
        assert "and 20 more" in refused.text  # 23 and the two executives, five of them named
        for number, person in enumerate(people):
            if number == 3:
                desk.clock.forward(days=1)
            await desk.say(person, "hello")
        operation_id, own = await ask(desk)
        for person in people[3:]:
            await approvers_card(desk, operation_id, person)
        assert [len(desk.teams.thread(person)) for person in people[:3]] == [2, 2, 2]  # "hello", and the answer to it
        await desk.press(people[-1], await approvers_card(desk, operation_id, people[-1]), "approve")
        await desk.settled(own, "Done", people[-1].name)


async def test_an_app_that_is_removed_is_nobodys_chat_any_more(database_url: str) -> None:
    async with Desk(database_url, POLICY, **NO_CHANNEL) as desk:
        await desk.teams.install(INGRID, by=INGRID)  # not a word typed
        assert "confirm" in (await desk.say(HANNA, SET)).verbs
        await desk.teams.uninstall(INGRID, by=INGRID)
        assert "I can ask nobody" in (await desk.say(HANNA, SET)).text
        await desk.teams.install(INGRID, by=INGRID)
        assert "confirm" in (await desk.say(HANNA, SET)).verbs


@pytest.mark.parametrize("seen", ["bot", "channel", "press"])
async def test_who_is_known_by_what_they_did(database_url: str, seen: str) -> None:
    async with Desk(database_url, POLICY, **NO_CHANNEL) as desk:
        if seen == "bot":
            desk.teams.mark(INGRID, "bot")
        if seen == "press":
            answer = await desk.say(INGRID, "help")
            await desk.restart_bot()  # which forgets in memory what it stored
            await desk.press(INGRID, answer, "open", action={"type": "Action.Execute", "verb": "open", "data": {"id": "pending"}})
        else:
            await desk.teams.say(INGRID, "hello", HELPDESK if seen == "channel" else None)
        desk.teams.mark(INGRID, None)
        answer = await desk.say(HANNA, SET)
        assert ("confirm" in answer.verbs) is (seen == "press"), answer.text


async def test_what_is_known_survives_a_restart(chats: Desk) -> None:
    await chats.restart_bot()
    _, own, hers, _ = await asked(chats)
    await chats.press(INGRID, hers, "approve")
    await chats.settled(own, "Done")


async def test_policy_test_says_the_same(database_url: str) -> None:
    async with Desk(database_url, POLICY, **NO_CHANNEL) as desk:
        tried = await desk.say(SAM, "policy test set mobile for alice +31 6 12345678 as hanna")
        assert "I can ask nobody" in tried.text
        assert AGENTS not in tried.text
        assert chat_of(desk, INGRID) not in tried.text

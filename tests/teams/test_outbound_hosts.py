"""The one thing that must never travel: our token to another host."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from bot.domain.conversations import ConversationRef
from bot.errors import ChatRefused, ChatUnavailable
from bot.teams.outbound import Connector
from tests.teams.bench import HELLO, HTML, Bench, Server, failing

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_refused_token_is_replaced_once(bench: Bench) -> None:
    bench.server.script = [failing(401)]
    assert await bench.send() == "m1"
    assert [headers["Authorization"] for _, _, headers in bench.server.seen] == ["Bearer token-1", "Bearer token-2"]
    bench.server.script = [failing(401)] * 9
    with pytest.raises(ChatRefused) as caught:
        await bench.send()
    assert caught.value.status == 401
    assert len(bench.server.seen) == 4
    assert bench.naps == []


async def test_a_401_followed_by_a_429_waits_as_asked(bench: Bench) -> None:
    bench.server.script = [failing(401), failing(429, Retry_After="1")]
    assert await bench.send() == "m1"
    assert len(bench.naps) == 1


async def test_without_a_token_nothing_is_sent(bench: Bench) -> None:
    bench.tokens.broken = True
    with pytest.raises(ChatUnavailable, match="no token"):
        await bench.send()
    assert bench.server.seen == []


async def test_without_tokens_no_authorization_is_sent(bench: Bench) -> None:
    await Connector(bench.session, None, (bench.server.host,), bench._nap).send(bench.where, HELLO)
    assert "Authorization" not in bench.server.seen[0][2]


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
async def test_redirects_are_not_followed(bench: Bench, elsewhere: Server, status: int) -> None:
    bench.server.script = [(status, b"", {"Location": f"{elsewhere.url}/v3/conversations/a:1/activities"})]
    with pytest.raises(ChatRefused) as caught:
        await bench.send()
    assert caught.value.status == status
    assert elsewhere.seen == []
    assert len(bench.server.seen) == 1


async def test_hosts_that_are_not_listed_never_hear_from_us(bench: Bench, elsewhere: Server) -> None:
    where = ConversationRef(f"{elsewhere.url}/emea/", "19:c@thread.tacv2;messageid=1", "channel")
    calls = (
        lambda: bench.connector.send(where, HELLO),
        lambda: bench.connector.update(where, "m1", HELLO),
        lambda: bench.connector.delete(where, "m1"),
        lambda: bench.connector.personal_chat(where, "28:b", "29:u", "t"),
    )
    for call in calls:
        with pytest.raises(ChatRefused, match="allow-list"):
            await call()
    assert await bench.connector.object_id_of(where, "29:u") == ""
    assert elsewhere.seen == []
    assert bench.tokens.asked == 0


IDS = ("a:1", "19:c@thread.tacv2;messageid=17", "a/../../v3/x", "..", "a?x=1", "a#b", "a b", "ü", "%2e%2e", "\\", "a\r\nX: y")


@pytest.mark.parametrize("conversation", IDS)
async def test_ids_stay_within_their_part_of_the_path(bench: Bench, conversation: str) -> None:
    await bench.connector.send(ConversationRef(bench.where.service_url, conversation, "channel"), HELLO)
    path = bench.server.seen[0][1].split("/")
    assert [*path[:4], path[5]] == ["", "emea", "v3", "conversations", "activities"]
    assert unquote(path[4]) == conversation


@pytest.mark.parametrize("answer", [{}, {"objectId": None}, b"", b"[]", b"nonsense", HTML])
async def test_a_member_nobody_can_name_is_nobody(bench: Bench, answer: Any) -> None:
    bench.server.script = [(200, answer, {})]
    assert await bench.connector.object_id_of(bench.where, "29:u") == ""


async def test_a_member_is_asked_for_in_the_channel_not_in_its_thread(bench: Bench) -> None:
    bench.server.script = [(200, {"objectId": "ABC"}, {})]
    where = ConversationRef(bench.where.service_url, "19:c@thread.tacv2;messageid=17", "channel")
    assert await bench.connector.object_id_of(where, "29:u") == "abc"
    assert unquote(bench.server.seen[0][1]) == "/emea/v3/conversations/19:c@thread.tacv2/members/29:u"

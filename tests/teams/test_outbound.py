"""Posting to Teams when Teams is unwell: what is tried again, what is told, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import email.utils
import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversations import ConversationRef
from bot.errors import ChatRefused, ChatUnavailable
from bot.retry import asked_for
from bot.teams import outbound
from bot.teams.outbound import LONGEST_ASKED, LONGEST_WAIT, TRIES, TRY_AGAIN, Connector
from tests.desk import HANNA
from tests.teams.bench import HELLO, HTML, Bench, drop, failing
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("1", 1, 1), ("0", 0, 0), ("0.25", 0.25, 0.25), ("2.128", 2.128, 2.128), ("-3", 0, 0), ("date", 1, 3), ("past", 0, 0)]
    + [(odd, 0.6, 0.6) for odd in (None, "", "soon", "nan", "inf", "-inf", "1e999", "Mon, 99 Foo 2026", "Fri, 31 Dec 9999 99:99:99 GMT")],
)  # fmt: skip
async def test_a_429_is_repeated_after_the_time_asked_for(bench: Bench, said: str | None, least: float, most: float) -> None:
    dates = {"date": email.utils.formatdate(time.time() + 3, usegmt=True), "past": "Wed, 21 Oct 2015 07:28:00 GMT"}
    headers = {} if said is None else {"Retry_After": dates.get(said, said)}
    bench.server.script = [failing(429, **headers)]
    assert await bench.send() == "m1"
    assert len(bench.naps) == 1
    assert least <= bench.naps[0] <= most + 0.2


@pytest.mark.parametrize(("said", "told"), [("60", 60), ("5.5", 5.5), ("86400", LONGEST_ASKED), ("1e300", LONGEST_ASKED)])
async def test_a_long_wait_is_left_to_those_who_have_time(bench: Bench, said: str, told: float) -> None:
    bench.server.script = [failing(429, Retry_After=said)]
    with pytest.raises(ChatUnavailable) as caught:
        await bench.send()
    assert caught.value.retry_after == told
    assert told > LONGEST_WAIT
    assert bench.naps == []
    assert len(bench.server.seen) == 1


@given(said=st.text(max_size=40) | st.floats().map(str) | st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT")))
async def test_whatever_retry_after_says_it_is_seconds_or_nothing(said: str) -> None:
    seconds = asked_for(said, LONGEST_ASKED)
    assert seconds is None or 0 <= seconds <= LONGEST_ASKED


@pytest.mark.parametrize("status", sorted(TRY_AGAIN))
@pytest.mark.parametrize("body", [{"error": {"code": "x"}}, HTML, b"", b"\xff\x00"], ids=["json", "html", "empty", "bytes"])
async def test_what_passes_is_tried_again_and_then_told(bench: Bench, status: int, body: Any) -> None:
    bench.server.script = [(status, body, {})] * (TRIES - 1)
    assert await bench.send() == "m1"
    assert len(bench.server.seen) == TRIES
    bench.server.script = [(status, body, {})] * TRIES
    with pytest.raises(ChatUnavailable, match=str(status)):
        await bench.send()
    assert len(bench.server.seen) == 2 * TRIES


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 409, 413, 415, 422, 451])
@pytest.mark.parametrize(
    "body", [{"error": {"code": "Oops"}}, {"error": "Oops"}, {"error": {"code": ["x"]}}, HTML, b"[]", b"\xff"], ids=repr
)
async def test_a_no_is_a_no_at_once(bench: Bench, status: int, body: Any) -> None:
    bench.server.script = [(status, body, {})]
    with pytest.raises(ChatRefused) as caught:
        await bench.send()
    assert caught.value.status == status
    assert len(bench.server.seen) == 1
    assert ("Oops" in str(caught.value)) == (body == {"error": {"code": "Oops"}})


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b"nonsense", b"\xff\xfe", b"[" * 5000, {"id": 7}, {"id": None}, {"ID": "x"}], ids=repr
)
async def test_an_accepted_post_with_an_odd_answer_is_accepted(bench: Bench, body: Any) -> None:
    bench.server.script = [(201, body, {})]
    assert await bench.send() in ("", "7")
    assert len(bench.server.seen) == 1


@pytest.mark.parametrize("call", ["send", "update", "delete"])
async def test_a_dropped_connection_is_tried_again(bench: Bench, call: str) -> None:
    async def once() -> None:
        if call == "send":
            await bench.send()
        elif call == "update":
            await bench.connector.update(bench.where, "m1", HELLO)
        else:
            await bench.connector.delete(bench.where, "m1")

    bench.server.script = [drop]
    await once()
    bench.server.script = [drop] * 20
    with pytest.raises(ChatUnavailable):
        await once()


async def test_an_answer_that_breaks_off_or_cannot_be_unpacked_is_none(bench: Bench) -> None:
    bench.server.script = [(201, b"not gzip", {"Content-Encoding": "gzip"})] * TRIES
    with pytest.raises(ChatUnavailable):
        await bench.send()


async def test_silence_ends_after_a_while(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: web.Request) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(outbound, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    bench.server.script = [never] * TRIES
    with pytest.raises(ChatUnavailable, match="Timeout"):
        await bench.send()


async def test_a_closed_port_is_unavailable(bench: Bench) -> None:
    connector = Connector(bench.session, None, ("127.0.0.1:9",), bench._nap)
    with pytest.raises(ChatUnavailable):
        await connector.send(ConversationRef("http://127.0.0.1:9/", "a:1"), HELLO)


async def test_a_withdrawn_token_costs_the_person_nothing(door: Door) -> None:
    said, fault = door.said(), door.teams.faults.add("401", count=1)
    await door.desk.say(HANNA, "help")
    assert fault.hits == 1
    assert door.said() == said + 1


@pytest.mark.parametrize(
    ("fault", "copies"), [("drop_before", 1), ("drop_after", 2), ("lose_answer", 2), ("502", 1), ("504", 1), ("412", 1)]
)
async def test_an_answer_is_never_lost_and_at_worst_comes_twice(door: Door, fault: str, copies: int) -> None:
    said = door.said()
    door.teams.faults.add(fault, count=1, method="POST")
    await door.desk.say(HANNA, "help")
    assert door.said() == said + copies


@pytest.mark.parametrize("fault", ["403", "404", "413", "401", "drop_before"])
async def test_a_reply_teams_will_not_take_ends_the_turn_in_peace(door: Door, fault: str) -> None:
    door.teams.faults.add(fault, method="POST")
    said = door.said()
    assert (await door.knock(door.activity("help"))).status == 200
    assert door.said() == said

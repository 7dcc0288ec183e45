"""What may come in: every body and every method has its status, never a 500, and nothing refused becomes a turn."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.teams import endpoint
from bot.teams.endpoint import BODY_LIMIT
from simulator import cast
from tests.desk import HANNA
from tests.teams.door import Door, turns_taken

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_ACTIVITY: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n",
    "not JSON": b"hello",
    "half an object": b'{"type": "message", "text": "he',
    "two objects": b"{}{}",
    "array": b"[]",
    "string": b'"message"',
    "null": b"null",
    "number": b"42",
    "true": b"true",
    "a number too long to read": b"1" * 10_000,
    "not a number": b"NaN",
    "nested deeply": b"[" * 100_000 + b"]" * 100_000,
    "objects nested deeply": b'{"a":' * 20_000,
    "not UTF-8": b'{"type": "message", "text": "\xff\xfe"}',
    "UTF-16 cut off": '{"type": "message"}'.encode("utf-16")[:-1],
    "empty object": b"{}",
}


@pytest.mark.parametrize("name", NO_ACTIVITY)
async def test_a_body_that_is_no_activity_is_400(door: Door, name: str) -> None:
    assert (await door.refuses(NO_ACTIVITY[name], 400)).error


WRONG: tuple[Any, ...] = (0, 1, 1.5, True, False, "", "text", [], ["x"], [[]], {}, {"id": 1}, {"id": []})

#: Every field we read, and the values that are right for it among `WRONG`.
TEXTS, OBJECTS, LISTS = (str,), (dict,), (list,)
FIELDS: dict[str, tuple[type, ...]] = {
    "type": TEXTS, "id": TEXTS, "name": TEXTS, "channelId": TEXTS, "serviceUrl": TEXTS, "text": TEXTS, "textFormat": TEXTS, "locale": TEXTS,
    "replyToId": TEXTS, "action": TEXTS, "from": OBJECTS, "conversation": OBJECTS, "recipient": OBJECTS, "channelData": OBJECTS,
    "entities": LISTS, "attachments": LISTS, "membersAdded": LISTS,
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
async def test_a_field_of_the_wrong_type_is_400(door: Door, name: str) -> None:
    for wrong in WRONG:
        if not isinstance(wrong, FIELDS[name]):
            await door.refuses({**door.activity(), name: wrong}, 400)


@pytest.mark.parametrize("name", ["entities", "attachments", "membersAdded"])
async def test_a_list_of_anything_but_objects_is_400(door: Door, name: str) -> None:
    lists: tuple[list[Any], ...] = (["x"], [[]], [None], [1], [{}, 1])
    for wrong in lists:
        await door.refuses({**door.activity(), name: wrong}, 400)


@pytest.mark.parametrize(
    ("part", "name"),
    [("from", n) for n in ("id", "name", "aadObjectId", "role")]
    + [("recipient", n) for n in ("id", "name", "role")]
    + [("conversation", n) for n in ("id", "conversationType", "tenantId")],
)
async def test_a_wrong_type_inside_a_part_is_400(door: Door, part: str, name: str) -> None:
    values: tuple[Any, ...] = (1, True, [], {}, ["x"])
    for wrong in values:
        good = door.activity()
        await door.refuses({**good, part: good[part] | {name: wrong}}, 400)


@pytest.mark.parametrize("value", [0, 1, True, "", "x", [], ["x"], {}, {"verb": 1}, {"verb": "confirm", "id": {}}, {"action": "x"}])
async def test_a_value_of_any_kind_is_answered(door: Door, value: Any) -> None:
    said = door.said()
    assert (await door.knock({**door.activity(), "value": value})).status == 200
    assert door.said() == said + 1
    invoke = door.activity(type="invoke", name="adaptiveCard/action", value=value)
    answer = await door.knock(invoke)
    assert answer.status == 200
    assert "do not know this button" in json.loads(answer.text)["value"]


@pytest.mark.parametrize("name", ["type", "id", "from", "conversation", "recipient", "channelId", "serviceUrl"])
async def test_a_field_that_is_missing_is_400(door: Door, name: str) -> None:
    for nothing in (None, ""):
        good = door.activity()
        body = {**good, name: nothing}
        await door.refuses(body, 400)
        del body[name]
        await door.refuses(body, 400)


@pytest.mark.parametrize("part", ["from", "conversation", "recipient"])
async def test_a_part_without_its_id_is_400(door: Door, part: str) -> None:
    for nothing in ({}, {"id": ""}, {"id": None}):
        await door.refuses({**door.activity(), part: nothing}, 400)


async def test_an_invoke_without_id_is_400_and_an_event_without_id_is_not(door: Door) -> None:
    await door.refuses(door.activity(type="invoke", id=None), 400)
    assert (await door.knock(door.activity(type="conversationUpdate", id=None))).status == 200


async def test_of_duplicate_keys_only_the_last_counts_for_everything(door: Door) -> None:
    good = json.dumps(door.activity())
    doubled = good[:-1] + f', "serviceUrl": "https://evil.example/", "from": {json.dumps(good)}}}'
    await door.refuses(doubled.encode(), 400)
    doubled = good[:-1] + ', "serviceUrl": "https://evil.example/"}'
    await door.refuses(doubled.encode(), 401)


OTHER = cast.OTHER_TENANT_ID
TENANTS: dict[str, tuple[Any, Any]] = {  # conversation.tenantId, channelData.tenant
    "both another": (OTHER, {"id": OTHER}),
    "the conversation another": (OTHER, {"id": cast.TENANT_ID}),
    "the channel data another": (cast.TENANT_ID, {"id": OTHER}),
    "only the conversation's, another": (OTHER, None),
    "only the channel's, another": (None, {"id": OTHER}),
    "none": (None, None),
    "empty": ("", {"id": ""}),
    "a list": (None, {"id": [cast.TENANT_ID]}),
    "an object": (None, {"id": {"id": cast.TENANT_ID}}),
    "a number": (None, {"id": 7}),
    "not an object": (cast.TENANT_ID, OTHER),
    "hidden behind a wrong type": (OTHER, {"id": [cast.TENANT_ID]}),
}


@pytest.mark.parametrize("name", TENANTS)
async def test_activities_of_another_or_no_tenant_are_403(door: Door, name: str) -> None:
    in_conversation, in_channel = TENANTS[name]
    good = door.activity("show alice", type="conversationUpdate")
    asked = len(door.desk.entra.requests)
    body = {**good, "conversation": good["conversation"] | {"tenantId": in_conversation}, "channelData": {"tenant": in_channel}}
    assert (await door.refuses(body, 403)).error == "other tenant"
    assert len(door.desk.entra.requests) == asked


async def test_the_tenant_may_be_in_capitals(door: Door) -> None:
    good = door.activity()
    body = {**good, "conversation": good["conversation"] | {"tenantId": cast.TENANT_ID.upper()}}
    assert (await door.knock(body)).status == 200


async def test_a_huge_body_is_413(door: Door) -> None:
    await door.refuses(b'{"type": "' + b"a" * BODY_LIMIT + b'"}', 413)


async def test_a_huge_body_in_chunks_is_413(door: Door) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 4096 + 2):
            yield b" " * 4096

    await door.refuses(endless(), 413)


async def test_chunks_without_a_length_are_fine(door: Door) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for byte in json.dumps(door.activity()).encode():
            yield bytes((byte,))

    assert (await door.knock(chunks())).status == 200


async def test_a_body_that_does_not_come_is_408(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "BODY_SECONDS", 0.05)
    turns, token = turns_taken(), door.teams.token()
    head = f"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    for framing in ("Content-Length: 100\r\n\r\n", 'Content-Length: 100\r\n\r\n{"type"', "Transfer-Encoding: chunked\r\n\r\n"):
        answer = await door.raw((head + framing).encode())
        assert answer.split(b" ")[1] == b"408"
        assert b"connection: close" in answer.lower()
    assert turns_taken() == turns


@pytest.mark.parametrize("authorization", ["", "Authorization: Bearer x\r\n", "Authorization: Basic eDp5\r\n"])
async def test_without_a_token_nobody_waits_for_the_body(door: Door, authorization: str) -> None:
    head = "POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + authorization
    for framing in ("Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"):
        assert (await door.raw((head + framing).encode())).split(b" ")[1] == b"401"
    await door.refuses(b"no JSON", 401, authorization=None)


PACKED: dict[str, tuple[str, Any]] = {"gzip": ("gzip", gzip.compress), "deflate": ("deflate", zlib.compress)}


@pytest.mark.parametrize("encoding", PACKED)
async def test_compressed_bodies_are_read_but_never_beyond_the_limit(door: Door, encoding: str) -> None:
    name, pack = PACKED[encoding]
    assert (await door.knock(pack(json.dumps(door.activity()).encode()), Content_Encoding=name)).status == 200
    bomb = pack(b" " * 50_000_000)
    assert len(bomb) < BODY_LIMIT
    await door.refuses(bomb, 413, Content_Encoding=name)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "bzip2"])
async def test_what_cannot_be_unpacked_is_400(door: Door, encoding: str) -> None:
    await door.refuses(b"\x1f\x8bnot packed at all", 400, Content_Encoding=encoding)


NO_JSON = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx", "json", "", ";", "application/json/x")


@pytest.mark.parametrize("kind", NO_JSON)
async def test_anything_but_json_is_415(door: Door, kind: str) -> None:
    await door.refuses(door.activity(), 415, Content_Type=kind)


async def test_no_content_type_is_415(door: Door) -> None:
    answer = await door.raw(b"POST /api/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
    assert answer.split(b" ")[1] == b"415"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_405(door: Door, method: str) -> None:
    await door.refuses(door.activity(), 405, method=method)


@pytest.mark.parametrize("path", ["/", "/api", "/api/messages/", "/api/messages/x", "/.env", "/api//messages", "/%2e%2e/etc/passwd"])
async def test_other_paths_are_404(door: Door, path: str) -> None:
    await door.refuses(door.activity(), 404, path=path)


TYPES = ("typing", "event", "endOfConversation", "messageReaction", "messageDelete", "messageUpdate", "installationUpdate", "trace",
         "conversationUpdate", "contactRelationUpdate", "command", "commandResult", "handoff", "suggestion", "delay", "invokeResponse",
         "MESSAGE", "🎉")  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
async def test_activities_that_mean_nothing_to_us_are_taken_in_silence(door: Door, kind: str) -> None:
    said = door.said()
    assert (await door.knock(door.activity(type=kind))).status == 200
    assert (await door.knock(door.activity(type=kind, name="application/vnd.microsoft.readReceipt", value=[1]))).status == 200
    assert door.said() == said


NOT_OURS = ("task/fetch", "fileconsent/invoke", "composeExtension/query", "signin/verifyState", "adaptivecard/action", "", None)


@pytest.mark.parametrize("name", NOT_OURS)
async def test_invokes_that_are_not_ours_are_501(door: Door, name: str | None) -> None:
    answer = await door.knock(door.activity(type="invoke", name=name, value={"x": 1}))
    assert (answer.status, answer.text) == (501, "null")


async def test_metrics_do_not_grow_with_what_strangers_send(door: Door) -> None:
    await door.knock(door.activity(type="made-up-type\ud800"))
    answer = await door.knock(b"", path="/metrics", method="GET")
    assert answer.status == 200
    assert "made-up" not in answer.text


TEXT = st.text(max_size=20) | st.sampled_from(
    ["message", "mention", "personal", HANNA.id, "confirm", "show", "\ud800", "a\0b", "\ue0000\ue001"]
)
KEYS = st.sampled_from(["id", "name", "type", "text", "mentioned", "tenant", "verb", "data", "action", "eventType", "pick"]) | st.text(
    max_size=5
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["message", "invoke", "messageUpdate", "conversationUpdate", "installationUpdate", "event", "messageReaction"]),
    fields=st.dictionaries(st.sampled_from([*FIELDS.keys() - {"serviceUrl"}, "value"]), JSON, max_size=5),
)
async def test_no_json_whatever_gives_a_500(door: Door, kind: str, fields: dict[str, Any]) -> None:
    body = {**door.activity(type=kind, name="adaptiveCard/action"), **fields}
    answer = await door.knock(body)
    assert answer.status in (200, 400, 401, 403, 501), (answer.status, answer.text)
    if answer.status == 401:
        assert body["channelId"] != "msteams"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
async def test_no_bytes_whatever_give_a_500(door: Door, body: bytes) -> None:
    assert (await door.knock(body)).status == 400

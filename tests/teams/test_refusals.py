"""What the real Connector refuses beside the book, and what the client makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.errors import ChatRefused, ChatUnavailable
from tests.teams.bench import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = {"error": {"code": "ServiceError", "message": "Unknown"}}
REGION = {"error": {"code": "BadArgument", "message": "User is from different region"}}
GEO = {"error": {"code": "BadArgument", "message": "Incoming request was redirected to the wrong geo! Current geo: EMEA, Target geo: EUDB"}}
BLOCKED = {"errorCode": 209, "message": json.dumps({"subCode": "MessageWritesBlocked", "details": "Thread is not write enabled"})}


def answering(status: int, body: dict[str, Any]) -> Any:
    return status, body, {}


@pytest.mark.parametrize(
    ("status", "body", "code", "gone"),
    [
        (403, BLOCKED, "MessageWritesBlocked", True),
        (403, {"error": BLOCKED}, "MessageWritesBlocked", True),
        (403, {"error": {"code": "ConversationBlockedByUser", "message": "no"}}, "ConversationBlockedByUser", True),
        (403, {"error": "no"}, "", True),
        (403, {"error": {"code": 5, "message": {"a": 1}}}, "5", True),
        (403, UNKNOWN, "ServiceError", False),
        (404, {"error": {"code": "ConversationNotFound", "message": "no"}}, "ConversationNotFound", True),
        (400, {"error": {"code": "BadArgument", "message": "no"}}, "BadArgument", False),
    ],
)
async def test_why_is_read_wherever_it_stands(bench: Bench, status: int, body: dict[str, Any], code: str, gone: bool) -> None:
    bench.server.script = [answering(status, body)] * 3
    with pytest.raises(ChatRefused) as refused:
        await bench.send()
    assert (refused.value.status, refused.value.code, refused.value.gone) == (status, code, gone)
    bench.server.script.clear()


async def test_a_refusal_without_a_reason_is_tried_again_for_a_post_alone(bench: Bench) -> None:
    bench.server.script = [answering(403, UNKNOWN)] * 2
    assert await bench.send() == "m1"
    assert len(bench.server.seen) == 3
    bench.server.script = [answering(403, UNKNOWN)]
    with pytest.raises(ChatRefused):
        await bench.connector.update(bench.where, "m1", {"type": "message"})
    assert len(bench.server.seen) == 4


@pytest.mark.parametrize("body", [REGION, GEO])
async def test_elsewhere_means_every_address_that_was_seen_and_the_one_that_answers_is_remembered(
    bench: Bench, body: dict[str, Any]
) -> None:
    for region in ("apac", "fr", "emea", "in"):
        bench.connector.regions.seen(f"{bench.server.url}/{region}/")
    bench.server.script = [answering(403, body)] * 3
    assert await bench.send() == "m1"
    assert await bench.send() == "m1"
    assert [path.split("/")[1] for _, path, _ in bench.server.seen] == ["emea", "in", "fr", "apac", "apac"]
    bench.server.script = [answering(403, body), answering(404, {"error": {"code": "ActivityNotFoundInConversation"}})]
    with pytest.raises(ChatRefused, match="ActivityNotFound"):
        await bench.connector.update(bench.where, "gone", {"type": "message"})


async def test_elsewhere_without_another_address_is_for_later(bench: Bench) -> None:
    bench.server.script = [answering(403, REGION)]
    with pytest.raises(ChatUnavailable):
        await bench.send()

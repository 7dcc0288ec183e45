"""JSON batching: up to 20 requests in one, each judged alone.

https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from simulator.entra.errors import bad_request
from simulator.entra.message import Answer

MOST_REQUESTS = 20
_VERBS = ("GET", "POST", "PATCH", "PUT", "DELETE")
Perform = Callable[[dict[str, Any]], Awaitable[Answer]]


async def run(body: Any, perform: Perform, shuffle: random.Random, *, together: bool = True) -> Answer:
    """Performs the requests of a batch, dependants after what they depend on, and answers in no particular order.

    Args:
        together: requests may have to wait, so they run side by side; without that one after the other, which costs less.

    Raises:
        GraphError: 400, the batch as a whole cannot be read.
    """
    requests = _checked(body)
    waiting = {request["id"].lower(): request for request in requests}
    done: dict[str, Answer] = {}
    while waiting:
        ready = {key: request for key, request in waiting.items() if all(name in done for name in _needs(request))}
        if not ready:
            raise bad_request("The dependsOn of the requests form a circle.")
        performed = [_one(request, done, perform) for request in ready.values()]
        answers = await asyncio.gather(*performed) if together else [await one for one in performed]
        for key, answer in zip(ready, answers, strict=True):
            done[key] = answer
            del waiting[key]
    responses = [_printed(request["id"], done[request["id"].lower()]) for request in requests]
    shuffle.shuffle(responses)
    return Answer(200, {"responses": responses})


async def _one(request: dict[str, Any], done: dict[str, Answer], perform: Perform) -> Answer:
    if any(done[name].status >= 400 for name in _needs(request)):
        return Answer(424, {"error": {"code": "FailedDependency", "message": "Failed Dependency", "innerError": {}}})
    return await perform(request)


def _needs(request: dict[str, Any]) -> list[str]:
    return [name.lower() for name in request.get("dependsOn") or ()]


def _printed(request_id: str, answer: Answer) -> dict[str, Any]:
    printed: dict[str, Any] = {"id": request_id, "status": answer.status, "headers": {"Cache-Control": "no-cache", **answer.headers}}
    if answer.body is not None:
        printed["headers"].setdefault("Content-Type", "application/json")
        printed["body"] = _body(answer.body, printed["headers"]["Content-Type"]) if isinstance(answer.body, bytes) else answer.body
    return printed


def _body(content: bytes, kind: str) -> Any:
    """As an object, which is what the body of a part is when it is JSON; what is none stays text, and a picture is base64."""
    if kind.startswith("image/"):
        return base64.b64encode(content).decode()
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    return body if isinstance(body, dict) else content.decode()


def _checked(body: Any) -> list[dict[str, Any]]:
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > MOST_REQUESTS:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {MOST_REQUESTS}.")
    seen: set[str] = set()
    for request in requests:
        _check_one(request)
        key = request["id"].lower()
        if key in seen:
            raise bad_request(f"Request Id : {request['id']} has to be unique in a batch.")
        seen.add(key)
    for request in requests:
        missing = [name for name in _needs(request) if name not in seen]
        if missing:
            raise bad_request(f"Request {request['id']} depends on {missing[0]}, which is not in the batch.")
    return requests


def _check_one(request: Any) -> None:
    """One request of the batch: its members and their types."""
    if not isinstance(request, dict) or not all(isinstance(request.get(name), str) and request[name] for name in ("id", "method", "url")):
        raise bad_request("Every request of a batch needs id, method and url.")
    headers, needs = request.get("headers") or {}, request.get("dependsOn") or []
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise bad_request("The headers of a request must be strings.")
    if not isinstance(needs, list) or not all(isinstance(name, str) for name in needs):
        raise bad_request("dependsOn must be a list of ids.")
    if request["method"].upper() not in _VERBS:
        raise bad_request(f"The method '{request['method']}' is not supported in a batch.")
    if "://" in request["url"].partition("?")[0]:
        raise bad_request("The url of a request must be relative to the version of the batch.")
    if request.get("body") is not None and not any(name.lower() == "content-type" for name in headers):
        raise bad_request(f"Write request id : {request['id']} does not contain Content-Type header or body.")

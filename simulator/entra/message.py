"""What travels between the HTTP edge and the routes: a call, its answer, and the error that becomes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Call:
    """One Graph request after parsing; inner requests of a `$batch` look the same.

    `path` is decoded and starts behind the version; `params` are the decoded values of the wildcards of `template`. `permissions` are
    those of an app; a token of a signed-in user has `scopes` and `user_id` instead. `told` are headers of its answer that say what it cost.
    """

    method: str
    path: str
    template: str | None
    params: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    base_url: str
    request_id: str
    client_request_id: str
    raw_query: str = ""
    in_batch: bool = False
    app_id: str = ""
    permissions: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    user_id: str = ""
    version: str = "v1.0"
    told: Mapping[str, str] | None = None

    @property
    def advanced(self) -> bool:
        """Whether the caller asked for the eventually consistent index.

        https://learn.microsoft.com/graph/aad-advanced-queries
        """
        return self.headers.get("ConsistencyLevel", "").lower() == "eventual"

    @property
    def counted(self) -> bool:
        return self.query.get("$count", "").lower() == "true"


@dataclass(slots=True)
class Answer:
    """A status with a JSON body (dict), a raw body (bytes) or none."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class GraphError(Exception):
    """An answer other than success; the edge puts it in the envelope of the service.

    `repeat` copies the message into innerError, as the authentication-method back end does.
    """

    def __init__(self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None, repeat: bool = False) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.repeat = repeat


class RawError(Exception):
    """An error outside the envelope: the body goes out as it is."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.answer = Answer(status, body)


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """What a test can ask about a request after the fact. `template` is the path as the contract spells it, None if unknown.

    `scopes` are the delegated permissions of whoever was signed in, empty where an app called by itself.
    """

    method: str
    path: str
    template: str | None
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int
    answer: Any
    in_batch: bool
    app_id: str
    request_id: str
    client_request_id: str
    at: float
    version: str = "v1.0"
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the tenant's audit log: a `directoryAudit`, and when reads begin to show it."""

    body: dict[str, Any]
    at: float
    visible_at: float


@dataclass(frozen=True, slots=True)
class Write:
    """One change that took effect.

    `what` is `phone.create`, `phone.update`, `phone.delete`, `sms.enable`, `sms.disable`, or one of those in `writes`; `before` and `after`
    are what is told apart by them (a number, an address, an id, a state), never a secret.
    """

    what: str
    user_id: str
    upn: str
    phone_type: str
    before: str | None
    after: str | None
    app_id: str
    request_id: str
    client_request_id: str
    at: float

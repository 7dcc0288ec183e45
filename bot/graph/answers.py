"""What Graph said, whether it came alone or inside a `$batch`."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import Unavailable
from bot.quick_json import loaded
from bot.retry import asked_for

#: Graph's windows are of seconds to minutes; a mad figure must not shut the bot for hours.
LONGEST_SAID = 300.0
_UNREADABLE = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        status: HTTP status.
        headers: by name, in lower case or whatever case.
        body: parsed JSON; None when there is none; a private mark when it cannot be read as JSON.
        granted: of a read that was refused with 403: our own token holds what it takes, so that this is no word on our permissions.
    """

    status: int
    headers: Mapping[str, str]
    body: Any = None
    granted: bool = False

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], content: bytes) -> Answer:
        """The answer in an HTTP response."""
        body: Any = None
        if content:
            try:
                body = loaded(content)
            except (ValueError, RecursionError):  # the latter: nested deeper than anything that Graph says
                body = _UNREADABLE
        return cls(status, headers, body)

    @classmethod
    def of_part(cls, part: Mapping[str, Any]) -> Answer:
        """The answer in one member of a batch's `responses`; Unavailable when it is none."""
        status, headers = part.get("status"), part.get("headers") or {}
        if not isinstance(status, int) or isinstance(status, bool) or not isinstance(headers, dict):
            raise Unavailable("a part of a batch answer is malformed")
        return cls(status, {str(name).lower(): str(value) for name, value in headers.items()}, part.get("body"))

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def readable(self) -> bool:
        """Whether it may be Graph's: what is no JSON is a page of a proxy. Inside a batch it was Graph all the same that gave a status."""
        return self.body is not _UNREADABLE

    @property
    def silent(self) -> bool:
        """It says nothing but that Graph, or what stands between us, cannot answer now."""
        return self.status >= 500 or self.status == 408 or (self.status != 429 and not self.readable)

    @property
    def request_id(self) -> str:
        """Graph's own id of the request, or empty: https://learn.microsoft.com/graph/best-practices-concept#reliability-and-support"""
        return self.headers.get("request-id", "")

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object in the body.

        Raises:
            Unavailable: there is none; a gateway or a proxy spoke instead of Graph.
        """
        if not isinstance(self.body, dict):
            raise Unavailable("the body is not a JSON object", status=self.status, request_id=self.request_id)
        return self.body

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of a collection; Unavailable when the body is no collection."""
        rows = self.fields.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unavailable("the body is not a collection", status=self.status, request_id=self.request_id)
        return rows

    @property
    def texts(self) -> list[str]:
        """The strings of a collection of them; Unavailable when the body is no such collection."""
        texts = self.fields.get("value")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise Unavailable("the body is not a collection", status=self.status, request_id=self.request_id)
        return texts

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait as the answer says (whole, fractional or as a date), within reason; None when it does not say.

        https://learn.microsoft.com/graph/throttling
        """
        return asked_for(self.headers.get("retry-after"), LONGEST_SAID)

    @property
    def limit_used(self) -> float | None:
        """How much of its limit the app has used, from 0.8 to 1.8; None below that: https://learn.microsoft.com/graph/throttling"""
        text = self.headers.get("x-ms-throttle-limit-percentage", "").strip()
        return float(text) if re.fullmatch(r"\d{1,3}(\.\d*)?|\.\d+", text) else None

    @property
    def claims(self) -> str:
        """The claims of a challenge, base64 as sent, or empty: https://learn.microsoft.com/entra/identity-platform/claims-challenge"""
        found = re.search(r'claims="([^"]+)"', self.headers.get("www-authenticate", ""))
        return found[1] if found else ""


def challenged(challenge: str | None) -> str | None:
    """The JSON in the base64 of a claims challenge; None when there is none or it cannot be read."""
    if not challenge:
        return None
    try:
        return base64.b64decode(challenge + "=" * (-len(challenge) % 4), altchars=b"-_").decode()
    except (binascii.Error, UnicodeDecodeError):
        return None

"""A refusal of the token endpoint: https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""

from __future__ import annotations

import uuid

from simulator.entra.errors import iso
from simulator.entra.message import Answer


class LoginError(Exception):
    """A refusal of the login host, with its AADSTS number."""

    def __init__(self, number: int, message: str, error: str = "invalid_client", status: int = 401) -> None:
        super().__init__(message)
        self.number = number
        self.error = error
        self.status = status

    def answer(self, at: float) -> Answer:
        """The body as the token endpoint gives it."""
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = iso(at).replace("T", " ") + "Z"
        text = f"AADSTS{self.number}: {self} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        body = {
            "error": self.error,
            "error_description": text,
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return Answer(self.status, body)

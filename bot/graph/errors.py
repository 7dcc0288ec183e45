"""Graph's noes and silences, turned into our error tree. The only place that reads Graph's codes and texts.

Texts are unstable, so they are matched loosely: status first, then `error.code`, then a piece of the message in lower case.
"""

from __future__ import annotations

import re

import aiohttp

from bot.errors import (
    Conflict,
    DirectoryError,
    IsDefault,
    NotAuthorised,
    NotFound,
    NotLicensed,
    NumberNotUnique,
    Rejected,
    StillNeeded,
    Throttled,
    Unavailable,
)
from bot.graph.answers import Answer


class Unheard(Exception):
    """The SDK, or what it sends by, got no usable answer.

    Args:
        error: what it raised.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


#: What is raised when no usable answer came. Mistakes of ours (`httpx.InvalidURL`, `StreamError`) are not here.
SILENCES = (Unheard, aiohttp.ClientError, OSError, TimeoutError)

#: When a 429 does not say how long.
UNSAID_SECONDS = 2.0

#: `error.code` for want of a licence: of the audit log, 403 (https://learn.microsoft.com/graph/known-issues), and of eligible roles,
#: 400 (github.com/maester365/maester/issues/1421).
NO_LICENCE = ("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "AadPremiumLicenseRequired")

#: Of the default method: microsoftgraph/microsoft-graph-docs#18091, and its wording of before ("Cannot delete default method with other
#: methods configured. Please change default method before deletion.").
_DEFAULT = ("current default authentication method", "cannot delete default method")
_ALTERNATE = "without first deleting alternate mobile"

_NUMBER = re.compile(r"\+\d[\d ()x-]{4,}\d")


def translate(problem: Exception | Answer, permission: str = "") -> DirectoryError:
    """What went wrong, in our words.

    Args:
        problem: an answer other than 2xx (of a call or of a part of a batch), or what was raised instead of an answer.
        permission: the least application permission of the call, for a 403.

    Returns:
        The error to raise. An exception that is neither ours nor a silence is a mistake in the program and is raised as it is.
    """
    if isinstance(problem, Answer):
        return _refusal(problem, permission)
    if isinstance(problem, DirectoryError):
        return problem
    if isinstance(problem, SILENCES):
        return Unavailable(f"{named(problem)}: {_safe(str(problem))}".rstrip(": "))
    raise problem


def named(silence: Exception | None) -> str:
    """What a silence is called in a log."""
    return type(silence.error if isinstance(silence, Unheard) else silence).__name__


def _refusal(answer: Answer, permission: str) -> DirectoryError:
    status, request_id = answer.status, answer.request_id
    code, message = _said(answer)
    detail, lower = _safe(message), f"{code} {message}".lower()
    if not answer.readable and status != 429:  # somebody between us and Graph spoke, and knows nothing of accounts and permissions
        return Unavailable("the body is not JSON", retry_after=answer.retry_after, status=status, request_id=request_id)
    if code in NO_LICENCE:
        return NotLicensed(detail, permission=permission, status=status, code=code, request_id=request_id)
    if status == 403:
        return _forbidden(answer, NotAuthorised(detail, permission=permission, status=status, code=code, request_id=request_id))
    if status == 429:
        wait = answer.retry_after
        return Throttled(detail, retry_after=UNSAID_SECONDS if wait is None else wait, code=code, request_id=request_id)
    kind: type[DirectoryError]
    if status == 401:
        kind = NotAuthorised
    elif status == 404:
        kind = NotFound
    elif status == 409:
        kind = NumberNotUnique if "unique" in lower else Conflict
    elif status == 400 and "already registered" in lower:
        kind = Conflict
    elif status == 400 and any(said in lower for said in _DEFAULT):
        kind = IsDefault
    elif status == 400 and _ALTERNATE in lower:
        kind = StillNeeded
    elif 400 <= status < 500 and status not in (408, 424):
        kind = Rejected
    else:
        return Unavailable(detail, retry_after=answer.retry_after, status=status, code=code, request_id=request_id)
    return kind(detail, status=status, code=code, request_id=request_id)


def _forbidden(answer: Answer, error: NotAuthorised) -> DirectoryError:
    """The error itself, unless the permission that it names is not what is missing."""
    if not answer.granted:
        return error
    detail = f"refused, though our token holds {error.permission}"
    return Unavailable(detail, status=error.status, code=error.code, request_id=error.request_id)


def _said(answer: Answer) -> tuple[str, str]:
    """(code, message) of an error body: https://learn.microsoft.com/graph/errors. Both may be empty.

    An unknown route answers `{"Message": …}` without an error object.
    """
    body = answer.body if isinstance(answer.body, dict) else {}
    error = body.get("error")
    if isinstance(error, dict):
        return str(error.get("code") or ""), str(error.get("message") or "")
    return "", str(body.get("Message") or "")


def _safe(text: str) -> str:
    """The text without phone numbers, and not longer than a log line bears."""
    return _NUMBER.sub("+…", text)[:500]

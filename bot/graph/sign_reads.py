"""The addresses of what may be known of a caller, as `reads` has those of everything else.

The logs of Entra are filtered by what their resources say can be filtered, which is less than for objects of the directory.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from bot.graph.permissions import READ_AUDITS, READ_RISK, READ_USERS
from bot.graph.reads import MOST_ROWS, Read

MOST_SIGN_INS = 200  # of one person, the newest ones


def risk(user_id: str) -> Read:
    """What Entra ID Protection says of somebody; 404 when that is nothing: https://learn.microsoft.com/graph/api/riskyuser-get"""
    return Read(f"/identityProtection/riskyUsers/{user_id}", READ_RISK)


def sign_ins(user_id: str, since: datetime) -> Read:
    """Somebody's interactive sign-ins, newest first; whether one failed can be filtered by eq alone, so all of them.

    https://learn.microsoft.com/graph/api/signin-list
    """
    return Read(_logged("signIns", f"userId eq '{user_id}' and createdDateTime ge {_moment(since)}", MOST_SIGN_INS), READ_AUDITS)


def steps_of_sign_ins(user_id: str, since: datetime) -> Read:
    """Those that succeeded, with the steps they took, which beta alone has."""
    succeeded = f"userId eq '{user_id}' and status/errorCode eq 0 and createdDateTime ge {_moment(since)}"
    return Read(_logged("signIns", succeeded, MOST_SIGN_INS), READ_AUDITS, beta=True)


def audits_about(user_id: str, since: datetime) -> Read:
    """What the audit log says was done to an account, whoever did it: https://learn.microsoft.com/graph/api/directoryaudit-list"""
    about = f"category eq 'UserManagement' and targetResources/any(t:t/id eq '{user_id}') and activityDateTime ge {_moment(since)}"
    return Read(_logged("directoryAudits", about, MOST_ROWS), READ_AUDITS)


def profile_phones(user_id: str) -> Read:
    """The numbers of the profile, which are no authentication phones."""
    return Read(f"/users/{user_id}?$select=id,mobilePhone,businessPhones", READ_USERS)


def _logged(log: str, expression: str, most: int) -> str:
    return f"/auditLogs/{log}?$filter={quote(expression, safe='')}&$top={most}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

"""The tenant's audit log: what each change leaves behind, and how the log is read.

https://learn.microsoft.com/graph/api/resources/directoryaudit and directoryaudit-list
No authentic record of an application's change to a phone was found; the shape is the documented one, the texts are those that
published hunting queries look for: https://github.com/reprise99/Sentinel-Queries
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from simulator import cast
from simulator.entra.errors import bad_request
from simulator.entra.listing import allow_only, page
from simulator.entra.log_filter import Filterable, Test, compiled
from simulator.entra.message import Answer, AuditRow, Call, GraphError, Write
from simulator.entra.state import PHONE_IDS, Tenant

REGISTERED, UPDATED, DELETED = (f"Admin {what} security info" for what in ("registered", "updated", "deleted"))
_SAID = {
    "phone.create": (REGISTERED, "Admin registered phone method for user"),
    "phone.update": (UPDATED, "Admin changed phone method for user"),
    "phone.delete": (DELETED, "Admin deleted phone method for user"),
    "sms.enable": (UPDATED, "Admin changed phone method for user"),
    "sms.disable": (UPDATED, "Admin changed phone method for user"),
}
METHODS, DIRECTORY = "Authentication Methods", "Core Directory"
#: What is no method: the activity, and who logs it. Names from the published list of activities, as far as it has them:
#: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
_ELSEWHERE = {
    "default.update": ("PATCH UserAuthMethod.PatchSignInPreferencesAsync", METHODS),
    "mfa.update": ("Update user", DIRECTORY),
    "account.enable": ("Enable account", DIRECTORY),
    "account.disable": ("Disable account", DIRECTORY),
    "password.reset": ("Reset user password", DIRECTORY),
    "sessions.revoke": ("Update StsRefreshTokenValidFrom Timestamp", DIRECTORY),
}
_VERBS = {
    "create": (REGISTERED, "registered"),
    "update": (UPDATED, "changed"),
    "delete": (DELETED, "deleted"),
    "deactivate": (UPDATED, "changed"),
}
# Often seen beside such a change: Microsoft's own app carries it over into the directory.
_CONNECTOR = "1f5530b3-261a-47a9-b357-ded261e17918"
_NAMES = {cast.GRAPH_APP_ID: "Doorman", cast.BOT_APP_ID: "Doorman bot", _CONNECTOR: "Azure MFA StrongAuthenticationService"}

_BY = Filterable(
    moment="activityDateTime",
    equals=frozenset(("activityDisplayName", "category", "loggedByService", "correlationId"))
    | {f"initiatedBy/{name}" for name in ("app/appId", "app/displayName", "user/id", "user/displayName", "user/userPrincipalName")},
    begins=frozenset(("activityDisplayName",)),
    targets=True,
)
_ORDER = re.compile(r"activityDateTime( asc| desc)?")


def rows(write: Write, visible_at: float) -> Iterator[AuditRow]:
    """What a change leaves in the log: the record of the methods' back end, and its echo in the directory."""
    if write.what not in _SAID:
        yield _other_row(write, visible_at)
        return
    activity, reason = _SAID[write.what]
    method = (("AuthenticationMethodId", PHONE_IDS[write.phone_type]), ("AuthenticationMethodType", write.phone_type))
    # An SMS switch is no change of the number, which is all that is known of what stands there.
    modified = [
        *(
            {"displayName": name, "oldValue": value if write.before else None, "newValue": value if write.after else None}
            for name, value in method
        ),
        {"displayName": "PhoneNumber", "oldValue": write.before, "newValue": write.after},
    ]
    yield row(
        write.user_id, write.upn, write.at, app_id=write.app_id, activity=activity, reason=reason, modified=modified, visible_at=visible_at
    )
    yield row(
        write.user_id, write.upn, write.at, app_id=_CONNECTOR, activity="Update user", reason="", service=DIRECTORY,
        modified=touched("StrongAuthenticationUserDetails"), visible_at=visible_at,
    )  # fmt: skip


def _other_row(write: Write, visible_at: float) -> AuditRow:
    """What anything but a phone leaves; no secret and no name of a device is in it."""
    if write.what in _ELSEWHERE:
        activity, service = _ELSEWHERE[write.what]
        modified = touched("StrongAuthenticationRequirement") if write.what == "mfa.update" else None
        return row(
            write.user_id, write.upn, write.at, app_id=write.app_id, activity=activity, reason="", service=service, modified=modified,
            visible_at=visible_at,
        )  # fmt: skip
    kind, _, verb = write.what.partition(".")
    activity, done = _VERBS[verb]
    return row(
        write.user_id, write.upn, write.at, app_id=write.app_id, activity=activity, reason=f"Admin {done} {kind} method for user",
        visible_at=visible_at,
    )  # fmt: skip


def row(
    user_id: str,
    upn: str,
    at: float,
    *,
    app_id: str = cast.GRAPH_APP_ID,
    activity: str = UPDATED,
    reason: str = "Admin changed phone method for user",
    service: str = METHODS,
    modified: list[dict[str, Any]] | None = None,
    visible_at: float | None = None,
) -> AuditRow:
    """One record about a user, made by an application."""
    unique = str(uuid.uuid4())
    body = {
        "id": f"{service}_{unique}",
        "category": "UserManagement",
        "correlationId": str(uuid.uuid4()),  # nothing says that it is the client's or Graph's own request id
        "result": "success",
        "resultReason": reason,
        "activityDisplayName": activity,
        "activityDateTime": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S.%f}0Z",
        "loggedByService": service,
        "operationType": "ServiceApi" if service == METHODS else "Update",
        "initiatedBy": {
            "user": None,
            "app": {
                "appId": app_id,
                "displayName": _NAMES.get(app_id),
                "servicePrincipalId": cast.stable_id(f"service principal {app_id}"),
                "servicePrincipalName": None,
            },
        },
        "targetResources": [
            {
                "id": user_id,
                "displayName": None,
                "type": "User",
                "userPrincipalName": upn,
                "groupType": None,
                "modifiedProperties": modified or [],
            }
        ],
        "additionalDetails": [],
    }
    return AuditRow(body, at, at if visible_at is None else visible_at)


def list_audits(tenant: Tenant, call: Call) -> Answer:
    """The log, newest first unless `$orderby` says otherwise."""
    allow_only(call, "$filter", "$top", "$orderby", "$skiptoken")
    if tenant.licence == "Free":  # https://learn.microsoft.com/graph/known-issues
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)
    order = _ORDER.fullmatch(call.query.get("$orderby", "activityDateTime desc"))
    if order is None:
        raise bad_request("Invalid orderby clause.")
    tests = _compiled(call.query["$filter"]) if "$filter" in call.query else []
    now = tenant.clock()
    found = [row for row in tenant.audits if row.visible_at <= now and all(test(row.body) for test in tests)]
    found.sort(key=lambda row: row.at, reverse=order[1] == " desc")
    return page(call, found, lambda row: row.body, "auditLogs/directoryAudits")


def _compiled(text: str) -> list[Test]:
    """The clauses of a `$filter`."""
    return compiled(text, _BY)


def touched(*names: str) -> list[dict[str, Any]]:
    """The attributes that an update of an account touched, by name; their values, which no page describes, are left out."""
    named = [{"displayName": name, "oldValue": None, "newValue": None} for name in names]
    return [*named, {"displayName": "Included Updated Properties", "oldValue": None, "newValue": f'"{", ".join(names)}"'}]

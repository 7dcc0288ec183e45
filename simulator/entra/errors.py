"""The errors of both back ends (directory and authentication methods) and their envelope."""

from __future__ import annotations

import time
from typing import Any

from simulator.entra.message import Answer, Call, GraphError

INSUFFICIENT = "Insufficient privileges to complete the operation."


def iso(at: float) -> str:
    """Seconds since the epoch as the service prints a date."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))


def envelope(error: GraphError, request_id: str, client_request_id: str, at: float) -> Answer:
    """The answer for an error; shape: https://learn.microsoft.com/graph/errors"""
    inner: dict[str, Any] = {"message": error.message} if error.repeat else {}
    inner |= {"date": iso(at), "request-id": request_id, "client-request-id": client_request_id}
    return Answer(error.status, {"error": {"code": error.code, "message": error.message, "innerError": inner}}, dict(error.headers))


def method_error(message: str, *, status: int = 400, code: str = "badRequest") -> GraphError:
    """An error of the authentication-method back end, whose codes are camelCase and coarse."""
    return GraphError(status, code, message, repeat=True)


def bad_request(message: str) -> GraphError:
    """What the gateway and its OData layer say about a request they cannot read."""
    return GraphError(400, "BadRequest", message)


def unsupported(message: str = "Unsupported Query.") -> GraphError:
    """A directory query that needs the advanced engine, or that no engine answers."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def no_such_object(key: str) -> GraphError:
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
    )


def no_such_segment(segment: str) -> GraphError:
    return bad_request(f"Resource not found for the segment '{segment}'.")


def denied(call: Call) -> GraphError:
    """Permission missing; the back ends word it differently."""
    if call.template and call.template.endswith("/sendMail"):
        return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    if call.template and "/teamwork/" in call.template:
        return GraphError(
            403, "Forbidden", f"Missing role permissions on the request. Roles on the request '{', '.join(sorted(call.permissions))}'."
        )
    if call.template and "/authentication/" in call.template:
        return method_error("Request Authorization failed", status=403, code="accessDenied")
    return GraphError(403, "Authorization_RequestDenied", INSUFFICIENT)


def unauthenticated(message: str, claims: str | None = None) -> GraphError:
    """401; with `claims` (base64) it is a continuous access evaluation challenge.

    https://learn.microsoft.com/entra/identity-platform/claims-challenge
    """
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    if claims is not None:
        challenge += f', error="insufficient_claims", claims="{claims}"'
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})

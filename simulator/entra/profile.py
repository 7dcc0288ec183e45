"""What decorates an account: its photo, and when it last signed in.

https://learn.microsoft.com/graph/api/profilephoto-get and resources/signinactivity
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from simulator.entra.errors import bad_request, iso
from simulator.entra.listing import allow_only
from simulator.entra.message import Answer, Call, GraphError

if TYPE_CHECKING:
    from simulator.entra.state import Person, Tenant

ACTIVITY = "signInActivity"
_PHOTOS = Path(__file__).parents[1] / "photos"
_SIZES = frozenset(f"{side}x{side}" for side in (48, 64, 96, 120, 240, 360, 432, 504, 648))


@cache
def photo_called(name: str) -> bytes | None:
    """The picture in `simulator/photos`, 48 by 48; None without a name."""
    return (_PHOTOS / name).read_bytes() if name else None


def get_photo(tenant: Tenant, call: Call) -> Answer:
    """The picture itself: one that was never stored larger is given as it is, whatever size is asked for."""
    allow_only(call)
    person, size = tenant.find(call.params[0]), call.params[1]
    if person is None:
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{call.params[0]}' is invalid.")
    if size not in _SIZES or person.photo is None:
        text = "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."
        raise GraphError(404, "ImageNotFound", text)
    return Answer(200, person.photo, {"Content-Type": "image/jpeg"})


def activity(person: Person) -> dict[str, Any] | None:
    """`signInActivity`; None for whoever never signed in, of whom the service leaves it out."""
    if person.last_sign_in is None:
        return None
    at = f"{iso(person.last_sign_in)}Z"
    return {
        "lastSignInDateTime": at,
        "lastSignInRequestId": person.id,
        "lastNonInteractiveSignInDateTime": at,
        "lastNonInteractiveSignInRequestId": person.id,
        "lastSuccessfulSignInDateTime": at,
        "lastSuccessfulSignInRequestId": person.id,
    }


def check_activity(tenant: Tenant, call: Call, names: Collection[str]) -> None:
    """Raises GraphError where the sign-in activity is asked for and not to be had: it takes a permission and a licence beside those of
    the account, and of one account only its id as the key."""
    if ACTIVITY not in names:
        return
    if "AuditLog.Read.All" not in call.permissions:
        text = "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API."
        raise GraphError(403, "Authentication_MSGraphPermissionMissing", text)
    if tenant.licence == "Free":  # https://learn.microsoft.com/graph/known-issues
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)
    if call.params:
        try:
            UUID(call.params[0])
        except ValueError:
            raise bad_request("Get By Key only supports UserId and the key has to be a valid Guid") from None

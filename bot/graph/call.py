"""One call as the throttle gate sees it: which of Graph's limits it counts against, and how it is told in a log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.logs import path_shown


class Limit(StrEnum):
    """What Graph counts and refuses apart from everything else, as far as it says so, and each back end of its own by itself.

    https://learn.microsoft.com/graph/throttling-limits
    """

    DIRECTORY = "directory"  # users and groups: resource units
    DIRECTORY_WRITES = "directory writes"  # counted beside the units, and refused while reads are still answered
    METHODS = "methods"
    METHODS_WRITES = "methods writes"
    ROLES = "roles"
    POLICIES = "policies"
    REPORTS = "reports"  # the audit log, sign-ins and the registration report: five requests in ten seconds
    RISK = "risk"  # Entra ID Protection: one request a second, of all applications of a tenant together
    MAIL = "mail"  # of one mailbox
    APPS = "apps"  # of Teams, installed for somebody
    PHOTOS = "photos"  # which another back end has
    OTHER = "other"


EVERY_LIMIT = frozenset(Limit)
#: Those that bulk jobs hardly touch: a refusal says nothing about their pace.
BESIDE_BULK = frozenset({Limit.POLICIES, Limit.REPORTS, Limit.RISK, Limit.MAIL, Limit.APPS, Limit.PHOTOS})

_TOP = {
    "users": Limit.DIRECTORY,
    "groups": Limit.DIRECTORY,
    "identityGovernance": Limit.ROLES,
    "identityProtection": Limit.RISK,
    "roleManagement": Limit.ROLES,
    "policies": Limit.POLICIES,
    "auditLogs": Limit.REPORTS,
    "reports": Limit.REPORTS,
}
_BELOW_USERS = {"authentication": Limit.METHODS, "sendMail": Limit.MAIL, "teamwork": Limit.APPS, "photos": Limit.PHOTOS}
_WRITES = {Limit.DIRECTORY: Limit.DIRECTORY_WRITES, Limit.METHODS: Limit.METHODS_WRITES}


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        path: below the host, with its version, without a query.
        reads: it changes nothing, so it may be sent again after a fleeting failure.
        limits: what a refusal of it holds up; of a batch those of its parts.
    """

    method: str
    path: str
    reads: bool
    limits: frozenset[Limit]

    @classmethod
    def of(cls, method: str, url: str, *, reads: bool | None = None, limits: frozenset[Limit] | None = None) -> Call:
        """The call to an address; `reads` where the method does not tell, `limits` where the address does not."""
        path = urlsplit(url).path
        changes = not (method == "GET" if reads is None else reads)
        return cls(method, path, not changes, frozenset({limit_of(path, writes=changes)}) if limits is None else limits)

    @property
    def parted(self) -> bool:
        """It is several calls, each with an answer of its own."""
        return self.path.endswith("/$batch")

    @property
    def told(self) -> str:
        """For a log: no id of anybody, no address, nothing that was searched for."""
        return f"{self.method} {path_shown(self.path)}"


def limit_of(path: str, *, writes: bool = False) -> Limit:
    """What a call to this path, with or without a version, counts against."""
    parts = [part for part in path.split("/") if part and part not in ("v1.0", "beta")]
    limit = _BELOW_USERS.get("".join(parts[2:3])) or _TOP.get(parts[0] if parts else "", Limit.OTHER)
    return _WRITES.get(limit, limit) if writes else limit

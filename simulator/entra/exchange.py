"""Exchange Online as far as an application sends mail from a mailbox of the tenant: who may, how much, and what arrives where.

https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits
https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from simulator import cast
from simulator.entra.errors import denied
from simulator.entra.message import Call, GraphError
from simulator.entra.quotas import Window, too_many

if TYPE_CHECKING:
    from simulator.entra.state import Person, Tenant

SEND_MAIL = "/users/{user-id}/sendMail"
MESSAGES, MINUTE = 30, 60.0
RECIPIENTS, DAY = 10_000, 86_400.0


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail that was accepted; whether it arrived is another matter, see `Exchange.inbox`.

    `to` are all its recipients, copies and blind copies among them; `content_type` is "text" or "html"; `saved` says whether the mailbox
    keeps a copy.
    """

    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    content_type: str
    content: str
    saved: bool
    app_id: str
    at: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"to": list(self.to)}


@dataclass(kw_only=True)
class SendingLimits:
    """What one mailbox may send: so many messages a minute, and so many recipients in 24 hours. `scale` divides the length of both windows.

    Raises:
        ValueError: one of them is not positive.
    """

    messages: int = MESSAGES
    recipients: int = RECIPIENTS
    scale: float = 1.0
    _used: dict[str, tuple[Window, Window]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if any(not 0 < value < math.inf for value in (self.messages, self.recipients, self.scale)):
            raise ValueError("messages, recipients and scale must be positive")

    def take(self, mailbox: str, recipients: int, now: float) -> None:
        """Counts a message.

        Of messages above the pace the page says that they are let through later, or refused to those who submit by SMTP; of Graph it says
        nothing. Refused is what is assumed here, in the way the Outlook service refuses too much of anything
        (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits). Beyond the recipients of a day the code is the one
        of Exchange (https://learn.microsoft.com/troubleshoot/dynamics-365/sales/errorsubmissionquotaexceeded-exception); the status is
        assumed, and nothing tells how long to wait.

        Raises:
            GraphError: 429, one of the limits does not allow it; nothing is counted then.
        """
        if mailbox not in self._used:
            self._used[mailbox] = (Window(self.messages, MINUTE / self.scale), Window(self.recipients, DAY / self.scale))
        pace, day = self._used[mailbox]
        pace.move_to(now)
        day.move_to(now)
        if not day.holds(recipients):
            raise GraphError(
                429,
                "ErrorSubmissionQuotaExceeded",
                "The message can't be submitted because the sender's submission quota was exceeded., Cannot submit message.",
            )
        if not pace.holds(1):
            wait = pace.wait(now, 1)
            after = str(max(1, math.ceil(wait))) if self.scale == 1 else f"{math.ceil(wait * 1000) / 1000:g}"
            raise too_many({"Retry-After": after}, "ApplicationThrottled")
        pace.add(now, 1)
        day.add(now, recipients)


class Exchange:
    """The mailboxes, and what was sent from them. All of it may be changed by tests.

    Attributes:
        assigned: which mailboxes an application may send from by role assignments of Exchange ("RBAC for Applications"): app id → addresses
            or object ids. These need no consent in Entra, add to what was consented there, and show in no token.
        policy: the mailboxes to which an application access policy narrows what was consented in Entra; None when there is no such
            policy, so that Mail.Send opens every mailbox.
        limits: in force; None for none.
        bouncing: addresses at which nothing arrives, of which the sender's answer tells nothing.
    """

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.assigned: dict[str, set[str]] = {cast.GRAPH_APP_ID: {cast.NOTICES.upn}}
        self.policy: set[str] | None = None
        self.limits: SendingLimits | None = SendingLimits()
        self.bouncing: set[str] = set()

    def opens(self, call: Call) -> bool:
        """Whether an assignment lets this application send mail from some mailbox, whatever its token says."""
        return call.template == SEND_MAIL and bool(self.assigned.get(call.app_id))

    def check_access(self, call: Call, mailbox: Person) -> None:
        """Passes silently when the application may send from this mailbox.

        Raises:
            GraphError: 403, it may not.
        """
        names = {mailbox.id, mailbox.upn.lower(), *_addresses(mailbox)}
        if names & _folded(self.assigned.get(call.app_id, ())):
            return
        if "Mail.Send" not in call.permissions:
            raise denied(call)
        if self.policy is not None and not names & _folded(self.policy):
            raise GraphError(
                403,
                "ErrorAccessDenied",
                "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",
            )

    def inbox(self, tenant: Tenant, key: str) -> list[Mail]:
        """What arrived for a person (by name, user principal name or id) or at an address, inside or outside the tenant; oldest first."""
        try:
            addresses = _addresses(tenant.person(key))
        except KeyError:
            addresses = {key.lower()}
        reached = {address for address in addresses if self._arrives(tenant, address)}
        return [mail for mail in self.mails if not reached.isdisjoint(_folded(mail.to))]

    def _arrives(self, tenant: Tenant, address: str) -> bool:
        """Whether somebody gets what is sent there: inside the tenant a mailbox needs this address, and a sign-in name need not be one."""
        if address in _folded(self.bouncing):
            return False
        if not address.endswith(f"@{tenant.domain}"):
            return True
        return any(person.mailbox and address in _addresses(person) for person in tenant.accounts())

    def described(self) -> dict[str, Any]:
        """All but the mails, for a process elsewhere."""
        limits = self.limits
        return {
            "assigned": {app: sorted(names) for app, names in self.assigned.items()},
            "policy": None if self.policy is None else sorted(self.policy),
            "bouncing": sorted(self.bouncing),
            "limits": limits and {"messages": limits.messages, "recipients": limits.recipients, "scale": limits.scale},
        }

    def change(self, wanted: dict[str, Any]) -> None:
        """Puts it in another state, with the names of `described`; limits begin with nothing used.

        Raises:
            ValueError: an unknown name, or a value it cannot have.
        """
        found: dict[str, Any] = {}
        for name, value in wanted.items():
            if (name == "policy" and value is None) or (name in ("policy", "bouncing") and _texts(value)):
                found[name] = None if value is None else set(value)
            elif name == "assigned" and isinstance(value, dict) and all(_texts(names) for names in value.values()):
                found[name] = {app: set(names) for app, names in value.items()}
            elif name == "limits" and (value is None or isinstance(value, dict)):
                found[name] = None if value is None else _limits(value)
            else:
                raise ValueError(f"{name}={value!r} is nothing that can be said of Exchange")
        for name, value in found.items():
            setattr(self, name, value)


def _limits(wanted: dict[str, Any]) -> SendingLimits:
    try:
        return SendingLimits(**wanted)
    except TypeError as error:
        raise ValueError(str(error)) from None


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _folded(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _addresses(person: Person) -> set[str]:
    """Where mail for this account goes to, folded."""
    return {address.lower().removeprefix("smtp:") for address in person.proxy_addresses if address.lower().startswith("smtp:")}

"""How a person signs in, as state: methods other than phones, the pass, the default, sessions. Knows nothing of HTTP."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from simulator import cast
from simulator.entra.registrations import RegistrationReport
from simulator.registered import KINDS, Registered, registered

# https://learn.microsoft.com/graph/api/resources/emailauthenticationmethod: the same id for everybody
EMAIL_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
LONG_AGO = "2025-01-06T08:00:00Z"


@dataclass(frozen=True, slots=True)
class HeldMethod:
    """A registered method and its id."""

    id: str
    method: Registered

    @property
    def kind(self) -> str:
        return self.method.kind

    def shown(self, version: str) -> dict[str, Any]:
        """As the service prints it in that version, with its type."""
        method, kind = self.method, KINDS[self.method.kind]
        usual = {**kind.facts, **kind.beta_facts} if version == "beta" else kind.facts
        body: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind.type_name}AuthenticationMethod", "id": self.id}
        body |= {name: method.facts.get(name, value) for name, value in usual.items()}
        body["createdDateTime"] = method.created
        if version == "beta":  # https://learn.microsoft.com/graph/api/resources/authenticationmethod?view=graph-rest-beta
            body["lastUsedDateTime"] = method.used
        return body


@dataclass(frozen=True, slots=True)
class TemporaryPass:
    """A pass without its code, which nobody keeps. `created` and `start` are seconds since the epoch."""

    id: str
    created: float
    start: float
    lifetime_minutes: int
    usable_once: bool
    used: bool = False

    @property
    def end(self) -> float:
        return self.start + self.lifetime_minutes * 60


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a person can sign in with at one moment; `phones` is by phoneType."""

    phones: Mapping[str, Any]
    methods: tuple[HeldMethod, ...]
    temporary_pass: TemporaryPass | None


@dataclass
class SignIn:
    """How one person signs in.

    `usual` has the facts of kinds that `strong` names, where they are not those of everybody; `default` is the preferred second factor as
    signInPreferences names it; `unusable_because` forces the methodUsabilityReason of the pass; `enabled_on_premises` is what the next
    directory synchronisation writes.
    """

    methods: tuple[HeldMethod, ...] = ()
    usual: Mapping[str, Registered] = field(default_factory=dict)
    temporary_pass: TemporaryPass | None = None
    default: str | None = None
    system_preferred: bool = False
    per_user_mfa: str = "disabled"
    unusable_because: str | None = None
    federated: bool = False
    enabled_on_premises: bool = True
    sessions_valid_from: str = LONG_AGO
    password_changed: str = LONG_AGO
    registrations: int = 0

    def add(self, owner: str, method: Registered) -> HeldMethod:
        """Registers one more method; its id follows from what it is, so that it is the same at every start."""
        self.registrations += 1
        held = HeldMethod(EMAIL_ID if method.kind == "email" else _made_up(f"registration {self.registrations} of {owner}"), method)
        self.methods = (*self.methods, held)
        return held


@dataclass
class PassPolicy:
    """The tenant's policy for passes; `targets` are group ids or all_users.

    https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
    """

    state: str = "enabled"
    default_lifetime: int = 60
    minimum_lifetime: int = 60
    maximum_lifetime: int = 480
    default_length: int = 8
    usable_once: bool = False
    targets: tuple[str, ...] = ("all_users",)
    excluded: tuple[str, ...] = ()
    refuses_creation: bool = True  # some deployments create a pass that is then DisabledByPolicy


@dataclass
class TenantSignIn:
    """What holds for the whole tenant. `delete_delay` is how many seconds a deleted method still shows in reads; `older_wording` is of the
    refusal to delete a default method, as it was worded until 2022;
    `app_roles` are the directory roles of service principals, by app id."""

    pass_policy: PassPolicy = field(default_factory=PassPolicy)
    disabled_methods: set[str] = field(default_factory=set)  # ids of other method configurations that are off
    delete_delay: float = 0.0
    older_wording: bool = False
    app_roles: dict[str, set[str]] = field(default_factory=dict)
    report: RegistrationReport = field(default_factory=RegistrationReport)
    operations: dict[tuple[str, str], float] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def _usual(kind: str, upn: str, person_id: str) -> HeldMethod:
    """The method that a kind named in `strong` stands for.

    Raises:
        ValueError: no such kind.
    """
    if kind == "email":
        return HeldMethod(EMAIL_ID, registered("email", emailAddress=f"{person_id[:8]}@mail.example"))
    return HeldMethod(_made_up(f"{kind} of {upn}"), registered(kind))


def sign_in_of(member: cast.Member) -> SignIn:
    """The state an account starts with."""
    state = SignIn(
        default=member.default,
        system_preferred=member.system_preferred,
        per_user_mfa=member.per_user_mfa,
        federated=member.federated,
        enabled_on_premises=member.enabled,
    )
    state.usual = {method.kind: method for method in member.methods if method.kind in member.strong}
    for method in member.methods:
        if method.kind not in member.strong:
            state.add(member.upn, method)
    return state


def held(strong: Iterable[str], upn: str, person_id: str, state: SignIn) -> tuple[HeldMethod, ...]:
    """The methods of a person: those of the kinds in `strong`, then the others."""
    named = [_usual(kind, upn, person_id) for kind in strong]
    return (*(HeldMethod(one.id, state.usual.get(one.kind, one.method)) for one in named), *state.methods)


def _made_up(name: str) -> str:
    """An id that looks as the service's do."""
    return base64.urlsafe_b64encode(uuid.UUID(cast.stable_id(name)).bytes).decode().rstrip("=")

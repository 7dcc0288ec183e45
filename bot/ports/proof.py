"""Proof of the caller, and what may be known of one, as services see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.proof import Proof
from bot.domain.proof_lock import Lock
from bot.domain.remarks import LogNote
from bot.domain.signals import OldNumber, Signals


class Proofs(Protocol):
    """Proofs of callers, for all replicas. May raise `StoreUnavailable`; each is one transaction."""

    async def get(self, proof_id: str) -> Proof | None:
        """One proof, or None."""

    async def of(self, operation_id: str, failed_since: datetime) -> tuple[Proof, ...]:
        """All proofs that were asked for on one operation, and those of others about the same person that failed since; in order."""

    async def standing(self, given: Collection[Proof]) -> tuple[Proof, ...]:
        """Those of these that were given and that nobody has withdrawn since."""

    async def ask(self, proof: Proof, operation: Operation, until: datetime, event: AuditEvent) -> Operation | None:
        """Asks for a proof, whose operation then waits until a moment at least, and has whoever is to answer brought their card.

        Returns:
            The operation as it is then; None when it waits no more, or another proof about this person is being asked for.
        """

    async def note(self, proof: Proof, event: AuditEvent, post: LogNote | None = None) -> None:
        """Keeps that a kind is not possible for an operation.

        Args:
            post: what the log channel is told of it.
        """

    async def waited_for(self, target_id: str, now: datetime) -> str:
        """The operation whose proof about this person is being waited for; empty for none."""

    async def asked_of(self, person_id: str, since: datetime) -> int:
        """How many proofs somebody was asked to give, or to vouch for, since a moment."""

    async def answer(self, proof: Proof, event: AuditEvent, until: datetime, lock: Lock | None = None, *, late: bool = False) -> bool:
        """A proof that was asked for has been answered, or has ended; its operation waits until a moment at least.

        Args:
            lock: a freeze of the person that comes with it.
            late: it counts whatever was answered before, but for the same word of whoever was asked.

        Returns:
            False when it was answered before, or ended, or when the time for an answer is over.
        """

    async def put_card(self, proof_id: str, card_id: str) -> None:
        """Where the card is on which it is answered."""


class Signs(Protocol):
    """What the tenant tells about somebody beyond their account, by optional permissions."""

    def ahead(self, person: Person) -> None:
        """Begins to read what `signals` will be asked for, beside whatever else is read of somebody; nobody waits for it."""

    async def signals(self, dossier: Dossier, *, lost: bool = False) -> Signals:
        """What is known of somebody, remembered for `SIGNALS_STAND`; what cannot be read is not seen. Raises nothing.

        Args:
            lost: a device is said to be lost.
        """

    async def old_numbers(self, dossier: Dossier, since: datetime) -> tuple[OldNumber, ...]:
        """The numbers that have been the person's since before a moment, the best one first: registered phones, then the profile's.

        Raises:
            DirectoryError: the log of changes cannot be read, so of no number that can be said.
        """

    async def manager_changed(self, person_id: str, since: datetime) -> bool:
        """Whether somebody was given another manager since a moment.

        Raises:
            DirectoryError: the log of changes cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who has signed in, freshly and with MFA, in our tenant.

    Attributes:
        session: the first characters of the token's `uti`, for the trail.
    """

    object_id: str
    name: str
    session: str = ""


@dataclass(frozen=True, slots=True)
class SignInBegun:
    """A sign-in that somebody is sent to.

    Attributes:
        url: of the sign-in page.
        flow: what has to be kept until they are back, as JSON; no token is in it.
    """

    url: str
    flow: str


class SignInRefused(Exception):
    """Whoever came back has not proved who they are; the text says why, `code` is for the trail.

    Attributes:
        code: "cancelled", "no_mfa" (the sign-in lacked MFA or the authentication context), "stale", "other_tenant", "unusable".
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


#: Whoever has the link may begin again and again; each time is kept until it expires.
MOST_FLOWS = 20


@dataclass(frozen=True, slots=True)
class SignInFlow:
    """A sign-in on its way.

    Attributes:
        flow: as `SignInBegun.flow`; empty where it was used before, or comes back with another browser's cookie.
        again: its claims were demanded explicitly.
        used: somebody has come back from it before.
    """

    proof_id: str
    flow: str
    again: bool
    expires_at: datetime
    used: bool = False


class SignInFlows(Protocol):
    """Sign-ins on their way and back. May raise `StoreUnavailable`.

    `state` and `cookie` are 32 random bytes each; the one is in addresses, the other in the browser that began alone.
    """

    async def begun(self, state: str, cookie: str, flow: SignInFlow, now: datetime) -> bool:
        """Somebody is sent to sign in. False, and nothing kept, where `MOST_FLOWS` of one proof are on their way."""

    async def take(self, state: str, cookie: str, now: datetime) -> SignInFlow | None:
        """Somebody comes back; once for each state. None where there is no such flow (any more)."""

    async def came_back(self, proof_id: str, cookie: str, signed_in: SignedIn, until: datetime) -> None:
        """The person has signed in, and may answer in the browser with this (new) cookie until then."""

    async def back(self, proof_id: str, cookie: str, now: datetime) -> SignedIn | None:
        """Who has signed in for this proof in the browser with this cookie; None for nobody. Changes nothing."""


class SignIns(Protocol):
    """Fresh sign-ins of people on a page of ours. Tokens are checked and dropped; none is ever kept."""

    async def begin(self, person: Person, state: str, *, again: bool = False) -> SignInBegun:
        """Begins one for this person.

        Args:
            state: 32 random bytes, in a form fit for an address; names the flow when they come back.
            again: the claims are demanded explicitly, because those of the first time lacked.

        Raises:
            Unavailable: the login service does not answer.
        """

    async def finish(self, flow: str, answer: dict[str, str]) -> SignedIn:
        """Who came back.

        Args:
            flow: as `SignInBegun.flow`.
            answer: the query of the redirect.

        Raises:
            SignInRefused: it is no fresh sign-in with MFA in our tenant.
            Unavailable: the login service does not answer.
        """

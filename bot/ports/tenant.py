"""The tenant as Graph shows it: one person at a time for whoever waits, many together for files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.approvers import Mark
from bot.domain.change import Change
from bot.domain.methods import Dossier, Methods
from bot.domain.pass_terms import PassTerms
from bot.domain.people import Group, Person, Standing, Unseen
from bot.domain.portrait import Portrait
from bot.domain.reconcile import DirectoryAudit
from bot.domain.secret import Issued
from bot.domain.sign_in import MfaState, Preference, Registration, SmsTerms
from bot.errors import DirectoryError

FIND_LIMIT = 12
#: People with a name like the one that was typed; of more nobody picks one.
NEAR_LIMIT = 6


MEMBERS_LIMIT = 500


#: So many can be read while somebody waits: a page of 999 takes some hundred milliseconds.
MOST_IN_A_GROUP = 20_000


class Directory(Protocol):
    """The tenant as Graph shows it. Every method may raise `DirectoryError`."""

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        """The account of an actor and which of `groups` it is a (nested) member of. Not cached here."""

    async def person(self, object_id: str) -> Person:
        """One account by object id; NotFound when there is none."""

    async def find(self, text: str) -> tuple[Person, ...]:
        """Accounts that `text` may mean: UPN, mail, object id or display name. Best first, at most `FIND_LIMIT`; may be empty."""

    async def near(self, text: str) -> tuple[Person, ...]:
        """Accounts whose names are nearly `text`, for where nobody is called so: to be offered. The nearest first, at most `NEAR_LIMIT`."""

    async def members(self, group_ids: Collection[str]) -> tuple[Person, ...]:
        """The people with an enabled account in any of these groups, nested ones too, by name; at most `MEMBERS_LIMIT`.

        A group that does not exist has no members.
        """

    async def groups(self, text: str) -> tuple[Group, ...]:
        """The groups that are called exactly so, or the one with this object id; at most `FIND_LIMIT`, and may be empty."""

    async def people_in(self, group_id: str) -> frozenset[str]:
        """The object ids of everybody in a group, nested ones too; of a very large one, one more than `MOST_IN_A_GROUP`."""

    async def marks(self, object_ids: Sequence[str]) -> list[tuple[Mark, ...]]:
        """By what accounts can be told to be one person's, in the order asked; NotFound when one of them is not found."""

    async def holders(self, marks: Sequence[Mark]) -> list[frozenset[str]]:
        """Object ids of the accounts that have each of these marks, in the order asked; at most one more than `MOST_HOLDERS`."""

    async def dossier(self, object_id: str) -> Dossier:
        """Account, methods and privileges, read together. NotFound when the account is gone."""

    async def renewed(self, dossier: Dossier) -> Dossier:
        """The same with account and methods read anew. What protects the person is not, so it says nothing of whether to write.

        Raises as `dossier`.
        """

    async def preference(self, object_id: str) -> Preference:
        """Which method a person is asked for first. In no dossier by itself; see `bot.services.look`."""

    async def mfa_state(self, object_id: str) -> MfaState:
        """Per-user MFA of a person; needs a permission that is asked for only where PER_USER_MFA is on."""

    async def registration(self, object_id: str) -> Registration:
        """What Entra's registration report says of a person, hours late.

        Raises:
            NotAuthorised: the permission AuditLog.Read.All is missing; NotLicensed: the tenant may not read the report; Throttled: too
                many people were looked up in the last seconds.
        """

    async def audits(self, since: datetime) -> tuple[DirectoryAudit, ...]:
        """What Entra's own audit log says our application did since then; in no order. Late by minutes, so never proof of a fresh write.

        Waits between pages, because the log may be read five times in ten seconds.

        Raises:
            NotAuthorised: the permission AuditLog.Read.All is missing; NotLicensed: the tenant may not read the log.
        """

    async def sms_terms(self) -> SmsTerms | None:
        """What the tenant's policy says of text messages; None where we may not read it."""

    def ahead(self, object_id: str) -> None:
        """Begins to read the portrait of somebody; NotFound for what is no object id."""

    async def portrait(self, object_id: str) -> Portrait:
        """What there is of it by now: nobody waits for what decides nothing. Begun by `ahead`, and left out where it cannot be had."""

    async def manager(self, object_id: str) -> Person | None:
        """The manager of somebody; None when Entra ID names none."""

    async def apply(self, target_id: str, change: Change, operation_id: str) -> str:
        """Makes one change; `operation_id` travels as client-request-id. Returns Graph's request id.

        Never repeats a write that may have happened: then it raises `Unavailable` and the caller reads.
        """

    async def pass_terms(self, object_id: str) -> PassTerms:
        """What the tenant's policy says of passes, and the pass this person has."""

    async def issue(self, target_id: str, change: Change, operation_id: str) -> Issued:
        """Makes a once-only change and returns what is to be seen once; sent once, and given up early, because a person is waiting.

        Raises:
            NotAuthorised, NotFound, NotReady, Rejected, Throttled: a definite no, nothing was made. After any other error it may have been.
        """


class BulkDirectory(Protocol):
    """The tenant for bulk jobs: many people in few requests, behind everybody who waits in chat, and at the pace of the budget.

    Every method may raise `DirectoryError` when nobody's answer came, and `StoreUnavailable` when the budget cannot be asked.
    """

    async def resolve(self, texts: Sequence[str]) -> list[tuple[Person, ...]]:
        """For each user principal name, mail address or object id the accounts that are exactly it: none, one, or several with one mail.

        Whose user principal name it is comes before whose mail address it is, and that before an alias.
        """

    async def dossiers(self, object_ids: Sequence[str]) -> list[Dossier | DirectoryError]:
        """Everybody's dossier as of `Directory.dossier`, or why there is none, in the order asked."""

    async def sms_terms(self) -> SmsTerms | None:
        """As `Directory.sms_terms`."""

    async def unseen(self) -> tuple[Unseen, ...]:
        """What may make somebody an administrator and is not looked for, because nobody lets us; a dossier says it of itself."""

    async def phones(self, object_ids: Sequence[str]) -> list[Methods | DirectoryError]:
        """Everybody's methods alone, or why they cannot be read, in the order asked; `Dossier.renewed` takes them."""

    async def apply(self, target_id: str, change: Change, operation_id: str, go: Callable[[], None]) -> str:
        """As `Directory.apply`, when it is this write's turn; what `go` raises at that moment keeps it from being sent."""


class People(Protocol):
    """One person at a time out of a `BulkDirectory`: callers a moment apart share its requests. May raise as that does."""

    async def dossier(self, object_id: str) -> Dossier:
        """As `Directory.dossier`."""

    async def phones(self, object_id: str) -> Methods:
        """The methods alone; `Dossier.renewed` takes them."""

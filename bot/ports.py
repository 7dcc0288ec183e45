"""What the services need from outside, as protocols. Adapters implement them; tests run the same contract on each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from bot.domain.approvers import Mark
from bot.domain.audit import AuditEvent
from bot.domain.bulk import Bulk, Hold, PlanDigest, Progress
from bot.domain.change import Change
from bot.domain.conversations import ConversationRef, Member
from bot.domain.file_found import Answers, Found
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.limits import Lift, SetBefore, Usage
from bot.domain.methods import Dossier, Methods
from bot.domain.notices import LogNotice
from bot.domain.operation import Approval, Operation, Result
from bot.domain.pace import Factor, Run, Traffic
from bot.domain.passes import PassTerms
from bot.domain.people import Actor, Group, Person, Standing, Unseen
from bot.domain.personal import PersonalCard, PersonalChat
from bot.domain.plan import Warned
from bot.domain.reconcile import Comparison, DirectoryAudit, Known
from bot.domain.registered import Made
from bot.domain.replies import Reply
from bot.domain.report import Listed, PhoneOnlyReport, Registered, ReportRow, Reread, Scope
from bot.domain.retirement import Population, Retirement
from bot.domain.rows import FileRow, Row, RowEnd, RowKind, Sample, Taken
from bot.domain.rules import Need
from bot.domain.secret import Issued
from bot.domain.sign_in import MfaState, Preference, Registration, SmsTerms
from bot.domain.stop import Freeze, Pause, Stop
from bot.errors import DirectoryError

T = TypeVar("T")

#: The current time, in UTC.
Clock = Callable[[], datetime]


class Directory(Protocol):
    """The tenant as Graph shows it. Every method may raise `DirectoryError`."""

    async def standing(self, object_id: str, groups: frozenset[str]) -> Standing:
        """The account of an actor and which of `groups` it is a (nested) member of. Not cached here."""

    async def person(self, object_id: str) -> Person:
        """One account by object id; NotFound when there is none."""

    async def find(self, text: str) -> tuple[Person, ...]:
        """Accounts that `text` may mean: UPN, mail, object id or display name. Best first, at most `FIND_LIMIT`; may be empty."""

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


class TrailHeads(Protocol):
    """Where the head of the audit trail is said."""

    async def post(self, day: date, at: datetime) -> bool:
        """Puts the head, as it is now, into the log channel's outbox; False when that was done for this day, or nothing happened yet.

        Raises:
            StoreUnavailable: it has to be tried again.
        """


class RegistrationReports(Protocol):
    """Who is registered how, as it was read from Entra last, and how many on each day before. Every method may raise StoreUnavailable."""

    async def read_at(self) -> datetime | None:
        """When the last whole reading was made; None when there was none."""

    async def departments(self) -> Sequence[str]:
        """The names of all departments."""

    async def report(self, scope: Scope) -> PhoneOnlyReport | None:
        """What the last reading says of these people; None when nothing was read yet."""

    def phone_only(self, scope: Scope) -> AsyncIterator[Registered]:
        """Who of them has nothing but a phone, by department and name, so many at a time that memory stays flat."""


class Registrations(RegistrationReports, Protocol):
    """The same, and how they come to be."""

    async def read_now(self) -> Reread:
        """Has Entra read, which takes minutes: one reading at a time, and not again within `report.SOONEST_AGAIN` of the last."""

    async def trouble(self) -> str:
        """Why Entra could not be read the last time, a sentence for people; empty when it could."""


class RegistrationSource(Protocol):
    """The tenant as the report needs it: everybody, in pages, never one by one. May raise `DirectoryError` and `StoreUnavailable`."""

    async def global_admins(self) -> frozenset[str]:
        """Object ids of those who hold the role, through a group too; of those who could activate it nothing is said."""

    def people(self) -> AsyncGenerator[Sequence[Listed], None]:
        """Everybody whose account is enabled, a page at a time."""

    def rows(self) -> AsyncGenerator[Sequence[ReportRow], None]:
        """Entra's registration report, a page at a time, slowly: others read it too.

        Raises:
            NotAuthorised: the permission AuditLog.Read.All is missing; NotLicensed: the tenant may not read the report.
        """


class Readings(Protocol):
    """How the report is read from Entra and kept, for all replicas. Every method may raise `StoreUnavailable`.

    What is read belongs to a run, and nobody sees any of it before the run is finished.
    """

    async def schedule(self, night: date, at: datetime) -> None:
        """Has the report read by one replica; the same night again does nothing."""

    async def begin(self, reading_id: str, at: datetime) -> str:
        """A new run, and the end of any that was cut off; empty when this reading is over already."""

    async def add(self, run: str, people: Sequence[tuple[Listed, Population]]) -> None:
        """Takes in people of whom the report has not been asked."""

    async def judge(self, run: str, rows: Sequence[ReportRow]) -> None:
        """Takes in what the report says of people who were added; whoever else it knows has left, or is disabled."""

    async def finish(self, reading_id: str, run: str, day: date, at: datetime) -> int | None:
        """The run is what there is to see from now on; how many people that is, None when it was no longer this reading's."""

    async def fail(self, reading_id: str, run: str, why: str, at: datetime, again_in: timedelta | None) -> None:
        """What there is to see stays; with `again_in`, the same is tried once more then."""

    async def forget(self, now: datetime, days: int) -> None:
        """Removes what is older; with 0 days nothing."""


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


class Budget(Protocol):
    """How fast bulk jobs may ask Graph: one pace for all jobs and all replicas."""

    async def read(self, units: int = 1) -> None:
        """Returns when so many resource units may be spent; raises `StoreUnavailable` when the other replicas cannot be asked."""

    async def write(self) -> None:
        """Returns when one write may be sent; raises like `read`."""

    def refused(self, retry_after: float) -> None:
        """Graph refused a call: nothing is sent for so many seconds, and more slowly after them."""

    def pressure(self, part: float) -> None:
        """Graph says how much of its limit is used, by whomever; slower when it is much."""

    @property
    def rate(self) -> float:
        """Writes a second, as things are now."""


class Hindrances(Protocol):
    """What keeps bulk jobs from going on as fast as they might, as this process learns it from all of its calls to Graph."""

    @property
    def now(self) -> Hindrance | None:
        """What hinders now; None when nothing does, or nobody knows."""

    def remember(self, before: Hindrance | None) -> None:
        """An earlier life knew this: it is so until Graph shows otherwise, unless Graph was heard of in this life already."""


class Turns(Protocol):
    """Where all replicas take their turns from. Every method may raise `StoreUnavailable`; each is one transaction."""

    async def reserve(self, traffic: Traffic, count: int, rate: float, now: float) -> Run:
        """Takes the next turns: none is given twice, and all together are never faster than `rate` a second, lowered as was learned."""

    async def lower(self, now: float, closed_until: float) -> Factor:
        """Lowers the pace of everybody, once for several calls, and keeps all turns until `closed_until` (0 for none) from being given.

        Returns:
            The pace as everybody now has it.
        """


FIND_LIMIT = 12
MEMBERS_LIMIT = 500
#: So many can be read while somebody waits: a page of 999 takes some hundred milliseconds.
MOST_IN_A_GROUP = 20_000


class Operations(Protocol):
    """Our own memory. Every method may raise `StoreUnavailable`; each is one transaction."""

    async def first_delivery(self, key: str, at: datetime) -> bool:
        """Whether this activity is new; records it so that the next call with `key` says no.

        What a process took in and died over before it was `answered` counts as new again.
        """

    async def first_press(self, key: str, at: datetime, within: timedelta) -> bool:
        """Whether nobody pressed this so lately; records it so that the next call with `key` says no for as long."""

    async def came_to_nothing(self, key: str) -> None:
        """What was pressed had no effect, so it may be pressed again at once."""

    async def answered(self, keys: Sequence[str]) -> None:
        """The turns of these activities are over."""

    async def shown_again(self, operation: Operation) -> None:
        """Has the card brought to its present state once the answer to a repeated press is out."""

    async def record(self, event: AuditEvent) -> None:
        """Appends one event to the trail."""

    async def record_refusal(self, event: AuditEvent) -> str:
        """Appends a refusal under a fresh id and returns that; no operation ever gets the same one."""

    async def propose(self, operation: Operation, event: AuditEvent) -> Operation:
        """Stores a new operation under a fresh id (the one given is ignored) and its delayed expiry."""

    async def get(self, operation_id: str) -> Operation | None:
        """One operation, or None."""

    async def set_card(self, operation_id: str, card_id: str) -> None:
        """Remembers the activity id of the requester's card."""

    async def move(
        self,
        operation_id: str,
        verb: str,
        to: State,
        event: AuditEvent,
        *,
        at: datetime,
        outcome: str = "",
        decided_by: str = "",
        request_ids: tuple[str, ...] = (),
        results: tuple[Result, ...] = (),
        in_time: bool = False,
        expires_at: datetime | None = None,
        revealed_at: datetime | None = None,
        changes: tuple[Change, ...] = (),
        successor: tuple[Operation, AuditEvent] | None = None,
        version: int | None = None,
    ) -> Operation | None:
        """Compare-and-set: moves an operation by its requester, its approvers, the engine or the clock.

        Only from the states `TRANSITIONS[verb]` names; with `in_time` only before its time is over, and to expire (or to lose a code)
        only then. `approve`, `BulkJobs.preview` and `BulkFiles.answer` move by the same table. With every move its event and all that
        follows from it (`consequences.after`) are stored in the same transaction.

        Args:
            results: how each of several changes ended.
            expires_at: a new end of its time.
            revealed_at: when its requester was given what it made.
            changes: those that are left of it; empty for all.
            successor: an operation that follows from it, confirmed and agreed to with it.
            version: that somebody saw; None for whichever it is.

        Returns:
            The operation as it now is, or None when somebody was quicker or it was too late.

        Raises:
            Refusal: confirming it would go beyond a limit of the policy.
        """

    async def approve(self, operation_id: str, approval: Approval, event: AuditEvent) -> Operation | None:
        """Compare-and-set: counts one more person's agreement, and queues the operation when that was the last one needed.

        Only while it waits for approval, before it expires, for nobody twice, and for nobody whose own account a row of the file
        changes. The event gets how many of how many have agreed.

        Returns:
            The operation as it now is, or None when it was too late or this person's agreement does not count.
        """

    async def renew_target(self, seen: Operation, target: Person, warning: str) -> Operation | None:
        """Stores the target's account as it is now, with what has changed, so that the cards show it before anybody's press counts.

        Returns:
            The operation as it now is, or None when it moved on since it was `seen`.
        """

    async def set_approval_card(self, operation_id: str, card_id: str) -> None:
        """Remembers the activity id of the approvers' card."""

    async def recovery_closed(self, operation_id: str) -> bool:
        """Whether a recovery needs no further looks."""

    async def close_recovery(self, event: AuditEvent, successor: tuple[Operation, AuditEvent] | None) -> bool:
        """Closes a recovery and begins the operation that tidies up after it, if there is one; that is confirmed and agreed to already.

        Returns:
            False when it was closed before.
        """

    async def awaiting_approval(self, now: datetime) -> tuple[Operation, ...]:
        """Every operation that somebody has to agree to, the next to expire first."""

    async def changes_of(self, target_id: str, limit: int) -> tuple[Operation, ...]:
        """The last operations that changed an account, wholly or in part; the one confirmed last comes first."""

    async def made_to(self, target_id: str, since: datetime) -> tuple[Made, ...]:
        """What Doorman changed of an account since then, or may have changed, alone or by files; in no order."""

    async def events(self, *, operation_id: str = "", target_id: str = "", actor_id: str = "", limit: int = 20) -> tuple[AuditEvent, ...]:
        """The trail, newest first: of one operation, about one account, or what one person did and what became of what they asked for."""

    async def event_count(self, operation_id: str) -> int:
        """How many events the trail has of one operation."""

    async def known(self, text: str) -> tuple[Person, ...]:
        """People who were changed, asked about or acted here, by UPN, object id or name, whether Entra still knows them or not."""
    async def executions(self, since: datetime) -> Known:
        """The executions in the trail that ended after `since` or have not ended, and from when on the trail is complete."""

    async def remember_choice(self, actor_id: str, text: str, candidates: Sequence[str], at: datetime, choice_id: str = "") -> str:
        """Stores "which of these did you mean" and returns its id: a new one, or the given one when it was taken before."""

    async def take_choice(
        self, choice_id: str, actor_id: str, at: datetime, *, form: bool = False
    ) -> tuple[str, tuple[str, ...]] | None:
        """The stored text and candidate object ids, once and within the hour, for the one who asked; None otherwise.

        With `form` a form, else no form.
        """

    async def speak_of(self, actor_id: str, conversation_id: str, target_id: str, at: datetime) -> None:
        """Remembers the one person whom this actor was shown last in this conversation; with an empty id, that there is none."""

    async def spoken_of(self, actor_id: str, conversation_id: str, since: datetime) -> str:
        """The object id of that person, if shown after `since`; else empty."""

    async def set_posted_card(self, name: str, conversation_id: str, card_id: str, at: datetime) -> None:
        """Remembers the activity id of a card that is no operation's: the last one of this name in a conversation; empty for none."""

    async def posted_card(self, name: str, conversation_id: str) -> str:
        """That activity id; empty when there is none."""

    async def setting(self, name: str) -> str:
        """A setting made in chat, such as the log channel; empty when not set."""

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        """Stores a setting made in chat."""

    async def undelivered_log_posts(self, limit: int = 50) -> tuple[tuple[int, Operation | LogNotice], ...]:
        """Finished operations and notices the log channel has not seen, oldest first, with the number of their post."""

    async def log_post_delivered(self, number: int, event: AuditEvent) -> None:
        """The log channel has it."""


class Chats(Protocol):
    """Personal chats, and the approvers' cards in them, for all replicas. May raise `StoreUnavailable`; each is one transaction."""

    async def seen(self, chat: PersonalChat) -> None:
        """Somebody is in this chat; it takes the place of the one they had before."""

    async def gone(self, person_id: str, before: datetime) -> None:
        """Nobody can be written to there any more; does nothing when the chat was seen after `before`."""

    async def of(self, person_ids: Collection[str]) -> tuple[PersonalChat, ...]:
        """The chats of those of these people (object ids in small letters) who have one, the one seen last first."""

    async def ask(self, operation_id: str, chats: Sequence[PersonalChat], at: datetime) -> tuple[PersonalCard, ...]:
        """Remembers who is asked about an operation, before anybody is; whoever was asked already stays so. Returns all of them."""

    async def asked(self, operation_id: str) -> tuple[PersonalCard, ...]:
        """Who is asked about an operation in a personal chat, and where that card is."""

    async def brought(self, card: PersonalCard) -> None:
        """Teams has this card as it is here, or has refused it."""


class Stops(Protocol):
    """Pauses and freezes, for all replicas. Every method may raise `StoreUnavailable`; each is one transaction.

    Whatever is changed here goes to the audit trail and to the log channel in the same transaction.
    """

    async def stop(self, target_id: str, now: datetime) -> Stop:
        """What stops a change of this person now; with an empty id, of everybody."""

    async def seen(self, target_id: str, now: datetime) -> Stop:
        """The same for a card to speak of: what another replica did may be missing for a second. Never to decide by."""

    async def freeze(self, freeze: Freeze, ticket: str = "", take_back: str = "") -> tuple[Freeze, bool]:
        """Begins or prolongs a freeze.

        Args:
            take_back: id of the operation that the alert offers to take back; empty for none.

        Returns:
            The freeze as it now stands, and False when this repeats the report of a suspicious call, which only prolongs it.

        Raises:
            Forbidden: so many people were frozen by typing within the hour that this one is too many.
        """

    async def unfreeze(self, seen: Freeze, by: Actor, at: datetime, reason: str = "", ticket: str = "") -> bool:
        """Ends this very freeze; False when it has changed or ended meanwhile."""

    async def unfreeze_all(
        self, agent: Person, by: Actor, at: datetime, reason: str = "", ticket: str = ""
    ) -> tuple[tuple[Freeze, ...], tuple[Freeze, ...]]:  # fmt: skip
        """Ends every freeze that is this agent's alone; returns those, and the shared ones that stay."""

    async def pause(self, pause: Pause, ticket: str = "") -> Pause | None:
        """Pauses every change; the pause that holds already, if there is one."""

    async def resume(self, by: Actor, at: datetime, reason: str = "", ticket: str = "") -> Pause | None:
        """Ends the pause and returns it; None when there was none."""

    async def refer(self, person: Person, now: datetime) -> str:
        """A short reference to this person for the button of a card; it serves for some months after it was last given out."""

    async def referred(self, reference: str) -> Person | None:
        """Whom a reference means; None when it was never given out."""


class Usages(Protocol):
    """What was done lately, for the policy's limits. Every method may raise `StoreUnavailable`; each is one transaction."""

    async def usage(
        self, agent_id: str, target_id: str, digests: Collection[str], now: datetime, *, asks_others: bool, contains: bool
    ) -> Usage:  # fmt: skip
        """What limits have to know about one more operation by this agent, on this person, to numbers with these digests.

        Args:
            asks_others: somebody else has to agree to it.
            contains: it only takes access away.
        """

    async def lift(self, lift: Lift) -> None:
        """Lets somebody's counts start anew; goes to the audit trail and to the log channel in the same transaction."""
class Discrepancies(Protocol):
    """What was found out of step with Entra's audit log, for all replicas. May raise `StoreUnavailable`; each is one transaction."""

    async def schedule(self, turn: str) -> None:
        """Has the comparison made by one replica; the same turn again does nothing."""

    async def report(self, found: Comparison, at: datetime) -> int:
        """Puts what was not reported before in the trail and in the log channel's outbox, in one transaction; returns how much that was."""


@dataclass(frozen=True, slots=True)
class JobAtWork:
    """A bulk job that is being checked or carried out.

    Attributes:
        read: all of its rows are stored.
        requester_id: in small letters.
        hindrance: what its card says that hinders it.
    """

    id: str
    requester_id: str
    state: State
    read: bool
    hold: Hold
    hindrance: Hindrance | None


class BulkJobs(Protocol):
    """The rows of bulk jobs and how each job is doing, for all replicas. May raise `StoreUnavailable`; each is one transaction.

    A process takes rows, works on them and lets go of them; what a dead one had taken is given to others.
    """

    async def begin(self, operation: Operation, event: AuditEvent) -> Operation | tuple[str, ...]:
        """Stores a new job under a fresh id (the one given is ignored); this process is going to add its rows.

        Returns:
            The ids of the requester's jobs under way where those are `bulk.MOST_OF_ONE`; then nothing was stored.
        """

    async def add_rows(self, job_id: str, rows: Sequence[FileRow]) -> bool:
        """Stores rows as the file has them; False when nobody wants them any more."""

    async def rows_read(self, job_id: str, bulk: Bulk) -> None:
        """Every row is stored, so they can be checked."""

    async def retry(self, job_id: str, of: str) -> int:
        """Adds the rows of another job that were not done; returns how many those are."""

    async def at_work(self) -> tuple[JobAtWork, ...]:
        """The jobs that are being checked or carried out, held or not."""

    async def abandoned(self) -> tuple[str, ...]:
        """Jobs whose file nobody goes on reading, because the process that did died; lets go of the rows dead processes had taken."""

    async def started_anew(self) -> tuple[str, ...]:
        """As `abandoned`, for the start of the only process there can be."""

    async def take_unchecked(self, job_id: str, most: int) -> tuple[Row, ...]:
        """Takes rows that are to be looked at."""

    async def checked(self, job_id: str, rows: Sequence[Row]) -> None:
        """Stores what rows would do, and lets go of them."""

    async def let_go(self, job_id: str, numbers: Sequence[int]) -> None:
        """These could not be looked at now; somebody has to later."""

    async def let_go_of_own(self, job_id: str) -> None:
        """What this process had taken is nobody's: it does not work on the job at the moment."""

    async def unchecked(self, job_id: str) -> int:
        """How many rows nobody has looked at yet."""

    async def doubles(self, job_id: str) -> tuple[dict[int, int], dict[int, int]]:
        """Rows about a person, and rows with a number, that stand in the file more than once: each with another such row's number."""

    async def set_before(self, job_id: str) -> dict[int, SetBefore]:
        """Rows that would set a number which was set for somebody else before, alone or by another job."""

    async def leave_out(self, job_id: str, kind: RowKind, said: dict[int, str]) -> None:
        """None of these rows is done; the sentence says why."""

    async def warn(self, job_id: str, warned: dict[int, Warned]) -> None:
        """One more warning for each of these rows."""

    async def totals(self, job_id: str) -> tuple[dict[RowKind, int], int, PlanDigest]:
        """Rows of each kind, rows in which something was put right, and the digest of what all of them would do."""

    async def digest(self, job_id: str) -> str:
        """The digest of what all rows would do, as they stand now."""

    async def preview(
        self,
        job_id: str,
        bulk: Bulk,
        to: State,
        event: AuditEvent,
        *,
        need: Need,
        expires_at: datetime,
        approvals_in: ConversationRef | None = None,
        notes: Sequence[str] = (),
        outcome: str = "",
    ) -> Operation | None:
        """Compare-and-set: the check is over, whatever came of it; None when somebody was quicker, or has cancelled it."""

    async def prepare_run(self, job_id: str, first: int) -> None:
        """The job begins: so many rows run before its requester is asked (-1: all of them). Does nothing the second time."""

    async def changed(self, job_id: str, object_ids: Collection[str]) -> tuple[Person, ...]:
        """Those of these people whose account a row of the job is to change, or has changed."""

    async def take(self, job_id: str, most: int, at: datetime) -> tuple[Taken, ...]:
        """Takes rows that are to be carried out, none while the job is held; what each is about to do is recorded first."""

    async def give_back(self, job_id: str, rows: Sequence[Row], at: datetime) -> None:
        """Nothing was written for these after all; they wait as before."""

    async def ended(self, job_id: str, ends: Sequence[tuple[Row, RowEnd]], at: datetime, percent: int) -> tuple[int, str] | None:
        """Stores how rows ended, each once.

        Returns:
            How many of the last rows failed for one reason, and the sentence of one, when they are more than `percent` of a window.
        """

    async def left_alone(self, job_id: str, at: datetime) -> bool:
        """Records the next page of rows that change nothing; False when all are recorded."""

    async def first_left(self, job_id: str) -> int:
        """How many rows may still be taken before its requester is asked; -1 when that is over."""

    async def hold(self, job_id: str, hold: Hold, event: AuditEvent, *, why: str = "") -> bool:
        """Makes a job stand still; False when it does already. Its card follows."""

    async def go_on(self, job_id: str, seen: Hold, event: AuditEvent) -> bool:
        """Ends this very hold; False when it was ended or changed meanwhile. Its card follows."""

    async def stop(self, job_id: str, event: AuditEvent, *, why: str = "") -> bool:
        """What nobody works on will not be done, and the job ends once the rest has; False when it is not under way."""

    async def show_progress(self, job_id: str, now: datetime, *, at_once: bool = False) -> None:
        """Has the requester's card follow, unless it did a moment ago; `at_once` for what should stand there now."""

    async def hindered(self, job_id: str, by: Hindrance | None) -> None:
        """This hinders a job that is under way, or nothing any longer; its card says so."""

    async def progress(self, job_id: str, now: datetime) -> Progress:
        """How far a job has come."""

    async def samples(self, job_id: str, each: int) -> tuple[Sample, ...]:
        """The first rows of every kind, masked."""

    async def first_ended(self, job_id: str, most: int) -> tuple[Row, ...]:
        """The first rows that were carried out."""

    async def states(self, job_id: str) -> dict[str, int]:
        """How many of the rows that change something are in each state."""

    async def with_rows(self, job_id: str, use: Callable[[Iterator[Row]], T]) -> T:
        """What `use` makes of all rows in order, on a thread of its own; no more than a page of them is in memory."""


class BulkFiles(Protocol):
    """Files of bulk jobs as long as their senders may still say what they mean. May raise `StoreUnavailable`; each is one transaction.

    Whatever decides a job, or ends it, removes its file in the same transaction.
    """

    async def keep(self, job_id: str, piece: int, content: bytes) -> bool:
        """Stores a piece of a file, counted from 0; False when nobody wants it any more."""

    async def piece(self, job_id: str, piece: int) -> bytes:
        """A piece of a file; empty behind the last one, and of a file that is not kept."""

    async def ask(self, job_id: str, bulk: Bulk, at: datetime, expires_at: datetime) -> None:
        """The file was read, and what it means has to be said before its rows are checked; the job's card asks."""

    async def answer(self, seen: Operation, bulk: Bulk, event: AuditEvent, expires_at: datetime) -> Operation | None:
        """Compare-and-set: the file is to be read anew by this process; its rows, and what was found and demanded, are forgotten.

        Returns:
            The job as it is now; None when it is no longer as it was seen, or its time was over.
        """

    async def again(self, job_id: str, *, alone: bool) -> Operation | None:
        """This process reads the file instead of one that died over it; None when it is not kept, or others are at it."""


class Sheets(Protocol):
    """Files as rows, and rows as files."""

    def read(self, path: Path, name: str, answers: Answers) -> AsyncGenerator[list[FileRow] | Found, None]:
        """The rows of a file, some at a time, and at last what else it holds; a generator, and closing it ends the reading.

        Raises Refusal, at the start or on the way, when the file cannot be used.
        """

    def template(self) -> bytes:
        """A file to fill in."""

    def lines(self, rows: Iterable[Row], job_id: str, *, result: bool, delimiter: str = "", notes: Sequence[str] = ()) -> Iterator[bytes]:
        """Rows as a file that is safe to open: what they would do, or with `result` what became of them. For another thread.

        Args:
            delimiter: what stood between the cells of the file that came in; a comma without one.
            notes: what is to be said of the file that came in, behind the rows.
        """

    def people(self, people: AsyncIterator[Registered], retirement: Retirement) -> AsyncIterator[bytes]:
        """People as a file that is safe to open: what their phones are for and when that ends, without a number."""


class Announcer(Protocol):
    """Posting outside a turn. Every method may raise `ChatError`."""

    async def send(self, where: ConversationRef, reply: Reply, to: Actor | None = None) -> str:
        """Posts a new message, in the language of the one it is for, and returns its activity id."""

    async def update(self, where: ConversationRef, activity_id: str, reply: Reply, to: Actor | None = None) -> None:
        """Replaces a message in place, in the language of the one it is for."""

    async def members(self, where: ConversationRef) -> tuple[Member, ...]:
        """Who is in a conversation; of a very large one, the first thousand."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it came: on our own disk, for nobody else to read. Whoever asked for it removes it."""

    path: Path
    sha256: str
    size: int


class Files(Protocol):
    """Files that people drop into a chat, and files they are given. Whatever fails is a `Refusal`, a sentence for the person."""

    async def download(self, url: str, most_bytes: int) -> Download:
        """Fetches a dropped file, once; not one byte beyond `most_bytes` is kept."""

    async def upload(self, url: str, parts: AsyncIterator[bytes], size: int) -> None:
        """Writes a file of exactly `size` bytes to the place that Teams gave for it."""


Sleep = Callable[[float], Awaitable[None]]

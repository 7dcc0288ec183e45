"""Every reply there is, in every state: what the golden files and the properties are made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import NameAndDay, Switch, TokenState
from bot.domain.choosing import Choose, ChooseMethod, ChooseSituation
from bot.domain.conversations import ConversationRef, Member
from bot.domain.forms import AskWords, Field, FieldKind, FormShown
from bot.domain.high import High
from bot.domain.life import Fate, State
from bot.domain.methods import Dossier, Family, Method, Phone, PhoneType, SmsSignIn
from bot.domain.need import NO_NEED, Need
from bot.domain.operation import Approval, Operation, Result
from bot.domain.pass_terms import WantedPass
from bot.domain.people import Actor, Person
from bot.domain.portrait import Portrait
from bot.domain.recovery import SESSIONS, Found, Recovery, Situation
from bot.domain.remarks import LogNote, Refused, Remark, Tone
from bot.domain.replies import (
    ApprovalShown,
    CommandHelp,
    HandedOver,
    Help,
    History,
    LogEntry,
    OperationShown,
    Pending,
    PersonShown,
    Reply,
    Revealed,
    TopicHelp,
    Viewer,
    Whoami,
)
from bot.domain.retirement import Ending
from bot.domain.said import join, said_at, say
from bot.domain.secret import Secret
from bot.domain.sign_in import DefaultMethod, MfaState, PassFacts, Preference, Registration
from bot.domain.stop import Freeze, Pause, Threat, frozen_post, paused_post
from bot.domain.threat import raised_post
from tests.cards.bulk_samples import bulk_jobs, hostile_jobs
from tests.cards.notice_samples import hostile_notices, notices
from tests.cards.proof_samples import ended_proofs, hostile_proofs, proofs
from tests.cards.report_samples import hostile_reports, reports

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
HERE = ConversationRef("https://smba.trafficmanager.net/emea/", "a:personal")
OLD, NEW = "+31 612345001", "+31 612345678"

HANNA = Actor("11111111-1111-4111-8111-111111111111", "t", "Hanna Visser", "29:hanna")
ALICE = Person(
    "22222222-2222-4222-8222-222222222222", "Alice Jansen", "alice@fabrikam.example", job_title="Account manager", department="Sales"
)
DIRK = Person("33", "Dirk Bakker", "dirk.bakker@fabrikam.example", job_title="Former driver", department="Logistics", enabled=False)
GUS = Person("44", "Gus Taylor (Adatum)", "gus.taylor_adatum.example#EXT#@fabrikam.example", job_title="Consultant", guest=True)
SOFIA = Person("55", "Sofia Rossi", "sofia.rossi@fabrikam.example", job_title="Payroll officer", department="Finance", synced=True)
MIA = Person("66", "Mia O'Brien", "mia.o'brien@fabrikam.example", job_title="Store lead", department="Retail")

SET = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, NEW)
UPDATE = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, OLD, NEW)
REMOVE = Change(ChangeKind.REMOVE_PHONE, PhoneType.ALTERNATE_MOBILE, "+31 612345002", None)
DEFAULT = Change(ChangeKind.SET_DEFAULT, None, DefaultMethod.SMS, DefaultMethod.PUSH)
SMS_ON = Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, Switch.OFF, Switch.ON)

PROPOSED = Operation(
    id="7QXF",
    command="set phone",
    text="set mobile for alice +31 •••••••78",
    requester=HANNA,
    target=ALICE,
    changes=(SET,),
    notes=("This number will be good for SMS and voice codes. Microsoft ends both for members on 30 September 2027.",),
    ticket="INC0012345",
    reason="lost her phone on the train",
    conversation=HERE,
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
)
WARNED = replace(
    PROPOSED,
    target=DIRK,
    changes=(UPDATE, SMS_ON),
    warnings=(
        "This is a fixed line, so a text message will hardly arrive.",
        "The account is disabled: a new number does not let the person in.",
    ),
    ticket="",
    reason="",
)

PASS = Change(ChangeKind.CREATE_PASS, None, "2026-09-14T11:00Z", None, "pass-1", wanted=WantedPass(60))
READY = replace(
    PROPOSED,
    changes=(PASS,),
    state=State.READY,
    decided_by="Hanna Visser",
    notes=("The end is fixed. Revealed late, it is still good for 1 hour, the shortest the tenant allows.",),
    warnings=("Alice Jansen has a valid pass until 11:00 UTC on 14 September. This one replaces it: its code stops working.",),
    expires_at=NOW + timedelta(minutes=50),
)

TIMES = say("Valid from {start} until {end}.", start=NOW, end=NOW + timedelta(hours=1))

NEED = Need(
    approvals=2,
    groups=frozenset({"seniors"}),
    group_names="Helpdesk seniors",
    rules=("Two agree for executives",),
    valid_for=timedelta(hours=1),
)
SAM, INGRID = Approval("77", "Sam Okafor", NOW), Approval("88", "Ingrid Lund", NOW)
SENIORS = (Member("29:sam", "Sam Okafor", "77"), Member("29:ingrid", "Ingrid Lund", "88"))
APPROVALS = ConversationRef("https://smba.example/emea/", "19:approvals@thread.tacv2", "channel")
LINK = "https://teams.microsoft.com/l/chat/0/0?users=hanna.visser@fabrikam.example"
AWAITING = replace(
    PROPOSED,
    state=State.AWAITING_APPROVAL,
    need=NEED,
    approval_where=APPROVALS,
    decided_by="Hanna Visser",
    changes=(UPDATE,),
    notes=(),
    warnings=("Changed since it was asked: department Sales → Finance",),
    expires_at=NOW + timedelta(minutes=42),
)

RESET = replace(
    PROPOSED,
    command="reset-mfa",
    bundle=ChangeKind.RESET_MFA,
    changes=(
        Change(ChangeKind.DEACTIVATE_TOKEN, None, NameAndDay("Feitian c200 2601", date(2025, 3, 20)), TokenState.DEACTIVATED, "t"),
        Change(ChangeKind.REMOVE_PHONE, PhoneType.MOBILE, OLD, None),
        Change(ChangeKind.REMOVE_CODES, None, NameAndDay(), None, "c"),
        Change(ChangeKind.REMOVE_AUTHENTICATOR, None, NameAndDay("iPhone 15", date(2025, 6, 2)), None, "a"),
    ),
    notes=("Stays as it is: passkey YubiKey 5C.",),
    warnings=("The person is left with the password alone and may not be let in to register anew.",),
    need=replace(NO_NEED, approvals=1, groups=frozenset({"helpdesk"}), group_names="the helpdesk group"),
)
LEFT = (
    Result(Fate.DONE),
    Result(Fate.STALE, "Somebody else changed it after the card was made."),
    Result(Fate.ALREADY),
    Result(Fate.REFUSED, "This is the default sign-in method, and Entra ID does not delete the default while other methods remain."),
)

LOST = replace(
    PROPOSED,
    command="recover",
    bundle=ChangeKind.RECOVER,
    changes=(
        Change(ChangeKind.REMOVE_CODES, None, NameAndDay(), None, "c"),
        Change(ChangeKind.REMOVE_AUTHENTICATOR, None, NameAndDay("iPhone 15", date(2025, 6, 2)), None, "a"),
        Change(ChangeKind.REMOVE_PHONE, PhoneType.MOBILE, OLD, None),
        Change(ChangeKind.SIGN_OUT, None, "2026-01-01T08:00:00Z", None),
        Change(ChangeKind.CREATE_PASS, None, None, None, wanted=WantedPass(60)),
    ),
    notes=("The pass gets a card of its own as soon as the rest is done.",),
    warnings=(),
    recovery=Recovery(
        Situation.LOST,
        "nl-NL",
        ticked=(True,) * 5,
        known=("a", "k"),
        found=(
            Found(Family.CODES.in_words, None, "c", on_it=True),
            Found(join(" ", (Family.AUTHENTICATOR.in_words, "iPhone 15")), None, "a", on_it=True),
            Found(join(" ", (Family.PASSKEY.in_words, "YubiKey 5C")), None, "k"),
            Found(join(" ", (Family.WINDOWS_HELLO.in_words, "FAB-LT-0231")), None, "w"),
            Found(PhoneType.MOBILE.noun, PhoneType.MOBILE, on_it=True),
            Found(say("the sessions that are open"), None, SESSIONS, on_it=True),
        ),
    ),
)
#: With an Authenticator on another device too, so that its requester has to say which one is gone.
OF_TWO = replace(
    LOST,
    changes=(Change(ChangeKind.REMOVE_AUTHENTICATOR, None, NameAndDay("Pixel 8", date(2025, 1, 7)), None, "b"), *LOST.changes),
    recovery=Recovery(
        Situation.LOST,
        "nl-NL",
        ticked=(True,) * 6,
        found=(
            Found(join(" ", (Family.AUTHENTICATOR.in_words, "Pixel 8")), None, "b", "Pixel 8", on_it=True),
            *(replace(one, device="iPhone 15" if one.method == "a" else "") for one in LOST.recovery.found),  # type: ignore[union-attr]
        ),
    ),
)
#: As it goes to the approvers once the Pixel and the mobile phone were said to stay.
TAKEN_OFF = replace(
    OF_TWO,
    state=State.AWAITING_APPROVAL,
    need=NEED,
    decided_by="Hanna Visser",
    changes=tuple(change for change in OF_TWO.changes if change.method != "b" and not change.phone),
)
FATES = (Result(Fate.DONE), LEFT[3], Result(Fate.DONE), Result(Fate.DONE), Result(Fate.HANDED_ON))

OUTCOMES = {
    State.SUCCEEDED: "Alice Jansen’s mobile phone is now +31 612345678. I read it back from Entra ID to be sure.",
    State.PARTIAL: "The number is saved, but SMS sign-in stayed off: another account signs in with this number.",
    State.FAILED: "Entra ID refused the change: Doorman lacks the permission UserAuthMethod-Phone.ReadWrite.All.",
}


def in_state(state: State, operation: Operation = PROPOSED, outcome: str | None = None) -> Operation:
    """The operation after the moves that lead there."""
    decided = state not in (State.PROPOSED, State.EXPIRED)
    return replace(
        operation,
        need=NEED if state in (State.AWAITING_APPROVAL, State.DENIED) and operation is PROPOSED else operation.need,
        approval_where=APPROVALS,
        state=state,
        finished_at=NOW + timedelta(minutes=1) if state.finished else None,
        decided_by="Hanna Visser" if decided else "",
        outcome=OUTCOMES.get(state, "") if outcome is None else outcome,
    )


def people(number: int) -> tuple[Person, ...]:
    """Namesakes, told apart by address and work."""
    work = (("Electrician", "Facilities"), ("Buyer", "Purchasing"), ("Driver", "Logistics"))
    return tuple(
        Person(
            f"jan-{i}",
            "Jan de Vries",
            f"jan.devries{i or ''}@fabrikam.example",
            job_title=work[i % 3][0],
            department=work[i % 3][1],
            enabled=i != 2,
        )
        for i in range(number)
    )


def methods(number: int) -> tuple[Method, ...]:
    """Phones of one model, told apart by date."""
    kind, family = Family.AUTHENTICATOR.in_words, Family.AUTHENTICATOR
    return tuple(Method(kind, "Pixel 8", f"2025-0{day + 1}-07", f"id-{day}", family) for day in range(number))


PHONE_FORM = FormShown(
    "F7K2M9QX",
    "Set phone",
    "Register or change a phone; `add` only if there is none, `update` only if there is one",
    "set|add|update mobile|alternate mobile|office for <who> [to] <number>",
    "set mobile for alice +31 6 12345678",
    (
        Field("mode", "One of set, add or update", FieldKind.CHOICE, options=("set", "add", "update"), value="set"),
        Field("phone", "Kind of phone", FieldKind.CHOICE, options=("mobile", "alternate mobile", "office")),
        Field("who", "Person", FieldKind.PERSON),
        Field("number", "Phone number", FieldKind.NUMBER, limit=64),
        Field("ticket", "Ticket (optional)", FieldKind.WORDS, required=False, limit=64),
        Field("reason", "Reason (optional)", FieldKind.WORDS, required=False, limit=300),
    ),
    only_for="Hanna Visser",
)
PASS_FORM = FormShown(
    "F7K2M9QX",
    "Pass",
    "A code to sign in with once",
    "pass for <who> [reusable]",
    "pass for alice",
    (
        Field("who", "Person", FieldKind.PERSON, picked=ALICE.id, picked_name=ALICE.name, value="alise"),
        Field("reusable", "Reusable", FieldKind.SWITCH, required=False, value="true"),
    ),
    problem=Remark("You picked a person and typed one too.", "Leave one of the two empty.", Tone.REFUSED, refused=Refused.NOT_UNDERSTOOD),
)
SET_PHONE_HELP = CommandHelp(
    "set|add|update mobile|alternate mobile|office for <who> [to] <number>",
    "Register or change a phone; `add` only if there is none, `update` only if there is one",
    "set mobile for noor +31 6 12345678",
    "set-phone",
    "Set phone",
)
REMOVE_PHONE_HELP = CommandHelp(
    "remove|delete mobile|alternate mobile|office for <who>", "Remove a phone", "remove office for omar", "remove-phone", "Remove phone"
)
HELP = Help(
    "What do you want to do?",
    jobs=(
        CommandHelp("", "", "show noor", "show", "Look somebody up"),
        CommandHelp("", "", "set mobile for noor +31 6 12345678", "set-phone", "New number"),
        CommandHelp("", "", "freeze omar for 24 hours", "freeze", "Suspicious call"),
    ),
    more=True,
)
HELPS = {
    "help": HELP,
    "help-topics": Help(
        "What you can ask me",
        "I know nothing called “pizza” that you can use. This is all there is:",
        topics=(TopicHelp("Phones", "Set phone, Remove phone"), TopicHelp("Looking back", "Pending, Status, Why")),
    ),
    "help-topic": Help("Phones", commands=(SET_PHONE_HELP, REMOVE_PHONE_HELP)),
    "help-command": Help("Set phone", commands=(SET_PHONE_HELP,), spelt=True),
}

DOSSIER = Dossier(
    ALICE,
    {
        PhoneType.MOBILE: Phone(PhoneType.MOBILE, OLD, SmsSignIn.READY),
        PhoneType.OFFICE: Phone(PhoneType.OFFICE, "+31 201234567 x12", SmsSignIn.NOT_SUPPORTED),
    },
    (
        Method("Password", "", "2024-02-29T10:00:00Z"),
        Method("Microsoft Authenticator", "Alice’s iPhone 15", "2025-03-03T08:15:30Z"),
        Method("Passkey (FIDO2)", "YubiKey 5C", "2025-11-20T12:00:00Z"),
    ),
)

ENDING = Ending(
    "SMS and voice end 1 February 2027",
    ("Microsoft's own texts and calls end on 1 February 2027: from then on they serve neither sign-in nor password reset.",),
)
#: Nothing to see, but as a client takes it.
PHOTO = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
TOLD_ALL = PersonShown(
    replace(
        DOSSIER,
        others=(
            Method("Microsoft Authenticator", "Pixel 8", "2023-04-03", type="microsoftAuthenticator", details=("app version 6.2407.5108",)),
            Method("Temporary Access Pass", type="temporaryAccessPass", pass_facts=PassFacts(NOW, NOW + timedelta(hours=8), True, True)),
            Method("resourceKey", "", "2025-12-01", type="resourceKey", known=False),
        ),
        preference=Preference(DefaultMethod.PUSH, True, "PhoneAppNotification"),
        mfa_state=MfaState.ENFORCED,
        registration=Registration(mfa=True, passwordless=False, reset=True, as_of=NOW),
        portrait=Portrait("Priya Raman", NOW - timedelta(hours=2), PHOTO),
    ),
    known_by=("Manager: Priya Raman", say("Last sign-in: {when}", when=said_at(NOW - timedelta(hours=2)))),
    reference="C4H7C4H7C4H7",
    strength="Fair: somebody can be talked into approving, or into reading out a code. A passkey withstands that.",
    past=(
        in_state(State.SUCCEEDED).masked(),
        in_state(State.PARTIAL, replace(PROPOSED, id="9KPM", changes=(DEFAULT, UPDATE))).masked(),
    ),
)
WEAK = PersonShown(
    replace(DOSSIER, others=()),
    reference="C4H7C4H7C4H7",
    strength="Phone only. Microsoft's own texts and calls end on 1 February 2027 (64 days left): from then on they serve neither sign-in "
    "nor password reset. Without anything else, this person then gets in only by registering a passkey.",
    unread=("the default method (Entra ID did not answer)", "Entra's registration report (needs Entra ID P1 or P2)"),
)

EVENTS = (
    AuditEvent(Tag.LOG_POST_DELIVERED, NOW + timedelta(seconds=64), "", "", "7QXF"),
    AuditEvent(
        Tag.OPERATION_FINISHED,
        NOW + timedelta(seconds=62),
        "",
        "",
        "7QXF",
        facts={
            "state": "succeeded",
            "target_upn": ALICE.upn,
            "changes": ["Mobile phone: not registered → +31 •••••••78"],
            "request_ids": ["8c1e"],
        },
    ),
    AuditEvent(Tag.OPERATION_CONFIRMED, NOW + timedelta(seconds=60), HANNA.id, "Hanna Visser", "7QXF"),
    AuditEvent(
        Tag.OPERATION_PROPOSED,
        NOW,
        HANNA.id,
        "Hanna Visser",
        "7QXF",
        facts={"text": "set mobile for alice +31 •••••••78", "target_upn": ALICE.upn, "ticket": "INC0012345", "reason": "lost her phone"},
    ),
    AuditEvent(Tag.CHAT_COMMAND_REFUSED, NOW, "9", "Oscar Outsider", facts={"text": "show alice", "reason": "not_in_helpdesk_group"}),
)


_TO_PERSON, _TO_MANAGER = ({"recipient": each, "target_upn": ALICE.upn} for each in ("person", "manager"))
#: What the trail has of telling people, of somebody who did not want it, and of what came of that.
TOLD_EVENTS = (
    AuditEvent(Tag.NOT_ME_APPROVER_TOLD, NOW + timedelta(hours=1), "66", "Sam Okafor", "7QXF"),
    AuditEvent(Tag.NOT_ME_PRESSED, NOW + timedelta(hours=1), "88", "Priya Raman", "7QXF", facts=_TO_MANAGER | {"way": "teams"}),
    AuditEvent(Tag.NOT_ME_PRESSED, NOW + timedelta(hours=1), "", "", "7QXF", facts=_TO_PERSON | {"way": "mail"}),
    AuditEvent(Tag.NOT_ME_PRESSED, NOW + timedelta(hours=1), ALICE.id, ALICE.name, "7QXF", facts=_TO_PERSON | {"way": "teams"}),
    AuditEvent(
        Tag.NOTICE_UNDELIVERABLE,
        NOW + timedelta(seconds=66),
        operation_id="7QXF",
        facts=_TO_MANAGER | {"way": "mail", "reason": "Entra ID has no mail address."},
    ),
    AuditEvent(
        Tag.NOTICE_DELIVERED,
        NOW + timedelta(seconds=65),
        operation_id="7QXF",
        facts={"recipient": "old_address", "way": "mail", "target_upn": ALICE.upn, "reason": ""},
    ),
    AuditEvent(Tag.NOTICE_DELIVERED, NOW + timedelta(seconds=65), operation_id="7QXF", facts=_TO_PERSON | {"way": "teams", "reason": ""}),
)

FROZEN = Freeze(ALICE.id, ALICE.name, ALICE.upn, HANNA.id, HANNA.name, NOW, NOW + timedelta(hours=24), "the caller knew no +31 •••••••78")
SUSPECTED = replace(FROZEN, suspicious=True, reason="")
THREAT = Threat("66", "Oscar Outsider", NOW, NOW + timedelta(hours=24), "a wave of [calls](https://evil.example), INC0042")
WANTED = "This needs a reason and a ticket such as INC-12345, and “REQ-7” is none. The policy says so: “VIPs need a ticket and a senior”."
PAUSE = Pause("66", "Sam Okafor", NOW, "somebody phones everybody")


def seen_once() -> dict[str, Reply]:
    """A pass, from the press on Reveal to the card that is left."""
    told = "Revealed to Hanna Visser at 09:31 UTC, and to nobody else. It is kept nowhere."
    done = replace(READY, state=State.SUCCEEDED, finished_at=NOW, revealed_at=NOW, outcome=told)
    unusable = "The pass was made, but Entra ID says it is not usable (DisabledByPolicy): the policy does not include this person."
    password = Change(ChangeKind.RESET_PASSWORD, None, "2026-01-01T08:00:00Z", None)
    hints = ("The person opens aka.ms/mysecurityinfo, and types the pass where a password is asked for.", "It takes a few minutes.")
    code = Secret("Kq7+X&w=%t@#")
    return {
        "pass-confirm": OperationShown(replace(READY, state=State.PROPOSED, decided_by=""), NOW, own=True),
        "pass-ready": OperationShown(READY, NOW, own=True),
        "pass-ready-in-channel": OperationShown(replace(READY, conversation=replace(HERE, kind="channel")), NOW, own=False),
        "pass-revealed": Revealed(done, code, NOW, hints, TIMES),
        "pass-revealed-unusable": Revealed(replace(done, state=State.PARTIAL, outcome=unusable), code, NOW, hints),
        "pass-forgotten": OperationShown(done, NOW, own=True),
        "pass-lost": OperationShown(replace(done, state=State.PARTIAL, outcome="It may exist, and nobody saw its code."), NOW, own=True),
        "password-ready": OperationShown(replace(READY, changes=(password,), warnings=()), NOW, own=True),
        "approval-ready": ApprovalShown(replace(READY, need=NEED, approvals=(SAM, INGRID)), NOW, link=LINK),
        "log-pass": LogEntry(done.masked()),
        **handed_over(),
    }


def handed_over() -> dict[str, Reply]:
    """A pass that the manager reveals: the manager's card, and what the requester and the approvers see of it."""
    manager = Person("99", "Victoria Crane", "victoria.crane@fabrikam.example")
    ready = replace(READY, manager=manager, need=replace(NEED, to_manager=True), approvals=(SAM, INGRID))
    told = "Revealed to Victoria Crane at 09:31 UTC, and to nobody else. It is kept nowhere."
    done = replace(ready, state=State.SUCCEEDED, finished_at=NOW, revealed_at=NOW, outcome=told)
    return {
        "handed-over": HandedOver(ready, NOW, "+31 20 555 0100"),
        "handed-over-forgotten": HandedOver(done, NOW),
        "handed-over-cancelled": HandedOver(
            replace(ready, state=State.CANCELLED, finished_at=NOW, outcome="Cancelled by Sam Okafor."), NOW
        ),
        "handed-over-revealed": Revealed(done, Secret("Kq7+X&w=%t@#"), NOW, ("It takes a few minutes.",), TIMES),
        "pass-for-the-manager": OperationShown(ready, NOW, own=True),
        "approval-for-the-manager": ApprovalShown(ready, NOW, link=LINK),
    }


def recoveries() -> dict[str, Reply]:
    """A recovery, from the question what happened to the pass with its instructions."""
    new_phone = replace(READY, bundle=ChangeKind.RECOVER, recovery=Recovery(Situation.NEW_PHONE, "nl-BE", (True,)), warnings=())
    done = replace(new_phone, state=State.SUCCEEDED, finished_at=NOW, revealed_at=NOW, outcome="Revealed to Hanna Visser at 09:31 UTC.")
    home = Recovery(Situation.LEFT_AT_HOME, "fr-FR", (True,), followed=False)
    return {
        "choose-situation": ChooseSituation("C4H7", ALICE, tuple(Situation), "Hanna Visser"),
        "confirm-recover-lost": OperationShown(LOST, NOW, own=True),
        "confirm-recover-lost-which": OperationShown(OF_TWO, NOW, own=True),
        "operation-recover-lost-waiting": OperationShown(TAKEN_OFF, NOW, own=True),
        "approval-recover-lost": ApprovalShown(TAKEN_OFF, NOW, link=LINK),
        "operation-recover-lost-done": OperationShown(in_state(State.SUCCEEDED, LOST, "Done, and read back from Entra ID."), NOW, own=True),
        "confirm-recover-in-channel": OperationShown(replace(LOST, conversation=replace(HERE, kind="channel")), NOW, own=False),
        "operation-recover-partly": OperationShown(in_state(State.PARTIAL, replace(LOST, results=FATES), "3 of 4 done."), NOW, own=True),
        "pass-recover-ready-dutch": OperationShown(new_phone, NOW, own=True),
        "pass-recover-revealed-dutch": Revealed(done, Secret("Kq7+X&w=%t@#"), NOW, ("In English",)),
        "pass-recover-ready-at-home": OperationShown(replace(new_phone, recovery=home), NOW, own=True),
        "log-recover-partly": LogEntry(in_state(State.PARTIAL, replace(LOST, results=FATES), "3 of 4 done.").masked()),
    }


def approvals() -> dict[str, Reply]:
    """The approvers' card through its life and for each reader, and the list of what waits."""
    once = replace(AWAITING, approvals=(SAM,), warnings=())
    both = replace(once, approvals=(SAM, INGRID))
    denied = replace(in_state(State.DENIED, AWAITING, "Ingrid Lund denied 7QXF because the caller was unknown. Nothing was changed."))
    many = tuple(replace(AWAITING, id=f"7QX{letter}", approvals=(SAM,)) for letter in "ACDEFGHJKMNPQRTUVWXY3467")
    return {
        "approval-waiting": ApprovalShown(AWAITING, NOW, link=LINK, mentioned=SENIORS, refreshing=("29:hanna", "29:oscar")),
        "approval-waiting-plain": ApprovalShown(replace(once, need=replace(NEED, deny_reason=True)), NOW, refreshing=("29:hanna",)),
        "approval-for-requester": ApprovalShown(AWAITING, NOW, Viewer.REQUESTER, LINK, refreshing=("29:hanna",)),
        "approval-for-agreed": ApprovalShown(once, NOW, Viewer.AGREED, LINK, refreshing=("29:sam",)),
        "approval-for-onlooker": ApprovalShown(AWAITING, NOW, Viewer.ONLOOKER, LINK, refreshing=("29:oscar",)),
        "approval-for-target": ApprovalShown(AWAITING, NOW, Viewer.TARGET, LINK, refreshing=("29:alice",)),
        "approval-running": ApprovalShown(replace(both, state=State.RUNNING), NOW, link=LINK),
        "approval-succeeded": ApprovalShown(in_state(State.SUCCEEDED, both), NOW, link=LINK),
        "approval-denied": ApprovalShown(denied, NOW, link=LINK),
        "log-approved": LogEntry(in_state(State.SUCCEEDED, both).masked()),
        "operation-approved-once": OperationShown(once, NOW, own=True),
        "confirm-needs-approval": OperationShown(replace(AWAITING, state=State.PROPOSED, decided_by="", warnings=()), NOW, own=True),
        "operation-awaiting-in-personal-chats": OperationShown(replace(AWAITING, approval_where=None), NOW, own=True),
        "pending": Pending((AWAITING, replace(once, need=replace(NEED, deny_reason=True))), (once,), NOW),
        "pending-nothing": Pending((), (), NOW),
        "pending-agreed": Pending((), (), NOW, replace(both, state=State.QUEUED)),
        "pending-denied": Pending((AWAITING,), (), NOW, denied),
        "pending-doubted": Pending((replace(AWAITING, proofs=ended_proofs(AWAITING, NOW)),), (), NOW),
        "pending-many": Pending(many, many[:7], NOW),
    }


def replies() -> dict[str, tuple[Reply, tuple[str, ...]]]:
    """Name of the golden file -> reply, and whose clients refresh."""
    samples: dict[str, Reply] = {
        "confirm-set": OperationShown(PROPOSED, NOW, own=True),
        "confirm-set-in-full": OperationShown(
            replace(PROPOSED, notes=(ENDING.mark,), details=("Good for text messages (SMS) and voice calls.", *ENDING.sentences)),
            NOW,
            own=True,
            ending=ENDING,
        ),
        "confirm-update-warnings": OperationShown(WARNED, NOW + timedelta(minutes=9, seconds=20), own=True),
        "confirm-remove": OperationShown(
            replace(PROPOSED, changes=(REMOVE,), notes=(), ticket="", reason=""), NOW + timedelta(minutes=4), own=True
        ),
        "confirm-guest": OperationShown(replace(PROPOSED, target=GUS), NOW, own=True),
        "confirm-in-channel": OperationShown(replace(PROPOSED, changes=(UPDATE,), reason="called from +31 6 87654321"), NOW, own=False),
        **{
            f"operation-{state.value.replace('_', '-')}": OperationShown(in_state(state), NOW, own=True)
            for state in State
            if state not in (State.PROPOSED, State.CHECKING)  # only bulk jobs are checked
        },
        "operation-succeeded-warning": OperationShown(in_state(State.SUCCEEDED, WARNED, ""), NOW, own=True),
        "operation-succeeded-in-channel": OperationShown(in_state(State.SUCCEEDED), NOW, own=False),
        **{f"log-{state.value}": LogEntry(in_state(state).masked()) for state in State if state.finished},
        "log-two-changes": LogEntry(in_state(State.SUCCEEDED, WARNED, "").masked()),
        **HELPS,
        "form": PHONE_FORM,
        "form-problem": PASS_FORM,
        "whoami-helpdesk": Whoami(replace(ALICE, name="Hanna Visser"), "99999999-9999-4999-8999-999999999999", helpdesk=True, admin=False),
        "whoami-outsider": Whoami(GUS, "99999999-9999-4999-8999-999999999999", helpdesk=False, admin=False),
        "person": PersonShown(DOSSIER, phone_notes=("SMS and voice codes end for members on 30 September 2027.",)),
        "person-empty": PersonShown(Dossier(MIA, {})),
        "person-protected": PersonShown(
            replace(DOSSIER, person=replace(SOFIA, enabled=False)),
            protected="Sofia Rossi holds the role Global Administrator, so I can show this account but not change it.",
        ),
        "person-told-all": TOLD_ALL,
        "person-weak": WEAK,
        "person-frozen": PersonShown(DOSSIER, freeze=FROZEN, reference="C4H7C4H7C4H7"),
        "person-suspected": PersonShown(DOSSIER, freeze=SUSPECTED, reference="C4H7C4H7C4H7"),
        "log-frozen": frozen_post(FROZEN, NOW),
        "log-paused": paused_post(PAUSE),
        "log-threat": raised_post(THREAT, High(), NOW, "INC-0042"),
        "log-suspicious-call": frozen_post(SUSPECTED, NOW),
        "choose-two": Choose("C4H7", "jan de vries", people(2)),
        "choose-six": Choose("C4H7", "jan", (*people(3), GUS, SOFIA, MIA), more=True, only_for="Hanna Visser"),
        "choose-twelve": Choose("C4H7", "jan", people(12), more=True),
        "ask-words": AskWords("C4H7", "Set phone", ALICE, WANTED, ("ticket", "reason"), "REQ-7", only_for="Hanna Visser"),
        "choose-method": ChooseMethod("C4H7", Family.AUTHENTICATOR.in_words, ALICE, methods(2), only_for="Hanna Visser"),
        "choose-method-list": ChooseMethod("C4H7", Family.AUTHENTICATOR.in_words, ALICE, methods(8)),
        "confirm-reset": OperationShown(RESET, NOW, own=True),
        "operation-reset-done": OperationShown(
            in_state(State.SUCCEEDED, replace(RESET, results=(Result(Fate.DONE),) * 4), ""), NOW, own=True
        ),
        "operation-reset-partly": OperationShown(
            in_state(State.PARTIAL, replace(RESET, results=LEFT), "2 of 4 done. Not done: Mobile phone; Microsoft Authenticator."),
            NOW,
            own=True,
        ),
        "log-reset-partly": LogEntry(in_state(State.PARTIAL, replace(RESET, results=LEFT), "2 of 4 done.").masked()),
        "remark-info": Remark("Edited messages are not run again.", "Send the corrected line as a new message."),
        "remark-expired": Remark(
            "7QXF: Nobody approved it in time.",
            "Still needed? Press “Send again”.",
            Tone.REFUSED,
            "Not carried out",
            about=in_state(State.EXPIRED),
        ),
        "remark-done": Remark("This channel is the log channel from now on.", tone=Tone.DONE),
        "remark-refused": Remark(
            "You are not in the helpdesk group, so I cannot do this for you.",
            "If you should be, ask whoever runs the helpdesk to add you in Entra ID; it takes a minute to reach me.",
            Tone.REFUSED,
            refused=Refused.NOT_ALLOWED,
        ),
        "remark-problem": Remark(
            "Entra ID does not answer at the moment. Nothing was changed.", "Try again in a minute. Incident K4T9.", Tone.PROBLEM
        ),
        "remark-with-facts": Remark(
            "Hanna Visser could ask for this; it needs 1 approval by members of Helpdesk seniors.",
            "Nothing was proposed or changed.",
            Tone.INFO,
            "Policy test",
            (
                ("Verdict", "allowed"),
                ("Rule", "“VIPs need a ticket and a senior”"),
                ("Needs", ""),
                ("Could approve", "Ingrid Lund, Sam Okafor"),
            ),
        ),
        "remark-refused-by-policy": Remark(
            "Ada Admin is protected: Global Administrator. I can show this account but not change it.",
            "An Entra administrator can do this in the Entra admin centre.",
            Tone.REFUSED,
            reference="7QXF",
            refused=Refused.NOT_ALLOWED,
        ),
        "remark-titled": Remark("It was changed by somebody else meanwhile.", "Look again.", Tone.REFUSED, "Not carried out"),
        "remark-not-understood": Remark("I do not know “shwo”.", "Type help.", Tone.REFUSED, refused=Refused.NOT_UNDERSTOOD),
        "history": History("History of Alice Jansen", EVENTS),
        "history-told": History("History of 7QXF", TOLD_EVENTS),
        "history-requests": History(
            "What you did recently",
            tuple(replace(event, facts={}) for event in EVENTS),
            requests=(in_state(State.SUCCEEDED), in_state(State.DENIED)),
        ),
        "history-refused": History(
            "What Hanna Visser did",
            tuple(
                replace(EVENTS[0], tag=tag, operation_id="", facts={"code": "own_account", "text": "That is your own account."})
                for tag in (Tag.CHAT_COMMAND_REFUSED, Tag.CHAT_CARD_REFUSED, Tag.CHAT_COMMAND_REFUSED)
            ),
            requests=(),
            newer=20,
            older="H4J7",
        ),
        "history-empty": History("History of Mia O'Brien"),
        **approvals(),
        **seen_once(),
        **recoveries(),
        **bulk_jobs(PROPOSED, LINK),
        **reports(),
        **notices(in_state(State.SUCCEEDED), NOW),
        **proofs(PROPOSED, NOW),
    }
    return {name: (reply, ("29:hanna",) if name.startswith(("confirm", "operation")) else ()) for name, reply in samples.items()}


def hostile(text: str) -> dict[str, Reply]:
    """Every kind of reply with `text` wherever somebody else's words can stand, and as many of them as fit."""
    who = Person("1", text, text, text, text, text, enabled=False, guest=True, synced=True)
    actor = Actor("2", "t", text, "29:x")
    operation = replace(
        PROPOSED,
        target=who,
        requester=actor,
        changes=(UPDATE, REMOVE, SMS_ON) * 6,
        notes=(text,) * 20,
        warnings=(text,) * 20,
        ticket=text,
        reason=text,
        decided_by=text,
        outcome=text,
    )
    event = AuditEvent(
        Tag.CHAT_COMMAND_REFUSED,
        NOW,
        "1",
        text,
        "7QXF",
        facts={"changes": [text] * 5, "text": text, "reason": text, "ticket": text, "target_upn": text, "outcome": text},
    )
    command = CommandHelp(text, text, text, "set-phone", "Set phone")
    field = Field("who", "Person", FieldKind.WORDS, value=text)
    fields = (field, replace(field, kind=FieldKind.PERSON, picked=ALICE.id, picked_name=text), replace(field, kind=FieldKind.NUMBER))
    need = replace(NEED, group_names=text[:200], rules=(text[:200],) * 3)
    asked = replace(operation, need=need, approvals=(Approval("9", text, NOW),) * 3, state=State.AWAITING_APPROVAL)
    shown = {
        f"{state}-{own}": OperationShown(replace(operation, state=state, finished_at=NOW), NOW, own)
        for state in State
        for own in (True, False)
    }
    return {
        **shown,
        **{
            f"approval-{state}-{viewer}": ApprovalShown(
                replace(asked, state=state, finished_at=NOW), NOW, viewer, LINK, (Member("29:x", text, "9"),) * 20, ("29:" + "x" * 70,) * 60
            )
            for state in (State.AWAITING_APPROVAL, State.FAILED)
            for viewer in Viewer
        },
        "operation-awaiting-in-personal-chats": OperationShown(replace(AWAITING, approval_where=None), NOW, own=True),
        "pending": Pending((asked,) * 30, (asked,) * 30, NOW),
        **hostile_jobs(text, operation, LINK),
        **hostile_reports(text),
        **hostile_notices(text, operation, NOW),
        **hostile_proofs(text, replace(operation, state=State.PROPOSED), NOW),
        "log": LogEntry(operation.masked()),
        "log failed": LogEntry(replace(operation, state=State.FAILED, finished_at=NOW).masked()),
        "form": FormShown("F7K2M9QX", text, text, text, text, fields, text, Remark(text, text, Tone.REFUSED)),
        "help": Help(text, text, (command,) * 4, (command,) * 4, spelt=True, topics=(TopicHelp("Phones", text),) * 4, more=True),
        "whoami": Whoami(who, text, helpdesk=True, admin=True),
        "log remark": LogNote(text, text, text, NOW, grave=True),
        "person frozen": PersonShown(
            DOSSIER, freeze=replace(SUSPECTED, name=text, upn=text, by_name=text, reason=text), reference="C4H7C4H7C4H7"
        ),
        "person": PersonShown(Dossier(who, DOSSIER.phones, (Method(text, text, text),) * 40), text, (text,) * 20),
        "person told all": replace(
            TOLD_ALL,
            dossier=replace(
                TOLD_ALL.dossier,
                person=who,
                others=(Method(text, text, text, type="microsoftAuthenticator", known=False, details=(text,) * 3),) * 15,
                preference=Preference(DefaultMethod.PUSH, True, text),
                portrait=Portrait(text, NOW, "data:image/jpeg;base64," + "A" * 8_000),
            ),
            strength=text,
            known_by=(text,) * 2,
            unread=(text,) * 3,
            past=(replace(PROPOSED, requester=replace(HANNA, name=text), changes=(replace(UPDATE, before=text, after=text),) * 9),) * 3,
        ),
        "choose": Choose("C4H7", text, (who,) * 6, more=True, only_for=text),
        "ask words": AskWords("C4H7", text, who, text, ("ticket", "reason"), text, text, text),
        "choose method": ChooseMethod("C4H7", text, who, (Method(text, text, text, text, Family.PASSKEY),) * 6, only_for=text),
        "choose method many": ChooseMethod("C4H7", text, who, (Method(text, text, text, text, Family.PASSKEY),) * 40, only_for=text),
        "several changes": OperationShown(
            replace(
                operation,
                bundle=ChangeKind.RESET_MFA,
                changes=(Change(ChangeKind.REMOVE_AUTHENTICATOR, None, NameAndDay(text), None, text),) * 18,
                results=(Result(Fate.REFUSED, text),) * 18,
                state=State.PARTIAL,
                finished_at=NOW,
            ),
            NOW,
            own=True,
        ),
        "choose situation": ChooseSituation("C4H7", who, tuple(Situation), text),
        "several ticks": OperationShown(
            replace(
                operation,
                bundle=ChangeKind.RECOVER,
                changes=(Change(ChangeKind.REMOVE_AUTHENTICATOR, None, NameAndDay(text), None, text),) * 18,
                recovery=Recovery(Situation.LOST, text, (True,) * 18),
            ),
            NOW,
            own=True,
        ),
        "several devices": OperationShown(
            replace(
                operation,
                bundle=ChangeKind.RECOVER,
                changes=(
                    Change(ChangeKind.REMOVE_AUTHENTICATOR, None, NameAndDay(text), None, "0"),
                    Change(ChangeKind.SIGN_OUT, None, text, None),
                ),
                recovery=Recovery(
                    Situation.LOST, text, (True, True), found=tuple(Found(text, None, f"{n}", f"{n} {text}", n < 3) for n in range(6))
                ),
            ),
            NOW,
            own=True,
        ),
        "pass of a recovery": OperationShown(
            replace(operation, changes=(PASS,), recovery=Recovery(Situation.LOST, text), state=State.READY), NOW, own=True
        ),
        "choose many": Choose("C4H7", text, (who,) * 40, more=True, only_for=text),
        "remark": Remark(text, text, Tone.PROBLEM, text, ((text, text), ("label", text)), text),
        "history": History(text, (event,) * 60),
        "handed over": HandedOver(replace(operation, changes=(PASS,), manager=who, state=State.READY, outcome=text), NOW, text),
        "to be handed over": OperationShown(replace(operation, changes=(PASS,), manager=who, state=State.READY), NOW, own=True),
        "revealed": Revealed(replace(operation, state=State.PARTIAL), Secret("Kq7+X&w=%t@#"), NOW, (text,) * 20, text),
    }

"""What crosses the chat's border: messages and presses in, replies out. No Teams type goes past here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.people import Actor, Person
from bot.domain.retirement import Channel
from bot.domain.secret import Secret

if TYPE_CHECKING:
    from bot.domain.audit import AuditEvent
    from bot.domain.bulk import Progress, Sample
    from bot.domain.methods import Dossier, Method
    from bot.domain.operation import Operation
    from bot.domain.recovery import Situation
    from bot.domain.report import PhoneOnlyReport
    from bot.domain.retirement import Retirement
    from bot.domain.stop import Freeze


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """Where to answer, enough to post later without a turn.

    Attributes:
        service_url: allow-listed Bot Connector address.
        conversation_id: with `;messageid=` when in a channel's thread.
        kind: "personal", "groupChat" or "channel".
        team_id: of the team a channel belongs to, as the message said; empty outside channels.
    """

    service_url: str
    conversation_id: str
    kind: str = "personal"
    team_id: str = ""

    @property
    def channel_id(self) -> str:
        """The channel's own id, without the thread; empty outside channels."""
        return self.conversation_id.partition(";")[0] if self.kind == "channel" else ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A person mentioned in a message: `object_id` is empty when Teams could not say who it is."""

    name: str
    object_id: str


#: In `IncomingMessage.text` the n-th mention of a person stands as these two marks around n (private-use characters).
MENTION_OPEN, MENTION_CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file dropped into a personal chat: name and address are what the client says.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
    """

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """Something typed.

    Attributes:
        key: names this delivery; the same key again is the same message.
        text: what was typed, mentions of the bot removed, otherwise as Teams sent it.
        edited: the person changed an earlier message.
        guest_or_bot: Teams itself says the sender is no member of the tenant.
        files: what was dropped into the chat with it.
        quoting: another message was quoted or forwarded with it, which is no part of `text`.
        names_people: others than the bot are mentioned in it, whom Teams has to be asked about.
        read: gives the message with its mentions cut out and looked up, which is work for whoever is let in; None when there are none.
    """

    key: str
    actor: Actor
    text: str
    where: ConversationRef
    mentions: tuple[Mention, ...] = ()
    edited: bool = False
    guest_or_bot: bool = False
    files: tuple[IncomingFile, ...] = ()
    quoting: bool = False
    names_people: bool = False
    read: Callable[[], Awaitable[IncomingMessage]] | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is in a conversation, as Teams says: `chat_id` is `29:…`, `object_id` Entra's; the name is untrusted text."""

    chat_id: str
    name: str
    object_id: str


#: The inputs with which changes are ticked on a card are called so, with their number behind.
KEEP = "keep"
#: More changes than this are never on one card.
MOST_KEPT = 40


class Verb(StrEnum):
    """What a button may ask for. Nothing but a verb, an id, a pick and what somebody filled in travels in a card."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    APPROVE = "approve"
    DENY = "deny"
    VIEW = "view"  # the approvers' card as this reader should see it
    CHOOSE = "choose"
    REFRESH = "refresh"
    AGAIN = "again"
    SUSPECT = "suspect"
    TAKE_BACK = "take_back"  # what an operation added, after a suspicious call
    STRONGER = "stronger"  # of a `show` card: the stronger path for this person
    REVEAL = "reveal"
    REPLACE = "replace"
    OPEN = "open"  # a command of the help card: its form, or the command itself when it asks for nothing
    FILL = "fill"  # a form filled in
    # Of bulk jobs alone.
    HOLD = "hold"  # pause
    GO_ON = "go_on"  # after a pause, or with the rest
    STOP = "stop"  # what is left is not done
    PREVIEW = "preview"  # every row before it is done, as a file
    RESULT = "result"  # every row after it was done, as a file
    RETRY = "retry"  # a new job of the failures
    TEMPLATE = "template"  # an empty file to fill in
    # Of reports alone.
    LIST = "list"  # everybody whom a report counts, as a file
    READ_AGAIN = "read_again"  # has Entra ID read anew


@dataclass(frozen=True, slots=True)
class CardAction:
    """A button pressed: attacker-controlled but for `actor`.

    Attributes:
        id: of the operation, of the choice or of the form, the reference to a person, or the name of a command.
        pick: which candidate of a choice, counted from 0.
        reason: why somebody denies, as typed; empty when not said.
        inputs: what a form was filled in with, by the name of the field.
        kept: which changes of a list are ticked, counted from 0; None when the card had nothing to tick.
        card_id: activity id of the pressed card, empty when Teams does not say. The client's word: no message is ever edited by it.
        universal: True for Action.Execute (the answer replaces the presser's view), False for Action.Submit.
    """

    key: str
    actor: Actor
    verb: Verb
    id: str
    where: ConversationRef
    pick: int | None = None
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[int] | None = None
    card_id: str = ""
    universal: bool = True
    guest_or_bot: bool = False


class Tone(StrEnum):
    """How a notice sounds; never shown by colour alone."""

    INFO = "info"
    DONE = "done"
    REFUSED = "refused"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Notice:
    """One or two plain sentences.

    Attributes:
        facts: what belongs to them, as label and value.
        reference: the id by which `why` explains it; empty when there is no more to say.
        take_back: id of the operation that Take back is offered for; empty for no such button.
    """

    text: str
    hint: str = ""
    tone: Tone = Tone.INFO
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    take_back: str = ""


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One line of the help card, made from a command's declaration.

    Attributes:
        command, title: its name and what stands on its button; empty for no button.
    """

    syntax: str
    summary: str
    example: str
    command: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be said, by topic."""

    topics: tuple[tuple[str, tuple[CommandHelp, ...]], ...]
    greeting: str = ""


#: The store keeps a form beside the choices, as a text that begins so; no command does, so neither is ever taken for the other.
FORM_MARK = "form: "
#: Inputs of a form begin with this, so that none is taken for the verb or the id of a button.
INPUT = "input_"
#: The same field's people picker, whose value is the object id of an account.
PICKED = "_picked"


class FieldKind(StrEnum):
    """What a field of a form is filled in with."""

    PERSON = "person"
    CHOICE = "choice"
    SWITCH = "switch"
    NUMBER = "number"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks for.

    Attributes:
        options: the words to choose from.
        limit: the most characters it takes.
        value: what it holds already; of a switch "true".
        picked, picked_name: whom the people picker holds already: object id and name.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    options: tuple[str, ...] = ()
    limit: int = 256
    value: str = ""
    picked: str = ""
    picked_name: str = ""


@dataclass(frozen=True, slots=True)
class FormShown:
    """A command to be filled in.

    Attributes:
        id: names the stored form.
        title, summary, syntax, example: of the command; the last two for whoever would rather type.
        only_for: name of the one person who may fill it in.
        problem: why what was filled in came to nothing.
    """

    id: str
    title: str
    summary: str
    syntax: str
    example: str
    fields: tuple[Field, ...]
    only_for: str = ""
    problem: Notice | None = None


@dataclass(frozen=True, slots=True)
class Whoami:
    """Who the bot takes the actor for."""

    person: Person
    tenant_id: str
    helpdesk: bool
    admin: bool


@dataclass(frozen=True, slots=True)
class PersonShown:
    """The answer to `show`.

    Attributes:
        protected: why nothing may be changed here, in a sentence.
        strength: how strong the registered methods are, in a sentence; empty when nobody can say.
        stronger: a button offers the stronger path.
        unread: what could not be read, and why.
        past: the last operations that changed the account, newest first, masked.
        unseen: what was not looked for when it was decided whether the account is protected, as sentences.
        freeze: nobody may change this person until it ends.
        reference: what the card's button carries instead of the person; empty for no button.
        serving: by what codes can come to this person's phones today.
    """

    dossier: Dossier
    protected: str = ""
    phone_notes: tuple[str, ...] = ()
    freeze: Freeze | None = None
    reference: str = ""
    strength: str = ""
    stronger: bool = False
    unread: tuple[str, ...] = ()
    past: tuple[Operation, ...] = ()
    unseen: tuple[str, ...] = ()
    serving: frozenset[Channel] = frozenset(Channel)


@dataclass(frozen=True, slots=True)
class Choose:
    """Several people fit: pick one. `id` names the stored choice."""

    id: str
    asked_for: str
    candidates: tuple[Person, ...]
    more: bool = False
    only_for: str = ""  # name of the one person who may pick


@dataclass(frozen=True, slots=True)
class ChooseMethod:
    """Several methods of a person fit: pick one. `id` names the stored choice."""

    id: str
    asked_for: str
    person: Person
    candidates: tuple[Method, ...]
    only_for: str = ""  # name of the one person who may pick


@dataclass(frozen=True, slots=True)
class ChooseSituation:
    """It depends on what happened: pick one. `id` names the stored choice."""

    id: str
    person: Person
    situations: tuple[Situation, ...]
    only_for: str = ""


@dataclass(frozen=True, slots=True)
class OperationShown:
    """An operation as its card shows it, whatever its state.

    Attributes:
        own: the reader is the requester in a personal chat, so numbers stand in full.
        now: for "time left".
    """

    operation: Operation
    now: datetime
    own: bool = True


@dataclass(frozen=True, slots=True)
class Revealed:
    """What an operation made, for the eyes of whoever pressed Reveal: only ever the answer to that press, never a message.

    Attributes:
        hints: what to tell the person, one line each.
        times: when it is good, in a sentence or two; empty for what has no end.
    """

    operation: Operation
    secret: Secret
    now: datetime
    hints: tuple[str, ...] = ()
    times: str = ""


class Viewer(StrEnum):
    """Who looks at an approvers' card; everybody sees the one with the buttons until their client asks for their own."""

    ANYBODY = "anybody"
    REQUESTER = "requester"
    AGREED = "agreed"
    TARGET = "target"
    ONLOOKER = "onlooker"


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """An operation as the approvers' card shows it, whatever its state; numbers are always masked.

    Attributes:
        now: for "time left".
        link: address of the conversation it was asked in; empty for no link.
        mentioned: who is notified; only on the first post.
        refreshing: Teams ids of those whose clients should ask for a view of their own.
        samples: of a bulk job that waits the first rows of each kind.
    """

    operation: Operation
    now: datetime
    viewer: Viewer = Viewer.ANYBODY
    link: str = ""
    mentioned: tuple[Member, ...] = ()
    refreshing: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for the reader's agreement, and what the reader asked for that waits for others; the next to expire first."""

    deciding: tuple[Operation, ...]
    asked: tuple[Operation, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class BulkShown:
    """A bulk job as the card of its requester shows it, whatever its state; numbers are always masked.

    Attributes:
        operation: with `bulk`.
        now: for "time left".
        samples: the first rows of each kind, once checked.
    """

    operation: Operation
    progress: Progress
    now: datetime
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkExplained:
    """How a bulk job is begun; `template`: an empty file can be had here."""

    text: str
    template: bool = True


class FileKind(StrEnum):
    """What file is offered."""

    TEMPLATE = "template"
    PREVIEW = "preview"
    RESULT = "result"
    LIST = "list"  # of a report


@dataclass(frozen=True, slots=True)
class FileOffered:
    """A file that the reader may take into their OneDrive: Teams asks them first.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#message-requesting-permission-to-upload

    Attributes:
        id: of the job, or the reference of a report; empty for the template.
        name: what it will be called.
        size: in bytes, as far as it is known; Teams shows it.
    """

    kind: FileKind
    id: str
    name: str
    text: str
    size: int


@dataclass(frozen=True, slots=True)
class FileStored:
    """The file is in the reader's OneDrive now; `url`, `unique_id` and `file_type` are as Teams said."""

    name: str
    url: str
    unique_id: str
    file_type: str


@dataclass(frozen=True, slots=True)
class FileConsent:
    """The answer to `FileOffered`: attacker-controlled but for `actor`.

    Attributes:
        accepted: False: they would rather not.
        kind, id: as they were offered, as the client says.
        upload_url: where the bytes go; empty when declined.
        card_id: activity id of the offer. The client's word: no message is ever deleted by it.
    """

    key: str
    actor: Actor
    where: ConversationRef
    accepted: bool
    kind: FileKind
    id: str
    name: str = ""
    upload_url: str = ""
    content_url: str = ""
    unique_id: str = ""
    file_type: str = ""
    card_id: str = ""
    guest_or_bot: bool = False


@dataclass(frozen=True, slots=True)
class ReportShown:
    """The report of who has only a phone.

    Attributes:
        reference: by which its buttons name whom it is about.
        lists: the whole list can be had here as a file.
        trouble: why Entra ID could not be read the last time, in a sentence; empty when it could.
    """

    report: PhoneOnlyReport
    retirement: Retirement
    now: datetime
    reference: str
    lists: bool = True
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One compact line of the log channel; the operation in it is masked."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class LogNotice:
    """What the log channel is told beside operations: a pause, a freeze, a suspicious call.

    Attributes:
        at: when it happened, however late the post arrives.
        grave: everybody should look up.
        ticket: as given; it stands apart because a long number in the text would be taken for a telephone's.
        take_back: id of the operation that Take back is offered for; empty for no such button.
    """

    title: str
    text: str
    hint: str = ""
    at: datetime | None = None
    grave: bool = False
    ticket: str = ""
    take_back: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Past events, newest first.

    Attributes:
        more: how many older ones there are beside these.
    """

    title: str
    events: tuple[AuditEvent, ...] = field(default_factory=tuple)
    more: int = 0


Reply = (
    Notice
    | Help
    | FormShown
    | Whoami
    | PersonShown
    | Choose
    | ChooseMethod
    | ChooseSituation
    | OperationShown
    | BulkShown
    | BulkExplained
    | FileOffered
    | FileStored
    | ApprovalShown
    | Pending
    | ReportShown
    | LogEntry
    | LogNotice
    | History
    | Revealed
)

"""What goes out to the chat, as values: `cards` makes a card of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.audit import AuditEvent
from bot.domain.bulk import Progress
from bot.domain.choosing import Choose, ChooseMethod, ChooseSituation
from bot.domain.conversations import Member
from bot.domain.forms import AskWords, FormShown
from bot.domain.incoming import FileKind
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.outside import NoticeShown, ProofShown
from bot.domain.people import Person
from bot.domain.proving import Proving
from bot.domain.remarks import LogNote, Remark
from bot.domain.report import PhoneOnlyReport
from bot.domain.retirement import Channel, Ending, Retirement
from bot.domain.rows import Sample
from bot.domain.secret import Secret
from bot.domain.stop import Freeze

#: So begins what a button carries that leads to help with something, instead of the name of a command.
HELP_WITH = "help-"


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
class TopicHelp:
    """A topic of the help card, and what its commands are called."""

    topic: str
    inside: str


@dataclass(frozen=True, slots=True)
class Help:
    """What can be said.

    Attributes:
        text: a sentence below the title.
        jobs: what is done all day: what it is called, and how it is typed.
        commands: each with what it is for.
        spelt: how they are typed is shown at once, and not only when it is asked for.
        topics: what more there is.
        more: a button leads to the topics.
    """

    title: str
    text: str = ""
    jobs: tuple[CommandHelp, ...] = ()
    commands: tuple[CommandHelp, ...] = ()
    spelt: bool = False
    topics: tuple[TopicHelp, ...] = ()
    more: bool = False


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
        details: what is worth knowing besides, which the card folds away.
        unread: what could not be read, and why.
        past: the last operations that changed the account, newest first, masked.
        waiting: requests about the person that wait for somebody, oldest first, masked.
        next_steps: commands that the reader may say about the person next, by name.
        alert: what has just been done about the person by a press on this card.
        unseen: what was not looked for when it was decided whether the account is protected, as sentences.
        freeze: nobody may change this person until it ends.
        reference: what the card's button carries instead of the person; empty for no button.
        serving: by what codes can come to this person's phones today.
        known_by: by what the reader may know the person, in words.
        high: the threat level is, so that what a caller may have read somewhere is folded away.
    """

    dossier: Dossier
    protected: str = ""
    phone_notes: tuple[str, ...] = ()
    freeze: Freeze | None = None
    reference: str = ""
    strength: str = ""
    details: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    past: tuple[Operation, ...] = ()
    waiting: tuple[Operation, ...] = ()
    next_steps: tuple[str, ...] = ()
    alert: Remark | None = None
    unseen: tuple[str, ...] = ()
    serving: frozenset[Channel] = frozenset(Channel)
    known_by: tuple[str, ...] = ()
    high: bool = False


@dataclass(frozen=True, slots=True)
class OperationShown:
    """An operation as its card shows it, whatever its state.

    Attributes:
        own: the reader is the requester in a personal chat, so numbers stand in full.
        onlooker: nobody reads it but somebody who did not ask, so it has no button of the requester's.
        now: for "time left".
        proving: how far it is with proofs of the caller; None where none can be had any more, or ever could.
        ending: what this reader is to read in full this once; None where the mark is enough.
    """

    operation: Operation
    now: datetime
    own: bool = False
    proving: Proving | None = None
    ending: Ending | None = None
    onlooker: bool = False


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


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What the manager reveals, on the card in their own chat, whatever its state; never a code.

    Attributes:
        now: for "time left".
        contact: how the helpdesk is reached; empty where no setting says.
    """

    operation: Operation
    now: datetime
    contact: str = ""


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
        opened: from a list or by its id; a press on it is answered with the list.
    """

    operation: Operation
    now: datetime
    viewer: Viewer = Viewer.ANYBODY
    link: str = ""
    mentioned: tuple[Member, ...] = ()
    refreshing: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for the reader's agreement, and what the reader asked for that waits for others; the next to expire first.

    Attributes:
        decided: what the reader has agreed to or denied by the press that this answers.
    """

    deciding: tuple[Operation, ...]
    asked: tuple[Operation, ...]
    now: datetime
    decided: Operation | None = None


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
class ReportShown:
    """The report of who has only a phone.

    Attributes:
        now: in the zone whose days the readings count for.
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
class History:
    """Past events, newest first; `more` older ones are not among them.

    Attributes:
        requests: what events belong to, told in one sentence each; None for a list of the events of one request.
        newer: where there is more in the trail, how many events are newer than what comes next; 0 where there is not.
        older: the stored choice that leads there; empty for none.
    """

    title: str
    events: tuple[AuditEvent, ...] = field(default_factory=tuple)
    more: int = 0
    requests: tuple[Operation, ...] | None = None
    newer: int = 0
    older: str = ""


Reply = (
    Remark
    | NoticeShown
    | ProofShown
    | Help
    | FormShown
    | Whoami
    | PersonShown
    | Choose
    | ChooseMethod
    | ChooseSituation
    | AskWords
    | OperationShown
    | HandedOver
    | BulkShown
    | BulkExplained
    | FileOffered
    | FileStored
    | ApprovalShown
    | Pending
    | ReportShown
    | LogEntry
    | LogNote
    | History
    | Revealed
)

"""What comes in from the chat: something typed, a button pressed, the answer to an offered file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.conversations import ConversationRef, Mention
from bot.domain.people import Actor


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


#: The inputs with which changes are ticked on a card are called so, with their number behind.
KEEP = "keep"


#: More changes than this are never on one card.
MOST_KEPT = 40


#: Of a view: the approvers' card, opened from a list or by its id, and no copy that approvers were asked with.
OPENED = "opened"


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
    NOT_ME = "not_me"  # whoever was told of a change did not want it; whoever is to vouch for a caller is not on the telephone
    PROVE = "prove"  # a proof of the caller, of a kind
    MATCH = "match"  # the person picks the number that the agent reads out
    VOUCH = "vouch"  # the person's manager says whether it is them
    ATTEST = "attest"  # the agent says what a call back, a video call or a look at a document came to
    WITHDRAW = "withdraw"  # the agent waits no longer for a proof that was asked for
    STRONGER = "stronger"  # of a `show` card: the stronger path for this person
    NEXT = "next"  # of a `show` card: a command about this person
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
    # Of bulk jobs, and the same words as `file_found.Question`: what its sender says of a file.
    SHEET = "sheet"
    COLUMNS = "columns"
    HIDDEN = "hidden"
    REGION = "region"
    NAMES = "names"
    # Of reports alone.
    LIST = "list"  # everybody whom a report counts, as a file
    READ_AGAIN = "read_again"  # has Entra ID read anew


@dataclass(frozen=True, slots=True)
class CardAction:
    """A button pressed: attacker-controlled but for `actor`.

    Attributes:
        id: of the operation, of the choice or of the form, the reference to a person, or the name of a command.
        pick: which candidate of a choice, counted from 0.
        kind: which kind of proof is wanted (`domain.proof.ProofKind`), which command (`domain.next_steps`), or that the card itself is
            wanted, and not the list that it stands on (`OPENED`), as the client says.
        answer: what was typed as an answer, such as a country; empty when there is nothing.
        plan: what Confirm was shown of a job's plan (`Bulk.mark`); empty when the card has none.
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
    kind: str = ""
    answer: str = ""
    plan: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[int] | None = None
    card_id: str = ""
    universal: bool = True
    guest_or_bot: bool = False


#: Inputs of a form begin with this, so that none is taken for the verb or the id of a button.
INPUT = "input_"


#: The same field's people picker, whose value is the object id of an account.
PICKED = "_picked"


class FileKind(StrEnum):
    """What file is offered."""

    TEMPLATE = "template"
    PREVIEW = "preview"
    RESULT = "result"
    LIST = "list"  # of a report


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

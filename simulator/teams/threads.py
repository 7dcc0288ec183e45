"""What everybody sees: conversations, their messages, and each person's own view of a card."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulator import cast
from simulator.cast import Channel, Member
from simulator.teams import identity

Parts = list[dict[str, Any]]  # attachments or entities of an activity
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
REGION = "emea"  # real service URLs end in one too

# What a bot is told that opens a chat with somebody who lacks the app: this by what others met, "ForbiddenOperationException" by
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages. Either is a 403.
ABSENT_CODE = "BadArgument"

# a person's personal chat · a channel · a thread of it · a conversation id or channel name
ConversationRef = Member | Channel | tuple[Channel, str] | str


@dataclass(kw_only=True)
class Conversation:
    """A personal chat, a channel of the team or a group chat; `members` are people."""

    id: str
    kind: str  # personal | channel | groupChat
    name: str
    members: tuple[Member, ...]
    tenant_id: str
    installed: bool = True  # the bot is in the roster
    offered: bool = False  # it is not, and whoever writes there first adds it
    opened: bool = True  # its one member has used Teams
    blocked: bool = False  # its one member has blocked the bot
    region: str = REGION  # where it is served


@dataclass(kw_only=True)
class Message:
    """One message as it stands now. `sender` is the account as on the wire; `thread` the root message of a channel thread."""

    id: str
    conversation: str
    thread: str | None
    sender: dict[str, Any]
    time: str
    text: str = ""
    text_format: str = "plain"
    attachments: Parts = field(default_factory=list)
    entities: Parts = field(default_factory=list)
    reply_to_id: str | None = None
    private_to: Member | None = None  # a targeted message: only this person sees it
    edited: bool = False
    deleted: bool = False
    views: dict[str, dict[str, Any]] = field(default_factory=dict)  # Teams id -> the card only this person sees
    shown: list[dict[str, Any]] = field(default_factory=list)  # every card this message ever showed anyone
    delivered: int | None = None  # a person's message: HTTP status the bot answered with; None while under way or unreachable

    @property
    def by_bot(self) -> bool:
        return bool(self.sender["id"].startswith("28:"))

    @property
    def conversation_id(self) -> str:
        """The id with the thread, as activities carry it."""
        return identity.join_thread(self.conversation, self.thread)

    def card(self, who: Member | None = None) -> dict[str, Any] | None:
        """The first Adaptive Card, as this person sees it (None: as everybody else does)."""
        if who is not None and (own := self.views.get(identity.mri(who))) is not None:
            return own
        return next((a["content"] for a in self.attachments if a.get("contentType") == ADAPTIVE), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "conversation": self.conversation_id,
            "from": self.sender,
            "time": self.time,
            "text": self.text,
            "textFormat": self.text_format,
            "attachments": self.attachments,
            "entities": self.entities,
            "replyToId": self.reply_to_id,
            "privateTo": self.private_to.upn if self.private_to else None,
            "edited": self.edited,
            "deleted": self.deleted,
            "views": self.views,
            "delivered": self.delivered,
        }


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One call of the bot that was accepted: method is "send", "update" or "delete"."""

    method: str
    conversation: str
    id: str
    activity: dict[str, Any]
    at: float

    def as_json(self) -> dict[str, Any]:
        return vars(self)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something changed: type is "message", "update", "delete" or "typing" (no message); `person` None concerns everybody."""

    type: str
    conversation: str
    message: Message | None
    person: Member | None = None


class Threads:
    """The store. Changes come in through its methods; every change is told to the listeners and wakes the waiters it satisfies."""

    def __init__(self, clock: Callable[[], float] = time.time, *, tenant_id: str = cast.TENANT_ID, preinstalled: bool = True) -> None:
        """Open the team's channels and everybody's personal chat.

        Args:
            tenant_id: of everybody but `cast.STRANGER`.
            preinstalled: the bot is in the channels and in the chats of the team's members already, without having been told; everybody
                else adds it by writing to it, or has it installed.
        """
        self.absent_code = ABSENT_CODE
        self._clock = clock
        self._tenant_id = tenant_id
        self._last_id = 0
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, Message] = {}
        self.sent: list[Sent] = []
        self.listeners: list[Callable[[Event], None]] = []
        self._order: dict[str, list[Message]] = {}
        self._waiters: list[tuple[Callable[[Message], bool], asyncio.Future[Message]]] = []
        team = tuple(identity.person(upn) for upn in cast.TEAM_MEMBERS)
        for channel_id, name in ((identity.GENERAL, "General"), *((c.id, c.name) for c in cast.CHANNELS)):
            self._open(Conversation(id=channel_id, kind="channel", name=name, members=team, tenant_id=tenant_id, installed=preinstalled))
        for member in (*cast.EVERYONE, cast.STRANGER):
            self._open(
                Conversation(
                    id=identity.personal_chat_id(member),
                    kind="personal",
                    name=member.name,
                    members=(member,),
                    tenant_id=self.tenant_of(member),
                    installed=preinstalled and member.upn in cast.TEAM_MEMBERS,
                    offered=preinstalled and member.upn not in cast.TEAM_MEMBERS,
                )
            )

    def _open(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        self._order[conversation.id] = []

    def open_group(self, name: str, members: tuple[Member, ...]) -> str:
        """Start a group chat with the bot in it; its id."""
        group_id = f"19:{cast.stable_id('group chat ' + name).replace('-', '')}@thread.v2"
        self._open(Conversation(id=group_id, kind="groupChat", name=name, members=members, tenant_id=self._tenant_id))
        return group_id

    def tenant_of(self, member: Member) -> str:
        """The tenant a person signs in to."""
        return cast.OTHER_TENANT_ID if member.other_tenant else self._tenant_id

    def find(self, ref: ConversationRef) -> tuple[Conversation, str | None]:
        """The conversation meant and, for a channel thread, its root id.

        Raises:
            KeyError: no such conversation.
        """
        if isinstance(ref, Member):
            return self.conversations[identity.personal_chat_id(ref)], None
        if isinstance(ref, Channel):
            return self.conversations[ref.id], None
        if isinstance(ref, tuple):
            return self.conversations[ref[0].id], ref[1]
        base, root = identity.split_thread(ref)
        named = identity.channel(base)
        return self.conversations[named.id if named else base], root

    def next_id(self) -> str:
        """A new message id: 13 digits, milliseconds, strictly increasing."""
        self._last_id = max(self._last_id + 1, int(self._clock() * 1000))
        return str(self._last_id)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def list(self, ref: ConversationRef) -> list[Message]:
        """The messages of a conversation in order; of a channel all threads, of a thread its own only."""
        conversation, root = self.find(ref)
        messages = self._order[conversation.id]
        return [m for m in messages if root in (None, m.thread)]

    def add(self, message: Message) -> None:
        card = message.card()
        message.shown.extend([card] if card else [])
        self.messages[message.id] = message
        self._order[message.conversation].append(message)
        self.changed("message", message)

    def changed(self, kind: str, message: Message, person: Member | None = None) -> None:
        """Tell the listeners and the waiters."""
        self.tell(Event(type=kind, conversation=message.conversation, message=message, person=person or message.private_to))
        for waiter in [w for w in self._waiters if not w[1].done() and w[0](message)]:
            waiter[1].set_result(message)

    def tell(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener(event)

    def edit(self, message: Message, *, text: str, attachments: Parts, entities: Parts, text_format: str = "plain") -> None:
        """Replace the content for everybody; own views of the old card end."""
        message.text, message.text_format, message.attachments, message.entities = text, text_format, attachments, entities
        message.edited = True
        message.views.clear()
        card = message.card()
        message.shown.extend([card] if card else [])
        self.changed("update", message)

    def delete(self, message: Message) -> None:
        """Leave only the note that something was deleted; what it was is still in `sent`."""
        message.deleted = True
        message.text, message.attachments, message.entities = "", [], []
        message.views.clear()
        self.changed("delete", message)

    def set_view(self, message: Message, who: Member, card: dict[str, Any]) -> None:
        """This person alone now sees this card."""
        message.views[identity.mri(who)] = card
        message.shown.append(card)
        self.changed("update", message, who)

    def record(self, method: str, message: Message, activity: dict[str, Any]) -> None:
        self.sent.append(Sent(method=method, conversation=message.conversation_id, id=message.id, activity=activity, at=self._clock()))

    async def wait_for(self, predicate: Callable[[Message], bool], timeout: float) -> Message:  # noqa: ASYNC109 - the timeout is the test's patience
        """The first message that satisfies the predicate, now or once one comes or changes.

        Raises:
            TimeoutError: none did in time; its text lists the last messages seen.
        """
        for message in self.messages.values():
            if predicate(message):
                return message
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        waiter = (predicate, future)
        self._waiters.append(waiter)
        try:
            return await asyncio.wait_for(future, timeout)
        except TimeoutError:
            last = [f"{m.conversation_id} {m.sender.get('name')}: {m.text!r} {'+card' if m.card() else ''}" for m in self.messages.values()]
            raise TimeoutError("no message matched; the last ones:\n" + "\n".join(last[-10:] or ["(none)"])) from None
        finally:
            self._waiters.remove(waiter)

"""Where our own cards stand. What an answer takes the place of is looked up here: which card was pressed is the client's word alone.

The requester's card of an operation is kept with the operation, and brought up to date by `announce`; the approvers' card and posts of
the log channel are not in here, so no press ever takes their place.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import structlog

from bot.domain.choosing import Choose, ChooseMethod, ChooseSituation
from bot.domain.conversations import ConversationRef
from bot.domain.forms import AskWords, FormShown
from bot.domain.incoming import CardAction, FileConsent
from bot.domain.operation import Operation
from bot.domain.people import Actor
from bot.domain.remarks import Remark
from bot.domain.replies import BulkShown, FileOffered, History, OperationShown, Pending, PersonShown, Reply
from bot.domain.unheard import once_an_hour, unheard
from bot.domain.verbs import VERBS, Thing
from bot.errors import ChatError, StoreUnavailable
from bot.ports import Clock, Operations

log = structlog.get_logger()

#: The list of what waits for somebody has no id; there is one in a chat that counts, the last.
_LIST = "pending"
_STORED_ONCE = frozenset({Thing.CHOICE, Thing.FORM})


class Posted:
    """Remembers where cards stand, and which of them an answer replaces."""

    def __init__(self, operations: Operations, clock: Clock) -> None:
        self._operations = operations
        self._clock = clock
        self._people: dict[tuple[str, str], str] = {}  # cards of people that are still to be noted
        self._noting: asyncio.Task[None] | None = None

    async def remember(self, reply: Reply, where: ConversationRef, card_id: str) -> str:
        """Notes that a card was posted here, or took the place of another one.

        Returns:
            The activity id of the card that is left behind by it, since one alone is kept up to date; empty for none.
        """
        if not card_id:
            return ""
        if isinstance(reply, PersonShown):
            self._people |= {(reply.reference, where.conversation_id): card_id} if reply.reference else {}
            if self._noting is None or self._noting.done():
                self._noting = asyncio.create_task(self._note_people())
            return ""
        with _forgivable():
            if isinstance(reply, OperationShown | BulkShown):
                if _is_its_card(reply.operation, where, card_id):
                    await self._operations.set_card(reply.operation.id, card_id)
                    return reply.operation.card_id if reply.operation.state.waiting else ""  # a code may stand on any other
            elif names := _names(reply):
                await self._operations.set_posted_cards({(name, where.conversation_id): card_id for name in names}, self._clock())
        return ""

    async def unheard(self, actor: Actor, error: ChatError) -> None:
        """Notes that somebody's answer did not arrive, so that the log channel hears of it."""
        at = self._clock()
        try:
            await self._operations.tell_log_once(once_an_hour(actor.id, at), unheard(actor, str(error), at))
        except StoreUnavailable as unknown:
            log.warning("the log channel is not told", action="unheard_unknown", error=str(unknown))

    async def _note_people(self) -> None:
        """Beside the turns, since most of these are never replaced: one note at a time, for all that came during the one before."""
        while self._people:
            noted, self._people = self._people, {}
            with _forgivable():
                await self._operations.set_posted_cards(noted, self._clock())

    async def replaced_by(self, action: CardAction, reply: Reply) -> str:
        """The activity id of the card that the answer to a press takes the place of, in the conversation of the press; empty for none."""
        here = action.where.conversation_id
        with _forgivable():
            if isinstance(reply, Pending):
                return await self._operations.posted_card(_LIST, here)
            if _is_stored_once(action):
                return await self._operations.posted_card(action.id, here)
            if isinstance(reply, PersonShown) and reply.reference == action.id:
                return await self._operations.posted_card(action.id, here)
            if isinstance(reply, OperationShown | BulkShown):
                same = reply.operation.id == action.id  # otherwise it is a new operation, in place of the one on the card
                pressed = reply.operation if same else await self._operations.get(action.id)
                return pressed.card_id if pressed and pressed.conversation.conversation_id == here else ""
        return ""

    async def replaced(self, action: CardAction, reply: Reply, card_id: str) -> None:
        """Notes that the answer stands there now: what stood there before has no card any more, and cannot take it back."""
        with _forgivable():
            if _is_stored_once(action) and action.id not in _names(reply):
                await self._operations.card_gone(action.id, action.where.conversation_id)
            elif isinstance(reply, OperationShown) and reply.operation.id != action.id:
                await self._operations.set_card(action.id, "")
        await self.remember(reply, action.where, card_id)

    async def offer(self, consent: FileConsent) -> str:
        """The activity id of the offer that was answered; empty when we know of none."""
        with _forgivable():
            return await self._operations.posted_card(_offer(consent), consent.where.conversation_id)
        return ""

    async def offer_gone(self, consent: FileConsent) -> None:
        """Notes that the offer was deleted."""
        with _forgivable():
            await self._operations.card_gone(_offer(consent), consent.where.conversation_id)


@contextlib.contextmanager
def _forgivable() -> Iterator[None]:
    """Without the database nobody knows where a card stands, and what would take its place is posted anew."""
    try:
        yield
    except StoreUnavailable as error:
        log.warning("where a card stands is not known", action="card_unknown", error=str(error))


def _is_stored_once(action: CardAction) -> bool:
    """Whether it is a choice or a form that was pressed."""
    return not _STORED_ONCE.isdisjoint(VERBS[action.verb].names)


def _is_its_card(operation: Operation, where: ConversationRef, card_id: str) -> bool:
    """Whether what is said here is to be kept up to date: not what others are told elsewhere, and of a job its first card."""
    here = operation.conversation.conversation_id == where.conversation_id
    known = bool(operation.card_id) if operation.bulk else operation.card_id == card_id
    return here and not known and not operation.state.finished


def _names(reply: Reply) -> tuple[str, ...]:
    """By which a card is remembered: of each thing that may be pressed on it. None for what is never replaced."""
    match reply:
        case FormShown(id=form_id, problem=problem):
            return (form_id, *(_names(problem) if problem else ()))
        case Choose() | ChooseMethod() | ChooseSituation() | AskWords():
            return (reply.id,)
        case FileOffered():
            return (_offer(reply),)
        case Remark(offers=offers):
            return tuple(name for name, _ in offers)
        case History(older=older) if older:
            return (older,)
        case Pending():
            return (_LIST,)
    return ()


def _offer(file: FileOffered | FileConsent) -> str:
    return f"{file.kind.value}:{file.id}"

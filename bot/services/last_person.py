"""The last person spoken about: whom "her", "him" and "them" mean, for this agent in this conversation.

Somebody counts once a card showed them by name, for an hour. Whatever makes it doubtful who is meant makes that nobody:
several people to choose from, a list of requests, a command about somebody else that came to nothing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from bot.commands.spec import Invocation
from bot.domain.conversations import ConversationRef
from bot.domain.forms import FormShown
from bot.domain.methods import Dossier
from bot.domain.people import Actor
from bot.domain.remarks import Remark
from bot.domain.replies import Help, History, OperationShown, PersonShown, Reply, Whoami
from bot.domain.said import say
from bot.errors import Refusal, StoreUnavailable
from bot.ports import Clock, Memory

REMEMBERED_FOR = timedelta(hours=1)


class LastPerson:
    """Who was spoken about last, per agent and conversation."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    async def whom(self, word: str, actor: Actor, where: ConversationRef) -> str:
        """The object id of the last person spoken about.

        Raises:
            Refusal: there is none.
        """
        person_id = await self._last(actor, where)
        if not person_id:
            raise Refusal(
                say("I do not know who “{word}” is.", word=word),
                say(
                    "Say who, by name or address. I only take the person whose card I showed you last in this conversation, within the "
                    "hour."
                ),
                code="who",
            )
        return person_id

    async def showed(
        self,
        reply: Reply,
        invocation: Invocation,
        dossier: Dossier | None,
        actor: Actor,
        where: ConversationRef,
        late_since: datetime | None = None,
    ) -> None:
        """Remembers whom this reply shows by name; forgets when it shows several, or somebody who cannot be told.

        Args:
            late_since: since when it was waited for; where anybody was spoken about meanwhile, nobody can tell who was the last.
        """
        if isinstance(reply, (Help, Whoami, FormShown)):
            return
        overtaken = late_since is not None and await self._memory.spoken_since(actor.id, where.conversation_id, late_since)
        person_id = "" if overtaken else _subject(reply, invocation, dossier)
        await self._memory.speak_of(actor.id, where.conversation_id, person_id, self._clock())

    async def is_looked_up(self, actor: Actor, where: ConversationRef, now: datetime) -> None:
        """Somebody whose card will be shown later; as long as it is not, nobody is "her"."""
        with suppress(StoreUnavailable):  # the answer will say so
            await self._memory.speak_of(actor.id, where.conversation_id, "", now)

    async def doubtful(self, actor: Actor, where: ConversationRef, person_id: str = "") -> None:
        """A command came to nothing: unless it was about the same person, nobody is "her" any more."""
        last = await self._last(actor, where)
        if last and last != person_id:
            await self._memory.speak_of(actor.id, where.conversation_id, "", self._clock())

    async def _last(self, actor: Actor, where: ConversationRef) -> str:
        return await self._memory.spoken_of(actor.id, where.conversation_id, self._clock() - REMEMBERED_FOR)


def _subject(reply: Reply, invocation: Invocation, dossier: Dossier | None) -> str:
    match reply:
        case OperationShown(operation=operation):
            return operation.target.id
        case PersonShown(dossier=shown):
            return shown.person.id
        case Remark() | History() if dossier and not invocation.command.nested:
            words = f"{reply.title} {reply.text}" if isinstance(reply, Remark) else reply.title
            return dossier.person.id if dossier.person.name in words else ""
        case _:
            return ""

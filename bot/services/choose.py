"""Where several are meant, one is picked on a card: which person, which method, what happened. Kept until it is picked, once."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from bot.commands.parser import with_words
from bot.commands.spec import Command, Invocation, Several
from bot.commands.told import lines_in, opening_of
from bot.domain.candidates import TO_FILL_IN, Candidate
from bot.domain.choosing import Choose, ChooseMethod, ChooseSituation
from bot.domain.conversations import ConversationRef
from bot.domain.forms import AskWords
from bot.domain.incoming import CardAction
from bot.domain.people import Actor, Person
from bot.domain.recovery import Situation
from bot.domain.remarks import Remark
from bot.domain.said import say
from bot.errors import DirectoryError, Forbidden, Readings, Refusal
from bot.ports import FIND_LIMIT, Clock, Memory

#: More lines than these nobody is told to type at once.
MOST_OFFERS = 3


class Choices:
    """Offers what could be meant, and takes what was picked."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    async def offer_people(
        self, invocation: Invocation, actor: Actor, where: ConversationRef, people: Sequence[Person], doubt: str = ""
    ) -> Choose:
        """Which of these people is meant; `doubt` says why nobody is taken without asking."""
        who = invocation.who
        assert who is not None
        choice_id = await self._offered(invocation, actor, [Candidate(person.id) for person in people])
        only_for, more = where.for_one(actor.name), len(people) >= FIND_LIMIT
        return Choose(choice_id, who.text, tuple(people), more=more, only_for=only_for, doubt=doubt)

    async def offer_line(self, line: str, actor: Actor, person_id: str = "", picked: str = "") -> str:
        """A line that somebody probably meant, or how one goes on, for a button: names the choice of it.

        Args:
            person_id: object id of whom it is about, where its words do not say.
            picked: with what it is said, where its words do not say.
        """
        return await self._memory.remember_choice(actor.id, line, [Candidate(person_id, picked)], self._clock())

    async def offers(
        self, told: Refusal | Remark, line: str, actor: Actor, about: str, words: tuple[str, str], may: Callable[[Command], bool]
    ) -> tuple[tuple[str, str], ...]:
        """What a sentence tells its reader to type, each as a stored choice and what stands on its button.

        Args:
            line: what was typed; empty where nothing was.
            about: object id of whom it speaks of; empty for nobody in particular.
            words: the ticket and the reason that were given, which each line keeps.
            may: whether its reader may say a command.
        """
        if isinstance(told, Readings):
            return tuple(
                [(await self.offer_line(line.replace(told.said, reading, 1), actor, about), title) for reading, title in told.readings]
            )
        lines = (told.line,) if isinstance(told, Refusal) and told.line else lines_in(told.hint)
        openings = {opening.command: opening for opening in filter(None, map(opening_of, lines)) if may(opening.command)}
        offered = []
        for opening in list(openings.values())[:MOST_OFFERS]:
            said = with_words(opening.line, *words) if opening.command.takes_reason else opening.line
            candidate = Candidate(about, TO_FILL_IN if opening.asks else "")
            choice_id = await self._memory.remember_choice(actor.id, said, [candidate], self._clock())
            alone = isinstance(told, Refusal) and bool(told.line) and not opening.asks
            offered.append((choice_id, say("Do that instead") if alone else opening.command.title))
        return tuple(offered)

    async def offer_methods(
        self, invocation: Invocation, actor: Actor, where: ConversationRef, person: Person, several: Several
    ) -> ChooseMethod:
        """Which of somebody's methods is meant."""
        choice_id = await self._offered(invocation, actor, [Candidate(person.id, method.id) for method in several.methods])
        return ChooseMethod(choice_id, several.asked_for, person, several.methods, where.for_one(actor.name))

    async def ask_what_happened(self, invocation: Invocation, actor: Actor, where: ConversationRef, person: Person) -> ChooseSituation:
        """What happened to somebody."""
        situations = tuple(Situation)
        choice_id = await self._offered(invocation, actor, [Candidate(person.id, situation.value) for situation in situations])
        return ChooseSituation(choice_id, person, situations, where.for_one(actor.name))

    async def ask_words(
        self, invocation: Invocation, actor: Actor, where: ConversationRef, person: Person, picked: str, wanted: Forbidden
    ) -> AskWords:
        """The ticket or the reason that policy wants with a line, whose person and pick are known."""
        choice_id = await self._offered(invocation, actor, [Candidate(person.id, picked)])
        return AskWords(
            choice_id,
            invocation.command.title,
            person,
            wanted.text,
            wanted.wants,
            invocation.ticket,
            invocation.reason,
            where.for_one(actor.name),
        )

    async def _offered(self, invocation: Invocation, actor: Actor, candidates: Sequence[Candidate]) -> str:
        return await self._memory.remember_choice(actor.id, invocation.text, candidates, self._clock())

    @contextlib.asynccontextmanager
    async def picked(self, action: CardAction) -> AsyncIterator[tuple[str, Candidate]]:
        """The line that was typed, and what was picked for it; spent unless that comes to nothing within, and might come to more later.

        Raises:
            Refusal: the choice is somebody else's, or spent, or too old; or nothing that was offered is picked.
        """
        taken = await self._memory.take_choice(action.id, action.actor.id, self._clock())
        if taken is None:
            raise Refusal(
                say("This choice is not yours, or was made already, or has expired."),
                say("Begin anew if it is still needed."),
                code="unknown_choice",
            )
        text, candidates = taken
        try:
            if action.pick is None or not 0 <= action.pick < len(candidates):
                raise Refusal(say("I do not know which one you picked."), say("Pick one on the card."), code="bad_pick")
            yield with_words(text, action.answer, action.reason), candidates[action.pick]
        except (Refusal, DirectoryError) as error:
            if isinstance(error, Refusal) and len(candidates) == 1 and action.pick == 0 and action.where.kind == "personal":
                error.spent = True  # a yes to a question: what came of it stands in its place, where it is for nobody else
                raise
            # The pick came to nothing, not the choice: another candidate, or the same one later, may still be picked.
            await self._memory.remember_choice(action.actor.id, text, candidates, self._clock(), action.id)
            raise

"""Steps 3 to 5 up to the moment before anything is stored: may this be said, who is meant, does policy agree, what would change.

One path for what is proposed and for what an administrator only tries out with `policy test`.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from bot.commands import COMMANDS
from bot.commands.parser import MAX_TICKET
from bot.commands.spec import Command, Context, Errand, Invocation, Ports, Who
from bot.domain.change import ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.methods import Dossier
from bot.domain.near_names import named
from bot.domain.next_steps import NEXT_STEPS
from bot.domain.people import Actor, Person, Standing
from bot.domain.plan import Plan
from bot.domain.policy import Decision
from bot.domain.recovery import Situation
from bot.domain.replies import Reply
from bot.domain.said import join, say
from bot.domain.sign_in import Aspect
from bot.domain.stop import GO
from bot.errors import DirectoryError, NotFound, Refusal
from bot.planning.installation import Installation
from bot.ports import Clock, Directory
from bot.services.agreement import Agreement
from bot.services.gate import Gate
from bot.services.look import aspects_of, glance, look
from bot.services.propose import Proposal
from bot.services.require import require
from bot.services.review import Reviewer, Wish

#: Words of lines that are seldom part of a name, and then belong in quotation marks.
_WORDS = frozenset(("for", "to", "at", "by", "as", "from", "voor", "naar", "op", "om", "door", "als"))


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a line means.

    Attributes:
        doubt: why not even one of them is taken without asking, in a sentence; empty when they are called as it says.
    """

    people: tuple[Person, ...]
    doubt: str = ""


def nobody_called(who: Who, text: str) -> tuple[str, str]:
    """That nobody is called so in a line, and what to do about it."""
    if who.untold:
        return (
            say("Teams did not tell me which account “{token}” is.", token=who.text),
            say("Type the name or the address of the person instead of a mention."),
        )
    check = say("Check the spelling, or give the user principal name, such as alice@example.com.")
    if not who.exact and (any(map(str.isdigit, text)) or not _WORDS.isdisjoint(who.text.lower().split())):
        check = join(" ", (check, say("A name with figures or words such as for, to or at in it goes in quotation marks.")))
    return say("I find nobody called “{who}”.", who=who.text), check


class Preparation:
    """Takes a command as far as it goes without storing anything.

    Args:
        shown: the directory for commands that change nothing; what only decorates their cards may be a moment old.
    """

    def __init__(
        self, ports: Ports, shown: Directory, gate: Gate, reviewer: Reviewer, agreement: Agreement, installation: Installation, clock: Clock
    ) -> None:
        self._ports = ports
        self._shown = shown
        self._gate = gate
        self._reviewer = reviewer
        self._agreement = agreement
        self._installation = installation
        self._clock = clock

    def with_number(self, invocation: Invocation) -> Invocation:
        """The same with the number of a ticket that was given as an address."""
        number = self._installation.tickets.number(invocation.ticket)
        if number == invocation.ticket:
            return invocation
        return replace(invocation, ticket=number[:MAX_TICKET])

    def permit(self, command: Command, standing: Standing, where: ConversationRef) -> Decision:
        """Policy's yes to saying this here; raises Forbidden when someone with this standing may not."""
        decision = self._gate.permit(standing, command.audience, where)
        require(decision)
        return decision

    async def find(self, invocation: Invocation, standing: Standing, chosen: str = "") -> Found:
        """Whom the invocation means; several when the name fits several, and with a doubt whom it only may mean.

        Raises:
            Refusal: nobody.
        """
        who = invocation.who
        assert who is not None
        object_id = chosen or who.object_id or (standing.person.id if who.me else "")
        if who.last and not object_id:
            raise Refusal(say("Nobody can tell who “{who}” is here.", who=who.text), say("Say who, by name or address."), code="who")
        directory = self._ports.directory
        try:
            people = (await directory.person(object_id),) if object_id else await directory.find(who.text)
        except NotFound:
            people = ()
        if not people and self._may_name_leavers(invocation.command, standing):
            people = await self._ports.operations.known(object_id or who.text)
        if object_id:
            if not people:
                raise Refusal(say("That account no longer exists in Entra ID."), code="no_such_person")
            return Found(people)
        if people and not who.untold and (len(people) > 1 or named(who.text, people[0])):
            return Found(people)
        return Found(people or await self._near(who, invocation.text), nobody_called(who, invocation.text)[0])

    async def _near(self, who: Who, text: str) -> tuple[Person, ...]:
        """Who has nearly this name; raises Refusal where nobody has."""
        near: tuple[Person, ...] = ()
        with contextlib.suppress(DirectoryError):  # nobody is called so, whatever there is to offer
            near = () if who.exact else await self._ports.directory.near(who.text)
        if not near:
            raise Refusal(*nobody_called(who, text), code="no_such_person")
        return near

    async def dossier(self, invocation: Invocation, standing: Standing, person: Person) -> Dossier:
        """Everything the command needs to know about somebody; of somebody Entra ID no longer knows, what was recorded here."""
        command = invocation.command
        wanted = (aspects_of(command.changes) | command.aspects) - (frozenset() if self._installation.per_user_mfa else {Aspect.MFA_STATE})
        try:
            if command.changes:
                self._reviewer.ahead(person)
                return await look(self._ports.directory, person.id, wanted)
            return await glance(self._shown, person.id, wanted)
        except NotFound:
            if self._may_name_leavers(invocation.command, standing):
                return Dossier(person, {})
            raise

    async def run(
        self,
        invocation: Invocation,
        actor: Actor,
        standing: Standing,
        where: ConversationRef,
        dossier: Dossier | None,
        picked: str = "",
    ) -> Proposal | Errand | Reply:
        """What a changing command would propose, the reply of another, or what the front desk is asked to do.

        Args:
            picked: Graph's id of the method that was picked on a card.

        Raises:
            Refusal: policy, a limit or the state of the account forbids it, or nobody could approve it.
        """
        now = self._clock()
        command = invocation.command
        stop, asking, protected, may, installation = GO, None, "", frozenset[ChangeKind](), self._installation
        if dossier and command.changes:
            lost = str(invocation.args.get("situation") or picked) == Situation.LOST
            why, ticket = invocation.reason, invocation.ticket
            asking = await self._reviewer.called(standing, dossier, where, reason=why, ticket=ticket, lost=lost)
            require(self._reviewer.decide(Wish(invocation.kinds, containing=invocation.containing), asking))
            installation = replace(installation, longest_pass=self._reviewer.at(asking.case.stop).longest_pass)
        elif dossier:
            stop = await self._ports.stops.seen(dossier.person.id, now)
            protected = self._reviewer.protection(standing, dossier, where)
            may = self._reviewer.may(NEXT_STEPS.values(), standing, dossier, where, stop)
        context = Context(
            actor=actor,
            standing=standing,
            audiences=self._gate.audiences(standing, where),
            where=where,
            now=now,
            installation=installation,
            commands=COMMANDS,
            dossier=dossier,
            protected=protected,
            may=may,
            stop=stop,
            picked=picked,
            askable=lambda: self._reviewer.askable(standing, where) - installation.off,
        )
        result = await command.answer(invocation, context, self._ports)
        if not isinstance(result, Plan):
            return result
        assert asking is not None, "whatever changes something changes somebody"
        return await self._agreement.of(result, asking, actor)

    async def file(self, invocation: Invocation, actor: Actor, standing: Standing, where: ConversationRef) -> Proposal:
        """What policy says of a file as such, whoever is in it: of each of its rows it is asked when there is one."""
        nobody = Dossier(Person("", "", ""), {})
        reason, ticket = invocation.reason, invocation.ticket
        decision = await self._reviewer.request(standing, nobody, Wish(invocation.kinds), where, reason=reason, ticket=ticket)
        require(decision)
        plan = Plan(nobody.person, (), bundle=ChangeKind.BULK)
        return await self._agreement.complete(plan, decision, actor, where, self._clock())

    def _may_name_leavers(self, command: Command, standing: Standing) -> bool:
        return command.leavers and self._gate.is_admin(standing)

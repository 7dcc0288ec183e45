"""Who can say that a caller is the person: looked up in the directory when a proof is asked for, never taken from the conversation."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.change import ChangeKind
from bot.domain.methods import Dossier, PhoneType
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.phone import digits, mask
from bot.domain.policy import Audience
from bot.domain.proof import ProofKind
from bot.domain.proving import Terms
from bot.domain.recovery import Situation
from bot.domain.said import said_day, say
from bot.domain.signals import OldNumber
from bot.errors import DirectoryError, NotFound, Refusal, Throttled, Unavailable
from bot.ports import BulkJobs, Clock, Directory, Past, Signs
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.still_agreed import somebody_else


class NotPossible(Exception):
    """A kind of proof that is not to be had for this person; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Who answers, and what the agent is told to go by.

    Attributes:
        recipient: in a chat of their own, or on a page; None for the agent.
        call: the number to be called back, in full.
        evidence: what stands in the trail of it.
    """

    recipient: Person | None = None
    call: str = ""
    evidence: str = ""


class Witnesses:
    """Finds them."""

    def __init__(
        self, directory: Directory, jobs: BulkJobs, signs: Signs, past: Past, gate: Gate, terms: Terms, clock: Clock
    ) -> None:  # fmt: skip
        self._directory = directory
        self._jobs = jobs
        self._signs = signs
        self._past = past
        self._gate = gate
        self._terms = terms
        self._clock = clock

    async def of(self, kind: ProofKind, operation: Operation) -> Witness:
        """Who answers a proof of this kind.

        Raises:
            NotPossible: nobody; the text says why.
            DirectoryError: Graph cannot say.
        """
        match kind:
            case ProofKind.NUMBER_MATCH | ProofKind.SIGN_IN:
                return Witness(recipient=operation.target)
            case ProofKind.MANAGER:
                return Witness(recipient=await self.manager(operation))
            case ProofKind.CALL_BACK:
                return await self._old_number(operation)
        return Witness()

    async def manager(self, operation: Operation) -> Person:
        """The person's manager, if they may vouch; raises as `of`."""
        target, since = operation.target, self._clock() - timedelta(days=self._terms.rules.recent_days)
        manager, changed = await asyncio.gather(self._directory.manager(target.id), self._changed(target.id, since))
        if manager is None:
            raise NotPossible(say("Entra ID names no manager."))
        if manager.id.lower() in (target.id.lower(), operation.requester.id.lower()):
            raise NotPossible(say("{name}, the manager, is a party to this request.", name=manager.name))
        if not manager.enabled:
            raise NotPossible(say("The account of {name}, the manager, is disabled.", name=manager.name))
        if manager.guest:
            raise NotPossible(say("{name}, the manager, is a guest.", name=manager.name))
        if changed is None:
            raise NotPossible(say("The log of changes cannot be read, so nobody knows whether the manager is a new one."))
        if changed:
            days = self._terms.rules.recent_days
            raise NotPossible(say("{name} became the manager within the last {count} days.", name=manager.name, count=days))
        if not (another := await somebody_else(self._directory, self._jobs, operation, manager.id)).allowed:
            raise NotPossible(another.text)
        return manager

    async def _changed(self, target_id: str, since: datetime) -> bool | None:
        try:
            return await self._signs.manager_changed(target_id, since)
        except (Throttled, Unavailable):
            raise
        except DirectoryError:
            return None

    async def _old_number(self, operation: Operation) -> Witness:
        since = self._clock() - timedelta(days=self._terms.rules.recent_days)
        dossier, made = await asyncio.gather(self._directory.dossier(operation.target.id), self._past.made_to(operation.target.id, since))
        numbers = await self._numbers(dossier, since)
        new = [change for change in (*(one.change for one in made), *operation.changes) if change.kind is ChangeKind.SET_PHONE]
        ours, slots = {digits(str(change.after)) for change in new}, {one.change.phone for one in made}
        gone = {digits(str(change.before)) for change in operation.changes if change.kind is ChangeKind.REMOVE_PHONE}
        lost = operation.recovery is not None and operation.recovery.situation is Situation.LOST
        if lost:  # a locked telephone can be answered
            slots |= {PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE}
            gone |= {digits(phone.number) for kind, phone in dossier.phones.items() if kind in slots}
        left = [each for each in numbers if digits(each.number) not in (ours | gone) and each.phone not in (slots - {None})]
        if not left:
            days = self._terms.rules.recent_days
            raise NotPossible(say("There is no number that has stood in the directory for {count} days.", count=days))
        number = left[0]
        evidence = say("{number}, unchanged since {day}", number=mask(number.number), day=said_day(number.since.date()))
        return Witness(call=number.number, evidence=evidence)

    async def _numbers(self, dossier: Dossier, since: datetime) -> tuple[OldNumber, ...]:
        try:
            return await self._signs.old_numbers(dossier, since)
        except (Throttled, Unavailable):
            raise
        except DirectoryError as error:
            raise NotPossible(say("The log of changes cannot be read, so nobody knows which number is an old one.")) from error

    async def colleague(self, named: str, operation: Operation) -> Person:
        """The second colleague in a video call.

        Raises:
            Refusal: it is nobody, not one person, or nobody who counts.
            DirectoryError: Graph cannot say.
        """
        hint = say("Write the name or address of the colleague who saw the caller with you.")
        if not named:
            raise Refusal(say("A video call counts with a second colleague in it, and nobody is named."), hint, code="who")
        try:
            found = await self._directory.find(named)
        except NotFound:
            found = ()
        if len(found) != 1:
            text = say("“{who}” is several people.", who=named) if found else say("I find nobody called “{who}”.", who=named)
            raise Refusal(text, hint, code="who")
        person = found[0]
        if person.id.lower() in (operation.requester.id.lower(), operation.target.id.lower()):
            raise Refusal(say("{name} is a party to this request.", name=person.name), hint, code="who")
        standing = await self._gate.standing(Actor(person.id.lower(), operation.requester.tenant_id, person.name))
        if not self._gate.permit(standing, Audience.STAFF).allowed:
            raise Refusal(say("{name} does not belong to the helpdesk.", name=person.name), hint, code="who")
        require(await somebody_else(self._directory, self._jobs, operation, person.id))
        return person

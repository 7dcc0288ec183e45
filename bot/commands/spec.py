"""What a command is: one declaration, from which parser, usage errors, help, manifest and docs/commands.md derive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from inspect import signature

from bot.commands.grammar.arguments import Line, Who
from bot.commands.grammar.kinds import Part
from bot.domain.change import BUNDLES, Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import Verb
from bot.domain.methods import Dossier, Method
from bot.domain.need import Need
from bot.domain.people import Actor, Person, Standing
from bot.domain.plan import Plan
from bot.domain.policy import Audience
from bot.domain.replies import Reply
from bot.domain.said import Said
from bot.domain.sign_in import Aspect
from bot.domain.stop import GO, Stop
from bot.planning.installation import Installation
from bot.ports import BulkJobs, Directory, Operations, Stops, Usages

__all__ = ["Audience", "Command", "Context", "Invocation", "Ports", "Run", "Who"]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One parsed saying of a command.

    Attributes:
        args: by part name: `who` (Who), `phone` (PhoneType), `number` (str, as typed), `on` (bool), `id` (str) …
        text: the clean text that was parsed.
        ticket, reason: from the tail of a command that takes one; empty when absent.
    """

    command: Command
    args: Mapping[str, object]
    text: str
    ticket: str = ""
    reason: str = ""

    @property
    def kinds(self) -> frozenset[ChangeKind]:
        """What policy is asked before anything is planned."""
        return self.command.asks(self.args) if self.command.asks else self.command.changes

    @property
    def containing(self) -> frozenset[ChangeKind]:
        """Those of the kinds that only take access away as they are asked for here."""
        return self.command.contains(self.args) if self.command.contains else frozenset()

    @property
    def who(self) -> Who | None:
        """The person meant, if the command names one."""
        who = self.args.get("who")
        return who if isinstance(who, Who) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would happen if somebody said something.

    Attributes:
        code, text, hint: of the refusal; empty when it would be allowed.
        rules: names of the policy's rules that decide.
        changes: what would change, numbers masked; empty for a command that changes nothing.
        need: what it would wait for.
        approvers: who could agree.
        manager: who reveals what it makes; None for whoever asks.
    """

    allowed: bool
    code: str = ""
    text: str = ""
    hint: str = ""
    rules: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    need: Need | None = None
    approvers: tuple[Person, ...] = ()
    manager: Person | None = None


@dataclass(frozen=True, slots=True)
class Ports:
    """What commands read and write. Each is handed those that its `run` names as parameters, and no other."""

    directory: Directory
    operations: Operations
    stops: Stops
    usages: Usages
    jobs: BulkJobs


@dataclass(frozen=True, slots=True)
class Context:
    """What is known when a command runs.

    Attributes:
        audiences: those that the actor belongs to here and now.
        commands: everything that can be said.
        dossier: everything read about `invocation.who`, None when nobody is meant.
        protected: why this target may not be changed, in a sentence; empty when it may.
        may: what of `NEXT_STEPS` the actor may ask for about this target, as far as policy alone can tell.
        stop: the pause and the freeze of this target that hold now.
        picked: Graph's id of the method that was picked on a card, the situation, or how far history was read; empty when none was.
        askable: the kinds of change that policy and settings let the actor ask for here, about anybody at all.
    """

    actor: Actor
    standing: Standing
    audiences: frozenset[Audience]
    where: ConversationRef
    now: datetime
    installation: Installation
    commands: tuple[Command, ...]
    dossier: Dossier | None = None
    protected: str = ""
    may: frozenset[ChangeKind] = frozenset()
    stop: Stop = GO
    picked: str = ""
    askable: Callable[[], frozenset[ChangeKind]] = lambda: frozenset(ChangeKind)

    def offers(self, command: Command) -> bool:
        """Whether the actor could come to something with it; what settings or policy have switched off is not offered."""
        if command.audience not in self.audiences:
            return False
        asked = command.changes & BUNDLES or command.changes
        return not asked or bool(command.contains) or not asked.isdisjoint(self.askable())

    @property
    def helpdesk(self) -> bool:
        """Whether helpdesk commands are open to the actor."""
        return Audience.HELPDESK in self.audiences

    @property
    def admin(self) -> bool:
        """Whether administrators' commands are."""
        return Audience.ADMINISTRATORS in self.audiences


@dataclass(frozen=True, slots=True)
class Several:
    """Several methods are meant, so one has to be picked."""

    asked_for: str
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class WhatHappened:
    """It depends on what happened to the person, so one situation has to be picked."""


@dataclass(frozen=True, slots=True)
class Steer:
    """Something is to be done about a bulk job; without an id, about none in particular."""

    verb: Verb
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """The report about whom is named; empty for everybody."""

    about: str


@dataclass(frozen=True, slots=True)
class Rehearse:
    """What would happen if this person typed this line here is to be found out."""

    line: Line
    person: Person


#: What a command leaves to the front desk, which alone can ask, steer and report.
Errand = Several | WhatHappened | Steer | ReportAsked | Rehearse
#: Takes the invocation, the context, and those of the `Ports` that it names, as keywords.
Run = Callable[..., Awaitable[Plan | Errand | Reply]]


@cache
def _uses(run: Run) -> tuple[str, ...]:
    return tuple(signature(run).parameters)[2:]


#: Words of names that are no words to a reader.
_SPELT = {"sms": "SMS", "mfa": "MFA"}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be said.

    Attributes:
        name: stable word for logs and the audit trail, such as `set-phone`.
        topic: heading on the help card.
        pattern: the parts in order; `syntax` and the command's form are computed from it.
        job: what it is called among the few that a helpdesk does all day, which `help` shows at once; empty for all the others.
        short: other ways to say it, for whoever types a lot; they are understood and not taught.
        summary: one line for people.
        example: a line that works in the demo.
        run: read-only; a Plan for a changing command (or what it could be about, to pick one), otherwise the reply, or what the front
            desk is asked to do for it. It declares by its parameters which of the `Ports` it uses.
        changes: kinds of change it may plan; empty for read-only commands. A changing command may end in `ticket …` and `because …`.
        asks: of these, what the arguments ask for at the least; policy is asked about it before anything is planned, and about the plan
            after that. None for all of `changes`.
        contains: of these, what the arguments ask for only to take access away, where the kind itself does not tell.
        audience: who may say it.
        leavers: administrators may name somebody Entra ID no longer knows; the dossier then holds what was recorded here.
        nested: one of its parts is another command's line, tail and all, so nothing is cut off as its own tail.
        reasoned: may end in `ticket …` and `because …` although it plans no change.
        acts: changes something of Doorman's own at once, without a card to confirm: whoever says it is looked up in Entra ID anew.
        aspects: what it looks at besides account and methods; what its changes are compared with is read anyhow.
        reads: Graph application permissions it needs for reading, with the reason.
        in_menu: Teams' own menu lists it: what a day is made of, and no more, since nobody reads a long one; the cards offer the rest.
    """

    name: str
    topic: str
    pattern: tuple[Part, ...]
    summary: str
    example: str
    run: Run
    job: str = ""
    short: tuple[tuple[Part, ...], ...] = ()
    changes: frozenset[ChangeKind] = frozenset()
    asks: Callable[[Mapping[str, object]], frozenset[ChangeKind]] | None = None
    contains: Callable[[Mapping[str, object]], frozenset[ChangeKind]] | None = None
    audience: Audience = Audience.HELPDESK
    leavers: bool = False
    nested: bool = False
    reasoned: bool = False
    acts: bool = False
    aspects: frozenset[Aspect] = frozenset()
    reads: tuple[tuple[str, str], ...] = ()
    in_menu: bool = False

    @property
    def title(self) -> str:
        """What stands on its button and above its form, such as `Set phone`."""
        words = " ".join(_SPELT.get(word, word) for word in self.name.split("-"))
        return Said(words[0].upper() + words[1:], {})

    def __post_init__(self) -> None:
        """What people read of it is in the catalogue; a test collects it from the declarations."""
        for name in ("topic", "summary", "job", "example"):
            object.__setattr__(self, name, Said(getattr(self, name), {}))

    @property
    def uses(self) -> tuple[str, ...]:
        """Which of the `Ports` its `run` names."""
        return _uses(self.run)

    async def answer(self, invocation: Invocation, context: Context, ports: Ports) -> Plan | Errand | Reply:
        """What it comes to, with the ports that it uses and no other; raises what its `run` does."""
        return await self.run(invocation, context, **{name: getattr(ports, name) for name in self.uses})

    @property
    def takes_reason(self) -> bool:
        """Whether it may end in `ticket …` and `because …`."""
        return self.reasoned or bool(self.changes)

    @property
    def syntax(self) -> str:
        """How to say it, computed from the pattern: `set mobile|alternate mobile|office for <who> [to] <number>`."""
        return " ".join(part.syntax for part in self.pattern)

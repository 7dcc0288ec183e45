"""The verbs of cards, declared once: what the id of a press names, who may press, and where the answer goes.

Whatever takes in, refuses, steers or answers a press reads it here. The id is the client's word, so a verb is only ever tried on the
kinds of things that it is for; an id of another kind is refused as one that names nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.incoming import Verb
from bot.domain.operation import Operation


class Thing(StrEnum):
    """What an id on a card can name."""

    OPERATION = "operation"  # about one person
    JOB = "job"  # a bulk job, about the people of a file
    PERSON = "person"  # the reference to a person
    CHOICE = "choice"
    FORM = "form"
    COMMAND = "command"
    REPORT = "report"  # whom a report is about
    NOTICE = "notice"  # what somebody was told of a change
    PROOF = "proof"  # that a caller is the person
    NOTHING = "nothing"


class Presser(StrEnum):
    """Who may press."""

    ASKED = "asked"  # whoever is to choose or to fill in
    SPEAKER = "speaker"  # whoever may say the command
    REQUESTER = "requester"
    REVEALER = "revealer"  # its requester, or the manager whom it is handed over to
    COLLEAGUE = "colleague"  # its requester, and the helpdesk
    HELPDESK = "helpdesk"
    STAFF = "staff"  # the helpdesk, administrators and approvers
    DECIDER = "decider"  # whoever may decide it at this moment
    CONCERNED = "concerned"  # whoever reads its approvers' card
    OWNER = "owner"  # of a job: its requester, and administrators
    TOLD = "told"  # whoever a notice went to
    WITNESS = "witness"  # whoever is to say whether a caller is the person
    REPORTER = "reporter"  # whoever may see reports
    EXAMINER = "examiner"  # of a job: its requester, whoever may approve it, and administrators


class Place(StrEnum):
    """Where the answer goes."""

    INSTEAD = "instead"  # in place of the pressed card, for everybody
    BELOW = "below"  # a new card; the pressed one stays
    FILE = "file"  # an offered file; the pressed card stays
    VIEW = "view"  # the pressed card as the presser sees it now; for everybody else the announcement brings it up to date


@dataclass(frozen=True, slots=True)
class Declared:
    """One verb.

    Attributes:
        names: the kinds of things that its id may name.
    """

    names: frozenset[Thing]
    presser: Presser
    place: Place

    @property
    def of_jobs(self) -> bool:
        """It stands on the cards of bulk jobs alone."""
        return self.names <= _JOBS

    @property
    def makes_anew(self) -> bool:
        """Each press makes something new, so the same press delivered twice would make two: a card, a request, an offered file.

        Of every other verb the second press finds what the first has moved, answered or spent.
        """
        return self.place is not Place.VIEW and _SPENT.isdisjoint(self.names)

    @property
    def may_name_an_operation(self) -> bool:
        """Its id may be that of an operation or a job, so what comes of the press belongs to the history of that."""
        return not _OPERATIONS.isdisjoint(self.names)


_JOBS = frozenset({Thing.JOB, Thing.NOTHING})
_OPERATIONS = frozenset({Thing.OPERATION, Thing.JOB})
_SPENT = frozenset({Thing.CHOICE, Thing.FORM})


def _declared(presser: Presser, place: Place, *names: Thing) -> Declared:
    return Declared(frozenset(names), presser, place)


VERBS: Mapping[Verb, Declared] = MappingProxyType(
    {
        Verb.CONFIRM: _declared(Presser.REQUESTER, Place.VIEW, Thing.OPERATION, Thing.JOB),
        Verb.CANCEL: _declared(Presser.REQUESTER, Place.VIEW, Thing.OPERATION, Thing.JOB),
        Verb.REFRESH: _declared(Presser.COLLEAGUE, Place.VIEW, Thing.OPERATION, Thing.JOB),
        Verb.APPROVE: _declared(Presser.DECIDER, Place.VIEW, Thing.OPERATION, Thing.JOB),
        Verb.DENY: _declared(Presser.DECIDER, Place.VIEW, Thing.OPERATION, Thing.JOB),
        Verb.VIEW: _declared(Presser.CONCERNED, Place.VIEW, Thing.OPERATION, Thing.JOB),
        Verb.AGAIN: _declared(Presser.REQUESTER, Place.INSTEAD, Thing.OPERATION),
        Verb.REVEAL: _declared(Presser.REVEALER, Place.VIEW, Thing.OPERATION),
        Verb.REPLACE: _declared(Presser.REQUESTER, Place.BELOW, Thing.OPERATION),
        Verb.SUSPECT: _declared(Presser.STAFF, Place.VIEW, Thing.OPERATION, Thing.PERSON),
        Verb.NOT_ME: _declared(Presser.TOLD, Place.VIEW, Thing.NOTICE, Thing.PROOF),
        Verb.PROVE: _declared(Presser.REQUESTER, Place.VIEW, Thing.OPERATION),
        Verb.MATCH: _declared(Presser.WITNESS, Place.VIEW, Thing.PROOF),
        Verb.VOUCH: _declared(Presser.WITNESS, Place.VIEW, Thing.PROOF),
        Verb.ATTEST: _declared(Presser.REQUESTER, Place.VIEW, Thing.PROOF),
        Verb.WITHDRAW: _declared(Presser.REQUESTER, Place.VIEW, Thing.PROOF),
        Verb.TAKE_BACK: _declared(Presser.STAFF, Place.BELOW, Thing.OPERATION),
        Verb.STRONGER: _declared(Presser.HELPDESK, Place.BELOW, Thing.OPERATION, Thing.PERSON),
        Verb.NEXT: _declared(Presser.HELPDESK, Place.BELOW, Thing.PERSON),
        Verb.CHOOSE: _declared(Presser.ASKED, Place.INSTEAD, Thing.CHOICE),
        Verb.OPEN: _declared(Presser.SPEAKER, Place.BELOW, Thing.COMMAND),
        Verb.FILL: _declared(Presser.ASKED, Place.INSTEAD, Thing.FORM),
        Verb.HOLD: _declared(Presser.STAFF, Place.VIEW, Thing.JOB),
        Verb.GO_ON: _declared(Presser.OWNER, Place.VIEW, Thing.JOB),
        Verb.STOP: _declared(Presser.OWNER, Place.VIEW, Thing.JOB),
        Verb.RETRY: _declared(Presser.OWNER, Place.BELOW, Thing.JOB),
        Verb.PREVIEW: _declared(Presser.EXAMINER, Place.FILE, Thing.JOB),
        Verb.RESULT: _declared(Presser.EXAMINER, Place.FILE, Thing.JOB),
        Verb.SHEET: _declared(Presser.REQUESTER, Place.VIEW, Thing.JOB),
        Verb.COLUMNS: _declared(Presser.REQUESTER, Place.VIEW, Thing.JOB),
        Verb.HIDDEN: _declared(Presser.REQUESTER, Place.VIEW, Thing.JOB),
        Verb.REGION: _declared(Presser.REQUESTER, Place.VIEW, Thing.JOB),
        Verb.NAMES: _declared(Presser.REQUESTER, Place.VIEW, Thing.JOB),
        Verb.TEMPLATE: _declared(Presser.STAFF, Place.FILE, Thing.NOTHING),
        Verb.LIST: _declared(Presser.REPORTER, Place.FILE, Thing.REPORT),
        Verb.READ_AGAIN: _declared(Presser.REPORTER, Place.BELOW, Thing.REPORT),
    }
)


def is_for(verb: Verb, operation: Operation) -> bool:
    """Whether a verb is for operations of this kind."""
    return (Thing.JOB if operation.bulk else Thing.OPERATION) in VERBS[verb].names

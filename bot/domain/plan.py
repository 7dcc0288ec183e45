"""Plans: changes together, and what policy has to agree to for them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.change import Change, ChangeKind
from bot.domain.people import Person
from bot.domain.recovery import Recovery
from bot.domain.retirement import Ending


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that whoever decides should know, said alike of what is typed and of a row of a file.

    Attributes:
        code: by which the rows of a file are counted. A stored word.
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to whom.

    Attributes:
        target: whose account.
        changes: in the order they will be made.
        notes: what is worth knowing of this very change.
        details: what is the same whenever such a change is asked for, such as what a number is good for: cards fold it away.
        warnings: what is worth a second look before the click.
        bundle: the kind that stands for all of the changes together; None where each stands for itself.
        recovery: what a recovery has to remember.
        takes_back: id of the operation whose additions it takes back; empty for every other plan.
        warned: those of the warnings that a row of a file may have too, with their codes.
        ending: of `notes` and `details` what says that something ends, for whoever is to read it in full; None where nothing ends.
        to_manager: what it makes is revealed by the person's manager, whatever the rules of the policy say.
    """

    target: Person
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    bundle: ChangeKind | None = None
    recovery: Recovery | None = None
    takes_back: str = ""
    warned: tuple[Warned, ...] = ()
    to_manager: bool = False
    ending: Ending | None = None

    @property
    def kinds(self) -> frozenset[ChangeKind]:
        """What policy has to agree to."""
        return kinds_of(self.changes, self.bundle)

    @property
    def contains(self) -> bool:
        """It only takes access away, so it is one person's and waits for nothing."""
        return only_contains(self.changes, self.bundle, self.takes_back)


def only_contains(changes: tuple[Change, ...], bundle: ChangeKind | None, takes_back: str = "") -> bool:
    """Whether all of this only takes access away. A row of a file does not: a file is two people's work."""
    return bool(takes_back) or (bundle is None and bool(changes) and all(change.contains for change in changes))


def kinds_of(changes: tuple[Change, ...], bundle: ChangeKind | None) -> frozenset[ChangeKind]:
    """What policy has to agree to: every kind of change, and the bundle as such.

    That SMS sign-in is switched off again, which came with a number, is nothing to agree to: it never keeps the number back.
    """
    asked = frozenset(change.kind for change in changes if not (change.follows and change.contains))
    return asked | (frozenset({bundle}) if bundle else frozenset())

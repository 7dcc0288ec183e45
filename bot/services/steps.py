"""What one execution has learnt of each change, and which is to be written next. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.effect import in_effect, untouched
from bot.domain.life import Fate
from bot.domain.methods import Dossier, Family, PhoneType
from bot.domain.operation import Operation, Result
from bot.domain.policy import Decision
from bot.domain.said import say
from bot.errors import Conflict, DirectoryError, IsDefault, NotFound, NumberNotUnique, StillNeeded, Throttled, Unavailable
from bot.services import explain

#: Looks after a definite answer that does not show yet, the first one at once: about half a minute.
LOOKS_AFTER_ANSWER = 7
#: How often a method is tried that cannot go because of others that are going too.
TRIES_WHEN_STILL_NEEDED = 3


@dataclass
class Step:
    """One change on its way.

    Attributes:
        tried: a write left this process, whatever came back.
        unsure: a write was sent and nobody said what became of it.
        accepted: Entra took the write.
        answer: Entra's last no to a write; reading decides what it meant.
        looks: how often it has been looked for since the answer.
        refusals: how often Entra refused because of another method.
        sessions_from: of a sign-out, the moment before which sessions had ended already when it was about to be written.
        result: how it ended; None while it has not.
        hint: what to do about it.
    """

    change: Change
    tried: bool = False
    unsure: bool = False
    accepted: bool = False
    answer: DirectoryError | None = None
    looks: int = 0
    refusals: int = 0
    sessions_from: str = ""
    result: Result | None = None
    hint: str = ""

    @property
    def only_look(self) -> bool:
        """Entra has given a definite answer: what is missing now is visibility, so writing again would be wrong."""
        if self.change.follows and self.answer is not None:
            return not isinstance(self.answer, (Throttled, Unavailable))
        return self.accepted or isinstance(self.answer, (Conflict, NotFound))

    @property
    def taken(self) -> bool:
        """Entra has stored it, as far as its answers tell."""
        stored = self.accepted or isinstance(self.answer, NumberNotUnique)
        return self.result.fate.good if self.result else stored

    @property
    def comes_by_itself(self) -> bool:
        """Entra does it together with the change before it."""
        return self.change.follows and self.change.after is Switch.ON

    @property
    def set_aside(self) -> bool:
        """It cannot go before others have gone."""
        return self.result is None and isinstance(self.answer, StillNeeded)

    @property
    def maybe(self) -> bool:
        """Nobody can say that nothing was written."""
        return self.unsure or self.accepted

    def end(self, fate: Fate, why: str = "", hint: str = "") -> None:
        """Ends it, once."""
        self.result, self.hint = Result(fate, why), hint

    def refuse(self, why: str, hint: str = "") -> None:
        """Ends it with a no; if an earlier write may have got through, nobody knows."""
        self.end(Fate.UNKNOWN if self.maybe else Fate.REFUSED, why, hint)


class Run:
    """All changes of one execution; what is seen once is none of them (`services.reveal`).

    Args:
        cut_off: an execution before this one died on the way, and may have written.
        began: when this one did; None where nobody is signed out.

    Attributes:
        stopped_by: why all that was open ended at once, in a word; empty when each ended by itself.
        own_change: that whoever asked changed what is stale themselves, in a sentence; empty where they did not.
    """

    def __init__(self, operation: Operation, *, cut_off: bool, began: datetime | None = None) -> None:
        self.operation = operation
        self._began = began
        self.steps = [
            Step(change, tried=cut_off, unsure=cut_off, sessions_from=_sessions_from(change))
            for change in operation.changes
            if not change.once_only
        ]
        self.request_ids: list[str] = []
        self.remarks: list[str] = []
        self.stopped_by = ""
        self.own_change = ""
        self.seen: Dossier | None = None

    @property
    def open(self) -> list[Step]:
        """Those that have not ended."""
        return [step for step in self.steps if step.result is None]

    @property
    def set_aside(self) -> bool:
        """Some change waits for others to be gone."""
        return any(step.set_aside for step in self.steps)

    def compare(self, dossier: Dossier) -> None:
        """Ends what is in effect, what somebody else has changed, and what there is no use waiting for."""
        self.seen = dossier
        for step in self.open:
            if step.change.follows and not self._follow(step, dossier):
                continue
            if self._in_effect(step, dossier):
                gone_before = isinstance(step.answer, NotFound) and not step.maybe
                step.end(Fate.ALREADY if gone_before or not step.tried else Fate.DONE)
            elif not untouched(step.change, dossier):
                step.end(Fate.STALE, say("Somebody else changed it after the card was made."))
            elif step.only_look:
                step.looks += 1
                if step.looks > LOOKS_AFTER_ANSWER:
                    self._unseen(step)

    def _in_effect(self, step: Step, dossier: Dossier) -> bool:
        if step.change.kind is not ChangeKind.SIGN_OUT:
            return in_effect(step.change, dossier)
        # That sessions ended once, also after the card was made, says nothing of those that have begun since.
        if self._began and dossier.person.sessions_from >= self._began.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"):
            return True
        if not step.tried:
            step.sessions_from = dossier.person.sessions_from
            return False
        return dossier.person.sessions_from not in (step.sessions_from, "")

    def due(self) -> list[Step]:
        """What is to be written now: what was set aside only once everything else has ended."""
        left = [step for step in self.open if not step.comes_by_itself]
        return [step for step in left if not step.only_look and not step.set_aside] or (
            [] if any(step.only_look for step in left) else left
        )

    def number_of(self, step: Step) -> Step:
        """The step that sets the number from which this one follows."""
        return next(one for one in self.steps if one.change.kind is ChangeKind.SET_PHONE and one.change.phone is step.change.phone)

    def _follow(self, step: Step, dossier: Dossier) -> bool:
        """Whether it can be told how SMS sign-in stands: once the number is there. Without the number nothing follows."""
        number = self.number_of(step)
        if number.result is None:
            return False
        if not number.result.fate.good:
            step.end(number.result.fate, number.result.why)
            return False
        if step.comes_by_itself and not in_effect(step.change, dossier):
            step.end(Fate.DONE, say("Entra ID left it off."))
            return False
        if step.comes_by_itself or (step.tried and in_effect(step.change, dossier)):
            step.end(Fate.DONE)
            return False
        return True

    def put_aside(self, step: Step) -> None:
        """Entra keeps it because of another method: so it is there, whatever became of earlier writes, and may go once others have gone."""
        step.refusals, step.unsure = step.refusals + 1, False
        if step.refusals >= (TRIES_WHEN_STILL_NEEDED if len(self.steps) > 1 else 1):
            self._still_needed(step)

    def refuse(self, error: DirectoryError) -> None:
        """The account cannot be read any more, so nothing further is written."""
        self.stopped_by = type(error).__name__
        for step in self.open:
            step.refuse(*explain.directory_sentence(error))

    def forbid(self, verdict: Decision) -> None:
        """Policy says no by now."""
        self.stopped_by = verdict.reason.value
        for step in self.open:
            step.refuse(verdict.text)

    @property
    def fates(self) -> tuple[Fate, ...]:
        """What became of each change, once all have ended."""
        return tuple(step.result.fate for step in self.steps if step.result)

    @property
    def code(self) -> str:
        """What went wrong, in a word; empty when nothing did."""
        bad = [step for step in self.steps if step.result and not step.result.fate.good]
        if not bad:
            return ""
        first = bad[0]
        assert first.result is not None, "it has ended"
        return self.stopped_by or (type(first.answer).__name__ if first.answer else first.result.fate.value)

    def give_up(self, failure: DirectoryError | None) -> None:
        """Time is over."""
        for step in self.open:
            if step.change.follows and not step.tried and (number := self.number_of(step).result):
                step.end(number.fate, number.why)
            elif step.only_look:
                self._unseen(step)
            elif step.set_aside:
                self._still_needed(step)
            else:
                error = failure or step.answer
                assert error is not None, "the pauses end only on failures"
                step.refuse(*explain.directory_sentence(error))

    def after_defect(self, incident: str) -> None:
        """A mistake of ours stopped it."""
        for step in self.open:
            step.unsure |= step.tried
            step.refuse(incident)

    def _unseen(self, step: Step) -> None:
        if step.accepted:
            step.end(Fate.LEFT, say("Entra ID accepted the change but does not show it yet. Look again in a few minutes with show."))
            return
        assert step.answer is not None, "only a definite answer makes us look without writing"
        step.refuse(*explain.directory_sentence(step.answer))

    def _still_needed(self, step: Step) -> None:
        assert step.answer is not None, "Entra said so"
        why, hint = explain.directory_sentence(step.answer)
        if isinstance(step.answer, IsDefault):
            other = _other_default(self.seen, step.change)
            hint = say(
                "First make another method the default: type “set default for {upn} to {other}”.",
                upn=self.operation.target.upn,
                other=other,
            )
        step.refuse(why, hint)


def _sessions_from(change: Change) -> str:
    return str(change.before or "") if change.kind is ChangeKind.SIGN_OUT else ""


def _other_default(dossier: Dossier | None, besides: Change) -> str:
    """What could be made the default instead, as it is typed; an ellipsis when nothing that we know can."""
    others = {method.family for method in dossier.others if method.id != besides.method} if dossier else set()
    phones = set(dossier.phones) - {besides.phone} if dossier else set()
    possible = (
        ("push", Family.AUTHENTICATOR in others),
        ("otp", not others.isdisjoint({Family.CODES, Family.HARDWARE_TOKEN})),
        ("sms", PhoneType.MOBILE in phones),
        ("voice alternate", PhoneType.ALTERNATE_MOBILE in phones),
        ("voice office", PhoneType.OFFICE in phones),
    )
    return next((word for word, there in possible if there), "…")

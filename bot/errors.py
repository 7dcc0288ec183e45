"""The error tree.

::

    DoormanError
    ├── Refusal                 a sentence for the person who asked; nothing was done
    │   ├── UsageError          the text is not a command, or a command with a wrong part
    │   │   ├── Incomplete      it ends too early: a form can ask for the rest
    │   │   └── Meant           no command, and it can be told what was probably meant: a button can say it
    │   ├── Readings            a part of it may mean one of several things: a button for each
    │   ├── InvalidNumber       the phone number cannot be used, and why
    │   └── Forbidden           policy says no
    ├── DirectoryError          Graph answered no, or did not answer
    │   ├── NotAuthorised       401, 403: a permission or role is missing
    │   │   └── NotLicensed     the tenant has no licence for it
    │   ├── NotFound            404
    │   ├── Rejected            400: Graph does not accept the request
    │   │   └── StillNeeded     a method cannot go while others are as they are
    │   │       └── IsDefault   the default method, while others remain
    │   ├── Conflict            409
    │   │   └── NumberNotUnique 409 phoneNumberNotUnique: the number is usually saved all the same
    │   ├── Throttled           429, with the seconds to wait
    │   └── Unavailable         5xx, time-out, dropped connection, unreadable body
    │       └── NotReady        404 of an account that was created within the last minutes
    ├── Interrupted             Doorman stopped before there was an answer
    ├── StoreUnavailable        our own database is locked, full or gone
    └── ChatError               Teams did not take a post
        ├── ChatRefused         4xx: repeating the same post will not help
        └── ChatUnavailable     429, 5xx, network: try again later

A `Refusal` is shown as written. Everything else is translated in one place, `services.refuse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class DoormanError(Exception):
    """Root of the tree."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a form begins with that helps on.

    Attributes:
        commands: names of those that may be meant, in the order of declaration.
        typed: what was said already, by the name of the field.
    """

    commands: tuple[str, ...]
    typed: Mapping[str, str] = field(default_factory=dict)


class Refusal(DoormanError):
    """A clear no for the person who asked.

    Args:
        text: what is wrong, one or two sentences.
        hint: what to do instead, or empty.
        code: the short reason recorded in the audit trail; `domain.refused` says what stands above it on a card.
        line: what would do, as it could be typed; empty where nothing would.

    Attributes:
        rules: names of the policy's rules that decided; empty when none did.
        begun: the form on which what is wrong can be put right; None where nothing that was said is.
        offers: what may be done instead: names of stored choices, and what stands on the button of each.
        anew: id of the refused one's own request that came to nothing and may be asked for once more; empty for none.
        spent: nothing else may be picked on the card that was pressed, so this takes its place.
    """

    rules: tuple[str, ...] = ()
    begun: Begun | None = None
    offers: tuple[tuple[str, str], ...] = ()
    anew: str = ""
    spent: bool = False

    def __init__(self, text: str, hint: str = "", *, code: str = "refused", line: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.code = code
        self.line = line


class TooOften(Refusal):
    """One person asks for more than anybody can mean.

    Attributes:
        again: they were told so a moment ago; not every further time needs an event in the trail.
    """

    def __init__(self, text: str, hint: str, *, again: bool) -> None:
        super().__init__(text, hint, code="too_often")
        self.again = again


class UsageError(Refusal):
    """What was typed is not a command we know, or lacks a part: that is `missing`."""

    def __init__(self, text: str, hint: str = "", *, missing: bool = False, line: str = "") -> None:
        super().__init__(text, hint, code="missing" if missing else "usage", line=line)


class Incomplete(UsageError):
    """What was typed is right as far as it goes, and ends too early."""

    def __init__(self, text: str, hint: str, begun: Begun) -> None:
        super().__init__(text, hint)
        self.begun: Begun = begun


class Meant(UsageError):
    """What was typed is no command, and something that is one was probably meant.

    Attributes:
        line: what could be typed instead; empty where no button can say it.
        person_id: object id of whom it is about, where that was a mention.
        if_known: it is a guess, which counts only where there is somebody of that name; until then the text is the complaint.
    """

    def __init__(self, text: str, hint: str = "", *, line: str, person_id: str = "", if_known: bool = False) -> None:
        super().__init__(text, hint)
        self.line = line
        self.person_id = person_id
        self.if_known = if_known


class Readings(Refusal):
    """A part of what was typed may mean one of several things.

    Attributes:
        said: that part, as it was typed.
        readings: what may be typed instead for each of them, and what stands on its button.
    """

    def __init__(self, text: str, hint: str, *, said: str, readings: tuple[tuple[str, str], ...]) -> None:
        super().__init__(text, hint, code="several_readings")
        self.said = said
        self.readings = readings


class InvalidNumber(Refusal):
    """The phone number cannot be registered."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text, hint, code="invalid_number")


class NoCountry(InvalidNumber):
    """Nothing says of which country the phone number is."""


class Forbidden(Refusal):
    """Policy says no: to this person, about this target, here, now, or so often.

    Attributes:
        wants: the words that it lacks, of "ticket" and "reason".
    """

    def __init__(self, text: str, hint: str = "", *, code: str, rules: tuple[str, ...] = (), wants: tuple[str, ...] = ()) -> None:
        super().__init__(text, hint, code=code)
        self.rules = rules
        self.wants = wants


class DirectoryError(DoormanError):
    """Graph said no or said nothing.

    Attributes:
        status: HTTP status, None when there was no answer.
        code: Graph's `error.code`, or empty.
        detail: Graph's message: for logs, never for people.
        request_id: Graph's request id, or empty.
        retry_after: seconds to wait, None when Graph did not say.
    """

    retry_after: float | None = None

    def __init__(self, detail: str = "", *, status: int | None = None, code: str = "", request_id: str = "") -> None:
        super().__init__(f"{status or 'no answer'} {code} {detail}".strip())
        self.detail = detail
        self.status = status
        self.code = code
        self.request_id = request_id


class NotAuthorised(DirectoryError):
    """A permission, consent or role is missing.

    Attributes:
        permission: the application permission that the refused call needs, or empty when unknown.
    """

    def __init__(self, detail: str = "", *, permission: str = "", status: int | None = None, code: str = "", request_id: str = "") -> None:
        super().__init__(detail, status=status, code=code, request_id=request_id)
        self.permission = permission


class NotLicensed(NotAuthorised):
    """The tenant has no licence for what was asked."""


class NotFound(DirectoryError):
    """There is no such object (any more)."""


class Rejected(DirectoryError):
    """Graph finds the request wrong."""


class StillNeeded(Rejected):
    """A method cannot go before another one, or not while another one stays."""


class IsDefault(StillNeeded):
    """The default method cannot go while others remain."""


class Conflict(DirectoryError):
    """The state of the account forbids it."""


class NumberNotUnique(Conflict):
    """The number is another account's SMS sign-in name; re-read before reporting."""


class Throttled(DirectoryError):
    """Too many requests."""

    retry_after: float

    def __init__(self, detail: str = "", *, retry_after: float, status: int | None = 429, code: str = "", request_id: str = "") -> None:
        super().__init__(detail, status=status, code=code, request_id=request_id)
        self.retry_after = retry_after


class Unavailable(DirectoryError):
    """No usable answer. A write that ended so may or may not have happened."""

    def __init__(
        self, detail: str = "", *, retry_after: float | None = None, status: int | None = None, code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(detail, status=status, code=code, request_id=request_id)
        self.retry_after = retry_after


class NotReady(Unavailable):
    """Entra has the account, which was created within the last minutes, and not yet what was asked for; a write did nothing."""


class Interrupted(DoormanError):
    """Doorman stopped before there was an answer."""


class StoreUnavailable(DoormanError):
    """The database cannot be used right now; nothing was recorded."""


#: What Teams calls a refusal that it gives no reason for.
SERVICE_ERROR = "ServiceError"


class ChatError(DoormanError):
    """Teams did not take a post."""


class ChatRefused(ChatError):
    """Teams will not take this post, now or later.

    Attributes:
        status: HTTP status.
        code: Teams' own word for the reason; empty when it gives none.
    """

    def __init__(self, code: str, *, status: int) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code

    @property
    def gone(self) -> bool:
        """Nobody can be written to in this conversation: blocked by the person, or removed from the chat."""
        return self.status == 404 or (self.status == 403 and self.code != SERVICE_ERROR)


class ChatUnavailable(ChatError):
    """Teams cannot be reached or asks to wait.

    Attributes:
        retry_after: seconds to wait, None when not said.
    """

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after

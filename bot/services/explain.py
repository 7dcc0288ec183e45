"""Turns every failure into a sentence for the person. Refusals are shown as written; unknown errors get an incident id."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import structlog

from bot.domain.refused import kind_of_refusal
from bot.domain.remarks import Remark, Tone
from bot.domain.said import join, said_at, say
from bot.errors import (
    Conflict,
    DirectoryError,
    Interrupted,
    IsDefault,
    Meant,
    NotAuthorised,
    NotFound,
    NotLicensed,
    NotReady,
    NumberNotUnique,
    Refusal,
    Rejected,
    StillNeeded,
    StoreUnavailable,
    Throttled,
)
from bot.services.asked import CHANGE, Asked

log = structlog.get_logger()

#: A wait that is longer is said with the moment at which it ends: a person at the screen would try again, and again.
A_MOMENT = timedelta(seconds=20)


def directory_sentence(error: DirectoryError, asked: Asked = CHANGE, now: datetime | None = None) -> tuple[str, str]:
    """What Graph's no means, and what to do about it.

    Args:
        asked: what the sentence has to fit.
        now: for saying until when Graph wants us to wait; None where that will be over when it is read.
    """
    if isinstance(error, Conflict | StillNeeded):  # where nothing was to be changed, nothing was sent that could be in anything's way
        return _in_the_way(error) if asked.changes else _no_answer()
    if isinstance(error, NotAuthorised):
        return _not_let(error)
    until = _until(error, now)
    match error:
        case NotFound() if asked.person:
            return say("Entra ID no longer knows this account or phone."), say("Look the person up again with show.")
        case NotFound():
            return (
                say("Entra ID does not know what I asked it for."),
                say("Try again in a minute; if it stays so, tell whoever runs Doorman."),
            )
        case NotReady():
            return (
                say("Entra ID created this account only minutes ago, and does not have everything of it ready yet."),
                say("Try again in a minute."),
            )
        case Throttled() if until:
            return say("Entra ID asks me to slow down until {at}.", at=said_at(until)), say("Try again then.")
        case Throttled():
            return say("Entra ID asks me to slow down and still does after several tries."), say("Try again in a minute.")
        case Rejected():
            text = say("Entra ID does not accept this ({code}).", code=error.code or say("no code"))
            if asked.person:
                return text, say("Check the account in the Entra admin centre.")
            return text, say("Try again in a minute; if it stays so, tell whoever runs Doorman.")
        case _ if until:
            return (
                say("Entra ID does not answer properly at the moment, and asks me to wait until {at}.", at=said_at(until)),
                say("Try again then; the state of Microsoft 365 is at status.cloud.microsoft."),
            )
        case _:
            return _no_answer()


def _not_let(error: NotAuthorised) -> tuple[str, str]:
    if isinstance(error, NotLicensed):
        return (
            say("Entra ID shows this only to tenants with a premium licence (Entra ID P1 or P2), and says that this one has none."),
            say("If it has one, grant Doorman's app registration Directory.Read.All too: Entra's check is known to fail without it."),
        )
    if error.permission:
        return (
            say(
                "Entra ID refuses me this: the application permission {permission} is missing, or not consented to.",
                permission=error.permission,
            ),
            say("Ask an Entra administrator to grant it to Doorman's app registration, with admin consent, and try again."),
        )
    return (
        say("Entra ID does not accept Doorman's own sign-in ({detail}).", detail=error.detail or error.code or str(error.status)),
        say("Ask whoever runs Doorman to check its app registration: client id, secret or certificate, and consent."),
    )


def _in_the_way(error: DirectoryError) -> tuple[str, str]:
    match error:
        case NumberNotUnique():
            return (
                say("Another account already signs in with this number."),
                say("Use another number, or switch SMS sign-in off for the other account."),
            )
        case IsDefault():
            return (
                say("This is the default sign-in method, and Entra ID does not delete the default while other methods remain."),
                say("Make another method the default first with set default."),
            )
        case StillNeeded():
            return (
                say("Entra ID does not delete the mobile phone while there is an alternate mobile."),
                say("Remove the alternate mobile first."),
            )
        case _:
            return say("Entra ID says the account has changed in the meantime."), say("Look the person up again with show.")


def _no_answer() -> tuple[str, str]:
    return (
        say("Entra ID does not answer properly at the moment."),
        say("Try again in a minute; the state of Microsoft 365 is at status.cloud.microsoft."),
    )


def _until(error: DirectoryError, now: datetime | None) -> datetime | None:
    """When a long wait will be over, to the whole minute after it; None when there is none that is worth saying."""
    if now is None or error.retry_after is None or (wait := timedelta(seconds=error.retry_after)) <= A_MOMENT:
        return None
    return (now + wait + timedelta(seconds=59)).replace(second=0, microsecond=0)


def incident(error: Exception) -> str:
    """The sentence for a defect of ours; the log gets the traceback under the same number."""
    number = secrets.token_hex(4)
    log.error("unexpected error", action="incident", incident=number, exc_info=error)
    return say("Something went wrong on my side, and I have noted it as incident {number}.", number=number)


def remark(error: Exception, reference: str = "", asked: Asked = CHANGE, now: datetime | None = None) -> Remark:
    """The sentence for any error; logs what people should not see.

    Args:
        reference: by which `why` explains it.
        asked: what the sentence has to fit.
        now: as for `directory_sentence`.
    """
    unchanged = say("Nothing was changed.") if asked.changes else ""
    match error:
        case Meant():
            tone = Tone.INFO if error.offers else Tone.REFUSED
            return Remark(error.text, error.hint, tone, offers=error.offers, refused=kind_of_refusal(error.code))
        case Refusal():
            head = kind_of_refusal(error.code)
            return Remark(
                error.text,
                error.hint,
                Tone.REFUSED,
                reference=reference,
                refused=head,
                offers=error.offers,
                again=error.anew,
                instead=error.spent,
            )
        case DirectoryError():
            text, hint = directory_sentence(error, asked, now)
            log.warning("directory refused", action="directory_error", error=type(error).__name__, status=error.status, code=error.code,
                        request_id=error.request_id)  # fmt: skip
            return Remark(join(" ", (text, unchanged)), hint, Tone.PROBLEM)
        case StoreUnavailable():
            log.error("store unavailable", action="store_unavailable", detail=str(error))
            return Remark(
                say("I cannot reach my own database, so I do nothing rather than something I could not account for. Nothing was changed.")
                if asked.changes
                else say("I cannot reach my own database, so I cannot answer."),
                say("Try again in a minute; if it stays so, tell whoever runs Doorman."),
                Tone.PROBLEM,
            )
        case TimeoutError():
            log.warning("turn took too long", action="turn_timeout")
            return Remark(
                join(" ", (say("Entra ID or my database takes too long to answer, so I gave up."), unchanged)),
                say("Try again in a minute; the state of Microsoft 365 is at status.cloud.microsoft."),
                Tone.PROBLEM,
            )
        case Interrupted():
            return Remark(
                join(" ", (say("I was stopped before Entra ID had answered."), unchanged)), say("Send the command again."), Tone.PROBLEM
            )
        case _:
            return Remark(
                join(" ", (incident(error), unchanged)),
                say("Try again; if it happens again, give that number to whoever runs Doorman."),
                Tone.PROBLEM,
            )

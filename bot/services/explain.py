"""Turns every failure into a sentence for the person. Refusals are shown as written; unknown errors get an incident id."""

from __future__ import annotations

import secrets

import structlog

from bot.domain.exchange import Notice, Tone
from bot.errors import (
    Conflict,
    DirectoryError,
    IsDefault,
    NotAuthorised,
    NotFound,
    NotLicensed,
    NumberNotUnique,
    Refusal,
    Rejected,
    StillNeeded,
    StoreUnavailable,
    Throttled,
)

log = structlog.get_logger()


def directory_sentence(error: DirectoryError) -> tuple[str, str]:
    """What Graph's no means, and what to do about it."""
    match error:
        case NotLicensed():
            return (
                "Entra ID shows this only to tenants with a premium licence (Entra ID P1 or P2), and says that this one has none.",
                "If it has one, grant Doorman's app registration Directory.Read.All too: Entra's check is known to fail without it.",
            )
        case NotAuthorised(permission=permission) if permission:
            return (
                f"Entra ID refuses me this: the application permission {permission} is missing, or not consented to.",
                "Ask an Entra administrator to grant it to Doorman's app registration, with admin consent, and try again.",
            )
        case NotAuthorised():
            return (
                f"Entra ID does not accept Doorman's own sign-in ({error.detail or error.code or error.status}).",
                "Ask whoever runs Doorman to check its app registration: client id, secret or certificate, and consent.",
            )
        case NotFound():
            return "Entra ID no longer knows this account or phone.", "Look the person up again with show."
        case Throttled():
            return "Entra ID asks me to slow down and still does after several tries.", "Try again in a minute."
        case NumberNotUnique():
            return (
                "Another account already signs in with this number.",
                "Use another number, or switch SMS sign-in off for the other account.",
            )
        case Conflict():
            return "Entra ID says the account has changed in the meantime.", "Look the person up again with show."
        case IsDefault():
            return (
                "This is the default sign-in method, and Entra ID does not delete the default while other methods remain.",
                "Make another method the default first with set default.",
            )
        case StillNeeded():
            return (
                "Entra ID does not delete the mobile phone while there is an alternate mobile.",
                "Remove the alternate mobile first.",
            )
        case Rejected():
            return f"Entra ID does not accept this ({error.code or 'no code'}).", "Check the account in the Entra admin centre."
        case _:
            return (
                "Entra ID does not answer properly at the moment.",
                "Try again in a minute; the state of Microsoft 365 is at status.cloud.microsoft.",
            )


def incident(error: Exception) -> str:
    """The sentence for a defect of ours; the log gets the traceback under the same number."""
    number = secrets.token_hex(4)
    log.error("unexpected error", action="incident", incident=number, exc_info=error)
    return f"Something went wrong on my side, and I have noted it as incident {number}."


def notice(error: Exception, reference: str = "") -> Notice:
    """The sentence for any error; logs what people should not see.

    Args:
        reference: by which `why` explains it.
    """
    match error:
        case Refusal():
            return Notice(error.text, error.hint, Tone.REFUSED, reference=reference)
        case DirectoryError():
            text, hint = directory_sentence(error)
            log.warning("directory refused", action="directory_error", error=type(error).__name__, status=error.status, code=error.code,
                        request_id=error.request_id)  # fmt: skip
            return Notice(f"{text} Nothing was changed.", hint, Tone.PROBLEM)
        case StoreUnavailable():
            log.error("store unavailable", action="store_unavailable", detail=str(error))
            return Notice(
                "I cannot reach my own database, so I do nothing rather than something I could not account for. Nothing was changed.",
                "Try again in a minute; if it stays so, tell whoever runs Doorman.",
                Tone.PROBLEM,
            )
        case TimeoutError():
            log.warning("turn took too long", action="turn_timeout")
            return Notice(
                "This takes longer than Teams lets me think, because Entra ID or my database is slow. Nothing was changed.",
                "Try again in a minute.",
                Tone.PROBLEM,
            )
        case _:
            return Notice(
                f"{incident(error)} Nothing was changed.",
                "Try again; if it happens again, give that number to whoever runs Doorman.",
                Tone.PROBLEM,
            )

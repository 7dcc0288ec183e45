"""What is said of a Reveal that came to nothing, or to something nobody can use, and what to tell the person who gets the code."""

from __future__ import annotations

import structlog

from bot.domain.change import Change, ChangeKind
from bot.domain.operation import Operation
from bot.domain.pass_terms import SECURITY_INFO
from bot.domain.said import join, say
from bot.errors import DirectoryError, NotAuthorised, Rejected
from bot.services import explain

log = structlog.get_logger()


def lost(operation: Operation) -> str:
    """What is said when nobody can know what Graph did."""
    if operation.changes[0].kind is ChangeKind.RESET_PASSWORD:
        return say(
            "Entra ID did not say whether it took the new password, so {name} may have one that nobody saw, and the old one may be "
            "gone. I have not tried again.",
            name=operation.target.name,
        )
    return say(
        "Entra ID did not say whether it made the pass, so {name} may have one whose code nobody saw. I have not tried again.",
        name=operation.target.name,
    )


def unusable(reason: str) -> str:
    """Graph's methodUsabilityReason as a sentence."""
    why = {
        "DisabledByPolicy": say("the tenant's policy for passes does not let this person use one"),
        "Expired": say("it has ended already"),
        "OneTimeUsed": say("it has been used already"),
    }
    said = why.get(reason, say("it does not say why"))
    return say("The pass was made, but Entra ID says it is not usable ({reason}): {why}.", reason=reason, why=said)


def refused(operation: Operation, change: Change, error: DirectoryError) -> str:
    """Why Entra ID made nothing, and what to do."""
    log.warning("reveal refused", action="reveal_refused", operation=operation.id, error=type(error).__name__,
                status=error.status, code=error.code, request_id=error.request_id)  # fmt: skip
    text, hint = explain.directory_sentence(error)
    if change.kind is ChangeKind.RESET_PASSWORD:
        if isinstance(error, NotAuthorised):
            hint = join(" ", (hint, say("The service principal needs the Entra role User Administrator as well.")))
        elif isinstance(error, Rejected):
            name = operation.target.name
            text = say("Entra ID does not set the password of {name}: it is kept elsewhere (federated or on-premises).", name=name)
            hint = say("A pass gets the person in all the same: `pass for {upn}`.", upn=operation.target.upn)
    elif isinstance(error, Rejected) and "external guest" in error.detail.lower():
        text, hint = say("Entra ID gives no pass to people of another organisation."), say("Their own organisation can help them.")
    elif isinstance(error, Rejected) and "policy" in error.detail.lower():
        text = say("The tenant's policy does not let {target} have such a pass.", target=operation.target.name)
        hint = say("Look at the policy for passes in Entra.")
    return join(" ", (text, say("Nothing was changed."), hint))


def hints(change: Change) -> tuple[str, ...]:
    """What to tell the person, in the order in which it is done."""
    if change.kind is ChangeKind.RESET_PASSWORD:
        return (
            say("The person signs in with it once, and has to choose a password of their own at once."),
            say("It counts as the password alone: a second factor is asked for as before."),
        )
    return (
        say("The person opens {page}, gives their address, and types the pass where a password is asked for.", page=SECURITY_INFO),
        say("There they add a new sign-in method, a passkey best, and remove what they no longer have."),
        say("It may take a few minutes until Entra ID takes it. The password stays as it is."),
    )

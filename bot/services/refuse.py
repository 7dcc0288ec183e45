"""What becomes of a refusal: an event in the trail, under an id by which `why` explains it, and a sentence."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import CardAction, FileConsent, IncomingMessage
from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.domain.policy import Reason
from bot.domain.remarks import Remark
from bot.domain.verbs import VERBS, Thing
from bot.errors import Forbidden, Refusal, StoreUnavailable, TooOften
from bot.ports import Clock, Trail
from bot.services import explain
from bot.services.asked import LOOK, Asked, by_message, by_press

#: Whoever is refused so could not ask why either.
_STRANGERS = frozenset({Reason.OTHER_TENANT, Reason.NOT_A_MEMBER, Reason.DISABLED})


async def refuse_message(trail: Trail, clock: Clock, message: IncomingMessage, error: Exception) -> Remark:
    """The answer to something typed that came to nothing."""
    return await _refuse(trail, _of(message.actor, clock), message.where, error, by_message(message))


async def refuse_file(trail: Trail, clock: Clock, consent: FileConsent, error: Exception) -> Remark:
    """The answer to Allow under an offered file, when that came to nothing."""
    return await _refuse(trail, _of(consent.actor, clock), consent.where, error, LOOK)


def _of(actor: Actor, clock: Clock) -> AuditEvent:
    return AuditEvent(Tag.CHAT_COMMAND_REFUSED, clock(), actor.id, actor.name)


async def refuse_press(trail: Trail, clock: Clock, action: CardAction, error: Exception, asked: Asked | None = None) -> Remark:
    """The answer to a press that came to nothing; what concerns an operation keeps its id.

    Args:
        asked: what was asked, where the verb alone does not say.
    """
    declared = VERBS[action.verb]
    # A refusal that `why` explains gets an id of its own where the card may carry the reference to a person.
    unclear = Thing.PERSON in declared.names and isinstance(error, Forbidden)
    about = action.id[:12] if declared.may_name_an_operation and not unclear else ""
    event = AuditEvent(Tag.CHAT_CARD_REFUSED, clock(), action.actor.id, action.actor.name, about)
    return await _refuse(trail, event, action.where, error, asked or by_press(action))


def private(said: Remark) -> Remark:
    """The same where others read along: numbers that somebody typed are not said again."""
    return replace(said, text=mask_text(said.text), hint=mask_text(said.hint))


async def _refuse(trail: Trail, event: AuditEvent, where: ConversationRef, error: Exception, asked: Asked) -> Remark:
    if isinstance(error, StoreUnavailable):
        return explain.remark(error, asked=asked)  # where nothing can be recorded, trying would only keep the person waiting
    if isinstance(error, TooOften) and error.again:
        return explain.remark(error, asked=asked)  # once a minute is enough of it in the trail
    facts: dict[str, object] = {"code": error.code if isinstance(error, Refusal) else type(error).__name__}
    facts["conversation"] = where.conversation_id
    explained = isinstance(error, Forbidden) and error.code not in _STRANGERS
    if isinstance(error, Forbidden):
        facts |= {"text": mask_text(error.text), "rules": list(error.rules)}
    noted = AuditEvent(event.tag, event.at, event.actor_id, event.actor_name, event.operation_id, facts=facts)
    reference = ""
    try:
        if explained and not noted.operation_id:
            reference = await trail.record_refusal(noted)
        else:
            await trail.record(noted)
            reference = noted.operation_id if explained else ""
    except Exception as second:  # the person still gets the first error's sentence
        explain.remark(second)
    said = explain.remark(error, reference, asked, event.at)
    return said if where.kind == "personal" else private(said)

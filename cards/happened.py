"""What belongs to no request, in a sentence: a refusal, a freeze, a pause, a threat level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.audit import AuditEvent, Tag
from bot.domain.phone import mask_text
from bot.domain.refused import in_words
from bot.domain.said import Said, join, say
from bot.domain.stop import because

_Facts = Mapping[str, object]


def happened(event: AuditEvent, who: str) -> Said | None:
    """The sentence, with a name that whoever reads it knows; None for what has no sentence of its own."""
    tell = _TOLD.get(event.tag)
    return tell(who, event.facts) if tell else None


def _word(facts: _Facts, name: str) -> str:
    value = facts.get(name)
    return mask_text(value) if isinstance(value, str) else ""


def _refused(who: str, facts: _Facts) -> Said:
    return say("{who} was refused: {what}", who=who, what=in_words(_word(facts, "code")))


def _frozen(who: str, facts: _Facts) -> Said:
    upn, why, until = _word(facts, "target_upn"), because(_word(facts, "reason")), _until(facts)
    if until is None:
        return say("{who} froze {upn}{because}", who=who, upn=upn, because=why)
    return say("{who} froze {upn} until {until}{because}", who=who, upn=upn, until=until, because=why)


def _suspected(who: str, facts: _Facts) -> Said:
    upn, until = _word(facts, "target_upn"), _until(facts)
    if until is None:
        return say("{who} reported a suspicious call about {upn}", who=who, upn=upn)
    return say("{who} reported a suspicious call about {upn}: frozen until {until}", who=who, upn=upn, until=until)


def _until(facts: _Facts) -> datetime | None:
    """When it ends; events of older versions say it in words alone."""
    try:
        return datetime.fromisoformat(str(facts.get("until")))
    except ValueError:
        return None


_TOLD: Mapping[Tag, Callable[[str, _Facts], Said]] = {
    Tag.CHAT_CARD_REFUSED: _refused,
    Tag.CHAT_COMMAND_REFUSED: _refused,
    Tag.CHAT_PERSON_FROZEN: _frozen,
    Tag.CHAT_CALL_SUSPECTED: _suspected,
    Tag.CHAT_PERSON_UNFROZEN: lambda who, facts: say(
        "{who} unfroze {upn}{because}", who=who, upn=_word(facts, "target_upn"), because=because(_word(facts, "reason"))
    ),
    Tag.CHAT_CHANGES_PAUSED: lambda who, facts: say("{who} paused every change{because}", who=who, because=because(_word(facts, "reason"))),
    Tag.CHAT_CHANGES_RESUMED: lambda who, facts: say("{who} ended the pause{because}", who=who, because=because(_word(facts, "reason"))),
    Tag.CHAT_THREAT_RAISED: lambda who, facts: say(
        "{who} raised the threat level{because}", who=who, because=because(_word(facts, "reason"))
    ),
    Tag.CHAT_LIMITS_LIFTED: lambda who, facts: say(
        "{who} lifted the limits of {upn}{because}", who=who, upn=_word(facts, "target_upn"), because=because(_word(facts, "reason"))
    ),
    Tag.CHAT_COMMAND_ASKED: lambda who, facts: say(
        "{who} asked: {command}",
        who=who,
        command=join(" ", (_word(facts, "command").replace("-", " "), _word(facts, "target_upn") or _word(facts, "text"))),
    ),
}

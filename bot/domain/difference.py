"""A change as people say it: before and after."""

from __future__ import annotations

from datetime import datetime

from bot.domain.change import Change, ChangeKind, value_in_words
from bot.domain.change_values import Switch
from bot.domain.said import say


def difference(change: Change) -> tuple[str, str]:
    """Before and after, in words where there is no number."""
    match change.kind:
        case ChangeKind.SMS_SIGN_IN if change.follows and change.after is Switch.OFF:
            return say("off"), say("stays off")
        case ChangeKind.SMS_SIGN_IN:
            return value_in_words(change.before or Switch.OFF), value_in_words(change.after or Switch.OFF)
        case ChangeKind.SIGN_OUT:
            return say("signed in wherever they are"), say("signed out everywhere")
        case ChangeKind.SET_DEFAULT:
            return value_in_words(change.before or say("none")), value_in_words(change.after or say("none"))
        case ChangeKind.CREATE_PASS:
            held = say("a pass until {at}", at=datetime.fromisoformat(str(change.before))) if change.before else say("none")
            return held, change.wanted.in_words if change.wanted else say("none")
        case ChangeKind.RESET_PASSWORD:
            return say("the present one"), say("a temporary one")
    return value_in_words(change.before or say("not registered")), value_in_words(change.after or say("removed"))


def difference_text(change: Change) -> str:
    """The same in plain text, always masked."""
    before, after = difference(change.masked())
    return say("{label}: {before} → {after}", label=change.label, before=before, after=after)

"""From the wire to our own words: botbuilder's `Activity` → `IncomingMessage`, `CardAction` or `FileConsent`."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from botbuilder.schema import Activity

from bot.commands.forms import MAX_INPUT, inputs
from bot.domain.bulk import MARK
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, ConversationRef, Mention
from bot.domain.incoming import INPUT, KEEP, MOST_KEPT, CardAction, FileConsent, FileKind, IncomingFile, IncomingMessage, Verb
from bot.domain.report_about import REFERENCE
from bot.domain.verbs import VERBS, Thing
from bot.teams.activity import clean
from bot.teams.identity import actor_of, guest_or_bot, where_of
from bot.teams.quotes import own_words

#: Answers who a Teams user id is: (conversation, "29:…") → Entra object id, or empty.
WhoIs = Callable[[ConversationRef, str], Awaitable[str]]

_OPERATION_ID = re.compile(r"[0-9A-Za-z]{1,12}")
#: What other ids look like.
_RANDOM = re.compile(r"[0-9a-f]{32}")
_IDS = {
    Thing.COMMAND: re.compile(r"[a-z]+(-[a-z]+){0,4}"),
    Thing.REPORT: REFERENCE,
    Thing.NOTICE: _RANDOM,
    Thing.PROOF: _RANDOM,
}
_MARKS = re.compile(f"[{MENTION_OPEN}{MENTION_CLOSE}]")

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INPUTS = inputs()

#: How a client says that the card renews itself: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#refresh-mechanism
_BY_ITSELF = "automatic"
_KEY_LIMIT = 400
_ID_LIMIT = 40
REASON_LIMIT = 200
_NAME_LIMIT = 200
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#receive-files-in-personal-chat
FILE_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
#: Nobody is served who drops more at once; one more than this is enough to say so.
MOST_FILES = 5
#: OneDrive's names have at most 255 characters, its signed addresses some two thousand.
_FILE_NAME_LIMIT = 255
_URL_LIMIT = 8192
_JOB_ID = re.compile(r"[0-9A-Za-z]{0,12}")
#: More people than this in one message are not looked up: no command takes as many.
MENTIONS_LOOKED_UP = 8
#: Every character of the text may have to be compared with every character of every mention: so many of that take some 10 ms.
MENTION_WORK = 2_000_000
#: The look-up is part of a turn that has to end in time; what is not known by then counts as not known.
LOOK_UP_SECONDS = 4.0


def delivery_key(activity: Activity) -> str:
    """Names this delivery: the same key again is the same activity. An edit keeps the id of the message, so the type is part of it."""
    key = f"{activity.type}|{activity.conversation.id}|{activity.id}"
    return key if len(key) <= _KEY_LIMIT else hashlib.sha256(key.encode()).hexdigest()


def unread_message(activity: Activity, who_is: WhoIs, *, edited: bool = False) -> IncomingMessage:
    """A typed message as far as it costs nothing: where somebody is mentioned it is still to be read."""
    mentioned = [mentioned_id for _, _, mentioned_id in _mentions(activity)]
    where = where_of(activity)
    said, quoting = own_words(activity.text or "", activity.attachments)
    unread = IncomingMessage(
        key=delivery_key(activity),
        actor=actor_of(activity),
        text=_MARKS.sub(" ", said),
        where=where,
        edited=edited,
        quoting=quoting,
        guest_or_bot=guest_or_bot(activity),
        files=_files(activity) if where.kind == "personal" else (),  # Teams gives bots none elsewhere
        names_people=any(mentioned_id != activity.recipient.id for mentioned_id in mentioned),
    )

    async def read() -> IncomingMessage:
        """Mentions of people are looked up, mentions of the bot are cut out."""
        text, found = _mentions_marked(activity, said, quoting=quoting)
        known = await _object_ids(where, [mentioned_id for _, mentioned_id in found], who_is)
        return replace(unread, text=text, mentions=tuple(Mention(name, known.get(mentioned_id, "")) for name, mentioned_id in found))

    return replace(unread, read=read) if mentioned else unread


def _files(activity: Activity) -> tuple[IncomingFile, ...]:
    """What was dropped. A file whose address cannot be read has none, so that it is refused and not overlooked."""
    dropped = [item for item in activity.attachments if item.content_type == FILE_DOWNLOAD][:MOST_FILES]
    contents = [item.content if isinstance(item.content, dict) else {} for item in dropped]
    return tuple(
        IncomingFile(_file_name(item.name), _url(content.get("downloadUrl"))) for item, content in zip(dropped, contents, strict=True)
    )


def _file_name(value: object) -> str:
    """On one line, without a path; empty when there is none."""
    name = re.split(r"[/\\]", value)[-1] if isinstance(value, str) else ""
    return _CONTROLS.sub("", _one_line(name, len(name))).strip()[-_FILE_NAME_LIMIT:]


def _url(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _URL_LIMIT and value.isascii() and value.isprintable() else ""


def file_consent(activity: Activity) -> FileConsent | None:
    """Allow or Decline under an offered file (`fileConsent/invoke`); None when it is none of ours, or not in a personal chat.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#invoke-activity-when-the-user-accepts-the-file
    """
    value = activity.value if isinstance(activity.value, dict) else {}
    context, info, where = value.get("context"), value.get("uploadInfo"), where_of(activity)
    if value.get("type") != "fileUpload" or value.get("action") not in ("accept", "decline") or where.kind != "personal":
        return None
    kind, about = (context.get("kind"), context.get("id")) if isinstance(context, dict) else (None, None)
    if not isinstance(kind, str) or kind not in FileKind._value2member_map_ or not isinstance(about, str):
        return None
    if not (REFERENCE if kind == FileKind.LIST else _JOB_ID).fullmatch(about):
        return None
    accepted = value["action"] == "accept"
    info = info if accepted and isinstance(info, dict) else {}
    return FileConsent(
        key=delivery_key(activity),
        actor=actor_of(activity),
        where=where,
        accepted=accepted,
        kind=FileKind(kind),
        id=about,
        name=_file_name(info.get("name")),
        upload_url=_url(info.get("uploadUrl")),
        content_url=_url(info.get("contentUrl")),
        unique_id=_one_line(info.get("uniqueId"), _NAME_LIMIT),
        file_type=_one_line(info.get("fileType"), _ID_LIMIT),
        card_id=activity.reply_to_id or "",
        guest_or_bot=guest_or_bot(activity),
    )


def _mentions_marked(activity: Activity, words: str, *, quoting: bool) -> tuple[str, list[tuple[str, str]]]:
    """The text with a numbered mark for each person mentioned and a blank for the bot; with name and Teams id of those people.

    Each entity stands for one occurrence of its own text, in order: a person may be called like the bot, and one name may be
    part of another. What is left over when the bot was the last one called so is the bot too.

    Args:
        words: the sender's own. Entities stand for what was quoted beside them too, so that of namesakes nobody can tell who is meant.
    """
    text = _MARKS.sub(" ", words)
    waiting: dict[str, list[tuple[str, str]]] = {}
    room = MENTION_WORK // max(1, len(text))
    for said, name, mentioned_id in _mentions(activity):
        room -= len(said)
        if room < 0:  # what is left stays in the text as it is; no command has that many
            break
        waiting.setdefault(said, []).append((name, mentioned_id))
    if quoting:
        waiting = {said: queue if len(set(queue)) == 1 else [(name, "") for name, _ in queue] for said, queue in waiting.items()}
    for said in list(waiting):  # some clients escape the name in one of the two places only
        for spelling in (said.replace("&", "&amp;"), html.unescape(said), _MARKS.sub(" ", said)):
            if said not in text:
                waiting.setdefault(spelling, waiting[said])
    bot_id = activity.recipient.id
    found: list[tuple[str, str]] = []

    def mark(occurrence: re.Match[str]) -> str:
        queue = waiting[occurrence[0]]
        if not queue:
            return occurrence[0]
        mentioned = queue[0] if len(queue) == 1 and queue[0][1] == bot_id else queue.pop(0)
        if mentioned[1] == bot_id:
            return " "
        found.append(mentioned)
        return f" {MENTION_OPEN}{len(found) - 1}{MENTION_CLOSE} "

    if waiting:
        longest_first = sorted(waiting, key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, longest_first)), mark, text)
    return text, found


def _mentions(activity: Activity) -> Iterator[tuple[str, str, str]]:
    """Each mention: its text, and name and Teams id of whom it is of."""
    for entity in activity.entities:
        said, mentioned = entity.additional_properties.get("text"), entity.additional_properties.get("mentioned")
        if entity.type == "mention" and isinstance(mentioned, dict) and isinstance(said, str) and said:
            yield clean(said), clean(str(mentioned.get("name", ""))), clean(str(mentioned.get("id", "")))


async def _object_ids(where: ConversationRef, user_ids: Iterable[str], who_is: WhoIs) -> dict[str, str]:
    """Who these Teams users are; those that Teams cannot say, or not in time, are missing or empty."""
    wanted = list(dict.fromkeys(filter(None, user_ids)))[:MENTIONS_LOOKED_UP]
    asking = [asyncio.ensure_future(who_is(where, user_id)) for user_id in wanted]
    if not asking:
        return {}
    done, late = await asyncio.wait(asking, timeout=LOOK_UP_SECONDS)
    for one in late:
        one.cancel()
    return {user_id: answer.result() for user_id, answer in zip(wanted, asking, strict=True) if answer in done}


def card_action(activity: Activity) -> CardAction | None:
    """A pressed button, from an Action.Execute invoke or an Action.Submit message; None when it is none of ours."""
    value = activity.value if isinstance(activity.value, dict) else {}
    universal = activity.type == "invoke"
    pressed = value.get("action") if universal else value
    if not isinstance(pressed, dict):
        return None
    data = pressed.get("data") if universal else pressed
    data = data if isinstance(data, dict) else {}
    verb = pressed.get("verb") or data.get("verb")
    about = data.get("id")
    if not isinstance(verb, str) or verb not in Verb._value2member_map_ or not isinstance(about, str):
        return None
    names = VERBS[Verb(verb)].names
    looks_like = next((pattern for thing, pattern in _IDS.items() if thing in names), _OPERATION_ID)
    if len(about) > _ID_LIMIT or not looks_like.fullmatch(about):
        return None
    return CardAction(
        key=delivery_key(activity),
        actor=actor_of(activity),
        # A client that refreshes a card by itself is nobody's press, whatever verb the card names for it.
        verb=Verb.REFRESH if universal and str(value.get("trigger")).strip().casefold() == _BY_ITSELF and verb != Verb.VIEW else Verb(verb),
        id=about,
        where=where_of(activity),
        pick=_pick(data.get("pick")),
        reason=_one_line(data.get("reason"), REASON_LIMIT),
        answer=_one_line(data.get("answer"), REASON_LIMIT if verb in (Verb.ATTEST, Verb.CHOOSE) else _ID_LIMIT),
        kind=_one_line(data.get("kind"), _ID_LIMIT) if verb in (Verb.PROVE, Verb.NEXT, Verb.VIEW) else "",
        plan=_one_line(data.get("plan"), MARK) if verb == Verb.CONFIRM else "",
        inputs=_inputs(data) if Thing.FORM in names else {},
        kept=_kept(data) if verb == Verb.CONFIRM else None,
        card_id=activity.reply_to_id or "",
        universal=universal,
        guest_or_bot=guest_or_bot(activity),
    )


def _pick(value: object) -> int | None:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def _kept(data: dict[str, Any]) -> frozenset[int] | None:
    """Which changes are ticked; None when the card had none to tick."""
    said = {number: data[name] for number in range(MOST_KEPT) if (name := f"{KEEP}{number}") in data}
    return frozenset(number for number, value in said.items() if value == "true") if said else None


def _one_line(value: object, limit: int) -> str:
    """What somebody wrote into a card: on one line, and no longer than the input takes."""
    return " ".join(clean(value).split())[:limit] if isinstance(value, str) else ""


def _inputs(data: dict[str, Any]) -> dict[str, str]:
    """What a form was filled in with: the inputs that forms have, as text, without control characters and our own marks."""
    said = {name: _one_line(data.get(INPUT + name), MAX_INPUT) for name in _INPUTS}
    return {name: shown for name, text in said.items() if (shown := _CONTROLS.sub("", _MARKS.sub("", text)).strip())}

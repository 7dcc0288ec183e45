"""What Teams accepts from a bot: the checks on an outgoing activity and on the answer to a pressed button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.teams.charts import check_chart
from simulator.teams.directory import DATASET
from simulator.teams.refusals import Refusal, bad_syntax
from simulator.teams.threads import ADAPTIVE

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages#message-size: counted in UTF-16
MESSAGE_LIMIT = 100 * 1024
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format: bots may send up to this version
CARD_VERSION = (1, 5)
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
REFRESH_USERS = 60
# https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
MESSAGE_ANSWER = "application/vnd.microsoft.activity.message"
ERROR_ANSWER = "application/vnd.microsoft.error"
_OTHER_ANSWERS = {
    "application/vnd.microsoft.activity.loginRequest": 401,
    "application/vnd.microsoft.error.incorrectAuthCode": 401,
    "application/vnd.microsoft.error.preconditionFailed": 412,
}
_ERROR_CODES = range(400, 600)
# https://support.microsoft.com/office/restrictions-and-limitations-in-onedrive-and-sharepoint-64883a5d-228e-48f5-b3d2-eb39e07630fa
NAME_LIMIT = 255
_NO_NAME = re.compile(r'["*:<>?/\\|\x00-\x1f]|^\s|[\s.]$')
_AT = re.compile(r"<at>[^<>]+</at>")
_MENTIONED = re.compile(r"(28|29):\S+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^@\s]+@[^@\s]+", re.IGNORECASE)
_SENDABLE = ("message", "typing")
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
FILE_INFO = "application/vnd.microsoft.teams.card.file.info"
# What each card's content may and must hold.
_FILE_CARDS: dict[str, dict[str, type]] = {
    FILE_CONSENT: {"description": str, "sizeInBytes": int, "acceptContext": dict, "declineContext": dict},
    FILE_INFO: {"uniqueId": str, "fileType": str},
}


def check_size(raw: bytes) -> None:
    """Raises: Refusal 413, when the body, in UTF-16, is over the limit."""
    if len(raw.decode("utf-8", "replace").encode("utf-16-le")) > MESSAGE_LIMIT:
        raise Refusal(413, "MessageSizeTooBig", "Message size too large.")


def check_activity(activity: dict[str, Any], kind: str) -> None:
    """Pass silently, or refuse an activity that Teams could not show in a conversation of this kind.

    Raises:
        Refusal: 400, with the reason.
    """
    if activity.get("type") not in _SENDABLE:
        raise bad_syntax(f"Unknown activity type {activity.get('type')!r}")
    text = activity.get("text") or ""
    attachments = activity.get("attachments") or []
    if not isinstance(text, str) or not isinstance(attachments, list):
        raise bad_syntax("text must be a string and attachments a list")
    if activity["type"] == "message" and not text and not attachments:
        raise bad_syntax("Activity resulted into empty content")
    for attachment in attachments:
        _check_attachment(attachment)
        if attachment["contentType"] in _FILE_CARDS:
            _check_file_card(attachment, kind)
    _check_mentions(activity.get("entities") or [], text)


def _check_attachment(attachment: Any) -> None:
    if not isinstance(attachment, dict) or not isinstance(attachment.get("contentType"), str):
        raise bad_syntax("An attachment needs a contentType")
    content = attachment.get("content")
    if attachment["contentType"] == ADAPTIVE:
        _check_card(content)
    elif isinstance(content, dict) and content.get("type") == "AdaptiveCard":
        raise bad_syntax(f"An Adaptive Card needs the contentType {ADAPTIVE}, not {attachment['contentType']}")


def _check_file_card(attachment: dict[str, Any], kind: str) -> None:
    """ "Teams bot APIs work only in the `personal` context."""
    called, content = attachment["contentType"], attachment.get("content")
    if kind != "personal":
        raise bad_syntax(f"{called} is for personal chats only")
    if not isinstance(attachment.get("name"), str) or not attachment["name"] or len(attachment["name"]) > NAME_LIMIT:
        raise bad_syntax(f"{called} needs the name of the file")
    if _NO_NAME.search(attachment["name"]):
        raise bad_syntax(f"{attachment['name']!r} is no name for a file in OneDrive")
    wanted = _FILE_CARDS[called]
    if not isinstance(content, dict) or content.keys() != wanted.keys():
        raise bad_syntax(f"The content of {called} must be an object with {', '.join(wanted)} and nothing else")
    for name, of in wanted.items():
        if not isinstance(content[name], of) or isinstance(content[name], bool):
            raise bad_syntax(f"{name} must be {of.__name__}, not {content[name]!r}")
    if called == FILE_INFO and not str(attachment.get("contentUrl")).startswith("https://"):
        raise bad_syntax(f"{called} needs the contentUrl of the file")
    if called == FILE_CONSENT and content["sizeInBytes"] <= 0:
        raise bad_syntax(f"sizeInBytes must be more than 0, not {content['sizeInBytes']}")


def card_problem(card: Any) -> str | None:
    """Why Teams would not show this Adaptive Card; None when it would."""
    try:
        _check_card(card)
    except Refusal as refusal:
        return refusal.message
    return None


def _check_card(card: Any) -> None:
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        raise bad_syntax("The content of an Adaptive Card attachment must be an object of type AdaptiveCard")
    try:
        version = tuple(int(part) for part in card["version"].split("."))
    except (KeyError, AttributeError, ValueError) as error:
        raise bad_syntax(f"An Adaptive Card needs a version such as '1.5', not {card.get('version')!r}") from error
    if version > CARD_VERSION:
        raise bad_syntax(f"Adaptive Card version {card['version']} is not supported for bots; 1.5 is the newest")
    refresh, teams = card.get("refresh", {}), card.get("msteams", {})
    if not isinstance(refresh, dict) or not isinstance(teams, dict):
        raise bad_syntax("refresh and msteams must be objects")
    users = refresh.get("userIds") or []
    if len(users) > REFRESH_USERS:
        raise bad_syntax(f"refresh.userIds has {len(users)} entries; at most {REFRESH_USERS}")
    _check_mentions(teams.get("entities") or [], "\n".join(_mentionable(card.get("body", []))))
    _check_inputs(card)
    for each in _objects(card.get("body")):
        check_chart(each)


def _check_inputs(card: dict[str, Any]) -> None:
    """Inputs have names of their own, and a choice that asks for data asks for people of this organisation."""
    names: set[str] = set()
    for each in _objects([card.get("body"), card.get("actions")]):
        if not str(each.get("type")).startswith("Input."):
            continue
        if not each.get("id") or each["id"] in names:
            raise bad_syntax(f"An input needs an id of its own, not {each.get('id')!r}")
        names.add(each["id"])
        asked = each.get("choices.data")
        if asked is not None and (each["type"] != "Input.ChoiceSet" or asked != {"type": "Data.Query", "dataset": DATASET}):
            raise bad_syntax(f"{asked!r} is no query for people")


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, in the order in which they stand."""
    left = [node]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            left += [child for child in reversed(each.values()) if isinstance(child, (dict, list))]
        elif isinstance(each, list):
            left += [child for child in reversed(each) if isinstance(child, (dict, list))]


def _mentionable(node: Any) -> Iterator[str]:
    """The texts in which a card may mention somebody: a TextBlock's and a FactSet's, no others.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
    """
    for each in _objects(node):
        if each.get("type") == "TextBlock":
            yield str(each.get("text", ""))
        elif each.get("type") == "FactSet":
            yield from (str(fact.get(key, "")) for fact in each.get("facts") or [] if isinstance(fact, dict) for key in ("title", "value"))


def _check_mentions(entities: Any, text: str) -> None:
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise bad_syntax("entities must be a list of objects")
    for entity in entities:
        if entity.get("type") != "mention":
            continue
        mentioned = entity.get("mentioned") or {}
        if not mentioned.get("id") or not mentioned.get("name"):
            raise bad_syntax("A mention needs mentioned.id and mentioned.name")
        if not _AT.fullmatch(str(entity.get("text") or "")):
            raise bad_syntax(f"A mention's text is <at>…</at>, not {entity.get('text')!r}")
        if not _MENTIONED.fullmatch(str(mentioned["id"])):
            raise bad_syntax(f"{mentioned['id']!r} is no Teams user id, Entra object id or user principal name")
        if entity["text"] not in text:
            raise bad_syntax(f"The mention text {entity.get('text')!r} does not occur in the text")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a press.

    Attributes:
        status: HTTP status of the bot; 0 when it could not be reached or took too long.
        body: the invoke answer as sent; None after Action.Submit.
        card: the card in it, which the presser now sees. message: the line of text in it.
        error: what Teams shows under the card, if anything.
        malformed: why Teams could not use the answer, if it could not.
    """

    status: int
    body: Any = None
    card: dict[str, Any] | None = None
    message: str | None = None
    error: str | None = None
    malformed: str | None = None

    def as_json(self) -> dict[str, Any]:
        return vars(self)


def read_consent(status: int, body: Any) -> Answer:
    """Judge the bot's answer to fileConsent/invoke: whatever is no 200 shows as an error."""
    if status == 200:
        return Answer(status=status, body=body)
    problem = f"the bot answered HTTP {status}" if status else "the bot did not answer"
    return Answer(status=status, body=body, malformed=problem, error=SOMETHING_WRONG if status else UNREACHABLE)


SOMETHING_WRONG = "Something went wrong. Please try again."
UNREACHABLE = "Unable to reach app. Please try again."


def read_answer(status: int, body: Any) -> Answer:
    """Judge the bot's answer to adaptiveCard/action as the Teams client does."""
    problem = _answer_problem(status, body)
    if problem:
        return Answer(status=status, body=body, malformed=problem, error=UNREACHABLE if status == 0 else SOMETHING_WRONG)
    kind, value = body["type"], body["value"]
    if kind == ADAPTIVE:
        return Answer(status=status, body=body, card=value)
    if kind == MESSAGE_ANSWER:
        return Answer(status=status, body=body, message=value)
    return Answer(status=status, body=body, error=value.get("message") or SOMETHING_WRONG)


def _answer_problem(status: int, body: Any) -> str | None:
    if status != 200:
        return f"the bot answered HTTP {status}" if status else "the bot did not answer"
    if not isinstance(body, dict) or not {"statusCode", "type", "value"} <= body.keys() or not isinstance(body["type"], str):
        return "the answer must be an object with statusCode, type and value"
    code, kind, value = body["statusCode"], body["type"], body["value"]
    if kind == ADAPTIVE and card_problem(value):
        return card_problem(value)
    fits = {
        ADAPTIVE: code == 200,
        MESSAGE_ANSWER: code == 200 and isinstance(value, str),
        ERROR_ANSWER: code in _ERROR_CODES and isinstance(value, dict) and all(isinstance(value.get(k), str) for k in ("code", "message")),
    }.get(kind, isinstance(value, dict) and _OTHER_ANSWERS.get(kind) == code)
    return None if fits else f"type {kind!r} with statusCode {code!r} and value {value!r} is not an answer Teams knows"

"""Activities as Teams sends them to a bot.

Shapes: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability and
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
"""

from __future__ import annotations

import html
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.cast import TEAM_ID, TEAM_NAME, Member
from simulator.teams import identity
from simulator.teams.drive import StoredFile
from simulator.teams.threads import Conversation

LOCALE, COUNTRY, TIMEZONE = "en-GB", "NL", "Europe/Amsterdam"
FILE_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
_AT = re.compile(r"<at>(.*?)</at>")


@dataclass(frozen=True)
class Client:
    """What is particular to somebody's client.

    Attributes:
        timezone: as the client names it, which may be a name of Windows; None when it says none.
        region: of the service URL that its activities name, where that is not the one of the conversation (botbuilder-js#3280).
        empty_value: its messages carry a `value` without anything in it.
    """

    locale: str = LOCALE
    timezone: str | None = TIMEZONE
    region: str = ""
    empty_value: bool = False


@dataclass(frozen=True)
class Scene:
    """Who does something, where and when; `root` is the channel thread."""

    sender: Member
    conversation: Conversation
    root: str | None
    when: datetime


class Activities:
    """Builds activities for one bot; `service_url` gives the one of a region."""

    def __init__(self, bot_app_id: str, service_url: Callable[[str], str]) -> None:
        self.bot = {"id": f"28:{bot_app_id}", "name": "Doorman"}
        self.service_url = service_url
        self.roles: dict[str, str] = {}  # object id -> "bot" or "guest", where a test asks for it
        self.clients: defaultdict[str, Client] = defaultdict(Client)  # by object id

    def account(self, member: Member) -> dict[str, Any]:
        """The sender as the bot sees it; a person marked as a bot has no Entra id."""
        if self.roles.get(member.id) == "bot":
            return {"id": f"28:{member.id}", "name": member.name, "role": "bot"}
        return {"id": identity.mri(member), "name": member.name, "aadObjectId": member.id}

    def envelope(self, kind: str, scene: Scene, activity_id: str | None = None) -> dict[str, Any]:
        """What every activity carries. Without an id it gets one of the kind Teams gives to events."""
        conversation, when = scene.conversation, scene.when
        client = self.clients[scene.sender.id]
        tenant = {"id": conversation.tenant_id}
        place: dict[str, Any] = {
            "conversationType": conversation.kind,
            "tenantId": conversation.tenant_id,
            "id": identity.join_thread(conversation.id, scene.root),
        }
        channel_data: dict[str, Any] = {"tenant": tenant}
        if conversation.kind != "personal":
            place["isGroup"] = True
        if conversation.kind == "channel":
            channel_data |= {
                "teamsChannelId": conversation.id,
                "teamsTeamId": TEAM_ID,
                "channel": {"id": conversation.id},
                "team": {"id": TEAM_ID, "name": TEAM_NAME, "aadGroupId": identity.TEAM_AAD_GROUP},
            }
        zone = {} if client.timezone is None else {"localTimezone": client.timezone}
        entity = {} if client.timezone is None else {"timezone": client.timezone}
        return {
            "type": kind,
            "id": activity_id or f"f:{uuid.uuid4()}",
            "channelId": "msteams",
            "serviceUrl": self.service_url(client.region or conversation.region),
            "timestamp": stamp(when),
            "localTimestamp": when.astimezone(_zone_of(client)).isoformat(timespec="milliseconds"),
            **zone,
            "locale": client.locale,
            "from": self.account(scene.sender),
            "recipient": dict(self.bot),
            "conversation": place,
            "channelData": channel_data,
            "entities": [{"type": "clientInfo", "locale": client.locale, "country": COUNTRY, "platform": "Web", **entity}],
        }

    def message(self, scene: Scene, message_id: str, text: str, mentions: Iterable[Member] = ()) -> dict[str, Any]:
        """Something typed. Outside personal chats the bot is mentioned first, as otherwise it would not be told."""
        marked, mentioned = self._mark_mentions(text, list(mentions), with_bot=scene.conversation.kind != "personal")
        activity = self.envelope("message", scene, message_id)
        activity |= {"text": marked, "textFormat": "plain", "attachments": [{"contentType": "text/html", "content": as_html(marked)}]}
        marks = [{"type": "mention", "mentioned": dict(account), "text": f"<at>{account['name']}</at>"} for account in mentioned]
        activity["entities"] = [*marks, *activity["entities"]]
        if scene.root not in (None, message_id):
            activity["replyToId"] = scene.root
        if self.clients[scene.sender.id].empty_value:
            activity["value"] = {}
        return activity

    def edit(self, activity: dict[str, Any]) -> dict[str, Any]:
        """The same message edited; real Teams keeps the id of the message."""
        activity["channelData"]["eventType"] = "editMessage"
        return activity | {"type": "messageUpdate"}

    def _mark_mentions(self, text: str, mentions: list[Member], *, with_bot: bool) -> tuple[str, list[dict[str, Any]]]:
        accounts = []
        for member in mentions:
            mark = f"<at>{member.name}</at>"
            if f"@{member.name}" in text:
                text = text.replace(f"@{member.name}", mark, 1)
            elif mark not in text:
                text = f"{text} {mark}"
            accounts.append({"id": identity.mri(member), "name": member.name})
        bot_mark = f"<at>{self.bot['name']}</at>"
        text = text.replace(f"@{self.bot['name']}", bot_mark, 1)
        if with_bot and bot_mark not in text:
            text = f"{bot_mark} {text}"
        return text, [self.bot, *accounts] if bot_mark in text else accounts

    def drop(self, scene: Scene, message_id: str, text: str, files: Iterable[tuple[StoredFile, str]]) -> dict[str, Any]:
        """Files dropped, each with its download address, perhaps with words beside them.

        Of a channel or a group chat the bot is told the words alone: there the file lies in SharePoint, and only a mark of it is left.
        https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#receive-files-in-personal-chat
        """
        activity = self.message(scene, message_id, text)
        dropped = list(files)
        activity["attachments"][0]["content"] += "".join(f'<attachment id="{file.unique_id}"></attachment>' for file, _ in dropped)
        if scene.conversation.kind == "personal":
            activity["attachments"] = [_download_info(file, url) for file, url in dropped] + activity["attachments"]
            if not text:
                del activity["text"]
        return activity

    def consent(self, scene: Scene, message_id: str, value: dict[str, Any]) -> dict[str, Any]:
        """Allow or Decline pressed under an offered file."""
        activity = self.envelope("invoke", scene)
        activity["channelData"]["source"] = {"name": "message"}
        return activity | {"name": "fileConsent/invoke", "replyToId": message_id, "value": value}

    def execute(self, scene: Scene, message_id: str, action: dict[str, Any], trigger: str) -> dict[str, Any]:
        """A pressed Action.Execute, or an automatic refresh."""
        activity = self.envelope("invoke", scene)
        activity["channelData"]["source"] = {"name": "message"}
        return activity | {"name": "adaptiveCard/action", "replyToId": message_id, "value": {"action": action, "trigger": trigger}}

    def submit(self, scene: Scene, message_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """A pressed Action.Submit: a message without text."""
        return self.envelope("message", scene) | {"replyToId": message_id, "value": data}

    def installation(self, scene: Scene, *, added: bool) -> list[dict[str, Any]]:
        """The two events of an installation: installationUpdate (its sender has no name) and conversationUpdate."""
        installed = self.envelope("installationUpdate", scene) | {"action": "add" if added else "remove"}
        installed["from"].pop("name")
        update = self.envelope("conversationUpdate", scene)
        update["from"].pop("name")
        newcomers = [{"id": self.bot["id"]}]
        if scene.conversation.kind == "personal" and added:
            newcomers.append({"id": identity.mri(scene.sender), "aadObjectId": scene.sender.id})
        update["membersAdded" if added else "membersRemoved"] = newcomers
        if scene.conversation.kind == "channel":
            update["channelData"]["eventType"] = "teamMemberAdded" if added else "teamMemberRemoved"
            installed["channelData"]["settings"] = {"selectedChannel": {"id": scene.conversation.id}}
        return [installed, update] if added else [update, installed]


def _zone_of(client: Client) -> ZoneInfo:
    """By whose clock a client says its own time; one that names its zone as Windows does, or not at all, is in the office."""
    try:
        return ZoneInfo(client.timezone or TIMEZONE)
    except (KeyError, ValueError):
        return ZoneInfo(TIMEZONE)


def stamp(when: datetime) -> str:
    """A moment as activities carry it."""
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _download_info(file: StoredFile, download_url: str) -> dict[str, Any]:
    return {
        "contentType": FILE_DOWNLOAD,
        "contentUrl": file.url,
        "name": file.name,
        "content": {"downloadUrl": download_url, "uniqueId": file.unique_id, "fileType": file.kind, "etag": _etag(file)},
    }


def upload_info(upload_url: str, file: StoredFile) -> dict[str, Any]:
    """Where the bot may write an offered file."""
    return {
        "contentUrl": file.url,
        "name": file.name,
        "uploadUrl": upload_url,
        "uniqueId": file.unique_id,
        "fileType": file.kind,
        "etag": _etag(file),
    }


def _etag(file: StoredFile) -> str:
    return f'"{{{file.unique_id}}},1"'


def as_html(text: str) -> str:
    """The text/html attachment Teams adds next to plain text; mentions become numbered spans."""
    parts = _AT.split(text)  # every second part is a name
    pieces = [
        f'<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="{i // 2}">{html.escape(part)}</span>'
        if i % 2
        else html.escape(part)
        for i, part in enumerate(parts)
    ]
    return "<p>" + "".join(pieces) + "</p>"

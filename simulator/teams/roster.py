"""Who is in a conversation, and which conversations a bot may open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.cast import Member
from simulator.teams import identity
from simulator.teams.activities import Activities
from simulator.teams.refusals import Refusal, bad_syntax
from simulator.teams.threads import Conversation, Threads

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context: page sizes below 50 are raised, at most 500
PAGE_MIN, PAGE_MAX = 50, 500


class Roster:
    """Members as the Connector shows them."""

    def __init__(self, threads: Threads, activities: Activities) -> None:
        self._threads = threads
        self._activities = activities

    def member_json(self, member: Member) -> dict[str, Any]:
        """A TeamsChannelAccount. The object id comes under both names in use: `objectId` (botbuilder reads it) and `aadObjectId`."""
        given, _, surname = member.name.partition(" ")
        role = self._activities.roles.get(member.id) or ("guest" if member.user_type == "Guest" else "user")
        return {
            "id": identity.mri(member),
            "name": member.name,
            "givenName": given,
            "surname": surname,
            "email": member.mail,
            "userPrincipalName": member.upn,
            "aadObjectId": member.id,
            "objectId": member.id,
            "tenantId": self._threads.tenant_of(member),
            "userRole": role,
        }

    def one(self, conversation: Conversation, key: str) -> dict[str, Any]:
        """One member, by Teams id or Entra object id.

        Raises:
            Refusal: 404, not a member.
        """
        member = next((m for m in conversation.members if key in (m.id, identity.mri(m))), None)
        if member is None:
            raise Refusal(404, "MemberNotFoundInConversation", "The member was not found in the conversation.")
        return self.member_json(member)

    def page(self, conversation: Conversation, query: Mapping[str, str]) -> dict[str, Any]:
        """One page of members; `continuationToken` leads to the next.

        Raises:
            Refusal: 400, a page size or token that is no number.
        """
        try:
            size = min(max(int(query.get("pageSize") or PAGE_MAX), PAGE_MIN), PAGE_MAX)
            start = int(query.get("continuationToken") or 0)
        except ValueError as error:
            raise bad_syntax("pageSize or continuationToken is not valid") from error
        answer: dict[str, Any] = {"members": [self.member_json(m) for m in conversation.members[start : start + size]]}
        if start + size < len(conversation.members):
            answer["continuationToken"] = str(start + size)
        return answer

    def wanted(self, body: dict[str, Any]) -> str:
        """The id of the conversation that a creation asks for; empty when it names none."""
        channel_data = body.get("channelData")
        channel = channel_data.get("channel") if isinstance(channel_data, dict) else None
        if isinstance(channel, dict):
            return str(channel.get("id", ""))
        try:
            key = body["members"][0]["id"]
            member = identity.person(key)
        except (KeyError, IndexError, TypeError):
            return ""
        return identity.personal_chat_id(member) if key in (member.id, identity.mri(member)) else ""

    def check_creation(self, body: dict[str, Any]) -> None:
        """Pass silently, or refuse: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages

        Raises:
            Refusal: 400, a parameter is missing or wrong; 403, the app is not installed for that person.
        """
        told = body.get("channelData")
        channel_data: dict[str, Any] = told if isinstance(told, dict) else {}
        bot = body.get("bot") or {}
        if bot and bot.get("id") not in (self._activities.bot["id"], self._activities.bot["id"].removeprefix("28:")):
            raise Refusal(400, "BadArgument", "The bot in the request is not the bot of the token.")
        if "channel" in channel_data:
            if "activity" not in body:
                raise bad_syntax("A new thread needs its first activity")
            return
        members = body.get("members")
        if not isinstance(members, list) or len(members) != 1 or body.get("isGroup"):
            raise bad_syntax("Incorrect conversation creation parameters: exactly one member, or a channel")
        if not (body.get("tenantId") or (channel_data.get("tenant") or {}).get("id")):
            raise bad_syntax("Incorrect conversation creation parameters: no tenant")
        wanted = self.wanted(body)
        if not wanted:
            raise Refusal(400, "BadArgument", "Failed to decrypt pairwise id")
        if not self._threads.conversations[wanted].installed:
            raise Refusal(403, self._threads.absent_code, "Bot is not installed in user's personal scope")

    def target(self, activity: dict[str, Any], conversation: Conversation) -> Member:
        """The one reader of a targeted message.

        Raises:
            Refusal: 400, in a personal chat, without a recipient, or for somebody who is not there:
                https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/targeted-messages
        """
        recipient = activity.get("recipient")
        key = recipient.get("id") if isinstance(recipient, dict) else None
        member = next((m for m in conversation.members if key in (m.id, identity.mri(m))), None)
        if conversation.kind == "personal" or member is None:
            raise Refusal(400, "BadArgument", "A targeted message needs a recipient who is in a channel or group chat.")
        return member

"""Who you are, where I keep the log, and where I ask approvers: whoami, log here, approvals here."""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.commands.grammar.kinds import Word
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import Reply, Whoami
from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import Operations

#: Names of the settings that `log here` and `approvals here` store: a ConversationRef as JSON each.
LOG_CHANNEL, APPROVAL_CHANNEL = "log_channel", "approval_channel"


async def whoami(invocation: Invocation, context: Context) -> Reply:
    """Who Doorman takes the actor for, and with which rights."""
    return Whoami(context.standing.person, context.actor.tenant_id, context.helpdesk, context.admin)


async def log_here(invocation: Invocation, context: Context, *, operations: Operations) -> Reply:
    """Makes this channel the log channel.

    Raises:
        Refusal: this is no channel.
    """
    if context.where.kind != "channel":
        raise Refusal(
            say("The log has to go to a channel, where the team can read it; this is a private chat."),
            say("Add me to a team, open the channel for the log, and type `@Doorman log here` there."),
            code="not_a_channel",
        )
    await _keep(invocation, context, operations, LOG_CHANNEL, Tag.CHAT_LOG_CHANNEL_SET)
    return Remark(
        say("From now on I post every finished operation in this channel."),
        say("Numbers are masked there."),
        Tone.DONE,
        say("Log channel set"),
    )


async def approvals_here(invocation: Invocation, context: Context, *, operations: Operations) -> Reply:
    """Makes this channel the one in which approvers are asked.

    Raises:
        Refusal: this is no channel.
    """
    if context.where.kind != "channel":
        raise Refusal(
            say("Approvers have to be asked in a channel that they read; this is a private chat."),
            say("Add me to their team, open the channel, and type `@Doorman approvals here` there."),
            code="not_a_channel",
        )
    await _keep(invocation, context, operations, APPROVAL_CHANNEL, Tag.CHAT_APPROVAL_CHANNEL_SET)
    return Remark(
        say("From now on I ask approvers in this channel, wherever a request is typed."),
        say("What waits already stays where it was asked."),
        Tone.DONE,
        say("Approval channel set"),
    )


async def _keep(invocation: Invocation, context: Context, operations: Operations, setting: str, tag: Tag) -> None:
    """This channel, without the thread in which it was said."""
    channel = ConversationRef(context.where.service_url, context.where.channel_id, "channel")
    event = AuditEvent(
        tag,
        context.now,
        actor_id=context.actor.id,
        actor_name=context.actor.name,
        facts={"conversation": channel.conversation_id, "command": invocation.command.name},
    )
    await operations.set_setting(setting, json.dumps(asdict(channel)), event)


WHOAMI = Command(
    name="whoami",
    topic="Looking back",
    pattern=(Word("whoami", also=("who am i",)),),
    summary="Who I take you for and what you may do",
    example="whoami",
    run=whoami,
    audience=Audience.EVERYBODY,
    reads=(
        ("User.Read.All", "find people and read their accounts"),
        ("GroupMember.Read.All", "see whether the person who asks is in the helpdesk group"),
    ),
)

LOG_HERE = Command(
    name="log-here",
    topic="Administration",
    pattern=(Word("log here"),),
    summary="Post the log of finished operations in this channel",
    example="log here",
    run=log_here,
    audience=Audience.ADMINISTRATORS,
    acts=True,
)

APPROVALS_HERE = Command(
    name="approvals-here",
    topic="Administration",
    pattern=(Word("approvals here"),),
    summary="Ask approvers in this channel",
    example="approvals here",
    run=approvals_here,
    audience=Audience.ADMINISTRATORS,
    acts=True,
)

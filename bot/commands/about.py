"""What I can do and who you are: help, hello, whoami, log here."""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.commands.grammar.kinds import Word
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import CommandHelp, Help, Reply, Whoami
from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import Operations

#: Name of the setting that `log here` stores: a ConversationRef as JSON.
LOG_CHANNEL = "log_channel"

#: Few, so that the first card stays light.
WELCOME_EXAMPLES = ("help", "whoami", "show noor", "set mobile for noor +31 6 12345678")


def listed(command: Command) -> CommandHelp:
    """A command as a line of the help card; the card needs no button for itself."""
    button = command.title if command.run not in (show_help, hello) else ""
    return CommandHelp(command.syntax, command.summary, command.example, command.name if button else "", button)


def topics(context: Context) -> tuple[tuple[str, tuple[CommandHelp, ...]], ...]:
    """What this actor may say, by topic, in the order of declaration."""
    by_topic: dict[str, list[CommandHelp]] = {}
    for command in context.commands:
        if command.audience in context.audiences:
            by_topic.setdefault(command.topic, []).append(listed(command))
    return tuple((topic, tuple(lines)) for topic, lines in by_topic.items())


async def show_help(invocation: Invocation, context: Context) -> Reply:
    """Lists what the actor may say."""
    greeting = "" if context.helpdesk or context.admin else say("You are not in the helpdesk group, so this is all I can do for you.")
    return Help(topics(context), greeting)


async def hello(invocation: Invocation, context: Context) -> Reply:
    """The same with a greeting."""
    name = context.standing.person.name or context.actor.name
    if context.helpdesk or context.admin:
        offer = say("I get people back into their accounts. Nothing changes before you confirm it on a card.")
    else:
        offer = say("I work for the helpdesk; you are not in its group, so this is all I can do for you.")
    return Help(topics(context), say("Hello {name}. {offer}", name=name, offer=offer))


def welcome(commands: tuple[Command, ...]) -> Help:
    """What is said once when the app is added: what this is for, what can be said, and how it is set up."""
    lines = tuple(listed(command) for command in commands if command.example in WELCOME_EXAMPLES)
    return Help(
        ((say("To begin with"), lines),),
        say(
            "I am Doorman. I get people back into their accounts: you type what should change, I show exactly what will happen, "
            "you confirm. I work for the members of the helpdesk group; an administrator types `log here` in the channel where I "
            "should keep the log."
        ),
    )


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
    channel = ConversationRef(context.where.service_url, context.where.channel_id, "channel")
    event = AuditEvent(
        Tag.CHAT_LOG_CHANNEL_SET,
        context.now,
        actor_id=context.actor.id,
        actor_name=context.actor.name,
        facts={"conversation": channel.conversation_id, "command": invocation.command.name},
    )
    await operations.set_setting(LOG_CHANNEL, json.dumps(asdict(channel)), event)
    return Remark(
        say("From now on I post every finished operation in this channel."),
        say("Numbers are masked there."),
        Tone.DONE,
        say("Log channel set"),
    )


HELP = Command(
    name="help",
    topic="About",
    pattern=(Word("help", also=("?", "commands", "menu")),),
    summary="What you can ask me",
    example="help",
    run=show_help,
    audience=Audience.EVERYBODY,
)

HELLO = Command(
    name="hello",
    topic="About",
    pattern=(Word("hi", also=("hello", "hey")),),
    summary="A greeting, and what you can ask me",
    example="hi",
    run=hello,
    audience=Audience.EVERYBODY,
    scopes=(),  # nobody needs a menu for it, and the menu takes ten
)

WHOAMI = Command(
    name="whoami",
    topic="About",
    pattern=(Word("whoami", also=("who am i",)),),
    summary="Who I take you for and what you may do",
    example="whoami",
    run=whoami,
    audience=Audience.EVERYBODY,
    reads=(
        ("User.Read.All", "find people and read their accounts"),
        ("GroupMember.Read.All", "see whether the person who asks is in the helpdesk group"),
    ),
    scopes=(),  # as above; the help card has a button for it
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
    scopes=("team",),
)

"""`help` and `hi`: the few jobs of every day, what else there is by topic, and how something is typed once that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.commands.grammar.kinds import Match, Optional, Token, Word
from bot.commands.opening import begun
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.notice_words import ring_helpdesk
from bot.domain.remarks import Remark
from bot.domain.replies import CommandHelp, Help, Reply, TopicHelp
from bot.domain.said import join, say

#: Whoever may do fewer of the jobs than this is shown what there is by topic at once.
FEWEST_JOBS = 3
#: Few, so that the first card stays light.
WELCOME_EXAMPLES = ("help", "whoami", "show noor", "set mobile for noor +31 6 12345678")
#: What may follow, where there is something to change.
_TAIL = " [ticket <id>] [because <reason>]"
_MORE = ("more", "all", "meer", "alles")


@dataclass(frozen=True, slots=True)
class Subject:
    """What help is wanted with: all the words that follow."""

    name: str = "about"

    @property
    def syntax(self) -> str:
        return "<topic or command>"

    @property
    def label(self) -> str:
        return say("The topic or the command")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at < len(tokens):
            yield Match(len(tokens), ((self.name, tuple(tokens[at:])),), tuple(token.text for token in tokens[at:]))

    def wrong(self, found: str) -> str:
        return say("I expected a topic or a command from “{found}” on.", found=found)


def listed(command: Command) -> CommandHelp:
    """A command as a line of the help card; the card needs no button for itself."""
    button = command.title if command.run not in (show_help, hello) else ""
    syntax = f"{command.syntax}{_TAIL if command.takes_reason else ''}"
    return CommandHelp(syntax, command.summary, command.example, command.name if button else "", button)


async def show_help(invocation: Invocation, context: Context) -> Reply:
    """The jobs of every day; what there is by topic; or how the commands that are named are typed."""
    if not (context.helpdesk or context.admin or Audience.STAFF in context.audiences or Audience.REPORTERS in context.audiences):
        return _outsider(context)
    offered = [command for command in context.commands if context.offers(command) and command.run not in (show_help, hello)]
    tokens = invocation.args.get("about")
    if isinstance(tokens, tuple):
        return _about(tokens, offered)
    jobs = tuple(_job(command) for command in offered if command.job)
    return Help(say("What do you want to do?"), jobs=jobs, more=True) if len(jobs) >= FEWEST_JOBS else _by_topic(offered)


async def hello(invocation: Invocation, context: Context) -> Reply:
    """A greeting of two lines."""
    if not context.helpdesk:
        return await show_help(invocation, context)
    name = context.standing.person.name or context.actor.name
    return Remark(say("Hello {name}. Who has to get back in?", name=name), say("Type `show` and a name, or `help`."))


def welcome(commands: tuple[Command, ...]) -> Help:
    """What is said once when the app is added: what this is for, what can be said, and how it is set up."""
    return Help(
        say("I am Doorman"),
        say(
            "I get people back into their accounts: you type what should change, I show exactly what will happen, "
            "you confirm. I work for the members of the helpdesk group; an administrator types `log here` in the channel where I "
            "should keep the log."
        ),
        commands=tuple(listed(command) for command in commands if command.example in WELCOME_EXAMPLES),
    )


def _outsider(context: Context) -> Remark:
    """For somebody who works elsewhere: how to reach those who can help."""
    return Remark(say("I work for the helpdesk, and it is the helpdesk that can help you."), ring_helpdesk(context.installation.contact))


def _job(command: Command) -> CommandHelp:
    return CommandHelp("", "", command.example, command.name, command.job)


def _by_topic(offered: Sequence[Command], text: str = "") -> Help:
    topics: dict[str, list[Command]] = {}
    for command in offered:
        topics.setdefault(command.topic, []).append(command)
    lines = tuple(TopicHelp(topic, join(", ", [command.title for command in inside])) for topic, inside in topics.items())
    return Help(say("What you can ask me"), text, topics=lines)


def _about(tokens: Sequence[Token], offered: Sequence[Command]) -> Help:
    """What is offered under the words that were said."""
    words = " ".join(token.word or token.text for token in tokens).casefold()
    if words in _MORE:
        return _by_topic(offered)
    if inside := [command for command in offered if command.topic.casefold() == words]:
        return Help(inside[0].topic, commands=tuple(map(listed, inside)))
    if meant := _meant(words, tokens, offered):
        title = meant[0].title if len(meant) == 1 else say("Several commands begin so")
        return Help(title, commands=tuple(map(listed, meant)), spelt=True)
    typed = " ".join(token.text for token in tokens)[:60]
    return _by_topic(offered, say("I know nothing called “{typed}” that you can use. This is all there is:", typed=typed))


def _meant(words: str, tokens: Sequence[Token], offered: Sequence[Command]) -> list[Command]:
    """The commands that are called so or begin so; if none does, those that begin with as many of the words as can be."""
    for end in range(len(tokens), 0, -1):
        begin, _ = begun(tokens[:end], offered)
        found = [
            command for command in offered if command.name in (words, *begin) or f"{command.title} ".casefold().startswith(f"{words} ")
        ]
        if found:
            return found
    return []


HELP = Command(
    name="help",
    in_menu=True,
    topic="Looking back",
    pattern=(Word("help", also=("?", "commands", "menu", "what can you do", "what can i do")), Optional((Subject(),))),
    summary="The jobs of every day; with a topic or a command, how that is typed",
    example="help",
    run=show_help,
    audience=Audience.EVERYBODY,
    nested=True,
)

HELLO = Command(
    name="hello",
    topic="Looking back",
    pattern=(Word("hi", also=("hello", "hey")),),
    summary="A greeting",
    example="hi",
    run=hello,
    audience=Audience.EVERYBODY,
)

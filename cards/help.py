"""What can be said, by topic: the syntax to look up, the example to copy, and a button for whoever would rather press than type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.incoming import Verb
from bot.domain.replies import CommandHelp, Help
from bot.domain.said import join, say, say_count, spoken
from cards.buttons import buttons, opener
from cards.elements import (
    Element,
    box,
    card,
    heading,
    line,
    run,
)

#: The commands on one card; the rest is counted.
MOST_COMMANDS = 40
#: Teams shows no more of one set: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
MOST_BUTTONS = 6


def render(help: Help) -> tuple[Element, str]:
    """The card and its summary."""
    greeting = help.greeting or say("What you can ask me")
    body: list[Element] = [heading(greeting, limit=500, size="Medium")]
    left = MOST_COMMANDS
    for topic, commands in help.topics:
        if listed := commands[:left]:
            body.append(box(_topic(topic, listed), spacing="Medium", line_above=True))
        left -= len(listed)
    hidden = sum(len(commands) for _, commands in help.topics) - (MOST_COMMANDS - left)
    if hidden > 0:
        body.append(line(run(say_count(hidden, "and {count} more command", "and {count} more commands"), subtle=True)))
    summary = join(": ", (greeting, join(", ", (topic for topic, _ in help.topics))))
    return card(body, fallback=summary), summary


def _topic(topic: str, commands: Sequence[CommandHelp]) -> Iterable[Element]:
    yield heading(topic, size="Default", spacing="None")
    for command in commands:
        yield line(run(command.syntax, limit=160, mono=True), spacing="Small")
        told = [run(spoken(command.summary).replace("`", ""), limit=160, subtle=True)]
        if command.example and command.example != command.syntax:
            told += [run(say(". Example: "), subtle=True), run(command.example, limit=160)]
        yield line(*told, spacing="None")
    pressable = [opener(command.title, Verb.OPEN, command.command) for command in commands if command.command]
    for first in range(0, len(pressable), MOST_BUTTONS):
        yield buttons(*pressable[first : first + MOST_BUTTONS], spacing="Small")

"""What can be said: the jobs of every day with a button each, what there is by topic, and how it is typed for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.incoming import Verb
from bot.domain.replies import HELP_WITH, CommandHelp, Help, TopicHelp
from bot.domain.said import join, say, say_count, spoken
from cards.buttons import buttons, opener, unfold
from cards.elements import Element, box, card, columns, folded, heading, line, run
from cards.remark import prose

#: Commands on one card; the rest is counted.
MOST_COMMANDS = 40
#: The column of the buttons: their titles fit, and at the width of a telephone what stands beside them does too.
_BUTTONS, _TOPICS = "172px", "146px"
_TYPED = "typed-{number}"


def render(help: Help) -> tuple[Element, str]:
    """The card and its summary."""
    body: list[Element] = [heading(help.title, size="Medium", spacing="None")]
    if help.text:
        body.append(line(*prose(help.text, limit=500)))
    body += [_row(opener(job.title, Verb.OPEN, job.command), run(job.example, limit=160, mono=True, subtle=True)) for job in help.jobs]
    body += [_topic(topic) for topic in help.topics]
    shown = help.commands[:MOST_COMMANDS]
    for number, command in enumerate(shown):
        body += _command(command, number, spelt=help.spelt)
    if hidden := len(help.commands) - len(shown):
        body.append(line(run(say_count(hidden, "and {count} more command", "and {count} more commands"), subtle=True)))
    actions = [opener(say("More …"), Verb.OPEN, f"{HELP_WITH}more")] if help.more else []
    if shown and not help.spelt:
        actions.append(unfold(say("How to type it"), *(_TYPED.format(number=number) for number in range(len(shown)))))
    named = (*(job.title for job in help.jobs), *(topic.topic for topic in help.topics), *(each.syntax for each in shown))
    summary = join(": ", (help.title, join(", ", named)))
    return card(body, fallback=summary, actions=actions), summary


def _row(button: Element, *words: Element, width: str = _BUTTONS) -> Element:
    return columns((width, [buttons(button, spacing="None")]), ("stretch", [line(*words, spacing="None")]), middle=True)


def _topic(topic: TopicHelp) -> Element:
    return _row(
        opener(topic.topic, Verb.OPEN, HELP_WITH + str(topic.topic).casefold().replace(" ", "-")),
        run(topic.inside, subtle=True, size="Small"),
        width=_TOPICS,
    )


def _command(command: CommandHelp, number: int, *, spelt: bool) -> Iterable[Element]:
    told = run(spoken(command.summary).replace("`", ""), limit=160)
    yield _row(opener(command.title, Verb.OPEN, command.command), told) if command.command else line(told)
    typed = box(_typed(command), spacing="None")
    yield typed if spelt else folded(typed, _TYPED.format(number=number))


def _typed(command: CommandHelp) -> Iterable[Element]:
    """How it is typed."""
    yield line(run(command.syntax, limit=160, mono=True), spacing="None")
    if command.example and command.example != command.syntax:
        yield line(run(say("For example "), subtle=True), run(command.example, limit=160, mono=True), spacing="None")

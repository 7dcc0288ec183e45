"""Lines that end too early, or have something wrong in them: which commands are meant, and what was said already.

A form asks for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.commands.grammar.arguments import AnyLine, Who
from bot.commands.grammar.kinds import Choice, Match, Optional, Part, Token, Word, match_all
from bot.commands.spec import Command
from bot.domain.incoming import PICKED


def begun(tokens: Sequence[Token], commands: Sequence[Command]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The names of the commands that begin with just this, and what was said so far, by the name of its field.

    Where several commands begin so, only what the first one was told is returned.
    """
    names: list[str] = []
    typed: dict[str, str] = {}
    for command in commands:
        said = _said(tokens, command)
        if said is not None:
            typed = typed if names else said
            names.append(command.name)
    return tuple(names), typed


def mended(tokens: Sequence[Token], at: int, stuck: Sequence[tuple[Part | None, Command]]) -> tuple[Command, dict[str, str]] | None:
    """The one command that is meant by a line, and what its form would hold: what was said up to what is wrong, and that itself.

    Of a word that is none of those to choose from the form holds nothing, and what follows it.

    Args:
        at: where the line goes wrong.
        stuck: what should stand there instead, and of which command.

    Returns:
        None where several commands are meant, or a form could not hold what is wrong.
    """
    if not 0 < at < len(tokens) or len({command.name for _, command in stuck}) > 1:
        return None
    for part, command in stuck:
        if isinstance(part, Choice) and part.name:
            word = part.options[0][0].text
            instead = [*tokens[:at], *(replace(tokens[at], text=each, word=each) for each in word.split()), *tokens[at + 1 :]]
            if typed := _said(instead, command):
                return command, {name: said for name, said in typed.items() if name != part.name}
        elif not isinstance(part, Word | Choice | Optional | AnyLine | None) and (typed := _said(tokens[:at], command)):
            return command, typed | {str(getattr(part, "name")): " ".join(token.text for token in tokens[at:])}  # noqa: B009 - as below
    return None


def _said(tokens: Sequence[Token], command: Command) -> dict[str, str] | None:
    for pattern in (command.pattern, *command.short):
        for head in sorted(_heads(pattern), key=len, reverse=True):  # a word that goes on is no part of the name before it
            for found in match_all(head, tokens, 0, near=False):
                if found.end == len(tokens):
                    return dict(_fields(head, found))
    return None


def _heads(pattern: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Each beginning of the pattern, with what is optional in it said and left out."""
    if not pattern or isinstance(pattern[0], AnyLine):  # whoever began another command's line has to finish it
        return
    first, rest = pattern[0], pattern[1:]
    if isinstance(first, Optional):
        yield from _heads((*first.parts, *rest))
        yield from _heads(rest)
    else:
        yield (first,)
        yield from ((first, *more) for more in _heads(rest))


def _fields(head: Sequence[Part], found: Match) -> Iterator[tuple[str, str]]:
    """What a form would have been filled in with."""
    values = dict(found.values)
    for part, said in zip(head, found.said, strict=True):
        name = "" if isinstance(part, Word) else str(getattr(part, "name"))  # noqa: B009 - every part that takes something has one
        who = values.get(name)
        if isinstance(who, Who):
            yield (name + PICKED, who.object_id) if who.object_id else (name, who.text)
        elif name:
            yield name, said
